// The twin of assembly/entropy.ts.

import { HIGH } from "../../numbers/lanes.js";
import { logarithm_f32, logarithm_f64 } from "../../numbers/logarithm.js";
import {
  addTotal,
  BLOCK_F32,
  BLOCK_F64,
  Blocks_f32,
  Blocks_f64,
  LIMIT,
  type State,
  type Survey,
  sumOfBlock_f32,
  sumOfBlock_f64,
  sumOfTerms_f32,
  sumOfTerms_f64,
  terms_f32,
  terms_f64,
  UNUSUAL,
} from "./blocks.js";

export function entropy_f32(row: Float32Array, state: State): number {
  const blocks = new Blocks_f32(row, 0);
  const survey: Survey = { isDense: true };
  const { k } = state;
  for (let start = 0; start < row.length; start += BLOCK_F32) {
    const size = blocks.seek(start);
    const { values: p, bits, from } = blocks;
    survey.isDense = true;
    const total = sumOfBlock_f32(p, from, size, survey);
    if (!(total < LIMIT)) return UNUSUAL;
    if (!survey.isDense) for (let j = from; j < from + size; j++) if (p[j] < 0) return UNUSUAL;
    addTotal(state, 1, total);
    for (let i = 0, j = from; i < size; i++, j++)
      terms_f32[i] = p[j] === 0 ? 0 : p[j] * logarithm_f32(p[j], bits[j], k);
    addTotal(state, 0, sumOfTerms_f32(terms_f32, size));
  }
  return 0;
}

export function entropy_f64(row: Float64Array, state: State): number {
  const blocks = new Blocks_f64(row, 0);
  const survey: Survey = { isDense: true };
  const { k } = state;
  for (let start = 0; start < row.length; start += BLOCK_F64) {
    const size = blocks.seek(start);
    const { values: p, bits, from } = blocks;
    survey.isDense = true;
    const total = sumOfBlock_f64(p, from, size, survey);
    if (!(total < LIMIT)) return UNUSUAL;
    if (!survey.isDense) for (let j = from; j < from + size; j++) if (p[j] < 0) return UNUSUAL;
    addTotal(state, 1, total);
    for (let i = 0, j = from; i < size; i++, j++)
      terms_f64[i] = p[j] === 0 ? 0 : p[j] * logarithm_f64(p[j], bits[2 * j + HIGH], k);
    addTotal(state, 0, sumOfTerms_f64(terms_f64, size));
  }
  return 0;
}
