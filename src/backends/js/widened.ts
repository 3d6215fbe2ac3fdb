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
  sumOfDifferences_f64,
  sumOfTerms_f64,
  UNUSUAL,
} from "./blocks.js";

/** Two numbers of each class of a block. */
export const first_f64 = /* @__PURE__ */ new Float64Array(BLOCK_F32);
export const second_f64 = /* @__PURE__ */ new Float64Array(BLOCK_F32);

/** Numbers of a row from `from` on, and their words. */
export interface Part {
  values: Float64Array;
  bits: Int32Array;
  from: number;
}

/** Fills `first` and `second` of a block; returns flags. */
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

/** Adds what was filled of a block; flags. */
function addBlock(x: Part, y: Part, size: number, state: State, isSurveyed: boolean): number {
  const second = sumOfTerms_f64(second_f64, size);
  addTotal(state, 0, sumOfTerms_f64(first_f64, size));
  addTotal(state, 1, second);
  if (isSurveyed) return 0;
  const difference = sumOfDifferences_f64(x.values, y.values, x.from, size, isDense);
  addTotal(state, 2, difference);
  return second < LIMIT && Math.abs(difference) < LIMIT ? 0 : UNUSUAL;
}

/** Of differences and roots. */
export function reduceWidened_f32(
  p: Float32Array,
  q: Float32Array,
  state: State,
  fill: Fill,
  isSurveyed = false,
): number {
  const pBlocks = new Blocks_f32(p, 0);
  const qBlocks = new Blocks_f32(q, 1);
  let flags = 0;
  for (let start = 0; start < p.length && !(flags & UNUSUAL); start += BLOCK_F32) {
    const size = pBlocks.seek(start);
    qBlocks.seek(start);
    const x = widen(pBlocks, 0, size, 0);
    const y = widen(qBlocks, 0, size, 1);
    flags |= fill(x, y, size, state) | addBlock(x, y, size, state, isSurveyed);
  }
  return flags;
}

export function reduceWidened_f64(
  p: Float64Array,
  q: Float64Array,
  state: State,
  fill: Fill,
  isSurveyed = false,
): number {
  const pBlocks = new Blocks_f64(p, 0);
  const qBlocks = new Blocks_f64(q, 1);
  let flags = 0;
  for (let start = 0; start < p.length && !(flags & UNUSUAL); start += BLOCK_F64) {
    const size = pBlocks.seek(start);
    qBlocks.seek(start);
    flags |= fill(pBlocks, qBlocks, size, state) | addBlock(pBlocks, qBlocks, size, state, isSurveyed);
  }
  return flags;
}
