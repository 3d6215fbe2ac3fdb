// What batches of rows have in common: kernels leave a line for each row in a table, and a loop over the table makes results of them.
// NaN stands for a row that is to be computed by itself: it is unusual, or there is an error to tell.

import { type Backend, P_IS_ZERO, UNUSUAL, type Vector } from "../backends/backend.js";
import {
  COLUMNS,
  DECLINED,
  FIELDS,
  FOUND,
  GIVEN,
  LARGEST,
  ROWS,
  SHARED,
  SKIP,
  SWAP,
  TOTALS,
} from "../backends/batch.js";
import { NO_FIELDS } from "../backends/fields.js";
import type { Kernel } from "../backends/kernel.js";
import * as kernels from "../backends/kernels.js";
import { type Call, isSum } from "../call/arguments.js";
import type { LogitKind } from "../call/calls.js";
import { NEGLIGIBLE_F32, NEGLIGIBLE_F64 } from "../numbers/exponential.js";
import { HIGH, LOW } from "../numbers/lanes.js";
import { exp, exponentOf, ln } from "../numbers/scalar.js";
import { fromSums, isSettled } from "./row/crossEntropy.js";
import { MOST_F32, MOST_F64 } from "./row/logits.js";
import { isOrdinary } from "./row/pair.js";
import { areComparable, areNear, isCoarse } from "./row/weights.js";
import { computeScaled, SCALED, type ScaledRow } from "./scaledRows.js";

/** A row that the second kernel of a batch is to decide. */
export const PENDING = -1;

/** The totals of a row of the table that begins at `line`. */
export const totalAt = (table: Float64Array, line: number, index: number): number => table[line + TOTALS + index];

/** k of the row that begins at `line`, as `Backend.setExponent` has it for all. */
function setExponent({ tableBits }: Backend, precision: Call["precision"], line: number, k: number): void {
  const at = 2 * (line + FIELDS);
  tableBits[at + LOW] = precision === "f32" ? k << 23 : 0;
  tableBits[at + HIGH] = precision === "f32" ? k << 23 : k << 20;
}

/**
 * -Σ p̂ ln q̂ of each row from S = Σ p ln(q·2^-k), Σp (total 1) and Σq (total `q`): once more with k where a sum is far from 1, or S/Σp and
 * ln Σq would cancel.
 */
export function crossEntropies(
  backend: Backend,
  { precision, length, normalize }: Call,
  kernel: Kernel,
  q: number,
  count: number,
  values: Float64Array,
  at: number,
): void {
  const { table } = backend;
  backend.setExponent(precision, 0);
  backend.runRows(kernel, precision, length, count, SHARED);
  let isFar = false;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const pSum = totalAt(table, line, 1);
    const qSum = totalAt(table, line, q);
    const flags = table[line];
    values[at + r] = Number.NaN;
    table[line] = DECLINED;
    const isPlain = !(flags & ~P_IS_ZERO) && isSum(pSum, normalize) && isSum(qSum, normalize);
    if (!isPlain || !isOrdinary(pSum) || !isOrdinary(qSum)) continue;
    const s = totalAt(table, line, 0);
    const result = fromSums(s, pSum, qSum, 0);
    if (isSettled(s, pSum, qSum, result)) {
      values[at + r] = result;
      continue;
    }
    table[line] = 0;
    table[line + SWAP] = 0;
    setExponent(backend, precision, line, exponentOf(qSum));
    values[at + r] = PENDING;
    isFar = true;
  }
  if (!isFar) return;
  backend.runRows(kernel, precision, length, count, GIVEN | SKIP);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (values[at + r] !== PENDING) continue;
    const qSum = totalAt(table, line, q);
    values[at + r] = fromSums(totalAt(table, line, 0), totalAt(table, line, 1), qSum, exponentOf(qSum));
  }
}

/** Where a row of the table keeps Σq and Σp of its pair while the second kernel runs. */
const Q_SUM = FIELDS + 8;
const P_SUM = FIELDS + 9;

