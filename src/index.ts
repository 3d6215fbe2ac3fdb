// The public names. Each function is the method of the same name of a default engine, made at the first call.
//
// Where the text says "n numbers >= 0 whose sum is within 1e-2 of 1", `input: "logits"` takes n logits instead, and
// `"logProbabilities"` n logarithms whose exponentials have such a sum. The result is that of their softmax, computed straight
// from them: error 1e-6 (f32) or 1e-13 (f64) of max(1, |value|), and KL keeps a relative error of 1e-5 or 1e-11 down to 1e-9.

/// <reference lib="esnext.disposable" preserve="true" />

import type { FloatArray, Vector } from "./backend.js";
import { callSingle, prepareArray, prepareRows } from "./calls.js";
import * as definitions from "./definitions.js";
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
import type {
  MeasureOptions,
  OutOption,
  RawOptions,
  RowsOptions,
  SoftmaxOptions,
  UnnormalizedOptions,
} from "./options.js";
import { defaultRuntime } from "./runtime.js";
import { complete } from "./work.js";

export type { AsyncEngine } from "./async.js";
export type { FloatArray, Vector } from "./backend.js";
export { createEngine, createEngineSync, Engine } from "./engine.js";
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
export type {
  InputKind,
  MeasureOptions,
  OutOption,
  RawOptions,
  RowsOptions,
  SoftmaxOptions,
  UnnormalizedOptions,
} from "./options.js";
export type { EngineOptions } from "./runtime.js";
export type { EngineHandle } from "./share.js";
export type { AsideOptions } from "./work.js";

// Names of browsers that the types use: an application whose TypeScript knows nothing of browsers gets them empty.
declare global {
  interface AbortSignal {}
  namespace WebAssembly {
    interface Module {}
    interface Memory {}
  }
}

/**
 * Shannon entropy H(p) = -Σ p̂ᵢ ln p̂ᵢ of p̂ = p/Σp.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`). 0·ln 0 = 0.
 * @returns Nats (or units of `base`), from 0 to ln n. Error: 2e-7 (f32) or 4e-15 (f64) of max(1, H).
 * @throws TypeError for what is not an array of numbers or an unknown option; RangeError for a number that is negative, NaN
 * or infinite, for an empty array, and for a sum that is not 1. Complexity O(n), no memory beyond a fixed staging area.
 * @example
 * entropy([0.5, 0.5], { base: 2 }); // 1
 * @see C. E. Shannon, A Mathematical Theory of Communication (1948)
 */
export function entropy(p: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.entropy, [p], options);
}

/**
 * {@link entropy} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * one number.
 *
 * @returns One number a row.
 */
export function entropyRows(p: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.entropy, [p], options));
}

/**
 * Cross-entropy H(p, q) = -Σ p̂ᵢ ln q̂ᵢ = H(p) + KL(p‖q), of p̂ = p/Σp and q̂ = q/Σq.
 *
 * @param p - The distribution of what is observed: n numbers >= 0, sum within 1e-2 of 1 (any with `normalize`).
 * @param q - The model, of the same length.
 * @returns Nats (or units of `base`); Infinity where some p > 0 has q = 0. Error: 2e-7 (f32), 4e-15 (f64) of max(1, H).
 * @throws As {@link entropy}, and RangeError where the lengths differ.
 * @example
 * crossEntropy([0.5, 0.5], [0.25, 0.75]); // 0.8369882167858358
 */
export function crossEntropy(p: Vector, q: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.crossEntropy, [p, q], options);
}

/**
 * {@link crossEntropy} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * compared with every row of the other.
 *
 * @returns One number a row.
 */
export function crossEntropyRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.crossEntropy, [p, q], options));
}

/**
 * Kullback–Leibler divergence KL(p‖q) = Σ p̂ᵢ ln(p̂ᵢ/q̂ᵢ), of p̂ = p/Σp and q̂ = q/Σq: the expected log-likelihood ratio.
 *
 * No ε is added and nothing is clipped: a class with p = 0 adds 0, one with p > 0 and q = 0 makes it Infinity. Never negative,
 * and exactly 0 for p = q.
 *
 * @param p - n numbers >= 0, sum within 1e-2 of 1 (any with `normalize`).
 * @param q - The same number of them.
 * @returns Nats (or units of `base`). *Relative* error: 1e-6 for f32 (2e-7 from 1,024 classes on), 4e-15 for f64, from 1e-12
 * to 1e3, where both sums agree to 1e-6; 1e-5 and 1e-11 down to 1e-9 where they do not.
 * @throws As {@link entropy}, and RangeError where the lengths differ.
 * @example
 * klDivergence([0.5, 0.5], [0.25, 0.75]); // 0.14384103622589045
 * @see S. Kullback, R. A. Leibler, On Information and Sufficiency (1951)
 */
