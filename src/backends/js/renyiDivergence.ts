// The twin of assembly/renyiDivergence.ts.

import { exponentGap_f64, HIGH, high_f64, SMALLEST_NORMAL_F64, scaleByGap_f64 } from "../../numbers/lanes.js";
import { atanhSeries_f64, excessAcross_f64, excessOfSeries_f64, logOfSeries_f64 } from "../../numbers/logarithm.js";
import { type State, UNUSUAL } from "./blocks.js";
import { exponents_f64, fillPowers, isNearZero, LARGEST_EXPONENT, NO_POWER, rests_f64, weights_f64 } from "./powers.js";
import { type Part, reducePowers_f32, reducePowers_f64 } from "./widened.js";

function fill(
  { values: p, bits: pBits, from }: Part,
  { values: q, from: qFrom }: Part,
  size: number,
  { gamma, beta }: State,
): number {
  for (let i = 0, j = from, k = qFrom; i < size; i++, j++, k++) {
    const x = p[j];
    const more = gamma * q[k];
    const y = q[k] + more;
    const difference = x - q[k] - more;
    weights_f64[i] = x;
    if (x === 0 || y === 0) {
      exponents_f64[i] = NO_POWER;
      rests_f64[i] = beta * -difference;
      continue;
    }
    if (y < SMALLEST_NORMAL_F64) return UNUSUAL;
    const gap = exponentGap_f64(pBits[2 * j + HIGH], high_f64(y));
    const shiftedY = scaleByGap_f64(y, gap);
    const d = gap === 0 ? difference : x - shiftedY;
    const s = d / (x + shiftedY);
    const z = s * s;
    const series = atanhSeries_f64(z);
    const v = beta * logOfSeries_f64(s, z, series, gap);
    if (v > LARGEST_EXPONENT) return UNUSUAL;
    exponents_f64[i] = v;
    const rest = isNearZero(v)
      ? excessAcross_f64(x, y, shiftedY, gap, excessOfSeries_f64(x, d, s, z, series))
      : -difference;
    rests_f64[i] = beta * rest;
  }
  fillPowers(size);
  return 0;
}

export function renyiDivergence_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reducePowers_f32(p, q, state, fill);
}

export function renyiDivergence_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reducePowers_f64(p, q, state, fill);
}
