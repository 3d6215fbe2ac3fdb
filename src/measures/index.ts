// Every measure: the list that the documentation, the benchmarks, the tests of bits and the threads go through.

export { alphaDivergence } from "./alphaDivergence.js";
export { bhattacharyyaDistance } from "./bhattacharyyaDistance.js";
export { neymanChiSquared, pearsonChiSquared } from "./chiSquared.js";
export { crossEntropy } from "./crossEntropy.js";
export { distanceMatrix } from "./distanceMatrix.js";
export { entropy } from "./entropy.js";
export { hellingerDistance } from "./hellingerDistance.js";
export { iDivergence } from "./iDivergence.js";
export { jeffreysDivergence } from "./jeffreysDivergence.js";
export { jensenRenyiDivergence } from "./jensenRenyiDivergence.js";
export { jsDistance, jsDivergence } from "./jsDivergence.js";
export { klDivergence } from "./klDivergence.js";
export { logLikelihoodRatio } from "./logLikelihoodRatio.js";
export { logRatio } from "./logRatio.js";
export { logSumExp } from "./logSumExp.js";
export { cramerDistance, kolmogorovSmirnovDistance, wassersteinDistance } from "./orderedBins.js";
export { renyiDivergence } from "./renyiDivergence.js";
export { renyiEntropy, tsallisEntropy } from "./renyiEntropy.js";
export { skewDivergence } from "./skewDivergence.js";
export { logSoftmax, softmax } from "./softmax.js";
export { totalVariationDistance } from "./totalVariationDistance.js";
export { tsallisDivergence } from "./tsallisDivergence.js";
