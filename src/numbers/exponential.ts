// The twin of assembly/exponential.ts, one number at a time: the same operations in the same order, each f32 one rounded by
// Math.fround. Blocks of them are in backends/js/exponentials.ts.

import { powerOf2 } from "./lanes.js";

const round = Math.fround;

/** An exponent below which e^x makes no difference to a sum with a 1 in it. */
export const NEGLIGIBLE_F32 = -64;
export const NEGLIGIBLE_F64 = -256;
/** Where e^x is 0. */
const ZERO_F32 = -104;
export const ZERO_F64 = -746;

const PER_LN2_F32 = 1.4426950216293335;
const PER_LN2_F64 = 1.4426950408889634;
/** 1.5·2^52, which added rounds to an integer: that of an f32 product, too, as 1.5·2^23 does in f32. */
const MAGIC = 6755399441055744;
const LN2_HIGH_F32 = 0.693145751953125;
const LN2_LOW_F32 = 1.428606765330187e-6;
const LN2_HIGH_F64 = 0.6931471803691238;
const LN2_LOW_F64 = 1.9082149292705877e-10;

/** 2^(j/64), rounded, j = 0 … 63: powers of 2^(1/64) in 66 binary places, which are enough for all of them. */
export const roots = /* @__PURE__ */ makeRoots();

function makeRoots(): Float64Array {
  let power = 1n << 66n;
  return new Float64Array(64).map(() => {
    const root = Number(power) / 2 ** 66;
    power = (power * 74590463786602740636n) >> 66n;
    return root;
  });
}

/** x/ln 2, rounded. */
export function octavesOf_f32(x: number): number {
  return round(x * PER_LN2_F32) + MAGIC - MAGIC;
}

export function octavesOf_f64(x: number): number {
  return x * PER_LN2_F64 + MAGIC - MAGIC;
}

export function remainderOf_f32(x: number, n: number): number {
  return round(round(x - n * LN2_HIGH_F32) - round(n * LN2_LOW_F32));
}

export function remainderOf_f64(x: number, n: number): number {
  return x - n * LN2_HIGH_F64 - n * LN2_LOW_F64;
}

export function seriesQ_f32(r: number, rr: number): number {
  const high = round(round(0.0013941143406555057 * rr) + round(round(0.008363192901015282 * r) + 0.04166637361049652));
  return round(round(high * rr) + round(round(0.16666576266288757 * r) + 0.5));
}

export function seriesQ_f64(r: number, rr: number): number {
  let q = (2.511007251580466e-8 * r + 2.762011310526425e-7) * rr + (2.7557242276421916e-6 * r + 2.48015212438058e-5);
  q = q * rr + (0.00019841269886644561 * r + 0.0013888888917247537);
  q = q * rr + (0.00833333333332219 * r + 0.04166666666662406);
  return q * rr + (0.16666666666666674 * r + 0.5000000000000001);
}

/** e^r, |r| <= ln(2)/2. */
export function ofRemainder_f32(r: number): number {
  const rr = round(r * r);
  const high = round(
    round(round(round(0.008290290832519531 * r) + 0.04189806059002876) * rr) +
      round(round(0.1666763722896576 * r) + 0.4999914765357971),
  );
  return round(round(high * rr) + round(round(0.9999997019767761 * r) + 1));
}

/** power·e^r, |r| <= ln(2)/128. */
export function timesRest(power: number, r: number): number {
  const rr = r * r;
  const s = (0.008333342065911816 * r + 0.04166670741870157) * rr + (0.16666666666658125 * r + 0.4999999999998505);
  return power * (s * rr + r) + power;
}

/** e^x for any x <= 88 (f32), 709 (f64). */
export function exponentialToZero_f32(x: number): number {
  if (!(x > ZERO_F32)) return 0;
  const n = octavesOf_f32(x);
  return round(ofRemainder_f32(remainderOf_f32(x, n)) * powerOf2(n));
}

export function exponentialToZero_f64(x: number): number {
  if (!(x > ZERO_F64)) return 0;
  // steps of an octave's 64th: multiplying and dividing by 64 is exact
  const n = octavesOf_f64(64 * x);
  const half = n >> 7;
  return timesRest(roots[n & 63] * powerOf2(half), remainderOf_f64(x, n / 64)) * powerOf2((n >> 6) - half);
}

/** e^v - 1 - v >= 0, where |v| <= 2. */
export function excessNear_f32(v: number): number {
  const vv = round(v * v);
  let g = round(round(2.9946752988507797e-7 * vv) + round(round(2.9902419100835687e-6 * v) + 2.470694926159922e-5));
  g = round(round(g * vv) + round(round(0.00019770006474573165 * v) + 0.0013890439877286553));
  g = round(round(g * vv) + round(round(0.008334130048751831 * v) + 0.04166657477617264));
  return round(vv * round(round(g * vv) + round(round(0.1666664332151413 * v) + 0.5)));
}

export function excessNear_f64(v: number): number {
  const vv = v * v;
  let g = 1.6419240941713639e-16 * vv + (2.954606089086593e-15 * v + 4.7730681976411354e-14);
  g = g * vv + (7.637063468635084e-13 * v + 1.1471022590936507e-11);
  g = g * vv + (1.6059420477308094e-10 * v + 2.087674998662588e-9);
  g = g * vv + (2.5052100399142294e-8 * v + 2.7557319328466243e-7);
  g = g * vv + (2.7557319319972577e-6 * v + 2.4801587300705794e-5);
  g = g * vv + (0.00019841269840658332 * v + 0.0013888888888892645);
  g = g * vv + (0.008333333333335082 * v + 0.0416666666666666);
  return vv * (g * vv + (0.16666666666666652 * v + 0.5));
}