/** Which row of a pair a kernel takes for p. */
type Order = "given" | "swapped" | "larger first";

/** Measures with one pass over a pair as it is: `resultOf` flags and totals; NaN for a row by itself. `isSwapped`: the second row is p. */
export function reduced(
  backend: Backend,
  { precision, length }: Call,
  kernel: Kernel,
  isSwapped: boolean,
  count: number,
  values: Float64Array,
  at: number,
  resultOf: (flags: number, first: number, second: number, third: number) => number,
): void {
  const { table } = backend;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    table[line + SWAP] = isSwapped ? 1 : 0;
    table[line + FIELDS] = 0;
  }
  backend.runRows(kernel, precision, length, count, GIVEN);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    values[at + r] = resultOf(table[line], totalAt(table, line, 0), totalAt(table, line, 1), totalAt(table, line, 2));
  }
}

/** Another number that `values` has for a row that is not done: its sums are to be found by the kernel itself. */
const UNKNOWN = -2;

/** What becomes of a pair of rows after its survey: NaN for a row by itself, a result, `PENDING`, or `UNKNOWN`. */
type Decide = (flags: number, pSum: number, qSum: number, difference: number) => number;

/** Of sums that are near each other, and known well enough. */
export const decideNear =
  (precision: Call["precision"]): Decide =>
  (_flags, pSum, qSum, difference) =>
    areNear({ pSum, qSum }) && !isCoarse({ precision, qSum, difference }) ? PENDING : Number.NaN;

/** A measure with two passes: a survey of both rows, then a kernel over p and q̃ = q·(1 + γ), γ = Σp/Σq - 1, and α, where there is one. */
export interface Surveyed {
  readonly kernel: Kernel;
  /** Of a symmetric measure the larger sum comes first, so that γ >= 0; `decide` sees the sums in this order, and flags in the given one. */
  readonly order: Order;
  readonly decide: Decide;
  readonly resultOf: (first: number, second: number, pSum: number, gamma: number) => number;
  /** Σ(p + q) and Σ(p - q) from the kernel's totals with γ = 0, better than f32 knows them; of a kernel that works in f64. */
  readonly sumsOf?: (first: number, second: number, third: number) => [sum: number, difference: number];
}

/** Of kernels that work in f64 with any γ. */
export const decideFar =
  (precision: Call["precision"]): Decide =>
  (flags, pSum, qSum, difference) => {
    const value = decideNear(precision)(flags, pSum, qSum, difference);
    if (value === PENDING || !areComparable(pSum, qSum)) return value;
    return precision === "f32" ? UNKNOWN : PENDING;
  };

/** Sees a row that is not done though there is nothing wrong with it: its sums in the order of the kernel, and whether that is not the given one. */
type Leave = (r: number, pSum: number, qSum: number, isSwapped: boolean) => void;

