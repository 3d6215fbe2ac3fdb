// The twin of assembly/powers.ts.

import { octavesOf_f64, remainderOf_f64, seriesQ_f64, ZERO_F64 } from "../../numbers/exponential.js";
import { powerOf2 } from "../../numbers/lanes.js";
import { BLOCK_F64 } from "./blocks.js";
import { first_f64, second_f64 } from "./widened.js";

export const LARGEST_EXPONENT = 700;
export const NO_POWER = -1000;
const LN2 = 0.6931471805599453;

/** w, v and b of each class. */
export const weights_f64 = /* @__PURE__ */ new Float64Array(BLOCK_F64);
export const exponents_f64 = /* @__PURE__ */ new Float64Array(BLOCK_F64);
export const rests_f64 = /* @__PURE__ */ new Float64Array(BLOCK_F64);

export const isNearZero = (v: number): boolean => v <= LN2 && v >= -LN2;

export function fillPowers(size: number): void {
  for (let i = 0; i < size; i++) {
    const x = weights_f64[i];
    const v = exponents_f64[i];
    if (x === 0) {
      first_f64[i] = rests_f64[i];
      second_f64[i] = 0;
    } else if (isNearZero(v)) {
      const u = v * 0.5;
      const uu = u * u;
      const excess = seriesQ_f64(u, uu) * uu;
      const lessOne = excess + u;
      const near = lessOne * lessOne + (excess + excess);
      first_f64[i] = x * near + rests_f64[i];
      second_f64[i] = x * (v + near + 1);
    } else if (v > ZERO_F64) {
      const n = octavesOf_f64(v);
      const half = n >> 1;
      const u = remainderOf_f64(v, n);
      const uu = u * u;
      const far = (seriesQ_f64(u, uu) * uu + u + 1) * powerOf2(half) * powerOf2(n - half);
      first_f64[i] = x * (far - 1) + rests_f64[i];
      second_f64[i] = x * far;
    } else {
      first_f64[i] = x * (0 - 1) + rests_f64[i];
      second_f64[i] = x * 0;
    }
  }
}
