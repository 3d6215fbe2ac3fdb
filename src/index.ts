/**
 * Entropy, KL divergence and their relatives over large vocabularies, of probabilities or straight from logits.
 *
 * Each function is the method of the same name of a default {@link Engine}, made at the first call. It takes time proportional
 * to the numbers passed, and no memory beyond a fixed staging area and its result. Arrays are Float32Array, Float64Array, or
 * any array-like of numbers, which is taken as f64; "f32" is where all are Float32Array. They are never written to, but for
 * `out` and `gradient`.
 *
 * @module
 */

/// <reference lib="esnext.disposable" preserve="true" />

import type { FloatArray, Vector } from "./backends/backend.js";
import { callSingle, prepareArray, prepareRows } from "./call/calls.js";
import type {
  MeasureOptions,
  OutOption,
  RawOptions,
  RowsOptions,
  SoftmaxOptions,
  UnitlessOptions,
  UnnormalizedOptions,
} from "./call/options.js";
import * as definitions from "./definitions.js";
import { defaultRuntime } from "./engine/runtime.js";
import { complete } from "./engine/work.js";
import type {
  CrossEntropyLoss,
  CrossEntropyLossOptions,
  DistillationLoss,
  DistillationLossOptions,
  Elbo,
  ElboOptions,
  GaussianKl,
  GaussianKlOptions,
  Labels,
  PerplexityOptions,
  TokenLogLikelihoodRatio,
  TokenOptions,
} from "./losses/index.js";
import * as losses from "./losses/index.js";

export type { AsyncEngine } from "./async.js";
export type { FloatArray, Vector } from "./backends/backend.js";
export type {
  InputKind,
  MeasureOptions,
  OutOption,
  RawOptions,
  RowsOptions,
  SoftmaxOptions,
  UnitlessOptions,
  UnnormalizedOptions,
} from "./call/options.js";
export { createEngine, createEngineSync, Engine } from "./engine/engine.js";
export type { EngineOptions } from "./engine/runtime.js";
export type { EngineHandle } from "./engine/share.js";
export type { AsideOptions } from "./engine/work.js";
export type {
  CrossEntropyLoss,
  CrossEntropyLossOptions,
  DistillationLoss,
  DistillationLossOptions,
  Elbo,
  ElboOptions,
  GaussianGradient,
  GaussianKl,
  GaussianKlOptions,
  Labels,
  PerplexityOptions,
  Reduction,
  TokenLogLikelihoodRatio,
  TokenOptions,
} from "./losses/index.js";

// Names of browsers that the types use: an application whose TypeScript knows nothing of browsers gets them empty.
declare global {
  interface AbortSignal {}
  namespace WebAssembly {
    interface Module {}
    interface Memory {}
  }
}

/**
 * Shannon entropy H(p) = -Σ p̂ᵢ ln p̂ᵢ of p̂ = p/Σp, where 0·ln 0 = 0.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @returns Nats (or units of `base`), from 0 to ln n. Error: 2e-7 (f32) or 4e-15 (f64) of max(1, H).
 * @throws TypeError for what is not an array of numbers, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, a sum that is not 1, and an option out of
 * range.
 * @example
 * entropy([0.5, 0.5], { base: 2 }); // 1
 * @see {@link crossEntropy}, {@link klDivergence}: of one distribution to another
 * @see C. E. Shannon, A Mathematical Theory of Communication (1948)
 * @category Measures
 */
export function entropy(p: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.entropy, [p], options);
}

/**
 * {@link entropy} of each row of a row-major matrix: row r is the `rowLength` numbers from r·rowLength on.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`; else as the function of one row. The place in the
 * message is that in the matrix.
 * @example
 * entropyRows([0.5, 0.5, 1, 0], { rowLength: 2, base: 2 }); // Float64Array [1, 0]
 */
export function entropyRows(p: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.entropy, [p], options));
}

/**
 * Cross-entropy H(p, q) = -Σ p̂ᵢ ln q̂ᵢ = H(p) + KL(p‖q), of p̂ = p/Σp and q̂ = q/Σq.
 *
 * @param p - What is observed: n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - The model: as many, with such a sum.
 * @returns Nats (or units of `base`), from H(p) on; Infinity where some p > 0 has q = 0. Error: 2e-7 (f32) or 4e-15 (f64) of
 * max(1, H).
 * @throws TypeError for what is not an array of numbers, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, lengths that differ, a sum that is not 1,
 * and an option out of range.
 * @example
 * crossEntropy([0.5, 0.5], [0.25, 0.75]); // 0.8369882167858358
 * @see {@link crossEntropyLoss}: of logits against labels, with its gradient
 * @category Measures
 */
export function crossEntropy(p: Vector, q: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.crossEntropy, [p, q], options);
}

/**
 * {@link crossEntropy} of each row of row-major matrices: row r is the `rowLength` numbers from r·rowLength on. A matrix of one
 * row is compared with every row of the other.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`, and for numbers of rows that differ and are not 1;
 * else as the function of one row. The place in the message is that in the matrix.
 * @example
 * crossEntropyRows([0.5, 0.5, 1, 0], [0.25, 0.75], { rowLength: 2, base: 2 }); // Float64Array [1.207518749639422, 2]
 */
export function crossEntropyRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.crossEntropy, [p, q], options));
}

