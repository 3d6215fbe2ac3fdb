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
import { jensenRenyiDivergence } from "./jensenRenyiDivergence.bench.js";
import { jsDivergence } from "./jsDivergence.bench.js";
import { jsDivergenceOfLogits } from "./jsDivergenceOfLogits.bench.js";
import { klDivergence, klDivergenceWithZeros } from "./klDivergence.bench.js";
import { klDivergenceOfLogits, klDivergenceOfNearLogits } from "./klDivergenceOfLogits.bench.js";
import { logLikelihoodRatio } from "./logLikelihoodRatio.bench.js";
import { logRatio } from "./logRatio.bench.js";
import { logSoftmax } from "./logSoftmax.bench.js";
import { logSumExp } from "./logSumExp.bench.js";
import { pearsonChiSquared } from "./pearsonChiSquared.bench.js";
import { renyiDivergence } from "./renyiDivergence.bench.js";
import { renyiEntropy } from "./renyiEntropy.bench.js";
import { skewDivergence } from "./skewDivergence.bench.js";
import { softmax } from "./softmax.bench.js";
import { totalVariationDistance } from "./totalVariationDistance.bench.js";
import { wassersteinDistance } from "./wassersteinDistance.bench.js";

export const FAMILIES: readonly Family[] = [
  klDivergence,
  klDivergenceWithZeros,
  entropy,
  crossEntropy,
  jeffreysDivergence,
  jsDivergence,
  skewDivergence,
  renyiDivergence,
  jensenRenyiDivergence,
  renyiEntropy,
  hellingerDistance,
  totalVariationDistance,
  pearsonChiSquared,
  wassersteinDistance,
  logLikelihoodRatio,
  logRatio,
  logSumExp,
  softmax,
  logSoftmax,
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

/** Those of such names, or all where there is no name. Throws for a name that none has. */
export function familiesNamed(names: readonly string[]): readonly Family[] {
  const known = new Set(FAMILIES.map(({ name }) => name));
  for (const name of names) {
    if (!known.has(name)) throw new RangeError(`no family "${name}"; there are ${[...known].join(", ")}`);
  }
  return names.length === 0 ? FAMILIES : FAMILIES.filter(({ name }) => names.includes(name));
}

/** A family in words, and what else there is to say. */
export const titleOf = ({ name, input, mode, variant }: Family, ...more: string[]): string =>
  [name, input && `from ${input}`, mode, variant, ...more].filter(Boolean).join(", ");

/** Functions without a row of their own: the one whose kernels they run, and whose time they take. */
export const TIMED_AS: Readonly<Record<string, string>> = {
  alphaDivergence: "renyiDivergence",
  bhattacharyyaDistance: "hellingerDistance",
  cramerDistance: "wassersteinDistance",
  distanceMatrix: "totalVariationDistance",
  elbo: "gaussianKl",
  iDivergence: "klDivergence",
  jsDistance: "jsDivergence",
  kolmogorovSmirnovDistance: "wassersteinDistance",
  logLikelihoodRatioOfTokens: "logSumExp",
  neymanChiSquared: "pearsonChiSquared",
  perplexity: "logSumExp",
  tokenLogProbabilities: "logSumExp",
  tsallisDivergence: "renyiDivergence",
  tsallisEntropy: "renyiEntropy",
};
