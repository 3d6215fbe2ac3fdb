// The logarithm of a ratio, from which every measure here is built:
//
//   2 atanh(s) = ln((1 + s)/(1 - s)),  s = (x - y)/(x + y)  gives  ln(x/y) = 2 atanh(s) = s·(2 + z·A(z)),  z = s²
//
// A(z) = 2/3 + 2z/5 + 2z²/7 + … is a minimax polynomial on 0 <= z <= 1/9 (ratios from 1/2 to 2); made by
// scripts/fitPolynomials.py. |error of A| <= 2.8e-7 (f32, 4 coefficients), 3.2e-15 (f64, 9), which enters ln(x/y) with the
// weight z/2 <= 1/18: 1.6e-8 and 1.8e-16 of its value.

import { addProduct, exponentOf, gapToNumber, multiplyAdd, one, smallestNormal } from "./lanes";
import { coefficient, pair, withPair } from "./polynomial";

const SERIES_F32 = memory.data<f32>([0.6666663885116577, 0.40007781982421875, 0.2823127806186676, 0.268836110830307], 16);

const SERIES_F64 = memory.data<f64>(
  [
    0.6666666666666698, 0.3999999999954061, 0.2857142868035955, 0.22222212291117355, 0.18182270557226884,
    0.1537309321602369, 0.13504276879995475, 0.10311945113793008, 0.1689485059746154,
  ],
  16,
);

// Of mantissas from 2/3 to 4/3 z is at most 1/25 and fewer will do: 2 + z·A(z), |error of A| <= 5.0e-7 and 2.8e-15.
const MANTISSA_F32 = memory.data<f32>([2, 0.6666671633720398, 0.3997875154018402, 0.299631804227829], 16);

const MANTISSA_F64 = memory.data<f64>(
  [
    2, 0.6666666666666694, 0.3999999999932648, 0.2857142883868852, 0.22222182495242823, 0.18184623789719687,
    0.1528340339077481, 0.15120984886230565,
  ],
  16,
);

// ln 2 comes in units of `gapToNumber`. Then ln 2 again, in two parts: the high one
// is so short that e·high is exact. Last, ln 2 itself.
const LN2_F32 = memory.data<f32>([8.262958317573066e-8, 8.262941264547408e-8, 1.7030319754245127e-13, 0.6931471824645996], 16);
const LN2_F64 = memory.data<f64>([6.610366635894254e-7, 6.610366635184661e-7, 7.09592543603172e-17, 0.6931471805599453], 16);

// @ts-ignore: decorator
@inline
function ln2<T>(index: usize): v128 {
  return coefficient<T>(LN2_F32, LN2_F64, index);
}

/** ln 2 in every lane. */
// @ts-ignore: decorator
@inline
export function ln2Of<T>(): v128 {
  return ln2<T>(3);
}

/** ln 2 in units of `gapToNumber`. */
// @ts-ignore: decorator
@inline
export function ln2OfGap<T>(): v128 {
  return ln2<T>(0);
}

/** A(z), z <= 1/9. */
// @ts-ignore: decorator
@inline
export function atanhSeries<T>(z: v128): v128 {
  const zz = v128.mul<T>(z, z);
  if (sizeof<T>() == 4) return withPair<T>(pair<T>(SERIES_F32, SERIES_F64, 2, z), z, zz, SERIES_F32, SERIES_F64, 0);
  // in pairs when fused, too: behind a division the chain matters more (a tenth faster)
  let a = multiplyAdd<T>(coefficient<T>(SERIES_F32, SERIES_F64, 8), zz, pair<T>(SERIES_F32, SERIES_F64, 6, z));
  a = multiplyAdd<T>(a, zz, pair<T>(SERIES_F32, SERIES_F64, 4, z));
  a = multiplyAdd<T>(a, zz, pair<T>(SERIES_F32, SERIES_F64, 2, z));
  return multiplyAdd<T>(a, zz, pair<T>(SERIES_F32, SERIES_F64, 0, z));
}

