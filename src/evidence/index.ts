// logratio/evidence: what observations say for one distribution and against another.

export { adjustPValues, type Correction } from "./adjustPValues.js";
export { chiSquaredTail } from "./chiSquaredTail.js";
export {
  estimateMutualInformation,
  type MutualInformationEstimate,
  type MutualInformationEstimateOptions,
  type MutualInformationEstimator,
} from "./estimateMutualInformation.js";
export { estimateKlDivergence, type KlEstimates } from "./estimates.js";
export {
  type GoodnessOfFitOptions,
  type GTest,
  gTest,
  gTestOfTwoSamples,
  type IndependenceGTest,
  type IndependenceOptions,
} from "./gTest.js";
export { keyness } from "./keyness.js";
export type { EstimateOptions, KlEstimate } from "./klEstimate.js";
export type { LogProbability, Model } from "./models.js";
export {
  type EntropyMean,
  type MutualInformationOptions,
  mutualInformation,
  type NormalizedMutualInformationOptions,
  normalizedMutualInformation,
} from "./mutualInformation.js";
export {
  cumulativeLogLikelihoodRatio,
  logLikelihoodRatioOfSequence,
  type SequenceLogLikelihoodRatio,
  type SequenceOptions,
} from "./sequences.js";
export {
  type Decision,
  type OfEach,
  type SequentialTest,
  type SequentialTestOptions,
  type SequentialUpdate,
  sequentialTest,
} from "./sequentialTest.js";
