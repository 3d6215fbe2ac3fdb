// The distances of Hellinger, Bhattacharyya and total variation: the same, to the bit, for (p, q) and (q, p). Where γ = Σp/Σq - 1 has to be
// known, a survey comes first, and the larger sum is that of p.

import { type Backend, UNUSUAL } from "../../backends/backend.js";
import * as kernels from "../../backends/kernels.js";
import { type Call, isSum, type NamedRow } from "../../call/arguments.js";
import { ln, log1p } from "../../numbers/scalar.js";
import { ExactPair, isBlurred } from "./exact.js";
import { logAffinity } from "./logarithms.js";
import {
  areProbabilities,
  checkSums,
  isSettled,
  type Pair,
  pairFrom,
  pairOf,
  precisionOf,
  reduceGiven,
  reducePair,
  swapped,
  weightsOf,
} from "./weights.js";

/** The larger sum first. */
const ordered = (pair: Pair): Pair => (pair.difference < 0 ? swapped(pair) : pair);

/** ½ Σ|p̂ - q̂|. */
export function totalVariationDistance(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const kernel = kernels.totalVariationDistance;
  const asGiven = (surveyed: Pair) => {
    if (surveyed.precision === "f64") return surveyed;
    reduceGiven(backend, call, kernel, rows);
    return pairFrom(call, rows, backend.total(1), backend.total(2));
  };
  // with what is next to nothing taken for 0, scaled rows are never unusual
  const pair = ordered(pairOf(backend, call, rows, "flushed", asGiven) as Pair);
  reducePair(backend, call, kernel, pair);
  const result = Math.min(1, backend.total(0) / backend.total(1));
  const gamma = Math.min(1, pair.difference / pair.qSum);
  const isExact = call.precision === "f32" || !areProbabilities(rows) || !isBlurred(gamma, result);
  return isExact ? result : new ExactPair(call, rows).totalVariation();
}

// Of a pair as it is, whatever its sums P and Q are, Δ = Σ(√p - √q)² and R = Σ√(pq) tell Hellinger's distance and Bhattacharyya's:
//
//   BC = R/√(PQ),   H² = 1 - BC = [Δ - (√P - √Q)²]/(2√(PQ)),   (√P - √Q)² = (P - Q)²/(P + Q + 2√(PQ)),   P + Q = Δ + 2R

/** P from the totals of the kernel: Δ, R and P - Q. Of Q - P: Q. */
const sumFrom = (apart: number, root: number, difference: number): number => (apart + 2 * root + difference) / 2;

/** √(PQ). */
const meanFrom = (apart: number, root: number, difference: number): number =>
  Math.sqrt(sumFrom(apart, root, difference) * sumFrom(apart, root, -difference));

/** H²; NaN if it cancels. */
function squaredFrom(call: Call, apart: number, root: number, difference: number): number {
  const mean = meanFrom(apart, root, difference);
  const less = (difference * difference) / (apart + 2 * root + 2 * mean);
  const rest = apart - less;
  const pSum = sumFrom(apart, root, difference);
  return isSettled(call, pSum, sumFrom(apart, root, -difference), less, rest) ? rest / (2 * mean) : Number.NaN;
}

/** H² of a row of a batch; NaN for one by itself. */
export function squaredOfRow(call: Call, flags: number, apart: number, root: number, difference: number): number {
  const areSums =
    isSum(sumFrom(apart, root, difference), call.normalize) && isSum(sumFrom(apart, root, -difference), call.normalize);
  return flags === 0 && areSums ? squaredFrom(call, apart, root, difference) : Number.NaN;
}

/** BC. */
export const affinityFrom = (apart: number, root: number, difference: number): number =>
  root / meanFrom(apart, root, difference);

/** H² = ½ Σ(√p̂ - √q̂)² and BC = Σ√(p̂q̂) = 1 - H², of which each keeps its relative accuracy. */
function hellinger(backend: Backend, call: Call, rows: readonly NamedRow[]): [squared: number, affinity: number] {
  const weights = rows.map((row) => weightsOf(backend, call, row, "flushed"));
  let given: Pair | undefined;
  if (!(reduceGiven(backend, call, kernels.hellingerDistance, weights) & UNUSUAL)) {
    const [apart, root, difference] = [backend.total(0), backend.total(1), backend.total(2)];
    const squared = squaredFrom({ ...call, precision: precisionOf(call, rows) }, apart, root, difference);
    if (!Number.isNaN(squared)) {
      checkSums(call, weights, sumFrom(apart, root, difference), sumFrom(apart, root, -difference));
      return [squared, affinityFrom(apart, root, difference)];
    }
    given = pairFrom(call, weights, apart + 2 * root, difference);
  }
  const pair = pairOf(backend, call, weights, "flushed", (it) => (it.precision === "f64" ? it : given)) as Pair;
  reducePair(backend, call, kernels.hellingerDistance, ordered(pair));
  const [apart, root] = [backend.total(0), backend.total(1)];
  return [apart / (apart + 2 * root), (2 * root) / (apart + 2 * root)];
}

export const squaredHellinger = (backend: Backend, call: Call, rows: readonly NamedRow[]): number =>
  hellinger(backend, call, rows)[0];

export function hellingerDistance(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  return Math.min(1, Math.sqrt(squaredHellinger(backend, call, rows)));
}

/** A sum of roots of products that may have underflowed, or what has been taken for 0 may be all of it. */
export const LEAST_AFFINITY = 1e-100;

/** -ln Σ√(p̂q̂). */
export function bhattacharyyaDistance(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const [squared, affinity] = hellinger(backend, call, rows);
  if (squared <= 0.5) return Math.max(0, -log1p(-squared));
  return affinity < LEAST_AFFINITY ? -logAffinity(call, rows) : -ln(affinity);
}
