/**
 * Entropy, KL divergence and their relatives over large vocabularies, from probabilities or logits.
 *
 * A measure `f` can be called in four ways: `f(…)` for one distribution or pair, `f.rows(…)` for each row of row-major matrices, and the
 * promises `f.async(…)` and `f.rows.async(…)`, with the options `signal` and `onProgress`. Losses have `f(…)` and `f.async(…)`.
 *
 * Arrays are Float32Array, Float64Array, or any array-like of numbers, which is converted to f64. Error bounds for "f32" apply if all arrays are
 * Float32Arrays. Only `out` and `gradient` are written to.
 *
 * Each function computes on a default engine, which is created at the first call, or on an {@link Engine} that you create. The time is
 * proportional to the numbers passed. The memory is a fixed staging area and the result.
 *
 * @module
 */

/// <reference lib="esnext.disposable" preserve="true" />

export type { FloatArray, Vector } from "./backends/backend.js";
export type { Float16, NumberFormat } from "./backends/halves.js";
export type { Loss, Mapping, MappingOfRows, Measure, MeasureOfRows, RowArguments } from "./call/forms.js";
export type { Matrix, Numbers, TensorLike } from "./call/inputs.js";
export type { PerRow } from "./call/masks.js";
export type {
  EngineOption,
  InputKind,
  Mask,
  MeasureOptions,
  OutOption,
  RawOptions,
  RowSelection,
  RowsOptions,
  SoftmaxOptions,
  UnitlessOptions,
  UnnormalizedOptions,
} from "./call/options.js";
export type { EngineOptions } from "./engine/create.js";
export { createEngine, createEngineSync, Engine } from "./engine/engine.js";
export type { EngineHandle } from "./engine/share.js";
export type { AsideOptions } from "./engine/work.js";
export type { CrossEntropyLoss, CrossEntropyLossOptions } from "./losses/crossEntropyLoss.js";
export type { DistillationLoss, DistillationLossOptions } from "./losses/distillationLoss.js";
export type { Elbo, ElboOptions, GaussianGradient, GaussianKl, GaussianKlOptions } from "./losses/gaussianKl.js";
export * from "./losses/index.js";
export type { GivenLabels, Labels, Reduction } from "./losses/labels.js";
export type { PerplexityOptions, TokenLogLikelihoodRatio, TokenOptions } from "./losses/tokens.js";
export type { DistanceMatrixOptions, PairMeasure } from "./measures/distanceMatrix.js";
export * from "./measures/index.js";
export type { LogSumExpOptions } from "./measures/logSumExp.js";
export type { ManyOptions, MeasureOfMany } from "./measures/many.js";
export type { BinOptions } from "./measures/orderedBins.js";

// Names of browsers that the types use: an application whose TypeScript knows nothing of browsers gets them empty.
declare global {
  interface AbortSignal {}
  namespace WebAssembly {
    interface Module {}
    interface Memory {}
  }
}
