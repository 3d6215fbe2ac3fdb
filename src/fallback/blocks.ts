// The twin of assembly/blocks.ts: the same blocks, groups and lanes. A family first writes its terms of a block to a
// scratch row, which one function then adds in the order that defines the result. f32 and f64 are apart all the way down:
// a loop that has seen both kinds of array is 14 to 39 % slower (measured).

import { bitsOf } from "./lanes.js";

export const UNUSUAL = 1;
export const Q_IS_ZERO = 2;
export const P_IS_ZERO = 4;

export const BLOCK_F32 = 512;
export const BLOCK_F64 = 256;

export const LIMIT = 1.2676506002282294e30; // 2^100

const round = Math.fround;

/** What a class says of its block, where x or y is less than the smallest normal number. */
export function flagsOf(x: number, y: number): number {
  if (x < 0 || y < 0) return UNUSUAL;
  if (x === 0) return y === 0 ? 0 : P_IS_ZERO;
  return y === 0 ? Q_IS_ZERO : UNUSUAL;
}

/** Totals of a reduction and what a family needs to know besides its rows. */
export class State {
  /** Pairs (sum, error). */
  readonly totals = new Float64Array(6);
  gamma = 0;
  /** As bits of an exponent: k·2^23 (f32), k·2^20 (f64). */
  k = 0;
}

/** Adds x to total `index` (TwoSum). */
export function addTotal(state: State, index: number, x: number): void {
  const { totals } = state;
  const sum = totals[2 * index];
  const next = sum + x;
  const added = next - sum;
  totals[2 * index] = next;
  totals[2 * index + 1] += sum - (next - added) + (x - added);
}

/** The terms of a block. */
export const terms_f32 = /* @__PURE__ */ new Float32Array(BLOCK_F32);
/** p - q of a block, which the family writes where it needs their sum. */
export const differences_f32 = /* @__PURE__ */ new Float32Array(BLOCK_F32);
/** A last block of p, of q and of counts, padded with zeros to whole groups. */
const padding_f32 = /* @__PURE__ */ Array.from({ length: 3 }, () => new Float32Array(BLOCK_F32));
const paddingBits_f32 = /* @__PURE__ */ padding_f32.map(bitsOf);

/** Σ of the numbers of a row from `start`, in the order of a block. */
export function sumOfBlock_f32(t: Float32Array, start: number, size: number): number {
  let l0 = 0;
  let l1 = 0;
  let l2 = 0;
  let l3 = 0;
  for (let i = start; i < start + size; i += 16) {
    l0 += round(round(t[i] + t[i + 4]) + round(t[i + 8] + t[i + 12]));
    l1 += round(round(t[i + 1] + t[i + 5]) + round(t[i + 9] + t[i + 13]));
    l2 += round(round(t[i + 2] + t[i + 6]) + round(t[i + 10] + t[i + 14]));
    l3 += round(round(t[i + 3] + t[i + 7]) + round(t[i + 11] + t[i + 15]));
  }
  return l0 + l2 + (l1 + l3);
}

/** Reads a row block by block: the row itself, or a copy padded with zeros of a last block that ends inside a group. */
export class Blocks_f32 {
  values: Float32Array;
  bits: Int32Array;
  /** Where the block starts in `values`. */
  from = 0;
  readonly #row: Float32Array;
  readonly #slot: number;

  constructor(row: Float32Array, slot: number) {
    this.values = row;
    this.bits = bitsOf(row);
    this.#row = row;
    this.#slot = slot;
  }

