// The twin of softmaxRows in assembly/logSumExp.ts, of one row: exponentials, then times factor/Z.

import { type State, TOTAL } from "./blocks.js";
import { scaled_f32, scaled_f64 } from "./gradients.js";
import { exponentials_f32, exponentials_f64 } from "./logSumExp.js";

/** Fields for the second pass. A row of a batch is one chunk: its sum is the pair (sum, error). */
function toScale(state: State): void {
  const sum = state.totals[TOTAL] + state.totals[TOTAL + 1];
  state.fields = { ...state.fields, factor: state.fields.factor / sum, less: 0 };
}

export function softmax_f32(z: Float32Array, state: State, out: Float32Array): number {
  exponentials_f32(z, state, out);
  toScale(state);
  return scaled_f32(out, state, out);
}

export function softmax_f64(z: Float64Array, state: State, out: Float64Array): number {
  exponentials_f64(z, state, out);
  toScale(state);
  return scaled_f64(out, state, out);
}
