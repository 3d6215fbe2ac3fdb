import * as kernels from "../backends/kernels.js";
import type { Batch } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { UnitlessOptions } from "../call/options.js";
import { decideFar, surveyed } from "./batches.js";
import { P_AND_Q, UNITLESS_KEYS } from "./keys.js";
import * as row from "./row/distances.js";
import { isBlurred } from "./row/exact.js";
import { weightRows } from "./weightRows.js";

const ofProbabilities: Batch = (backend, call, count, values, at) => {
  const { precision } = call;
  const resultOf = (apart: number, all: number, _: number, gamma: number) => {
    const result = Math.min(1, apart / all);
    return precision === "f64" && isBlurred(gamma, result) ? Number.NaN : result;
  };
  const decide = decideFar(precision);
  const sumsOf = (_: number, sum: number, difference: number): [number, number] => [sum, difference];
  const measure = { kernel: kernels.totalVariationDistance, order: "larger first", decide, resultOf, sumsOf } as const;
  surveyed(backend, call, measure, count, values, at);
};

/**
 * Computes the total variation distance ½ Σ |p̂ᵢ - q̂ᵢ|, a metric, of p̂ = p/Σp and q̂ = q/Σq: the largest difference between the
 * probabilities of an event under p and q.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @returns Between 0, for p = q, and 1, if p and q have no class in common. The same bits for (q, p). Relative error as for
 * {@link klDivergence}.
 * @throws As {@link klDivergence}.
 * @example
 * totalVariationDistance([0.5, 0.5], [0.25, 0.75]); // 0.25
 * totalVariationDistance.rows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], { rowLength: 2 }); // Float64Array [0, 0.4]
 * @category Measures
 */
export const totalVariationDistance: Measure<[p: Numbers, q: Numbers], UnitlessOptions> = /* @__PURE__ */ measure({
  name: "totalVariationDistance",
  measure: row.totalVariationDistance,
  ofLogits: row.totalVariationDistance,
  batch: ofProbabilities,
  batchOfLogits: /* @__PURE__ */ weightRows(ofProbabilities, "flushed"),
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  isSymmetric: true,
  keys: UNITLESS_KEYS,
});