/**
 * Kullback–Leibler divergence KL(p‖q) = Σ p̂ᵢ ln(p̂ᵢ/q̂ᵢ) of p̂ = p/Σp and q̂ = q/Σq: the expected log-likelihood ratio.
 *
 * No ε is added and nothing is clipped: a class with p = 0 adds 0, one with p > 0 and q = 0 makes it Infinity. It is never
 * negative, and exactly 0 for p = q.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - As many, with such a sum.
 * @returns Nats (or units of `base`), from 0 to Infinity. *Relative* error: 1e-6 for f32 (2e-7 from 1,024 classes on), 4e-15
 * for f64, of values from 1e-12 to 1e3 where both sums agree to 1e-6; 1e-5 and 1e-11 down to 1e-9 where they do not.
 * @throws TypeError for what is not an array of numbers, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, lengths that differ, a sum that is not 1,
 * and an option out of range.
 * @example
 * klDivergence([0.5, 0.5], [0.25, 0.75]); // 0.14384103622589045
 * @see {@link iDivergence}: of numbers that are not normalised; {@link jeffreysDivergence}, {@link jsDivergence}: symmetric
 * ones
 * @see S. Kullback, R. A. Leibler, On Information and Sufficiency (1951)
 * @category Measures
 */
export function klDivergence(p: Vector, q: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.klDivergence, [p, q], options);
}

/**
 * {@link klDivergence} of each row of row-major matrices: row r is the `rowLength` numbers from r·rowLength on. A matrix of one
 * row is compared with every row of the other.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`, and for numbers of rows that differ and are not 1;
 * else as the function of one row. The place in the message is that in the matrix.
 * @example
 * klDivergenceRows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], { rowLength: 2 }); // Float64Array [0, 0.3680642071684972]
 */
export function klDivergenceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.klDivergence, [p, q], options));
}

/**
 * Jeffreys' divergence J(p, q) = KL(p‖q) + KL(q‖p) = Σ (p̂ᵢ - q̂ᵢ) ln(p̂ᵢ/q̂ᵢ) of p̂ = p/Σp and q̂ = q/Σq.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - As many, with such a sum.
 * @returns Nats (or units of `base`), from 0 to Infinity, which it is where one of p and q is 0 and the other is not; the same
 * to the bit for (q, p). Relative error as that of {@link klDivergence}: 1e-6 (f32), 4e-15 (f64).
 * @throws TypeError for what is not an array of numbers, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, lengths that differ, a sum that is not 1,
 * and an option out of range.
 * @example
 * jeffreysDivergence([0.5, 0.5], [0.25, 0.75]); // 0.27465307216702745
 * @see {@link klDivergence}: either half of it
 * @see H. Jeffreys, An Invariant Form for the Prior Probability in Estimation Problems (1946)
 * @category Measures
 */
export function jeffreysDivergence(p: Vector, q: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.jeffreysDivergence, [p, q], options);
}

/**
 * {@link jeffreysDivergence} of each row of row-major matrices: row r is the `rowLength` numbers from r·rowLength on. A matrix
 * of one row is compared with every row of the other.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`, and for numbers of rows that differ and are not 1;
 * else as the function of one row. The place in the message is that in the matrix.
 * @example
 * jeffreysDivergenceRows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], { rowLength: 2 }); // Float64Array [0, 0.8788898309344879]
 */
export function jeffreysDivergenceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.jeffreysDivergence, [p, q], options));
}

/**
 * Jensen–Shannon divergence JS(p, q) = ½ KL(p̂‖m) + ½ KL(q̂‖m), m = (p̂ + q̂)/2, of p̂ = p/Σp and q̂ = q/Σq.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - As many, with such a sum.
 * @returns Nats (or units of `base`), from 0 to ln 2, finite for any supports; the same to the bit for (q, p). Relative error
 * as that of {@link klDivergence}: 1e-6 (f32), 4e-15 (f64).
 * @throws TypeError for what is not an array of numbers, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, lengths that differ, a sum that is not 1,
 * and an option out of range.
 * @example
 * jsDivergence([1, 0], [0, 1], { base: 2 }); // 1
 * @see {@link jsDistance}: its square root, a metric
 * @see J. Lin, Divergence Measures Based on the Shannon Entropy (1991)
 * @category Measures
 */
export function jsDivergence(p: Vector, q: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.jsDivergence, [p, q], options);
}

/**
 * {@link jsDivergence} of each row of row-major matrices: row r is the `rowLength` numbers from r·rowLength on. A matrix of one
 * row is compared with every row of the other.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`, and for numbers of rows that differ and are not 1;
 * else as the function of one row. The place in the message is that in the matrix.
 * @example
 * jsDivergenceRows([1, 0, 0.5, 0.5], [0.5, 0.5], { rowLength: 2, base: 2 }); // Float64Array [0.3112781244591329, 0]
 */
export function jsDivergenceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.jsDivergence, [p, q], options));
}

/**
 * Jensen–Shannon distance √JS(p, q), a metric; the square root is taken after the change of base.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - As many, with such a sum.
 * @returns From 0 to √(ln 2), or to 1 with `base: 2`; the same to the bit for (q, p). Relative error half that of {@link
 * jsDivergence}, and half an ulp.
 * @throws TypeError for what is not an array of numbers, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, lengths that differ, a sum that is not 1,
 * and an option out of range.
 * @example
 * jsDistance([1, 0], [0, 1], { base: 2 }); // 1
 * @see {@link jsDivergence}: its square
 * @see D. M. Endres, J. E. Schindelin, A New Metric for Probability Distributions (2003)
 * @category Measures
 */
export function jsDistance(p: Vector, q: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.jsDistance, [p, q], options);
}

/**
 * {@link jsDistance} of each row of row-major matrices: row r is the `rowLength` numbers from r·rowLength on. A matrix of one
 * row is compared with every row of the other.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`, and for numbers of rows that differ and are not 1;
 * else as the function of one row. The place in the message is that in the matrix.
 * @example
 * jsDistanceRows([1, 0, 0.5, 0.5], [0.5, 0.5], { rowLength: 2, base: 2 }); // Float64Array [0.5579230452841439, 0]
 */
