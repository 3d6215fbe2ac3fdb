import type { Batch } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { UnitlessOptions } from "../call/options.js";
import { affinityRows } from "./affinityRows.js";
import { P_AND_Q, UNITLESS_KEYS } from "./keys.js";
import * as row from "./row/distances.js";
import { weightRows } from "./weightRows.js";

const ofProbabilities: Batch = /* @__PURE__ */ affinityRows((squared) => Math.min(1, Math.sqrt(squared)));

/**
 * Computes the Hellinger distance H(p, q) = √(½ Σ (√p̂ᵢ - √q̂ᵢ)²), a metric, of p̂ = p/Σp and q̂ = q/Σq.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @returns Between 0, for p = q, and 1, if p and q have no class in common. The same bits for (q, p). H² has the relative error of
 * {@link klDivergence}, H half of it.
 * @throws As {@link klDivergence}.
 * @example
 * hellingerDistance([0.5, 0.5], [0.25, 0.75]); // 0.18459191128251454
 * hellingerDistance.rows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], { rowLength: 2 }); // Float64Array [0, 0.32491969623290634]
 * @see E. Hellinger, Neue Begründung der Theorie quadratischer Formen von unendlichvielen Veränderlichen (1909)
 * @category Measures
 */
export const hellingerDistance: Measure<[p: Numbers, q: Numbers], UnitlessOptions> = /* @__PURE__ */ measure({
  name: "hellingerDistance",
  measure: row.hellingerDistance,
  ofLogits: row.hellingerDistance,
  batch: ofProbabilities,
  batchOfLogits: /* @__PURE__ */ weightRows(ofProbabilities, "flushed"),
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  isSymmetric: true,
  keys: UNITLESS_KEYS,
});
