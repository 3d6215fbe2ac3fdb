// The twin of assembly/logRatio.ts.

import {
  bitsOf,
  exponentGap_f32,
  exponentGap_f64,
  exponentOf_f32,
  exponentOf_f64,
  HIGH,
  powerOf2,
  SMALLEST_NORMAL_F32,
  SMALLEST_NORMAL_F64,
  scaleByGap_f32,
  scaleByGap_f64,
  upper_f32,
} from "../../numbers/lanes.js";
import { logOfParts_f32, logOfParts_f64, logOfRatio_f32, logOfRatio_f64 } from "../../numbers/logarithm.js";
import { LIMIT, type State, UNUSUAL } from "./blocks.js";

const round = Math.fround;

/** ln(x/y) of normal numbers from them and their bits. Finite for zeros too. */
export function logRatioLane_f32(x: number, y: number, xBits: number, yBits: number): number {
  const gap = exponentGap_f32(xBits, yBits);
  const shiftedY = scaleByGap_f32(y, gap);
  const sum = round(x + shiftedY);
  return logOfRatio_f32(round(round(x - shiftedY) / (sum < SMALLEST_NORMAL_F32 ? SMALLEST_NORMAL_F32 : sum)), gap);
}

/** The same, with whole octaves besides, as a gap. */
export function logRatioLane_f64(x: number, y: number, xHigh: number, yHigh: number, octaves = 0): number {
  const gap = exponentGap_f64(xHigh, yHigh);
  const shiftedY = scaleByGap_f64(y, gap);
  const sum = x + shiftedY;
  return logOfRatio_f64((x - shiftedY) / (sum < SMALLEST_NORMAL_F64 ? SMALLEST_NORMAL_F64 : sum), gap + octaves);
}

/** ln(p/q) of normal numbers from them and their bits, within 2 ulp. */
function preciseLogRatio_f32(p: number, q: number, pBits: number, qBits: number): number {
  const gap = exponentGap_f32(pBits, qBits);
  const exponent = exponentOf_f32(pBits);
  const x = p * powerOf2(-exponent >> 23);
  const y = q * powerOf2((gap - exponent) >> 23);
  const d = x - y;
  const sum = round(x + y);
  const reciprocal = round(1 / sum);
  const s = round(d * reciprocal);
  const high = upper_f32(s);
  const sumHigh = upper_f32(sum);
  const sumLow = x + y - sumHigh;
  const rest = round(round(d - high * sumHigh) - round(high * sumLow));
  return logOfParts_f32(s, high, round(rest * reciprocal), gap);
}

/** The same from them and their high words, with whole octaves besides, as a gap. */
export function preciseLogRatio_f64(p: number, q: number, pHigh: number, qHigh: number, octaves = 0): number {
  const gap = exponentGap_f64(pHigh, qHigh);
  const exponent = exponentOf_f64(pHigh);
  const x = p * powerOf2(-exponent >> 20);
  const y = q * powerOf2((gap - exponent) >> 20);
  const d = x - y;
  const sum = x + y;
  const reciprocal = 1 / sum;
  const s = d * reciprocal;
  const high = round(s);
  const sumHigh = round(sum);
  // what rounding took from x + y (TwoSum): which of them is the larger is a guess that is wrong half of the time
  const yOfSum = sum - x;
  const sumLow = sum - sumHigh + (x - (sum - yOfSum) + (y - yOfSum));
  const rest = d - high * sumHigh - high * sumLow;
  return logOfParts_f64(s, high, rest * reciprocal, gap + octaves);
}

export function logRatio_f32(p: Float32Array, q: Float32Array, _state: State, out: Float32Array): number {
  const pBits = bitsOf(p);
  const qBits = bitsOf(q);
  let flags = 0;
  for (let i = 0; i < p.length; i++) {
    const x = p[i];
    const y = q[i];
    const normal = x >= SMALLEST_NORMAL_F32 && y >= SMALLEST_NORMAL_F32 && x <= LIMIT && y <= LIMIT;
    if (!normal) flags = UNUSUAL;
    else out[i] = preciseLogRatio_f32(x, y, pBits[i], qBits[i]);
  }
  return flags;
}

export function logRatio_f64(p: Float64Array, q: Float64Array, _state: State, out: Float64Array): number {
  const pBits = bitsOf(p);
  const qBits = bitsOf(q);
  let flags = 0;
  for (let i = 0; i < p.length; i++) {
    const x = p[i];
    const y = q[i];
    const normal = x >= SMALLEST_NORMAL_F64 && y >= SMALLEST_NORMAL_F64 && x <= LIMIT && y <= LIMIT;
    if (!normal) flags = UNUSUAL;
    else out[i] = preciseLogRatio_f64(x, y, pBits[2 * i + HIGH], qBits[2 * i + HIGH]);
  }
  return flags;
}
