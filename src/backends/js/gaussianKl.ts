// The twin of assembly/gaussianKl.ts: the same operations in the same order.

import { excessNear_f32, excessNear_f64 } from "../../numbers/exponential.js";
import {
  BLOCK_F32,
  BLOCK_F64,
  Blocks_f32,
  Blocks_f64,
  type State,
  sumOfTerms_f32,
  sumOfTerms_f64,
  terms_f32,
  terms_f64,
  UNUSUAL,
} from "./blocks.js";
import { excesses_f32, excesses_f64, exponentials_f32, exponentials_f64 } from "./exponentials.js";
import { addFinite, exponents_f32, exponents_f64, powers_f32, powers_f64 } from "./logits.js";

const round = Math.fround;

/** Where exponentials leave the range of f32, or of f64. */
const MOST_F32 = 80;
const MOST_F64 = 700;
/** Where the rounding of v = l - w shows in e^v. */
const MOST_DIFFERENCE_F32 = 16;

/** Adds Σ [e^v - 1 - v] of a block to total 0; whether that is a number. */
function addExcesses_f32(v: Float32Array, from: number, size: number, state: State): boolean {
  let largest = 0;
  for (let i = from; i < from + size; i++) if (largest < Math.abs(v[i])) largest = Math.abs(v[i]);
  if (largest > MOST_F32) return false;
  if (largest > 2) excesses_f32(from === 0 ? v : v.subarray(from), terms_f32, size);
  else for (let i = 0; i < size; i++) terms_f32[i] = excessNear_f32(v[from + i]);
  return addFinite(state, 0, sumOfTerms_f32(terms_f32, size));
}

export function gaussianKl_f32(mean: Float32Array, logVariance: Float32Array, state: State): number {
  const means = new Blocks_f32(mean, 0);
  const logVariances = new Blocks_f32(logVariance, 1);
  for (let start = 0; start < mean.length; start += BLOCK_F32) {
    const size = means.seek(start);
    logVariances.seek(start);
    const { values: d, from } = means;
    for (let i = 0; i < size; i++) terms_f32[i] = d[from + i] * d[from + i];
    if (!addFinite(state, 1, sumOfTerms_f32(terms_f32, size))) return UNUSUAL;
    if (!addExcesses_f32(logVariances.values, logVariances.from, size, state)) return UNUSUAL;
  }
  return 0;
}

export function gaussianKlBetween_f32(
  mean: Float32Array,
  logVariance: Float32Array,
  otherMean: Float32Array,
  otherLogVariance: Float32Array,
  state: State,
): number {
  const logVariances = new Blocks_f32(logVariance, 0);
  const otherLogVariances = new Blocks_f32(otherLogVariance, 1);
  for (let start = 0; start < mean.length; start += BLOCK_F32) {
    const size = logVariances.seek(start);
    otherLogVariances.seek(start);
    const { values: l, from: lFrom } = logVariances;
    const { values: w, from: wFrom } = otherLogVariances;
    for (let i = 0; i < size; i++) if (Math.abs(w[wFrom + i]) > MOST_F32) return UNUSUAL;
    for (let i = 0; i < size; i++) {
      powers_f32[i] = l[lFrom + i] - w[wFrom + i];
      if (powers_f32[i] > MOST_DIFFERENCE_F32) return UNUSUAL;
    }
    if (!addExcesses_f32(powers_f32, 0, size, state)) return UNUSUAL;
    for (let i = 0; i < size; i++) exponents_f32[i] = -w[wFrom + i];
    exponentials_f32(exponents_f32, powers_f32, size);
    const left = Math.min(size, mean.length - start);
    terms_f32.fill(0, left, size);
    for (let i = 0; i < left; i++) {
      const d = round(mean[start + i] - otherMean[start + i]);
      terms_f32[i] = round(d * d) * powers_f32[i];
    }
    if (!addFinite(state, 1, sumOfTerms_f32(terms_f32, size))) return UNUSUAL;
  }
  return 0;
}

export function meanGradient_f32(
  mean: Float32Array,
  otherMean: Float32Array,
  otherLogVariance: Float32Array,
  { fields }: State,
  out: Float32Array,
): number {
  const slope = round(fields.slope);
  for (let start = 0; start < mean.length; start += BLOCK_F32) {
    const size = Math.min(BLOCK_F32, mean.length - start);
    for (let i = 0; i < size; i++) exponents_f32[i] = -otherLogVariance[start + i];
    exponentials_f32(exponents_f32, powers_f32, size);
    for (let i = 0; i < size; i++) {
      out[start + i] = round(round(mean[start + i] - otherMean[start + i]) * powers_f32[i]) * slope;
    }
  }
  return 0;
}

/** slope·(e^v - 1) of a block, v in `exponents_f32`. */
function rises_f32(size: number, slope: number, out: Float32Array, start: number): void {
  exponentials_f32(exponents_f32, powers_f32, size);
  for (let i = 0; i < size; i++) {
    const v = exponents_f32[i];
    out[start + i] = round(Math.abs(v) <= 2 ? v + excessNear_f32(v) : powers_f32[i] - 1) * slope;
  }
}

export function varianceGradient_f32(logVariance: Float32Array, { fields }: State, out: Float32Array): number {
  const slope = round(fields.slope);
  for (let start = 0; start < logVariance.length; start += BLOCK_F32) {
    const size = Math.min(BLOCK_F32, logVariance.length - start);
    for (let i = 0; i < size; i++) exponents_f32[i] = logVariance[start + i];
    rises_f32(size, slope, out, start);
  }
  return 0;
}