export function klDivergence(p: Vector, q: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.klDivergence, [p, q], options);
}

/**
 * {@link klDivergence} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * compared with every row of the other.
 *
 * @returns One number a row.
 */
export function klDivergenceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.klDivergence, [p, q], options));
}

/**
 * Jeffreys' divergence J(p, q) = KL(p‖q) + KL(q‖p) = Σ (p̂ᵢ - q̂ᵢ) ln(p̂ᵢ/q̂ᵢ).
 *
 * @param p - n numbers >= 0, sum within 1e-2 of 1 (any with `normalize`).
 * @param q - The same number of them.
 * @returns Nats (or units of `base`); the same to the bit for (q, p); Infinity where one of p and q is 0 and the other is not.
 * Relative error as {@link klDivergence}.
 * @throws As {@link klDivergence}.
 * @example
 * jeffreysDivergence([0.5, 0.5], [0.25, 0.75]); // 0.27465307216702745
 */
export function jeffreysDivergence(p: Vector, q: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.jeffreysDivergence, [p, q], options);
}

/**
 * {@link jeffreysDivergence} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * compared with every row of the other.
 *
 * @returns One number a row.
 */
export function jeffreysDivergenceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.jeffreysDivergence, [p, q], options));
}

/**
 * Jensen–Shannon divergence JS(p, q) = ½ KL(p̂‖m) + ½ KL(q̂‖m), m = (p̂ + q̂)/2.
 *
 * @param p - n numbers >= 0, sum within 1e-2 of 1 (any with `normalize`).
 * @param q - The same number of them.
 * @returns Nats (or units of `base`), from 0 to ln 2, finite for any supports; the same to the bit for (q, p). Relative error
 * as {@link klDivergence}.
 * @throws As {@link klDivergence}.
 * @example
 * jsDivergence([1, 0], [0, 1], { base: 2 }); // 1
 * @see J. Lin, Divergence Measures Based on the Shannon Entropy (1991)
 */
export function jsDivergence(p: Vector, q: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.jsDivergence, [p, q], options);
}

/**
 * {@link jsDivergence} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * compared with every row of the other.
 *
 * @returns One number a row.
 */
export function jsDivergenceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.jsDivergence, [p, q], options));
}

/**
 * Jensen–Shannon distance √JS(p, q), a metric; the square root is taken after the change of base.
 *
 * @param p - n numbers >= 0, sum within 1e-2 of 1 (any with `normalize`).
 * @param q - The same number of them.
 * @returns From 0 to √(ln 2), or to 1 with `base: 2`.
 * @throws As {@link klDivergence}.
 * @example
 * jsDistance([1, 0], [0, 1], { base: 2 }); // 1
 * @see D. M. Endres, J. E. Schindelin, A New Metric for Probability Distributions (2003)
 */
export function jsDistance(p: Vector, q: Vector, options?: MeasureOptions): number {
  return callSingle(defaultRuntime(), definitions.jsDistance, [p, q], options);
}

/**
 * {@link jsDistance} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * compared with every row of the other.
 *
 * @returns One number a row.
 */
export function jsDistanceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.jsDistance, [p, q], options));
}

/**
 * I-divergence, the generalised KL of unnormalised measures: Σ [pᵢ ln(pᵢ/qᵢ) - pᵢ + qᵢ], of the numbers as they are.
 *
 * @param p - n numbers >= 0, of any sum.
 * @param q - The same number of them.
 * @returns Nats (or units of `base`), >= 0, and 0 only for p = q; Infinity where some p > 0 has q = 0. Relative error as
 * {@link klDivergence}.
 * @throws As {@link klDivergence}, but for sums.
 * @example
 * iDivergence([2, 0], [1, 1]); // 1.3862943611198906
 * @see I. Csiszár, Why Least Squares and Maximum Entropy? (1991)
 */
export function iDivergence(p: Vector, q: Vector, options?: UnnormalizedOptions): number {
  return callSingle(defaultRuntime(), definitions.iDivergence, [p, q], options);
}

/**
 * {@link iDivergence} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * compared with every row of the other.
 *
 * @returns One number a row.
 */
export function iDivergenceRows(p: Vector, q: Vector, options: RowsOptions<UnnormalizedOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.iDivergence, [p, q], options));
}

