// The twin of assembly/jsDivergenceOfLogits.ts.

import { NEGLIGIBLE_F32, NEGLIGIBLE_F64 } from "../../numbers/exponential.js";
import { atanhSeries_f32, atanhSeries_f64 } from "../../numbers/logarithm.js";
import {
  BLOCK_F32,
  BLOCK_F64,
  type Blocks_f32,
  type Blocks_f64,
  type State,
  sumOfTerms_f32,
  sumOfTerms_f64,
  UNUSUAL,
} from "./blocks.js";
import { exponentials_f32, exponentials_f64 } from "./exponentials.js";
import {
  addFinite,
  differences_f32,
  differences_f64,
  exponents_f32,
  exponents_f64,
  logitBlocks_f32,
  logitBlocks_f64,
  logRatios_f32,
  logRatios_f64,
  NEAR,
  powers_f32,
  powers_f64,
  preparePair_f32,
  preparePair_f64,
  products_f32,
  products_f64,
  toClampedExponents_f32,
  toClampedExponents_f64,
} from "./logits.js";

const round = Math.fround;

const LN2_F32 = 0.6931471824645996;
const LN2_F64 = 0.6931471805599453;

/** w·(1/4 + w²·H(w)), w = v² <= 4. */
export function nearTerm_f32(v: number): number {
  const w = round(v * v);
  const ww = round(w * w);
  const h = round(
    round(round(round(-2.979403390668267e-8 * w) + 6.713221409881953e-7) * ww) +
      round(round(-1.0818350347108208e-5 * w) + 0.0002170101215597242),
  );
  return round(w * round(round(ww * h) + 0.25));
}

export function nearTerm_f64(v: number): number {
  const w = v * v;
  const ww = w * w;
  let h =
    (-1.5602793746586102e-17 * w + 5.546449049830935e-16) * ww + (-1.0401241682938792e-14 * w + 1.465355995037762e-13);
  h = h * ww + (-1.8481569857449788e-12 * w + 2.2838409908276635e-11);
  h = h * ww + (-2.868765307707757e-10 * w + 3.71560732957295e-9);
  h = h * ww + (-5.014498161625038e-8 * w + 7.153061941678163e-7);
  h = h * ww + (-1.0850694444273365e-5 * w + 0.00021701388888888657);
  return w * (ww * h + 0.25);
}

/** The terms of p and q for any ratio of logarithms. */
export function mixtureTerm_f32(p: number, q: number, logRatio: number): number {
  const v = NEGLIGIBLE_F32 < logRatio ? logRatio : NEGLIGIBLE_F32;
  if (v <= 2 && v >= -2) return round(round(Math.sqrt(round(p * q))) * nearTerm_f32(v));
  const less = p < q ? p : q;
  const more = p < q ? q : p;
  const s = round(less / round(round(more * 2) + less));
  const ss = round(s * s);
  const l = round(LN2_F32 - round(round(round(s * ss) * atanhSeries_f32(ss)) + round(s + s)));
  const fromP = round(p * round(l - (0 < v ? v : 0)));
  return round(fromP + round(q * round(l - (0 < -v ? -v : 0))));
}

/** The terms of a block in which some |v| > 2, to `products`. */
function farTerms_f32(b: Blocks_f32, size: number, { fields }: State): void {
  const shift = round(fields.bShift);
  const scale = round(fields.scale);
  const secondFactor = round(fields.secondFactor);
  exponentials_f32(exponents_f32, powers_f32, size);
  toClampedExponents_f32(b.values, b.from, size, shift, scale);
  exponentials_f32(exponents_f32, differences_f32, size);
  for (let i = 0; i < size; i++) {
    products_f32[i] = mixtureTerm_f32(powers_f32[i], round(differences_f32[i] * secondFactor), logRatios_f32[i]);
  }
}

export function jsDivergenceOfLogits_f32(a: Float32Array, b: Float32Array, state: State): number {
  const [aBlocks, bBlocks] = logitBlocks_f32(a, b);
  for (let start = 0; start < a.length; start += BLOCK_F32) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    if (preparePair_f32(aBlocks, bBlocks, size, state) & NEAR) {
      for (let i = 0; i < size; i++) exponents_f32[i] = round(logRatios_f32[i] * 0.5) + exponents_f32[i];
      exponentials_f32(exponents_f32, powers_f32, size);
      for (let i = 0; i < size; i++) products_f32[i] = powers_f32[i] * nearTerm_f32(logRatios_f32[i]);
    } else {
      farTerms_f32(bBlocks, size, state);
    }
    if (!addFinite(state, 0, sumOfTerms_f32(products_f32, size))) return UNUSUAL;
  }
  return 0;
}

/** The terms of p and q for any ratio of logarithms. */
export function mixtureTerm_f64(p: number, q: number, logRatio: number): number {
  const v = NEGLIGIBLE_F64 < logRatio ? logRatio : NEGLIGIBLE_F64;
  if (v <= 2 && v >= -2) return Math.sqrt(p * q) * nearTerm_f64(v);
  const less = p < q ? p : q;
  const more = p < q ? q : p;
  const s = less / (more * 2 + less);
  const ss = s * s;
  const l = LN2_F64 - (s * ss * atanhSeries_f64(ss) + (s + s));
  const fromP = p * (l - (0 < v ? v : 0));
  return fromP + q * (l - (0 < -v ? -v : 0));
}

/** The terms of a block in which some |v| > 2, to `products`. */
function farTerms_f64(b: Blocks_f64, size: number, { fields }: State): void {
  const shift = fields.bShift;
  const scale = fields.scale;
  const secondFactor = fields.secondFactor;
  exponentials_f64(exponents_f64, powers_f64, size);
  toClampedExponents_f64(b.values, b.from, size, shift, scale);
  exponentials_f64(exponents_f64, differences_f64, size);
  for (let i = 0; i < size; i++) {
    products_f64[i] = mixtureTerm_f64(powers_f64[i], differences_f64[i] * secondFactor, logRatios_f64[i]);
  }
}

export function jsDivergenceOfLogits_f64(a: Float64Array, b: Float64Array, state: State): number {
  const [aBlocks, bBlocks] = logitBlocks_f64(a, b);
  for (let start = 0; start < a.length; start += BLOCK_F64) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    if (preparePair_f64(aBlocks, bBlocks, size, state) & NEAR) {
      for (let i = 0; i < size; i++) exponents_f64[i] = logRatios_f64[i] * 0.5 + exponents_f64[i];
      exponentials_f64(exponents_f64, powers_f64, size);
      for (let i = 0; i < size; i++) products_f64[i] = powers_f64[i] * nearTerm_f64(logRatios_f64[i]);
    } else {
      farTerms_f64(bBlocks, size, state);
    }
    if (!addFinite(state, 0, sumOfTerms_f64(products_f64, size))) return UNUSUAL;
  }
  return 0;
}