export function varianceGradientBetween_f32(
  logVariance: Float32Array,
  otherLogVariance: Float32Array,
  { fields }: State,
  out: Float32Array,
): number {
  const slope = round(fields.slope);
  for (let start = 0; start < logVariance.length; start += BLOCK_F32) {
    const size = Math.min(BLOCK_F32, logVariance.length - start);
    for (let i = 0; i < size; i++) exponents_f32[i] = logVariance[start + i] - otherLogVariance[start + i];
    rises_f32(size, slope, out, start);
  }
  return 0;
}

/** Adds Σ [e^v - 1 - v] of a block to total 0; whether that is a number. */
function addExcesses_f64(v: Float64Array, from: number, size: number, state: State): boolean {
  let largest = 0;
  for (let i = from; i < from + size; i++) if (largest < Math.abs(v[i])) largest = Math.abs(v[i]);
  if (largest > MOST_F64) return false;
  if (largest > 2) excesses_f64(from === 0 ? v : v.subarray(from), terms_f64, size);
  else for (let i = 0; i < size; i++) terms_f64[i] = excessNear_f64(v[from + i]);
  return addFinite(state, 0, sumOfTerms_f64(terms_f64, size));
}

export function gaussianKl_f64(mean: Float64Array, logVariance: Float64Array, state: State): number {
  const means = new Blocks_f64(mean, 0);
  const logVariances = new Blocks_f64(logVariance, 1);
  for (let start = 0; start < mean.length; start += BLOCK_F64) {
    const size = means.seek(start);
    logVariances.seek(start);
    const { values: d, from } = means;
    for (let i = 0; i < size; i++) terms_f64[i] = d[from + i] * d[from + i];
    if (!addFinite(state, 1, sumOfTerms_f64(terms_f64, size))) return UNUSUAL;
    if (!addExcesses_f64(logVariances.values, logVariances.from, size, state)) return UNUSUAL;
  }
  return 0;
}

export function gaussianKlBetween_f64(
  mean: Float64Array,
  logVariance: Float64Array,
  otherMean: Float64Array,
  otherLogVariance: Float64Array,
  state: State,
): number {
  const logVariances = new Blocks_f64(logVariance, 0);
  const otherLogVariances = new Blocks_f64(otherLogVariance, 1);
  for (let start = 0; start < mean.length; start += BLOCK_F64) {
    const size = logVariances.seek(start);
    otherLogVariances.seek(start);
    const { values: l, from: lFrom } = logVariances;
    const { values: w, from: wFrom } = otherLogVariances;
    for (let i = 0; i < size; i++) if (Math.abs(w[wFrom + i]) > MOST_F64) return UNUSUAL;
    for (let i = 0; i < size; i++) powers_f64[i] = l[lFrom + i] - w[wFrom + i];
    if (!addExcesses_f64(powers_f64, 0, size, state)) return UNUSUAL;
    for (let i = 0; i < size; i++) exponents_f64[i] = -w[wFrom + i];
    exponentials_f64(exponents_f64, powers_f64, size);
    const left = Math.min(size, mean.length - start);
    terms_f64.fill(0, left, size);
    for (let i = 0; i < left; i++) {
      const d = mean[start + i] - otherMean[start + i];
      terms_f64[i] = d * d * powers_f64[i];
    }
    if (!addFinite(state, 1, sumOfTerms_f64(terms_f64, size))) return UNUSUAL;
  }
  return 0;
}

export function meanGradient_f64(
  mean: Float64Array,
  otherMean: Float64Array,
  otherLogVariance: Float64Array,
  { fields }: State,
  out: Float64Array,
): number {
  const { slope } = fields;
  for (let start = 0; start < mean.length; start += BLOCK_F64) {
    const size = Math.min(BLOCK_F64, mean.length - start);
    for (let i = 0; i < size; i++) exponents_f64[i] = -otherLogVariance[start + i];
    exponentials_f64(exponents_f64, powers_f64, size);
    for (let i = 0; i < size; i++) {
      out[start + i] = (mean[start + i] - otherMean[start + i]) * powers_f64[i] * slope;
    }
  }
  return 0;
}

/** slope·(e^v - 1) of a block, v in `exponents_f64`. */
function rises_f64(size: number, slope: number, out: Float64Array, start: number): void {
  exponentials_f64(exponents_f64, powers_f64, size);
  for (let i = 0; i < size; i++) {
    const v = exponents_f64[i];
    out[start + i] = (Math.abs(v) <= 2 ? v + excessNear_f64(v) : powers_f64[i] - 1) * slope;
  }
}

export function varianceGradient_f64(logVariance: Float64Array, { fields }: State, out: Float64Array): number {
  const slope = fields.slope;
  for (let start = 0; start < logVariance.length; start += BLOCK_F64) {
    const size = Math.min(BLOCK_F64, logVariance.length - start);
    for (let i = 0; i < size; i++) exponents_f64[i] = logVariance[start + i];
    rises_f64(size, slope, out, start);
  }
  return 0;
}

export function varianceGradientBetween_f64(
  logVariance: Float64Array,
  otherLogVariance: Float64Array,
  { fields }: State,
  out: Float64Array,
): number {
  const slope = fields.slope;
  for (let start = 0; start < logVariance.length; start += BLOCK_F64) {
    const size = Math.min(BLOCK_F64, logVariance.length - start);
    for (let i = 0; i < size; i++) exponents_f64[i] = logVariance[start + i] - otherLogVariance[start + i];
    rises_f64(size, slope, out, start);
  }
  return 0;
}
