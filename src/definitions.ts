// Every function that gives a number, or an array, a row: its measures, its arguments, its options.

import type { ArrayDefinition, Definition, Measure } from "./call/calls.js";
import * as crossEntropies from "./measures/crossEntropy.js";
import * as distances from "./measures/distances.js";
import * as klDivergences from "./measures/klDivergence.js";
import * as logRatios from "./measures/logRatio.js";
import * as ofLogits from "./measures/ofLogits.js";
import * as renyi from "./measures/renyi.js";
import * as softmaxes from "./measures/softmax.js";
import * as symmetrics from "./measures/symmetric.js";

const MEASURE_KEYS = ["base", "input", "normalize", "temperature"] as const;
const UNITLESS_KEYS = ["input", "normalize", "temperature"] as const;
const RAW_KEYS = ["base", "input", "temperature"] as const;
const P_AND_Q = ["p", "q"] as const;

const ofPair = (
  name: string,
  measure: Measure,
  measureOfLogits: Measure,
  keys: readonly string[] = MEASURE_KEYS,
): Definition => ({
  name,
  measure,
  ofLogits: measureOfLogits,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  keys,
});

export const entropy: Definition = {
  name: "entropy",
  measure: crossEntropies.entropy,
  ofLogits: ofLogits.entropyOfLogits,
  arguments: ["p"],
  distributions: ["p"],
  keys: MEASURE_KEYS,
};
export const crossEntropy: Definition = /* @__PURE__ */ ofPair(
  "crossEntropy",
  crossEntropies.crossEntropy,
  ofLogits.crossEntropyOfLogits,
);
export const klDivergence: Definition = /* @__PURE__ */ ofPair(
  "klDivergence",
  klDivergences.klDivergence,
  ofLogits.klDivergenceOfLogits,
);
export const jeffreysDivergence: Definition = /* @__PURE__ */ ofPair(
  "jeffreysDivergence",
  symmetrics.jeffreysDivergence,
  ofLogits.jeffreysDivergenceOfLogits,
);
export const jsDivergence: Definition = /* @__PURE__ */ ofPair(
  "jsDivergence",
  symmetrics.jsDivergence,
  ofLogits.jsDivergenceOfLogits,
);
export const jsDistance: Definition = {
  name: "jsDistance",
  measure: symmetrics.jsDivergence,
  ofLogits: ofLogits.jsDivergenceOfLogits,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  keys: MEASURE_KEYS,
  finish: (nats, unit) => Math.sqrt(nats / unit),
};
export const renyiDivergence: Definition = {
  name: "renyiDivergence",
  measure: renyi.renyiDivergence,
  ofLogits: renyi.renyiDivergence,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  keys: MEASURE_KEYS,
  takesAlpha: true,
};
export const renyiEntropy: Definition = {
  name: "renyiEntropy",
  measure: renyi.renyiEntropy,
  ofLogits: renyi.renyiEntropy,
  arguments: ["p"],
  distributions: ["p"],
  keys: MEASURE_KEYS,
  takesAlpha: true,
};
export const tsallisEntropy: Definition = {
  name: "tsallisEntropy",
  measure: renyi.tsallisEntropy,
  ofLogits: renyi.tsallisEntropy,
  arguments: ["p"],
  distributions: ["p"],
  keys: UNITLESS_KEYS,
  takesAlpha: true,
};
export const hellingerDistance: Definition = /* @__PURE__ */ ofPair(
  "hellingerDistance",
  distances.hellingerDistance,
  distances.hellingerDistance,
  UNITLESS_KEYS,
);
export const bhattacharyyaDistance: Definition = /* @__PURE__ */ ofPair(
  "bhattacharyyaDistance",
  distances.bhattacharyyaDistance,
  distances.bhattacharyyaDistance,
);
export const totalVariationDistance: Definition = /* @__PURE__ */ ofPair(
  "totalVariationDistance",
  distances.totalVariationDistance,
  distances.totalVariationDistance,
  UNITLESS_KEYS,
);
export const iDivergence: Definition = {
  name: "iDivergence",
  measure: klDivergences.iDivergence,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  keys: ["base", "input"],
};
export const logLikelihoodRatio: Definition = {
  name: "logLikelihoodRatio",
  measure: logRatios.logLikelihoodRatio,
  ofLogits: ofLogits.logLikelihoodRatioOfLogits,
  arguments: ["counts", "p", "q"],
  distributions: P_AND_Q,
  keys: RAW_KEYS,
};
export const logSumExp: Definition = {
  name: "logSumExp",
  ofLogits: softmaxes.logSumExp,
  arguments: ["z"],
  distributions: ["z"],
  keys: ["temperature"],
};

export const logRatio: ArrayDefinition = {
  name: "logRatio",
  ofProbabilities: logRatios.logRatio,
  ofLogits: ofLogits.logRatioOfLogits,
  arguments: P_AND_Q,
  keys: [...RAW_KEYS, "out"],
};
export const softmax: ArrayDefinition = {
  name: "softmax",
  ofLogits: softmaxes.softmax,
  arguments: ["z"],
  keys: ["temperature", "out"],
};
export const logSoftmax: ArrayDefinition = {
  name: "logSoftmax",
  ofLogits: softmaxes.logSoftmax,
  arguments: ["z"],
  keys: ["temperature", "out"],
};
