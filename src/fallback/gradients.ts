// The twin of assembly/gradients.ts.

import type { State } from "./blocks.js";

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

export function reverseGradient_f32(
  e: Float32Array,
  a: Float32Array,
  b: Float32Array,
  { fields }: State,
  out: Float32Array,
): number {
  const offset = round(fields.offset);
  const scale = round(fields.scale);
  const factor = round(fields.factor);
  const less = round(fields.less);
  for (let i = 0; i < e.length; i++) {
    const v = round(round(round(b[i] - a[i]) + offset) * scale);
    out[i] = b[i] === Number.NEGATIVE_INFINITY ? 0 : round(e[i] * factor) * round(v - less);
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

export function reverseGradient_f64(
  e: Float64Array,
  a: Float64Array,
  b: Float64Array,
  { fields }: State,
  out: Float64Array,
): number {
  const offset = fields.offset;
  const scale = fields.scale;
  const factor = fields.factor;
  const less = fields.less;
  for (let i = 0; i < e.length; i++) {
    const v = (b[i] - a[i] + offset) * scale;
    out[i] = b[i] === Number.NEGATIVE_INFINITY ? 0 : e[i] * factor * (v - less);
  }
  return 0;
}