export function jsDistanceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.jsDistance, [p, q], options));
}

/**
 * Rényi divergence of order α, D_α(p‖q) = ln(Σ p̂ᵢ^α q̂ᵢ^(1-α))/(α - 1), of p̂ = p/Σp and q̂ = q/Σq. It grows with α.
 *
 * The limits are exact: α = 0 is -ln Σ q̂ᵢ over the classes with pᵢ > 0; 1 is KL(p‖q), to the bit; Infinity is ln max p̂ᵢ/q̂ᵢ; and ½ is
 * twice {@link bhattacharyyaDistance}. D_α(p‖q)·(1 - α) = D_(1-α)(q‖p)·α.
 *
 * @param p - n numbers >= 0, sum within 1e-2 of 1 (any with `normalize`).
 * @param q - The same number of them.
 * @param alpha - The order, from 0 to Infinity.
 * @returns Nats (or units of `base`), >= 0 and 0 for p = q. Infinity where some p > 0 has q = 0 and α >= 1, and for rows without a
 * common class. *Relative* error: 1e-6 for f32 (2e-7 from 1,024 classes on), 4e-15 for f64, from 1e-12 to 1e3, where both sums agree
 * to 1e-6; 1e-5 and 1e-11 down to 1e-9 where they do not; a power e^y of |y| > 30 is rounded to 1e-16·|y| of it. Orders for which powers
 * are beyond e^700, and rows of f64 with subnormal numbers, take ten times as long.
 * @throws As {@link klDivergence}; TypeError where alpha is no number, RangeError where it is negative or NaN.
 * @example
 * renyiDivergence([0.5, 0.5], [0.25, 0.75], 2); // 0.2876820724517809
 * @see A. Rényi, On Measures of Entropy and Information (1961); T. van Erven, P. Harremoës, Rényi Divergence and Kullback–Leibler
 * Divergence (2014)
 * @category Measures
 */
export function renyiDivergence(p: Vector, q: Vector, alpha: number, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.renyiDivergence, [p, q], options, alpha);
}

/**
 * {@link renyiDivergence} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * compared with every row of the other.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`, and for numbers of rows that differ and are not 1;
 * else as the function of one row. The place in the message is that in the matrix.
 * @example
 * renyiDivergenceRows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], 2, { rowLength: 2 }); // Float64Array [0, 0.49469624183610716]
 */
export function renyiDivergenceRows(
  p: Vector,
  q: Vector,
  alpha: number,
  options: RowsOptions<MeasureOptions>,
): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.renyiDivergence, [p, q], options, alpha));
}

/**
 * Rényi entropy of order α, H_α(p) = ln(Σ p̂ᵢ^α)/(1 - α), of p̂ = p/Σp. It falls as α grows.
 *
 * The limits are exact: α = 0 is the logarithm of the number of classes with pᵢ > 0 (Hartley); 1 is Shannon's {@link entropy}, to the
 * bit; 2 is the collision entropy -ln Σ p̂ᵢ²; Infinity is the min-entropy -ln max p̂ᵢ.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param alpha - The order, from 0 to Infinity.
 * @returns Nats (or units of `base`), from 0 to ln n. Error: 2e-7 (f32) or 4e-15 (f64) of max(1, H).
 * @throws As {@link entropy}; TypeError where alpha is no number, RangeError where it is negative or NaN.
 * @example
 * renyiEntropy([0.5, 0.25, 0.25], 2, { base: 2 }); // 1.4150374992788437
 * @see A. Rényi, On Measures of Entropy and Information (1961)
 * @category Measures
 */
export function renyiEntropy(p: Vector, alpha: number, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.renyiEntropy, [p], options, alpha);
}

/**
 * {@link renyiEntropy} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * one number.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`; else as the function of one row. The place in the
 * message is that in the matrix.
 * @example
 * renyiEntropyRows([0.5, 0.5, 0.9, 0.1], 2, { rowLength: 2 }); // Float64Array [0.6931471805599452, 0.19845093872383823]
 */
export function renyiEntropyRows(p: Vector, alpha: number, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.renyiEntropy, [p], options, alpha));
}

/**
 * Tsallis entropy of order α, (1 - Σ p̂ᵢ^α)/(α - 1), of p̂ = p/Σp. It has no unit that a base would change.
 *
 * α = 0 is the number of classes with pᵢ > 0, less 1; 1 is Shannon's {@link entropy} in nats, to the bit; 2 is the Gini–Simpson index
 * 1 - Σ p̂ᵢ².
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param alpha - The order, from 0 to Infinity.
 * @returns From 0 to (n^(1-α) - 1)/(1 - α). Error: 2e-7 (f32) or 4e-15 (f64) of max(1, value).
 * @throws As {@link renyiEntropy}.
 * @example
 * tsallisEntropy([0.5, 0.25, 0.25], 2); // 0.625
 * @see C. Tsallis, Possible Generalization of Boltzmann–Gibbs Statistics (1988)
 * @category Measures
 */
export function tsallisEntropy(p: Vector, alpha: number, options?: UnitlessOptions): number {
  return callSingle(defaultRuntime(), definitions.tsallisEntropy, [p], options, alpha);
}

/**
 * {@link tsallisEntropy} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * one number.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`; else as the function of one row. The place in the
 * message is that in the matrix.
 * @example
 * tsallisEntropyRows([0.5, 0.5, 0.9, 0.1], 2, { rowLength: 2 }); // Float64Array [0.5, 0.18]
 */
