// The twin of assembly/klDivergence.ts.

import {
  type Blocks_f32,
  type Blocks_f64,
  differences_f32,
  differences_f64,
  flagsOf,
  reducePair_f32,
  reducePair_f64,
  type State,
  terms_f32,
  terms_f64,
} from "./blocks.js";
import {
  exponentGap_f32,
  exponentGap_f64,
  HIGH,
  SMALLEST_NORMAL_F32,
  SMALLEST_NORMAL_F64,
  scaleByGap_f32,
  scaleByGap_f64,
} from "./lanes.js";
import { excess_f32, excess_f64 } from "./logarithm.js";

const round = Math.fround;

function klTerms_f32(pBlocks: Blocks_f32, qBlocks: Blocks_f32, size: number): number {
  const { values: p, bits: pBits, from } = pBlocks;
  const { values: q, bits: qBits } = qBlocks;
  let flags = 0;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const y = q[j];
    const difference = round(x - y);
    differences_f32[i] = difference;
    if (x < SMALLEST_NORMAL_F32 || y < SMALLEST_NORMAL_F32) {
      flags |= flagsOf(x, y);
      // p = 0 leaves q; where q = 0 < p, or one is subnormal, no term is used
      terms_f32[i] = y < SMALLEST_NORMAL_F32 ? excess_f32(0, y, y, -y, 0, SMALLEST_NORMAL_F32) : y;
      continue;
    }
    const gap = exponentGap_f32(pBits[j], qBits[j]);
    let shiftedQ = y;
    let d = difference;
    if (gap !== 0) {
      shiftedQ = scaleByGap_f32(y, gap);
      d = round(x - shiftedQ);
    }
    terms_f32[i] = excess_f32(x, y, shiftedQ, d, gap, round(x + shiftedQ));
  }
  return flags;
}

function klTerms_f64(pBlocks: Blocks_f64, qBlocks: Blocks_f64, size: number): number {
  const { values: p, bits: pBits, from } = pBlocks;
  const { values: q, bits: qBits } = qBlocks;
  let flags = 0;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const y = q[j];
    const difference = x - y;
    differences_f64[i] = difference;
    if (x < SMALLEST_NORMAL_F64 || y < SMALLEST_NORMAL_F64) {
      flags |= flagsOf(x, y);
      // p = 0 leaves q; where q = 0 < p, or one is subnormal, no term is used
      terms_f64[i] = y < SMALLEST_NORMAL_F64 ? excess_f64(0, y, y, -y, 0, SMALLEST_NORMAL_F64) : y;
      continue;
    }
    const gap = exponentGap_f64(pBits[2 * j + HIGH], qBits[2 * j + HIGH]);
    let shiftedQ = y;
    let d = difference;
    if (gap !== 0) {
      shiftedQ = scaleByGap_f64(y, gap);
      d = x - shiftedQ;
    }
    terms_f64[i] = excess_f64(x, y, shiftedQ, d, gap, x + shiftedQ);
  }
  return flags;
}

export function klDivergence_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reducePair_f32(p, q, state, true, klTerms_f32);
}

export function klDivergence_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reducePair_f64(p, q, state, true, klTerms_f64);
}
