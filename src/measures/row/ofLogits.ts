// The measures from logits: straight from them, in a pass for the maxima and one or two for the sums.

import { type Backend, type FloatArray, type Precision, UNUSUAL } from "../../backends/backend.js";
import type { Fields } from "../../backends/fields.js";
import { FAR } from "../../backends/js/logits.js";
import * as kernels from "../../backends/kernels.js";
import { map } from "../../backends/writing.js";
import { type Call, checkNumbers, checkSum, isImpossible, type NamedRow } from "../../call/arguments.js";
import { NEGLIGIBLE_F64 } from "../../numbers/exponential.js";
import { exp, LN2, ln, log1p, log1pMinus } from "../../numbers/scalar.js";
import { Sum } from "../../numbers/twofold.js";
import {
  exponentOfLogit,
  fieldsFor,
  findLogits,
  findSums,
  type Logits,
  logSumExpOf,
  offsetOf,
  oneOf,
  sumOfExponentials,
} from "./logits.js";
import { checkObserved } from "./logRatio.js";
import { isOrdinary, scaled, scaleToOne } from "./pair.js";

/** Whether some class is possible in p and impossible in q. */
export function isInfinite(call: Call, p: NamedRow, q: NamedRow): boolean {
  for (let i = 0; i < call.length; i++) if (isImpossible(q, i) && !isImpossible(p, i)) return true;
  return false;
}

/** An entropy up to which may be of classes that count as negligible, up to 10⁷ of them. */
const LEAST_ENTROPY = 1e-18;

/** H(p) = ln Z - T/Z, T = Σ e^x·x <= 0; NaN for a row of next to one class. */
export function entropyFrom(logSum: number, t: number, z: number): number {
  const result = logSum - t / z;
  return result > LEAST_ENTROPY ? result : Number.NaN;
}

/** H(p). Total 1 is Z. */
export function entropyIn(backend: Backend, call: Call, row: NamedRow, logits: Logits): number {
  const [found] = logits.found;
  backend.fields = fieldsFor(logits);
  backend.reduce(kernels.entropyOfLogits, logits.precision, [found.row], call.length);
  const z = backend.total(1);
  const result = entropyFrom(ln(z), backend.total(0), z);
  if (result > 0) return result;
  // class by class: Z is 1 and next to nothing
  const rest = new Sum();
  const products = new Sum();
  let isFirst = true;
  for (let i = row.start; i < row.start + call.length; i++) {
    const x = exponentOfLogit(logits, found, row.source[i]);
    const e = exp(x);
    if (isFirst && x === 0) isFirst = false;
    else rest.add(e);
    if (e > 0) products.add(e * x);
  }
  return log1p(rest.value) - products.value / (1 + rest.value);
}

export function entropyOfLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const logits = findLogits(backend, call, rows);
  const result = entropyIn(backend, call, rows[0], logits);
  logSumExpOf(call, rows[0], logits.found[0], logits.scale, ln(backend.total(1)));
  return result;
}

/** H(p, q) = ln Zq - T/Zp, T = Σ e^x·y <= 0. */
export function crossEntropyOfLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  if (rows[0].kind === "probabilities" && rows[1].kind !== "probabilities") {
    return crossEntropyOfTargets(backend, call, rows[0], rows[1], call.precision);
  }
  return crossEntropyIn(backend, call, rows, findLogits(backend, call, rows));
}

function crossEntropyIn(backend: Backend, call: Call, rows: readonly NamedRow[], logits: Logits): number {
  const { precision, scale, found } = logits;
  const [p, q] = found;
  backend.fields = fieldsFor(logits);
  if (backend.reduce(kernels.crossEntropyOfLogits, precision, [p.row, q.row], call.length) & UNUSUAL) {
    if (precision === "f64" || isInfinite(call, rows[0], rows[1])) return Number.POSITIVE_INFINITY;
    return crossEntropyIn(backend, call, rows, findLogits(backend, call, rows, "f64"));
  }
  const [t, pSum, qSum] = [backend.total(0), backend.total(1), backend.total(2)];
  logSumExpOf(call, rows[0], p, scale, ln(pSum));
  logSumExpOf(call, rows[1], q, scale, ln(qSum));
  return Math.max(0, ln(qSum) - t / pSum);
}

