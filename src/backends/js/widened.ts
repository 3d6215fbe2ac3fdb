// The twin of assembly/widened.ts: families that compute in f64 whatever their rows are.

import { bitsOf } from "../../numbers/lanes.js";
import {
  addTotal,
  BLOCK_F32,
  BLOCK_F64,
  Blocks_f32,
  Blocks_f64,
  LIMIT,
  type State,
  sumOfBlock_f64,
  sumOfTerms_f64,
  UNUSUAL,
} from "./blocks.js";

/** Two numbers of each class of a block of powers. */
export const first_f64 = /* @__PURE__ */ new Float64Array(BLOCK_F64);
export const second_f64 = /* @__PURE__ */ new Float64Array(BLOCK_F64);

/** Numbers of a row from `from` on, and their words. */
export interface Part {
  values: Float64Array;
  bits: Int32Array;
  from: number;
}

/** Fills both of a block; returns flags. */
export type Fill = (p: Part, q: Part, size: number, state: State) => number;

const partOf = (values: Float64Array): Part => ({ values, bits: bitsOf(values), from: 0 });
const widened = /* @__PURE__ */ [0, 1].map(() => partOf(new Float64Array(BLOCK_F32)));
const isDense = { isDense: false };

/** Widens numbers of an f32 block from `done` on. */
function widen({ values, from }: Blocks_f32, done: number, size: number, slot: number): Part {
  const part = widened[slot];
  for (let i = 0, j = from + done; i < size; i++, j++) part.values[i] = values[j];
  return part;
}

/** Of powers: totals of a pair of rows, or of one where q is p. */
export function reducePowers_f32(p: Float32Array, q: Float32Array, state: State, fill: Fill): number {
  const pBlocks = new Blocks_f32(p, 0);
  const qBlocks = p === q ? pBlocks : new Blocks_f32(q, 1);
  for (let start = 0; start < p.length; start += BLOCK_F32) {
    const size = pBlocks.seek(start);
    if (qBlocks !== pBlocks) qBlocks.seek(start);
    let first = 0;
    let second = 0;
    let sum = 0;
    for (let done = 0; done < size; done += BLOCK_F64) {
      const part = Math.min(size - done, BLOCK_F64);
      const x = widen(pBlocks, done, part, 0);
      const y = qBlocks === pBlocks ? x : widen(qBlocks, done, part, 1);
      sum += sumOfBlock_f64(x.values, 0, part, isDense);
      if (fill(x, y, part, state)) return UNUSUAL;
      first += sumOfTerms_f64(first_f64, part);
      second += sumOfTerms_f64(second_f64, part);
    }
    addTotal(state, 0, first);
    addTotal(state, 1, second);
    addTotal(state, 2, sum);
  }
  return 0;
}

export function reducePowers_f64(p: Float64Array, q: Float64Array, state: State, fill: Fill): number {
  const pBlocks = new Blocks_f64(p, 0);
  const qBlocks = p === q ? pBlocks : new Blocks_f64(q, 1);
  for (let start = 0; start < p.length; start += BLOCK_F64) {
    const size = pBlocks.seek(start);
    if (qBlocks !== pBlocks) qBlocks.seek(start);
    const sum = sumOfBlock_f64(pBlocks.values, pBlocks.from, size, isDense);
    if (fill(pBlocks, qBlocks, size, state)) return UNUSUAL;
    addTotal(state, 0, sumOfTerms_f64(first_f64, size));
    addTotal(state, 1, sumOfTerms_f64(second_f64, size));
    addTotal(state, 2, sum);
  }
  return 0;
}

/** Adds the totals of a block of differences and roots, even and odd classes apart; returns flags. */
export type Add = (p: Part, q: Part, size: number, state: State) => number;

/** Adds three totals of a block; returns flags. */
export function addThree(state: State, first: number, second: number, difference: number): number {
  addTotal(state, 0, first);
  addTotal(state, 1, second);
  addTotal(state, 2, difference);
  return second < LIMIT && Math.abs(difference) < LIMIT ? 0 : UNUSUAL;
}

/** Of differences and roots: totals of a pair of rows. */
export function reduceWidened_f32(p: Float32Array, q: Float32Array, state: State, add: Add): number {
  const pBlocks = new Blocks_f32(p, 0);
  const qBlocks = new Blocks_f32(q, 1);
  let flags = 0;
  for (let start = 0; start < p.length && !(flags & UNUSUAL); start += BLOCK_F32) {
    const size = pBlocks.seek(start);
    qBlocks.seek(start);
    flags |= add(widen(pBlocks, 0, size, 0), widen(qBlocks, 0, size, 1), size, state);
  }
  return flags;
}

export function reduceWidened_f64(p: Float64Array, q: Float64Array, state: State, add: Add): number {
  const pBlocks = new Blocks_f64(p, 0);
  const qBlocks = new Blocks_f64(q, 1);
  let flags = 0;
  for (let start = 0; start < p.length && !(flags & UNUSUAL); start += BLOCK_F64) {
    const size = pBlocks.seek(start);
    qBlocks.seek(start);
    flags |= add(pBlocks, qBlocks, size, state);
  }
  return flags;
}
