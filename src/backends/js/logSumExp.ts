// The twin of assembly/logSumExp.ts.

import { exponentialToZero_f32, exponentialToZero_f64 } from "../../numbers/exponential.js";
import {
  addTotal,
  BLOCK_F32,
  BLOCK_F64,
  BLOCKS,
  Blocks_f32,
  Blocks_f64,
  type State,
  setTotal,
  sumOfTerms_f32,
  sumOfTerms_f64,
  UNUSUAL,
} from "./blocks.js";
import { exponentials_f32 as exponentialsOf_f32, exponentials_f64 as exponentialsOf_f64 } from "./exponentials.js";
import {
  addFinite,
  exponents_f32,
  exponents_f64,
  powers_f32,
  powers_f64,
  toClampedExponents_f32,
  toClampedExponents_f64,
  toExponents_f32,
  toExponents_f64,
} from "./logits.js";

const round = Math.fround;

export function maximum_f32(z: Float32Array, state: State): number {
  let most = state.totals[BLOCKS] === 0 ? Number.NEGATIVE_INFINITY : state.totals[0];
  for (let i = 0; i < z.length; i++) {
    const x = z[i];
    // NaN is not <= anything either
    if (!(x <= most)) {
      if (Number.isNaN(x)) return UNUSUAL;
      most = x;
    }
  }
  setTotal(state, 0, most);
  return most === Number.POSITIVE_INFINITY ? UNUSUAL : 0;
}

export function maximum_f64(z: Float64Array, state: State): number {
  let most = state.totals[BLOCKS] === 0 ? Number.NEGATIVE_INFINITY : state.totals[0];
  for (let i = 0; i < z.length; i++) {
    const x = z[i];
    // NaN is not <= anything either
    if (!(x <= most)) {
      if (Number.isNaN(x)) return UNUSUAL;
      most = x;
    }
  }
  setTotal(state, 0, most);
  return most === Number.POSITIVE_INFINITY ? UNUSUAL : 0;
}

export function logSumExp_f32(row: Float32Array, state: State): number {
  const shift = round(state.fields.aShift);
  const scale = round(state.fields.scale);
  const blocks = new Blocks_f32(row, 0, Number.NEGATIVE_INFINITY);
  for (let start = 0; start < row.length; start += BLOCK_F32) {
    const size = blocks.seek(start);
    toClampedExponents_f32(blocks.values, blocks.from, size, shift, scale);
    exponentialsOf_f32(exponents_f32, powers_f32, size);
    if (!addFinite(state, 1, sumOfTerms_f32(powers_f32, size))) return UNUSUAL;
  }
  return 0;
}

export function exponentials_f32(row: Float32Array, state: State, out: Float32Array): number {
  const shift = round(state.fields.aShift);
  const scale = round(state.fields.scale);
  const blocks = new Blocks_f32(row, 0, Number.NEGATIVE_INFINITY);
  for (let start = 0; start < row.length; start += BLOCK_F32) {
    const size = blocks.seek(start);
    if (toExponents_f32(blocks.values, blocks.from, size, shift, scale))
      exponentialsOf_f32(exponents_f32, powers_f32, size);
    else for (let i = 0; i < size; i++) powers_f32[i] = exponentialToZero_f32(exponents_f32[i]);
    addTotal(state, 1, sumOfTerms_f32(powers_f32, size));
    out.set(powers_f32.subarray(0, Math.min(size, row.length - start)), start);
  }
  return 0;
}

export function logSumExp_f64(row: Float64Array, state: State): number {
  const shift = state.fields.aShift;
  const scale = state.fields.scale;
  const blocks = new Blocks_f64(row, 0, Number.NEGATIVE_INFINITY);
  for (let start = 0; start < row.length; start += BLOCK_F64) {
    const size = blocks.seek(start);
    toClampedExponents_f64(blocks.values, blocks.from, size, shift, scale);
    exponentialsOf_f64(exponents_f64, powers_f64, size);
    if (!addFinite(state, 1, sumOfTerms_f64(powers_f64, size))) return UNUSUAL;
  }
  return 0;
}

export function exponentials_f64(row: Float64Array, state: State, out: Float64Array): number {
  const shift = state.fields.aShift;
  const scale = state.fields.scale;
  const blocks = new Blocks_f64(row, 0, Number.NEGATIVE_INFINITY);
  for (let start = 0; start < row.length; start += BLOCK_F64) {
    const size = blocks.seek(start);
    if (toExponents_f64(blocks.values, blocks.from, size, shift, scale))
      exponentialsOf_f64(exponents_f64, powers_f64, size);
    else for (let i = 0; i < size; i++) powers_f64[i] = exponentialToZero_f64(exponents_f64[i]);
    addTotal(state, 1, sumOfTerms_f64(powers_f64, size));
    out.set(powers_f64.subarray(0, Math.min(size, row.length - start)), start);
  }
  return 0;
}
