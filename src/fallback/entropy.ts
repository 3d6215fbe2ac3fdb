// The twin of assembly/entropy.ts.

import {
  addTotal,
  BLOCK_F32,
  BLOCK_F64,
  Blocks_f32,
  Blocks_f64,
  LIMIT,
  type State,
  sumOfBlock_f32,
  sumOfBlock_f64,
  terms_f32,
  terms_f64,
  UNUSUAL,
} from "./blocks.js";
import { HIGH } from "./lanes.js";
import { logarithm_f32, logarithm_f64 } from "./logarithm.js";

export function entropy_f32(row: Float32Array, state: State): number {
  const blocks = new Blocks_f32(row, 0);
  const { k } = state;
  for (let start = 0; start < row.length; start += BLOCK_F32) {
    const size = blocks.seek(start);
    const { values: p, bits, from } = blocks;
    let negative = false;
    for (let i = 0, j = from; i < size; i++, j++) {
      const x = p[j];
      if (x < 0) negative = true;
      terms_f32[i] = x * logarithm_f32(x, bits[j], k);
    }
    const total = sumOfBlock_f32(p, from, size);
    if (negative || !(total < LIMIT)) return UNUSUAL;
    addTotal(state, 1, total);
    addTotal(state, 0, sumOfBlock_f32(terms_f32, 0, size));
  }
  return 0;
}

export function entropy_f64(row: Float64Array, state: State): number {
  const blocks = new Blocks_f64(row, 0);
  const { k } = state;
  for (let start = 0; start < row.length; start += BLOCK_F64) {
    const size = blocks.seek(start);
    const { values: p, bits, from } = blocks;
    let negative = false;
    for (let i = 0, j = from; i < size; i++, j++) {
      const x = p[j];
      if (x < 0) negative = true;
      terms_f64[i] = x * logarithm_f64(x, bits[2 * j + HIGH], k);
    }
    const total = sumOfBlock_f64(p, from, size);
    if (negative || !(total < LIMIT)) return UNUSUAL;
    addTotal(state, 1, total);
    addTotal(state, 0, sumOfBlock_f64(terms_f64, 0, size));
  }
  return 0;
}
