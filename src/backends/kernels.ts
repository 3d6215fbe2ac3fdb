// Every kernel: the WebAssembly module that it is in, its name there, and its twins in JavaScript. A measure imports those it needs, and
// a bundle has no others.

import * as modules from "../generated/modules.js";
import { chiSquared_f32, chiSquared_f64 } from "./js/chiSquared.js";
import { crossEntropy_f32, crossEntropy_f64 } from "./js/crossEntropy.js";
import { crossEntropyLoss as crossEntropyLossOfRow } from "./js/crossEntropyLoss.js";
import {
  crossEntropyOfLogits_f32,
  crossEntropyOfLogits_f64,
  softTargets_f32,
  softTargets_f64,
  sumOfLogits_f32,
  sumOfLogits_f64,
} from "./js/crossEntropyOfLogits.js";
import { divergencesOfLogits_f32, divergencesOfLogits_f64 } from "./js/divergencesOfLogits.js";
import { entropy_f32, entropy_f64 } from "./js/entropy.js";
import { entropyOfLogits_f32, entropyOfLogits_f64 } from "./js/entropyOfLogits.js";
import {
  gaussianKl_f32,
  gaussianKl_f64,
  gaussianKlBetween_f32,
  gaussianKlBetween_f64,
  meanGradient_f32,
  meanGradient_f64,
  varianceGradient_f32,
  varianceGradient_f64,
  varianceGradientBetween_f32,
  varianceGradientBetween_f64,
} from "./js/gaussianKl.js";
import {
  lessTargets_f32,
  lessTargets_f64,
  reverseGradient_f32,
  reverseGradient_f64,
  scaled_f32,
  scaled_f64,
} from "./js/gradients.js";
import { widen } from "./js/halves.js";
import { hellingerDistance_f32, hellingerDistance_f64 } from "./js/hellingerDistance.js";
import { jeffreysDivergence_f32, jeffreysDivergence_f64 } from "./js/jeffreysDivergence.js";
import { jsDivergence_f32, jsDivergence_f64 } from "./js/jsDivergence.js";
import { jsDivergenceOfLogits_f32, jsDivergenceOfLogits_f64 } from "./js/jsDivergenceOfLogits.js";
import { klDivergence_f32, klDivergence_f64 } from "./js/klDivergence.js";
import { klDivergenceOfLogits_f32, klDivergenceOfLogits_f64 } from "./js/klDivergenceOfLogits.js";
import { findLargest } from "./js/largest.js";
import { logLikelihoodRatio_f32, logLikelihoodRatio_f64 } from "./js/logLikelihoodRatio.js";
import { logRatio_f32, logRatio_f64 } from "./js/logRatio.js";
import {
  logLikelihoodRatioOfLogits_f32,
  logLikelihoodRatioOfLogits_f64,
  logRatioOfLogits_f32,
  logRatioOfLogits_f64,
  shifted_f32,
  shifted_f64,
} from "./js/logRatioOfLogits.js";
import {
  exponentials_f32,
  exponentials_f64,
  logSumExp_f32,
  logSumExp_f64,
  maximum_f32,
  maximum_f64,
} from "./js/logSumExp.js";
import {
  mixtureDivergence_f32,
  mixtureDivergence_f64,
  mixtureGradient_f32,
  mixtureGradient_f64,
  softmaxDifference_f32,
  softmaxDifference_f64,
} from "./js/mixtureOfLogits.js";
import { renyiDivergence_f32, renyiDivergence_f64 } from "./js/renyiDivergence.js";
import { renyiEntropy_f32, renyiEntropy_f64 } from "./js/renyiEntropy.js";
import { skewDivergence_f32, skewDivergence_f64 } from "./js/skewDivergence.js";
import { softmax_f32, softmax_f64 } from "./js/softmax.js";
import { converted as stageConverted } from "./js/staging.js";
import { survey_f32, survey_f64 } from "./js/survey.js";
import { totalVariationDistance_f32, totalVariationDistance_f64 } from "./js/totalVariationDistance.js";
import { type Kernel, kernel, mapping } from "./kernel.js";

