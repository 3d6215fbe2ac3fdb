// The twin of assembly/logRatio.ts.

import {
  bitsOf,
  exponentGap_f32,
  exponentGap_f64,
  HIGH,
  SMALLEST_NORMAL_F32,
  SMALLEST_NORMAL_F64,
  scaleByGap_f32,
  scaleByGap_f64,
} from "../../numbers/lanes.js";
import { logOfRatio_f32, logOfRatio_f64 } from "../../numbers/logarithm.js";
import { LIMIT, type State, UNUSUAL } from "./blocks.js";

const round = Math.fround;

/** ln(x/y) of normal numbers from them and their bits. Finite for zeros too. */
export function logRatioLane_f32(x: number, y: number, xBits: number, yBits: number): number {
  const gap = exponentGap_f32(xBits, yBits);
  const shiftedY = scaleByGap_f32(y, gap);
  const sum = round(x + shiftedY);
  return logOfRatio_f32(round(round(x - shiftedY) / (sum < SMALLEST_NORMAL_F32 ? SMALLEST_NORMAL_F32 : sum)), gap);
}

export function logRatioLane_f64(x: number, y: number, xHigh: number, yHigh: number): number {
  const gap = exponentGap_f64(xHigh, yHigh);
  const shiftedY = scaleByGap_f64(y, gap);
  const sum = x + shiftedY;
  return logOfRatio_f64((x - shiftedY) / (sum < SMALLEST_NORMAL_F64 ? SMALLEST_NORMAL_F64 : sum), gap);
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
    else out[i] = logRatioLane_f32(x, y, pBits[i], qBits[i]);
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
    else out[i] = logRatioLane_f64(x, y, pBits[2 * i + HIGH], qBits[2 * i + HIGH]);
  }
  return flags;
}
