// The exponential, and what it is above its tangent:
//
//   e^x         = 2^n·e^r,  n = x/ln 2 rounded,  r = x - n·ln 2,  |r| <= ln(2)/2
//   e^r         = 1 + r·R(r) (f32),  1 + r + r²·Q(r) (f64)
//   e^v - 1 - v = v²·G(v) where |v| <= 2, else 2^n·r²·Q(r) + (2^n - 1) + (2^n·r - v)
//
// R, Q and G are minimax polynomials made by scripts/fitPolynomials.py. |error| of e^r by R: 9.4e-8 of it; of Q: 6.7e-8
// (f32), 1.1e-16 (f64), with the weight r² <= 0.12; of G, beside 1/2: 7.7e-8 and 3.3e-17.
//
// `exponential`: at most 2.6 ulp (f32, every number tried by scripts/tryEveryFloat.ts), 1 ulp (f64).

import { multiplyAdd, one, subtractProduct } from "./lanes";
import { coefficient, extended, pair, withPair } from "./polynomial";

const R_F32 = memory.data<f32>(
  [0.9999997019767761, 0.4999914765357971, 0.1666763722896576, 0.04189806059002876, 0.008290290832519531],
  16,
);
const Q_F32 = memory.data<f32>([0.5, 0.16666576266288757, 0.04166637361049652, 0.008363192901015282, 0.0013941143406555057], 16);
const Q_F64 = memory.data<f64>(
  [
    0.5000000000000001, 0.16666666666666674, 0.04166666666662406, 0.00833333333332219, 0.0013888888917247537,
    0.00019841269886644561, 2.48015212438058e-5, 2.7557242276421916e-6, 2.762011310526425e-7, 2.511007251580466e-8,
  ],
  16,
);
const G_F32 = memory.data<f32>(
  [
    0.5, 0.1666664332151413, 0.04166657477617264, 0.008334130048751831, 0.0013890439877286553, 0.00019770006474573165,
    2.470694926159922e-5, 2.9902419100835687e-6, 2.9946752988507797e-7,
  ],
  16,
);
const G_F64 = memory.data<f64>(
  [
    0.5, 0.16666666666666652, 0.0416666666666666, 0.008333333333335082, 0.0013888888888892645, 0.00019841269840658332,
    2.4801587300705794e-5, 2.7557319319972577e-6, 2.7557319328466243e-7, 2.5052100399142294e-8, 2.087674998662588e-9,
    1.6059420477308094e-10, 1.1471022590936507e-11, 7.637063468635084e-13, 4.7730681976411354e-14,
    2.954606089086593e-15, 1.6419240941713639e-16,
  ],
  16,
);

// 1/ln 2; 1.5·2^23 or 1.5·2^52, which added leaves n in the lowest bits; ln 2 in two parts, n·high being exact; where e^x is
// normal and too small to matter beside 1; where it is 0.
const REDUCTION_F32 = memory.data<f32>([1.4426950216293335, 12582912, 0.693145751953125, 1.428606765330187e-6, -64, -104], 16);
const REDUCTION_F64 = memory.data<f64>(
  [1.4426950408889634, 6755399441055744, 0.6931471803691238, 1.9082149292705877e-10, -256, -746],
  16,
);

// @ts-ignore: decorator
@inline
function reduction<T>(index: usize): v128 {
  return coefficient<T>(REDUCTION_F32, REDUCTION_F64, index);
}

/** -64 (f32), -256 (f64): an exponent below which e^x makes no difference to a sum with a 1 in it, and is normal. */
// @ts-ignore: decorator
@inline
export function negligible<T>(): v128 {
  return reduction<T>(4);
}

/** Q(r). */
// @ts-ignore: decorator
@inline
export function seriesQ<T>(r: v128, rr: v128): v128 {
  if (sizeof<T>() == 4) {
    const high = withPair<T>(coefficient<T>(Q_F32, Q_F64, 4), r, rr, Q_F32, Q_F64, 2);
    return withPair<T>(high, r, rr, Q_F32, Q_F64, 0);
  }
  let q = withPair<T>(pair<T>(Q_F32, Q_F64, 8, r), r, rr, Q_F32, Q_F64, 6);
  q = withPair<T>(q, r, rr, Q_F32, Q_F64, 4);
  q = withPair<T>(q, r, rr, Q_F32, Q_F64, 2);
  return withPair<T>(q, r, rr, Q_F32, Q_F64, 0);
}

/** e^r, |r| <= ln(2)/2. */
// @ts-ignore: decorator
@inline
function ofRemainder<T>(r: v128): v128 {
  const rr = v128.mul<T>(r, r);
  if (sizeof<T>() == 4) {
    const high = withPair<T>(pair<T>(R_F32, 0, 3, r), r, rr, R_F32, 0, 1);
    return extended<T>(high, r, rr, coefficient<T>(R_F32, 0, 0), one<T>());
  }
  return v128.add<T>(multiplyAdd<T>(seriesQ<T>(r, rr), rr, r), one<T>());
}

