// The twin of assembly/crossEntropyOfLogits.ts.

import { NEGLIGIBLE_F32, NEGLIGIBLE_F64 } from "../../numbers/exponential.js";
import {
  addTotal,
  BLOCK_F32,
  BLOCK_F64,
  Blocks_f32,
  Blocks_f64,
  type State,
  sumOfTerms_f32,
  sumOfTerms_f64,
  terms_f32,
  terms_f64,
  UNUSUAL,
} from "./blocks.js";
import { exponentials_f32, exponentials_f64 } from "./exponentials.js";
import {
  addFinite,
  clampExponents_f32,
  clampExponents_f64,
  exponents_f32,
  exponents_f64,
  logitBlocks_f32,
  logitBlocks_f64,
  powers_f32,
  powers_f64,
  products_f32,
  products_f64,
  toExponents_f32,
  toExponents_f64,
} from "./logits.js";

const round = Math.fround;

const counts_f32 = terms_f32;

/** Σ e^y of the exponents of a block, which are clamped in passing. */
function sumOfClamped_f32(size: number): number {
  clampExponents_f32(size);
  exponentials_f32(exponents_f32, powers_f32, size);
  return sumOfTerms_f32(powers_f32, size);
}

export function crossEntropyOfLogits_f32(a: Float32Array, b: Float32Array, state: State): number {
  const { fields } = state;
  const aShift = round(fields.aShift);
  const bShift = round(fields.bShift);
  const scale = round(fields.scale);
  const [aBlocks, bBlocks] = logitBlocks_f32(a, b);
  for (let start = 0; start < a.length; start += BLOCK_F32) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    const { values: p, from } = aBlocks;
    const { values: q } = bBlocks;
    const allCount = toExponents_f32(p, from, size, aShift, scale);
    // a class that is negligible in p has no part in the sum, however small its q
    if (!allCount) for (let i = 0; i < size; i++) counts_f32[i] = exponents_f32[i] < NEGLIGIBLE_F32 ? 0 : 1;
    clampExponents_f32(size);
    exponentials_f32(exponents_f32, powers_f32, size);
    addTotal(state, 1, sumOfTerms_f32(powers_f32, size));
    toExponents_f32(q, bBlocks.from, size, bShift, scale);
    for (let i = 0, j = from; i < size; i++, j++) {
      if (q[j] === Number.NEGATIVE_INFINITY && p[j] !== Number.NEGATIVE_INFINITY) return UNUSUAL;
      products_f32[i] = allCount || counts_f32[i] !== 0 ? powers_f32[i] * exponents_f32[i] : 0;
    }
    addTotal(state, 2, sumOfClamped_f32(size));
    if (!addFinite(state, 0, sumOfTerms_f32(products_f32, size))) return UNUSUAL;
  }
  return 0;
}

export function softTargets_f32(targets: Float32Array, b: Float32Array, state: State): number {
  const { fields } = state;
  const shift = round(fields.bShift);
  const scale = round(fields.scale);
  const tBlocks = new Blocks_f32(targets, 0);
  const bBlocks = new Blocks_f32(b, 1, Number.NEGATIVE_INFINITY);
  for (let start = 0; start < b.length; start += BLOCK_F32) {
    const size = tBlocks.seek(start);
    bBlocks.seek(start);
    const { values: t, from } = tBlocks;
    toExponents_f32(bBlocks.values, bBlocks.from, size, shift, scale);
    let negative = false;
    for (let i = 0, j = from; i < size; i++, j++) {
      if (t[j] < 0) negative = true;
      terms_f32[i] = t[j];
      products_f32[i] = t[j] === 0 ? 0 : t[j] * exponents_f32[i];
    }
    addTotal(state, 2, sumOfClamped_f32(size));
    if (negative) return UNUSUAL;
    if (!addFinite(state, 1, sumOfTerms_f32(terms_f32, size))) return UNUSUAL;
    if (!addFinite(state, 0, sumOfTerms_f32(products_f32, size))) return UNUSUAL;
  }
  return 0;
}

