import { logarithms } from "../backends/transforms.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { UnitlessOptions } from "../call/options.js";
import { checkNumber } from "../engine/checks.js";
import { P_AND_Q, UNITLESS_KEYS } from "./keys.js";
import * as row from "./row/powerDivergences.js";

/**
 * Computes the α-divergence (Σ p̂ᵢ^α q̂ᵢ^(1-α) - 1)/(α(α - 1)) of p̂ = p/Σp and q̂ = q/Σq, for any α. It has no unit: `base` is not an option.
 *
 * The limits are exact. α = 1: KL(p‖q) in nats, with the same bits. α = 0: KL(q‖p). α = ½: four times the square of
 * {@link hellingerDistance}. α = 2: half of {@link pearsonChiSquared}; α = -1: half of {@link neymanChiSquared}. D_α(p‖q) = D_(1-α)(q‖p). Near
 * p = q, for any α, it is about ½ Σ (p̂ᵢ - q̂ᵢ)²/q̂ᵢ. Amari's own α is 1 - 2α.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @param alpha - The order, any finite number.
 * @returns A number >= 0, and 0 for p = q; at most 1/(α(1 - α)) for 0 < α < 1. Infinity if α >= 1 and some class has p > 0 and q = 0, if
 * α <= 0 and some class has p = 0 and q > 0, and where the sum of powers is too large for a number. *Relative* error as for
 * {@link renyiDivergence}: 1e-6 (f32), 4e-15 (f64); of values above 1e3, 1 + ln(value/1e3) times as much.
 * @throws As {@link klDivergence}. TypeError if alpha is not a number, RangeError if it is not finite.
 * @example
 * alphaDivergence([0.5, 0.5], [0.25, 0.75], -1); // 0.125
 * alphaDivergence.rows([0.5, 0.5, 0.75, 0.25], [0.5, 0.5], 2, { rowLength: 2 }); // Float64Array [0, 0.125]
 * @see A. Cichocki, S. Amari, Families of Alpha- Beta- and Gamma- Divergences (2010)
 * @category Measures
 */
export const alphaDivergence: Measure<[p: Numbers, q: Numbers, alpha: number], UnitlessOptions> =
  /* @__PURE__ */ measure({
    name: "alphaDivergence",
    measure: row.alphaDivergence,
    ofLogits: row.alphaDivergence,
    logarithms,
    arguments: P_AND_Q,
    distributions: P_AND_Q,
    keys: UNITLESS_KEYS,
    mostAlpha: Number.MAX_VALUE,
    checkAlpha: (functionName, alpha) => checkNumber(functionName, "alpha", alpha, Number.isFinite, "a finite number"),
  });
