// The twin of assembly/totalVariationDistance.ts.

import type { State } from "./blocks.js";
import { addThree, type Part, reduceWidened_f32, reduceWidened_f64 } from "./widened.js";

function add({ values: p, from }: Part, { values: q }: Part, size: number, state: State): number {
  const { gamma } = state;
  let apart0 = 0;
  let apart1 = 0;
  let sum0 = 0;
  let sum1 = 0;
  let difference0 = 0;
  let difference1 = 0;
  for (let j = from; j < from + size; j += 4) {
    const x0 = p[j];
    const x1 = p[j + 1];
    const x2 = p[j + 2];
    const x3 = p[j + 3];
    const y0 = q[j];
    const y1 = q[j + 1];
    const y2 = q[j + 2];
    const y3 = q[j + 3];
    const more0 = gamma * y0;
    const more1 = gamma * y1;
    const more2 = gamma * y2;
    const more3 = gamma * y3;
    apart0 += Math.abs(x0 - y0 - more0) + Math.abs(x2 - y2 - more2);
    apart1 += Math.abs(x1 - y1 - more1) + Math.abs(x3 - y3 - more3);
    difference0 += x0 - y0 + (x2 - y2);
    difference1 += x1 - y1 + (x3 - y3);
    sum0 += x0 + (y0 + more0) + (x2 + (y2 + more2));
    sum1 += x1 + (y1 + more1) + (x3 + (y3 + more3));
  }
  return addThree(state, apart0 + apart1, sum0 + sum1, difference0 + difference1);
}

export function totalVariationDistance_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reduceWidened_f32(p, q, state, add);
}

export function totalVariationDistance_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reduceWidened_f64(p, q, state, add);
}
