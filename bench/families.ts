import { crossEntropy } from "./crossEntropy.bench.js";
import { crossEntropyLoss, crossEntropyLossWithGradient } from "./crossEntropyLoss.bench.js";
import { crossEntropyOfLogits } from "./crossEntropyOfLogits.bench.js";
import { distillationLoss, distillationLossWithGradient } from "./distillationLoss.bench.js";
import { entropy } from "./entropy.bench.js";
import { entropyOfLogits } from "./entropyOfLogits.bench.js";
import type { Family } from "./family.js";
import { gaussianKl } from "./gaussianKl.bench.js";
import { hellingerDistance } from "./hellingerDistance.bench.js";
import { jeffreysDivergence } from "./jeffreysDivergence.bench.js";
import { jsDivergence } from "./jsDivergence.bench.js";
import { jsDivergenceOfLogits } from "./jsDivergenceOfLogits.bench.js";
import { klDivergence, klDivergenceWithZeros } from "./klDivergence.bench.js";
import { klDivergenceOfLogits, klDivergenceOfNearLogits } from "./klDivergenceOfLogits.bench.js";
import { logLikelihoodRatio } from "./logLikelihoodRatio.bench.js";
import { logRatio } from "./logRatio.bench.js";
import { logSumExp } from "./logSumExp.bench.js";
import { renyiDivergence } from "./renyiDivergence.bench.js";
import { renyiEntropy } from "./renyiEntropy.bench.js";
import { softmax } from "./softmax.bench.js";

export const FAMILIES: readonly Family[] = [
  klDivergence,
  klDivergenceWithZeros,
  entropy,
  crossEntropy,
  jeffreysDivergence,
  jsDivergence,
  renyiDivergence,
  renyiEntropy,
  hellingerDistance,
  logLikelihoodRatio,
  logRatio,
  logSumExp,
  softmax,
  entropyOfLogits,
  crossEntropyOfLogits,
  klDivergenceOfLogits,
  klDivergenceOfNearLogits,
  jsDivergenceOfLogits,
  crossEntropyLoss,
  crossEntropyLossWithGradient,
  distillationLoss,
  distillationLossWithGradient,
  gaussianKl,
];