export function tsallisEntropyRows(p: Vector, alpha: number, options: RowsOptions<UnitlessOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.tsallisEntropy, [p], options, alpha));
}

/**
 * Hellinger distance H(p, q) = √(½ Σ (√p̂ᵢ - √q̂ᵢ)²), of p̂ = p/Σp and q̂ = q/Σq: a metric.
 *
 * @param p - n numbers >= 0, sum within 1e-2 of 1 (any with `normalize`).
 * @param q - The same number of them.
 * @returns From 0, for p = q, to 1, for rows without a common class; the same to the bit for (q, p). H² has the relative accuracy of
 * {@link klDivergence}, H twice that.
 * @throws As {@link klDivergence}.
 * @example
 * hellingerDistance([0.5, 0.5], [0.25, 0.75]); // 0.18459191128251454
 * @see E. Hellinger, Neue Begründung der Theorie quadratischer Formen von unendlichvielen Veränderlichen (1909)
 * @category Measures
 */
export function hellingerDistance(p: Vector, q: Vector, options?: UnitlessOptions): number {
  return callSingle(defaultRuntime(), definitions.hellingerDistance, [p, q], options);
}

/**
 * {@link hellingerDistance} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * compared with every row of the other.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`, and for numbers of rows that differ and are not 1;
 * else as the function of one row. The place in the message is that in the matrix.
 * @example
 * hellingerDistanceRows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], { rowLength: 2 }); // Float64Array [0, 0.32491969623290634]
 */
export function hellingerDistanceRows(p: Vector, q: Vector, options: RowsOptions<UnitlessOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.hellingerDistance, [p, q], options));
}

/**
 * Bhattacharyya distance -ln Σ √(p̂ᵢq̂ᵢ) = -ln(1 - H²), H the {@link hellingerDistance}: half of Rényi's divergence of order ½, and no
 * metric.
 *
 * @param p - n numbers >= 0, sum within 1e-2 of 1 (any with `normalize`).
 * @param q - The same number of them.
 * @returns Nats (or units of `base`), >= 0; Infinity for rows without a common class; the same to the bit for (q, p). Relative error as
 * {@link klDivergence}.
 * @throws As {@link klDivergence}.
 * @example
 * bhattacharyyaDistance([0.5, 0.5], [0.25, 0.75]); // 0.034668232097536965
 * @see A. Bhattacharyya, On a Measure of Divergence between Two Statistical Populations Defined by Their Probability Distributions
 * (1943)
 * @category Measures
 */
export function bhattacharyyaDistance(p: Vector, q: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.bhattacharyyaDistance, [p, q], options);
}

/**
 * {@link bhattacharyyaDistance} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * compared with every row of the other.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`, and for numbers of rows that differ and are not 1;
 * else as the function of one row. The place in the message is that in the matrix.
 * @example
 * bhattacharyyaDistanceRows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], { rowLength: 2 }); // Float64Array [0, 0.11157177565710491]
 */
export function bhattacharyyaDistanceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.bhattacharyyaDistance, [p, q], options));
}

/**
 * Total variation distance ½ Σ |p̂ᵢ - q̂ᵢ|, of p̂ = p/Σp and q̂ = q/Σq: the largest difference of the probabilities that both give to an
 * event. A metric.
 *
 * @param p - n numbers >= 0, sum within 1e-2 of 1 (any with `normalize`).
 * @param q - The same number of them.
 * @returns From 0, for p = q, to 1, for rows without a common class; the same to the bit for (q, p). Relative error as
 * {@link klDivergence}.
 * @throws As {@link klDivergence}.
 * @example
 * totalVariationDistance([0.5, 0.5], [0.25, 0.75]); // 0.25
 * @category Measures
 */
export function totalVariationDistance(p: Vector, q: Vector, options?: UnitlessOptions): number {
  return callSingle(defaultRuntime(), definitions.totalVariationDistance, [p, q], options);
}

/**
 * {@link totalVariationDistance} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * compared with every row of the other.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`, and for numbers of rows that differ and are not 1;
 * else as the function of one row. The place in the message is that in the matrix.
 * @example
 * totalVariationDistanceRows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], { rowLength: 2 }); // Float64Array [0, 0.4]
 */
export function totalVariationDistanceRows(p: Vector, q: Vector, options: RowsOptions<UnitlessOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.totalVariationDistance, [p, q], options));
}

/**
 * I-divergence Σ [pᵢ ln(pᵢ/qᵢ) - pᵢ + qᵢ], the generalised KL of unnormalised measures, of the numbers as they are.
 *
 * @param p - n numbers >= 0, of any sum.
 * @param q - As many, of any sum.
 * @returns Nats (or units of `base`), from 0, for p = q alone, to Infinity, where some p > 0 has q = 0. Relative error as that
 * of {@link klDivergence}: 1e-6 (f32), 4e-15 (f64).
 * @throws TypeError for what is not an array of numbers, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, lengths that differ, and an option out of
 * range.
 * @example
 * iDivergence([2, 0], [1, 1]); // 1.3862943611198906
 * @see {@link klDivergence}: of the normalised ones
 * @see I. Csiszár, Why Least Squares and Maximum Entropy? (1991)
 * @category Measures
 */
export function iDivergence(p: Vector, q: Vector, options?: UnnormalizedOptions): number {
  return callSingle(defaultRuntime(), definitions.iDivergence, [p, q], options);
}

/**
 * {@link iDivergence} of each row of row-major matrices: row r is the `rowLength` numbers from r·rowLength on. A matrix of one
 * row is compared with every row of the other.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`, and for numbers of rows that differ and are not 1;
 * else as the function of one row. The place in the message is that in the matrix.
 * @example
 * iDivergenceRows([2, 0, 1, 1], [1, 1], { rowLength: 2 }); // Float64Array [1.3862943611198906, 0]
 */