/** 2 + z·A(z), z <= 1/25. */
// @ts-ignore: decorator
@inline
function mantissaSeries<T>(z: v128): v128 {
  const zz = v128.mul<T>(z, z);
  if (sizeof<T>() == 4) return withPair<T>(pair<T>(MANTISSA_F32, MANTISSA_F64, 2, z), z, zz, MANTISSA_F32, MANTISSA_F64, 0);
  let a = withPair<T>(pair<T>(MANTISSA_F32, MANTISSA_F64, 6, z), z, zz, MANTISSA_F32, MANTISSA_F64, 4);
  a = withPair<T>(a, z, zz, MANTISSA_F32, MANTISSA_F64, 2);
  return withPair<T>(a, z, zz, MANTISSA_F32, MANTISSA_F64, 0);
}

/** ln(x/y) for s = (x - y·2^e)/(x + y·2^e) and e as `gapToNumber`; within 2 ulp where both parts have one sign. */
// @ts-ignore: decorator
@inline
export function logOfRatio<T>(s: v128, e: v128): v128 {
  const z = v128.mul<T>(s, s);
  return logOfSeries<T>(s, z, atanhSeries<T>(z), e);
}

/** The same from z = s² and A(z). */
// @ts-ignore: decorator
@inline
export function logOfSeries<T>(s: v128, z: v128, series: v128, e: v128): v128 {
  const nearOne = addProduct<T>(v128.add<T>(s, s), v128.mul<T>(s, z), series);
  return multiplyAdd<T>(e, ln2<T>(1), multiplyAdd<T>(e, ln2<T>(2), nearOne));
}

/** The same for s = high + low, s itself rounded, high so short that 2·high is exact beside it. */
// @ts-ignore: decorator
@inline
export function logOfParts<T>(s: v128, high: v128, low: v128, e: v128): v128 {
  const z = v128.mul<T>(s, s);
  const small = addProduct<T>(v128.add<T>(low, low), v128.mul<T>(s, z), atanhSeries<T>(z));
  const nearOne = v128.add<T>(v128.add<T>(high, high), multiplyAdd<T>(e, ln2<T>(2), small));
  return multiplyAdd<T>(e, ln2<T>(1), nearOne);
}

/** ln(x·2^-k) of normal x > 0, to 1.3 ulp of max(|ln|, 1) (f32: every number tried by scripts/tryEveryFloat.ts); k as a gap. Finite for any bits of x, so that 0·ln 0 = 0. */
// @ts-ignore: decorator
@inline
export function logarithm<T>(x: v128, k: v128): v128 {
  const exponent = exponentOf<T>(x);
  const mantissa = v128.sub<i32>(x, exponent);
  const s = v128.div<T>(v128.sub<T>(mantissa, one<T>()), v128.add<T>(mantissa, one<T>()));
  const nearOne = v128.mul<T>(s, mantissaSeries<T>(v128.mul<T>(s, s)));
  return multiplyAdd<T>(gapToNumber<T>(v128.sub<i32>(exponent, k)), ln2<T>(0), nearOne);
}

/**
 * x ln(x/y) - x + y >= 0, the term of the generalised KL divergence, from the parts of the ratio: y' = y·2^e,
 * d = x - y', e as `gapToNumber`. With s = d/(x + y'):
 *
 *   s·(d + x·z·A(z)) + x·e·ln 2 + (y - y')
 *
 * Nothing of first order in d is left to cancel: near x = y the relative error stays at 2 ulp however small the term
 * is. At e = ±1 the last two parts cancel at most 3.6-fold. `mayBeZero` keeps x = y = 0 from
 * dividing by 0.
 */
// @ts-ignore: decorator
@inline
export function excess<T>(x: v128, y: v128, shiftedY: v128, d: v128, e: v128, mayBeZero: bool): v128 {
  let sum = v128.add<T>(x, shiftedY);
  if (mayBeZero) sum = v128.pmax<T>(sum, smallestNormal<T>());
  const s = v128.div<T>(d, sum);
  const z = v128.mul<T>(s, s);
  return excessOfSeries<T>(x, y, shiftedY, d, e, s, z, atanhSeries<T>(z));
}

/** The same from s, z = s² and A(z). */
// @ts-ignore: decorator
@inline
export function excessOfSeries<T>(
  x: v128, y: v128, shiftedY: v128, d: v128, e: v128, s: v128, z: v128, series: v128,
): v128 {
  const near = addProduct<T>(d, v128.mul<T>(x, z), series);
  const far = multiplyAdd<T>(v128.mul<T>(x, e), ln2OfGap<T>(), v128.sub<T>(y, shiftedY));
  return addProduct<T>(far, s, near);
}
