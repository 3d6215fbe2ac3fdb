// The exponential, and what it is above its tangent:
//
//   e^x         = 2^n·(1 + r·R(r)) (f32),  n = x/ln 2 rounded,  r = x - n·ln 2,  |r| <= ln(2)/2
//               = 2^(n/64)·(1 + r + r²·S(r)) (f64),  n = 64x/ln 2 rounded,  |r| <= ln(2)/128
//   e^v - 1 - v = v²·G(v) where |v| <= 2, else 2^n·r²·Q(r) + (2^n - 1) + (2^n·r - v), as with R
//
// For f64, 2^(n/64) is 2^(j/64) from a table, n = 64k + j, times 2^k: S has four coefficients where over an octave it takes ten. That
// is worth more than the lookup of each lane costs: a quarter of a log-sum-exp's time. In f32 it would save two of five, for four
// lookups.
//
// R, S, Q and G are minimax polynomials made by scripts/fitPolynomials.py. |error| of e^r by R: 9.4e-8 of it; of S: 1.5e-13, with the
// weight r² <= 3e-5; of Q: 6.7e-8 (f32), 1.1e-16 (f64), with the weight r² <= 0.12; of G, beside 1/2: 7.7e-8 and 3.3e-17.
//
// `exponential`: at most 2.6 ulp (f32, every number tried by scripts/tryEveryFloat.ts), 1.02 ulp (f64).

import { multiplyAdd, one, subtractProduct } from "./lanes";
import { coefficient, extended, pair, withPair } from "./polynomial";

const R_F32 = memory.data<f32>(
  [0.9999997019767761, 0.4999914765357971, 0.1666763722896576, 0.04189806059002876, 0.008290290832519531],
  16,
);
const S_F64 = memory.data<f64>([0.4999999999998505, 0.16666666666658125, 0.04166670741870157, 0.008333342065911816], 16);
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
// normal and too small to matter beside 1; where it is 0. For 64 steps an octave: 64/ln 2 and ln(2)/64.
const REDUCTION_F32 = memory.data<f32>([1.4426950216293335, 12582912, 0.693145751953125, 1.428606765330187e-6, -64, -104], 16);
const REDUCTION_F64 = memory.data<f64>(
  [
    1.4426950408889634, 6755399441055744, 0.6931471803691238, 1.9082149292705877e-10, -256, -746,
    92.33248261689366, 0.01083042469326756, 2.9815858269852933e-12,
  ],
  16,
);

// 2^(j/64), rounded, whose bits have n = j taken off where n is added: with n = 64k + j there, it is 2^(n/64). In the modules of single
// families src/backends/roots.ts writes it.
const ROOTS = memory.data<u64>(
  [
    0x3ff0000000000000, 0x3fefec9a3e778061, 0x3fefd9b0d3158574, 0x3fefc74518759bc8, 0x3fefb5586cf9890f, 0x3fefa3ec32d3d1a2,
    0x3fef9301d0125b51, 0x3fef829aaea92de0, 0x3fef72b83c7d517b, 0x3fef635beb6fcb75, 0x3fef54873168b9aa, 0x3fef463b88628cd6,
    0x3fef387a6e756238, 0x3fef2b4565e27cdd, 0x3fef1e9df51fdee1, 0x3fef1285a6e4030b, 0x3fef06fe0a31b715, 0x3feefc08b26416ff,
    0x3feef1a7373aa9cb, 0x3feee7db34e59ff7, 0x3feedea64c123422, 0x3feed60a21f72e2a, 0x3feece086061892d, 0x3feec6a2b5c13cd0,
    0x3feebfdad5362a27, 0x3feeb9b2769d2ca7, 0x3feeb42b569d4f82, 0x3feeaf4736b527da, 0x3feeab07dd485429, 0x3feea76f15ad2148,
    0x3feea47eb03a5585, 0x3feea23882552225, 0x3feea09e667f3bcd, 0x3fee9fb23c651a2f, 0x3fee9f75e8ec5f74, 0x3fee9feb564267c9,
    0x3feea11473eb0187, 0x3feea2f336cf4e62, 0x3feea589994cce13, 0x3feea8d99b4492ed, 0x3feeace5422aa0db, 0x3feeb1ae99157736,
    0x3feeb737b0cdc5e5, 0x3feebd829fde4e50, 0x3feec49182a3f090, 0x3feecc667b5de565, 0x3feed503b23e255d, 0x3feede6b5579fdbf,
    0x3feee89f995ad3ad, 0x3feef3a2b84f15fb, 0x3feeff76f2fb5e47, 0x3fef0c1e904bc1d2, 0x3fef199bdd85529c, 0x3fef27f12e57d14b,
    0x3fef3720dcef9069, 0x3fef472d4a07897c, 0x3fef5818dcfba487, 0x3fef69e603db3285, 0x3fef7c97337b9b5f, 0x3fef902ee78b3ff6,
    0x3fefa4afa2a490da, 0x3fefba1bee615a27, 0x3fefd0765b6e4540, 0x3fefe7c1819e90d8,
  ],
  16,
);
const STEP_MASK = memory.data<u64>([63], 16);

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

