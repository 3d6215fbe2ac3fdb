// A table of two variables: its margins, and how far it is from being their product.

import type { Vector } from "../backends/backend.js";
import { openRows } from "../call/calls.js";
import { quotient, Sum, type Twofold } from "../numbers/twofold.js";
import { readNumbers } from "./arguments.js";
import { excessOverExpected, type TwofoldArray, twofoldSumOf, writeContributions } from "./expected.js";

export interface Table {
  readonly cells: Float64Array;
  readonly rowLength: number;
  readonly rowSums: readonly Twofold[];
  readonly columnSums: TwofoldArray;
  readonly total: Twofold;
}

/** Row r of the table. */
const rowAt = ({ cells, rowLength }: Table, r: number) => cells.subarray(r * rowLength, (r + 1) * rowLength);

export function readTable(
  functionName: string,
  argument: string,
  source: unknown,
  givenLength: number | undefined,
  kind: string,
  counts: boolean,
): Table {
  const sources = [source as Vector];
  const { rows, rowLength } = openRows(functionName, [argument], sources, { rowLength: givenLength }, () => counts);
  const cells = readNumbers(functionName, argument, sources[0], kind, counts);
  const high = new Float64Array(rowLength);
  const low = new Float64Array(rowLength);
  const rowSums: Twofold[] = [];
  const total = new Sum();
  for (let r = 0; r < rows; r++) {
    const row = cells.subarray(r * rowLength, (r + 1) * rowLength);
    const sum = twofoldSumOf(row);
    rowSums.push(sum);
    total.add(sum.high);
    total.add(sum.low);
    for (let j = 0; j < rowLength; j++) {
      // Neumaier's addition
      const [sumSoFar, x] = [high[j], row[j]];
      const next = sumSoFar + x;
      low[j] += sumSoFar >= x ? sumSoFar - next + x : x - next + sumSoFar;
      high[j] = next;
    }
  }
  return { cells, rowLength, rowSums, columnSums: { high, low }, total: total.twofold };
}

/** Σ n ln(n/E), E the product of the margins over their total. */
export function excessOverIndependence({ cells, rowSums, columnSums, total }: Table): number {
  return excessOverExpected(cells, columnSums, (r) => quotient(rowSums[r], total));
}

/** {@link writeContributions} of every row. */
export function contributionsOf(table: Table): Float64Array {
  const out = new Float64Array(table.cells.length);
  const { rowLength, rowSums, columnSums, total } = table;
  rowSums.forEach((rowSum, r) => {
    const own = out.subarray(r * rowLength, (r + 1) * rowLength);
    writeContributions(rowAt(table, r), quotient(rowSum, total), columnSums, own);
  });
  return out;
}
