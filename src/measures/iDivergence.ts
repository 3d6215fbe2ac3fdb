import { Q_IS_ZERO, UNUSUAL } from "../backends/backend.js";
import { COLUMNS, SHARED } from "../backends/batch.js";
import * as kernels from "../backends/kernels.js";
import type { Batch } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { UnnormalizedOptions } from "../call/options.js";
import { totalAt } from "./batches.js";
import { P_AND_Q } from "./keys.js";
import * as row from "./row/klDivergence.js";
import { isOrdinary } from "./row/pair.js";

const ofNumbers: Batch = (backend, { precision, length }, count, values, at) => {
  backend.runRows(kernels.klDivergence, precision, length, count, SHARED);
  const { table } = backend;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const flags = table[line];
    let value = Number.NaN;
    if (flags & Q_IS_ZERO && !(flags & UNUSUAL)) value = Number.POSITIVE_INFINITY;
    else if (!(flags & UNUSUAL) && isOrdinary(totalAt(table, line, 1))) value = totalAt(table, line, 0);
    values[at + r] = value;
  }
};

/**
 * Computes the I-divergence Σ [pᵢ ln(pᵢ/qᵢ) - pᵢ + qᵢ]: the generalised KL divergence, for numbers that are not normalised.
 *
 * @param p - n numbers >= 0, of any sum.
 * @param q - n numbers >= 0, of any sum.
 * @returns Nats (or units of `base`), >= 0, and 0 only for p = q; Infinity if some class has p > 0 and q = 0. Relative error as for
 * {@link klDivergence}: 1e-6 (f32), 4e-15 (f64).
 * @throws TypeError for an argument that is not an array of numbers, and for an option that is unknown or of the wrong type.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, different lengths, and an option out of
 * range.
 * @example
 * iDivergence([2, 0], [1, 1]); // 1.3862943611198906
 * iDivergence.rows([2, 0, 1, 1], [1, 1], { rowLength: 2 }); // Float64Array [1.3862943611198906, 0]
 * @see {@link klDivergence}: for normalised distributions
 * @see I. Csiszár, Why Least Squares and Maximum Entropy? (1991)
 * @category Measures
 */
export const iDivergence: Measure<[p: Numbers, q: Numbers], UnnormalizedOptions> = /* @__PURE__ */ measure({
  name: "iDivergence",
  measure: row.iDivergence,
  batch: ofNumbers,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  keys: ["base", "input"],
});
