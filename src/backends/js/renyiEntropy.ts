// The twin of assembly/renyiEntropy.ts.

import { HIGH, SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
import { logarithm_f64 } from "../../numbers/logarithm.js";
import { type State, UNUSUAL } from "./blocks.js";
import { exponents_f64, fillPowers, isNearZero, LARGEST_EXPONENT, rests_f64, weights_f64 } from "./powers.js";
import { type Part, reducePowers_f32, reducePowers_f64 } from "./widened.js";

function fill({ values: p, bits, from }: Part, _: Part, size: number, { k, beta, weight }: State): number {
  const rest = 1 - weight;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    if (x === 0) {
      weights_f64[i] = 0;
      exponents_f64[i] = 0;
      rests_f64[i] = 0;
      continue;
    }
    const y = beta * logarithm_f64(x, bits[2 * j + HIGH], k);
    if (!(x >= SMALLEST_NORMAL_F64 && x < Number.POSITIVE_INFINITY && y <= LARGEST_EXPONENT)) return UNUSUAL;
    const w = weight * x + rest;
    weights_f64[i] = w;
    exponents_f64[i] = y;
    rests_f64[i] = isNearZero(y) ? w * y : 0;
  }
  fillPowers(size);
  return 0;
}

export function renyiEntropy_f32(p: Float32Array, state: State): number {
  return reducePowers_f32(p, p, state, fill);
}

export function renyiEntropy_f64(p: Float64Array, state: State): number {
  return reducePowers_f64(p, p, state, fill);
}
