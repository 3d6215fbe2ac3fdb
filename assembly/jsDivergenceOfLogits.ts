// jsDivergenceOfLogits: Σ [p ln(p/m) + q ln(q/m)] (total 0), m = (p + q)/2, over p = e^x and q = e^y·Zp/Zq (SECOND_FACTOR);
// v = ln(q/p) = (b - a + offset)·scale. JS is that over 2·Zp. With w = v²:
//
//   √(pq)·w·(1/4 + w²·H(w)),  H(w) = 1/4608 - w/92160 + …                 where |v| <= 2
//   p·(L - max(v, 0)) + q·(L - max(-v, 0)),  L = ln 2 - ln(1 + e^-|v|)    elsewhere
//
// Every term is >= 0, and of second order in v from the start. H is a minimax polynomial made by scripts/fitPolynomials.py,
// |error| <= 3.8e-9 (f32, 4 coefficients), 2.32e-18 (f64, 12).

import { BLOCK, GROUP, SCRATCH, UNUSUAL, blockSize, sumOfGroup } from "./blocks";
import { exponential, negligible } from "./exponential";
import { addLanes, half, multiplyAdd, sumOfLanes } from "./lanes";
import {
  B_SHIFT, NEAR, SCALE, SECOND_FACTOR, addFinite, clampedExponents, field, paddedLogits, preparePair,
} from "./logits";
import { atanhSeries, ln2Of } from "./logarithm";
import { coefficient, pair, withPair } from "./polynomial";
import { begins, ends, operand, swapOf } from "./rows";

const H_F32 = memory.data<f32>(
  [
    0.25, 0.0002170101215597242, -1.0818350347108208e-5, 6.713221409881953e-7, -2.979403390668267e-8, 2.0,
  ],
  16,
);
const H_F64 = memory.data<f64>(
  [
    0.25, 0.00021701388888888657, -1.0850694444273365e-5, 7.153061941678163e-7, -5.014498161625038e-8,
    3.71560732957295e-9, -2.868765307707757e-10, 2.2838409908276635e-11, -1.8481569857449788e-12,
    1.465355995037762e-13, -1.0401241682938792e-14, 5.546449049830935e-16, -1.5602793746586102e-17, 2.0,
  ],
  16,
);

// @ts-ignore: decorator
@inline
function at<T>(index: usize): v128 {
  return coefficient<T>(H_F32, H_F64, index);
}

/** w·(1/4 + w²·H(w)), w = v² <= 4. */
// @ts-ignore: decorator
@inline
export function nearTerm<T>(v: v128): v128 {
  const w = v128.mul<T>(v, v);
  const ww = v128.mul<T>(w, w);
  // the coefficients of H start at 1
  let h = pair<T>(H_F32, H_F64, sizeof<T>() == 4 ? 3 : 11, w);
  if (sizeof<T>() == 8) {
    h = withPair<T>(h, w, ww, H_F32, H_F64, 9);
    h = withPair<T>(h, w, ww, H_F32, H_F64, 7);
    h = withPair<T>(h, w, ww, H_F32, H_F64, 5);
    h = withPair<T>(h, w, ww, H_F32, H_F64, 3);
  }
  h = withPair<T>(h, w, ww, H_F32, H_F64, 1);
  return v128.mul<T>(w, multiplyAdd<T>(ww, h, at<T>(0)));
}

// @ts-ignore: decorator
@inline
function nearTermOf<T>(x: v128, v: v128): v128 {
  return v128.mul<T>(exponential<T>(multiplyAdd<T>(v, half<T>(), x)), nearTerm<T>(v));
}

/** The terms of p and q for any v. */
// @ts-ignore: decorator
@inline
export function mixtureTerm<T>(p: v128, q: v128, v: v128): v128 {
  const zero = i32x4.splat(0);
  const two = at<T>(sizeof<T>() == 4 ? 5 : 13);
  const clamped = v128.pmax<T>(negligible<T>(), v);
  // ln(1 + z), z = e^-|v|: 2 atanh(s), s = z/(2 + z)
  const less = v128.pmin<T>(p, q);
  const more = v128.pmax<T>(p, q);
  const s = v128.div<T>(less, multiplyAdd<T>(more, two, less));
  const ss = v128.mul<T>(s, s);
  const logarithm = multiplyAdd<T>(v128.mul<T>(s, ss), atanhSeries<T>(ss), v128.add<T>(s, s));
  const l = v128.sub<T>(ln2Of<T>(), logarithm);
  const far = v128.add<T>(
    v128.mul<T>(p, v128.sub<T>(l, v128.pmax<T>(zero, clamped))),
    v128.mul<T>(q, v128.sub<T>(l, v128.pmax<T>(zero, v128.neg<T>(clamped)))),
  );
  const near = v128.mul<T>(v128.sqrt<T>(v128.mul<T>(p, q)), nearTerm<T>(clamped));
  return v128.bitselect(near, far, v128.le<T>(v128.abs<T>(clamped), two));
}

