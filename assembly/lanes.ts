// Lanes: one v128 holds four f32 or two f64. Everything here is generic over T, the type of a lane.
//
// The exponent of a float is read and changed on its bit pattern, by 32-bit integer operations alone: an f64 is handled
// through its high word (there is no 64-bit arithmetic shift in SSE), the low word of every mask below being zero.

// Constants are read from memory: V8 builds a v128 literal anew on every turn of a loop, but hoists these loads.
const CONSTANTS_F32 = memory.data<u32>([0xff800000, 0x00800000, 0x3f2aaaab, 0x3f000000, 0x3f800000], 16);
const CONSTANTS_F64 = memory.data<u32>([0, 0xfff00000, 0, 0x00100000, 0, 0x3fe55555, 0, 0x3fe00000, 0, 0x3ff00000], 16);

// @ts-ignore: decorator
@inline
function constant<T>(index: usize): v128 {
  return sizeof<T>() == 4 ? v128.load_splat<u32>(CONSTANTS_F32 + (index << 2)) : v128.load_splat<u64>(CONSTANTS_F64 + (index << 3));
}

/** The bits of sign and exponent. */
// @ts-ignore: decorator
@inline
function exponentMask<T>(): v128 {
  return constant<T>(0);
}

/** The smallest normal number of T. */
// @ts-ignore: decorator
@inline
export function smallestNormal<T>(): v128 {
  return constant<T>(1);
}

/** ½ in every lane. */
// @ts-ignore: decorator
@inline
export function half<T>(): v128 {
  return constant<T>(3);
}

/** 1 in every lane. */
// @ts-ignore: decorator
@inline
export function one<T>(): v128 {
  return constant<T>(4);
}

/** 2 in every lane. */
// @ts-ignore: decorator
@inline
export function two<T>(): v128 {
  return v128.add<T>(one<T>(), one<T>());
}

/**
 * The whole octaves between positive normal numbers x and y, rounded towards 0, as a bit pattern to add to y:
 * y' = y·2^e with x/y' in [1, 2) where x >= 2y, in (1/2, 1] where 2x <= y, and e = 0 between. (f64: up to 2^-20 beyond.)
 */
// @ts-ignore: decorator
@inline
export function exponentGap<T>(x: v128, y: v128): v128 {
  const gap = v128.sub<i32>(x, y);
  // adding (one octave - 1) to a negative gap makes the mask round towards zero
  const towardsZero = v128.shr<u32>(v128.shr<i32>(gap, 31), sizeof<T>() == 4 ? 9 : 12);
  return v128.and(v128.add<i32>(gap, towardsZero), exponentMask<T>());
}

/** All ones in the lanes where e = 0. */
// @ts-ignore: decorator
@inline
export function isNoGap<T>(gap: v128): v128 {
  return sizeof<T>() == 4 ? v128.eq<i32>(gap, i32x4.splat(0)) : v128.eq<i64>(gap, i64x2.splat(0));
}

/** x·2^e for e given as a bit pattern (`exponentGap`). */
// @ts-ignore: decorator
@inline
export function scaleByGap(x: v128, gap: v128): v128 {
  return v128.add<i32>(x, gap);
}

/** e of a gap as a number, in units of 2^-23 (f32) or 2^-20 (f64): times `ln2OfGap` it is e·ln 2. */
// @ts-ignore: decorator
@inline
export function gapToNumber<T>(gap: v128): v128 {
  if (sizeof<T>() == 4) return v128.convert<i32>(gap);
  return f64x2.convert_low_i32x4_s(v128.shuffle<i32>(gap, gap, 1, 3, 1, 3));
}

/** The gap that takes x > 0 to its mantissa in [2/3, 4/3): x = m·2^e, m = bits of x - gap. Any bits give such an m. */
// @ts-ignore: decorator
@inline
export function exponentOf<T>(x: v128): v128 {
  const twoThirds = constant<T>(2);
  return v128.and(v128.sub<i32>(x, twoThirds), exponentMask<T>());
}

/** Adds four f32 lanes to two f64 sums, lanes 0 and 2 to the first, 1 and 3 to the second; or two f64 lanes to two. */
// @ts-ignore: decorator
@inline
export function addLanes<T>(sums: v128, x: v128): v128 {
  if (sizeof<T>() == 8) return v128.add<f64>(sums, x);
  const high = v128.shuffle<f64>(x, x, 1, 1);
  return v128.add<f64>(sums, v128.add<f64>(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(high)));
}

// @ts-ignore: decorator
@inline
export function sumOfLanes(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** a·b + c. The relaxed build rounds it once, where the platform fuses; then last bits differ from the others'. */
// @ts-ignore: decorator
@inline
export function multiplyAdd<T>(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.relaxed_madd<T>(a, b, c) : v128.add<T>(v128.mul<T>(a, b), c);
}

/** c + a·b, likewise. */
// @ts-ignore: decorator
@inline
export function addProduct<T>(c: v128, a: v128, b: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.relaxed_madd<T>(a, b, c) : v128.add<T>(c, v128.mul<T>(a, b));
}

/** c - a·b, likewise. */
// @ts-ignore: decorator
@inline
export function subtractProduct<T>(c: v128, a: v128, b: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.relaxed_nmadd<T>(a, b, c) : v128.sub<T>(c, v128.mul<T>(a, b));
}

/** The same number in every lane. */
// @ts-ignore: decorator
@inline
export function splat<T>(x: f64): v128 {
  return v128.splat<T>(<T>x);
}
