// The twin of assembly/hellingerDistance.ts.

import { SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
import { type State, UNUSUAL } from "./blocks.js";
import { first_f64, type Part, reduceWidened_f32, reduceWidened_f64, second_f64 } from "./widened.js";

function fill({ values: p, from }: Part, { values: q, from: qFrom }: Part, size: number, { gamma }: State): number {
  let flags = 0;
  for (let i = 0, j = from, k = qFrom; i < size; i++, j++, k++) {
    const x = p[j];
    if (x < 0 || q[k] < 0) flags = UNUSUAL;
    const more = gamma * q[k];
    const y = q[k] + more;
    const d = x - q[k] - more;
    const root = Math.sqrt(x * y);
    const sum = x + y + (root + root);
    first_f64[i] = d * (d / (sum < SMALLEST_NORMAL_F64 ? SMALLEST_NORMAL_F64 : sum));
    second_f64[i] = root;
  }
  return flags;
}

export function hellingerDistance_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reduceWidened_f32(p, q, state, fill);
}

export function hellingerDistance_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reduceWidened_f64(p, q, state, fill);
}
