import { P_IS_ZERO, type Precision, Q_IS_ZERO } from "../backends/backend.js";
import * as kernels from "../backends/kernels.js";
import { logarithms } from "../backends/transforms.js";
import type { Batch } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { UnitlessOptions } from "../call/options.js";
import { decideFar, reduced, surveyedAgain, surveyedScaled } from "./batches.js";
import { P_AND_Q, UNITLESS_KEYS } from "./keys.js";
import * as row from "./row/chiSquared.js";
import { scalesToOne } from "./row/pair.js";
import type { ScaledRow } from "./scaledRows.js";
import { weightRows } from "./weightRows.js";

const sumsOf = (_: number, pSum: number, difference: number): [number, number] => [2 * pSum - difference, difference];

function batchOf(isPearson: boolean): Batch {
  const kernel = kernels.chiSquared;
  const measureIn = (precision: Precision, isGiven: boolean) => {
    const infinite = isGiven ? Q_IS_ZERO : P_IS_ZERO;
    const decideSums = decideFar(precision);
    return {
      kernel,
      order: isGiven ? ("given" as const) : ("swapped" as const),
      decide: (flags: number, pSum: number, qSum: number, difference: number) => {
        const isLeft = precision === "f64" && row.isFar(pSum, qSum);
        const value = isLeft ? Number.NaN : decideSums(flags, pSum, qSum, difference);
        return flags & infinite && !Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
      },
      resultOf: (total: number, all: number, _: number, gamma: number) => row.fromPair(precision, total, all, gamma),
      sumsOf,
    };
  };
  const [inF32, inF64] = [measureIn("f32", isPearson), measureIn("f64", isPearson)];
  // rows that are scaled are put in order
  const scaled = measureIn("f64", true);
  return (backend, call, count, values, at, _kind, sources, first) => {
    reduced(backend, call, kernel, !isPearson, count, values, at, (flags, total, pSum, difference) =>
      row.ofRow(call, flags, total, pSum, difference),
    );
    const left: ScaledRow[] = [];
    const measure = call.precision === "f32" ? inF32 : inF64;
    surveyedAgain(backend, call, measure, count, values, at, (r, pSum, qSum, isSwapped) => {
      if (call.precision === "f64" && row.isFar(pSum, qSum))
        left.push({ r, scales: scalesToOne(pSum, qSum), isSwapped });
    });
    surveyedScaled(backend, call, left, scaled, sources, first, values, at);
  };
}

const ofPearson = /* @__PURE__ */ batchOf(true);
const ofNeyman = /* @__PURE__ */ batchOf(false);

/**
 * Computes Pearson's χ² divergence Σ (p̂ᵢ - q̂ᵢ)²/q̂ᵢ of p̂ = p/Σp and q̂ = q/Σq. It has no unit: `base` is not an option. For counts p of N
 * observations and expected frequencies q, N times it is Pearson's statistic X² = Σ (observed - expected)²/expected.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @returns A number >= 0, and 0 for p = q. Infinity if some class has p > 0 and q = 0. *Relative* error as for {@link klDivergence}: 1e-6 (f32),
 * 4e-15 (f64).
 * @throws As {@link klDivergence}.
 * @example
 * pearsonChiSquared([0.5, 0.5], [0.25, 0.75]); // 0.3333333333333333
 * pearsonChiSquared.rows([30, 10, 20, 20], [1, 1], { rowLength: 2, normalize: true }); // Float64Array [0.25, 0]
 * @see {@link neymanChiSquared}: the same with p in the denominator
 * @see K. Pearson, On the Criterion that a Given System of Deviations … (1900)
 * @category Measures
 */
export const pearsonChiSquared: Measure<[p: Numbers, q: Numbers], UnitlessOptions> = /* @__PURE__ */ measure({
  name: "pearsonChiSquared",
  measure: row.pearsonChiSquared,
  ofLogits: row.pearsonChiSquared,
  batch: ofPearson,
  batchOfLogits: /* @__PURE__ */ weightRows(ofPearson, "exact"),
  logarithms,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  keys: UNITLESS_KEYS,
});

/**
 * Computes Neyman's χ² divergence Σ (p̂ᵢ - q̂ᵢ)²/p̂ᵢ of p̂ = p/Σp and q̂ = q/Σq: {@link pearsonChiSquared} of q and p. It has no unit: `base` is
 * not an option.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @returns A number >= 0, and 0 for p = q. Infinity if some class has p = 0 and q > 0. *Relative* error as for {@link klDivergence}: 1e-6 (f32),
 * 4e-15 (f64).
 * @throws As {@link klDivergence}.
 * @example
 * neymanChiSquared([0.5, 0.5], [0.25, 0.75]); // 0.25
 * neymanChiSquared.rows([30, 10, 20, 20], [1, 1], { rowLength: 2, normalize: true }); // Float64Array [0.3333333333333333, 0]
 * @see J. Neyman, Contribution to the Theory of the χ² Test (1949)
 * @category Measures
 */
export const neymanChiSquared: Measure<[p: Numbers, q: Numbers], UnitlessOptions> = /* @__PURE__ */ measure({
  name: "neymanChiSquared",
  measure: row.neymanChiSquared,
  ofLogits: row.neymanChiSquared,
  batch: ofNeyman,
  batchOfLogits: /* @__PURE__ */ weightRows(ofNeyman, "exact"),
  logarithms,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  keys: UNITLESS_KEYS,
});
