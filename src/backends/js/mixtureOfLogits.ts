// The twin of assembly/mixtureOfLogits.ts.

import { excessNear_f32, excessNear_f64, NEGLIGIBLE_F32, NEGLIGIBLE_F64 } from "../../numbers/exponential.js";
import {
  bits_f32,
  exponentGap_f32,
  exponentGap_f64,
  high_f64,
  SMALLEST_NORMAL_F32,
  SMALLEST_NORMAL_F64,
  scaleByGap_f32,
  scaleByGap_f64,
} from "../../numbers/lanes.js";
import { excess_f32, excess_f64, logOfRatio_f32, logOfRatio_f64 } from "../../numbers/logarithm.js";
import {
  BLOCK_F32,
  BLOCK_F64,
  type Blocks_f32,
  type Blocks_f64,
  type State,
  sumOfTerms_f32,
  sumOfTerms_f64,
  UNUSUAL,
} from "./blocks.js";
import { exponentials_f32, exponentials_f64 } from "./exponentials.js";
import {
  addFinite,
  differences_f32,
  differences_f64,
  exponents_f32,
  exponents_f64,
  logitBlocks_f32,
  logitBlocks_f64,
  logRatioOf_f32,
  logRatioOf_f64,
  logRatios_f32,
  logRatios_f64,
  powers_f32,
  powers_f64,
  products_f32,
  products_f64,
  toClampedExponents_f32,
  toClampedExponents_f64,
} from "./logits.js";

const round = Math.fround;

/** Below this weight of p, the mixture is q and a part of p; f32 has no such weight. */
const LIGHT = 0.015625;

const isNear = (v: number): boolean => v <= 2 && v >= -2;

/** p of a block to `powers`, q to `exponents`, q - p to `differences`, v to `logRatios`. */
function prepare_f32(a: Blocks_f32, b: Blocks_f32, size: number, { fields }: State): void {
  const aShift = round(fields.aShift);
  const bShift = round(fields.bShift);
  const scale = round(fields.scale);
  const least = round(fields.aLeast);
  const offset = round(fields.offset);
  const factor = round(fields.factor);
  const secondFactor = round(fields.secondFactor);
  const { values: x, from } = a;
  const { values: y } = b;
  toClampedExponents_f32(x, from, size, aShift, scale);
  exponentials_f32(exponents_f32, powers_f32, size);
  toClampedExponents_f32(y, b.from, size, bShift, scale);
  exponentials_f32(exponents_f32, exponents_f32, size);
  for (let i = 0, j = from; i < size; i++, j++) {
    const v = logRatioOf_f32(x[j], y[j], least, offset, scale);
    const p = round(powers_f32[i] * factor);
    const q = round(exponents_f32[i] * secondFactor);
    const near = isNear(v);
    const difference = near ? round(p * round(excessNear_f32(v) + v)) : round(q - p);
    const second = near ? round(p + difference) : q;
    powers_f32[i] = p;
    differences_f32[i] = difference;
    logRatios_f32[i] = v;
    exponents_f32[i] = second >= SMALLEST_NORMAL_F32 ? second : 0;
  }
}

const gapOf_f32 = (x: number, y: number): number => exponentGap_f32(bits_f32(x), bits_f32(y));

/** x ln(x/m) - x + m, where x - m = difference, which serves where p and q are alike. */
function toMixture_f32(x: number, mixture: number, difference: number, near: boolean): number {
  const gap = x === 0 ? 0 : gapOf_f32(x, mixture);
  const shifted = scaleByGap_f32(mixture, gap);
  const d = near || gap === 0 ? round(difference + round(mixture - shifted)) : round(x - shifted);
  const sum = round(x + shifted);
  return excess_f32(x, mixture, shifted, d, gap, sum < SMALLEST_NORMAL_F32 ? SMALLEST_NORMAL_F32 : sum);
}

