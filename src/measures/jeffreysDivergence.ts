import { P_IS_ZERO, Q_IS_ZERO } from "../backends/backend.js";
import * as kernels from "../backends/kernels.js";
import { logarithms } from "../backends/transforms.js";
import type { Batch } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { MeasureOptions } from "../call/options.js";
import { jeffreysOfLogitRows } from "./batchesOfPairs.js";
import { MEASURE_KEYS, P_AND_Q } from "./keys.js";
import { jeffreysDivergenceOfLogits } from "./row/ofLogits.js";
import * as row from "./row/symmetric.js";
import { symmetricRows } from "./symmetricRows.js";

const ofProbabilities: Batch = /* @__PURE__ */ symmetricRows(
  kernels.jeffreysDivergence,
  P_IS_ZERO | Q_IS_ZERO,
  (sum) => sum,
);

/**
 * Computes Jeffreys' divergence J(p, q) = KL(p‖q) + KL(q‖p) = Σ (p̂ᵢ - q̂ᵢ) ln(p̂ᵢ/q̂ᵢ) of p̂ = p/Σp and q̂ = q/Σq.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @returns Nats (or units of `base`), >= 0; Infinity if one of p and q is 0 for a class and the other is not. The same bits for (q, p).
 * Relative error as for {@link klDivergence}: 1e-6 (f32), 4e-15 (f64).
 * @throws TypeError for an argument that is not an array of numbers, and for an option that is unknown or of the wrong type.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, different lengths, a sum that is not 1,
 * and an option out of range.
 * @example
 * jeffreysDivergence([0.5, 0.5], [0.25, 0.75]); // 0.27465307216702745
 * jeffreysDivergence.rows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], { rowLength: 2 }); // Float64Array [0, 0.8788898309344879]
 * @see {@link klDivergence}: each of the two terms
 * @see H. Jeffreys, An Invariant Form for the Prior Probability in Estimation Problems (1946)
 * @category Measures
 */
export const jeffreysDivergence: Measure<[p: Numbers, q: Numbers], MeasureOptions> = /* @__PURE__ */ measure({
  name: "jeffreysDivergence",
  measure: row.jeffreysDivergence,
  ofLogits: jeffreysDivergenceOfLogits,
  batch: ofProbabilities,
  batchOfLogits: jeffreysOfLogitRows,
  logarithms,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  isSymmetric: true,
  keys: MEASURE_KEYS,
});
