// The twin of assembly/totalVariationDistance.ts.

import type { State } from "./blocks.js";
import { first_f64, type Part, reduceWidened_f32, reduceWidened_f64, second_f64 } from "./widened.js";

function fill({ values: p, from }: Part, { values: q, from: qFrom }: Part, size: number, { gamma }: State): number {
  for (let i = 0, j = from, k = qFrom; i < size; i++, j++, k++) {
    const more = gamma * q[k];
    first_f64[i] = Math.abs(p[j] - q[k] - more);
    second_f64[i] = p[j] + (q[k] + more);
  }
  return 0;
}

export function totalVariationDistance_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reduceWidened_f32(p, q, state, fill, true);
}

export function totalVariationDistance_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reduceWidened_f64(p, q, state, fill, true);
}
