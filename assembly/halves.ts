// widenF16, widenBf16: 16-bit floats to f32, exactly, subnormal numbers and infinities too; a NaN is a NaN. `state` is not used.
//
// f16: exponent and mantissa moved to their places in an f32 are 2^-112 of the number, whether it is normal or not.

// 2^112; exponent and mantissa of f16; all below infinity, in place; infinity; the sign of f16
const CONSTANTS = memory.data<u32>([0x77800000, 0x7fff, 0x0f7fffff, 0x7f800000, 0x8000], 16);

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(CONSTANTS + (index << 2));
}

// @ts-ignore: decorator
@inline
function ofF16(half: v128): v128 {
  const placed = i32x4.shl(v128.and(half, constant(1)), 13);
  const isInfinite = v128.and(i32x4.gt_s(placed, constant(2)), constant(3));
  const sign = i32x4.shl(v128.and(half, constant(4)), 16);
  return v128.or(v128.or(f32x4.mul(placed, constant(0)), isInfinite), sign);
}

// @ts-ignore: decorator
@inline
function widened(half: v128, isF16: bool): v128 {
  return isF16 ? ofF16(half) : i32x4.shl(half, 16);
}

// @ts-ignore: decorator
@inline
function widen(from: usize, length: usize, state: usize, out: usize, isF16: bool): i32 {
  const end = out + (length << 2);
  const whole = out + ((length & ~7) << 2);
  for (; out < whole; from += 16, out += 32) {
    const halves = v128.load(from);
    v128.store(out, widened(i32x4.extend_low_i16x8_u(halves), isF16));
    v128.store(out, widened(i32x4.extend_high_i16x8_u(halves), isF16), 16);
  }
  for (; out < end; from += 2, out += 4) {
    v128.store_lane<u32>(out, widened(v128.load16_splat(from), isF16), 0);
  }
  return 0;
}

export function widenF16_f32(from: usize, length: usize, state: usize, out: usize): i32 {
  return widen(from, length, state, out, true);
}

export function widenBf16_f32(from: usize, length: usize, state: usize, out: usize): i32 {
  return widen(from, length, state, out, false);
}
