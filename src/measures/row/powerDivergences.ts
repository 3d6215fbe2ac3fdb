// Tsallis's relative entropy and the α-divergence, from the sums of powers that Rényi's divergence has: with S = Σ p̂^α q̂^(1-α), both are
// (S - 1)/(α - 1) to a factor.

import type { Backend } from "../../backends/backend.js";
import type { Call, NamedRow } from "../../call/arguments.js";
import { neymanChiSquared, pearsonChiSquared } from "./chiSquared.js";
import { squaredHellinger } from "./distances.js";
import { klOf, MOST_ORDER, powersOfPair, renyiDivergence, supportOf } from "./renyi.js";

/** (Σ p̂^α q̂^(1-α) - 1)/(α - 1). */
export function tsallisDivergence(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const { alpha = 1 } = call;
  if (alpha === 0) {
    const [inside, outside] = supportOf(backend, call, rows);
    return outside / (inside + outside);
  }
  if (alpha === 0.5) return 2 * squaredHellinger(backend, call, rows);
  if (alpha === 1) return klOf(backend, call, rows);
  if (alpha === 2) return pearsonChiSquared(backend, call, rows);
  if (alpha > MOST_ORDER) return renyiDivergence(backend, call, rows) > 0 ? Number.POSITIVE_INFINITY : 0;
  return Math.max(0, powersOfPair(backend, call, rows).lessOne / (alpha - 1));
}

/** (Σ p̂^α q̂^(1-α) - 1)/(α(α - 1)). */
export function alphaDivergence(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const { alpha = 1 } = call;
  if (alpha > 0) return tsallisDivergence(backend, call, rows) / alpha;
  if (alpha === 0) return klOf(backend, call, [rows[1], rows[0]]);
  if (alpha === -1) return neymanChiSquared(backend, call, rows) / 2;
  return Math.max(0, powersOfPair(backend, call, rows).lessOne / alpha / (alpha - 1));
}