/** The same of exponents. q comes from b itself: e^v would carry what rounding has done to a large v. */
// @ts-ignore: decorator
@inline
function termOf<T>(x: v128, v: v128, b: v128, state: usize): v128 {
  const y = clampedExponents<T>(b, field<T>(state, B_SHIFT), field<T>(state, SCALE));
  const q = v128.mul<T>(exponential<T>(y), field<T>(state, SECOND_FACTOR));
  return mixtureTerm<T>(exponential<T>(x), q, v);
}

/** Adds the terms of a block from scratch; whether their sum is finite. */
function addUpNear<T>(size: usize, state: usize): bool {
  let sums = f64x2.splat(0);
  const end = state + SCRATCH + size;
  for (let from = state + SCRATCH; from < end; from += GROUP) {
    const sum = sumOfGroup<T>(
      nearTermOf<T>(v128.load(from), v128.load(from, BLOCK)),
      nearTermOf<T>(v128.load(from, 16), v128.load(from, BLOCK + 16)),
      nearTermOf<T>(v128.load(from, 32), v128.load(from, BLOCK + 32)),
      nearTermOf<T>(v128.load(from, 48), v128.load(from, BLOCK + 48)),
    );
    sums = addLanes<T>(sums, sum);
  }
  return addFinite(state, 0, sumOfLanes(sums));
}

function addUpAny<T>(b: usize, size: usize, state: usize): bool {
  let sums = f64x2.splat(0);
  const end = state + SCRATCH + size;
  for (let from = state + SCRATCH; from < end; from += GROUP, b += GROUP) {
    const sum = sumOfGroup<T>(
      termOf<T>(v128.load(from), v128.load(from, BLOCK), v128.load(b), state),
      termOf<T>(v128.load(from, 16), v128.load(from, BLOCK + 16), v128.load(b, 16), state),
      termOf<T>(v128.load(from, 32), v128.load(from, BLOCK + 32), v128.load(b, 32), state),
      termOf<T>(v128.load(from, 48), v128.load(from, BLOCK + 48), v128.load(b, 48), state),
    );
    sums = addLanes<T>(sums, sum);
  }
  return addFinite(state, 0, sumOfLanes(sums));
}

function prepare<T>(a: usize, b: usize, left: usize, state: usize): i32 {
  return preparePair<T>(a, b, left, state, false);
}

// @ts-ignore: decorator
@inline
function jsDivergenceOfLogits<T>(a: usize, b: usize, length: usize, state: usize): i32 {
  const end = a + length * sizeof<T>();
  for (; a < end; a += BLOCK, b += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    const p = paddedLogits<T>(a, left, size, state, 0);
    const q = paddedLogits<T>(b, left, size, state, 1);
    const isNear = prepare<T>(p, q, size, state) & NEAR;
    if (!(isNear ? addUpNear<T>(size, state) : addUpAny<T>(q, size, state))) return UNUSUAL;
  }
  return 0;
}

export function jsDivergenceOfLogits_f32(a: usize, b: usize, length: usize, state: usize): i32 {
  return jsDivergenceOfLogits<f32>(a, b, length, state);
}

export function jsDivergenceOfLogits_f64(a: usize, b: usize, length: usize, state: usize): i32 {
  return jsDivergenceOfLogits<f64>(a, b, length, state);
}

export function jsDivergenceOfLogitsRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    const flags = jsDivergenceOfLogits_f32(operand(state, swap, row), operand(state, 1 - swap, row), length, state);
    ends(state, row, flags);
  }
}

export function jsDivergenceOfLogitsRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    const flags = jsDivergenceOfLogits_f64(operand(state, swap, row), operand(state, 1 - swap, row), length, state);
    ends(state, row, flags);
  }
}