export function iDivergenceRows(p: Vector, q: Vector, options: RowsOptions<UnnormalizedOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.iDivergence, [p, q], options));
}

/**
 * Log-likelihood ratio Σ cᵢ ln(pᵢ/qᵢ) of observed counts under two models, of the numbers as they are. Divided by Σc it tends
 * to KL(p‖q) as counts are drawn from p.
 *
 * @param counts - n numbers >= 0: how often each class was observed. A count of 0 adds 0, whatever its p and q.
 * @param p - Probabilities of the classes under one model: as many numbers >= 0.
 * @param q - And under the other.
 * @returns Nats (or units of `base`): positive where the counts speak for p; Infinity where q = 0 for an observed class,
 * -Infinity where p = 0. Error: 2e-7 (f32) or 4e-15 (f64) of Σ|cᵢ ln(pᵢ/qᵢ)|; from logits 1e-6 or 1e-13 of Σcᵢ·max(1,
 * |ln(pᵢ/qᵢ)|).
 * @throws TypeError for what is not an array of numbers, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, lengths that differ, an option out of
 * range; and where an observed class has p = q = 0, or p is 0 for one and q for another, which leaves nothing to tell.
 * @example
 * logLikelihoodRatio([3, 1], [0.5, 0.5], [0.25, 0.75]); // 1.6739764335716714
 * @see {@link klDivergence}: what it tends to; {@link logLikelihoodRatioOfTokens}: of a sequence of tokens
 * @see J. Neyman, E. S. Pearson, On the Problem of the Most Efficient Tests of Statistical Hypotheses (1933)
 * @category Measures
 */
export function logLikelihoodRatio(counts: Vector, p: Vector, q: Vector, options?: RawOptions): number {
  return callSingle(defaultRuntime(), definitions.logLikelihoodRatio, [counts, p, q], options);
}

/**
 * {@link logLikelihoodRatio} of each row of row-major matrices: row r is the `rowLength` numbers from r·rowLength on. A matrix
 * of one row is compared with every row of the other.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`, and for numbers of rows that differ and are not 1;
 * else as the function of one row. The place in the message is that in the matrix.
 * @example
 * logLikelihoodRatioRows([3, 1, 0, 2], [0.5, 0.5], [0.25, 0.75], { rowLength: 2 }); // Float64Array [1.6739764335716714, -0.8109302162163289]
 */
export function logLikelihoodRatioRows(
  counts: Vector,
  p: Vector,
  q: Vector,
  options: RowsOptions<RawOptions>,
): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.logLikelihoodRatio, [counts, p, q], options));
}

/**
 * Elementwise log-ratio ln(pᵢ/qᵢ), of the numbers as they are. From logits, the difference of both log-softmaxes.
 *
 * @param p - n numbers >= 0.
 * @param q - As many.
 * @returns Nats (or units of `base`): a Float32Array where p and q are both, else a Float64Array, `out` if it is given. Within
 * 2 ulp. -Infinity where p = 0, Infinity where q = 0, NaN where both are.
 * @throws TypeError for what is not an array of numbers, an option that is unknown or of the wrong kind, and `out` that is not
 * of the result's type.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, lengths that differ, `out` of another
 * length or over a part of p or q, and an option out of range.
 * @example
 * logRatio([0.5, 0.5], [0.25, 1]); // Float64Array [0.6931471805599453, -0.6931471805599453]
 * @see {@link klDivergence}: its mean under p
 * @category Measures
 */
export function logRatio(p: Float32Array, q: Float32Array, options?: RawOptions & OutOption): Float32Array;
export function logRatio(p: Vector, q: Vector, options?: RawOptions & OutOption): FloatArray;
export function logRatio(p: Vector, q: Vector, options?: RawOptions & OutOption): FloatArray {
  return complete(defaultRuntime(), prepareArray(definitions.logRatio, [p, q], options, false));
}

/**
 * {@link logRatio} of each row of row-major matrices: row r is the `rowLength` numbers from r·rowLength on. A matrix of one row
 * is compared with every row of the other.
 *
 * @returns A row-major matrix, `out` if it is given.
 * @throws RangeError for a length that is not a multiple of `rowLength`, and for numbers of rows that differ and are not 1;
 * else as the function of one row. The place in the message is that in the matrix.
 * @example
 * logRatioRows([0.5, 0.5, 0.25, 1], [0.25, 1], { rowLength: 2, base: 2 }); // Float64Array [1, -1, 0, 0]
 */
export function logRatioRows(
  p: Float32Array,
  q: Float32Array,
  options: RowsOptions<RawOptions> & OutOption,
): Float32Array;
export function logRatioRows(p: Vector, q: Vector, options: RowsOptions<RawOptions> & OutOption): FloatArray;
export function logRatioRows(p: Vector, q: Vector, options: RowsOptions<RawOptions> & OutOption): FloatArray {
  return complete(defaultRuntime(), prepareArray(definitions.logRatio, [p, q], options, true));
}

/**
 * Log-sum-exp ln Σ e^(zᵢ/τ), τ the temperature: the logarithm of the softmax's denominator.
 *
 * @param z - n logits: finite, of any size, or -Infinity.
 * @returns Nats, from max z/τ to max z/τ + ln n. Error: 1e-6 (f32) or 1e-13 (f64) of max(1, |value - max z/τ|), and 1 ulp of
 * the result.
 * @throws TypeError for what is not an array of numbers, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a logit that is NaN or Infinity, an empty array, only -Infinity, and a temperature that is not
 * positive and finite.
 * @example
 * logSumExp([1000, 1000]); // 1000.6931471805599
 * @see {@link logSoftmax}: z/τ less it
 * @category Logits
 */
