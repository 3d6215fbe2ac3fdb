import { logarithms } from "../backends/transforms.js";
import { checkAlpha } from "../call/arguments.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { UnitlessOptions } from "../call/options.js";
import { P_AND_Q, UNITLESS_KEYS } from "./keys.js";
import * as row from "./row/powerDivergences.js";

/**
 * Computes Tsallis's relative entropy of order α, (Σ p̂ᵢ^α q̂ᵢ^(1-α) - 1)/(α - 1), of p̂ = p/Σp and q̂ = q/Σq. It has no unit: `base` is not
 * an option.
 *
 * The limits are exact. α = 0: Σ q̂ᵢ over the classes with pᵢ = 0. α = ½: twice the square of {@link hellingerDistance}. α = 1: KL(p‖q) in
 * nats, with the same bits. α = 2: {@link pearsonChiSquared}. With {@link renyiDivergence} D, it is (e^((α-1)D) - 1)/(α - 1).
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @param alpha - The order, from 0 to Infinity.
 * @returns A number >= 0, and 0 for p = q; at most 1/(1 - α) for α < 1. Infinity if α >= 1 and some class has p > 0 and q = 0, and where
 * the sum of powers is too large for a number. *Relative* error as for {@link renyiDivergence}: 1e-6 (f32), 4e-15 (f64); of values above
 * 1e3, 1 + ln(value/1e3) times as much.
 * @throws As {@link klDivergence}. TypeError if alpha is not a number, RangeError if it is negative or NaN.
 * @example
 * tsallisDivergence([0.5, 0.5], [0.25, 0.75], 2); // 0.3333333333333333
 * tsallisDivergence.rows([0.5, 0.5, 0.75, 0.25], [0.5, 0.5], 2, { rowLength: 2 }); // Float64Array [0, 0.25]
 * @see C. Tsallis, Generalized Entropy-Based Criterion for Consistent Testing (1998)
 * @category Measures
 */
export const tsallisDivergence: Measure<[p: Numbers, q: Numbers, alpha: number], UnitlessOptions> =
  /* @__PURE__ */ measure({
    name: "tsallisDivergence",
    measure: row.tsallisDivergence,
    ofLogits: row.tsallisDivergence,
    logarithms,
    arguments: P_AND_Q,
    distributions: P_AND_Q,
    keys: UNITLESS_KEYS,
    mostAlpha: Number.POSITIVE_INFINITY,
    checkAlpha,
  });
