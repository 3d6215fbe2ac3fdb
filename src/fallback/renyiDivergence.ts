// The twin of assembly/renyiDivergence.ts.

import type { State } from "./blocks.js";
import { excessNear_f64 as excessOfExponential_f64, exponentialToZero_f64 } from "./exponential.js";
import { exponentGap_f64, HIGH, high_f64, SMALLEST_NORMAL_F64, scaleByGap_f64 } from "./lanes.js";
import { atanhSeries_f64, excessAcross_f64, excessOfSeries_f64, logOfSeries_f64 } from "./logarithm.js";
import { first_f64, LARGEST_EXPONENT, type Part, reduceWidened_f32, reduceWidened_f64, second_f64 } from "./widened.js";

function fill({ values: p, bits: pBits, from }: Part, { values: q, from: qFrom }: Part, size: number, state: State) {
  const { gamma, beta } = state;
  for (let i = 0, j = from, k = qFrom; i < size; i++, j++, k++) {
    const x = p[j];
    const more = gamma * q[k];
    const y = q[k] + more;
    const difference = x - q[k] - more;
    if (x === 0 || y === 0) {
      first_f64[i] = -x - beta * difference;
      second_f64[i] = 0;
      continue;
    }
    if (y < SMALLEST_NORMAL_F64) return false;
    const gap = exponentGap_f64(pBits[2 * j + HIGH], high_f64(y));
    const shiftedY = scaleByGap_f64(y, gap);
    const d = gap === 0 ? difference : x - shiftedY;
    const s = d / (x + shiftedY);
    const z = s * s;
    const series = atanhSeries_f64(z);
    const v = beta * logOfSeries_f64(s, z, series, gap);
    if (v > LARGEST_EXPONENT) return false;
    const power = exponentialToZero_f64(v);
    if (v <= 2 && v >= -2) {
      const excess = excessAcross_f64(x, y, shiftedY, gap, excessOfSeries_f64(x, d, s, z, series));
      first_f64[i] = x * excessOfExponential_f64(v) + beta * excess;
    } else {
      first_f64[i] = x * (power - 1) - beta * difference;
    }
    second_f64[i] = x * power;
  }
  return true;
}

export function renyiDivergence_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reduceWidened_f32(p, q, state, fill);
}

export function renyiDivergence_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reduceWidened_f64(p, q, state, fill);
}
