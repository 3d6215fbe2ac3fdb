// The losses, and what they take and give.
export { type CrossEntropyLoss, type CrossEntropyLossOptions, crossEntropyLoss } from "./crossEntropyLoss.js";
export { type DistillationLoss, type DistillationLossOptions, distillationLoss } from "./distillationLoss.js";
export type { Labels, Reduction } from "./labels.js";
export {
  logLikelihoodRatioOfTokens,
  type PerplexityOptions,
  perplexity,
  type TokenLogLikelihoodRatio,
  type TokenOptions,
  tokenLogProbabilities,
} from "./tokens.js";