export function sumOfLogits_f32(row: Float32Array, state: State): number {
  const shift = round(state.fields.aShift);
  const blocks = new Blocks_f32(row, 0, shift);
  for (let start = 0; start < row.length; start += BLOCK_F32) {
    const size = blocks.seek(start);
    toExponents_f32(blocks.values, blocks.from, size, shift, 1);
    if (!addFinite(state, 0, sumOfTerms_f32(exponents_f32, size))) return UNUSUAL;
  }
  return 0;
}

const counts_f64 = terms_f64;

/** Σ e^y of the exponents of a block, which are clamped in passing. */
function sumOfClamped_f64(size: number): number {
  clampExponents_f64(size);
  exponentials_f64(exponents_f64, powers_f64, size);
  return sumOfTerms_f64(powers_f64, size);
}

export function crossEntropyOfLogits_f64(a: Float64Array, b: Float64Array, state: State): number {
  const { fields } = state;
  const aShift = fields.aShift;
  const bShift = fields.bShift;
  const scale = fields.scale;
  const [aBlocks, bBlocks] = logitBlocks_f64(a, b);
  for (let start = 0; start < a.length; start += BLOCK_F64) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    const { values: p, from } = aBlocks;
    const { values: q } = bBlocks;
    const allCount = toExponents_f64(p, from, size, aShift, scale);
    // a class that is negligible in p has no part in the sum, however small its q
    if (!allCount) for (let i = 0; i < size; i++) counts_f64[i] = exponents_f64[i] < NEGLIGIBLE_F64 ? 0 : 1;
    clampExponents_f64(size);
    exponentials_f64(exponents_f64, powers_f64, size);
    addTotal(state, 1, sumOfTerms_f64(powers_f64, size));
    toExponents_f64(q, bBlocks.from, size, bShift, scale);
    for (let i = 0, j = from; i < size; i++, j++) {
      if (q[j] === Number.NEGATIVE_INFINITY && p[j] !== Number.NEGATIVE_INFINITY) return UNUSUAL;
      products_f64[i] = allCount || counts_f64[i] !== 0 ? powers_f64[i] * exponents_f64[i] : 0;
    }
    addTotal(state, 2, sumOfClamped_f64(size));
    if (!addFinite(state, 0, sumOfTerms_f64(products_f64, size))) return UNUSUAL;
  }
  return 0;
}

export function softTargets_f64(targets: Float64Array, b: Float64Array, state: State): number {
  const { fields } = state;
  const shift = fields.bShift;
  const scale = fields.scale;
  const tBlocks = new Blocks_f64(targets, 0);
  const bBlocks = new Blocks_f64(b, 1, Number.NEGATIVE_INFINITY);
  for (let start = 0; start < b.length; start += BLOCK_F64) {
    const size = tBlocks.seek(start);
    bBlocks.seek(start);
    const { values: t, from } = tBlocks;
    toExponents_f64(bBlocks.values, bBlocks.from, size, shift, scale);
    let negative = false;
    for (let i = 0, j = from; i < size; i++, j++) {
      if (t[j] < 0) negative = true;
      terms_f64[i] = t[j];
      products_f64[i] = t[j] === 0 ? 0 : t[j] * exponents_f64[i];
    }
    addTotal(state, 2, sumOfClamped_f64(size));
    if (negative) return UNUSUAL;
    if (!addFinite(state, 1, sumOfTerms_f64(terms_f64, size))) return UNUSUAL;
    if (!addFinite(state, 0, sumOfTerms_f64(products_f64, size))) return UNUSUAL;
  }
  return 0;
}

export function sumOfLogits_f64(row: Float64Array, state: State): number {
  const shift = state.fields.aShift;
  const blocks = new Blocks_f64(row, 0, shift);
  for (let start = 0; start < row.length; start += BLOCK_F64) {
    const size = blocks.seek(start);
    toExponents_f64(blocks.values, blocks.from, size, shift, 1);
    if (!addFinite(state, 0, sumOfTerms_f64(exponents_f64, size))) return UNUSUAL;
  }
  return 0;
}
