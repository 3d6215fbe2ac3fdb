import { COLUMNS, LARGEST } from "../backends/batch.js";
import * as kernels from "../backends/kernels.js";
import { logarithms } from "../backends/transforms.js";
import type { Batch } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { MeasureOptions } from "../call/options.js";
import { ln } from "../numbers/scalar.js";
import { crossEntropies, findRows, isLogSum, scaleOfLogits, totalAt } from "./batches.js";
import { MEASURE_KEYS, P_AND_Q } from "./keys.js";
import * as row from "./row/crossEntropy.js";
import { crossEntropyOfLogits } from "./row/ofLogits.js";

const ofProbabilities: Batch = (backend, call, count, values, at) =>
  crossEntropies(backend, call, kernels.crossEntropy, 2, count, values, at);

/** H(p, q) = ln Zq - T/Zp, T = Σ e^x·y <= 0. */
const ofLogits: Batch = (backend, call, count, values, at, kind) => {
  const scale = scaleOfLogits(backend, call, kind);
  findRows(backend, call, kernels.crossEntropyOfLogits, count);
  const { table } = backend;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    values[at + r] = Number.NaN;
    if (table[line] !== 0) continue;
    const pSum = totalAt(table, line, 1);
    const qLogSum = ln(totalAt(table, line, 2));
    if (!isLogSum(table[line + LARGEST] * scale + ln(pSum), kind, call)) continue;
    if (!isLogSum(table[line + LARGEST + 1] * scale + qLogSum, kind, call)) continue;
    values[at + r] = Math.max(0, qLogSum - totalAt(table, line, 0) / pSum);
  }
};

/**
 * Computes the cross-entropy H(p, q) = -Σ p̂ᵢ ln q̂ᵢ = H(p) + KL(p‖q), of p̂ = p/Σp and q̂ = q/Σq.
 *
 * @param p - The observed distribution: n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - The model: n numbers >= 0 with such a sum.
 * @returns Nats (or units of `base`), at least H(p); Infinity if some class has p > 0 and q = 0. Error: 2e-7 (f32) or 4e-15 (f64) of
 * max(1, H).
 * @throws TypeError for an argument that is not an array of numbers, and for an option that is unknown or of the wrong type.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, different lengths, a sum that is not 1,
 * and an option out of range.
 * @example
 * crossEntropy([0.5, 0.5], [0.25, 0.75]); // 0.8369882167858358
 * crossEntropy.rows([0.5, 0.5, 1, 0], [0.25, 0.75], { rowLength: 2, base: 2 }); // Float64Array [1.207518749639422, 2]
 * @see {@link crossEntropyLoss}: for logits and labels, with the gradient
 * @category Measures
 */
export const crossEntropy: Measure<[p: Numbers, q: Numbers], MeasureOptions> = /* @__PURE__ */ measure({
  name: "crossEntropy",
  measure: row.crossEntropy,
  ofLogits: crossEntropyOfLogits,
  batch: ofProbabilities,
  batchOfLogits: ofLogits,
  logarithms,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  keys: MEASURE_KEYS,
});
