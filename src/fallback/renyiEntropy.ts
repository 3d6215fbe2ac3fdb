// The twin of assembly/renyiEntropy.ts.

import type { State } from "./blocks.js";
import { excessNear_f64, exponentialToZero_f64 } from "./exponential.js";
import { HIGH, SMALLEST_NORMAL_F64 } from "./lanes.js";
import { logarithm_f64 } from "./logarithm.js";
import { first_f64, LARGEST_EXPONENT, type Part, reduceWidened_f32, reduceWidened_f64, second_f64 } from "./widened.js";

function fill({ values: p, bits, from }: Part, _: Part, size: number, { k, beta, weight }: State): boolean {
  const rest = 1 - weight;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    if (x === 0) {
      first_f64[i] = 0;
      second_f64[i] = 0;
      continue;
    }
    const y = beta * logarithm_f64(x, bits[2 * j + HIGH], k);
    if (!(x >= SMALLEST_NORMAL_F64 && x < Number.POSITIVE_INFINITY && y <= LARGEST_EXPONENT)) return false;
    const power = exponentialToZero_f64(y);
    const w = weight * x + rest;
    first_f64[i] = w * (y <= 2 && y >= -2 ? excessNear_f64(y) + y : power - 1);
    second_f64[i] = w * power;
  }
  return true;
}

export function renyiEntropy_f32(p: Float32Array, state: State): number {
  return reduceWidened_f32(p, p, state, fill);
}

export function renyiEntropy_f64(p: Float64Array, state: State): number {
  return reduceWidened_f64(p, p, state, fill);
}
