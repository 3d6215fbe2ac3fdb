// Numbers of 16 bits: IEEE's binary16 and bfloat16, the upper half of an f32.

import type { HalfFormat, RowBatch } from "./source.js";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * Leaves in `float` the one of the two f32 around x that is odd, if x is none itself. An f32 has more than two bits beyond both
 * types of 16 bits, so that rounding this once more is rounding x once.
 */
function setOdd(x: number): void {
  float[0] = x;
  if (float[0] !== x && (bits[0] & 1) === 0) bits[0] += Math.abs(float[0]) < Math.abs(x) ? 1 : -1;
}

/** The nearest f16, ties to even; ±Infinity from 65520 on. */
export function toF16(x: number): number {
  setOdd(x);
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // below 2^-14, in units of 2^-24: adding 0.5 rounds there
    float[0] = Math.abs(float[0]) + 0.5;
    return sign | (bits[0] - 0x3f000000);
  }
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13);
}

/** The nearest bfloat16, ties to even. */
export function toBF16(x: number): number {
  setOdd(x);
  if (Number.isNaN(x)) return 0x7fc0;
  return (bits[0] + 0x7fff + ((bits[0] >>> 16) & 1)) >>> 16;
}

export function fromF16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

export function fromBF16(half: number): number {
  bits[0] = half << 16;
  return float[0];
}

/** The f32 of every number of 8 bits: E4M3 without infinities (OCP), of which 127 and 255 are NaN, or E5M2, the upper half of an f16. */
export const tableOf8 = (format: "f8e4m3" | "f8e5m2"): Float32Array =>
  Float32Array.from({ length: 256 }, (_, byte) => {
    if (format === "f8e5m2") return fromF16(byte << 8);
    const sign = byte & 0x80 ? -1 : 1;
    const exponent = (byte >> 3) & 15;
    const fraction = byte & 7;
    if (exponent === 15 && fraction === 7) return Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** -9 : sign * (8 + fraction) * 2 ** (exponent - 10);
  });

const tables = new Map<HalfFormat, Float32Array>();

/** The f32 of every number of 16 bits: 256 KiB. */
function tableOf(format: HalfFormat): Float32Array {
  let table = tables.get(format);
  if (table === undefined) {
    table = Float32Array.from({ length: 65536 }, (_, half) => (format === "f16" ? fromF16(half) : fromBF16(half)));
    tables.set(format, table);
  }
  return table;
}

/** The numbers of a batch as f32 or f64, in an array of their own where they are of 16 bits. */
export function widen({ data, format }: RowBatch): Float32Array | Float64Array {
  if (format === undefined) return data as Float32Array | Float64Array;
  const table = tableOf(format);
  const wide = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) wide[i] = table[data[i]];
  return wide;
}
