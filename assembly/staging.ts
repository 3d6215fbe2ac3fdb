// What staging makes of the numbers of a row before a kernel of f64 reads them. The row may lie at the end of the room of `out`, or at
// `out` if its numbers are f64: what is there is read before it is overwritten.

import { UNUSUAL } from "./blocks";
import { smallestNormal } from "./lanes";

// The kinds of numbers: f32 is 0.
const INT32: i32 = 1;
const UINT32: i32 = 2;
const FLOAT64: i32 = 3;

/** Two numbers, or the last one and a 0. */
// @ts-ignore: decorator
@inline
function numbersAt(row: usize, kind: i32, isLast: bool): v128 {
  if (kind == FLOAT64) return isLast ? v128.load64_zero(row) : v128.load(row);
  const bits = isLast ? v128.load32_zero(row) : v128.load64_zero(row);
  if (kind == INT32) return f64x2.convert_low_i32x4_s(bits);
  return kind == UINT32 ? f64x2.convert_low_i32x4_u(bits) : f64x2.promote_low_f32x4(bits);
}

/** x·scale of f32, in f32: a power of 2 that makes nothing too small or too large. */
export function converted_f32(row: usize, length: usize, out: usize, scale: f64): void {
  const scales = f32x4.splat(<f32>scale);
  const whole = out + (length << 2 & ~15);
  const end = out + (length << 2);
  for (; out < whole; row += 16, out += 16) v128.store(out, f32x4.mul(v128.load(row), scales));
  for (; out < end; row += 4, out += 4) store<f32>(out, load<f32>(row) * <f32>scale);
}

/**
 * (x - shift)·scale of numbers of a kind, in f64. UNUSUAL where one is less than the smallest normal number, other than 0. Of an odd
 * number of numbers, one more is written.
 */
export function converted_f64(row: usize, length: usize, out: usize, shift: f64, scale: f64, kind: i32): i32 {
  const zero = i32x4.splat(0);
  const shifts = f64x2.splat(shift);
  const scales = f64x2.splat(scale);
  const step: usize = kind == FLOAT64 ? 16 : 8;
  const last = out + (length << 3) - 8;
  let tiny = zero;
  for (; out <= last; row += step, out += 16) {
    const x = f64x2.sub(numbersAt(row, kind, out == last), shifts);
    const product = f64x2.mul(x, scales);
    tiny = v128.or(tiny, v128.andnot(f64x2.lt(product, smallestNormal<f64>()), f64x2.eq(x, zero)));
    v128.store(out, product);
  }
  return v128.any_true(tiny) ? UNUSUAL : 0;
}
