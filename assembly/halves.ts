// widenHalves, widenBytes: floats of 16 or 8 bits to f32, exactly, subnormal numbers and infinities too; a NaN is a NaN. `format` is the
// place of a format in the table below: f16, bf16, e4m3, e5m2. `state` is not used.
//
// largestHalf: the bits of the largest of at least 8 numbers of f16 or bf16, whose Infinity is given; -1 where one is NaN or Infinity.
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

// From memory, before the loops: V8 makes a constant of a vector anew in every turn. Two bits of exponent, next to each other, of f32 (the
// difference of the biases, and 1 more) and of i16: what is added to the upper half; its mask; twice the least normal number; infinity; the
// range of twice the magnitudes of finite normal numbers.
const COMMON = memory.data<u32>([0x38000000, 0x38800000, 0x38003800, 0x8fff8fff, 0x08000800, 0x7c007c00, 0xf000f000], 16);

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

/** Halves that are looked at together: which of the ways below their widening can take. */
const BLOCK: usize = 64;

/** f16 without signs, infinities and NaN: n is too large where the number is subnormal, and the other one is elsewhere. */
// @ts-ignore: decorator
@inline
function unsigned(half: v128, bias: v128, nextBias: v128): v128 {
  const placed = i32x4.shl(half, 13);
  return f32x4.pmin(i32x4.add(placed, bias), f32x4.sub(i32x4.add(placed, nextBias), nextBias));
}

// @ts-ignore: decorator
@inline
function isBelow(numbers: v128, limit: v128): bool {
  return i16x8.all_true(i16x8.lt_u(numbers, limit));
}

/** Whole blocks of f16, as long as they are of the two common kinds; returns how many halves it has widened. */
function widenCommonF16(from: usize, length: usize, out: usize): usize {
  const bias = v128.load32_splat(COMMON);
  const nextBias = v128.load32_splat(COMMON, 4);
  const upperBias = v128.load32_splat(COMMON, 8);
  const upperMask = v128.load32_splat(COMMON, 12);
  const least = v128.load32_splat(COMMON, 16);
  const infinity = v128.load32_splat(COMMON, 20);
  const range = v128.load32_splat(COMMON, 24);
  const end = from + (length << 1);
  const start = from;
  let isMixed = false;
  while (from + (BLOCK << 1) <= end) {
    const last = from + (BLOCK << 1);
    // the largest; twice the largest magnitude, less that of the least normal number, below which it wraps around
    let most = i16x8.splat(0);
    let spread = most;
    if (isMixed) {
      for (let at = from; at < last; at += 32) most = i16x8.max_u(most, i16x8.max_u(v128.load(at), v128.load(at, 16)));
      isMixed = isBelow(most, infinity);
    }
    if (!isMixed) {
      for (let at = from; at < last; at += 32) {
        const a = v128.load(at);
        const b = v128.load(at, 16);
        most = i16x8.max_u(most, i16x8.max_u(a, b));
        const aSpread = i16x8.sub(i16x8.add(a, a), least);
        spread = i16x8.max_u(spread, i16x8.max_u(aSpread, i16x8.sub(i16x8.add(b, b), least)));
      }
    }
    if (!isMixed && isBelow(spread, range)) {
      for (; from < last; from += 16, out += 32) {
        // the two halves of each f32
        const halves = v128.load(from);
        const upper = i16x8.add(v128.and(i16x8.shr_s(halves, 3), upperMask), upperBias);
        const lower = i16x8.shl(halves, 13);
        v128.store(out, v128.shuffle<i16>(lower, upper, 0, 8, 1, 9, 2, 10, 3, 11));
        v128.store(out, v128.shuffle<i16>(lower, upper, 4, 12, 5, 13, 6, 14, 7, 15), 16);
      }
    } else if (isMixed || isBelow(most, infinity)) {
      // probabilities of many classes, and so will be the next ones
      isMixed = true;
      for (; from < last; from += 16, out += 32) {
        const halves = v128.load(from);
        v128.store(out, unsigned(i32x4.extend_low_i16x8_u(halves), bias, nextBias));
        v128.store(out, unsigned(i32x4.extend_high_i16x8_u(halves), bias, nextBias), 16);
      }
    } else break;
  }
  return (from - start) >> 1;
}

/** bf16 are the upper halves of f32; returns how many it has widened. */
function widenBf16(from: usize, length: usize, out: usize): usize {
  const zero = i16x8.splat(0);
  const whole = length & ~7;
  const end = out + (whole << 2);
  for (; out < end; from += 16, out += 32) {
    const halves = v128.load(from);
    v128.store(out, v128.shuffle<i16>(zero, halves, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(out, v128.shuffle<i16>(zero, halves, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  }
  return whole;
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
  while (length > 0) {
    const done = format === 1 ? widenBf16(from, length, out) : widenCommonF16(from, length, out);
    from += done << 1;
    out += done << 2;
    length -= done;
    const next: usize = length < BLOCK ? length : BLOCK;
    widen(from, next, out, format, false);
    from += next << 1;
    out += next << 2;
    length -= next;
  }
  return 0;
}

export function widenBytes_f32(from: usize, length: usize, state: usize, out: usize, format: u32): i32 {
  return widen(from, length, out, format, true);
}

/** Integers in the order of numbers: of a negative one, the bits but the sign are inverted. -0 is below 0. */
// @ts-ignore: decorator
@inline
function ordered(halves: v128): v128 {
  return v128.xor(halves, i16x8.shr_u(i16x8.shr_s(halves, 15), 1));
}

export function largestHalf_f32(from: usize, length: usize, infinity: i32): i32 {
  const last = from + (length << 1) - 16;
  // -Infinity, below which are NaN with a sign
  const bottom = i16x8.splat(<i16>~infinity);
  let most = bottom;
  let least = bottom;
  for (;;) {
    const halves = ordered(v128.load(from));
    most = i16x8.max_s(most, halves);
    least = i16x8.min_s(least, halves);
    if (from === last) break;
    from = min(from + 16, last);
  }
  if (v128.any_true(v128.xor(least, bottom))) return -1;
  most = i16x8.max_s(most, v128.shuffle<i64>(most, most, 1, 1));
  most = i16x8.max_s(most, v128.shuffle<i32>(most, most, 1, 1, 1, 1));
  most = i16x8.max_s(most, i32x4.shr_u(most, 16));
  const half = i16x8.extract_lane_s(most, 0);
  return half < infinity ? (half ^ ((half >> 15) & 0x7fff)) & 0xffff : -1;
}
