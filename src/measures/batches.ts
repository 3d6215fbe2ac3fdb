// What batches of rows have in common: kernels leave a line for each row in a table, and a loop over the table makes results of them.
// NaN stands for a row that is to be computed by itself: it is unusual, or there is an error to tell.

import { type Backend, P_IS_ZERO, UNUSUAL } from "../backends/backend.js";
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
import { areNear, isCoarse } from "./row/weights.js";

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
type Order = "given" | "larger first";

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

/** What becomes of a pair of rows after its survey: undefined for a row by itself, a result, or `PENDING`. */
type Decide = (flags: number, pSum: number, qSum: number, difference: number) => number;

/** Of sums that are near each other, and known well enough. */
export const decideNear =
  (precision: Call["precision"]): Decide =>
  (_flags, pSum, qSum, difference) =>
    areNear({ pSum, qSum }) && !isCoarse({ precision, qSum, difference }) ? PENDING : Number.NaN;

/** A measure with two passes: a survey of both rows, then a kernel over p and q̃ = q·(1 + γ), γ = Σp/Σq - 1, and α, where there is one. */
interface Surveyed {
  readonly kernel: Kernel;
  /** Of a symmetric measure the larger sum comes first, so that γ >= 0; `decide` sees the sums in this order, and flags in the given one. */
  readonly order: Order;
  readonly decide: Decide;
  readonly resultOf: (first: number, second: number, pSum: number, gamma: number) => number;
}

/** Sees a row that is not done though there is nothing wrong with it: its sums in the order of the kernel, and whether that is not the given one. */
type Leave = (r: number, pSum: number, qSum: number, isSwapped: boolean) => void;

/** Computes the rows of operand `operand` and the one behind it. */
export function surveyed(
  backend: Backend,
  { precision, length, normalize, alpha = 0 }: Call,
  { kernel, order, decide, resultOf }: Surveyed,
  count: number,
  values: Float64Array,
  at: number,
  leave: Leave = () => {},
  operand = 0,
): void {
  const { table } = backend;
  backend.runRows(kernels.survey, precision, length, count, SHARED, operand);
  let isAny = false;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const flags = table[line];
    const total = totalAt(table, line, 2);
    const isSwapped = order === "larger first" && total < 0;
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
    if (value === PENDING) isAny = true;
    else if (isUsual && Number.isNaN(value)) leave(r, pSum, qSum, isSwapped);
  }
  if (!isAny) return;
  backend.runRows(kernel, precision, length, count, GIVEN, operand);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (values[at + r] !== PENDING) continue;
    const gamma = table[line + FIELDS];
    const value = resultOf(totalAt(table, line, 0), totalAt(table, line, 1), table[line + P_SUM], gamma);
    values[at + r] = value;
    if (Number.isNaN(value)) leave(r, table[line + P_SUM], table[line + Q_SUM], table[line + SWAP] === 1);
  }
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

  /** ln Σ e^z of a row. */
  logSumExp(r: number, scale: number): number {
    return this.largest[r] * scale + ln(this.sum[r]);
  }
}
