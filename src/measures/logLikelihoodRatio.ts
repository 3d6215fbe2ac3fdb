import { COLUMNS, SHARED } from "../backends/batch.js";
import * as kernels from "../backends/kernels.js";
import { logarithms } from "../backends/transforms.js";
import type { Batch } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { RawOptions } from "../call/options.js";
import { totalAt } from "./batches.js";
import { P_AND_Q, RAW_KEYS } from "./keys.js";
import * as row from "./row/logRatio.js";
import { logLikelihoodRatioOfLogits } from "./row/ofLogits.js";

const ofProbabilities: Batch = (backend, { precision, length }, count, values, at) => {
  backend.runRows(kernels.logLikelihoodRatio, precision, length, count, SHARED);
  const { table } = backend;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    values[at + r] = table[line] === 0 ? totalAt(table, line, 0) : Number.NaN;
  }
};

/**
 * Computes the log-likelihood ratio Σ cᵢ ln(pᵢ/qᵢ) of observed counts under two models. p and q are not normalised. If the counts are
 * drawn from p, the ratio divided by Σc tends to KL(p‖q).
 *
 * @param counts - n numbers >= 0: how often each class was observed. A count of 0 adds 0 for any p and q.
 * @param p - Probabilities of the classes under the first model: n numbers >= 0.
 * @param q - Probabilities of the classes under the second model: n numbers >= 0.
 * @returns Nats (or units of `base`): positive if the counts are more likely under p; Infinity if an observed class has q = 0, -Infinity
 * if it has p = 0. Error: 2e-7 (f32) or 4e-15 (f64) of Σ|cᵢ ln(pᵢ/qᵢ)|; from logits 1e-6 or 1e-13 of Σcᵢ·max(1, |ln(pᵢ/qᵢ)|).
 * @throws TypeError for an argument that is not an array of numbers, and for an option that is unknown or of the wrong type.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, different lengths, and an option out of range. Also
 * if the ratio is undefined: an observed class has p = q = 0, or one observed class has p = 0 and another has q = 0.
 * @example
 * logLikelihoodRatio([3, 1], [0.5, 0.5], [0.25, 0.75]); // 1.6739764335716714
 * logLikelihoodRatio.rows([3, 1, 0, 2], [0.5, 0.5], [0.25, 0.75], { rowLength: 2 }); // Float64Array [1.6739764335716714, -0.8109302162163289]
 * @see {@link klDivergence}: the limit of the mean; {@link logLikelihoodRatioOfTokens}: for a sequence of tokens
 * @see J. Neyman, E. S. Pearson, On the Problem of the Most Efficient Tests of Statistical Hypotheses (1933)
 * @category Measures
 */
export const logLikelihoodRatio: Measure<[counts: Numbers, p: Numbers, q: Numbers], RawOptions> =
  /* @__PURE__ */ measure({
    name: "logLikelihoodRatio",
    measure: row.logLikelihoodRatio,
    ofLogits: logLikelihoodRatioOfLogits,
    batch: ofProbabilities,
    logarithms,
    arguments: ["counts", "p", "q"],
    distributions: P_AND_Q,
    keys: RAW_KEYS,
  });