  /** Goes to the block at `start`; returns its size, whole groups. */
  seek(start: number): number {
    const left = this.#row.length - start;
    const size = Math.min((left + 15) & ~15, BLOCK_F32);
    this.from = start;
    if (left < size) {
      const copy = padding_f32[this.#slot];
      copy.fill(0, left);
      copy.set(start === 0 ? this.#row : this.#row.subarray(start));
      this.values = copy;
      this.bits = paddingBits_f32[this.#slot];
      this.from = 0;
    }
    return size;
  }
}

/** Writes the terms of a block, and says what it holds (flags). */
export type Terms_f32 = (p: Blocks_f32, q: Blocks_f32, size: number, state: State) => number;

/** Totals of a pair of rows: 0 is Σ of the terms, 1 is Σp, 2 is Σq or, with `difference`, Σ(p - q). */
export function reducePair_f32(
  p: Float32Array,
  q: Float32Array,
  state: State,
  difference: boolean,
  terms: Terms_f32,
): number {
  const pBlocks = new Blocks_f32(p, 0);
  const qBlocks = new Blocks_f32(q, 1);
  let flags = 0;
  for (let start = 0; start < p.length; start += BLOCK_F32) {
    const size = pBlocks.seek(start);
    qBlocks.seek(start);
    const { from } = pBlocks;
    flags |= terms(pBlocks, qBlocks, size, state);
    const pTotal = sumOfBlock_f32(pBlocks.values, from, size);
    const secondTotal = difference
      ? sumOfBlock_f32(differences_f32, 0, size)
      : sumOfBlock_f32(qBlocks.values, from, size);
    if (flags & UNUSUAL || !(pTotal < LIMIT && Math.abs(secondTotal) < LIMIT)) return UNUSUAL;
    addTotal(state, 1, pTotal);
    addTotal(state, 2, secondTotal);
    addTotal(state, 0, sumOfBlock_f32(terms_f32, 0, size));
  }
  return flags;
}

/** Total 0 alone, of rows that a survey found to be plain. */
export function reduceSurveyed_f32(p: Float32Array, q: Float32Array, state: State, terms: Terms_f32): void {
  const pBlocks = new Blocks_f32(p, 0);
  const qBlocks = new Blocks_f32(q, 1);
  for (let start = 0; start < p.length; start += BLOCK_F32) {
    const size = pBlocks.seek(start);
    qBlocks.seek(start);
    terms(pBlocks, qBlocks, size, state);
    addTotal(state, 0, sumOfBlock_f32(terms_f32, 0, size));
  }
}

/** The terms of a block. */
export const terms_f64 = /* @__PURE__ */ new Float64Array(BLOCK_F64);
/** p - q of a block, which the family writes where it needs their sum. */
export const differences_f64 = /* @__PURE__ */ new Float64Array(BLOCK_F64);
/** A last block of p, of q and of counts, padded with zeros to whole groups. */
const padding_f64 = /* @__PURE__ */ Array.from({ length: 3 }, () => new Float64Array(BLOCK_F64));
const paddingBits_f64 = /* @__PURE__ */ padding_f64.map(bitsOf);

export function sumOfBlock_f64(t: Float64Array, start: number, size: number): number {
  let l0 = 0;
  let l1 = 0;
  for (let i = start; i < start + size; i += 8) {
    l0 += t[i] + t[i + 2] + (t[i + 4] + t[i + 6]);
    l1 += t[i + 1] + t[i + 3] + (t[i + 5] + t[i + 7]);
  }
  return l0 + l1;
}

/** Reads a row block by block: the row itself, or a copy padded with zeros of a last block that ends inside a group. */
export class Blocks_f64 {
  values: Float64Array;
  bits: Int32Array;
  /** Where the block starts in `values`. */
  from = 0;
  readonly #row: Float64Array;
  readonly #slot: number;

  constructor(row: Float64Array, slot: number) {
    this.values = row;
    this.bits = bitsOf(row);
    this.#row = row;
    this.#slot = slot;
  }

  /** Goes to the block at `start`; returns its size, whole groups. */
  seek(start: number): number {
    const left = this.#row.length - start;
    const size = Math.min((left + 7) & ~7, BLOCK_F64);
    this.from = start;
    if (left < size) {
      const copy = padding_f64[this.#slot];
      copy.fill(0, left);
      copy.set(start === 0 ? this.#row : this.#row.subarray(start));
      this.values = copy;
      this.bits = paddingBits_f64[this.#slot];
      this.from = 0;
    }
    return size;
  }
}

/** Writes the terms of a block, and says what it holds (flags). */
export type Terms_f64 = (p: Blocks_f64, q: Blocks_f64, size: number, state: State) => number;

/** Totals of a pair of rows: 0 is Σ of the terms, 1 is Σp, 2 is Σq or, with `difference`, Σ(p - q). */
export function reducePair_f64(
  p: Float64Array,
  q: Float64Array,
  state: State,
  difference: boolean,
  terms: Terms_f64,
): number {
  const pBlocks = new Blocks_f64(p, 0);
  const qBlocks = new Blocks_f64(q, 1);
  let flags = 0;
  for (let start = 0; start < p.length; start += BLOCK_F64) {
    const size = pBlocks.seek(start);
    qBlocks.seek(start);
    const { from } = pBlocks;
    flags |= terms(pBlocks, qBlocks, size, state);
    const pTotal = sumOfBlock_f64(pBlocks.values, from, size);
    const secondTotal = difference
      ? sumOfBlock_f64(differences_f64, 0, size)
      : sumOfBlock_f64(qBlocks.values, from, size);
    if (flags & UNUSUAL || !(pTotal < LIMIT && Math.abs(secondTotal) < LIMIT)) return UNUSUAL;
    addTotal(state, 1, pTotal);
    addTotal(state, 2, secondTotal);
    addTotal(state, 0, sumOfBlock_f64(terms_f64, 0, size));
  }
  return flags;
}

/** Total 0 alone, of rows that a survey found to be plain. */
export function reduceSurveyed_f64(p: Float64Array, q: Float64Array, state: State, terms: Terms_f64): void {
  const pBlocks = new Blocks_f64(p, 0);
  const qBlocks = new Blocks_f64(q, 1);
  for (let start = 0; start < p.length; start += BLOCK_F64) {
    const size = pBlocks.seek(start);
    qBlocks.seek(start);
    terms(pBlocks, qBlocks, size, state);
    addTotal(state, 0, sumOfBlock_f64(terms_f64, 0, size));
  }
}
