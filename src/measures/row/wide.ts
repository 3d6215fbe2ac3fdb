// Rows whose numbers span more than the kernels' range (f64 with subnormals, or over 2^100 and under 2^-960 at once): class
// by class, in f64, one code for both backends. Slow, rare, and right.

import type { Row } from "../../backends/backend.js";
import { logRatioLane_f64 } from "../../backends/js/logRatio.js";
import { exponentGap_f64, high_f64, powerOf2, SMALLEST_NORMAL_F64, scaleByGap_f64 } from "../../numbers/lanes.js";
import { excess_f64 } from "../../numbers/logarithm.js";
import { exponentOf, ln } from "../../numbers/scalar.js";
import { Sum } from "../../numbers/twofold.js";

export const isNormal = (x: number): boolean => x >= SMALLEST_NORMAL_F64 && x < Number.POSITIVE_INFINITY;

/** The mantissa, in [1, 2), of a positive number and its exponent: in two steps, both of which are numbers. */
const mantissaOf = (x: number, exponent: number): number =>
  x * powerOf2(-(exponent >> 1)) * powerOf2((exponent >> 1) - exponent);

/** ln(x/y) of any two positive finite numbers. */
export function lnRatio(x: number, y: number, lane = logRatioLane_f64): number {
  if (Math.min(x, y) >= SMALLEST_NORMAL_F64 && Math.max(x, y) <= 2 ** 1022) {
    return lane(x, y, high_f64(x), high_f64(y));
  }
  const exponent = exponentOf(x);
  const other = exponentOf(y);
  const a = mantissaOf(x, exponent);
  // what is left of the ratio is on the same side of 1 as the octaves
  const octaves = exponent - other;
  let b = mantissaOf(y, other);
  const step = octaves > 0 && a < b ? 1 : octaves < 0 && a > b ? -1 : 0;
  b *= powerOf2(-step);
  return lane(a, b, high_f64(a), high_f64(b), (octaves - step) * 1048576);
}

/** x ln(x/y) - x + y of x = p·a, y = q·b, which may underflow where p and q do not. */
function excessOf(p: number, q: number, a: number, b: number): number {
  const x = p * a;
  const y = q * b;
  if (p === 0) return y;
  if (q === 0) return Number.POSITIVE_INFINITY;
  // x + y may be too large for a number
  if (Math.max(x, y) > 2 ** 1022) return 4 * excessOf(p / 4, q / 4, a, b);
  if (isNormal(x) && isNormal(y)) {
    const gap = exponentGap_f64(high_f64(x), high_f64(y));
    const shifted = scaleByGap_f64(y, gap);
    const excess = excess_f64(x, y, shifted, x - shifted, gap, x + shifted);
    if (Number.isFinite(excess)) return excess;
  }
  return x * (lnRatio(p, q) + lnRatio(a, b)) - x + y;
}

/** Σ term(p, q) over a pair of rows. */
function sumOver(p: Row, q: Row, length: number, term: (p: number, q: number) => number): number {
  const sum = new Sum();
  for (let i = 0; i < length; i++) sum.add(term(p.source[p.start + i], q.source[q.start + i]));
  return sum.value;
}

/** Σ [x ln(x/y) - x + y], x = p·a, y = q·b. */
export function wideExcess(p: Row, q: Row, length: number, a: number, b: number): number {
  return sumOver(p, q, length, (x, y) => excessOf(x, y, a, b));
}

/** Σ (x - y) ln(x/y). */
export function wideJeffreys(p: Row, q: Row, length: number, a: number, b: number): number {
  return sumOver(p, q, length, (x, y) => excessOf(x, y, a, b) + excessOf(y, x, b, a));
}

/** Σ [x ln(x/m) - x + m] + [y ln(y/m) - y + m], m = (x + y)/2. */
export function wideJensenShannon(p: Row, q: Row, length: number, a: number, b: number): number {
  return sumOver(p, q, length, (x, y) => {
    const mean = (x * a) / 2 + (y * b) / 2;
    return mean === 0 ? 0 : excessOf(x * a, mean, 1, 1) + excessOf(y * b, mean, 1, 1);
  });
}

/** Σ x ln(q·b), x = p·a. */
export function wideCrossEntropy(p: Row, q: Row, length: number, a: number, b: number): number {
  return sumOver(p, q, length, (x, y) => {
    if (x === 0) return 0;
    return y === 0 ? Number.NEGATIVE_INFINITY : x * a * (ln(y) + ln(b));
  });
}