/** Computes the rows of operand `operand` and the one behind it. */
export function surveyed(
  backend: Backend,
  { precision, length, normalize, alpha = 0 }: Call,
  measure: Surveyed,
  count: number,
  values: Float64Array,
  at: number,
  leave: Leave = () => {},
  operand = 0,
  areLeft?: Uint8Array,
): void {
  const { kernel, order, decide, resultOf } = measure;
  const { table } = backend;
  if (areLeft) for (let r = 0; r < count; r++) table[r * COLUMNS] = areLeft[r] ? 0 : DECLINED;
  backend.runRows(kernels.survey, precision, length, count, areLeft ? SHARED | SKIP : SHARED, operand);
  let areAny = 0;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (areLeft && !areLeft[r]) continue;
    const flags = table[line];
    const total = totalAt(table, line, 2);
    const isSwapped = order === "swapped" || (order === "larger first" && total < 0);
    const difference = isSwapped ? -total : total;
    let qSum = totalAt(table, line, isSwapped ? 1 : 0);
    let pSum = totalAt(table, line, isSwapped ? 0 : 1);
    const isUsual = !(flags & (UNUSUAL | DECLINED)) && isSum(pSum, normalize) && isSum(qSum, normalize);
    if (order === "larger first" && difference === 0) {
      pSum = Math.max(pSum, qSum);
      qSum = pSum;
    }
    const gamma = difference / qSum;
    const value = isUsual ? decide(flags, pSum, qSum, difference) : Number.NaN;
    values[at + r] = value;
    table[line + SWAP] = isSwapped ? 1 : 0;
    table[line + FIELDS] = value === PENDING ? gamma : 0;
    table[line + FIELDS + 1] = alpha;
    table[line + Q_SUM] = qSum;
    table[line + P_SUM] = pSum;
    if (value < areAny) areAny = value; // not for NaN
    if (isUsual && Number.isNaN(value)) leave(r, pSum, qSum, isSwapped);
  }
  if (areAny === 0) return;
  if (areAny === UNKNOWN) findSums(backend, { precision, length }, measure, count, values, at);
  if (areAny === UNKNOWN || areLeft)
    runOnly(backend, { precision, length }, kernel, count, values, at, PENDING, operand);
  else backend.runRows(kernel, precision, length, count, GIVEN, operand);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (values[at + r] !== PENDING) continue;
    const gamma = table[line + FIELDS];
    const value = resultOf(totalAt(table, line, 0), totalAt(table, line, 1), table[line + P_SUM], gamma);
    values[at + r] = value;
    if (Number.isNaN(value)) leave(r, table[line + P_SUM], table[line + Q_SUM], table[line + SWAP] === 1);
  }
}

/** Runs a kernel over the rows for which `values` has `only`; what it is given is in the table. */
function runOnly(
  backend: Backend,
  { precision, length }: Pick<Call, "precision" | "length">,
  kernel: Kernel,
  count: number,
  values: Float64Array,
  at: number,
  only: number,
  operand = 0,
): void {
  for (let r = 0; r < count; r++) backend.table[r * COLUMNS] = values[at + r] === only ? 0 : DECLINED;
  backend.runRows(kernel, precision, length, count, GIVEN | SKIP, operand);
}

const NO_SUMS = (): [number, number] => [Number.NaN, 0];

/** Makes what is UNKNOWN PENDING, or NaN. */
function findSums(
  backend: Backend,
  call: Pick<Call, "precision" | "length">,
  { kernel, order, sumsOf = NO_SUMS }: Surveyed,
  count: number,
  values: Float64Array,
  at: number,
): void {
  const { table } = backend;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (values[at + r] === UNKNOWN) table[line + SWAP] = order === "swapped" ? 1 : 0;
  }
  runOnly(backend, call, kernel, count, values, at, UNKNOWN);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (values[at + r] !== UNKNOWN) continue;
    const [sum, given] = sumsOf(totalAt(table, line, 0), totalAt(table, line, 1), totalAt(table, line, 2));
    const isSwapped = order === "larger first" && given < 0;
    const difference = isSwapped ? -given : given;
    const [pSum, qSum] = [(sum + difference) / 2, (sum - difference) / 2];
    if (isSwapped) table[line + SWAP] = 1;
    table[line + FIELDS] = difference / qSum;
    table[line + P_SUM] = pSum;
    values[at + r] = areComparable(pSum, qSum) ? PENDING : Number.NaN;
  }
}

const areUnsettled = /* @__PURE__ */ new Uint8Array(ROWS);

/** Rows that are NaN after one pass (`reduced`): with a survey and γ, unless there is something wrong with them. */
export function surveyedAgain(
  backend: Backend,
  call: Call,
  measure: Surveyed,
  count: number,
  values: Float64Array,
  at: number,
  leave?: Leave,
): void {
  let isAny = false;
  for (let r = 0; r < count; r++) {
    areUnsettled[r] = Number.isNaN(values[at + r]) ? 1 : 0;
    isAny ||= areUnsettled[r] === 1;
  }
  if (isAny) surveyed(backend, call, measure, count, values, at, leave, 0, areUnsettled);
}

