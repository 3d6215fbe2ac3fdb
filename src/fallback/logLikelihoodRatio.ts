// The twin of assembly/logLikelihoodRatio.ts.

import {
  addTotal,
  BLOCK_F32,
  BLOCK_F64,
  Blocks_f32,
  Blocks_f64,
  LIMIT,
  P_IS_ZERO,
  Q_IS_ZERO,
  type State,
  sumOfBlock_f32,
  sumOfBlock_f64,
  terms_f32,
  terms_f64,
  UNUSUAL,
} from "./blocks.js";
import { HIGH, SMALLEST_NORMAL_F32, SMALLEST_NORMAL_F64 } from "./lanes.js";
import { logRatioLane_f32, logRatioLane_f64 } from "./logRatio.js";

/** What a class says of its block, where c, p or q is not a normal number. */
function classify(c: number, x: number, y: number, tiny: number): number {
  if (c < 0 || x < 0 || y < 0) return UNUSUAL;
  if (c === 0) return 0;
  if (x === 0) return y === 0 ? UNUSUAL : P_IS_ZERO | (y < tiny ? UNUSUAL : 0);
  if (x < tiny) return UNUSUAL;
  return y === 0 ? Q_IS_ZERO : y < tiny ? UNUSUAL : 0;
}

export function logLikelihoodRatio_f32(counts: Float32Array, p: Float32Array, q: Float32Array, state: State): number {
  const cBlocks = new Blocks_f32(counts, 0);
  const pBlocks = new Blocks_f32(p, 1);
  const qBlocks = new Blocks_f32(q, 2);
  let flags = 0;
  for (let start = 0; start < p.length; start += BLOCK_F32) {
    const size = cBlocks.seek(start);
    pBlocks.seek(start);
    qBlocks.seek(start);
    const { values: c, from } = cBlocks;
    const { values: x, bits: xBits } = pBlocks;
    const { values: y, bits: yBits } = qBlocks;
    for (let i = 0, j = from; i < size; i++, j++) {
      if (x[j] < SMALLEST_NORMAL_F32 || y[j] < SMALLEST_NORMAL_F32 || c[j] < 0) {
        flags |= classify(c[j], x[j], y[j], SMALLEST_NORMAL_F32);
      }
      terms_f32[i] = c[j] === 0 ? 0 : c[j] * logRatioLane_f32(x[j], y[j], xBits[j], yBits[j]);
    }
    const all = sumOfBlock_f32(c, from, size) + (sumOfBlock_f32(x, from, size) + sumOfBlock_f32(y, from, size));
    if (flags & UNUSUAL || !(all < LIMIT)) return UNUSUAL;
    addTotal(state, 0, sumOfBlock_f32(terms_f32, 0, size));
  }
  return flags;
}

export function logLikelihoodRatio_f64(counts: Float64Array, p: Float64Array, q: Float64Array, state: State): number {
  const cBlocks = new Blocks_f64(counts, 0);
  const pBlocks = new Blocks_f64(p, 1);
  const qBlocks = new Blocks_f64(q, 2);
  let flags = 0;
  for (let start = 0; start < p.length; start += BLOCK_F64) {
    const size = cBlocks.seek(start);
    pBlocks.seek(start);
    qBlocks.seek(start);
    const { values: c, from } = cBlocks;
    const { values: x, bits: xBits } = pBlocks;
    const { values: y, bits: yBits } = qBlocks;
    for (let i = 0, j = from; i < size; i++, j++) {
      if (x[j] < SMALLEST_NORMAL_F64 || y[j] < SMALLEST_NORMAL_F64 || c[j] < 0) {
        flags |= classify(c[j], x[j], y[j], SMALLEST_NORMAL_F64);
      }
      terms_f64[i] = c[j] === 0 ? 0 : c[j] * logRatioLane_f64(x[j], y[j], xBits[2 * j + HIGH], yBits[2 * j + HIGH]);
    }
    const all = sumOfBlock_f64(c, from, size) + (sumOfBlock_f64(x, from, size) + sumOfBlock_f64(y, from, size));
    if (flags & UNUSUAL || !(all < LIMIT)) return UNUSUAL;
    addTotal(state, 0, sumOfBlock_f64(terms_f64, 0, size));
  }
  return flags;
}
