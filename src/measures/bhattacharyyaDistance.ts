import type { Batch } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { MeasureOptions } from "../call/options.js";
import { ln, log1p } from "../numbers/scalar.js";
import { affinityRows } from "./affinityRows.js";
import { MEASURE_KEYS, P_AND_Q } from "./keys.js";
import * as row from "./row/distances.js";
import { weightRows } from "./weightRows.js";

const ofProbabilities: Batch = /* @__PURE__ */ affinityRows(
  (squared) => Math.max(0, -log1p(-squared)),
  (affinity) => (affinity < row.LEAST_AFFINITY ? Number.NaN : -ln(affinity)),
);

/**
 * Computes the Bhattacharyya distance -ln Σ √(p̂ᵢq̂ᵢ) = -ln(1 - H²) of p̂ = p/Σp and q̂ = q/Σq, where H is the {@link hellingerDistance}. It is
 * half of {@link renyiDivergence} of order ½, and not a metric.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @returns Nats (or units of `base`), >= 0; Infinity if p and q have no class in common. The same bits for (q, p). Relative error as for
 * {@link klDivergence}.
 * @throws As {@link klDivergence}.
 * @example
 * bhattacharyyaDistance([0.5, 0.5], [0.25, 0.75]); // 0.034668232097536965
 * bhattacharyyaDistance.rows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], { rowLength: 2 }); // Float64Array [0, 0.11157177565710491]
 * @see A. Bhattacharyya, On a Measure of Divergence between Two Statistical Populations Defined by Their Probability Distributions
 * (1943)
 * @category Measures
 */
export const bhattacharyyaDistance: Measure<[p: Numbers, q: Numbers], MeasureOptions> = /* @__PURE__ */ measure({
  name: "bhattacharyyaDistance",
  measure: row.bhattacharyyaDistance,
  ofLogits: row.bhattacharyyaDistance,
  batch: ofProbabilities,
  batchOfLogits: /* @__PURE__ */ weightRows(ofProbabilities, "flushed"),
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  isSymmetric: true,
  keys: MEASURE_KEYS,
});