/** e^r, |r| <= ln(2)/2, of f32. */
// @ts-ignore: decorator
@inline
function ofRemainder(r: v128): v128 {
  const rr = v128.mul<f32>(r, r);
  const high = withPair<f32>(pair<f32>(R_F32, 0, 3, r), r, rr, R_F32, 0, 1);
  return extended<f32>(high, r, rr, coefficient<f32>(R_F32, 0, 0), one<f32>());
}

/** n in the lowest bits, n steps of an octave's 64th. */
// @ts-ignore: decorator
@inline
function stepsOf(x: v128): v128 {
  return multiplyAdd<f64>(x, reduction<f64>(6), reduction<f64>(1));
}

/** power·e^r, r what is left of x after n steps. */
// @ts-ignore: decorator
@inline
function timesRest(power: v128, x: v128, steps: v128): v128 {
  const n = f64x2.sub(steps, reduction<f64>(1));
  const r = subtractProduct<f64>(subtractProduct<f64>(x, n, reduction<f64>(7)), n, reduction<f64>(8));
  const rr = f64x2.mul(r, r);
  const s = withPair<f64>(pair<f64>(0, S_F64, 2, r), r, rr, 0, S_F64, 0);
  return multiplyAdd<f64>(power, multiplyAdd<f64>(s, rr, r), power);
}

/** 2^(n/64), n in the lowest bits; `steps` has the same j there. */
// @ts-ignore: decorator
@inline
function powerOfSteps(steps: v128, n: v128): v128 {
  const at = v128.shl<i64>(v128.and(steps, v128.load_splat<u64>(STEP_MASK)), 3);
  const first = v128.load_zero<u64>(ROOTS + <usize>i32x4.extract_lane(at, 0));
  const roots = v128.load_lane<u64>(ROOTS + <usize>i32x4.extract_lane(at, 2), first, 1);
  return v128.add<i64>(roots, v128.shl<i64>(n, 46));
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
  if (sizeof<T>() == 8) {
    const steps = stepsOf(x);
    return timesRest(powerOfSteps(steps, steps), x, steps);
  }
  const octaves = octavesOf<f32>(x);
  return timesPowerOf2<f32>(ofRemainder(remainderOf<f32>(x, octaves)), octaves);
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
  let power: v128;
  let small: v128;
  if (sizeof<T>() == 4) {
    const octaves = octavesOf<f32>(clamped);
    const half = v128.shr<i32>(v128.shl<i32>(octaves, 16), 17);
    power = timesPowerOf2<f32>(one<f32>(), v128.sub<i32>(octaves, half));
    small = timesPowerOf2<f32>(ofRemainder(remainderOf<f32>(clamped, octaves)), half);
  } else {
    const steps = stepsOf(clamped);
    // the low words: those above are shifted out
    const half = v128.shr<i32>(steps, 7);
    const rest = v128.sub<i32>(v128.shr<i32>(steps, 6), half);
    const n = v128.or(v128.shl<i32>(half, 6), v128.and(steps, v128.load_splat<u64>(STEP_MASK)));
    power = timesPowerOf2<f64>(one<f64>(), rest);
    small = timesRest(powerOfSteps(steps, n), clamped, steps);
  }
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
