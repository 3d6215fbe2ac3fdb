// The exports of the module, `family_type`: (rows…, length, state) → flags, a map's with (…, out). Pointers are bytes, lengths
// are classes.
export { crossEntropy_f32, crossEntropy_f64 } from "./crossEntropy";
export {
  crossEntropyOfLogits_f32, crossEntropyOfLogits_f64, softTargets_f32, softTargets_f64, sumOfLogits_f32, sumOfLogits_f64,
} from "./crossEntropyOfLogits";
export { divergencesOfLogits_f32, divergencesOfLogits_f64 } from "./divergencesOfLogits";
export { entropy_f32, entropy_f64 } from "./entropy";
export { entropyOfLogits_f32, entropyOfLogits_f64 } from "./entropyOfLogits";
export {
  gaussianKl_f32, gaussianKl_f64, gaussianKlBetween_f32, gaussianKlBetween_f64, meanGradient_f32, meanGradient_f64,
  varianceGradient_f32, varianceGradient_f64, varianceGradientBetween_f32, varianceGradientBetween_f64,
} from "./gaussianKl";
export {
  lessTargets_f32, lessTargets_f64, reverseGradient_f32, reverseGradient_f64, scaled_f32, scaled_f64,
} from "./gradients";
export { widenBf16_f32, widenF16_f32 } from "./halves";
export { hellingerDistance_f32, hellingerDistance_f64 } from "./hellingerDistance";
export { jeffreysDivergence_f32, jeffreysDivergence_f64 } from "./jeffreysDivergence";
export { jsDivergence_f32, jsDivergence_f64 } from "./jsDivergence";
export { jsDivergenceOfLogits_f32, jsDivergenceOfLogits_f64 } from "./jsDivergenceOfLogits";
export { klDivergence_f32, klDivergence_f64 } from "./klDivergence";
export { klDivergenceOfLogits_f32, klDivergenceOfLogits_f64 } from "./klDivergenceOfLogits";
export { largest_f32, largest_f64 } from "./largest";
export { logLikelihoodRatio_f32, logLikelihoodRatio_f64 } from "./logLikelihoodRatio";
export { logRatio_f32, logRatio_f64 } from "./logRatio";
export {
  logLikelihoodRatioOfLogits_f32, logLikelihoodRatioOfLogits_f64, logRatioOfLogits_f32, logRatioOfLogits_f64,
  logarithms_f64, shifted_f32, shifted_f64,
} from "./logRatioOfLogits";
export {
  exponentials_f32, exponentials_f64, logSumExp_f32, logSumExp_f64, maximum_f32, maximum_f64,
} from "./logSumExp";
export {
  mixtureDivergence_f32, mixtureDivergence_f64, mixtureGradient_f32, mixtureGradient_f64,
  softmaxDifference_f32, softmaxDifference_f64,
} from "./mixtureOfLogits";
export { renyiDivergence_f32, renyiDivergence_f64 } from "./renyiDivergence";
export { renyiEntropy_f32, renyiEntropy_f64 } from "./renyiEntropy";
export { survey_f32, survey_f64 } from "./survey";
export { totalVariationDistance_f32, totalVariationDistance_f64 } from "./totalVariationDistance";
