// The twin of assembly/crossEntropy.ts.

import {
  type Blocks_f32,
  type Blocks_f64,
  flagsOf,
  reducePair_f32,
  reducePair_f64,
  type State,
  terms_f32,
  terms_f64,
} from "./blocks.js";
import { HIGH, SMALLEST_NORMAL_F32, SMALLEST_NORMAL_F64 } from "./lanes.js";
import { logarithm_f32, logarithm_f64 } from "./logarithm.js";

function crossEntropyTerms_f32(pBlocks: Blocks_f32, qBlocks: Blocks_f32, size: number, state: State): number {
  const { values: p, from } = pBlocks;
  const { values: q, bits: qBits } = qBlocks;
  const { k } = state;
  let flags = 0;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const y = q[j];
    if (x < SMALLEST_NORMAL_F32 || y < SMALLEST_NORMAL_F32) flags |= flagsOf(x, y);
    terms_f32[i] = x * logarithm_f32(y, qBits[j], k);
  }
  return flags;
}

function crossEntropyTerms_f64(pBlocks: Blocks_f64, qBlocks: Blocks_f64, size: number, state: State): number {
  const { values: p, from } = pBlocks;
  const { values: q, bits: qBits } = qBlocks;
  const { k } = state;
  let flags = 0;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const y = q[j];
    if (x < SMALLEST_NORMAL_F64 || y < SMALLEST_NORMAL_F64) flags |= flagsOf(x, y);
    terms_f64[i] = x * logarithm_f64(y, qBits[2 * j + HIGH], k);
  }
  return flags;
}

export function crossEntropy_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reducePair_f32(p, q, state, false, crossEntropyTerms_f32);
}

export function crossEntropy_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reducePair_f64(p, q, state, false, crossEntropyTerms_f64);
}
