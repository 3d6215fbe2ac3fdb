// The exports of the WebAssembly module, under the same names: (rows…, state) → flags.
export { crossEntropy_f32, crossEntropy_f64 } from "./crossEntropy.js";
export { jeffreysDivergence_f32, jeffreysDivergence_f64 } from "./jeffreysDivergence.js";
export { jsDivergence_f32, jsDivergence_f64 } from "./jsDivergence.js";
export { klDivergence_f32, klDivergence_f64 } from "./klDivergence.js";
export { logLikelihoodRatio_f32, logLikelihoodRatio_f64 } from "./logLikelihoodRatio.js";
export { logRatio_f32, logRatio_f64 } from "./logRatio.js";
export { survey_f32, survey_f64 } from "./survey.js";
