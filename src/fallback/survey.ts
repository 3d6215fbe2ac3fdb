// The twin of assembly/survey.ts.

import {
  type Blocks_f32,
  type Blocks_f64,
  differences_f32,
  differences_f64,
  flagsOf,
  reducePair_f32,
  reducePair_f64,
  type State,
  terms_f32,
  terms_f64,
} from "./blocks.js";
import { SMALLEST_NORMAL_F32, SMALLEST_NORMAL_F64 } from "./lanes.js";

function surveyTerms_f32(pBlocks: Blocks_f32, qBlocks: Blocks_f32, size: number): number {
  const { values: p, from } = pBlocks;
  const { values: q } = qBlocks;
  let flags = 0;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const y = q[j];
    if (x < SMALLEST_NORMAL_F32 || y < SMALLEST_NORMAL_F32) flags |= flagsOf(x, y);
    terms_f32[i] = y;
    differences_f32[i] = x - y;
  }
  return flags;
}

function surveyTerms_f64(pBlocks: Blocks_f64, qBlocks: Blocks_f64, size: number): number {
  const { values: p, from } = pBlocks;
  const { values: q } = qBlocks;
  let flags = 0;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const y = q[j];
    if (x < SMALLEST_NORMAL_F64 || y < SMALLEST_NORMAL_F64) flags |= flagsOf(x, y);
    terms_f64[i] = y;
    differences_f64[i] = x - y;
  }
  return flags;
}

export function survey_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reducePair_f32(p, q, state, true, surveyTerms_f32);
}

export function survey_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reducePair_f64(p, q, state, true, surveyTerms_f64);
}
