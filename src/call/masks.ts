// Rows that do not count: those that a mask leaves out, and invalid ones where they are no error.

import type { FloatArray } from "../backends/backend.js";
import { allocate, isList, mustBe, show } from "../engine/checks.js";
import { inWay } from "../engine/selection.js";
import type { Work } from "../engine/work.js";
import { dataOf } from "./inputs.js";
import type { RowSelection } from "./options.js";

/** 1 for each row that counts, 0 for others; undefined without a mask. */
export function readMask(functionName: string, mask: unknown, rows: number): Uint8Array | undefined {
  if (mask === undefined) return undefined;
  const given = dataOf(functionName, "mask", mask);
  if (!isList(given)) throw mustBe(functionName, "mask", mask, "an array of 0 and 1 or of booleans, one per row");
  if (given.length !== rows) {
    throw new RangeError(`${functionName}: mask has ${given.length} entries for ${rows} rows`);
  }
  const read = allocate(functionName, Uint8Array, rows);
  for (let r = 0; r < rows; r++) {
    const x = given[r];
    if (x === 1 || x === true || x === 1n) read[r] = 1;
    else if (x !== 0 && x !== false && x !== 0n) {
      throw new (typeof x === "number" ? RangeError : TypeError)(
        `${functionName}: mask[${r}] is ${show(x)}; it must be 0, 1 or a boolean`,
      );
    }
  }
  return read;
}

/** A work over the rows that a mask leaves; the others have NaN. */
const masked = <R, S>(work: Work<R, S>, mask: Uint8Array | undefined): Work<R, S> =>
  mask === undefined ? work : inWay("masked", { ...work, arrays: [...work.arrays, { array: mask, perRow: 1 }] });

/** Results per row, and with `onInvalidRow: "NaN"` how many rows were invalid. */
export type PerRow<Values> = Values & { readonly invalidRows?: number };

/** A work of `f.rows`: with a result per row, or the rows of `out`. */
export function select<Values extends FloatArray, S>(
  work: Work<Values, S>,
  options: RowSelection | undefined,
  out?: FloatArray,
): Work<PerRow<Values>, S> {
  const { functionName, rows } = work;
  const { mask: given, onInvalidRow = "error" } = options ?? {};
  if (onInvalidRow !== "error" && onInvalidRow !== "NaN") {
    throw new RangeError(`${functionName}: onInvalidRow is ${show(onInvalidRow)}; it must be "error" or "NaN"`);
  }
  const mask = readMask(functionName, given, rows);
  const isLenient = onInvalidRow === "NaN";
  if (mask === undefined && !isLenient) return work;
  const one = { ...work, width: 1 };
  return {
    ...masked(isLenient ? inWay(out ? "careful" : "lenient", one) : one, mask),
    finish: (values) => {
      let invalidRows = 0;
      for (let r = 0; r < rows; r++) {
        if (!Number.isNaN(values[r])) continue;
        if (mask?.[r] !== 0) invalidRows++;
        out?.fill(Number.NaN, (r * out.length) / rows, ((r + 1) * out.length) / rows);
      }
      const result = work.finish(values);
      return isLenient ? Object.assign(result, { invalidRows }) : result;
    },
  };
}

/**
 * A work of a loss: rows that a mask leaves out add nothing, have a gradient of 0, and in results per row NaN, or 0 where it is not `given`
 * that they are left out.
 */
export function selectForLoss<R extends object, S>(
  work: Work<R, S>,
  mask: Uint8Array | undefined,
  gradients: readonly (FloatArray | undefined)[],
  given = mask,
): Work<R, S> {
  if (mask === undefined) return work;
  const { rows, width } = work;
  return {
    ...masked(work, mask),
    finish: (values) => {
      for (let r = 0; r < rows; r++) {
        if (mask[r] === 1) continue;
        values.fill(0, r * width, (r + 1) * width);
        for (const g of gradients) g?.fill(0, (r * g.length) / rows, ((r + 1) * g.length) / rows);
      }
      const result = work.finish(values);
      const { perRow } = result as { perRow?: Float64Array };
      for (let r = 0; perRow && r < rows; r++) if (given?.[r] === 0) perRow[r] = Number.NaN;
      return result;
    },
  };
}

/** How many rows count; throws where there are none for a mean. */
export function countRows(functionName: string, mask: Uint8Array | undefined, rows: number, isMean: boolean): number {
  let count = rows;
  if (mask) for (const isIn of mask) count -= 1 - isIn;
  if (count === 0 && isMean) throw new RangeError(`${functionName}: every row is ignored, which leaves no mean`);
  return count;
}