export function logSumExp(z: Vector, options?: SoftmaxOptions): number {
  return callSingle(defaultRuntime(), definitions.logSumExp, [z], options);
}

/**
 * {@link logSumExp} of each row of a row-major matrix: row r is the `rowLength` numbers from r·rowLength on.
 *
 * @returns One number a row.
 * @throws RangeError for a length that is not a multiple of `rowLength`; else as the function of one row. The place in the
 * message is that in the matrix.
 * @example
 * logSumExpRows([1000, 1000, 0, 0], { rowLength: 2 }); // Float64Array [1000.6931471805599, 0.6931471805599453]
 */
export function logSumExpRows(z: Vector, options: RowsOptions<SoftmaxOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.logSumExp, [z], options));
}

/**
 * Softmax e^(zᵢ/τ) / Σ e^(zⱼ/τ), τ the temperature.
 *
 * @param z - n logits: finite, of any size, or -Infinity, which is probability 0.
 * @returns Probabilities: a Float32Array where z is one, else a Float64Array, `out` if it is given. Relative error of p: 3e-7 +
 * 1e-7·|ln p| (f32), 7e-16 + 1.7e-16·|ln p| (f64); small ones become subnormal, then 0.
 * @throws TypeError for what is not an array of numbers, an option that is unknown or of the wrong kind, and `out` that is not
 * of the result's type.
 * @throws RangeError for a logit that is NaN or Infinity, an empty array, only -Infinity, `out` of another length or over a
 * part of z, and a temperature that is not positive and finite.
 * @example
 * softmax([1000, 1000, 1000, 1000]); // Float64Array [0.25, 0.25, 0.25, 0.25]
 * @see {@link logSoftmax}: their logarithms. No measure needs them: `input: "logits"` takes the logits themselves
 * @category Logits
 */
export function softmax(z: Float32Array, options?: SoftmaxOptions & OutOption): Float32Array;
export function softmax(z: Vector, options?: SoftmaxOptions & OutOption): FloatArray;
export function softmax(z: Vector, options?: SoftmaxOptions & OutOption): FloatArray {
  return complete(defaultRuntime(), prepareArray(definitions.softmax, [z], options, false));
}

/**
 * {@link softmax} of each row of a row-major matrix: row r is the `rowLength` numbers from r·rowLength on.
 *
 * @returns A row-major matrix, `out` if it is given.
 * @throws RangeError for a length that is not a multiple of `rowLength`; else as the function of one row. The place in the
 * message is that in the matrix.
 * @example
 * softmaxRows([1000, 1000, 5, -Infinity], { rowLength: 2 }); // Float64Array [0.5, 0.5, 1, 0]
 */
export function softmaxRows(z: Float32Array, options: RowsOptions<SoftmaxOptions> & OutOption): Float32Array;
export function softmaxRows(z: Vector, options: RowsOptions<SoftmaxOptions> & OutOption): FloatArray;
export function softmaxRows(z: Vector, options: RowsOptions<SoftmaxOptions> & OutOption): FloatArray {
  return complete(defaultRuntime(), prepareArray(definitions.softmax, [z], options, true));
}

/**
 * Logarithm of the softmax, zᵢ/τ - ln Σ e^(zⱼ/τ), τ the temperature.
 *
 * @param z - n logits: finite, of any size, or -Infinity, which stays.
 * @returns Nats: a Float32Array where z is one, else a Float64Array, `out` if it is given. Error: 1e-6 (f32) or 1e-13 (f64) of
 * max(1, |value|).
 * @throws TypeError for what is not an array of numbers, an option that is unknown or of the wrong kind, and `out` that is not
 * of the result's type.
 * @throws RangeError for a logit that is NaN or Infinity, an empty array, only -Infinity, `out` of another length or over a
 * part of z, and a temperature that is not positive and finite.
 * @example
 * logSoftmax([0, 0]); // Float64Array [-0.6931471805599453, -0.6931471805599453]
 * @see {@link softmax}, {@link logSumExp}; {@link tokenLogProbabilities}: of one class a row
 * @category Logits
 */
export function logSoftmax(z: Float32Array, options?: SoftmaxOptions & OutOption): Float32Array;
export function logSoftmax(z: Vector, options?: SoftmaxOptions & OutOption): FloatArray;
export function logSoftmax(z: Vector, options?: SoftmaxOptions & OutOption): FloatArray {
  return complete(defaultRuntime(), prepareArray(definitions.logSoftmax, [z], options, false));
}

/**
 * {@link logSoftmax} of each row of a row-major matrix: row r is the `rowLength` numbers from r·rowLength on.
 *
 * @returns A row-major matrix, `out` if it is given.
 * @throws RangeError for a length that is not a multiple of `rowLength`; else as the function of one row. The place in the
 * message is that in the matrix.
 * @example
 * logSoftmaxRows([0, 0, 5, -Infinity], { rowLength: 2 }); // Float64Array [-0.6931471805599453, -0.6931471805599453, 0, -Infinity]
 */
export function logSoftmaxRows(z: Float32Array, options: RowsOptions<SoftmaxOptions> & OutOption): Float32Array;
export function logSoftmaxRows(z: Vector, options: RowsOptions<SoftmaxOptions> & OutOption): FloatArray;
export function logSoftmaxRows(z: Vector, options: RowsOptions<SoftmaxOptions> & OutOption): FloatArray {
  return complete(defaultRuntime(), prepareArray(definitions.logSoftmax, [z], options, true));
}