export function mixtureDivergence_f32(a: Float32Array, b: Float32Array, state: State): number {
  const weight = round(state.fields.weight);
  const rest = round(1 - weight);
  const [aBlocks, bBlocks] = logitBlocks_f32(a, b);
  for (let start = 0; start < a.length; start += BLOCK_F32) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    prepare_f32(aBlocks, bBlocks, size, state);
    for (let i = 0; i < size; i++) {
      const mixture = round(powers_f32[i] + round(rest * differences_f32[i]));
      const toSecond = round(rest * differences_f32[i]);
      products_f32[i] = toMixture_f32(powers_f32[i], mixture, -toSecond, isNear(logRatios_f32[i]));
    }
    if (!addFinite(state, 0, sumOfTerms_f32(products_f32, size))) return UNUSUAL;
    for (let i = 0; i < size; i++) {
      const mixture = round(powers_f32[i] + round(rest * differences_f32[i]));
      const toFirst = round(weight * differences_f32[i]);
      products_f32[i] = toMixture_f32(exponents_f32[i], mixture, toFirst, isNear(logRatios_f32[i]));
    }
    if (!addFinite(state, 2, sumOfTerms_f32(products_f32, size))) return UNUSUAL;
  }
  return 0;
}

/** ln(x/m), where x - m = difference; any finite number where x = 0. */
function logToMixture_f32(x: number, mixture: number, difference: number, near: boolean): number {
  const gap = gapOf_f32(x, mixture);
  const shifted = scaleByGap_f32(mixture, gap);
  const d = near || gap === 0 ? round(difference + round(mixture - shifted)) : round(x - shifted);
  const sum = round(x + shifted);
  return logOfRatio_f32(round(d / (sum < SMALLEST_NORMAL_F32 ? SMALLEST_NORMAL_F32 : sum)), gap);
}

export function mixtureGradient_f32(a: Float32Array, b: Float32Array, state: State, out: Float32Array): number {
  const { fields } = state;
  const weight = round(fields.weight);
  const less = round(fields.less);
  const slope = round(fields.slope);
  const rest = round(1 - weight);
  const shift = round(fields.bShift);
  const scale = round(fields.scale);
  const [aBlocks, bBlocks] = logitBlocks_f32(a, b);
  for (let start = 0; start < a.length; start += BLOCK_F32) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    prepare_f32(aBlocks, bBlocks, size, state);
    const { values: y, from } = bBlocks;
    const end = Math.min(start + size, a.length);
    for (let i = 0, j = start; j < end; i++, j++) {
      const q = exponents_f32[i];
      const isNegligible = round(round(y[from + i] - shift) * scale) < NEGLIGIBLE_F32;
      const mixture = round(powers_f32[i] + round(rest * differences_f32[i]));
      const toFirst = round(weight * differences_f32[i]);
      out[j] =
        q === 0 || isNegligible
          ? 0
          : round(slope * q) * round(logToMixture_f32(q, mixture, toFirst, isNear(logRatios_f32[i])) - less);
    }
  }
  return 0;
}

export function softmaxDifference_f32(a: Float32Array, b: Float32Array, state: State, out: Float32Array): number {
  const slope = round(state.fields.slope);
  const [aBlocks, bBlocks] = logitBlocks_f32(a, b);
  for (let start = 0; start < a.length; start += BLOCK_F32) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    prepare_f32(aBlocks, bBlocks, size, state);
    const end = Math.min(start + size, a.length);
    for (let i = 0, j = start; j < end; i++, j++) out[j] = slope * differences_f32[i];
  }
  return 0;
}

/** p of a block to `powers`, q to `exponents`, q - p to `differences`, v to `logRatios`. */
function prepare_f64(a: Blocks_f64, b: Blocks_f64, size: number, { fields }: State): void {
  const aShift = fields.aShift;
  const bShift = fields.bShift;
  const scale = fields.scale;
  const least = fields.aLeast;
  const offset = fields.offset;
  const factor = fields.factor;
  const secondFactor = fields.secondFactor;
  const { values: x, from } = a;
  const { values: y } = b;
  toClampedExponents_f64(x, from, size, aShift, scale);
  exponentials_f64(exponents_f64, powers_f64, size);
  toClampedExponents_f64(y, b.from, size, bShift, scale);
  exponentials_f64(exponents_f64, exponents_f64, size);
  for (let i = 0, j = from; i < size; i++, j++) {
    const v = logRatioOf_f64(x[j], y[j], least, offset, scale);
    const p = powers_f64[i] * factor;
    const q = exponents_f64[i] * secondFactor;
    const near = isNear(v);
    const difference = near ? p * (excessNear_f64(v) + v) : q - p;
    const second = near ? p + difference : q;
    powers_f64[i] = p;
    differences_f64[i] = difference;
    logRatios_f64[i] = v;
    exponents_f64[i] = second >= SMALLEST_NORMAL_F64 ? second : 0;
  }
}

const gapOf_f64 = (x: number, y: number): number => exponentGap_f64(high_f64(x), high_f64(y));

