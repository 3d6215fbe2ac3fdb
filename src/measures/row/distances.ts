// The distances of Hellinger, Bhattacharyya and total variation: a survey for both sums, and a pass. The larger sum comes first: the
// result is the same, to the bit, for (p, q) and (q, p).

import type { Backend } from "../../backends/backend.js";
import * as kernels from "../../backends/kernels.js";
import type { Call, NamedRow } from "../../call/arguments.js";
import { ln, log1p } from "../../numbers/scalar.js";
import { ExactPair, isBlurred } from "./exact.js";
import { logAffinity } from "./logarithms.js";
import { areProbabilities, type Pair, pairOf, reducePair, swapped } from "./weights.js";

/** p and q, that of the larger sum first. */
function orderedPair(backend: Backend, call: Call, rows: readonly NamedRow[]): Pair {
  // with what is next to nothing taken for 0, scaled rows are never unusual
  const pair = pairOf(backend, call, rows, "flushed") as Pair;
  return pair.difference < 0 ? swapped(pair) : pair;
}

/** ½ Σ|p̂ - q̂|. */
export function totalVariationDistance(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const pair = orderedPair(backend, call, rows);
  reducePair(backend, call, kernels.totalVariationDistance, pair);
  const result = Math.min(1, backend.total(0) / backend.total(1));
  const isExact =
    call.precision === "f32" || !areProbabilities(rows) || !isBlurred(pair.difference / pair.qSum, result);
  return isExact ? result : new ExactPair(call, rows).totalVariation();
}

/** H² and BC from both totals of the kernel. */
export const squaredFrom = (apart: number, root: number): number => apart / (apart + 2 * root);
export const affinityFrom = (apart: number, root: number): number => (2 * root) / (apart + 2 * root);

/** H² = ½ Σ(√p̂ - √q̂)² and BC = Σ√(p̂q̂) = 1 - H², of which each keeps its relative accuracy. */
function hellinger(backend: Backend, call: Call, rows: readonly NamedRow[]): [squared: number, affinity: number] {
  reducePair(backend, call, kernels.hellingerDistance, orderedPair(backend, call, rows));
  const [apart, root] = [backend.total(0), backend.total(1)];
  return [squaredFrom(apart, root), affinityFrom(apart, root)];
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
