// Rows of logits as the kernels take them: their largest number, and the fields that go with it. What is not a logit becomes
// one: a log-probability is, a probability is replaced by its logarithm, chunk by chunk in f64, as it is staged.

import { type Backend, type Precision, type Row, type TakeLine, UNUSUAL } from "../../backends/backend.js";
import { LARGEST } from "../../backends/batch.js";
import { type Fields, NO_FIELDS } from "../../backends/fields.js";
import type { Kernel } from "../../backends/kernel.js";
import * as kernels from "../../backends/kernels.js";
import { lifted } from "../../backends/transforms.js";
import {
  type Call,
  checkNumbers,
  checkSum,
  type FoundLogits,
  isImpossible,
  type NamedRow,
  throwImpossible,
} from "../../call/arguments.js";
import { NEGLIGIBLE_F32, NEGLIGIBLE_F64 } from "../../numbers/exponential.js";
import { exp, ln } from "../../numbers/scalar.js";
import { Sum } from "../../numbers/twofold.js";

/** Above this, or with a temperature that far from 1, f32 is not wide enough. */
export const MOST_F32 = 1.2676506002282294e30; // 2^100
/** With a temperature that far from 1, its inverse, or what it makes of a negligible exponent, may be too large for a number. */
export const MOST_F64 = 2 ** 1000;

/** What such a temperature is multiplied by, and the logits with it. */
export const liftOf = (temperature: number): number =>
  temperature > MOST_F64 ? 2 ** -100 : temperature < 1 / MOST_F64 ? 2 ** 100 : 1;

/** One row or two, found and ready. */
export interface Logits {
  readonly precision: Precision;
  /** 1/temperature where one row is of logits, else 1; the temperature has been multiplied by `lift`. */
  readonly scale: number;
  readonly lift: number;
  readonly found: readonly FoundLogits[];
}

/** f32 rows that are all logits, or all log-probabilities, are computed in f32. */
export function precisionFor(call: Call, rows: readonly NamedRow[]): Precision {
  const { kind } = rows[0];
  if (kind === "probabilities") return "f64";
  for (const row of rows) if (row.kind !== kind) return "f64";
  return call.precision;
}

/** Finds the largest number of each row; throws where one is NaN or Infinity, or a row has no possible class. */
export function findLogits(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  wanted: Precision = precisionFor(call, rows),
  isShifted = false,
  sums?: typeof sumsOf,
): Logits {
  let temperature = 1;
  for (const { kind } of rows) if (kind === "logits") temperature = call.temperature;
  const lift = liftOf(temperature);
  const found: FoundLogits[] = [];
  let fits = temperature >= 1 / MOST_F32 && temperature <= MOST_F32;
  for (let slot = 0; slot < rows.length; slot++) {
    const row = rows[slot];
    if (row.found?.precision !== wanted) {
      row.found = find(backend, call, row, wanted, temperature * lift, lift, slot, sums);
    }
    // what is kept with a row does not depend on the row that it is compared with
    const own = isShifted ? shifted(row.found) : row.found;
    fits &&= isFine("f32", own.largest, temperature);
    found.push(own);
  }
  if (wanted === "f32" && !fits) return findLogits(backend, call, rows, "f64", false, sums);
  return { precision: wanted, scale: 1 / (temperature * lift), lift, found };
}

/** The same where the `sumOfExponentials` of each is asked for next: it is found on the way. */
export const findSums = (
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  wanted?: Precision,
  isShifted = false,
): Logits => findLogits(backend, call, rows, wanted, isShifted, sumsOf);

/** Whether the logits that matter beside the largest are told apart from those that do not by many ulps of it. */
export function isFine(precision: Precision, largest: number, temperature: number): boolean {
  const size = Math.abs(largest);
  if (precision === "f64") return -NEGLIGIBLE_F64 * temperature >= size * 2 ** -42;
  return size <= MOST_F32 && -NEGLIGIBLE_F32 * temperature >= size * 2 ** -13;
}

function find(
  backend: Backend,
  call: Call,
  named: NamedRow,
  precision: Precision,
  temperature: number,
  lift: number,
  slot: number,
  sums?: typeof sumsOf,
): FoundLogits {
  let row: Row = named;
  // the kernels divide by the temperature, which is for logits only
  if (named.kind === "probabilities") row = { ...named, as: named.logarithms, scale: temperature };
  else if (named.kind === "logProbabilities" && temperature !== 1) row = { ...named, as: "logits", scale: temperature };
  const isTransformed = named.kind === "probabilities";
  let flags: number;
  let top: number;
  let sum: number | undefined;
  if (sums && row === named && lift === 1) {
    ({ flags, top, sum } = sums(backend, call.length, row, precision, 1 / temperature, slot));
  } else {
    flags = backend.reduce(kernels.maximum, precision, [isTransformed ? row : named], call.length, slot);
    top = backend.total(0);
  }
  if (flags) checkNumbers(call, named);
  top += 0; // not -0
  const largest = isTransformed ? top : top * row.scale;
  if (largest === Number.NEGATIVE_INFINITY) throwImpossible(call, named);
  if (lift !== 1 && named.kind === "logits") {
    row = { ...named, as: "logits", scale: lift };
    if (lift < 1) return { row, precision, shift: 0, largest: top * lift, top };
    return { row: { ...row, shift: top }, precision, shift: top * lift, largest: 0, top };
  }
  const found: FoundLogits = { row, precision, shift: 0, largest, top, sum };
  const isEnough = precision === "f32" || isFine("f64", largest, temperature);
  return isEnough ? found : shifted(found);
}

