import { logarithms } from "../backends/transforms.js";
import { checkAlpha } from "../call/arguments.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { MeasureOptions } from "../call/options.js";
import { MEASURE_KEYS, P_AND_Q } from "./keys.js";
import * as row from "./row/renyi.js";

/**
 * Computes the Rényi divergence of order α, D_α(p‖q) = ln(Σ p̂ᵢ^α q̂ᵢ^(1-α))/(α - 1), of p̂ = p/Σp and q̂ = q/Σq. It increases with α.
 *
 * The limits are exact. α = 0: -ln Σ q̂ᵢ over the classes with pᵢ > 0. α = ½: twice {@link bhattacharyyaDistance}. α = 1: KL(p‖q), with the
 * same bits. α = Infinity: ln max p̂ᵢ/q̂ᵢ. For 0 < α < 1, D_α(p‖q)·(1 - α) = D_(1-α)(q‖p)·α.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @param alpha - The order, from 0 to Infinity.
 * @returns Nats (or units of `base`), >= 0, and 0 for p = q. Infinity if α >= 1 and some class has p > 0 and q = 0, and if p and q have
 * no class in common. *Relative* error for values from 1e-12 to 1e3 if the two sums agree to 1e-6: 1e-6 for f32 (2e-7 from 1,024 classes
 * on), 4e-15 for f64. Otherwise 1e-5 for f32 and 1e-11 for f64, for values of at least 1e-9. A power e^y with |y| > 30 has a relative error of
 * 1e-16·|y|. Powers beyond e^700, and f64 rows with subnormal numbers, take ten times as long.
 * @throws As {@link klDivergence}. TypeError if alpha is not a number, RangeError if it is negative or NaN.
 * @example
 * renyiDivergence([0.5, 0.5], [0.25, 0.75], 2); // 0.2876820724517809
 * renyiDivergence.rows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], 2, { rowLength: 2 }); // Float64Array [0, 0.49469624183610716]
 * @see A. Rényi, On Measures of Entropy and Information (1961); T. van Erven, P. Harremoës, Rényi Divergence and Kullback–Leibler
 * Divergence (2014)
 * @category Measures
 */
export const renyiDivergence: Measure<[p: Numbers, q: Numbers, alpha: number], MeasureOptions> =
  /* @__PURE__ */ measure({
    name: "renyiDivergence",
    measure: row.renyiDivergence,
    ofLogits: row.renyiDivergence,
    logarithms,
    arguments: P_AND_Q,
    distributions: P_AND_Q,
    keys: MEASURE_KEYS,
    mostAlpha: Number.POSITIVE_INFINITY,
    checkAlpha,
  });
