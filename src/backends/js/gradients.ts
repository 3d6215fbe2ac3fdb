// The twin of assembly/gradients.ts.

import { NEGLIGIBLE_F32, NEGLIGIBLE_F64 } from "../../numbers/exponential.js";
import { BLOCK_F32, BLOCK_F64, Blocks_f32, Blocks_f64, type State } from "./blocks.js";
import { exponentials_f32, exponentials_f64 } from "./exponentials.js";
import {
  exponents_f32,
  exponents_f64,
  powers_f32,
  powers_f64,
  toClampedExponents_f32,
  toClampedExponents_f64,
} from "./logits.js";

const round = Math.fround;

export function scaled_f32(e: Float32Array, { fields }: State, out: Float32Array): number {
  const factor = round(fields.factor);
  const less = round(fields.less);
  for (let i = 0; i < e.length; i++) out[i] = round(e[i] * factor) - less;
  return 0;
}

export function lessTargets_f32(e: Float32Array, t: Float32Array, { fields }: State, out: Float32Array): number {
  const factor = round(fields.factor);
  const less = round(fields.less);
  for (let i = 0; i < e.length; i++) out[i] = round(e[i] * factor) - round(t[i] * less);
  return 0;
}

export function reverseGradient_f32(a: Float32Array, b: Float32Array, state: State, out: Float32Array): number {
  const { fields } = state;
  const shift = round(fields.bShift);
  const offset = round(fields.offset);
  const scale = round(fields.scale);
  const factor = round(fields.factor);
  const less = round(fields.less);
  const bBlocks = new Blocks_f32(b, 1);
  for (let start = 0; start < b.length; start += BLOCK_F32) {
    const size = bBlocks.seek(start);
    const { values: y, from } = bBlocks;
    toClampedExponents_f32(y, from, size, shift, scale);
    exponentials_f32(exponents_f32, powers_f32, size);
    const end = Math.min(start + size, b.length);
    for (let i = 0, j = start; j < end; i++, j++) {
      const v = round(round(round(y[from + i] - a[j]) + offset) * scale);
      const isNegligible = round(round(y[from + i] - shift) * scale) < NEGLIGIBLE_F32;
      out[j] = isNegligible ? 0 : round(powers_f32[i] * factor) * round(v - less);
    }
  }
  return 0;
}

export function scaled_f64(e: Float64Array, { fields }: State, out: Float64Array): number {
  const factor = fields.factor;
  const less = fields.less;
  for (let i = 0; i < e.length; i++) out[i] = e[i] * factor - less;
  return 0;
}

export function lessTargets_f64(e: Float64Array, t: Float64Array, { fields }: State, out: Float64Array): number {
  const factor = fields.factor;
  const less = fields.less;
  for (let i = 0; i < e.length; i++) out[i] = e[i] * factor - t[i] * less;
  return 0;
}

export function reverseGradient_f64(a: Float64Array, b: Float64Array, state: State, out: Float64Array): number {
  const { fields } = state;
  const shift = fields.bShift;
  const offset = fields.offset;
  const scale = fields.scale;
  const factor = fields.factor;
  const less = fields.less;
  const bBlocks = new Blocks_f64(b, 1);
  for (let start = 0; start < b.length; start += BLOCK_F64) {
    const size = bBlocks.seek(start);
    const { values: y, from } = bBlocks;
    toClampedExponents_f64(y, from, size, shift, scale);
    exponentials_f64(exponents_f64, powers_f64, size);
    const end = Math.min(start + size, b.length);
    for (let i = 0, j = start; j < end; i++, j++) {
      const v = (y[from + i] - a[j] + offset) * scale;
      const isNegligible = (y[from + i] - shift) * scale < NEGLIGIBLE_F64;
      out[j] = isNegligible ? 0 : powers_f64[i] * factor * (v - less);
    }
  }
  return 0;
}