export const chiSquared: Kernel = /* @__PURE__ */ kernel(
  modules.chiSquared,
  "chiSquared",
  2,
  chiSquared_f32,
  chiSquared_f64,
);
export const crossEntropy: Kernel = /* @__PURE__ */ kernel(
  modules.crossEntropy,
  "crossEntropy",
  2,
  crossEntropy_f32,
  crossEntropy_f64,
);
/** Of the table alone, whatever its rows are. */
export const crossEntropyLoss: Kernel = /* @__PURE__ */ kernel(
  modules.crossEntropyLoss,
  "crossEntropyLoss",
  0,
  crossEntropyLossOfRow,
  crossEntropyLossOfRow,
);
export const crossEntropyOfLogits: Kernel = /* @__PURE__ */ kernel(
  modules.crossEntropyOfLogits,
  "crossEntropyOfLogits",
  2,
  crossEntropyOfLogits_f32,
  crossEntropyOfLogits_f64,
);
export const divergencesOfLogits: Kernel = /* @__PURE__ */ kernel(
  modules.divergencesOfLogits,
  "divergencesOfLogits",
  2,
  divergencesOfLogits_f32,
  divergencesOfLogits_f64,
);
export const entropy: Kernel = /* @__PURE__ */ kernel(modules.entropy, "entropy", 1, entropy_f32, entropy_f64);
export const entropyOfLogits: Kernel = /* @__PURE__ */ kernel(
  modules.entropyOfLogits,
  "entropyOfLogits",
  1,
  entropyOfLogits_f32,
  entropyOfLogits_f64,
);
export const exponentials: Kernel = /* @__PURE__ */ mapping(
  modules.exponentials,
  "exponentials",
  1,
  exponentials_f32,
  exponentials_f64,
);
export const gaussianKl: Kernel = /* @__PURE__ */ kernel(
  modules.gaussianKl,
  "gaussianKl",
  2,
  gaussianKl_f32,
  gaussianKl_f64,
);
export const gaussianKlBetween: Kernel = /* @__PURE__ */ kernel(
  modules.gaussianKl,
  "gaussianKlBetween",
  4,
  gaussianKlBetween_f32,
  gaussianKlBetween_f64,
);
export const hellingerDistance: Kernel = /* @__PURE__ */ kernel(
  modules.hellingerDistance,
  "hellingerDistance",
  2,
  hellingerDistance_f32,
  hellingerDistance_f64,
);
export const jeffreysDivergence: Kernel = /* @__PURE__ */ kernel(
  modules.jeffreysDivergence,
  "jeffreysDivergence",
  2,
  jeffreysDivergence_f32,
  jeffreysDivergence_f64,
);
export const jsDivergence: Kernel = /* @__PURE__ */ kernel(
  modules.jsDivergence,
  "jsDivergence",
  2,
  jsDivergence_f32,
  jsDivergence_f64,
);
export const jsDivergenceOfLogits: Kernel = /* @__PURE__ */ kernel(
  modules.jsDivergenceOfLogits,
  "jsDivergenceOfLogits",
  2,
  jsDivergenceOfLogits_f32,
  jsDivergenceOfLogits_f64,
);
export const klDivergence: Kernel = /* @__PURE__ */ kernel(
  modules.klDivergence,
  "klDivergence",
  2,
  klDivergence_f32,
  klDivergence_f64,
);
export const klDivergenceOfLogits: Kernel = /* @__PURE__ */ kernel(
  modules.klDivergenceOfLogits,
  "klDivergenceOfLogits",
  2,
  klDivergenceOfLogits_f32,
  klDivergenceOfLogits_f64,
);
export const lessTargets: Kernel = /* @__PURE__ */ mapping(
  modules.gradients,
  "lessTargets",
  2,
  lessTargets_f32,
  lessTargets_f64,
);
export const logLikelihoodRatio: Kernel = /* @__PURE__ */ kernel(
  modules.logLikelihoodRatio,
  "logLikelihoodRatio",
  3,
  logLikelihoodRatio_f32,
  logLikelihoodRatio_f64,
);
export const logLikelihoodRatioOfLogits: Kernel = /* @__PURE__ */ kernel(
  modules.logRatioOfLogits,
  "logLikelihoodRatioOfLogits",
  3,
  logLikelihoodRatioOfLogits_f32,
  logLikelihoodRatioOfLogits_f64,
);
export const logRatio: Kernel = /* @__PURE__ */ mapping(modules.logRatio, "logRatio", 2, logRatio_f32, logRatio_f64);
export const logRatioOfLogits: Kernel = /* @__PURE__ */ mapping(
  modules.logRatioOfLogits,
  "logRatioOfLogits",
  2,
  logRatioOfLogits_f32,
  logRatioOfLogits_f64,
);
export const logSumExp: Kernel = /* @__PURE__ */ kernel(
  modules.logSumExp,
  "logSumExp",
  1,
  logSumExp_f32,
  logSumExp_f64,
);
export const maximum: Kernel = /* @__PURE__ */ kernel(modules.maximum, "maximum", 1, maximum_f32, maximum_f64);
export const mixtureDivergence: Kernel = /* @__PURE__ */ kernel(
  modules.mixtureOfLogits,
  "mixtureDivergence",
  2,
  mixtureDivergence_f32,
  mixtureDivergence_f64,
);
export const meanGradient: Kernel = /* @__PURE__ */ mapping(
  modules.gaussianKl,
  "meanGradient",
  3,
  meanGradient_f32,
  meanGradient_f64,
);
export const mixtureGradient: Kernel = /* @__PURE__ */ mapping(
  modules.mixtureOfLogits,
  "mixtureGradient",
  2,
  mixtureGradient_f32,
  mixtureGradient_f64,
);
export const renyiDivergence: Kernel = /* @__PURE__ */ kernel(
  modules.renyiDivergence,
  "renyiDivergence",
  2,
  renyiDivergence_f32,
  renyiDivergence_f64,
);
export const renyiEntropy: Kernel = /* @__PURE__ */ kernel(
  modules.renyiEntropy,
  "renyiEntropy",
  1,
  renyiEntropy_f32,
  renyiEntropy_f64,
);
export const reverseGradient: Kernel = /* @__PURE__ */ mapping(
  modules.reverseGradient,
  "reverseGradient",
  2,
  reverseGradient_f32,
  reverseGradient_f64,
);
export const scaled: Kernel = /* @__PURE__ */ mapping(modules.gradients, "scaled", 1, scaled_f32, scaled_f64);
export const shifted: Kernel = /* @__PURE__ */ mapping(
  modules.logRatioOfLogits,
  "shifted",
  1,
  shifted_f32,
  shifted_f64,
);
export const skewDivergence: Kernel = /* @__PURE__ */ kernel(
  modules.skewDivergence,
  "skewDivergence",
  2,
  skewDivergence_f32,
  skewDivergence_f64,
);
export const softmaxDifference: Kernel = /* @__PURE__ */ mapping(
  modules.mixtureOfLogits,
  "softmaxDifference",
  2,
  softmaxDifference_f32,
  softmaxDifference_f64,
);
export const softTargets: Kernel = /* @__PURE__ */ kernel(
  modules.crossEntropyOfLogits,
  "softTargets",
  2,
  softTargets_f32,
  softTargets_f64,
);
export const sumOfLogits: Kernel = /* @__PURE__ */ kernel(
  modules.crossEntropyOfLogits,
  "sumOfLogits",
  1,
  sumOfLogits_f32,
  sumOfLogits_f64,
);
export const softmax: Kernel = /* @__PURE__ */ mapping(modules.exponentials, "softmax", 1, softmax_f32, softmax_f64);
export const survey: Kernel = /* @__PURE__ */ kernel(modules.survey, "survey", 2, survey_f32, survey_f64);
export const totalVariationDistance: Kernel = /* @__PURE__ */ kernel(
  modules.totalVariationDistance,
  "totalVariationDistance",
  2,
  totalVariationDistance_f32,
  totalVariationDistance_f64,
);
export const varianceGradient: Kernel = /* @__PURE__ */ mapping(
  modules.gaussianKl,
  "varianceGradient",
  1,
  varianceGradient_f32,
  varianceGradient_f64,
);
export const varianceGradientBetween: Kernel = /* @__PURE__ */ mapping(
  modules.gaussianKl,
  "varianceGradientBetween",
  2,
  varianceGradientBetween_f32,
  varianceGradientBetween_f64,
);

/** Of floats of 16 and of 8 bits, to f32 alone. */
export const widenHalves: Kernel = /* @__PURE__ */ kernel(modules.halves, "widenHalves", 1, widen, widen);
export const widenBytes: Kernel = /* @__PURE__ */ kernel(modules.halves, "widenBytes", 1, widen, widen);
/** What staging makes of numbers. */
export const converted: Kernel = /* @__PURE__ */ kernel(
  modules.staging,
  "converted",
  1,
  stageConverted,
  stageConverted,
);
export const largest: Kernel = /* @__PURE__ */ kernel(modules.largest, "largest", 1, findLargest, findLargest);
