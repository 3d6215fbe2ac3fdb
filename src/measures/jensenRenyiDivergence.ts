import { checkAlpha } from "../call/arguments.js";
import { measure } from "../call/forms.js";
import type { Numbers } from "../call/inputs.js";
import type { MeasureOptions } from "../call/options.js";
import { MEASURE_KEYS, P_AND_Q } from "./keys.js";
import { type MeasureOfMany, ofMany } from "./many.js";
import * as row from "./row/jensenRenyi.js";

/**
 * Computes the Jensen–Rényi divergence H_α(m) - ½ H_α(p̂) - ½ H_α(q̂), m = (p̂ + q̂)/2, of p̂ = p/Σp and q̂ = q/Σq, with {@link renyiEntropy}
 * H_α: by how much the entropy of the mixture exceeds the mean of their entropies. α is at most 1, so that it is >= 0.
 *
 * `jensenRenyiDivergence.of` computes it of any number of distributions with weights: H_α(Σ wᵢp̂ᵢ) - Σ wᵢ H_α(p̂ᵢ).
 *
 * α = 0 is of the numbers of classes that are not 0. α = 1: the Jensen–Shannon divergence, as {@link jsDivergence} has it `of` many. It is a
 * plain loop in f64, the same code on every backend.
 *
 * @param p - n numbers >= 0 whose sum is within 1e-2 of 1 (any positive sum with `normalize`).
 * @param q - n numbers >= 0 with such a sum.
 * @param distributions - The rows of a matrix: each n numbers >= 0 with such a sum.
 * @param alpha - The order, from 0 to 1.
 * @returns Nats (or units of `base`), >= 0. Probabilities below 1e-308 count as 0. *Relative* error, of f32 too: 1e-14 for values from 1e-12
 * if the sums agree to 1e-6, else 1e-11 of values of at least 1e-9; where powers of probabilities below 1e-20 matter, 1e-16·|ln p|.
 * @throws As {@link klDivergence}. TypeError if alpha is not a number, RangeError if it is not between 0 and 1.
 * @example
 * jensenRenyiDivergence([1, 0], [0, 1], 0.5, { base: 2 }); // 1
 * jensenRenyiDivergence.rows([1, 0, 0.5, 0.5], [0.5, 0.5], 0.5, { rowLength: 2, base: 2 }); // Float64Array [0.39996862695299173, 0]
 * jensenRenyiDivergence.of([[1, 0, 0], [0, 1, 0], [0, 0, 1]], 0.5, { base: 3 }); // 1
 * @see A. B. Hamza, H. Krim, Jensen–Rényi Divergence Measure: Theoretical and Computational Perspectives (2003)
 * @category Measures
 */
export const jensenRenyiDivergence: MeasureOfMany<[p: Numbers, q: Numbers, alpha: number], [alpha: number]> =
  /* @__PURE__ */ Object.assign(
    /* @__PURE__ */ measure<[p: Numbers, q: Numbers, alpha: number], MeasureOptions>({
      name: "jensenRenyiDivergence",
      measure: row.jensenRenyiDivergence,
      ofLogits: row.jensenRenyiDivergence,
      arguments: P_AND_Q,
      distributions: P_AND_Q,
      keys: MEASURE_KEYS,
      mostAlpha: 1,
      checkAlpha,
    }),
    {
      of: /* @__PURE__ */ ofMany<[alpha: number]>(
        "jensenRenyiDivergence",
        row.jensenRenyiOfMany,
        (functionName, alpha) => checkAlpha(functionName, alpha as number, 1),
      ),
    },
  );
