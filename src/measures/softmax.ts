import type { Backend } from "../backends/backend.js";
import { COLUMNS, FOUND, GIVEN, LARGEST, SKIP } from "../backends/batch.js";
import * as kernels from "../backends/kernels.js";
import type { Call } from "../call/arguments.js";
import { type Mapping, mapping } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { SoftmaxOptions } from "../call/options.js";
import { ln } from "../numbers/scalar.js";
import { findRows, scaleOfLogits, setRowFields, totalAt } from "./batches.js";
import * as row from "./row/softmax.js";

/** out = e^x/Z. */
function softmaxRows(backend: Backend, call: Call, count: number): void {
  scaleOfLogits(backend, call, "logits");
  backend.runRows(kernels.softmax, call.precision, call.length, count, FOUND);
}

/** out = x - ln Z. */
function logSoftmaxRows(backend: Backend, call: Call, count: number): void {
  const { precision, length } = call;
  const scale = scaleOfLogits(backend, call, "logits");
  findRows(backend, call, kernels.logSumExp, count);
  const { table } = backend;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (table[line] !== 0) continue;
    const largest = table[line + LARGEST];
    setRowFields(backend, precision, line, false, scale, largest, 0, 0, 1, ln(totalAt(table, line, 1)), 1, 0.5, 1);
  }
  backend.runRows(kernels.shifted, precision, length, count, GIVEN | SKIP);
}

/**
 * Computes the softmax e^(zᵢ/τ) / Σ e^(zⱼ/τ), where τ is the temperature.
 *
 * @param z - n logits: any finite numbers, or -Infinity, which is probability 0.
 * @returns Probabilities, in `out` if it is given, else in a new array: a Float32Array if z is one or has fewer bits, else a
 * Float64Array.
 * Relative error of a probability p: 3e-7 + 1e-7·|ln p| (f32), 7e-16 + 1.7e-16·|ln p| (f64); with a temperature that is not a power of 2,
 * 3e-7 + 2.2e-7·|ln p| and 7e-16 + 4e-16·|ln p|. Small probabilities become subnormal, then 0.
 * @throws TypeError for an argument that is not an array of numbers, an option that is unknown or of the wrong type, and an `out` of
 * another type than the result.
 * @throws RangeError for a logit that is NaN or Infinity, an empty array, a row that has only -Infinity, an `out` of another
 * length or one that overlaps z in part, and a temperature that is not positive and finite.
 * @example
 * softmax([1000, 1000, 1000, 1000]); // Float64Array [0.25, 0.25, 0.25, 0.25]
 * softmax.rows([1000, 1000, 5, -Infinity], { rowLength: 2 }); // Float64Array [0.5, 0.5, 1, 0]
 * @see {@link logSoftmax}: the logarithms. Measures do not need a softmax: pass the logits with `input: "logits"`
 * @category Logits
 */
export const softmax: Mapping<[z: Float32Array], [z: Numbers], SoftmaxOptions> = /* @__PURE__ */ mapping({
  name: "softmax",
  ofLogits: row.softmax,
  batchOfLogits: softmaxRows,
  arguments: ["z"],
  keys: ["temperature", "out"],
});

/**
 * Computes the logarithm of the softmax, zᵢ/τ - ln Σ e^(zⱼ/τ), where τ is the temperature.
 *
 * @param z - n logits: any finite numbers, or -Infinity, for which the result is -Infinity.
 * @returns Nats, in `out` if it is given, else in a new array: a Float32Array if z is one or has fewer bits, else a
 * Float64Array. Error: 1e-6
 * (f32) or 1e-13 (f64) of max(1, |value|).
 * @throws TypeError for an argument that is not an array of numbers, an option that is unknown or of the wrong type, and an `out` of
 * another type than the result.
 * @throws RangeError for a logit that is NaN or Infinity, an empty array, a row that has only -Infinity, an `out` of another
 * length or one that overlaps z in part, and a temperature that is not positive and finite.
 * @example
 * logSoftmax([0, 0]); // Float64Array [-0.6931471805599453, -0.6931471805599453]
 * logSoftmax.rows([0, 0, 5, -Infinity], { rowLength: 2 }); // Float64Array [-0.6931471805599453, -0.6931471805599453, 0, -Infinity]
 * @see {@link softmax}, {@link logSumExp}; {@link tokenLogProbabilities}: for one class per row
 * @category Logits
 */
export const logSoftmax: Mapping<[z: Float32Array], [z: Numbers], SoftmaxOptions> = /* @__PURE__ */ mapping({
  name: "logSoftmax",
  ofLogits: row.logSoftmax,
  batchOfLogits: logSoftmaxRows,
  arguments: ["z"],
  keys: ["temperature", "out"],
});
