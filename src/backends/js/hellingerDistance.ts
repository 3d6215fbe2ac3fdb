// The twin of assembly/hellingerDistance.ts.

import { SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
import { type State, UNUSUAL } from "./blocks.js";
import { addThree, type Part, reduceWidened_f32, reduceWidened_f64 } from "./widened.js";

function rootOf(x: number, y: number, gamma: number): number {
  return Math.sqrt(x * (y + gamma * y));
}

function apartOf(x: number, y: number, gamma: number, root: number): number {
  const more = gamma * y;
  const d = x - y - more;
  const sum = x + (y + more) + (root + root);
  return d * (d / (sum < SMALLEST_NORMAL_F64 ? SMALLEST_NORMAL_F64 : sum));
}

function add({ values: p, from }: Part, { values: q }: Part, size: number, state: State): number {
  const { gamma } = state;
  let apart0 = 0;
  let apart1 = 0;
  let roots0 = 0;
  let roots1 = 0;
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
    if (x0 < 0 || y0 < 0 || x1 < 0 || y1 < 0 || x2 < 0 || y2 < 0 || x3 < 0 || y3 < 0) flags = UNUSUAL;
    const root0 = rootOf(x0, y0, gamma);
    const root1 = rootOf(x1, y1, gamma);
    const root2 = rootOf(x2, y2, gamma);
    const root3 = rootOf(x3, y3, gamma);
    apart0 += apartOf(x0, y0, gamma, root0) + apartOf(x2, y2, gamma, root2);
    apart1 += apartOf(x1, y1, gamma, root1) + apartOf(x3, y3, gamma, root3);
    roots0 += root0 + root2;
    roots1 += root1 + root3;
    difference0 += x0 - y0 + (x2 - y2);
    difference1 += x1 - y1 + (x3 - y3);
  }
  return flags | addThree(state, apart0 + apart1, roots0 + roots1, difference0 + difference1);
}

export function hellingerDistance_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reduceWidened_f32(p, q, state, add);
}

export function hellingerDistance_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reduceWidened_f64(p, q, state, add);
}
