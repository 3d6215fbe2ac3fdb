// The twin of assembly/logLikelihoodRatio.ts.

import { HIGH, SMALLEST_NORMAL_F32, SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
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
  type Survey,
  sumOfBlock_f32,
  sumOfBlock_f64,
  sumOfTerms_f32,
  sumOfTerms_f64,
  terms_f32,
  terms_f64,
  UNUSUAL,
} from "./blocks.js";
import { logRatioLane_f32, logRatioLane_f64 } from "./logRatio.js";

/** What a class says of its block. */
function classify(c: number, x: number, y: number, tiny: number): number {
  if (c < 0 || x < 0 || y < 0) return UNUSUAL;
  if (c === 0) return 0;
  if (x === 0) return y < tiny ? UNUSUAL : P_IS_ZERO;
  if (x < tiny) return UNUSUAL;
  return y === 0 ? Q_IS_ZERO : y < tiny ? UNUSUAL : 0;
}

export function logLikelihoodRatio_f32(counts: Float32Array, p: Float32Array, q: Float32Array, state: State): number {
  const cBlocks = new Blocks_f32(counts, 0);
  const pBlocks = new Blocks_f32(p, 1);
  const qBlocks = new Blocks_f32(q, 2);
  const survey: Survey = { isDense: true };
  let flags = 0;
  for (let start = 0; start < p.length; start += BLOCK_F32) {
    const size = cBlocks.seek(start);
    pBlocks.seek(start);
    qBlocks.seek(start);
    const { values: c, from } = cBlocks;
    const { values: x, bits: xBits } = pBlocks;
    const { values: y, bits: yBits } = qBlocks;
    survey.isDense = true;
    const pAndQ = sumOfBlock_f32(x, from, size, survey) + sumOfBlock_f32(y, from, size, survey);
    const isDense = survey.isDense;
    const all = sumOfBlock_f32(c, from, size, survey) + pAndQ;
    if (!isDense) {
      for (let j = from; j < from + size; j++) flags |= classify(c[j], x[j], y[j], SMALLEST_NORMAL_F32);
    }
    for (let i = 0, j = from; i < size; i++, j++) {
      if (c[j] < 0) flags |= UNUSUAL;
      terms_f32[i] = c[j] === 0 ? 0 : c[j] * logRatioLane_f32(x[j], y[j], xBits[j], yBits[j]);
    }
    if (flags & UNUSUAL || !(all < LIMIT)) return UNUSUAL;
    addTotal(state, 0, sumOfTerms_f32(terms_f32, size));
  }
  return flags;
}

export function logLikelihoodRatio_f64(counts: Float64Array, p: Float64Array, q: Float64Array, state: State): number {
  const cBlocks = new Blocks_f64(counts, 0);
  const pBlocks = new Blocks_f64(p, 1);
  const qBlocks = new Blocks_f64(q, 2);
  const survey: Survey = { isDense: true };
  let flags = 0;
  for (let start = 0; start < p.length; start += BLOCK_F64) {
    const size = cBlocks.seek(start);
    pBlocks.seek(start);
    qBlocks.seek(start);
    const { values: c, from } = cBlocks;
    const { values: x, bits: xBits } = pBlocks;
    const { values: y, bits: yBits } = qBlocks;
    survey.isDense = true;
    const pAndQ = sumOfBlock_f64(x, from, size, survey) + sumOfBlock_f64(y, from, size, survey);
    const isDense = survey.isDense;
    const all = sumOfBlock_f64(c, from, size, survey) + pAndQ;
    if (!isDense) {
      for (let j = from; j < from + size; j++) flags |= classify(c[j], x[j], y[j], SMALLEST_NORMAL_F64);
    }
    for (let i = 0, j = from; i < size; i++, j++) {
      if (c[j] < 0) flags |= UNUSUAL;
      terms_f64[i] = c[j] === 0 ? 0 : c[j] * logRatioLane_f64(x[j], y[j], xBits[2 * j + HIGH], yBits[2 * j + HIGH]);
    }
    if (flags & UNUSUAL || !(all < LIMIT)) return UNUSUAL;
    addTotal(state, 0, sumOfTerms_f64(terms_f64, size));
  }
  return flags;
}
