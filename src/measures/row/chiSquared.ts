// The χ² divergences: a survey for both sums, and a pass.

import { type Backend, Q_IS_ZERO } from "../../backends/backend.js";
import * as kernels from "../../backends/kernels.js";
import type { Call, NamedRow } from "../../call/arguments.js";
import { expm1 } from "../../numbers/scalar.js";
import { isBlurred } from "./exact.js";
import { logOfPowers } from "./logarithms.js";
import { areProbabilities, pairOf, reducePair } from "./weights.js";

/** From the totals of the kernel; NaN where they do not tell the result. `isF64` is of probabilities: p̂/q̂ - 1 are about the root of the result. */
export function fromTotals(isF64: boolean, total: number, sum: number, gamma: number): number {
  const result = total / sum;
  return Number.isFinite(result) && !(isF64 && isBlurred(gamma, Math.sqrt(result))) ? result : Number.NaN;
}

/** Σ (p̂ - q̂)²/q̂. */
export function pearsonChiSquared(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const pair = pairOf(backend, call, rows, "exact");
  if (pair) {
    if (pair.flags & Q_IS_ZERO) return Number.POSITIVE_INFINITY;
    reducePair(backend, call, kernels.chiSquared, pair);
    const isF64 = call.precision === "f64" && areProbabilities(rows);
    const result = fromTotals(isF64, backend.total(0), backend.total(1), pair.difference / pair.qSum);
    if (!Number.isNaN(result)) return result;
  }
  return Math.max(0, expm1(logOfPowers(call, rows, 1)));
}

/** Σ (p̂ - q̂)²/p̂. */
export const neymanChiSquared = (backend: Backend, call: Call, rows: readonly NamedRow[]): number =>
  pearsonChiSquared(backend, call, [rows[1], rows[0]]);