/** The row with its largest number taken off as it is staged: two rows are then alike but for a small offset. */
function shifted(found: FoundLogits): FoundLogits {
  const { row, precision, largest, top } = found;
  // logarithms of probabilities have no large offset, and are not exact
  if (typeof row.as === "function" || largest === 0 || precision === "f32") return found;
  return { row: { ...row, as: "logits", shift: top }, precision, shift: largest, largest: 0, top, sum: found.sum };
}

/** The largest number of a row as it was given, times its scale. */
export const largestOf = ({ shift, largest }: FoundLogits): number => shift + largest;

/** x of a number of the row. */
export const exponentOfLogit = ({ scale, lift }: Logits, { top }: FoundLogits, z: number): number =>
  lifted(z, top, lift) * scale;

/** The fields for one row, or for a pair. No spread: it takes a third of a short call. */
export function fieldsFor({ precision, scale, found: [a, b] }: Logits, more: Partial<Fields> = NONE): Fields {
  const aShift = a.largest;
  return {
    aShift: more.aShift ?? aShift,
    bShift: more.bShift ?? (b === undefined ? 0 : b.largest),
    scale: more.scale ?? scale,
    aLeast: aShift + (precision === "f32" ? NEGLIGIBLE_F32 : NEGLIGIBLE_F64) / scale,
    offset: more.offset ?? (b === undefined ? 0 : offsetOf(precision, a, b)),
    factor: more.factor ?? 1,
    less: more.less ?? 0,
    slope: more.slope ?? 1,
    weight: more.weight ?? 0.5,
    secondFactor: more.secondFactor ?? 1,
  };
}

const NONE: Partial<Fields> = {};

/** What takes the largest number of one row to that of the other, as a lane can hold it. */
export function offsetOf(precision: Precision, a: FoundLogits, b: FoundLogits): number {
  return precision === "f32" ? Math.fround(a.largest - b.largest) : a.largest - b.largest;
}

/** The offset that makes v the logarithm of the ratio of the normalised rows. */
export function offsetOfNormalized(logits: Logits, pSum: number, qSum: number): number {
  const [p, q] = logits.found;
  return p.largest - q.largest + (ln(pSum) - ln(qSum)) / logits.scale;
}

/** Whether some class is possible in p and impossible in q. */
export function isInfinite(call: Call, p: NamedRow, q: NamedRow): boolean {
  for (let i = 0; i < call.length; i++) if (isImpossible(q, i) && !isImpossible(p, i)) return true;
  return false;
}

/** The one row of a pair. */
export const oneOf = ({ precision, scale, lift, found }: Logits, index: number): Logits => ({
  precision,
  scale,
  lift,
  found: [found[index]],
});

/** What a kernel has left of a chunk: its flags, totals 0, 1 and 2, its own largest numbers A and B. Of a row that it has DECLINED totals are 0. */
export type Chunk = number[];

/** Runs a kernel over each chunk of rows, with fields from its own largest numbers. undefined where a row cannot be staged. */
export function runChunks(
  backend: Backend,
  kernel: Kernel,
  precision: Precision,
  rows: readonly Row[],
  length: number,
  scale: number,
  slot = 0,
): Chunk[] | undefined {
  const chunks: Chunk[] = [];
  backend.fields = { ...NO_FIELDS, scale };
  // `slice` takes longer
  const take: TakeLine = (line, at) => {
    chunks.push([line[at], line[at + 1], line[at + 2], line[at + 3], line[at + 4], line[at + 5]]);
  };
  return backend.reduceChunks(kernel, precision, rows, length, slot, take) ? chunks : undefined;
}

/** The largest number of row `index`; NaN where one is NaN. */
export function topOf(chunks: readonly Chunk[], index: number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const chunk of chunks) top = Math.max(top, chunk[LARGEST + index]);
  return top;
}

/**
 * The largest number m of a row and Z = Σ e^((z - m)·scale): of each chunk its own m and Z in one go, so that it is copied, or handed to a
 * thread, once for both; then Σ Z e^((m - largest)·scale) over chunks. UNUSUAL: one is NaN or Infinity.
 */
export function sumsOf(
  backend: Backend,
  length: number,
  row: Row,
  precision: Precision,
  scale: number,
  slot: number,
): { flags: number; top: number; sum: number } {
  const chunks = runChunks(backend, kernels.logSumExp, precision, [row], length, scale, slot) ?? [];
  const top = chunks.length > 0 ? topOf(chunks, 0) : Number.NaN;
  const sum = new Sum();
  for (const [, , own, , largest] of chunks) sum.add(own * exp((largest - top) * scale));
  return { flags: top < Number.POSITIVE_INFINITY ? 0 : UNUSUAL, top, sum: sum.value };
}

/** Z = Σ e^x of the first row, x = (z - largest)·scale. */
export function sumOfExponentials(backend: Backend, call: Call, { precision, scale, found: [found] }: Logits): number {
  found.sum ??= sumsOf(backend, call.length, found.row, precision, scale, 0).sum;
  return found.sum;
}

/** ln Σ e^(z·scale) of a row from ln Z; where the row must be a distribution, whether it is one is checked. */
export function logSumExpOf(call: Call, row: NamedRow, found: FoundLogits, scale: number, logSum: number): number {
  const result = largestOf(found) * scale + logSum;
  if (row.kind !== "logits") checkSum(call, row, exp(result));
  return result;
}
