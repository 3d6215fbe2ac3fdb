// What staging makes of the numbers of a row before a kernel of f64 reads them. The row may lie at the end of the room of `out`, or at
// `out` if its numbers are f64: what is there is read before it is overwritten.

import { UNUSUAL } from "./blocks";
import { smallestNormal } from "./lanes";

// The kinds of numbers: f32 is 0.
const INT32: i32 = 1;
const UINT32: i32 = 2;
const FLOAT64: i32 = 3;

/** x·scale of f32, in f32: a power of 2 that makes nothing too small or too large. */
export function converted_f32(row: usize, length: usize, out: usize, scale: f64): void {
  const scales = f32x4.splat(<f32>scale);
  const whole = out + (length << 2 & ~15);
  const end = out + (length << 2);
  for (; out < whole; row += 16, out += 16) v128.store(out, f32x4.mul(v128.load(row), scales));
  for (; out < end; row += 4, out += 4) store<f32>(out, load<f32>(row) * <f32>scale);
}

/** Lanes of a product that are less than the smallest normal number, where x is not 0. */
// @ts-ignore: decorator
@inline
function isTiny(product: v128, x: v128): v128 {
  return v128.andnot(f64x2.lt(product, smallestNormal<f64>()), f64x2.eq(x, i32x4.splat(0)));
}

/** Two numbers from the low half of `bits`. */
// @ts-ignore: decorator
@inline
function widened(bits: v128, flip: v128, kind: i32): v128 {
  if (kind == FLOAT64) return bits;
  return kind == INT32 ? f64x2.convert_low_i32x4_s(v128.xor(bits, flip)) : f64x2.promote_low_f32x4(bits);
}

/** `converted_f64` of one kind, after a change of one bit: four numbers a turn, which are read before four are written. */
// @ts-ignore: decorator
@inline
function convert(row: usize, length: usize, out: usize, shift: f64, scale: f64, flip: v128, kind: i32): i32 {
  const shifts = f64x2.splat(shift);
  const scales = f64x2.splat(scale);
  const size: usize = kind == FLOAT64 ? 8 : 4;
  const whole = out + ((length & ~3) << 3);
  const end = out + (length << 3);
  let tiny = i32x4.splat(0);
  for (; out < whole; row += size << 2, out += 32) {
    const bits = v128.load(row);
    const high = kind == FLOAT64 ? v128.load(row, 16) : v128.shuffle<i64>(bits, bits, 1, 1);
    const x = f64x2.sub(widened(bits, flip, kind), shifts);
    const y = f64x2.sub(widened(high, flip, kind), shifts);
    const first = f64x2.mul(x, scales);
    const second = f64x2.mul(y, scales);
    if (kind == FLOAT64) tiny = v128.or(tiny, v128.or(isTiny(first, x), isTiny(second, y)));
    v128.store(out, first);
    v128.store(out, second, 16);
  }
  for (; out < end; row += size, out += 8) {
    const bits = kind == FLOAT64 ? v128.load64_splat(row) : v128.load32_splat(row);
    const x = f64x2.sub(widened(bits, flip, kind), shifts);
    const product = f64x2.mul(x, scales);
    if (kind == FLOAT64) tiny = v128.or(tiny, isTiny(product, x));
    v128.store64_lane(out, product, 0);
  }
  return v128.any_true(tiny) ? UNUSUAL : 0;
}

/**
 * (x - shift)·scale of numbers of a kind, in f64. UNUSUAL where one of FLOAT64 is less than the smallest normal number, other than 0;
 * of 32 bits none is, times the scales that there are. The shift of integers is one.
 */
export function converted_f64(row: usize, length: usize, out: usize, shift: f64, scale: f64, kind: i32): i32 {
  const zero = i32x4.splat(0);
  if (kind == FLOAT64) return convert(row, length, out, shift, scale, zero, FLOAT64);
  if (kind == 0) return convert(row, length, out, shift, scale, zero, 0);
  // without a sign and with the first bit the other way it is 2^31 less
  const isUnsigned = kind == UINT32;
  const flip = i32x4.splat(isUnsigned ? 1 << 31 : 0);
  return convert(row, length, out, shift - (isUnsigned ? 2147483648 : 0), scale, flip, INT32);
}
