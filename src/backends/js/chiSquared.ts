// The twin of assembly/chiSquared.ts.

import { SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
import type { State } from "./blocks.js";
import { first_f64, type Part, reduceWidened_f32, reduceWidened_f64, second_f64 } from "./widened.js";

function fill({ values: p, from }: Part, { values: q, from: qFrom }: Part, size: number, { gamma }: State): boolean {
  for (let i = 0, j = from, k = qFrom; i < size; i++, j++, k++) {
    const more = gamma * q[k];
    const y = q[k] + more;
    const d = p[j] - q[k] - more;
    first_f64[i] = d * (d / (y < SMALLEST_NORMAL_F64 ? SMALLEST_NORMAL_F64 : y));
    second_f64[i] = y;
  }
  return true;
}

export function chiSquared_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reduceWidened_f32(p, q, state, fill);
}

export function chiSquared_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reduceWidened_f64(p, q, state, fill);
}