/** Of probabilities and logits, as they are: soft targets. */
function crossEntropyOfTargets(
  backend: Backend,
  call: Call,
  targets: NamedRow,
  q: NamedRow,
  wanted: Precision,
  scale?: number,
): number {
  const logits = findLogits(backend, call, [q], wanted);
  const { precision, found } = logits;
  const row = scaled(targets, scale ?? 1);
  backend.fields = fieldsFor(logits, { bShift: found[0].largest });
  const flags = backend.reduce(kernels.softTargets, precision, [row, found[0].row], call.length);
  const sum = backend.total(1);
  if (flags & UNUSUAL) {
    checkNumbers(call, targets);
    if (isInfinite(call, targets, q)) return Number.POSITIVE_INFINITY;
  }
  if (flags & UNUSUAL || !isOrdinary(sum)) {
    if (precision === "f32") return crossEntropyOfTargets(backend, call, targets, q, "f64");
    if (scale === undefined) {
      return crossEntropyOfTargets(backend, call, targets, q, "f64", scaleFor(call, targets));
    }
    if (flags & UNUSUAL) return Number.POSITIVE_INFINITY;
  }
  checkSum(call, targets, sum / (scale ?? 1));
  const qSum = backend.total(2);
  logSumExpOf(call, q, found[0], logits.scale, ln(qSum));
  return Math.max(0, ln(qSum) - backend.total(0) / sum);
}

/** A power of 2 that takes the largest number to [1, 2). */
function scaleFor(call: Call, targets: NamedRow): number {
  const { source, start } = targets;
  let most = 0;
  for (let i = start; i < start + call.length; i++) most = Math.max(most, source[i]);
  if (most === 0) checkSum(call, targets, 0);
  return scaleToOne(most);
}

/** KL(p‖q). */
export function klDivergenceOfLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  return compareLogits(backend, call, rows).value;
}

/** KL(p‖q), and what else its sums tell. */
export interface Comparison {
  readonly value: number;
  readonly logits: Logits;
  /** Zp = Σ e^x. */
  readonly pSum: number;
  /** What makes (b - a + offset)·scale the logarithm of q/p, both normalised. */
  readonly offset: number;
}

export function compareLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): Comparison {
  return klIn(backend, call, rows, findLogits(backend, call, rows));
}

/**
 * Whether b - a, rounded, leaves too little of a divergence: the rounding is 2^-24 or 2^-53 of the offset between the rows, and
 * enters the divergence with 2/√(2·value) of that, relatively, or as it is.
 */
export function isTooCoarse(precision: Precision, value: number, offset: number): boolean {
  const curvature = precision === "f64" ? 6e-9 : 2.8e-4;
  const most = precision === "f64" ? 256 : 8;
  return value < curvature * offset * offset || Math.abs(offset) > most * Math.max(1, value);
}

/**
 * From S = Σ e^x·(e^v - 1 - v), Zp and V = Σ e^x·v: KL = S/Zp - (ρ - ln(1 + ρ)), ρ = Zq/Zp - 1 = (S + V)/Zp, where it is small, or
 * where S/Zp < 1 and no v is FAR: the error of S is at most 2^-23 of v in each of its terms, less than 1e-6 of Zp in all. Else it is
 * ln(Zq/Zp) - V/Zp, with Zq added up by itself: S + V has lost of it what rounding takes of a large v, and all where ρ nears -1.
 * Where the two parts cancel, the rows are compared again with the offset between them that makes ρ vanish.
 */
