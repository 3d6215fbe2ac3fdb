// What closed forms are made of, each without cancellation: products and sums with what rounding takes of them, and the three
// functions >= 0 whose textbook forms lose all digits where they are small. Relative errors are a few 1e-16.

import { atanhSeries_f64 } from "../numbers/logarithm.js";
import { exp, expm1Minus, ln, log1pMinus } from "../numbers/scalar.js";
import { productError, Sum } from "../numbers/twofold.js";

const SMALLEST_NORMAL = 2.2250738585072014e-308;

/** Beyond it, splitting overflows. */
const LARGEST_TO_SPLIT = 6e299;

const TWO_TO_MINUS_20 = 9.5367431640625e-7;

/** a·b + c with little more than one rounding, also where they cancel: Dekker's product, Knuth's sum. */
export function productPlus(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  if (!(Math.abs(a) < LARGEST_TO_SPLIT && Math.abs(b) < LARGEST_TO_SPLIT && Math.abs(product) < LARGEST_TO_SPLIT)) {
    return sum;
  }
  const part = sum - product;
  return sum + (productError(a, b, product) + (product - (sum - part) + (c - part)));
}

/** a·b - c·d with little more than one rounding, also where they cancel (Kahan). */
export function productDifference(a: number, b: number, c: number, d: number): number {
  const product = c * d;
  return productPlus(a, b, -product) + productPlus(-c, d, product);
}

/** a·b·c + d with little more than one rounding, also where they cancel. */
export function productsPlus(a: number, b: number, c: number, d: number): number {
  const product = a * b;
  return productPlus(product, c, d) + productPlus(a, b, -product) * c;
}

/** Σ term(i), i = 0 … length - 1. */
export function sumOf(length: number, term: (i: number) => number): number {
  const sum = new Sum();
  for (let i = 0; i < length; i++) sum.add(term(i));
  return sum.value;
}

/** (x - y)/scale, also where x - y is beyond the largest number. */
export function deviationsOf(x: number, y: number, scale: number): number {
  const difference = x - y;
  return Number.isFinite(difference) ? difference / scale : 2 * ((x / 2 - y / 2) / scale);
}

/** (x + y)/2, also where x + y is beyond the largest number. */
export function middleOf(x: number, y: number): number {
  const sum = x + y;
  return Number.isFinite(sum) ? sum / 2 : x / 2 + y / 2;
}

/** ln(1 + x), x > -1. */
export function log1p(x: number): number {
  if (x <= -0.5 || x >= 0.5) return ln(1 + x);
  // half a subnormal number may be none
  if (x > -SMALLEST_NORMAL && x < SMALLEST_NORMAL) return x;
  const s = x / (2 + x);
  const z = s * s;
  return s + s + s * z * atanhSeries_f64(z);
}

/** e^x - 1. */
export function expm1(x: number): number {
  return x < -1 || x > 1 ? exp(x) - 1 : x + expm1Minus(x);
}

/** ln(x/y) of positive finite numbers, also where x/y is beyond the largest or below the smallest normal number. */
export function logOfRatio(x: number, y: number): number {
  const ratio = x / y;
  return ratio >= SMALLEST_NORMAL && ratio < Number.POSITIVE_INFINITY ? ln(ratio) : ln(x) - ln(y);
}

/**
 * x ln(x/y) - x + y >= 0 of x, y >= 0, which is 0 for x = y, y for x = 0, and Infinity for y = 0 < x. `d` is x - y to all digits,
 * where x and y themselves are rounded. Near x = y, with s = d/(x + y) and 2 atanh s = s·(2 + z·A(z)), z = s²: s·(d + x·z·A(z)).
 */
export function excess(x: number, y: number, d = x - y): number {
  if (x === 0) return y;
  if (y === 0) return Number.POSITIVE_INFINITY;
  if (x <= 2 * y && y <= 2 * x) {
    const sum = x + y;
    const s = sum < Number.POSITIVE_INFINITY ? d / sum : d / 2 / (x / 2 + y / 2);
    const z = s * s;
    return s * (d + x * z * atanhSeries_f64(z));
  }
  // the product may be beyond the largest number where the difference is not
  const scale = x > LARGEST_TO_SPLIT ? TWO_TO_MINUS_20 : 1;
  return (x * scale * logOfRatio(x, y) - d * scale) / scale;
}

/** r - ln(1 + r) >= 0 of r > -1 and of the ratio 1 + r: r is what counts near 1, the ratio far from it. */
export function ratioExcess(r: number, ratio: number): number {
  return r < -0.5 || r > 1 ? r - ln(ratio) : 0 - log1pMinus(r);
}

/** The Itakura-Saito divergence x/y - ln(x/y) - 1 >= 0 of positive finite numbers; `d` as in {@link excess}. */
export function itakuraSaito(x: number, y: number, d = x - y): number {
  const r = d / y;
  return r < -0.5 || r > 1 ? r - logOfRatio(x, y) : 0 - log1pMinus(r);
}
