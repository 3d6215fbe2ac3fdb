// e^x and e^v - 1 - v of a block, as assembly/exponential.ts has them for lanes.
//
// A block is worked on in two loops, by way of the remainders: as one, the chain of roundings is so long that a processor
// holds too few classes at once, and it takes half as long again (measured).

import {
  NEGLIGIBLE_F32,
  NEGLIGIBLE_F64,
  octavesOf_f32,
  octavesOf_f64,
  ofRemainder_f32,
  remainderOf_f32,
  remainderOf_f64,
  roots,
  seriesQ_f32,
  seriesQ_f64,
  timesRest,
} from "../../numbers/exponential.js";
import { powerOf2 } from "../../numbers/lanes.js";
import { BLOCK_F32, BLOCK_F64 } from "./blocks.js";

const round = Math.fround;

const remainders_f32 = /* @__PURE__ */ new Float32Array(BLOCK_F32);
const remainders_f64 = /* @__PURE__ */ new Float64Array(BLOCK_F64);
/** 2^n, or 2^(n/64). */
const powers = /* @__PURE__ */ new Float64Array(BLOCK_F32);

/** out = e^x of a block, where all are normal numbers. */
export function exponentials_f32(x: Float32Array, out: Float32Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const n = octavesOf_f32(x[i]);
    remainders_f32[i] = remainderOf_f32(x[i], n);
    powers[i] = powerOf2(n);
  }
  for (let i = 0; i < size; i++) out[i] = ofRemainder_f32(remainders_f32[i]) * powers[i];
}

/** out = e^x of a block, where all are normal numbers. */
export function exponentials_f64(x: Float64Array, out: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    // steps of an octave's 64th, as in exponentialToZero_f64
    const n = octavesOf_f64(64 * x[i]);
    remainders_f64[i] = remainderOf_f64(x[i], n / 64);
    powers[i] = roots[n & 63] * powerOf2(n >> 6);
  }
  for (let i = 0; i < size; i++) out[i] = timesRest(powers[i], remainders_f64[i]);
}

/** out = e^v - 1 - v >= 0 of a block, any v <= 88 (f32), 709 (f64). */
export function excesses_f32(v: Float32Array, out: Float32Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const clamped = NEGLIGIBLE_F32 < v[i] ? v[i] : NEGLIGIBLE_F32;
    const n = octavesOf_f32(clamped);
    remainders_f32[i] = remainderOf_f32(clamped, n);
    powers[i] = powerOf2(n);
  }
  for (let i = 0; i < size; i++) {
    const r = remainders_f32[i];
    const rr = round(r * r);
    const power = powers[i];
    const curved = round(power * round(rr * seriesQ_f32(r, rr)));
    out[i] = curved + round(round(power - 1) + round(round(power * r) - v[i]));
  }
}

/** out = e^v - 1 - v >= 0 of a block, any v <= 88 (f32), 709 (f64). */
export function excesses_f64(v: Float64Array, out: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const clamped = NEGLIGIBLE_F64 < v[i] ? v[i] : NEGLIGIBLE_F64;
    const n = octavesOf_f64(clamped);
    remainders_f64[i] = remainderOf_f64(clamped, n);
    powers[i] = powerOf2(n);
  }
  for (let i = 0; i < size; i++) {
    const r = remainders_f64[i];
    const rr = r * r;
    const power = powers[i];
    const curved = power * (rr * seriesQ_f64(r, rr));
    out[i] = curved + (power - 1 + (power * r - v[i]));
  }
}
