import * as kernels from "../backends/kernels.js";
import { logarithms } from "../backends/transforms.js";
import type { Batch } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { MeasureOptions } from "../call/options.js";
import { LN2 } from "../numbers/scalar.js";
import { jsOfLogitRows } from "./batchesOfPairs.js";
import { MEASURE_KEYS, P_AND_Q } from "./keys.js";
import { type MeasureOfMany, ofMany } from "./many.js";
import { jsOfMany } from "./row/mixture.js";
import { jsDivergenceOfLogits } from "./row/ofLogits.js";
import * as row from "./row/symmetric.js";
import { symmetricRows } from "./symmetricRows.js";

const ofProbabilities: Batch = /* @__PURE__ */ symmetricRows(kernels.jsDivergence, 0, (sum) => Math.min(LN2, sum / 2));

/**
 * Computes the Jensen–Shannon divergence JS(p, q) = ½ KL(p̂‖m) + ½ KL(q̂‖m), m = (p̂ + q̂)/2, of p̂ = p/Σp and q̂ = q/Σq.
 *
 * `jsDivergence.of` computes it of any number of distributions with weights: Σ wᵢ KL(p̂ᵢ‖m), m = Σ wᵢp̂ᵢ: by how much the entropy of the
 * mixture exceeds the mean of their entropies. It is a plain loop in f64, the same code on every backend, and takes two to four
 * times as long as a loop over `Math.log`.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @param distributions - The rows of a matrix: each n numbers >= 0 with such a sum.
 * @returns Nats (or units of `base`), between 0 and ln 2, also where p or q is 0. The same bits for (q, p). Relative error as for
 * {@link klDivergence}: 1e-6 (f32), 4e-15 (f64). `jsDivergence.of` is at most the entropy of the weights; its relative error is at most
 * 4e-15, or 1e-15·√n of n > 16 distributions with equal weights, for values from 1e-12 if the sums agree to 1e-6, also of f32.
 * @throws TypeError for an argument that is not an array of numbers, and for an option that is unknown or of the wrong type.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, different lengths, a sum that is not 1,
 * and an option out of range.
 * @example
 * jsDivergence([1, 0], [0, 1], { base: 2 }); // 1
 * jsDivergence.rows([1, 0, 0.5, 0.5], [0.5, 0.5], { rowLength: 2, base: 2 }); // Float64Array [0.3112781244591329, 0]
 * jsDivergence.of([[1, 0, 0], [0, 1, 0], [0, 0, 1]], { weights: [2, 1, 1], base: 2 }); // 1.5
 * @see {@link jsDistance}: its square root, a metric
 * @see J. Lin, Divergence Measures Based on the Shannon Entropy (1991)
 * @category Measures
 */
export const jsDivergence: MeasureOfMany<[p: Numbers, q: Numbers], []> = /* @__PURE__ */ Object.assign(
  /* @__PURE__ */ measure<[p: Numbers, q: Numbers], MeasureOptions>({
    name: "jsDivergence",
    measure: row.jsDivergence,
    ofLogits: jsDivergenceOfLogits,
    batch: ofProbabilities,
    batchOfLogits: jsOfLogitRows,
    logarithms,
    arguments: P_AND_Q,
    distributions: P_AND_Q,
    isSymmetric: true,
    keys: MEASURE_KEYS,
  }),
  { of: /* @__PURE__ */ ofMany<[]>("jsDivergence", jsOfMany) },
);

/**
 * Computes the Jensen–Shannon distance √JS(p, q), a metric. The square root is taken after the change of base, of the
 * absolute value where a base below 1 makes it negative.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @returns Between 0 and √(ln 2), or 1 with `base: 2`. The same bits for (q, p). Relative error: half of that of {@link jsDivergence}, plus
 * half an ulp.
 * @throws TypeError for an argument that is not an array of numbers, and for an option that is unknown or of the wrong type.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, different lengths, a sum that is not 1,
 * and an option out of range.
 * @example
 * jsDistance([1, 0], [0, 1], { base: 2 }); // 1
 * jsDistance.rows([1, 0, 0.5, 0.5], [0.5, 0.5], { rowLength: 2, base: 2 }); // Float64Array [0.5579230452841439, 0]
 * @see {@link jsDivergence}: its square
 * @see D. M. Endres, J. E. Schindelin, A New Metric for Probability Distributions (2003)
 * @category Measures
 */
export const jsDistance: Measure<[p: Numbers, q: Numbers], MeasureOptions> = /* @__PURE__ */ measure({
  name: "jsDistance",
  measure: row.jsDivergence,
  ofLogits: jsDivergenceOfLogits,
  batch: ofProbabilities,
  batchOfLogits: jsOfLogitRows,
  logarithms,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  isSymmetric: true,
  keys: MEASURE_KEYS,
  finish: (nats, unit) => Math.sqrt(nats / Math.abs(unit)),
});
