// The exports of the WebAssembly module, by type of a lane: (rows…, state) → flags, and (rows…, state, out) of a mapping.
import { crossEntropy_f32, crossEntropy_f64 } from "./crossEntropy.js";
import {
  crossEntropyOfLogits_f32,
  crossEntropyOfLogits_f64,
  softTargets_f32,
  softTargets_f64,
  sumOfLogits_f32,
  sumOfLogits_f64,
} from "./crossEntropyOfLogits.js";
import { divergencesOfLogits_f32, divergencesOfLogits_f64 } from "./divergencesOfLogits.js";
import { entropy_f32, entropy_f64 } from "./entropy.js";
import { entropyOfLogits_f32, entropyOfLogits_f64 } from "./entropyOfLogits.js";
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
} from "./gaussianKl.js";
import {
  lessTargets_f32,
  lessTargets_f64,
  reverseGradient_f32,
  reverseGradient_f64,
  scaled_f32,
  scaled_f64,
} from "./gradients.js";
import { hellingerDistance_f32, hellingerDistance_f64 } from "./hellingerDistance.js";
import { jeffreysDivergence_f32, jeffreysDivergence_f64 } from "./jeffreysDivergence.js";
import { jsDivergence_f32, jsDivergence_f64 } from "./jsDivergence.js";
import { jsDivergenceOfLogits_f32, jsDivergenceOfLogits_f64 } from "./jsDivergenceOfLogits.js";
import { klDivergence_f32, klDivergence_f64 } from "./klDivergence.js";
import { klDivergenceOfLogits_f32, klDivergenceOfLogits_f64 } from "./klDivergenceOfLogits.js";
import { logLikelihoodRatio_f32, logLikelihoodRatio_f64 } from "./logLikelihoodRatio.js";
import { logRatio_f32, logRatio_f64 } from "./logRatio.js";
import {
  logLikelihoodRatioOfLogits_f32,
  logLikelihoodRatioOfLogits_f64,
  logRatioOfLogits_f32,
  logRatioOfLogits_f64,
  shifted_f32,
  shifted_f64,
} from "./logRatioOfLogits.js";
import {
  exponentials_f32,
  exponentials_f64,
  logSumExp_f32,
  logSumExp_f64,
  maximum_f32,
  maximum_f64,
} from "./logSumExp.js";
import {
  mixtureDivergence_f32,
  mixtureDivergence_f64,
  mixtureGradient_f32,
  mixtureGradient_f64,
  softmaxDifference_f32,
  softmaxDifference_f64,
} from "./mixtureOfLogits.js";
import { renyiDivergence_f32, renyiDivergence_f64 } from "./renyiDivergence.js";
import { renyiEntropy_f32, renyiEntropy_f64 } from "./renyiEntropy.js";
import { survey_f32, survey_f64 } from "./survey.js";
import { totalVariationDistance_f32, totalVariationDistance_f64 } from "./totalVariationDistance.js";

export const kernels = {
  f32: {
    crossEntropy: crossEntropy_f32,
    crossEntropyOfLogits: crossEntropyOfLogits_f32,
    divergencesOfLogits: divergencesOfLogits_f32,
    entropy: entropy_f32,
    entropyOfLogits: entropyOfLogits_f32,
    exponentials: exponentials_f32,
    gaussianKl: gaussianKl_f32,
    gaussianKlBetween: gaussianKlBetween_f32,
    hellingerDistance: hellingerDistance_f32,
    jeffreysDivergence: jeffreysDivergence_f32,
    jsDivergence: jsDivergence_f32,
    jsDivergenceOfLogits: jsDivergenceOfLogits_f32,
    klDivergence: klDivergence_f32,
    klDivergenceOfLogits: klDivergenceOfLogits_f32,
    lessTargets: lessTargets_f32,
    logLikelihoodRatio: logLikelihoodRatio_f32,
    logLikelihoodRatioOfLogits: logLikelihoodRatioOfLogits_f32,
    logRatio: logRatio_f32,
    logRatioOfLogits: logRatioOfLogits_f32,
    logSumExp: logSumExp_f32,
    maximum: maximum_f32,
    mixtureDivergence: mixtureDivergence_f32,
    meanGradient: meanGradient_f32,
    mixtureGradient: mixtureGradient_f32,
    renyiDivergence: renyiDivergence_f32,
    renyiEntropy: renyiEntropy_f32,
    reverseGradient: reverseGradient_f32,
    scaled: scaled_f32,
    shifted: shifted_f32,
    softmaxDifference: softmaxDifference_f32,
    softTargets: softTargets_f32,
    sumOfLogits: sumOfLogits_f32,
    survey: survey_f32,
    totalVariationDistance: totalVariationDistance_f32,
    varianceGradient: varianceGradient_f32,
    varianceGradientBetween: varianceGradientBetween_f32,
  },
  f64: {
    crossEntropy: crossEntropy_f64,
    crossEntropyOfLogits: crossEntropyOfLogits_f64,
    divergencesOfLogits: divergencesOfLogits_f64,
    entropy: entropy_f64,
    entropyOfLogits: entropyOfLogits_f64,
    exponentials: exponentials_f64,
    gaussianKl: gaussianKl_f64,
    gaussianKlBetween: gaussianKlBetween_f64,
    hellingerDistance: hellingerDistance_f64,
    jeffreysDivergence: jeffreysDivergence_f64,
    jsDivergence: jsDivergence_f64,
    jsDivergenceOfLogits: jsDivergenceOfLogits_f64,
    klDivergence: klDivergence_f64,
    klDivergenceOfLogits: klDivergenceOfLogits_f64,
    lessTargets: lessTargets_f64,
    logLikelihoodRatio: logLikelihoodRatio_f64,
    logLikelihoodRatioOfLogits: logLikelihoodRatioOfLogits_f64,
    logRatio: logRatio_f64,
    logRatioOfLogits: logRatioOfLogits_f64,
    logSumExp: logSumExp_f64,
    maximum: maximum_f64,
    mixtureDivergence: mixtureDivergence_f64,
    meanGradient: meanGradient_f64,
    mixtureGradient: mixtureGradient_f64,
    renyiDivergence: renyiDivergence_f64,
    renyiEntropy: renyiEntropy_f64,
    reverseGradient: reverseGradient_f64,
    scaled: scaled_f64,
    shifted: shifted_f64,
    softmaxDifference: softmaxDifference_f64,
    softTargets: softTargets_f64,
    sumOfLogits: sumOfLogits_f64,
    survey: survey_f64,
    totalVariationDistance: totalVariationDistance_f64,
    varianceGradient: varianceGradient_f64,
    varianceGradientBetween: varianceGradientBetween_f64,
  },
};
