import type { Backend } from "../backends/backend.js";
import { COLUMNS, SHARED } from "../backends/batch.js";
import * as kernels from "../backends/kernels.js";
import { logarithms } from "../backends/transforms.js";
import type { Call } from "../call/arguments.js";
import type { Batch } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { MeasureOptions } from "../call/options.js";
import { totalAt } from "./batches.js";
import { klOfLogitRows } from "./batchesOfPairs.js";
import { MEASURE_KEYS, P_AND_Q } from "./keys.js";
import * as row from "./row/klDivergence.js";
import { klDivergenceOfLogits } from "./row/klOfLogits.js";
import { computeScaled, SCALED, type ScaledRow } from "./scaledRows.js";

/** KL of `count` pairs of rows from operand `operand` on, from their flags and totals. */
function run(
  backend: Backend,
  call: Call,
  operand: number,
  count: number,
  values: Float64Array,
  at: number,
  resultOf: typeof row.klFromTotals,
): void {
  const { table } = backend;
  backend.runRows(kernels.klDivergence, call.precision, call.length, count, SHARED, operand);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const g = totalAt(table, line, 0);
    values[at + r] = resultOf(call, table[line], g, totalAt(table, line, 1), totalAt(table, line, 2));
  }
}

const ofProbabilities: Batch = (backend, call, count, values, at, _kind, sources, first) => {
  run(backend, call, 0, count, values, at, row.klFromTotals);
  const { table } = backend;
  const balanced: ScaledRow[] = [];
  const same: ScaledRow[] = [];
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (!Number.isNaN(values[at + r])) continue;
    const found = row.scalesFor(call, table[line], totalAt(table, line, 1), totalAt(table, line, 2));
    if (found === undefined) continue;
    balanced.push({ r, scales: found.balanced, isSwapped: false });
    same.push({ r, scales: found.same, isSwapped: false });
  }
  const differ = balanced.filter(({ scales: [a, b] }) => a !== b);
  computeScaled(backend, call, call.precision, differ, sources, first, values, at, (of, results) =>
    run(backend, call, SCALED, of, results, 0, row.klFromTotals),
  );
  const left = same.filter(({ r }) => Number.isNaN(values[at + r]));
  computeScaled(backend, call, "f64", left, sources, first, values, at, (of, results) =>
    run(backend, { ...call, precision: "f64" }, SCALED, of, results, 0, row.klFromSame),
  );
};

/**
 * Computes the Kullback–Leibler divergence KL(p‖q) = Σ p̂ᵢ ln(p̂ᵢ/q̂ᵢ) of p̂ = p/Σp and q̂ = q/Σq: the expected log-likelihood ratio.
 *
 * No ε is added and nothing is clipped: a class with p = 0 adds 0, and a class with p > 0 and q = 0 makes the result Infinity. The result
 * is never negative, and exactly 0 for p = q.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @returns Nats (or units of `base`), >= 0. *Relative* error for values from 1e-12 to 1e3 if the two sums agree to 1e-6: 1e-6 for f32
 * (2e-7 from 1,024 classes on), 4e-15 for f64. Otherwise 1e-5 for f32 and 1e-11 for f64, for values of at least 1e-9.
 * @throws TypeError for an argument that is not an array of numbers, and for an option that is unknown or of the wrong type.
 * @throws RangeError for a number that is negative, NaN or infinite, an empty array, different lengths, a sum that is not 1,
 * and an option out of range.
 * @example
 * klDivergence([0.5, 0.5], [0.25, 0.75]); // 0.14384103622589045
 * klDivergence.rows([0.5, 0.5, 0.9, 0.1], [0.5, 0.5], { rowLength: 2 }); // Float64Array [0, 0.3680642071684972]
 * @see {@link iDivergence}: for numbers that are not normalised; {@link jeffreysDivergence}, {@link jsDivergence}: symmetric
 * divergences
 * @see S. Kullback, R. A. Leibler, On Information and Sufficiency (1951)
 * @category Measures
 */
export const klDivergence: Measure<[p: Numbers, q: Numbers], MeasureOptions> = /* @__PURE__ */ measure({
  name: "klDivergence",
  measure: row.klDivergence,
  ofLogits: klDivergenceOfLogits,
  batch: ofProbabilities,
  batchOfLogits: klOfLogitRows,
  logarithms,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  keys: MEASURE_KEYS,
});
