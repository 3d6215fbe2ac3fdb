// The twin of assembly/jsDivergence.ts.

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

/** x ln(x/m) - x + m, where x - m = difference. */
function toMean_f32(x: number, xBits: number, mean: number, meanBits: number, difference: number): number {
  const gap = x === 0 ? 0 : exponentGap_f32(xBits, meanBits);
  const shiftedMean = scaleByGap_f32(mean, gap);
  const d = round(difference + round(mean - shiftedMean));
  const sum = round(x + shiftedMean);
  return excess_f32(x, mean, shiftedMean, d, gap, sum < SMALLEST_NORMAL_F32 ? SMALLEST_NORMAL_F32 : sum);
}

function toMean_f64(x: number, xHigh: number, mean: number, meanHigh: number, difference: number): number {
  const gap = x === 0 ? 0 : exponentGap_f64(xHigh, meanHigh);
  const shiftedMean = scaleByGap_f64(mean, gap);
  const d = difference + (mean - shiftedMean);
  const sum = x + shiftedMean;
  return excess_f64(x, mean, shiftedMean, d, gap, sum < SMALLEST_NORMAL_F64 ? SMALLEST_NORMAL_F64 : sum);
}

function jsTerms_f32(pBlocks: Blocks_f32, qBlocks: Blocks_f32, size: number, state: State): void {
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
    const half = round(round(round(x - y) - more) * 0.5);
    const mean = round(round(round(x + y) + more) * 0.5);
    const meanBits = bits_f32(mean);
    const grownQ = round(y + more);
    terms_f32[i] =
      toMean_f32(x, pBits[j], mean, meanBits, half) + toMean_f32(grownQ, bits_f32(grownQ), mean, meanBits, -half);
  }
}

function jsTerms_f64(pBlocks: Blocks_f64, qBlocks: Blocks_f64, size: number, state: State): void {
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
    const half = (x - y - more) * 0.5;
    const mean = (x + y + more) * 0.5;
    const meanHigh = high_f64(mean);
    const grownQ = y + more;
    terms_f64[i] =
      toMean_f64(x, pBits[2 * j + HIGH], mean, meanHigh, half) +
      toMean_f64(grownQ, high_f64(grownQ), mean, meanHigh, -half);
  }
}

export function jsDivergence_f32(p: Float32Array, q: Float32Array, state: State): void {
  reduceSurveyed_f32(p, q, state, jsTerms_f32);
}

export function jsDivergence_f64(p: Float64Array, q: Float64Array, state: State): void {
  reduceSurveyed_f64(p, q, state, jsTerms_f64);
}