/** n in the lowest bits, below those of 1.5·2^23 or 1.5·2^52. */
// @ts-ignore: decorator
@inline
export function octavesOf<T>(x: v128): v128 {
  return multiplyAdd<T>(x, reduction<T>(0), reduction<T>(1));
}

// @ts-ignore: decorator
@inline
export function remainderOf<T>(x: v128, octaves: v128): v128 {
  const n = v128.sub<T>(octaves, reduction<T>(1));
  return subtractProduct<T>(subtractProduct<T>(x, n, reduction<T>(2)), n, reduction<T>(3));
}

/** x·2^n, n in the lowest bits, where it is a normal number. */
// @ts-ignore: decorator
@inline
export function timesPowerOf2<T>(x: v128, n: v128): v128 {
  return sizeof<T>() == 4 ? v128.add<i32>(x, v128.shl<i32>(n, 23)) : v128.add<i64>(x, v128.shl<i64>(n, 52));
}

/** e^x where it is a normal number. */
// @ts-ignore: decorator
@inline
export function exponential<T>(x: v128): v128 {
  const octaves = octavesOf<T>(x);
  return timesPowerOf2<T>(ofRemainder<T>(remainderOf<T>(x, octaves)), octaves);
}

/** -104 (f32), -746 (f64): an exponent at which e^x is 0. */
// @ts-ignore: decorator
@inline
export function vanishing<T>(): v128 {
  return reduction<T>(5);
}

/** e^x for any x <= 88 (f32), 709 (f64): subnormal, and then 0, where it is small. 2^n is applied in two halves. */
// @ts-ignore: decorator
@inline
export function exponentialToZero<T>(x: v128): v128 {
  const least = vanishing<T>();
  const clamped = v128.pmax<T>(least, x);
  const octaves = octavesOf<T>(clamped);
  const half = sizeof<T>() == 4 ? v128.shr<i32>(v128.shl<i32>(octaves, 16), 17) : halfOctaves_f64(octaves);
  const rest = sizeof<T>() == 4 ? v128.sub<i32>(octaves, half) : v128.sub<i64>(octaves, half);
  const power = timesPowerOf2<T>(one<T>(), rest);
  const small = timesPowerOf2<T>(ofRemainder<T>(remainderOf<T>(clamped, octaves)), half);
  // 0 at once where all of it underflows: processors are slow to find that out
  return v128.mul<T>(v128.and(small, v128.gt<T>(x, least)), power);
}

/** n/2 of n in the lowest bits, as i32 of the low word: |n| < 2^15, and there is no 64-bit arithmetic shift in SSE. */
// @ts-ignore: decorator
@inline
export function halfOctaves_f64(octaves: v128): v128 {
  return v128.shr<i32>(v128.shl<i32>(octaves, 16), 17);
}

/** e^v - 1 - v >= 0, where |v| <= 2. */
// @ts-ignore: decorator
@inline
export function excessNear<T>(v: v128): v128 {
  const vv = v128.mul<T>(v, v);
  if (sizeof<T>() == 4) {
    let g = withPair<T>(coefficient<T>(G_F32, G_F64, 8), v, vv, G_F32, G_F64, 6);
    g = withPair<T>(g, v, vv, G_F32, G_F64, 4);
    g = withPair<T>(g, v, vv, G_F32, G_F64, 2);
    return v128.mul<T>(vv, withPair<T>(g, v, vv, G_F32, G_F64, 0));
  }
  let g = withPair<T>(coefficient<T>(G_F32, G_F64, 16), v, vv, G_F32, G_F64, 14);
  g = withPair<T>(g, v, vv, G_F32, G_F64, 12);
  g = withPair<T>(g, v, vv, G_F32, G_F64, 10);
  g = withPair<T>(g, v, vv, G_F32, G_F64, 8);
  g = withPair<T>(g, v, vv, G_F32, G_F64, 6);
  g = withPair<T>(g, v, vv, G_F32, G_F64, 4);
  g = withPair<T>(g, v, vv, G_F32, G_F64, 2);
  return v128.mul<T>(vv, withPair<T>(g, v, vv, G_F32, G_F64, 0));
}

/**
 * e^v - 1 - v >= 0, any v <= 88 (f32), 709 (f64). Where n = 0 the last two parts are exactly 0; else at most 18-fold
 * cancellation, where |v| is just above ln(2)/2.
 */
// @ts-ignore: decorator
@inline
export function excessOfExponential<T>(v: v128): v128 {
  const clamped = v128.pmax<T>(negligible<T>(), v);
  const octaves = octavesOf<T>(clamped);
  const r = remainderOf<T>(clamped, octaves);
  const rr = v128.mul<T>(r, r);
  const power = timesPowerOf2<T>(one<T>(), octaves);
  const curved = v128.mul<T>(rr, seriesQ<T>(r, rr));
  const rest = v128.add<T>(v128.sub<T>(power, one<T>()), v128.sub<T>(v128.mul<T>(power, r), v));
  return multiplyAdd<T>(power, curved, rest);
}
