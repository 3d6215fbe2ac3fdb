// The twin of assembly/klDivergence.ts.

import {
  exponentGap_f32,
  exponentGap_f64,
  HIGH,
  powerOf2,
  SMALLEST_NORMAL_F32,
  SMALLEST_NORMAL_F64,
  scaleByGap_f64,
} from "../../numbers/lanes.js";
import { excess_f32, excess_f64, excessNear_f32, excessNear_f64 } from "../../numbers/logarithm.js";
import {
  type Blocks_f32,
  type Blocks_f64,
  type Family_f32,
  type Family_f64,
  flagsOf,
  reducePair_f32,
  reducePair_f64,
  type State,
  terms_f32,
  terms_f64,
} from "./blocks.js";

const round = Math.fround;

const kl_f32: Family_f32 = {
  dense({ values: p, bits: pBits, from }: Blocks_f32, { values: q, bits: qBits }: Blocks_f32, size: number): void {
    for (let i = 0, j = from; i < size; i++, j++) {
      const x = p[j];
      const y = q[j];
      const gap = exponentGap_f32(pBits[j], qBits[j]);
      if (gap === 0) {
        terms_f32[i] = excessNear_f32(x, x - y, round(x + y));
      } else {
        const shiftedQ = y * powerOf2(gap >> 23);
        terms_f32[i] = excess_f32(x, y, shiftedQ, x - shiftedQ, gap, round(x + shiftedQ));
      }
    }
  },

  sparse({ values: p, bits: pBits, from }: Blocks_f32, { values: q, bits: qBits }: Blocks_f32, size: number): number {
    let flags = 0;
    for (let i = 0, j = from; i < size; i++, j++) {
      const x = p[j];
      const y = q[j];
      // p = 0 leaves y; any other class with so small a number makes the terms useless
      if (x < SMALLEST_NORMAL_F32 || y < SMALLEST_NORMAL_F32) {
        if (x !== 0 || y < 0) flags |= flagsOf(x, y);
        terms_f32[i] = y;
        continue;
      }
      const gap = exponentGap_f32(pBits[j], qBits[j]);
      if (gap === 0) {
        terms_f32[i] = excessNear_f32(x, round(x - y), round(x + y));
      } else {
        const shiftedQ = y * powerOf2(gap >> 23);
        terms_f32[i] = excess_f32(x, y, shiftedQ, x - shiftedQ, gap, round(x + shiftedQ));
      }
    }
    return flags;
  },

  second: "p - q",
};

const kl_f64: Family_f64 = {
  dense({ values: p, bits: pBits, from }: Blocks_f64, { values: q, bits: qBits }: Blocks_f64, size: number): void {
    for (let i = 0, j = from; i < size; i++, j++) {
      const x = p[j];
      const y = q[j];
      const gap = exponentGap_f64(pBits[2 * j + HIGH], qBits[2 * j + HIGH]);
      if (gap === 0) {
        terms_f64[i] = excessNear_f64(x, x - y, x + y);
      } else {
        const shiftedQ = scaleByGap_f64(y, gap);
        terms_f64[i] = excess_f64(x, y, shiftedQ, x - shiftedQ, gap, x + shiftedQ);
      }
    }
  },

  sparse({ values: p, bits: pBits, from }: Blocks_f64, { values: q, bits: qBits }: Blocks_f64, size: number): number {
    let flags = 0;
    for (let i = 0, j = from; i < size; i++, j++) {
      const x = p[j];
      const y = q[j];
      // p = 0 leaves y; any other class with so small a number makes the terms useless
      if (x < SMALLEST_NORMAL_F64 || y < SMALLEST_NORMAL_F64) {
        if (x !== 0 || y < 0) flags |= flagsOf(x, y);
        terms_f64[i] = y;
        continue;
      }
      const gap = exponentGap_f64(pBits[2 * j + HIGH], qBits[2 * j + HIGH]);
      if (gap === 0) {
        terms_f64[i] = excessNear_f64(x, x - y, x + y);
      } else {
        const shiftedQ = scaleByGap_f64(y, gap);
        terms_f64[i] = excess_f64(x, y, shiftedQ, x - shiftedQ, gap, x + shiftedQ);
      }
    }
    return flags;
  },

  second: "p - q",
};

export function klDivergence_f32(p: Float32Array, q: Float32Array, state: State): number {
  return reducePair_f32(p, q, state, kl_f32);
}

export function klDivergence_f64(p: Float64Array, q: Float64Array, state: State): number {
  return reducePair_f64(p, q, state, kl_f64);
}
