// The exports of the WebAssembly module, by type of a lane: (rows…, state) → flags.
import { crossEntropy_f32, crossEntropy_f64 } from "./crossEntropy.js";
import { entropy_f32, entropy_f64 } from "./entropy.js";
import { jeffreysDivergence_f32, jeffreysDivergence_f64 } from "./jeffreysDivergence.js";
import { jsDivergence_f32, jsDivergence_f64 } from "./jsDivergence.js";
import { klDivergence_f32, klDivergence_f64 } from "./klDivergence.js";
import { logLikelihoodRatio_f32, logLikelihoodRatio_f64 } from "./logLikelihoodRatio.js";
import { logRatio_f32, logRatio_f64 } from "./logRatio.js";
import { survey_f32, survey_f64 } from "./survey.js";

export const kernels = {
  f32: {
    crossEntropy: crossEntropy_f32,
    entropy: entropy_f32,
    jeffreysDivergence: jeffreysDivergence_f32,
    jsDivergence: jsDivergence_f32,
    klDivergence: klDivergence_f32,
    logLikelihoodRatio: logLikelihoodRatio_f32,
    logRatio: logRatio_f32,
    survey: survey_f32,
  },
  f64: {
    crossEntropy: crossEntropy_f64,
    entropy: entropy_f64,
    jeffreysDivergence: jeffreysDivergence_f64,
    jsDivergence: jsDivergence_f64,
    klDivergence: klDivergence_f64,
    logLikelihoodRatio: logLikelihoodRatio_f64,
    logRatio: logRatio_f64,
    survey: survey_f64,
  },
};
