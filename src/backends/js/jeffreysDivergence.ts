// The twin of assembly/jeffreysDivergence.ts.

import {
  bits_f32,
  exponentGap_f32,
  exponentGap_f64,
  HIGH,
  high_f64,
  SMALLEST_NORMAL_F32,
  SMALLEST_NORMAL_F64,
  scaleByGap_f32,
  scaleByGap_f64,
} from "../../numbers/lanes.js";
import { logOfRatio_f32, logOfRatio_f64 } from "../../numbers/logarithm.js";
import {
  type Blocks_f32,
  type Blocks_f64,
  reduceSurveyed_f32,
  reduceSurveyed_f64,
  type State,
  terms_f32,
  terms_f64,
} from "./blocks.js";

const round = Math.fround;

function jeffreysTerms_f32(pBlocks: Blocks_f32, qBlocks: Blocks_f32, size: number, state: State): void {
  const { values: p, bits: pBits, from } = pBlocks;
  const { values: q } = qBlocks;
  const gamma = round(state.gamma);
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const y = q[j];
    if (x === 0 && y === 0) {
      terms_f32[i] = 0;
      continue;
    }
    const more = round(gamma * y);
    const difference = round(round(x - y) - more);
    const grownQ = round(y + more);
    const gap = x === 0 ? 0 : exponentGap_f32(pBits[j], bits_f32(grownQ));
    const shiftedQ = scaleByGap_f32(grownQ, gap);
    const d = gap === 0 ? difference : round(x - shiftedQ);
    const sum = round(x + shiftedQ);
    const s = round(d / (sum < SMALLEST_NORMAL_F32 ? SMALLEST_NORMAL_F32 : sum));
    terms_f32[i] = difference * logOfRatio_f32(s, gap);
  }
}

function jeffreysTerms_f64(pBlocks: Blocks_f64, qBlocks: Blocks_f64, size: number, state: State): void {
  const { values: p, bits: pBits, from } = pBlocks;
  const { values: q } = qBlocks;
  const gamma = state.gamma;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const y = q[j];
    if (x === 0 && y === 0) {
      terms_f64[i] = 0;
      continue;
    }
    const more = gamma * y;
    const difference = x - y - more;
    const grownQ = y + more;
    const gap = x === 0 ? 0 : exponentGap_f64(pBits[2 * j + HIGH], high_f64(grownQ));
    const shiftedQ = scaleByGap_f64(grownQ, gap);
    const d = gap === 0 ? difference : x - shiftedQ;
    const sum = x + shiftedQ;
    const s = d / (sum < SMALLEST_NORMAL_F64 ? SMALLEST_NORMAL_F64 : sum);
    terms_f64[i] = difference * logOfRatio_f64(s, gap);
  }
}

export function jeffreysDivergence_f32(p: Float32Array, q: Float32Array, state: State): void {
  reduceSurveyed_f32(p, q, state, jeffreysTerms_f32);
}

export function jeffreysDivergence_f64(p: Float64Array, q: Float64Array, state: State): void {
  reduceSurveyed_f64(p, q, state, jeffreysTerms_f64);
}