/** Rows that are to be scaled, in f64, by a measure with a survey. */
export function surveyedScaled(
  backend: Backend,
  call: Call,
  rows: readonly ScaledRow[],
  measure: Surveyed,
  sources: readonly Vector[],
  first: number,
  values: Float64Array,
  at: number,
  isFlushed?: boolean,
): void {
  const scaledCall: Call = { ...call, precision: "f64", normalize: true };
  const run = (count: number, results: Float64Array) =>
    surveyed(backend, scaledCall, measure, count, results, 0, undefined, SCALED);
  computeScaled(backend, call, "f64", rows, sources, first, values, at, run, isFlushed);
}

/**
 * Gets the backend ready for kernels that find the largest number of each row (as `findLogits` does for one). Returns 1/temperature.
 * At one that f32 or f64 cannot hold, all rows are declined.
 */
export function scaleOfLogits(backend: Backend, { precision, temperature }: Call, kind: LogitKind): number {
  const t = kind === "logits" ? temperature : 1;
  const most = precision === "f32" ? MOST_F32 : MOST_F64;
  const isWide = t >= 1 / most && t <= most;
  // no number is at most -1: all rows are declined
  if (!isWide) backend.most = -1;
  // 64·2^13, 256·2^42: `isFine`
  else if (precision === "f32") backend.most = Math.min(MOST_F32, t * 524288);
  else backend.most = Math.min(Number.MAX_VALUE, t * 1125899906842624);
  const scale = isWide ? 1 / t : 1;
  backend.fields = scale === 1 ? NO_FIELDS : { ...NO_FIELDS, scale };
  return scale;
}

/** The fields of one row or of a pair, for kernels that are given them: as `fieldsFor` has them (row/logits.ts). */
export function setRowFields(
  { table }: Backend,
  precision: Call["precision"],
  line: number,
  isSwapped: boolean,
  scale: number,
  aLargest: number,
  bLargest: number,
  offset: number,
  factor: number,
  less: number,
  slope: number,
  weight: number,
  secondFactor: number,
): void {
  table[line + SWAP] = isSwapped ? 1 : 0;
  const at = line + FIELDS;
  table[at] = aLargest;
  table[at + 1] = bLargest;
  table[at + 2] = scale;
  table[at + 3] = aLargest + (precision === "f32" ? NEGLIGIBLE_F32 : NEGLIGIBLE_F64) / scale;
  table[at + 4] = offset;
  table[at + 5] = factor;
  table[at + 6] = less;
  table[at + 7] = slope;
  table[at + 8] = weight;
  table[at + 9] = secondFactor;
}

/** Whether e^logSum is the sum of a distribution, where it has to be. */
export const isLogSum = (logSum: number, kind: LogitKind, { normalize }: Call): boolean =>
  kind !== "logProbabilities" || normalize || isSum(exp(logSum), false);

/** Runs a kernel that finds the largest numbers of the rows, from operand `first` on. */
export function findRows(
  backend: Backend,
  { precision, length }: Call,
  kernel: Kernel,
  count: number,
  first = 0,
): void {
  backend.runRows(kernel, precision, length, count, FOUND, first);
}

/** Of each row of one operand: its largest number times 1/temperature, and ln Z, Z = Σ e^x. NaN for a row that was declined. */
export class LogSums {
  readonly largest = new Float64Array(ROWS);
  readonly sum = new Float64Array(ROWS);

  /** Finds them. */
  find(backend: Backend, call: Call, count: number, operand: number): void {
    findRows(backend, call, kernels.logSumExp, count, operand);
    const { table } = backend;
    for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
      this.largest[r] = table[line + LARGEST];
      this.sum[r] = table[line] === 0 ? totalAt(table, line, 1) : Number.NaN;
    }
  }

  /** ln Σ e^z of a row, of whose numbers `shift` has been taken off. */
  logSumExp(r: number, scale: number, shift = 0): number {
    return (this.largest[r] + shift) * scale + ln(this.sum[r]);
  }
}