function klIn(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  logits: Logits,
  isWide = false,
  centred?: number,
): Comparison {
  const { precision, scale, found } = logits;
  const [p, q] = found;
  const offset = centred ?? offsetOf(precision, p, q);
  const widened = () => klIn(backend, call, rows, findLogits(backend, call, rows, "f64", true), true);
  backend.fields = fieldsFor(logits, { offset });
  const flags = backend.reduce(kernels.klDivergenceOfLogits, precision, [p.row, q.row], call.length);
  if (flags & UNUSUAL) {
    if (!isWide && !isInfinite(call, rows[0], rows[1])) return widened();
    return infiniteComparison(backend, call, rows, logits);
  }
  const s = backend.total(0);
  const pSum = backend.total(1);
  const v = backend.total(2);
  if (s === Number.POSITIVE_INFINITY) return isWide ? infiniteComparison(backend, call, rows, logits) : widened();
  const rho = (s + v) / pSum;
  // what rounding has added to the offset of the two largest
  const rounding = (offset - (p.largest - q.largest)) * scale;
  logSumExpOf(call, rows[0], p, scale, ln(pSum));
  let part = s / pSum;
  const isSmall = part < 1 && !(flags & FAR);
  let value = rho < -0.5 ? Number.POSITIVE_INFINITY : part + log1pMinus(rho);
  let logRatio: number;
  if (value < 0.1 || (isSmall && rho >= -0.5)) {
    logRatio = ln(1 + rho);
  } else {
    logRatio = ln(sumOfExponentials(backend, call, oneOf(logits, 1))) - ln(pSum) + rounding;
    part = -v / pSum;
    value = part + logRatio;
  }
  logSumExpOf(call, rows[1], q, scale, ln(pSum) + logRatio - rounding);
  if (!isWide && isTooCoarse(precision, value, offset * scale)) return widened();
  const next = offset - logRatio / scale;
  if (Math.abs(part) > 8 * value && centred === undefined) {
    const rounded = precision === "f32" ? Math.fround(next) : next;
    if (rounded !== offset) return klIn(backend, call, rows, logits, isWide, rounded);
  }
  return { value: Math.max(0, value), logits, pSum, offset: next };
}

/** Of rows with a class that is possible in p alone. */
function infiniteComparison(backend: Backend, call: Call, rows: readonly NamedRow[], logits: Logits): Comparison {
  const [pSum, qSum] = [0, 1].map((i) => {
    const sum = sumOfExponentials(backend, call, oneOf(logits, i));
    logSumExpOf(call, rows[i], logits.found[i], logits.scale, ln(sum));
    return sum;
  });
  return { value: Number.POSITIVE_INFINITY, logits, pSum, offset: offsetOfNormalized(logits, pSum, qSum) };
}

/** KL(p‖q) + KL(q‖p). */
export function jeffreysDivergenceOfLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const forward = klDivergenceOfLogits(backend, call, rows);
  return forward + klDivergenceOfLogits(backend, call, [rows[1], rows[0]]);
}

/** ½ KL(p‖m) + ½ KL(q‖m), m = (p + q)/2. */
export function jsDivergenceOfLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  return Math.min(LN2, jsIn(backend, call, rows, findSums(backend, call, rows)));
}

/** The offset that makes v the logarithm of the ratio of the normalised rows. */
export function offsetOfNormalized(logits: Logits, pSum: number, qSum: number): number {
  const [p, q] = logits.found;
  return p.largest - q.largest + (ln(pSum) - ln(qSum)) / logits.scale;
}

/** An order of rows with one log-sum-exp: by the first of their numbers that differ. */
function isLess({ length }: Call, p: NamedRow, q: NamedRow): boolean {
  if (p.kind !== q.kind) return p.kind < q.kind;
  let i = 0;
  while (i < length - 1 && p.source[p.start + i] === q.source[q.start + i]) i++;
  return p.source[p.start + i] < q.source[q.start + i];
}

