// logratio/counts: counts of words, events or categories: aligned by key, smoothed, and their entropy estimated.

export { type Aligned, align, type KeyOf } from "./align.js";
export {
  type CompareCountsOptions,
  type CountComparison,
  compareCounts,
  type IntervalMethod,
} from "./compareCounts.js";
export {
  type Contribution,
  type ContributionMeasure,
  type ContributionOptions,
  type Contributions,
  contributions,
} from "./contributions.js";
export type { ColumnDrift, DriftClass } from "./driftMeasures.js";
export { Drift, type DriftOptions, type DriftReport, driftReport, type Table } from "./driftReport.js";
export {
  type EntropyEstimate,
  type EntropyEstimator,
  type EntropyOptions,
  estimateEntropy,
} from "./estimateEntropy.js";
export { type Histogram, type HistogramOptions, histogram } from "./histogram.js";
export { type Keyword, type KeywordOptions, keywords } from "./keywords.js";
export {
  type MutualInformationOfCounts,
  type MutualInformationOfCountsOptions,
  mutualInformationOfCounts,
} from "./mutualInformationOfCounts.js";
export { populationStabilityIndex, type StabilityOptions, type ZeroPolicy } from "./populationStabilityIndex.js";
export type { Pseudocount } from "./pseudocount.js";
export type { Counts } from "./read.js";
export { type Smoothed, type SmoothingMethod, type SmoothOptions, smooth } from "./smooth.js";
export type { ComparisonMeasure } from "./statistics.js";
export { tally } from "./tally.js";
