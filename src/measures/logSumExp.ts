import { COLUMNS, LARGEST } from "../backends/batch.js";
import * as kernels from "../backends/kernels.js";
import { settingsOfLogits } from "../call/arguments.js";
import type { Batch, Definition } from "../call/calls.js";
import { type Measure, withWeights } from "../call/forms.js";
import type { Matrix, Numbers } from "../call/inputs.js";
import type { SoftmaxOptions } from "../call/options.js";
import { ln } from "../numbers/scalar.js";
import { findRows, scaleOfLogits, totalAt } from "./batches.js";
import * as row from "./row/softmax.js";
import { weightedLogSumExp } from "./row/weightedLogSumExp.js";

/** The options of {@link logSumExp}. */
export interface LogSumExpOptions extends SoftmaxOptions {
  /**
   * wᵢ >= 0, which multiply the exponentials: one per class, for `.rows` also one row per row. A class of weight 0 is left out, and its logit
   * may be anything. 1 by default.
   */
  weights?: Matrix;
}

const ofLogits: Batch = (backend, call, count, values, at, kind) => {
  const scale = scaleOfLogits(backend, call, kind);
  findRows(backend, call, kernels.logSumExp, count);
  const { table } = backend;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    values[at + r] = table[line] === 0 ? table[line + LARGEST] * scale + ln(totalAt(table, line, 1)) : Number.NaN;
  }
};

const plain: Definition = {
  name: "logSumExp",
  ofLogits: row.logSumExp,
  batchOfLogits: ofLogits,
  arguments: ["z"],
  distributions: ["z"],
  keys: ["temperature", "weights"],
  settings: settingsOfLogits,
};

const weighted: Definition = {
  ...plain,
  ofLogits: weightedLogSumExp,
  batchOfLogits: undefined,
  arguments: ["weights", "z"],
};

/**
 * Computes the log-sum-exp ln Σ e^(zᵢ/τ), where τ is the temperature: the logarithm of the denominator of the softmax. With `weights`,
 * ln Σ wᵢ e^(zᵢ/τ).
 *
 * @param z - n logits: any finite numbers, or -Infinity.
 * @returns Nats, between max z/τ and max z/τ + ln n. Error: 1e-6 (f32) or 1e-13 (f64) of max(1, |value - max z/τ|), plus 1 ulp of
 * the result. With weights, computed in f64 class by class: 1e-13 of max(1, |value - max z/τ|, |ln w|), and -Infinity if all weights are 0.
 * @throws TypeError for an argument that is not an array of numbers, and for an option that is unknown or of the wrong type.
 * @throws RangeError for a logit that is NaN or Infinity, an empty array, a row that has only -Infinity, and a temperature that
 * is not positive and finite. With weights also for one that is negative, NaN or infinite, and other lengths than those of `z`.
 * @example
 * logSumExp([1000, 1000]); // 1000.6931471805599
 * logSumExp.rows([1000, 1000, 0, 0], { rowLength: 2 }); // Float64Array [1000.6931471805599, 0.6931471805599453]
 * logSumExp([0, 0, 7], { weights: [1, 3, 0] }); // 1.3862943611198906
 * @see {@link logSoftmax}: z/τ minus this number
 * @category Logits
 */
export const logSumExp: Measure<[z: Numbers], LogSumExpOptions> = /* @__PURE__ */ withWeights(plain, weighted);
