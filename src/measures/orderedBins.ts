import { settingsOf } from "../call/arguments.js";
import type { Definition } from "../call/calls.js";
import { type Measure, measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { UnitlessOptions } from "../call/options.js";
import { checkNumber, isFinitePositive } from "../engine/checks.js";
import { P_AND_Q, UNITLESS_KEYS } from "./keys.js";
import * as row from "./row/orderedBins.js";

/** The options of distances between ordered bins that lie apart. */
export interface BinOptions extends UnitlessOptions {
  /** The width of a bin: positive, 1 by default. */
  width?: number;
}

/** A definition whose unit is the width of a bin. */
const inWidths = (
  name: string,
  measure: Definition["measure"],
  finish: (value: number, width: number) => number,
): Definition => ({
  name,
  measure,
  ofLogits: measure,
  finish,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  isSymmetric: true,
  keys: [...UNITLESS_KEYS, "width"],
  settings(functionName, options, keys) {
    const settings = settingsOf(functionName, options, keys, P_AND_Q);
    const { width = 1 } = (options ?? {}) as BinOptions;
    checkNumber(functionName, "width", width, isFinitePositive, "positive and finite");
    return { ...settings, unit: width };
  },
});

/**
 * Computes the Wasserstein-1 distance (earth mover's distance) Σ |F_p - F_q|·width of histograms with ordered bins of one width, F being the
 * cumulative sums of p̂ = p/Σp and q̂ = q/Σq: by how many bins, times `width`, probability has to be moved on average. A metric.
 *
 * It is a plain loop that keeps sums to twice the precision, the same code on every backend.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`): a histogram's bins, in their order.
 * @param q - n numbers >= 0 with such a sum, of the same bins.
 * @returns Between 0, for p = q, and (n - 1)·width. The same bits for (q, p). Relative error: 4e-15, also of f32; from logits 1e-15·n·width.
 * @throws As {@link klDivergence}, and RangeError for a width that is not positive and finite.
 * @example
 * wassersteinDistance([0.5, 0.5, 0], [0, 0.5, 0.5]); // 1
 * wassersteinDistance.rows([1, 0, 0, 0, 0, 1], [1, 0, 0], { rowLength: 3, width: 10 }); // Float64Array [0, 20]
 * @see S. S. Vallender, Calculation of the Wasserstein Distance Between Probability Distributions on the Line (1974)
 * @category Measures
 */
export const wassersteinDistance: Measure<[p: Numbers, q: Numbers], BinOptions> = /* @__PURE__ */ measure(
  /* @__PURE__ */ inWidths("wassersteinDistance", row.wassersteinDistance, (value, width) => value * width),
);

/**
 * Computes the Cramér distance √(Σ (F_p - F_q)²·width) of histograms with ordered bins of one width, F being the cumulative sums of p̂ = p/Σp
 * and q̂ = q/Σq. A metric. Its square is the ranked probability score where q is one-hot; √2 times it is SciPy's `energy_distance`.
 *
 * It is a plain loop that keeps sums to twice the precision, the same code on every backend.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`): a histogram's bins, in their order.
 * @param q - n numbers >= 0 with such a sum, of the same bins.
 * @returns Between 0, for p = q, and √((n - 1)·width). The same bits for (q, p). Relative error: 4e-15, also of f32; from logits
 * 1e-15·√(n·width).
 * @throws As {@link klDivergence}, and RangeError for a width that is not positive and finite.
 * @example
 * cramerDistance([1, 0, 0], [0, 0.5, 0.5]); // 1.118033988749895
 * cramerDistance.rows([1, 0, 0, 0, 0, 1], [1, 0, 0], { rowLength: 3, width: 4 }); // Float64Array [0, 2.8284271247461903]
 * @see G. J. Székely, M. L. Rizzo, Energy Statistics (2013)
 * @category Measures
 */
export const cramerDistance: Measure<[p: Numbers, q: Numbers], BinOptions> = /* @__PURE__ */ measure(
  /* @__PURE__ */ inWidths("cramerDistance", row.cramerDistance, (value, width) => value * Math.sqrt(width)),
);

/**
 * Computes the Kolmogorov–Smirnov distance max |F_p - F_q| of histograms with ordered bins, of any widths, F being the cumulative sums of
 * p̂ = p/Σp and q̂ = q/Σq. A metric.
 *
 * It is a plain loop that keeps sums to twice the precision, the same code on every backend.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`): a histogram's bins, in their order.
 * @param q - n numbers >= 0 with such a sum, of the same bins.
 * @returns Between 0, for p = q, and 1. The same bits for (q, p). Relative error: 4e-15, also of f32; from logits 1e-15.
 * @throws As {@link klDivergence}.
 * @example
 * kolmogorovSmirnovDistance([0.5, 0.25, 0.25], [0.25, 0.25, 0.5]); // 0.25
 * kolmogorovSmirnovDistance.rows([30, 10, 20, 20], [1, 1], { rowLength: 2, normalize: true }); // Float64Array [0.25, 0]
 * @see N. Smirnov, Table for Estimating the Goodness of Fit of Empirical Distributions (1948)
 * @category Measures
 */
export const kolmogorovSmirnovDistance: Measure<[p: Numbers, q: Numbers], UnitlessOptions> = /* @__PURE__ */ measure({
  name: "kolmogorovSmirnovDistance",
  measure: row.kolmogorovSmirnovDistance,
  ofLogits: row.kolmogorovSmirnovDistance,
  arguments: P_AND_Q,
  distributions: P_AND_Q,
  isSymmetric: true,
  keys: UNITLESS_KEYS,
});
