// The twin of assembly/lanes.ts, one lane at a time. An f64's exponent is handled through its high word there, so here too.

/** Where the low and the high word of an f64 lie among two i32. */
export const LOW = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
export const HIGH = 1 - LOW;

// bundlers keep what reads a property, as `buffer`
const bytes32 = /* @__PURE__ */ new ArrayBuffer(4);
const float32 = /* @__PURE__ */ new Float32Array(bytes32);
const bits32 = /* @__PURE__ */ new Int32Array(bytes32);
const bytes64 = /* @__PURE__ */ new ArrayBuffer(8);
const float64 = /* @__PURE__ */ new Float64Array(bytes64);
const bits64 = /* @__PURE__ */ new Int32Array(bytes64);

export const SMALLEST_NORMAL_F32 = 1.1754943508222875e-38;
export const SMALLEST_NORMAL_F64 = 2.2250738585072014e-308;

const EXPONENT_MASK_F32 = 0xff800000 | 0;
const EXPONENT_MASK_F64 = 0xfff00000 | 0;

export function bits_f32(x: number): number {
  float32[0] = x;
  return bits32[0];
}

export function high_f64(x: number): number {
  float64[0] = x;
  return bits64[HIGH];
}

/** The number of these bits. */
export function fromBits_f32(bits: number): number {
  bits32[0] = bits;
  return float32[0];
}

/** x with another high word. */
export function withHigh_f64(x: number, high: number): number {
  float64[0] = x;
  bits64[HIGH] = high;
  return float64[0];
}

/** x with the upper half of its digits. */
export function upper_f32(x: number): number {
  float32[0] = x;
  bits32[0] &= 0xfffff000;
  return float32[0];
}

const MOST_POWER = 2100;
const powersOf2 = /* @__PURE__ */ makePowersOf2();

/** 2^-2100 … 2^2100, by doubling and halving: what `**` gives is up to the engine. */
function makePowersOf2(): Float64Array {
  const powers = new Float64Array(2 * MOST_POWER + 1);
  powers[MOST_POWER] = 1;
  for (let e = 1; e <= MOST_POWER; e++) {
    powers[MOST_POWER + e] = powers[MOST_POWER + e - 1] * 2;
    powers[MOST_POWER - e] = powers[MOST_POWER - e + 1] / 2;
  }
  return powers;
}

/** 2^e, e an integer within ±2100; 0 or infinite where f64 has no more. */
export function powerOf2(e: number): number {
  return powersOf2[MOST_POWER + e];
}

/** x·2^e of a gap: exact for normal results, as adding the gap to the bits is. */
export function scaleByGap_f32(x: number, gap: number): number {
  return gap === 0 ? x : x * powerOf2(gap >> 23);
}

/** By halves: there are gaps beyond the powers that f64 has. */
export function scaleByGap_f64(x: number, gap: number): number {
  if (gap === 0) return x;
  const half = gap >> 21;
  return x * powerOf2(half) * powerOf2((gap >> 20) - half);
}

/** The whole octaves between x and y, rounded towards 0, as bits to add to y. */
export function exponentGap_f32(xBits: number, yBits: number): number {
  const gap = (xBits - yBits) | 0;
  return (gap + ((gap >> 31) >>> 9)) & EXPONENT_MASK_F32;
}

/** The same from the high words. */
export function exponentGap_f64(xHigh: number, yHigh: number): number {
  const gap = (xHigh - yHigh) | 0;
  return (gap + ((gap >> 31) >>> 12)) & EXPONENT_MASK_F64;
}

/** The gap that takes x > 0 to its mantissa in [2/3, 4/3). */
export function exponentOf_f32(xBits: number): number {
  return (xBits - 0x3f2aaaab) & EXPONENT_MASK_F32;
}

export function exponentOf_f64(xHigh: number): number {
  return (xHigh - 0x3fe55555) & EXPONENT_MASK_F64;
}

/** The i32 words of a row: one each f32, two each f64. */
export function bitsOf(row: Float32Array | Float64Array): Int32Array {
  return new Int32Array(row.buffer, row.byteOffset, row.byteLength >> 2);
}
