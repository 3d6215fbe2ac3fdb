// The twin of assembly/survey.ts.

import { type Blocks_f32, type Blocks_f64, reducePair_f32, reducePair_f64, type State, terms_f32, terms_f64 } from "./blocks.js";
import { SMALLEST_NORMAL_F32, SMALLEST_NORMAL_F64 } from "./lanes.js";

/** No terms, only what the block holds. */
function noTerms_f32(pBlocks: Blocks_f32, qBlocks: Blocks_f32, size: number): boolean {
  const { values: p, from } = pBlocks;
  const { values: q } = qBlocks;
  terms_f32.fill(0, 0, size);
  for (let i = from; i < from + size; i++) {
    if (p[i] < SMALLEST_NORMAL_F32 || q[i] < SMALLEST_NORMAL_F32) return true;
  }
  return false;
}

function noTerms_f64(pBlocks: Blocks_f64, qBlocks: Blocks_f64, size: number): boolean {
  const { values: p, from } = pBlocks;
  const { values: q } = qBlocks;
  terms_f64.fill(0, 0, size);
  for (let i = from; i < from + size; i++) {
    if (p[i] < SMALLEST_NORMAL_F64 || q[i] < SMALLEST_NORMAL_F64) return true;
  }
  return false;
}

export function survey_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reducePair_f32(p, q, state, false, noTerms_f32);
}

export function survey_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reducePair_f64(p, q, state, false, noTerms_f64);
}
