// The twin of assembly/logarithm.ts: the same operations in the same order, each f32 one rounded by Math.fround. An `e` here
// is a gap, an exact number in units of 2^-23 (f32) or 2^-20 (f64).

import {
  exponentOf_f32,
  exponentOf_f64,
  fromBits_f32,
  powerOf2,
  SMALLEST_NORMAL_F32,
  SMALLEST_NORMAL_F64,
  withHigh_f64,
} from "./lanes.js";

const round = Math.fround;

const LN2_F32 = 8.262958317573066e-8;
const LN2_HIGH_F32 = 8.262941264547408e-8;
const LN2_LOW_F32 = 1.7030319754245127e-13;
const LN2_F64 = 6.610366635894254e-7;
const LN2_HIGH_F64 = 6.610366635184661e-7;
const LN2_LOW_F64 = 7.09592543603172e-17;

/** A(z) of 2 atanh(s) = s·(2 + z·A(z)), z = s² <= 1/9. */
export function atanhSeries_f32(z: number): number {
  const zz = round(z * z);
  const high = round(round(0.268836110830307 * z) + 0.2823127806186676);
  const low = round(round(0.40007781982421875 * z) + 0.6666663885116577);
  return round(round(high * zz) + low);
}

export function atanhSeries_f64(z: number): number {
  const zz = z * z;
  let a = 0.1689485059746154 * zz + (0.10311945113793008 * z + 0.13504276879995475);
  a = a * zz + (0.1537309321602369 * z + 0.18182270557226884);
  a = a * zz + (0.22222212291117355 * z + 0.2857142868035955);
  return a * zz + (0.3999999999954061 * z + 0.6666666666666698);
}

/** 2 + z·A(z), z <= 1/25. */
function mantissaSeries_f32(z: number): number {
  const zz = round(z * z);
  const high = round(round(0.299631804227829 * z) + 0.3997875154018402);
  return round(round(high * zz) + round(round(0.6666671633720398 * z) + 2));
}

function mantissaSeries_f64(z: number): number {
  const zz = z * z;
  let a = (0.15120984886230565 * z + 0.1528340339077481) * zz + (0.18184623789719687 * z + 0.22222182495242823);
  a = a * zz + (0.2857142883868852 * z + 0.3999999999932648);
  return a * zz + (0.6666666666666694 * z + 2);
}

function nearOne_f32(s: number): number {
  const z = round(s * s);
  return round(round(s + s) + round(round(s * z) * atanhSeries_f32(z)));
}

/** ln of a ratio near 1 from z = s² and A(z). */
function nearOne_f64(s: number, z: number, series: number): number {
  return s + s + s * z * series;
}

/** ln(x/y) for s = (x - y·2^e)/(x + y·2^e). */
export function logOfRatio_f32(s: number, e: number): number {
  return round(round(e * LN2_HIGH_F32) + round(round(e * LN2_LOW_F32) + nearOne_f32(s)));
}

export function logOfRatio_f64(s: number, e: number): number {
  const z = s * s;
  return logOfSeries_f64(s, z, atanhSeries_f64(z), e);
}

/** The same from z = s² and A(z). */
export function logOfSeries_f64(s: number, z: number, series: number, e: number): number {
  return e * LN2_HIGH_F64 + (e * LN2_LOW_F64 + nearOne_f64(s, z, series));
}

/** The same for s = high + low, s itself rounded, high so short that 2·high is exact beside it. */
export function logOfParts_f32(s: number, high: number, low: number, e: number): number {
  const z = round(s * s);
  const small = round(round(low + low) + round(round(s * z) * atanhSeries_f32(z)));
  return round(round(e * LN2_HIGH_F32) + round(round(high + high) + round(round(e * LN2_LOW_F32) + small)));
}

export function logOfParts_f64(s: number, high: number, low: number, e: number): number {
  const z = s * s;
  const small = low + low + s * z * atanhSeries_f64(z);
  return e * LN2_HIGH_F64 + (high + high + (e * LN2_LOW_F64 + small));
}

/** ln(x·2^-k) of normal x > 0 and its bits, k as a gap; finite for any bits. */
export function logarithm_f32(x: number, bits: number, k: number): number {
  const exponent = exponentOf_f32(bits);
  const mantissa = x < SMALLEST_NORMAL_F32 ? fromBits_f32(bits - exponent) : x * powerOf2(-exponent >> 23);
  const s = round(round(mantissa - 1) / round(mantissa + 1));
  return round(round(((exponent - k) | 0) * LN2_F32) + round(s * mantissaSeries_f32(round(s * s))));
}

export function logarithm_f64(x: number, high: number, k: number): number {
  const exponent = exponentOf_f64(high);
  const mantissa = x < SMALLEST_NORMAL_F64 ? withHigh_f64(x, high - exponent) : x * powerOf2(-exponent >> 20);
  const s = (mantissa - 1) / (mantissa + 1);
  return ((exponent - k) | 0) * LN2_F64 + s * mantissaSeries_f64(s * s);
}

/** x ln(x/y) - x + y >= 0 for e = 0, from d = x - y and `sum` = x + y, at least the smallest normal. */
export function excessNear_f32(x: number, d: number, sum: number): number {
  const s = round(d / sum);
  const z = round(s * s);
  return round(s * round(d + round(round(x * z) * atanhSeries_f32(z))));
}

export function excessNear_f64(x: number, d: number, sum: number): number {
  const s = d / sum;
  const z = s * s;
  return excessOfSeries_f64(x, d, s, z, atanhSeries_f64(z));
}

/** The same from s, z = s² and A(z). */
export function excessOfSeries_f64(x: number, d: number, s: number, z: number, series: number): number {
  return s * (d + x * z * series);
}

/** The same from y' = y·2^e, d = x - y' and `sum` = x + y'. What e adds is exactly 0 for e = 0, and then is left out. */
export function excess_f32(x: number, y: number, shiftedY: number, d: number, e: number, sum: number): number {
  const near = excessNear_f32(x, d, sum);
  return e === 0 ? near : round(round(round(round(x * e) * LN2_F32) + round(y - shiftedY)) + near);
}

/** Without a call of `excessNear_f64`: what V8 inlines into one function is limited, and one call less makes JS 1.4 to 1.9 times as fast. */
export function excess_f64(x: number, y: number, shiftedY: number, d: number, e: number, sum: number): number {
  const s = d / sum;
  const z = s * s;
  return excessAcross_f64(x, y, shiftedY, e, s * (d + x * z * atanhSeries_f64(z)));
}

/** The same from the excess beside y'. */
export function excessAcross_f64(x: number, y: number, shiftedY: number, e: number, near: number): number {
  return e === 0 ? near : x * e * LN2_F64 + (y - shiftedY) + near;
}
