// The measures from logits: straight from them, in a pass for the maxima and one or two for the sums; of long rows some in one pass.

import { type Backend, type FloatArray, type Precision, UNUSUAL } from "../../backends/backend.js";
import type { Fields } from "../../backends/fields.js";
import * as kernels from "../../backends/kernels.js";
import { map } from "../../backends/writing.js";
import { type Call, checkNumbers, checkSum, type NamedRow } from "../../call/arguments.js";
import { NEGLIGIBLE_F64 } from "../../numbers/exponential.js";
import { exp, LN2, ln, log1p } from "../../numbers/scalar.js";
import { Sum } from "../../numbers/twofold.js";
import { chunksOf, chunksOfPair, gap } from "./chunks.js";
import { isTooCoarse, klDivergenceOfLogits } from "./klOfLogits.js";
import {
  exponentOfLogit,
  fieldsFor,
  findLogits,
  findSums,
  isInfinite,
  type Logits,
  logSumExpOf,
  offsetOfNormalized,
  oneOf,
  sumOfExponentials,
} from "./logits.js";
import { checkObserved } from "./logRatio.js";
import { isOrdinary, scaled, scaleToOne } from "./pair.js";

/** An entropy up to which may be of classes that count as negligible, up to 10⁷ of them. */
const LEAST_ENTROPY = 1e-18;

/** H(p) = ln Z - T/Z, T = Σ e^x·x <= 0; NaN for a row of next to one class. */
export function entropyFrom(logSum: number, t: number, z: number): number {
  const result = logSum - t / z;
  return result > LEAST_ENTROPY ? result : Number.NaN;
}

/** H(p). Total 1 is Z. */
export function entropyIn(backend: Backend, call: Call, row: NamedRow, logits: Logits): number {
  backend.fields = fieldsFor(logits);
  backend.reduce(kernels.entropyOfLogits, logits.precision, [logits.found[0].row], call.length);
  return entropyOf(call, row, logits, backend.total(0), backend.total(1));
}

function entropyOf(call: Call, row: NamedRow, logits: Logits, t: number, z: number): number {
  const result = entropyFrom(ln(z), t, z);
  if (result > 0) return result;
  const [found] = logits.found;
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

/** A chunk's T is Σ e^x·x of its own x, which are less by (A - a)·scale in the row. */
export function entropyOfLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const chunked = chunksOf(backend, call, rows, kernels.entropyOfLogits);
  const logits = chunked ?? findLogits(backend, call, rows);
  let result: number;
  let z: number;
  if (chunked) {
    const [t, zs] = [new Sum(), new Sum()];
    for (const [, own, sum, , a] of chunked.chunks) {
      const x = gap(chunked, 0, a);
      const weight = exp(x);
      if (weight === 0) continue;
      t.add(weight * (own + x * sum));
      zs.add(weight * sum);
    }
    z = zs.value;
    result = entropyOf(call, rows[0], logits, t.value, z);
  } else {
    result = entropyIn(backend, call, rows[0], logits);
    z = backend.total(1);
  }
  logSumExpOf(call, rows[0], logits.found[0], logits.scale, ln(z));
  return result;
}

/** H(p, q) = ln Zq - T/Zp, T = Σ e^x·y <= 0. */
export function crossEntropyOfLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  if (rows[0].kind === "probabilities" && rows[1].kind !== "probabilities") {
    return crossEntropyOfTargets(backend, call, rows[0], rows[1], call.precision);
  }
  const chunked = chunksOfPair(backend, call, rows, kernels.crossEntropyOfLogits);
  if (chunked === undefined) return crossEntropyIn(backend, call, rows, findLogits(backend, call, rows));
  const [t, pSum, qSum] = [new Sum(), new Sum(), new Sum()];
  for (const [, own, sum, secondSum, a, b] of chunked.chunks) {
    const y = gap(chunked, 1, b);
    const weight = exp(gap(chunked, 0, a));
    qSum.add(exp(y) * secondSum);
    if (weight === 0) continue;
    t.add(weight * (own + y * sum));
    pSum.add(weight * sum);
  }
  return crossEntropyFrom(call, rows, chunked, t.value, pSum.value, qSum.value);
}

/** H(p, q) from its sums. */
function crossEntropyFrom(
  call: Call,
  rows: readonly NamedRow[],
  { scale, found }: Logits,
  t: number,
  pSum: number,
  qSum: number,
): number {
  logSumExpOf(call, rows[0], found[0], scale, ln(pSum));
  logSumExpOf(call, rows[1], found[1], scale, ln(qSum));
  return Math.max(0, ln(qSum) - t / pSum);
}

function crossEntropyIn(backend: Backend, call: Call, rows: readonly NamedRow[], logits: Logits): number {
  const { precision, found } = logits;
  backend.fields = fieldsFor(logits);
  if (backend.reduce(kernels.crossEntropyOfLogits, precision, [found[0].row, found[1].row], call.length) & UNUSUAL) {
    if (precision === "f64" || isInfinite(call, rows[0], rows[1])) return Number.POSITIVE_INFINITY;
    return crossEntropyIn(backend, call, rows, findLogits(backend, call, rows, "f64"));
  }
  return crossEntropyFrom(call, rows, logits, backend.total(0), backend.total(1), backend.total(2));
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

/** KL(p‖q) + KL(q‖p). */
export function jeffreysDivergenceOfLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const forward = klDivergenceOfLogits(backend, call, rows);
  return forward + klDivergenceOfLogits(backend, call, [rows[1], rows[0]]);
}

/** ½ KL(p‖m) + ½ KL(q‖m), m = (p + q)/2. */
export function jsDivergenceOfLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  return Math.min(LN2, jsIn(backend, call, rows, findSums(backend, call, rows)));
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
