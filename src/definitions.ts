// Every function that gives one number a row: its measure, its arguments, its options.

import type { Definition, Measure } from "./calls.js";
import * as crossEntropies from "./measures/crossEntropy.js";
import * as klDivergences from "./measures/klDivergence.js";
import * as logRatios from "./measures/logRatio.js";
import * as symmetrics from "./measures/symmetric.js";

const MEASURE_KEYS = ["base", "input", "normalize"] as const;
const RAW_KEYS = ["base", "input"] as const;

const ofPair = (measure: Measure): Definition => ({
  measure,
  arguments: ["p", "q"],
  keys: MEASURE_KEYS,
});

export const entropy: Definition = {
  measure: crossEntropies.entropy,
  arguments: ["p"],
  keys: MEASURE_KEYS,
};
export const crossEntropy: Definition = /* @__PURE__ */ ofPair(crossEntropies.crossEntropy);
export const klDivergence: Definition = /* @__PURE__ */ ofPair(klDivergences.klDivergence);
export const jeffreysDivergence: Definition = /* @__PURE__ */ ofPair(symmetrics.jeffreysDivergence);
export const jsDivergence: Definition = /* @__PURE__ */ ofPair(symmetrics.jsDivergence);
export const jsDistance: Definition = {
  measure: symmetrics.jsDivergence,
  arguments: ["p", "q"],
  keys: MEASURE_KEYS,
  finish: (nats, unit) => Math.sqrt(nats / unit),
};
export const iDivergence: Definition = {
  measure: klDivergences.iDivergence,
  arguments: ["p", "q"],
  keys: RAW_KEYS,
};
export const logLikelihoodRatio: Definition = {
  measure: logRatios.logLikelihoodRatio,
  arguments: ["counts", "p", "q"],
  keys: RAW_KEYS,
};
