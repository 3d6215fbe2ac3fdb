// The twin of assembly/chiSquared.ts.

import { SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
import { Q_IS_ZERO, type State, UNUSUAL } from "./blocks.js";
import { first_f64, type Part, reduceWidened_f32, reduceWidened_f64, second_f64 } from "./widened.js";

function fill({ values: p, from }: Part, { values: q, from: qFrom }: Part, size: number, { gamma }: State): number {
  let flags = 0;
  for (let i = 0, j = from, k = qFrom; i < size; i++, j++, k++) {
    const x = p[j];
    if (x < 0) flags |= UNUSUAL;
    if (q[k] < SMALLEST_NORMAL_F64) {
      if (q[k] !== 0) flags |= UNUSUAL;
      else if (x !== 0) flags |= Q_IS_ZERO;
    }
    const more = gamma * q[k];
    const y = q[k] + more;
    const d = x - q[k] - more;
    first_f64[i] = d * (d / (y < SMALLEST_NORMAL_F64 ? SMALLEST_NORMAL_F64 : y));
    second_f64[i] = x;
  }
  return flags;
}

export function chiSquared_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reduceWidened_f32(p, q, state, fill);
}

export function chiSquared_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reduceWidened_f64(p, q, state, fill);
}
