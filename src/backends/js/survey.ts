// The twin of assembly/survey.ts.

import { SMALLEST_NORMAL_F32, SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
import {
  type Blocks_f32,
  type Blocks_f64,
  type Family_f32,
  type Family_f64,
  flagsOf,
  reducePair_f32,
  reducePair_f64,
  type State,
} from "./blocks.js";

const sums_f32: Family_f32 = {
  dense: undefined,

  sparse({ values: p, from }: Blocks_f32, { values: q }: Blocks_f32, size: number): number {
    let flags = 0;
    for (let j = from; j < from + size; j++) {
      if (p[j] < SMALLEST_NORMAL_F32 || q[j] < SMALLEST_NORMAL_F32) flags |= flagsOf(p[j], q[j]);
    }
    return flags;
  },

  second: "p - q",
};

const sums_f64: Family_f64 = {
  dense: undefined,

  sparse({ values: p, from }: Blocks_f64, { values: q }: Blocks_f64, size: number): number {
    let flags = 0;
    for (let j = from; j < from + size; j++) {
      if (p[j] < SMALLEST_NORMAL_F64 || q[j] < SMALLEST_NORMAL_F64) flags |= flagsOf(p[j], q[j]);
    }
    return flags;
  },

  second: "p - q",
};

export function survey_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reducePair_f32(p, q, state, sums_f32);
}

export function survey_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reducePair_f64(p, q, state, sums_f64);
}
