// The twin of assembly/logRatioOfLogits.ts: computed in f64, rounded once.

import type { Fields } from "../fields.js";
import { addTotal, BLOCK_F32, BLOCK_F64, type State, UNUSUAL } from "./blocks.js";

function ratio(a: number, b: number, { aShift, bShift, offset, scale, less, slope, factor }: Fields): number {
  const x = a - aShift;
  const y = b - bShift;
  if (!(x < less || y < less)) return (x - y + offset) * scale;
  const d = a - b;
  const part = d - a;
  const error = a - (d - part) - (b + part);
  const rest = (Number.isNaN(error) ? 0 : error) - factor;
  return (d - slope + (rest + offset)) * scale;
}

export function logRatioOfLogits_f32(a: Float32Array, b: Float32Array, { fields }: State, out: Float32Array): number {
  for (let i = 0; i < a.length; i++) out[i] = ratio(a[i], b[i], fields);
  return 0;
}

export function logRatioOfLogits_f64(a: Float64Array, b: Float64Array, { fields }: State, out: Float64Array): number {
  for (let i = 0; i < a.length; i++) out[i] = ratio(a[i], b[i], fields);
  return 0;
}

/** A block adds lanes 0 and 2 to its first sum, 1 and 3 to its second, vector by vector. */
export function logLikelihoodRatioOfLogits_f32(
  counts: Float32Array,
  a: Float32Array,
  b: Float32Array,
  state: State,
): number {
  const { fields } = state;
  const term = (i: number): number => {
    const c = counts[i];
    return i < a.length && c !== 0 ? c * ratio(a[i], b[i], fields) : 0;
  };
  for (let start = 0; start < a.length; start += BLOCK_F32) {
    const end = Math.min(start + BLOCK_F32, a.length);
    let l0 = 0;
    let l1 = 0;
    let negative = false;
    for (let i = start; i < end; i++) if (counts[i] < 0) negative = true;
    for (let i = start; i < end; i += 4) {
      l0 += term(i) + term(i + 2);
      l1 += term(i + 1) + term(i + 3);
    }
    const sum = l0 + l1;
    addTotal(state, 0, sum);
    if (negative || sum - sum !== 0) return UNUSUAL;
  }
  return 0;
}

/** A block adds lane 0 to its first sum, 1 to its second, vector by vector. */
export function logLikelihoodRatioOfLogits_f64(
  counts: Float64Array,
  a: Float64Array,
  b: Float64Array,
  state: State,
): number {
  const { fields } = state;
  const term = (i: number): number => {
    const c = counts[i];
    return i < a.length && c !== 0 ? c * ratio(a[i], b[i], fields) : 0;
  };
  for (let start = 0; start < a.length; start += BLOCK_F64) {
    const end = Math.min(start + BLOCK_F64, a.length);
    let l0 = 0;
    let l1 = 0;
    let negative = false;
    for (let i = start; i < end; i++) if (counts[i] < 0) negative = true;
    for (let i = start; i < end; i += 2) {
      l0 += term(i);
      l1 += term(i + 1);
    }
    const sum = l0 + l1;
    addTotal(state, 0, sum);
    if (negative || sum - sum !== 0) return UNUSUAL;
  }
  return 0;
}

export function shifted_f32(z: Float32Array, state: State, out: Float32Array): number {
  const { aShift, scale, less } = state.fields;
  for (let i = 0; i < z.length; i++) out[i] = (z[i] - aShift) * scale - less;
  return 0;
}

export function shifted_f64(z: Float64Array, state: State, out: Float64Array): number {
  const { aShift, scale, less } = state.fields;
  for (let i = 0; i < z.length; i++) out[i] = (z[i] - aShift) * scale - less;
  return 0;
}