function jsIn(backend: Backend, call: Call, rows: readonly NamedRow[], logits: Logits, isWide = false): number {
  const { precision, scale, lift, found } = logits;
  const pSum = sumOfExponentials(backend, call, oneOf(logits, 0));
  const qSum = sumOfExponentials(backend, call, oneOf(logits, 1));
  const pTotal = logSumExpOf(call, rows[0], found[0], scale, ln(pSum));
  const qTotal = logSumExpOf(call, rows[1], found[1], scale, ln(qSum));
  // in one order, so that the result is the same for (q, p)
  if (pTotal < qTotal || (pTotal === qTotal && isLess(call, rows[0], rows[1]))) {
    return jsIn(backend, call, [rows[1], rows[0]], { precision, scale, lift, found: [found[1], found[0]] }, isWide);
  }
  const offset = offsetOfNormalized(logits, pSum, qSum);
  backend.fields = fieldsFor(logits, { offset, secondFactor: pSum / qSum });
  const flags = backend.reduce(kernels.jsDivergenceOfLogits, precision, [found[0].row, found[1].row], call.length);
  const result = Math.max(0, backend.total(0) / (2 * pSum));
  if (!isWide && (flags & UNUSUAL || isTooCoarse(precision, 4 * result, offset * scale))) {
    return jsIn(backend, call, rows, findSums(backend, call, rows, "f64", true), true);
  }
  return result;
}

/**
 * The fields that make ((a - aShift) - (b - bShift) + offset)·scale the log-ratio. Off each number of logits comes their ln Σ e^z,
 * its largest part apart; others are as they are.
 */
function ratioFields(backend: Backend, call: Call, rows: readonly NamedRow[], logits: Logits, unit: number): Fields {
  const { scale, found } = logits;
  const shifts: number[] = [];
  const logSums: number[] = [];
  for (let i = 0; i < 2; i++) {
    const isLogits = rows[i].kind === "logits";
    shifts.push(isLogits ? found[i].largest : -found[i].shift);
    logSums.push(isLogits ? ln(sumOfExponentials(backend, call, oneOf(logits, i))) : 0);
  }
  const offset = (logSums[1] - logSums[0]) / scale;
  const between = new Sum();
  between.add(shifts[0]);
  between.add(-shifts[1]);
  const rest = Number.isFinite(between.high) ? between.low : 0;
  const masked = { less: NEGLIGIBLE_F64 / scale, slope: between.high, factor: rest };
  return fieldsFor(logits, { aShift: shifts[0], bShift: shifts[1], offset, scale: scale / unit, ...masked });
}

/** Σ c ln(p/q). */
export function logLikelihoodRatioOfLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const [counts, p, q] = rows;
  const pair = [p, q];
  const logits = findSums(backend, call, pair);
  const { precision, found } = logits;
  backend.fields = ratioFields(backend, call, pair, logits, 1);
  const three = [counts, found[0].row, found[1].row];
  if (!(backend.reduce(kernels.logLikelihoodRatioOfLogits, precision, three, call.length) & UNUSUAL)) {
    const result = backend.total(0);
    if (Number.isFinite(result)) return result;
  }
  const infinite = checkObserved(call, counts, p, q);
  if (infinite !== undefined) return infinite;
  // some term or partial sum is too large for f64, or a count for f32: all as small as they can be, and the scales last
  const wide = findSums(backend, call, pair, "f64");
  backend.fields = ratioFields(backend, call, pair, wide, wide.scale);
  const scaledRows = [scaled(counts, 2 ** -200), wide.found[0].row, wide.found[1].row];
  backend.reduce(kernels.logLikelihoodRatioOfLogits, "f64", scaledRows, call.length);
  return backend.total(0) * 2 ** 200 * wide.scale;
}

/** out = ln(p/q), elementwise. */
export function logRatioOfLogits(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  out: FloatArray,
  outStart: number,
): void {
  const logits = findSums(backend, call, rows);
  const { precision, found } = logits;
  backend.fields = ratioFields(backend, call, rows, logits, call.unit);
  map(backend, kernels.logRatioOfLogits, precision, [found[0].row, found[1].row], call.length, out, outStart);
}
