// The exports of the module, `family_type`: (rows…, length, state) → flags. Pointers are bytes, lengths are classes.
export { crossEntropy_f32, crossEntropy_f64 } from "./crossEntropy";
export { entropy_f32, entropy_f64 } from "./entropy";
export { jeffreysDivergence_f32, jeffreysDivergence_f64 } from "./jeffreysDivergence";
export { jsDivergence_f32, jsDivergence_f64 } from "./jsDivergence";
export { klDivergence_f32, klDivergence_f64 } from "./klDivergence";
export { logLikelihoodRatio_f32, logLikelihoodRatio_f64 } from "./logLikelihoodRatio";
export { logRatio_f32, logRatio_f64 } from "./logRatio";
export { survey_f32, survey_f64 } from "./survey";