/**
 * Cross-entropy of rows of logits against labels or soft targets t: mean over rows of -Σ wᵧtᵧ ln softmax(z/τ)ᵧ. And its
 * gradient.
 *
 * Weights, smoothing, ignored rows and the mean are as in PyTorch's `cross_entropy`. O(rows·classes) time, no memory beyond the
 * gradient.
 *
 * @param logits - A row-major matrix of `rowLength` classes, finite or -Infinity.
 * @param targets - A label for each row, from 0 to rowLength - 1 (an integer array), or a matrix of probabilities: for each row
 * of logits one that sums to 1 within 1e-2.
 * @returns In nats; `loss` is Infinity where a target > 0 has a logit of -Infinity. Error of a row's cross-entropy: 1e-6 (f32)
 * or 1e-13 (f64) of max(1, |value|).
 * @throws TypeError for what is not an array of numbers, a label that is no number, a `gradient` of another type than the
 * logits, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a logit that is NaN or Infinity, a row of only -Infinity, a label out of range, targets < 0 or that do
 * not sum to 1, lengths that do not fit, a `gradient` over a part of what is read, a mean of no rows, and an option out of
 * range.
 * @example
 * crossEntropyLoss([0, 0, 0, 0], [1, 0], { rowLength: 2 }).loss; // 0.6931471805599453
 * crossEntropyLoss([0, 0, 0, 0], [1, 0], { rowLength: 2, gradient: true }).gradient; // Float64Array [0.25, -0.25, -0.25, 0.25]
 * @see {@link crossEntropy}: of two distributions; {@link perplexity}: e to its mean
 * @see PyTorch, torch.nn.functional.cross_entropy
 * @see A. Chowdhery et al., PaLM: Scaling Language Modeling with Pathways (2022), for `zLoss`
 * @category Losses
 */
export function crossEntropyLoss(
  logits: Vector,
  targets: Labels | Vector,
  options: CrossEntropyLossOptions,
): CrossEntropyLoss {
  return complete(defaultRuntime(), losses.crossEntropyLoss(logits, targets, options));
}

/**
 * Loss of a student against a teacher: mean over rows of τ²·KL(softmax(t/τ)‖softmax(s/τ)), τ the temperature. And its gradient.
 *
 * `direction` has the reverse KL or the generalised Jensen–Shannon divergence in its place; the gradient is that in the
 * student's logits. O(rows·classes) time, no memory beyond the gradient.
 *
 * @param studentLogits - s: a row-major matrix of `rowLength` classes, finite or -Infinity.
 * @param teacherLogits - t: one like it, or one row for all.
 * @returns In nats. KL keeps its relative accuracy as the student nears the teacher: 1e-5 (f32) or 1e-11 (f64) down to 1e-9.
 * Infinity where a class is possible for the first of the two alone.
 * @throws TypeError for what is not an array of numbers, a `gradient` of another type than the student's logits, and for an
 * option that is unknown or of the wrong kind.
 * @throws RangeError for a logit that is NaN or Infinity, a row of only -Infinity, lengths that do not fit, a `gradient` over a
 * part of what is read, the gradient of an infinite reverse KL, and an option out of range.
 * @example
 * distillationLoss([0, 0], [0, 0], { rowLength: 2, temperature: 2 }).loss; // 0
 * distillationLoss([0, 0], [1, 0], { rowLength: 2, gradient: true }).gradient; // Float64Array [-0.23105857863000484, 0.23105857863000495]
 * @see {@link klDivergence}, {@link jsDivergence}: the same of two rows, without gradient
 * @see G. Hinton, O. Vinyals, J. Dean, Distilling the Knowledge in a Neural Network (2015)
 * @see R. Agarwal et al., On-Policy Distillation of Language Models (2024), for the generalised divergence
 * @category Losses
 */
export function distillationLoss(
  studentLogits: Vector,
  teacherLogits: Vector,
  options: DistillationLossOptions,
): DistillationLoss {
  return complete(defaultRuntime(), losses.distillationLoss(studentLogits, teacherLogits, options));
}

/**
 * KL divergence of diagonal Gaussians N(μ, e^l) from N(m, e^w), the standard normal distribution by default: a row's is
 * ½ Σ [e^v - 1 - v] + ½ Σ (μ - m)²·e^-w, v = l - w, over its latent dimensions. The term of a variational autoencoder's loss.
 *
 * No sum of cancelling parts: nothing is lost where a posterior has collapsed to the prior.
 *
 * @param mean - Means μ: a row-major matrix of `rowLength` latent dimensions, or one row.
 * @param logVariance - Logarithms l of the variances, likewise.
 * @param options - `rowLength`; `priorMean` m, `priorLogVariance` w, of one row or as many; `reduction` over rows (`"mean"`,
 * `"sum"`, `"none"`); `gradient`: e^-w·(μ - m) and ½(e^v - 1).
 * @returns `kl` in nats >= 0, 0 for equal Gaussians; `count`; `perRow`; `gradient`, of the arguments' types. *Relative* error of
 * a row: 1e-6 (f32), 4e-15 (f64), however alike the two are; in f64 from v = 16 on 2e-16·v, as v is rounded.
 * Complexity O(rows·dimensions); no memory beyond the gradient.
 * @throws TypeError for what is not an array of numbers, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a number that is not finite (a variance of 0 has no logarithm), lengths that do not fit, and for a gradient
 * that would be written over what is still to be read.
 * @example
 * gaussianKl([1, 0], [0, 0]).kl; // 0.5
 * @see {@link elbo}: with the reconstruction's part
 * @see D. P. Kingma, M. Welling, Auto-Encoding Variational Bayes (2014), appendix B
 * @category Losses
 */
