// The exports of the module, `family_type`: (rows…, length, state) → flags, a map's with (…, out). Pointers are bytes, lengths
// are classes. `familyRows_type` computes many rows in one call: (state, length, count, mode), see rows.ts.
export { chiSquared_f32, chiSquared_f64, chiSquaredRows_f32, chiSquaredRows_f64 } from "./chiSquared";
export { crossEntropy_f32, crossEntropy_f64, crossEntropyRows_f32, crossEntropyRows_f64 } from "./crossEntropy";
export { crossEntropyLossRows_f64 } from "./crossEntropyLoss";
export {
  crossEntropyOfLogits_f32, crossEntropyOfLogits_f64, crossEntropyOfLogitsRows_f32, crossEntropyOfLogitsRows_f64,
  softTargets_f32, softTargets_f64, softTargetsRows_f32, softTargetsRows_f64, sumOfLogits_f32, sumOfLogits_f64,
  sumOfLogitsRows_f32, sumOfLogitsRows_f64,
} from "./crossEntropyOfLogits";
export { divergencesOfLogits_f32, divergencesOfLogits_f64 } from "./divergencesOfLogits";
export { entropy_f32, entropy_f64, entropyRows_f32, entropyRows_f64 } from "./entropy";
export {
  entropyOfLogits_f32, entropyOfLogits_f64, entropyOfLogitsRows_f32, entropyOfLogitsRows_f64,
} from "./entropyOfLogits";
export {
  gaussianKl_f32, gaussianKl_f64, gaussianKlRows_f32, gaussianKlRows_f64, gaussianKlBetween_f32, gaussianKlBetween_f64,
  gaussianKlBetweenRows_f32, gaussianKlBetweenRows_f64, meanGradient_f32, meanGradient_f64, meanGradientRows_f32,
  meanGradientRows_f64, varianceGradient_f32, varianceGradient_f64, varianceGradientRows_f32, varianceGradientRows_f64,
  varianceGradientBetween_f32, varianceGradientBetween_f64, varianceGradientBetweenRows_f32,
  varianceGradientBetweenRows_f64,
} from "./gaussianKl";
export {
  lessTargets_f32, lessTargets_f64, lessTargetsRows_f32, lessTargetsRows_f64, reverseGradient_f32, reverseGradient_f64,
  reverseGradientRows_f32, reverseGradientRows_f64, scaled_f32, scaled_f64, scaledRows_f32, scaledRows_f64,
} from "./gradients";
export { largestHalf_f32, widenBytes_f32, widenHalves_f32 } from "./halves";
export {
  hellingerDistance_f32, hellingerDistance_f64, hellingerDistanceRows_f32, hellingerDistanceRows_f64,
} from "./hellingerDistance";
export {
  jeffreysDivergence_f32, jeffreysDivergence_f64, jeffreysDivergenceRows_f32, jeffreysDivergenceRows_f64,
} from "./jeffreysDivergence";
export { jsDivergence_f32, jsDivergence_f64, jsDivergenceRows_f32, jsDivergenceRows_f64 } from "./jsDivergence";
export {
  jsDivergenceOfLogits_f32, jsDivergenceOfLogits_f64, jsDivergenceOfLogitsRows_f32, jsDivergenceOfLogitsRows_f64,
} from "./jsDivergenceOfLogits";
export { klDivergence_f32, klDivergence_f64, klDivergenceRows_f32, klDivergenceRows_f64 } from "./klDivergence";
export {
  klDivergenceOfLogits_f32, klDivergenceOfLogits_f64, klDivergenceOfLogitsRows_f32, klDivergenceOfLogitsRows_f64,
} from "./klDivergenceOfLogits";
export { largest_f32, largest_f64 } from "./largest";
export {
  logLikelihoodRatio_f32, logLikelihoodRatio_f64, logLikelihoodRatioRows_f32, logLikelihoodRatioRows_f64,
} from "./logLikelihoodRatio";
export { logRatio_f32, logRatio_f64 } from "./logRatio";
export {
  logLikelihoodRatioOfLogits_f32, logLikelihoodRatioOfLogits_f64, logRatioOfLogits_f32, logRatioOfLogits_f64,
  shifted_f32, shifted_f64, shiftedRows_f32, shiftedRows_f64,
} from "./logRatioOfLogits";
export {
  exponentials_f32, exponentials_f64, exponentialsRows_f32, exponentialsRows_f64,
  logSumExpRows_f32, logSumExpRows_f64, maximum_f32, maximum_f64, softmaxRows_f32, softmaxRows_f64,
} from "./logSumExp";
export {
  mixtureDivergence_f32, mixtureDivergence_f64, mixtureDivergenceRows_f32, mixtureDivergenceRows_f64,
  mixtureGradient_f32, mixtureGradient_f64, mixtureGradientRows_f32, mixtureGradientRows_f64, softmaxDifference_f32,
  softmaxDifference_f64, softmaxDifferenceRows_f32, softmaxDifferenceRows_f64,
} from "./mixtureOfLogits";
export {
  renyiDivergence_f32, renyiDivergence_f64 } from "./renyiDivergence";
export { renyiEntropy_f32, renyiEntropy_f64 } from "./renyiEntropy";
export {
  skewDivergence_f32, skewDivergence_f64, skewDivergenceRows_f32, skewDivergenceRows_f64,
} from "./skewDivergence";
export { converted_f32, converted_f64 } from "./staging";
export { survey_f32, survey_f64, surveyRows_f32, surveyRows_f64 } from "./survey";
export {
  totalVariationDistance_f32, totalVariationDistance_f64, totalVariationDistanceRows_f32,
  totalVariationDistanceRows_f64,
} from "./totalVariationDistance";