/** w·p + (1 - w)·q of class i. */
function mixtureOf_f64(i: number, weight: number, rest: number, isLight: boolean): number {
  const change = differences_f64[i];
  return isLight ? exponents_f64[i] - weight * change : powers_f64[i] + rest * change;
}

/** x ln(x/m) - x + m, where x - m = difference, which serves where p and q are alike. */
function toMixture_f64(x: number, mixture: number, difference: number, near: boolean): number {
  const gap = x === 0 ? 0 : gapOf_f64(x, mixture);
  const shifted = scaleByGap_f64(mixture, gap);
  const d = near || gap === 0 ? difference + (mixture - shifted) : x - shifted;
  const sum = x + shifted;
  return excess_f64(x, mixture, shifted, d, gap, sum < SMALLEST_NORMAL_F64 ? SMALLEST_NORMAL_F64 : sum);
}

export function mixtureDivergence_f64(a: Float64Array, b: Float64Array, state: State): number {
  const weight = state.fields.weight;
  const rest = 1 - weight;
  const isLight = weight < LIGHT;
  const [aBlocks, bBlocks] = logitBlocks_f64(a, b);
  for (let start = 0; start < a.length; start += BLOCK_F64) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    prepare_f64(aBlocks, bBlocks, size, state);
    for (let i = 0; i < size; i++) {
      const mixture = mixtureOf_f64(i, weight, rest, isLight);
      const toSecond = rest * differences_f64[i];
      products_f64[i] = toMixture_f64(powers_f64[i], mixture, -toSecond, isNear(logRatios_f64[i]));
    }
    if (!addFinite(state, 0, sumOfTerms_f64(products_f64, size))) return UNUSUAL;
    for (let i = 0; i < size; i++) {
      const mixture = mixtureOf_f64(i, weight, rest, isLight);
      const toFirst = weight * differences_f64[i];
      products_f64[i] = toMixture_f64(exponents_f64[i], mixture, toFirst, isNear(logRatios_f64[i]));
    }
    if (!addFinite(state, 2, sumOfTerms_f64(products_f64, size))) return UNUSUAL;
  }
  return 0;
}

/** ln(x/m), where x - m = difference; any finite number where x = 0. */
function logToMixture_f64(x: number, mixture: number, difference: number, near: boolean): number {
  const gap = gapOf_f64(x, mixture);
  const shifted = scaleByGap_f64(mixture, gap);
  const d = near || gap === 0 ? difference + (mixture - shifted) : x - shifted;
  const sum = x + shifted;
  return logOfRatio_f64(d / (sum < SMALLEST_NORMAL_F64 ? SMALLEST_NORMAL_F64 : sum), gap);
}

export function mixtureGradient_f64(a: Float64Array, b: Float64Array, state: State, out: Float64Array): number {
  const { fields } = state;
  const weight = fields.weight;
  const less = fields.less;
  const slope = fields.slope;
  const rest = 1 - weight;
  const isLight = weight < LIGHT;
  const shift = fields.bShift;
  const scale = fields.scale;
  const [aBlocks, bBlocks] = logitBlocks_f64(a, b);
  for (let start = 0; start < a.length; start += BLOCK_F64) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    prepare_f64(aBlocks, bBlocks, size, state);
    const { values: y, from } = bBlocks;
    const end = Math.min(start + size, a.length);
    for (let i = 0, j = start; j < end; i++, j++) {
      const q = exponents_f64[i];
      const isNegligible = (y[from + i] - shift) * scale < NEGLIGIBLE_F64;
      const mixture = mixtureOf_f64(i, weight, rest, isLight);
      const toFirst = weight * differences_f64[i];
      out[j] =
        q === 0 || isNegligible
          ? 0
          : slope * q * (logToMixture_f64(q, mixture, toFirst, isNear(logRatios_f64[i])) - less);
    }
  }
  return 0;
}

export function softmaxDifference_f64(a: Float64Array, b: Float64Array, state: State, out: Float64Array): number {
  const slope = state.fields.slope;
  const [aBlocks, bBlocks] = logitBlocks_f64(a, b);
  for (let start = 0; start < a.length; start += BLOCK_F64) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    prepare_f64(aBlocks, bBlocks, size, state);
    const end = Math.min(start + size, a.length);
    for (let i = 0, j = start; j < end; i++, j++) out[j] = slope * differences_f64[i];
  }
  return 0;
}