/**
 * Log-likelihood ratio Σ cᵢ ln(pᵢ/qᵢ) of observed counts under two models, of the numbers as they are. Divided by Σc it tends
 * to KL(p‖q) as counts are drawn from p.
 *
 * @param counts - n numbers >= 0: how often each class was observed. A count of 0 adds 0, whatever its p and q.
 * @param p - Probabilities of the classes under one model, the same number of them.
 * @param q - And under the other.
 * @returns Nats (or units of `base`): positive where the counts speak for p. Infinity where q = 0 for an observed class,
 * -Infinity where p = 0. Error: 2e-7 (f32) or 4e-15 (f64) of Σ|cᵢ ln(pᵢ/qᵢ)|; from logits 1e-6 or 1e-13 of Σcᵢ·max(1, …).
 * @throws As {@link klDivergence}, but for sums; and RangeError where an observed class has p = q = 0, or where p is 0 for one
 * and q for another, which leaves nothing to tell.
 * @example
 * logLikelihoodRatio([3, 1], [0.5, 0.5], [0.25, 0.75]); // 1.6739764335716714
 */
export function logLikelihoodRatio(counts: Vector, p: Vector, q: Vector, options?: RawOptions): number {
  return callSingle(defaultRuntime(), definitions.logLikelihoodRatio, [counts, p, q], options);
}

/**
 * {@link logLikelihoodRatio} of each row of row-major matrices: row r is the numbers from r·rowLength on. A matrix of one row is
 * compared with every row of the other.
 *
 * @returns One number a row.
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
 * Elementwise log-ratio ln(pᵢ/qᵢ), of the numbers as they are.
 *
 * @param p - n numbers >= 0.
 * @param q - The same number of them.
 * @param options - `out` receives the result; it may be p or q.
 * @returns A Float32Array where p and q are both; else a Float64Array. Within 2 ulp. -Infinity where p = 0, Infinity where
 * q = 0, NaN where both are. From logits, the difference of both log-softmaxes.
 * @throws As {@link klDivergence}, but for sums; TypeError where `out` is not of the result's type, RangeError where its length
 * is another.
 * @example
 * logRatio([0.5, 0.5], [0.25, 1]); // Float64Array [0.6931471805599453, -0.6931471805599453]
 */
export function logRatio(p: Float32Array, q: Float32Array, options?: RawOptions & OutOption): Float32Array;
export function logRatio(p: Vector, q: Vector, options?: RawOptions & OutOption): FloatArray;
export function logRatio(p: Vector, q: Vector, options?: RawOptions & OutOption): FloatArray {
  return complete(defaultRuntime(), prepareArray(definitions.logRatio, [p, q], options, false));
}

/** {@link logRatio} of row-major matrices; one row is compared with every row of the other. Returns a matrix. */
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
 * ln Σ e^(zᵢ/temperature), the logarithm of the softmax's denominator.
 *
 * @param z - n logits: finite, of any size, or -Infinity.
 * @returns Error: 1e-6 (f32) or 1e-13 (f64) of max(1, |value - max z|), and 1 ulp of the result.
 * @throws TypeError for what is not an array of numbers or an unknown option; RangeError for a logit that is NaN or Infinity,
 * for an empty array, and where every logit is -Infinity. Complexity O(n), no memory beyond a fixed staging area.
 * @example
 * logSumExp([1000, 1000]); // 1000.6931471805599
 */
export function logSumExp(z: Vector, options?: SoftmaxOptions): number {
  return callSingle(defaultRuntime(), definitions.logSumExp, [z], options);
}

/** {@link logSumExp} of each row of a row-major matrix. */
export function logSumExpRows(z: Vector, options: RowsOptions<SoftmaxOptions>): Float64Array {
  return complete(defaultRuntime(), prepareRows(definitions.logSumExp, [z], options));
}

/**
 * Softmax e^(zᵢ/temperature) / Σ e^(zⱼ/temperature).
 *
 * @param z - n logits, as for {@link logSumExp}.
 * @param options - `out` receives the result; it may be z.
 * @returns A Float32Array where z is one, else a Float64Array. Relative error of p: 3e-7 + 1e-7·|ln p| (f32), 7e-16 +
 * 1.7e-16·|ln p| (f64); small ones become subnormal, then 0.
 * @throws As {@link logSumExp}; TypeError where `out` is not of the result's type, RangeError where its length is another.
 * @example
 * softmax([1000, 1000, 1000, 1000]); // Float64Array [0.25, 0.25, 0.25, 0.25]
 */
