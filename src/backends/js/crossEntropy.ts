// The twin of assembly/crossEntropy.ts.

import { HIGH, SMALLEST_NORMAL_F32, SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
import { logarithm_f32, logarithm_f64 } from "../../numbers/logarithm.js";
import {
  type Blocks_f32,
  type Blocks_f64,
  type Family_f32,
  type Family_f64,
  flagsOf,
  reducePair_f32,
  reducePair_f64,
  type State,
  terms_f32,
  terms_f64,
} from "./blocks.js";

const crossEntropyOf_f32: Family_f32 = {
  dense({ values: p, from }: Blocks_f32, { values: q, bits }: Blocks_f32, size: number, { k }: State): void {
    for (let i = 0, j = from; i < size; i++, j++) terms_f32[i] = p[j] * logarithm_f32(q[j], bits[j], k);
  },

  sparse({ values: p, from }: Blocks_f32, { values: q, bits }: Blocks_f32, size: number, { k }: State): number {
    let flags = 0;
    for (let i = 0, j = from; i < size; i++, j++) {
      if (p[j] < SMALLEST_NORMAL_F32 || q[j] < SMALLEST_NORMAL_F32) flags |= flagsOf(p[j], q[j]);
      terms_f32[i] = p[j] === 0 ? 0 : p[j] * logarithm_f32(q[j], bits[j], k);
    }
    return flags;
  },

  second: "q",
};

const crossEntropyOf_f64: Family_f64 = {
  dense({ values: p, from }: Blocks_f64, { values: q, bits }: Blocks_f64, size: number, { k }: State): void {
    for (let i = 0, j = from; i < size; i++, j++) terms_f64[i] = p[j] * logarithm_f64(q[j], bits[2 * j + HIGH], k);
  },

  sparse({ values: p, from }: Blocks_f64, { values: q, bits }: Blocks_f64, size: number, { k }: State): number {
    let flags = 0;
    for (let i = 0, j = from; i < size; i++, j++) {
      if (p[j] < SMALLEST_NORMAL_F64 || q[j] < SMALLEST_NORMAL_F64) flags |= flagsOf(p[j], q[j]);
      terms_f64[i] = p[j] === 0 ? 0 : p[j] * logarithm_f64(q[j], bits[2 * j + HIGH], k);
    }
    return flags;
  },

  second: "q",
};

export function crossEntropy_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reducePair_f32(p, q, state, crossEntropyOf_f32);
}

export function crossEntropy_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reducePair_f64(p, q, state, crossEntropyOf_f64);
}