export function gaussianKl(mean: Vector, logVariance: Vector, options?: GaussianKlOptions): GaussianKl {
  return complete(defaultRuntime(), losses.gaussianKl(mean, logVariance, options));
}

/**
 * Evidence lower bound ln p(x|z) - β·KL(q(z|x)‖p(z)) of a variational autoencoder, of Gaussian posteriors q with diagonal
 * covariances: what training maximises.
 *
 * @param logLikelihood - ln p(x|z) of each row's reconstruction, in nats (a number where there is one row): summed over the
 * dimensions of x, as {@link crossEntropyLoss} of `reduction: "none"` gives it with the other sign.
 * @param mean - Means of q(z|x): a row-major matrix of `rowLength` latent dimensions, or one row.
 * @param logVariance - Logarithms of the variances, likewise.
 * @param options - Those of {@link gaussianKl}, and `beta` (1 by default).
 * @returns `elbo`, `logLikelihood` and `kl`, means over rows (sums with `"sum"` and `"none"`); `count`; `perRow`; `gradient` of
 * the bound in mean and logVariance by way of the divergence.
 * @throws TypeError for what is not an array of numbers, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a number that is not finite (a log-likelihood may be -Infinity), lengths that do not fit, and for a beta that is
 * negative.
 * @example
 * elbo(-10, [1, 0], [0, 0]).elbo; // -10.5
 * @see {@link gaussianKl}
 * @see I. Higgins et al., β-VAE (2017), for β
 * @category Losses
 */
export function elbo(logLikelihood: number | Vector, mean: Vector, logVariance: Vector, options?: ElboOptions): Elbo {
  return complete(defaultRuntime(), losses.elbo(logLikelihood, mean, logVariance, options));
}

/**
 * Log-probability ln softmax(z/τ)ᵧ of the observed token y of each row z, τ the temperature.
 *
 * @param logits - A row-major matrix of `rowLength` classes, finite or -Infinity.
 * @param tokens - One label a row, from 0 to rowLength - 1.
 * @returns Nats (or units of `base`), one number a row, <= 0: -Infinity where the token is impossible. Error: 1e-6 (f32) or
 * 1e-13 (f64) of max(1, |value|).
 * @throws TypeError for what is not an array of numbers, a label that is no number, and for an option that is unknown or of the
 * wrong kind.
 * @throws RangeError for a logit that is NaN or Infinity, a row of only -Infinity, a label out of range, numbers of rows that
 * differ, and an option out of range.
 * @example
 * tokenLogProbabilities([0, 0, 0, 0], [1, 0], { rowLength: 2 }); // Float64Array [-0.6931471805599453, -0.6931471805599453]
 * @see {@link perplexity}: e to the mean, negated
 * @category Losses
 */
export function tokenLogProbabilities(logits: Vector, tokens: Labels, options: TokenOptions): Float64Array {
  return complete(defaultRuntime(), losses.tokenLogProbabilities(logits, tokens, options));
}

/**
 * Perplexity e^(mean of -ln softmax(z/τ)ᵧ) of a model over the observed tokens y, τ the temperature.
 *
 * @param logits - A row-major matrix of `rowLength` classes, finite or -Infinity.
 * @param tokens - One label a row, from 0 to rowLength - 1; rows of `ignoreIndex` do not count.
 * @returns From 1 to Infinity, which it is where a token is impossible. Error of its logarithm: the mean of those of {@link
 * tokenLogProbabilities}.
 * @throws TypeError for what is not an array of numbers, a label that is no number, and for an option that is unknown or of the
 * wrong kind.
 * @throws RangeError for a logit that is NaN or Infinity, a row of only -Infinity, a label out of range, numbers of rows that
 * differ, tokens that are all ignored, and an option out of range.
 * @example
 * perplexity([0, 0, 0, 0], [1, 0], { rowLength: 2 }); // 2
 * @see {@link tokenLogProbabilities}, {@link crossEntropyLoss}
 * @category Losses
 */
export function perplexity(logits: Vector, tokens: Labels, options: PerplexityOptions): number {
  return complete(defaultRuntime(), losses.perplexity(logits, tokens, options));
}

/**
 * Evidence for one model over another along a sequence: Σ ln(p/q) over the observed tokens, p and q the softmaxes of each row.
 *
 * @param logitsP - A row-major matrix of `rowLength` classes, finite or -Infinity.
 * @param logitsQ - One like it, of as many rows.
 * @param tokens - One label a row, from 0 to rowLength - 1.
 * @returns Nats (or units of `base`). The mean tends to KL(p‖q) as tokens are drawn from p; it is Infinity where a token is
 * impossible under q, -Infinity where it is under p. Error of a token's log-ratio: those of both log-probabilities, as {@link
 * tokenLogProbabilities} has them.
 * @throws TypeError for what is not an array of numbers, a label that is no number, and for an option that is unknown or of the
 * wrong kind.
 * @throws RangeError for a logit that is NaN or Infinity, a row of only -Infinity, a label out of range, numbers of rows that
 * differ, an option out of range; where a token is impossible under both, or one under p and another under q.
 * @example
 * logLikelihoodRatioOfTokens([1, 0, 0, 1], [0, 0, 0, 0], [0, 1], { rowLength: 2 }).mean; // 0.37988549304172253
 * @see {@link logLikelihoodRatio}: of counts
 * @category Losses
 */
export function logLikelihoodRatioOfTokens(
  logitsP: Vector,
  logitsQ: Vector,
  tokens: Labels,
  options: TokenOptions,
): TokenLogLikelihoodRatio {
  return complete(defaultRuntime(), losses.logLikelihoodRatioOfTokens(logitsP, logitsQ, tokens, options));
}
