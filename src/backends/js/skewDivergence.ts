// The twin of assembly/skewDivergence.ts.

import {
  bits_f32,
  exponentGap_f32,
  exponentGap_f64,
  fromBits_f32,
  HIGH,
  high_f64,
  SMALLEST_NORMAL_F32,
  SMALLEST_NORMAL_F64,
  scaleByGap_f32,
  scaleByGap_f64,
  withHigh_f64,
} from "../../numbers/lanes.js";
import { excess_f32, excess_f64 } from "../../numbers/logarithm.js";
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

/** m·2^e of a gap; of a subnormal m, what is made of its bits. */
function shifted_f32(mixture: number, bits: number, gap: number): number {
  return mixture < SMALLEST_NORMAL_F32 ? fromBits_f32((bits + gap) | 0) : scaleByGap_f32(mixture, gap);
}

function shifted_f64(mixture: number, high: number, gap: number): number {
  return mixture < SMALLEST_NORMAL_F64 ? withHigh_f64(mixture, (high + gap) | 0) : scaleByGap_f64(mixture, gap);
}

function skewTerms_f32(pBlocks: Blocks_f32, qBlocks: Blocks_f32, size: number, state: State): void {
  const { values: p, bits: pBits, from } = pBlocks;
  const { values: q } = qBlocks;
  const gamma = round(state.gamma);
  const alpha = round(state.beta);
  const rest = round(1 - state.beta);
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const y = q[j];
    if (x === 0 && y === 0) {
      terms_f32[i] = 0;
      continue;
    }
    const more = round(gamma * y);
    const difference = round(alpha * round(round(x - y) - more));
    const mixture = round(round(rest * x) + round(alpha * round(y + more)));
    const mixtureBits = bits_f32(mixture);
    const gap = x === 0 ? 0 : exponentGap_f32(pBits[j], mixtureBits);
    const shifted = shifted_f32(mixture, mixtureBits, gap);
    const d = gap === 0 ? difference : round(x - shifted);
    const sum = round(x + shifted);
    terms_f32[i] = excess_f32(x, mixture, shifted, d, gap, sum < SMALLEST_NORMAL_F32 ? SMALLEST_NORMAL_F32 : sum);
  }
}

function skewTerms_f64(pBlocks: Blocks_f64, qBlocks: Blocks_f64, size: number, state: State): void {
  const { values: p, bits: pBits, from } = pBlocks;
  const { values: q } = qBlocks;
  const { gamma, beta: alpha } = state;
  const rest = 1 - alpha;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const y = q[j];
    if (x === 0 && y === 0) {
      terms_f64[i] = 0;
      continue;
    }
    const more = gamma * y;
    const difference = alpha * (x - y - more);
    const mixture = rest * x + alpha * (y + more);
    const mixtureHigh = high_f64(mixture);
    const gap = x === 0 ? 0 : exponentGap_f64(pBits[2 * j + HIGH], mixtureHigh);
    const shifted = shifted_f64(mixture, mixtureHigh, gap);
    const d = gap === 0 ? difference : x - shifted;
    const sum = x + shifted;
    terms_f64[i] = excess_f64(x, mixture, shifted, d, gap, sum < SMALLEST_NORMAL_F64 ? SMALLEST_NORMAL_F64 : sum);
  }
}

export function skewDivergence_f32(p: Float32Array, q: Float32Array, state: State): void {
  reduceSurveyed_f32(p, q, state, skewTerms_f32);
}

export function skewDivergence_f64(p: Float64Array, q: Float64Array, state: State): void {
  reduceSurveyed_f64(p, q, state, skewTerms_f64);
}
