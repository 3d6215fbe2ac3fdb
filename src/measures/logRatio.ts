import { logarithms } from "../backends/transforms.js";
import { type Mapping, mapping } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { RawOptions } from "../call/options.js";
import { P_AND_Q } from "./keys.js";
import * as row from "./row/logRatio.js";
import { logRatioOfLogits } from "./row/ofLogits.js";

/**
 * Computes the elementwise log-ratio ln(pᵢ/qᵢ). p and q are not normalised. For logits, it is the difference of the two log-softmaxes.
 *
 * @param p - n numbers >= 0.
 * @param q - n numbers >= 0.
 * @returns Nats (or units of `base`), in `out` if it is given, else in a new array: a Float32Array if p and q are both Float32Arrays
 * or have fewer bits, else a Float64Array. Error in nats: 2 ulp, from logits 1e-6 (f32) or
 * 1e-13 (f64) of max(1, |value|). -Infinity where p = 0, Infinity where q = 0, NaN where both are 0.
 * @throws TypeError for an argument that is not an array of numbers, an option that is unknown or of the wrong type, and an `out` of
 * another type than the result.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, different lengths, an `out` of another
 * length or one that overlaps p or q in part, and an option out of range.
 * @example
 * logRatio([0.5, 0.5], [0.25, 1]); // Float64Array [0.6931471805599453, -0.6931471805599453]
 * logRatio.rows([0.5, 0.5, 0.25, 1], [0.25, 1], { rowLength: 2, base: 2 }); // Float64Array [1, -1, 0, 0]
 * @see {@link klDivergence}: the mean under p
 * @category Measures
 */
export const logRatio: Mapping<[p: Float32Array, q: Float32Array], [p: Numbers, q: Numbers], RawOptions> =
  /* @__PURE__ */ mapping({
    name: "logRatio",
    ofProbabilities: row.logRatio,
    ofLogits: logRatioOfLogits,
    logarithms,
    arguments: P_AND_Q,
    keys: ["base", "input", "temperature", "out"],
  });
