import { COLUMNS, LARGEST } from "../backends/batch.js";
import * as kernels from "../backends/kernels.js";
import type { Batch } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { MeasureOptions } from "../call/options.js";
import { ln } from "../numbers/scalar.js";
import { crossEntropies, findRows, isLogSum, scaleOfLogits, totalAt } from "./batches.js";
import { MEASURE_KEYS } from "./keys.js";
import * as row from "./row/crossEntropy.js";
import { entropyFrom, entropyOfLogits } from "./row/ofLogits.js";

const ofProbabilities: Batch = (backend, call, count, values, at) =>
  crossEntropies(backend, call, kernels.entropy, 1, count, values, at);

/** H(p) = ln Z - T/Z, T = Σ e^x·x <= 0. */
const ofLogits: Batch = (backend, call, count, values, at, kind) => {
  const scale = scaleOfLogits(backend, call, kind);
  findRows(backend, call, kernels.entropyOfLogits, count);
  const { table } = backend;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    values[at + r] = Number.NaN;
    if (table[line] !== 0) continue;
    const z = totalAt(table, line, 1);
    const logSum = ln(z);
    if (!isLogSum(table[line + LARGEST] * scale + logSum, kind, call)) continue;
    values[at + r] = entropyFrom(logSum, totalAt(table, line, 0), z);
  }
};

/**
 * Computes the Shannon entropy H(p) = -Σ p̂ᵢ ln p̂ᵢ of p̂ = p/Σp, where 0·ln 0 = 0.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @returns Nats (or units of `base`), between 0 and ln n. Error: 2e-7 (f32) or 4e-15 (f64) of max(1, H).
 * @throws TypeError for an argument that is not an array of numbers, and for an option that is unknown or of the wrong type.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, a sum that is not 1, and an option out of
 * range.
 * @example
 * entropy([0.5, 0.5], { base: 2 }); // 1
 * entropy.rows([0.5, 0.5, 1, 0], { rowLength: 2, base: 2 }); // Float64Array [1, 0]
 * @see {@link crossEntropy}, {@link klDivergence}: for two distributions
 * @see C. E. Shannon, A Mathematical Theory of Communication (1948)
 * @category Measures
 */
export const entropy: Measure<[p: Numbers], MeasureOptions> = /* @__PURE__ */ measure({
  name: "entropy",
  measure: row.entropy,
  ofLogits: entropyOfLogits,
  batch: ofProbabilities,
  batchOfLogits: ofLogits,
  arguments: ["p"],
  distributions: ["p"],
  keys: MEASURE_KEYS,
});
