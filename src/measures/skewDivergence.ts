import * as kernels from "../backends/kernels.js";
import { logarithms } from "../backends/transforms.js";
import { checkAlpha } from "../call/arguments.js";
import type { Batch } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { MeasureOptions } from "../call/options.js";
import { decideNear, PENDING, surveyed, surveyedScaled } from "./batches.js";
import { MEASURE_KEYS, P_AND_Q } from "./keys.js";
import { scalesToOne } from "./row/pair.js";
import * as row from "./row/skew.js";
import { areNear } from "./row/weights.js";
import type { ScaledRow } from "./scaledRows.js";
import { weightRows } from "./weightRows.js";

const ofProbabilities: Batch = (backend, call, count, values, at, _kind, sources, first) => {
  const { precision, alpha = 1 } = call;
  if (alpha === 0 || alpha === 1 || row.isExtreme(precision, alpha)) {
    values.fill(Number.NaN, at, at + count);
    return;
  }
  const resultOf = (total: number, _: number, pSum: number) => row.fromTotal(alpha, total, pSum);
  const measure = { kernel: kernels.skewDivergence, order: "given", decide: decideNear(precision), resultOf } as const;
  const left: ScaledRow[] = [];
  surveyed(backend, call, measure, count, values, at, (r, pSum, qSum) => {
    left.push({ r, scales: areNear({ pSum, qSum }) ? [1, 1] : scalesToOne(pSum, qSum), isSwapped: false });
  });
  surveyedScaled(backend, call, left, { ...measure, decide: () => PENDING }, sources, first, values, at, true);
};

/**
 * Computes the skew divergence KL(p̂‖(1 - α)p̂ + αq̂) of p̂ = p/Σp and q̂ = q/Σq: the KL divergence of p from a mixture of p and q. For
 * α < 1 it is finite also where q = 0. It increases with α.
 *
 * The limits are exact. α = 0: 0. α = 1: KL(p‖q), with the same bits as {@link klDivergence}. α = ½: the
 * K-divergence KL(p̂‖(p̂ + q̂)/2); the mean of both orders is {@link jsDivergence}. For small α it is about α²/2·Σ (p̂ᵢ - q̂ᵢ)²/p̂ᵢ. No ε is added and nothing is clipped. Lee uses α = 0.99.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @param alpha - The weight of q in the mixture, from 0 to 1.
 * @returns Nats (or units of `base`), between 0 and ln(1/(1 - α)), and 0 for p = q. *Relative* error for values from 1e-12 to 1e3 if the two
 * sums agree to 1e-6: 1e-6 for f32, 4e-15 for f64. Otherwise 1e-5 for f32 and 1e-11 for f64, for values of at least 1e-9. From logits: 1e-6
 * (f32) or 1e-13 (f64) of max(1, value), and a relative error of 1e-5 (f32) or 1e-11 (f64) for values of at least 1e-9. f32 rows
 * with α or 1 - α below 2^-12 are computed in f64, one by one: they take twice as long, short rows six times.
 * @throws As {@link klDivergence}. TypeError if alpha is not a number, RangeError if it is not between 0 and 1.
 * @example
 * skewDivergence([0.5, 0.5], [1, 0], 0.99); // 1.9585177736258443
 * skewDivergence.rows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], 0.5, { rowLength: 2 }); // Float64Array [0, 0.1163217565860045]
 * @see L. Lee, Measures of Distributional Similarity (1999)
 * @category Measures
 */
export const skewDivergence: Measure<[p: Numbers, q: Numbers, alpha: number], MeasureOptions> = /* @__PURE__ */ measure(
  {
    name: "skewDivergence",
    measure: row.skewDivergence,
    ofLogits: row.skewDivergence,
    batch: ofProbabilities,
    batchOfLogits: /* @__PURE__ */ weightRows(ofProbabilities, "flushed"),
    logarithms,
    arguments: P_AND_Q,
    distributions: P_AND_Q,
    keys: MEASURE_KEYS,
    mostAlpha: 1,
    checkAlpha,
  },
);