export function softmax(z: Float32Array, options?: SoftmaxOptions & OutOption): Float32Array;
export function softmax(z: Vector, options?: SoftmaxOptions & OutOption): FloatArray;
export function softmax(z: Vector, options?: SoftmaxOptions & OutOption): FloatArray {
  return complete(defaultRuntime(), prepareArray(definitions.softmax, [z], options, false));
}

/** {@link softmax} of each row of a row-major matrix. Returns a matrix. */
export function softmaxRows(z: Float32Array, options: RowsOptions<SoftmaxOptions> & OutOption): Float32Array;
export function softmaxRows(z: Vector, options: RowsOptions<SoftmaxOptions> & OutOption): FloatArray;
export function softmaxRows(z: Vector, options: RowsOptions<SoftmaxOptions> & OutOption): FloatArray {
  return complete(defaultRuntime(), prepareArray(definitions.softmax, [z], options, true));
}

/**
 * Logarithm of the softmax, zᵢ/temperature - ln Σ e^(zⱼ/temperature).
 *
 * @param z - n logits, as for {@link logSumExp}.
 * @param options - `out` receives the result; it may be z.
 * @returns A Float32Array where z is one, else a Float64Array. -Infinity stays. Error: 1e-6 (f32) or 1e-13 (f64) of
 * max(1, |value|).
 * @throws As {@link softmax}.
 * @example
 * logSoftmax([0, 0]); // Float64Array [-0.6931471805599453, -0.6931471805599453]
 */
export function logSoftmax(z: Float32Array, options?: SoftmaxOptions & OutOption): Float32Array;
export function logSoftmax(z: Vector, options?: SoftmaxOptions & OutOption): FloatArray;
export function logSoftmax(z: Vector, options?: SoftmaxOptions & OutOption): FloatArray {
  return complete(defaultRuntime(), prepareArray(definitions.logSoftmax, [z], options, false));
}

/** {@link logSoftmax} of each row of a row-major matrix. Returns a matrix. */
export function logSoftmaxRows(z: Float32Array, options: RowsOptions<SoftmaxOptions> & OutOption): Float32Array;
export function logSoftmaxRows(z: Vector, options: RowsOptions<SoftmaxOptions> & OutOption): FloatArray;
export function logSoftmaxRows(z: Vector, options: RowsOptions<SoftmaxOptions> & OutOption): FloatArray {
  return complete(defaultRuntime(), prepareArray(definitions.logSoftmax, [z], options, true));
}

/**
 * Cross-entropy of rows of logits against labels or soft targets: mean over rows of -Σ wᵧtᵧ ln softmax(z/temperature)ᵧ, and its
 * gradient. Weights, smoothing, ignored rows and the mean are as in PyTorch's `cross_entropy`.
 *
 * @param logits - A row-major matrix of `rowLength` classes, finite or -Infinity.
 * @param targets - A label for each row (an integer array), or a matrix of probabilities: a row of them for each row of logits.
 * @param options - `rowLength`; `ignoreIndex` (-100), `labelSmoothing` ε, `classWeights` w, `temperature`, `zLoss` λ,
 * `reduction` (`"mean"`: Σ wᵧ loss / Σ wᵧ; `"sum"`; `"none"`), `gradient`.
 * @returns `loss` in nats, Infinity where a target has a logit of -Infinity; `count`; `perRow`; `gradient` of the logits' type.
 * @throws TypeError for the wrong kind of thing; RangeError for a logit that is NaN or Infinity, a label out of range, targets
 * that do not sum to 1, and a mean of no rows. Complexity O(rows·classes); no memory beyond the gradient.
 * @example
 * crossEntropyLoss([0, 0, 0, 0], [1, 0], { rowLength: 2 }).loss; // 0.6931471805599453
 */
export function crossEntropyLoss(
  logits: Vector,
  targets: Labels | Vector,
  options: CrossEntropyLossOptions,
): CrossEntropyLoss {
  return complete(defaultRuntime(), losses.crossEntropyLoss(logits, targets, options));
}

