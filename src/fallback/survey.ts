// The twin of assembly/survey.ts.

import {
  type Blocks_f32,
  type Blocks_f64,
  reducePair_f32,
  reducePair_f64,
  type State,
  terms_f32,
  terms_f64,
} from "./blocks.js";

function surveyTerms_f32({ from }: Blocks_f32, { values: q }: Blocks_f32, size: number): void {
  for (let i = 0, j = from; i < size; i++, j++) terms_f32[i] = q[j];
}

export function survey_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reducePair_f32(p, q, state, { dense: surveyTerms_f32, sparse: surveyTerms_f32, second: "p - q" });
}

function surveyTerms_f64({ from }: Blocks_f64, { values: q }: Blocks_f64, size: number): void {
  for (let i = 0, j = from; i < size; i++, j++) terms_f64[i] = q[j];
}

export function survey_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reducePair_f64(p, q, state, { dense: surveyTerms_f64, sparse: surveyTerms_f64, second: "p - q" });
}
