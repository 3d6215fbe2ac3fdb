// The twin of assembly/entropyOfLogits.ts.

import {
  addTotal,
  BLOCK_F32,
  BLOCK_F64,
  Blocks_f32,
  Blocks_f64,
  type State,
  sumOfTerms_f32,
  sumOfTerms_f64,
  UNUSUAL,
} from "./blocks.js";
import { exponentials_f32, exponentials_f64 } from "./exponentials.js";
import {
  addFinite,
  exponents_f32,
  exponents_f64,
  powers_f32,
  powers_f64,
  products_f32,
  products_f64,
  toClampedExponents_f32,
  toClampedExponents_f64,
} from "./logits.js";

const round = Math.fround;

export function entropyOfLogits_f32(row: Float32Array, state: State): number {
  const shift = round(state.fields.aShift);
  const scale = round(state.fields.scale);
  const blocks = new Blocks_f32(row, 0, Number.NEGATIVE_INFINITY);
  for (let start = 0; start < row.length; start += BLOCK_F32) {
    const size = blocks.seek(start);
    toClampedExponents_f32(blocks.values, blocks.from, size, shift, scale);
    exponentials_f32(exponents_f32, powers_f32, size);
    for (let i = 0; i < size; i++) products_f32[i] = powers_f32[i] * exponents_f32[i];
    addTotal(state, 0, sumOfTerms_f32(products_f32, size));
    if (!addFinite(state, 1, sumOfTerms_f32(powers_f32, size))) return UNUSUAL;
  }
  return 0;
}

export function entropyOfLogits_f64(row: Float64Array, state: State): number {
  const shift = state.fields.aShift;
  const scale = state.fields.scale;
  const blocks = new Blocks_f64(row, 0, Number.NEGATIVE_INFINITY);
  for (let start = 0; start < row.length; start += BLOCK_F64) {
    const size = blocks.seek(start);
    toClampedExponents_f64(blocks.values, blocks.from, size, shift, scale);
    exponentials_f64(exponents_f64, powers_f64, size);
    for (let i = 0; i < size; i++) products_f64[i] = powers_f64[i] * exponents_f64[i];
    addTotal(state, 0, sumOfTerms_f64(products_f64, size));
    if (!addFinite(state, 1, sumOfTerms_f64(powers_f64, size))) return UNUSUAL;
  }
  return 0;
}
