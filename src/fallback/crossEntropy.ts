// The twin of assembly/crossEntropy.ts.

import {
  type Blocks_f32,
  type Blocks_f64,
  reducePair_f32,
  reducePair_f64,
  type State,
  terms_f32,
  terms_f64,
} from "./blocks.js";
import { HIGH } from "./lanes.js";
import { logarithm_f32, logarithm_f64 } from "./logarithm.js";

function crossEntropyTerms_f32(
  { values: p, from }: Blocks_f32,
  { values: q, bits }: Blocks_f32,
  size: number,
  { k }: State,
): void {
  for (let i = 0, j = from; i < size; i++, j++) terms_f32[i] = p[j] * logarithm_f32(q[j], bits[j], k);
}

export function crossEntropy_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reducePair_f32(p, q, state, { dense: crossEntropyTerms_f32, sparse: crossEntropyTerms_f32, second: "q" });
}

function crossEntropyTerms_f64(
  { values: p, from }: Blocks_f64,
  { values: q, bits }: Blocks_f64,
  size: number,
  { k }: State,
): void {
  for (let i = 0, j = from; i < size; i++, j++) terms_f64[i] = p[j] * logarithm_f64(q[j], bits[2 * j + HIGH], k);
}

export function crossEntropy_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reducePair_f64(p, q, state, { dense: crossEntropyTerms_f64, sparse: crossEntropyTerms_f64, second: "q" });
}
