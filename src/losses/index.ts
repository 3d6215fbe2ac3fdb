// The losses, and what they take and give.
export {
  type CrossEntropyLoss,
  type CrossEntropyLossOptions,
  crossEntropyLoop,
  crossEntropyLoss,
} from "./crossEntropyLoss.js";
export {
  type DistillationLoss,
  type DistillationLossOptions,
  distillationLoop,
  distillationLoss,
} from "./distillationLoss.js";
export {
  type Elbo,
  type ElboOptions,
  elbo,
  type GaussianGradient,
  type GaussianKl,
  type GaussianKlOptions,
  gaussianKl,
  gaussianLoop,
} from "./gaussianKl.js";
export type { Labels, Reduction } from "./labels.js";
export {
  logLikelihoodRatioOfTokens,
  type PerplexityOptions,
  perplexity,
  type TokenLogLikelihoodRatio,
  type TokenOptions,
  tokenLogProbabilities,
  tokenLoop,
} from "./tokens.js";
