// The twin of assembly/chiSquared.ts.

import { SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
import { Q_IS_ZERO, type State, UNUSUAL } from "./blocks.js";
import { addThree, type Part, reduceWidened_f32, reduceWidened_f64 } from "./widened.js";

function apartOf(x: number, y: number, gamma: number): number {
  const more = gamma * y;
  const grownY = y + more;
  const d = x - y - more;
  return d * (d / (grownY < SMALLEST_NORMAL_F64 ? SMALLEST_NORMAL_F64 : grownY));
}

const mayBeFlagged = (x: number, y: number): boolean => x < 0 || y < SMALLEST_NORMAL_F64;

function flagsOf(x: number, y: number): number {
  if (x < 0) return UNUSUAL;
  if (y === 0) return x === 0 ? 0 : Q_IS_ZERO;
  return y < SMALLEST_NORMAL_F64 ? UNUSUAL : 0;
}

function add({ values: p, from }: Part, { values: q }: Part, size: number, state: State): number {
  const { gamma } = state;
  let apart0 = 0;
  let apart1 = 0;
  let sum0 = 0;
  let sum1 = 0;
  let difference0 = 0;
  let difference1 = 0;
  let flags = 0;
  for (let j = from; j < from + size; j += 4) {
    const x0 = p[j];
    const x1 = p[j + 1];
    const x2 = p[j + 2];
    const x3 = p[j + 3];
    const y0 = q[j];
    const y1 = q[j + 1];
    const y2 = q[j + 2];
    const y3 = q[j + 3];
    if (mayBeFlagged(x0, y0) || mayBeFlagged(x1, y1) || mayBeFlagged(x2, y2) || mayBeFlagged(x3, y3))
      flags |= flagsOf(x0, y0) | flagsOf(x1, y1) | flagsOf(x2, y2) | flagsOf(x3, y3);
    apart0 += apartOf(x0, y0, gamma) + apartOf(x2, y2, gamma);
    apart1 += apartOf(x1, y1, gamma) + apartOf(x3, y3, gamma);
    sum0 += x0 + x2;
    sum1 += x1 + x3;
    difference0 += x0 - y0 + (x2 - y2);
    difference1 += x1 - y1 + (x3 - y3);
  }
  return flags | addThree(state, apart0 + apart1, sum0 + sum1, difference0 + difference1);
}

export function chiSquared_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reduceWidened_f32(p, q, state, add);
}

export function chiSquared_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reduceWidened_f64(p, q, state, add);
}