/**
 * Loss of a student against a teacher: mean over rows of τ²·KL(softmax(t/τ)‖softmax(s/τ)), of the reverse KL, or of the
 * generalised Jensen–Shannon divergence; and its gradient in the student's logits.
 *
 * @param studentLogits - A row-major matrix of `rowLength` classes, finite or -Infinity.
 * @param teacherLogits - One like it, or one row for all.
 * @param options - `rowLength`; `temperature` τ, `direction`, `beta`, `reduction`, `gradient`.
 * @returns `loss` in nats; `count`; `perRow`; `gradient`, of the student's type. KL keeps its relative accuracy as the student
 * nears the teacher.
 * @throws As {@link crossEntropyLoss}; RangeError for the gradient of an infinite reverse KL.
 * @example
 * distillationLoss([0, 0], [0, 0], { rowLength: 2, temperature: 2 }).loss; // 0
 * @see G. Hinton, O. Vinyals, J. Dean, Distilling the Knowledge in a Neural Network (2015); R. Agarwal et al., On-Policy
 * Distillation of Language Models (2024) for the generalised divergence
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
 * @throws TypeError for the wrong kind of thing; RangeError for a number that is not finite (a variance of 0 has no logarithm),
 * and for lengths that do not fit. Complexity O(rows·dimensions); no memory beyond the gradient.
 * @example
 * gaussianKl([1, 0], [0, 0]).kl; // 0.5
 * @see D. P. Kingma, M. Welling, Auto-Encoding Variational Bayes (2014), appendix B
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
 * @param mean - As for {@link gaussianKl}.
 * @param logVariance - As for {@link gaussianKl}.
 * @param options - Those of {@link gaussianKl}, and `beta` (1 by default).
 * @returns `elbo`, `logLikelihood` and `kl`, means over rows (sums with `"sum"` and `"none"`); `count`; `perRow`; `gradient` of
 * the bound in mean and logVariance by way of the divergence.
 * @throws As {@link gaussianKl}; RangeError for a log-likelihood that is NaN or Infinity, or as many as there are not rows.
 * @example
 * elbo(-10, [1, 0], [0, 0]).elbo; // -10.5
 * @see I. Higgins et al., β-VAE (2017), for β
 */
export function elbo(logLikelihood: number | Vector, mean: Vector, logVariance: Vector, options?: ElboOptions): Elbo {
  return complete(defaultRuntime(), losses.elbo(logLikelihood, mean, logVariance, options));
}

/**
 * ln p of the observed token of each row, p = softmax(z/temperature).
 *
 * @param logits - A row-major matrix of `rowLength` classes, finite or -Infinity.
 * @param tokens - One label a row.
 * @returns Nats (or units of `base`), one number a row: -Infinity where the token is impossible. Error: 1e-6 (f32) or 1e-13
 * (f64) of max(1, |value|).
 * @throws As {@link crossEntropyLoss}.
 * @example
 * tokenLogProbabilities([0, 0, 0, 0], [1, 0], { rowLength: 2 }); // Float64Array [-0.6931471805599453, -0.6931471805599453]
 */
export function tokenLogProbabilities(logits: Vector, tokens: Labels, options: TokenOptions): Float64Array {
  return complete(defaultRuntime(), losses.tokenLogProbabilities(logits, tokens, options));
}

/**
 * Perplexity e^(mean of -ln p) of a model over the observed tokens.
 *
 * @param logits - A row-major matrix of `rowLength` classes, finite or -Infinity.
 * @param tokens - One label a row; rows of `ignoreIndex` (-100) do not count.
 * @returns From 1 to Infinity.
 * @throws As {@link crossEntropyLoss}.
 * @example
 * perplexity([0, 0, 0, 0], [1, 0], { rowLength: 2 }); // 2
 */
export function perplexity(logits: Vector, tokens: Labels, options: PerplexityOptions): number {
  return complete(defaultRuntime(), losses.perplexity(logits, tokens, options));
}

/**
 * Evidence for one model over another along a sequence: Σ ln(p/q) over the observed tokens, p and q the softmaxes of each row.
 *
 * @param logitsP - A row-major matrix of `rowLength` classes, finite or -Infinity.
 * @param logitsQ - One like it.
 * @param tokens - One label a row.
 * @returns `sum`, in nats (or units of `base`), `mean` a token, which tends to KL(p‖q) as tokens are drawn from p, and the
 * `standardError` of the mean.
 * @throws As {@link crossEntropyLoss}; RangeError where a token is impossible under both.
 * @example
 * logLikelihoodRatioOfTokens([0, 0, 0, 0], [0, 0, 0, 0], [1, 0], { rowLength: 2 }).mean; // 0
 */
export function logLikelihoodRatioOfTokens(
  logitsP: Vector,
  logitsQ: Vector,
  tokens: Labels,
  options: TokenOptions,
): TokenLogLikelihoodRatio {
  return complete(defaultRuntime(), losses.logLikelihoodRatioOfTokens(logitsP, logitsQ, tokens, options));
}
