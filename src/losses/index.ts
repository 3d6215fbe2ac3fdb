// Every loss: the list that the documentation, the tests and the threads go through.
export { crossEntropyLoss } from "./crossEntropyLoss.js";
export { distillationLoss } from "./distillationLoss.js";
export { elbo, gaussianKl } from "./gaussianKl.js";
export { logLikelihoodRatioOfTokens, perplexity, tokenLogProbabilities } from "./tokens.js";
