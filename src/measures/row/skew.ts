// Lee's skew divergence: a survey for both sums, and a pass with q̃ = q·(1 + γ), γ = Σp/Σq - 1 of either sign.

import type { Backend, Precision } from "../../backends/backend.js";
import * as kernels from "../../backends/kernels.js";
import type { Call, NamedRow } from "../../call/arguments.js";
import { ln, log1p } from "../../numbers/scalar.js";
import { klDivergence } from "./klDivergence.js";
import { klDivergenceOfLogits } from "./klOfLogits.js";
import { SHORT } from "./pair.js";
import { areProbabilities, isCoarse, type Pair, pairOf, reducePair } from "./weights.js";

/** What f32 lanes cannot hold: a mixture of next to nothing, or one that is next to p. */
export const isExtreme = (precision: Precision, alpha: number): boolean =>
  precision === "f32" && Math.min(alpha, 1 - alpha) < 2 ** -12;

/** From the kernel's Σ: at least 0, and at most ln(1/(1 - α)), which rows without a common class have. */
export const fromTotal = (alpha: number, total: number, pSum: number): number =>
  Math.max(0, Math.min(total / pSum, alpha < 0.5 ? -log1p(-alpha) : -ln(1 - alpha)));

/** KL(p̂‖(1 - α)p̂ + αq̂). */
export function skewDivergence(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const { alpha = 1 } = call;
  if (alpha === 1) return (areProbabilities(rows) ? klDivergence : klDivergenceOfLogits)(backend, call, rows);
  // with what is next to nothing taken for 0, scaled rows are never unusual
  const pair = pairOf(backend, call, rows, "flushed") as Pair;
  if (alpha === 0) return 0;
  backend.setPower(alpha);
  const run = (precision: Precision) => {
    reducePair(backend, call, kernels.skewDivergence, { ...pair, precision });
    return fromTotal(alpha, backend.total(0), pair.pSum);
  };
  // of longer rows f32 may do, in less than half of the time
  if (isExtreme(pair.precision, alpha) || (isCoarse(pair) && call.length <= SHORT)) return run("f64");
  const result = run(pair.precision);
  // γq, which is rounded, is a large part of p - q̃, about q·√(2 result)/α
  const gamma = (alpha * pair.difference) / pair.qSum;
  return isCoarse(pair) && 2 * gamma * gamma > result ? run("f64") : result;
}
