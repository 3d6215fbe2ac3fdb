// A term that is >= 0 and of second order where two numbers are nearly the same, without cancellation there.

import { lnRatio } from "../measures/row/wide.js";
import { excessNear_f64 } from "../numbers/logarithm.js";

/** x ln(x/y) - d >= 0 of x, y >= 0 from their difference d = x - y, which may be known better than they are. */
export function excessOf(x: number, y: number, d: number): number {
  if (x === 0) return y;
  if (y === 0) return Number.POSITIVE_INFINITY;
  const sum = x + y;
  // the series of the kernels goes up to a ratio of 2
  return Math.abs(d) <= sum / 3 ? excessNear_f64(x, d, sum) : x * lnRatio(x, y) - d;
}
