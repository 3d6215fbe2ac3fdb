// The kernels by name, and the unit of work that any thread can be given of one.

import { CHUNK_BYTES } from "./layout.js";

/** The type in which a row is computed. */
export type Precision = "f32" | "f64";

export const REDUCTIONS = [
  "crossEntropy",
  "crossEntropyOfLogits",
  "divergencesOfLogits",
  "entropy",
  "entropyOfLogits",
  "gaussianKl",
  "gaussianKlBetween",
  "hellingerDistance",
  "jeffreysDivergence",
  "jsDivergence",
  "jsDivergenceOfLogits",
  "klDivergence",
  "klDivergenceOfLogits",
  "logLikelihoodRatio",
  "logLikelihoodRatioOfLogits",
  "logSumExp",
  "maximum",
  "mixtureDivergence",
  "renyiDivergence",
  "renyiEntropy",
  "softTargets",
  "sumOfLogits",
  "survey",
  "totalVariationDistance",
] as const;
export type Reduction = (typeof REDUCTIONS)[number];

/** Kernels that write a row. */
export const MAPPINGS = [
  "exponentials",
  "lessTargets",
  "logRatio",
  "logRatioOfLogits",
  "meanGradient",
  "mixtureGradient",
  "reverseGradient",
  "scaled",
  "shifted",
  "softmaxDifference",
  "varianceGradient",
  "varianceGradientBetween",
] as const;
export type Mapping = (typeof MAPPINGS)[number];

/** How the numbers of a Uint16Array are to be read. */
export type HalfFormat = "f16" | "bf16";

/** Kernels that make f32 of 16-bit floats. */
export const WIDENERS = { f16: "widenF16", bf16: "widenBf16" } as const;
export type Widener = (typeof WIDENERS)[HalfFormat];

/** Numbers of a chunk. */
export const CHUNK = { f32: CHUNK_BYTES / 4, f64: CHUNK_BYTES / 8 } as const;

/** A kernel over rows that lie in a memory shared by threads: what is done chunk by chunk, by any of them. */
export interface ChunkJob {
  readonly kernel: Reduction | Mapping;
  readonly precision: Precision;
  /** Where the rows are, in bytes. */
  readonly offsets: readonly number[];
  readonly length: number;
  /** Where a mapping writes. */
  readonly out: number | undefined;
}

/** f64s that are left of a chunk: its flags; of each total its sum, its error, and whether there is one. */
export const RESULT = 16;
/** Those of what a family needs to know besides its rows. */
export const PARAMETERS = 16;
