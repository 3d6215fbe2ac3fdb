// Logarithms and exponentials of single numbers, for what surrounds the kernels. Built from the kernels' own series, so that no result
// depends on the host's Math.log or Math.exp, which differ between engines.

import { excessNear_f64, exponentialToZero_f64 } from "./exponential.js";
import { high_f64, SMALLEST_NORMAL_F64 } from "./lanes.js";
import { atanhSeries_f64, logarithm_f64 } from "./logarithm.js";

/** Takes any subnormal number to a normal one. */
const TWO_TO_54 = 18014398509481984;

export const LN2 = 0.6931471805599453;

/** ln x of any positive finite x, to 2 ulp of max(|ln x|, 1). */
export function ln(x: number): number {
  if (x < SMALLEST_NORMAL_F64) return ln(x * TWO_TO_54) - 54 * LN2;
  return logarithm_f64(x, high_f64(x), 0);
}

const LN10 = 2.302585092994046;

/** log₁₀ x of any x >= 0. */
export function log10(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  return Number.isFinite(x) ? ln(x) / LN10 : x;
}

/**
 * ln(1 + x) - x <= 0 for x > -1, without cancellation near 0: -s·x + s·z·A(z), s = x/(2 + x), z = s²; of |x| < 2^-17 three terms of
 * its series, which leave out 2|x|³/5 <= 1.8e-16 of it.
 */
export function log1pMinus(x: number): number {
  if (Math.abs(x) < 7.62939453125e-6) return x * x * (x * (1 / 3 - x / 4) - 0.5);
  if (x < -0.5 || x > 1) return ln(1 + x) - x;
  const s = x / (2 + x);
  const z = s * s;
  return s * z * atanhSeries_f64(z) - s * x;
}

/** ln(1 + x) of any x > -1, without cancellation near 0. */
export function log1p(x: number): number {
  return x < -0.5 || x > 1 ? ln(1 + x) : x + log1pMinus(x);
}

/** ⌊log2 x⌋ of a positive finite x. */
export function exponentOf(x: number): number {
  if (x < SMALLEST_NORMAL_F64) return exponentOf(x * TWO_TO_54) - 54;
  return (high_f64(x) >>> 20) - 1023;
}

/** e^x of any x, to 1.02 ulp. */
export function exp(x: number): number {
  return x > 709.78 ? Number.POSITIVE_INFINITY : exponentialToZero_f64(x);
}

/** e^x - 1 of any x, without cancellation near 0. */
export function expm1(x: number): number {
  return x >= -2 && x <= 2 ? x + excessNear_f64(x) : exp(x) - 1;
}

/** e^x - 1 - x >= 0 of any x, without cancellation near 0. */
export function expm1Minus(x: number): number {
  return x >= -2 && x <= 2 ? excessNear_f64(x) : exp(x) - 1 - x;
}
