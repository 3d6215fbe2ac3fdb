import { checkAlpha } from "../call/arguments.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { MeasureOptions, UnitlessOptions } from "../call/options.js";
import { MEASURE_KEYS, UNITLESS_KEYS } from "./keys.js";
import * as row from "./row/renyi.js";

/**
 * Computes the Rényi entropy of order α, H_α(p) = ln(Σ p̂ᵢ^α)/(1 - α), of p̂ = p/Σp. It decreases with α.
 *
 * The limits are exact. α = 0: the logarithm of the number of classes with pᵢ > 0 (Hartley). α = 1: Shannon's {@link entropy}, with the
 * same bits. α = 2: the collision entropy -ln Σ p̂ᵢ². α = Infinity: the min-entropy -ln max p̂ᵢ.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param alpha - The order, from 0 to Infinity.
 * @returns Nats (or units of `base`), between 0 and ln n. Error: 2e-7 (f32) or 4e-15 (f64) of max(1, H).
 * @throws As {@link entropy}. TypeError if alpha is not a number, RangeError if it is negative or NaN.
 * @example
 * renyiEntropy([0.5, 0.25, 0.25], 2, { base: 2 }); // 1.4150374992788437
 * renyiEntropy.rows([0.5, 0.5, 0.9, 0.1], 2, { rowLength: 2 }); // Float64Array [0.6931471805599452, 0.19845093872383823]
 * @see A. Rényi, On Measures of Entropy and Information (1961)
 * @category Measures
 */
export const renyiEntropy: Measure<[p: Numbers, alpha: number], MeasureOptions> = /* @__PURE__ */ measure({
  name: "renyiEntropy",
  measure: row.renyiEntropy,
  ofLogits: row.renyiEntropy,
  arguments: ["p"],
  distributions: ["p"],
  keys: MEASURE_KEYS,
  mostAlpha: Number.POSITIVE_INFINITY,
  checkAlpha,
});

/**
 * Computes the Tsallis entropy of order α, (1 - Σ p̂ᵢ^α)/(α - 1), of p̂ = p/Σp. It has no unit: `base` is not an option.
 *
 * α = 0: the number of classes with pᵢ > 0, minus 1. α = 1: Shannon's {@link entropy} in nats, with the same bits. α = 2: the Gini–Simpson
 * index 1 - Σ p̂ᵢ².
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param alpha - The order, from 0 to Infinity.
 * @returns Between 0 and (n^(1-α) - 1)/(1 - α). Error: 2e-7 (f32) or 4e-15 (f64) of max(1, value).
 * @throws As {@link renyiEntropy}.
 * @example
 * tsallisEntropy([0.5, 0.25, 0.25], 2); // 0.625
 * tsallisEntropy.rows([0.5, 0.5, 0.9, 0.1], 2, { rowLength: 2 }); // Float64Array [0.5, 0.18]
 * @see C. Tsallis, Possible Generalization of Boltzmann–Gibbs Statistics (1988)
 * @category Measures
 */
export const tsallisEntropy: Measure<[p: Numbers, alpha: number], UnitlessOptions> = /* @__PURE__ */ measure({
  name: "tsallisEntropy",
  measure: row.tsallisEntropy,
  ofLogits: row.tsallisEntropy,
  arguments: ["p"],
  distributions: ["p"],
  keys: UNITLESS_KEYS,
  mostAlpha: Number.POSITIVE_INFINITY,
  checkAlpha,
});
