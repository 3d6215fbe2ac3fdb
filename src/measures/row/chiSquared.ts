// The χ² divergences. Of a pair as it is, whatever its sums P and Q are, one pass tells them: with X = Σ (p - q)²/q,
//
//   Σ (p̂ - q̂)²/q̂ = [Q·X - (P - Q)²]/P²

import { type Backend, type Precision, Q_IS_ZERO, UNUSUAL } from "../../backends/backend.js";
import * as kernels from "../../backends/kernels.js";
import { type Call, isSum, type NamedRow } from "../../call/arguments.js";
import { expm1 } from "../../numbers/scalar.js";
import { isBlurred } from "./exact.js";
import { logOfPowers } from "./logarithms.js";
import {
  areComparable,
  areProbabilities,
  checkSums,
  isSettled,
  type Pair,
  pairFrom,
  pairOf,
  precisionOf,
  reduceGiven,
  reducePair,
  weightsOf,
} from "./weights.js";

/** From flags and totals of the kernel: X, P and P - Q. NaN if it cancels. */
function fromTotals(call: Call, flags: number, total: number, pSum: number, difference: number): number {
  const qSum = pSum - difference;
  if (flags & Q_IS_ZERO) return isSettled(call, pSum, qSum, 0, 0) ? Number.POSITIVE_INFINITY : Number.NaN;
  const less = difference * difference;
  const rest = qSum * total - less;
  return rest < Number.POSITIVE_INFINITY && isSettled(call, pSum, qSum, less, rest) ? rest / (pSum * pSum) : Number.NaN;
}

/** The same of a row of a batch; NaN for one by itself. */
export function ofRow(call: Call, flags: number, total: number, pSum: number, difference: number): number {
  const areSums = isSum(pSum, call.normalize) && isSum(pSum - difference, call.normalize);
  return !(flags & UNUSUAL) && areSums ? fromTotals(call, flags, total, pSum, difference) : Number.NaN;
}

/** Whether γ does not do for f64 rows: of a Σq that is more than twice Σp, 1 + γ has lost its last digits. */
export const isFar = (pSum: number, qSum: number): boolean => qSum > 2 * pSum || !areComparable(pSum, qSum);

/** From the totals with γ; NaN where γq of f64, rounded, shows: p̂/q̂ - 1 are about the root of the result. */
export function fromPair(precision: Precision, total: number, all: number, gamma: number): number {
  const result = total / all;
  const isExact = precision === "f32" || !isBlurred(gamma, Math.sqrt(result));
  return Number.isFinite(result) && isExact ? result : Number.NaN;
}

/** Σ (p̂ - q̂)²/q̂. */
export function pearsonChiSquared(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const weights = rows.map((row) => weightsOf(backend, call, row, "exact"));
  const flags = reduceGiven(backend, call, kernels.chiSquared, weights);
  let given: Pair | undefined;
  if (!(flags & UNUSUAL)) {
    const [total, pSum, difference] = [backend.total(0), backend.total(1), backend.total(2)];
    const inPrecision = { ...call, precision: precisionOf(call, rows) };
    const result = fromTotals(inPrecision, flags, total, pSum, difference);
    if (!Number.isNaN(result)) {
      checkSums(call, weights, pSum, pSum - difference);
      return result;
    }
    given = pairFrom(call, weights, 2 * pSum - difference, difference);
  }
  const asGiven = (it: Pair) => (it.precision === "f64" && !isFar(it.pSum, it.qSum) ? it : given);
  const pair = pairOf(backend, call, weights, "exact", asGiven);
  if (pair) {
    if (pair.flags & Q_IS_ZERO) return Number.POSITIVE_INFINITY;
    reducePair(backend, call, kernels.chiSquared, pair);
    const precision = areProbabilities(rows) ? call.precision : "f32";
    const result = fromPair(precision, backend.total(0), backend.total(1), pair.difference / pair.qSum);
    if (!Number.isNaN(result)) return result;
  }
  return Math.max(0, expm1(logOfPowers(call, rows, 1)));
}

/** Σ (p̂ - q̂)²/p̂. */
export const neymanChiSquared = (backend: Backend, call: Call, rows: readonly NamedRow[]): number =>
  pearsonChiSquared(backend, call, [rows[1], rows[0]]);
