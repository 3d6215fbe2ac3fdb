// Distributions over categories, as weights of any sum.

import { SMALLEST_NORMAL_F64 } from "../numbers/lanes.js";
import { Sum } from "../numbers/twofold.js";
import { excess, logOfRatio, productDifference, sumOf } from "./arithmetic.js";

/** Numbers >= 0 and their sum, to twice the precision of a number. */
export interface Weights {
  readonly values: ArrayLike<number>;
  readonly sum: Sum;
  /** ln of number i over the sum; -Infinity for 0. */
  logarithm(i: number): number;
}

export function weightsOf(values: ArrayLike<number>): Weights {
  const sum = new Sum();
  for (let i = 0; i < values.length; i++) sum.add(values[i]);
  const logarithm = (i: number) => (values[i] === 0 ? Number.NEGATIVE_INFINITY : logOfRatio(values[i], sum.value));
  return { values, sum, logarithm };
}

/**
 * KL(p/P ‖ q/Q) = (1/P) Σ [pᵢ ln(pᵢ/yᵢ) - pᵢ + yᵢ], yᵢ = qᵢ·P/Q: all terms are >= 0, and exact near pᵢ = yᵢ, for pᵢ·Q - qᵢ·P is computed to
 * twice the precision. Relative error 1e-15.
 */
export function klOfWeights(p: Weights, q: Weights): number {
  const [P, Q] = [p.sum, q.sum];
  const total = P.value / Q.value;
  const sum = sumOf(p.values.length, (i) => {
    const a = p.values[i];
    const b = q.values[i];
    const y = b * total;
    // below the normal numbers y has lost digits, and may be 0 where b is not
    if (y < SMALLEST_NORMAL_F64 && a > 2 * y) return a * (p.logarithm(i) - q.logarithm(i)) - a + y;
    const cross = productDifference(a, Q.high, b, P.high) + (a * Q.low - b * P.low);
    return excess(a, y, cross / Q.value);
  });
  return sum / P.value;
}
