// widenHalves, widenBytes: floats of 16 or 8 bits to f32, exactly, subnormal numbers and infinities too; a NaN is a NaN. `format` is the
// place of a format in the table below: f16, bf16, e4m3, e5m2. `state` is not used.
//
// Of a normal number, the bits but the sign move to their places in an f32, and the difference of the two biases is added. A number at or
// below `least` is subnormal: an integer times a power of 2. One above `most` is infinite or NaN: its exponent is all ones.

// bits but the sign; shift; difference of the biases; unit of subnormal numbers (an f32); least; most
const FORMATS = memory.data<u32>(
  [
    0x7fff, 13, 0x38000000, 0x33800000, 0x3ff, 0x7bff,
    0x7fff, 16, 0, 0, 0xffffffff, 0x7fff,
    0x7f, 20, 0x3c000000, 0x3b000000, 7, 0x7e,
    0x7f, 21, 0x38000000, 0x37800000, 3, 0x7b,
  ],
  16,
);
const FORMAT_BYTES: u32 = 24;

// @ts-ignore: decorator
@inline
function widened(
  half: v128,
  mask: v128,
  shift: i32,
  bias: v128,
  unit: v128,
  least: v128,
  most: v128,
  infinity: v128,
  signShift: i32,
): v128 {
  const magnitude = v128.and(half, mask);
  const normal = i32x4.add(i32x4.shl(magnitude, shift), bias);
  const subnormal = f32x4.mul(f32x4.convert_i32x4_s(magnitude), unit);
  const finite = v128.bitselect(normal, subnormal, i32x4.gt_s(magnitude, least));
  const special = v128.and(i32x4.gt_s(magnitude, most), infinity);
  return v128.or(v128.or(finite, special), i32x4.shl(v128.andnot(half, mask), signShift));
}

// @ts-ignore: decorator
@inline
function widen(from: usize, length: usize, out: usize, format: u32, isBytes: bool): i32 {
  const at: usize = FORMATS + format * FORMAT_BYTES;
  const mask = v128.load32_splat(at);
  const shift = load<i32>(at, 4);
  const bias = v128.load32_splat(at, 8);
  const unit = v128.load32_splat(at, 12);
  const least = v128.load32_splat(at, 16);
  const most = v128.load32_splat(at, 20);
  const infinity = i32x4.splat(0x7f800000);
  const signShift = isBytes ? 24 : 16;
  const end = out + (length << 2);
  const whole = out + ((length & ~7) << 2);
  for (; out < whole; from += isBytes ? 8 : 16, out += 32) {
    const halves = isBytes ? v128.load_ext<u8>(from) : v128.load(from);
    const low = i32x4.extend_low_i16x8_u(halves);
    const high = i32x4.extend_high_i16x8_u(halves);
    v128.store(out, widened(low, mask, shift, bias, unit, least, most, infinity, signShift));
    v128.store(out, widened(high, mask, shift, bias, unit, least, most, infinity, signShift), 16);
  }
  for (; out < end; from += isBytes ? 1 : 2, out += 4) {
    const half = i32x4.splat(isBytes ? load<u8>(from) : load<u16>(from));
    v128.store_lane<u32>(out, widened(half, mask, shift, bias, unit, least, most, infinity, signShift), 0);
  }
  return 0;
}

export function widenHalves_f32(from: usize, length: usize, state: usize, out: usize, format: u32): i32 {
  return widen(from, length, out, format, false);
}

export function widenBytes_f32(from: usize, length: usize, state: usize, out: usize, format: u32): i32 {
  return widen(from, length, out, format, true);
}
