// logratio/counts: counts of words, events or categories: aligned by key, smoothed, and their entropy estimated.

export { type Aligned, align, type KeyOf } from "./align.js";
export {
  type EntropyEstimate,
  type EntropyEstimator,
  type EntropyOptions,
  estimateEntropy,
} from "./estimateEntropy.js";
export type { Pseudocount } from "./pseudocount.js";
export type { Counts } from "./read.js";
export { type Smoothed, type SmoothingMethod, type SmoothOptions, smooth } from "./smooth.js";
export { tally } from "./tally.js";
