// What is linear in logits, computed in f64 lanes and rounded once, so that an offset common to a row takes no accuracy:
//
//   logRatioOfLogits               out = ((a - aShift) - (b - bShift) + offset)·scale; aShift - bShift is also in two parts, `slope` and
//                                  `factor`, for numbers less than `less` below them
//   logLikelihoodRatioOfLogits     Σ c·(the same) (total 0); a count of 0 adds 0. UNUSUAL: not finite, or c < 0
//   shifted                        out = (z - aShift)·scale - less: logSoftmax, where less is ln Z

import { BLOCK, UNUSUAL, blockSize, copyTo, padded, paddingOf } from "./blocks";
import { addLanes, splat, sumOfLanes } from "./lanes";
import { A_SHIFT, B_SHIFT, FACTOR, LESS, OFFSET, SCALE, SLOPE, addFinite, field, paddedLogits } from "./logits";
import { begins, ends, operand, output } from "./rows";

/** Lanes 0 and 1, or 2 and 3, of four f32 as f64. */
// @ts-ignore: decorator
@inline
function half(x: v128, high: bool): v128 {
  return f64x2.promote_low_f32x4(high ? v128.shuffle<f64>(x, x, 1, 1) : x);
}

/** Two pairs of f64 lanes as four f32. */
// @ts-ignore: decorator
@inline
function joined(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** ((a - aShift) - (b - bShift) + offset)·scale of f64 lanes. */
// @ts-ignore: decorator
@inline
function ratio(a: v128, b: v128, state: usize): v128 {
  const x = v128.sub<f64>(a, field<f64>(state, A_SHIFT));
  const y = v128.sub<f64>(b, field<f64>(state, B_SHIFT));
  const least = field<f64>(state, LESS);
  const sum = v128.add<f64>(v128.sub<f64>(x, y), field<f64>(state, OFFSET));
  const areMasked = v128.lt<f64>(v128.pmin<f64>(x, y), least);
  const all = v128.any_true(areMasked) ? v128.bitselect(maskedSum(a, b, state), sum, areMasked) : sum;
  return v128.mul<f64>(all, field<f64>(state, SCALE));
}

/**
 * The same sum for a number so far below the others that the difference from aShift or bShift loses them, -1e9 or the least number of f32
 * in both rows, say: a - b first, with what rounding takes of it, then aShift - bShift, which comes in two parts.
 */
function maskedSum(a: v128, b: v128, state: usize): v128 {
  const d = v128.sub<f64>(a, b);
  const part = v128.sub<f64>(d, a);
  const error = v128.sub<f64>(v128.sub<f64>(a, v128.sub<f64>(d, part)), v128.add<f64>(b, part));
  // NaN beside an infinite d
  const rest = v128.sub<f64>(v128.and(error, v128.eq<f64>(error, error)), field<f64>(state, FACTOR));
  const high = v128.sub<f64>(d, field<f64>(state, SLOPE));
  return v128.add<f64>(high, v128.add<f64>(rest, field<f64>(state, OFFSET)));
}

// @ts-ignore: decorator
@inline
function logRatioOfLogits<T>(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  const end = a + length * sizeof<T>();
  for (; a < end; a += BLOCK, b += BLOCK, out += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    const aBlock = padded(a, left, size, state, 0);
    const bBlock = padded(b, left, size, state, 1);
    const target = left >= size ? out : paddingOf(state, 2);
    for (let i: usize = 0; i < size; i += 16) {
      const x = v128.load(aBlock + i);
      const y = v128.load(bBlock + i);
      if (sizeof<T>() == 4) {
        const low = ratio(half(x, false), half(y, false), state);
        v128.store(target + i, joined(low, ratio(half(x, true), half(y, true), state)));
      } else {
        v128.store(target + i, ratio(x, y, state));
      }
    }
    if (target != out) copyTo(out, target, left);
  }
  return 0;
}

export function logRatioOfLogits_f32(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  return logRatioOfLogits<f32>(a, b, length, state, out);
}

export function logRatioOfLogits_f64(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  return logRatioOfLogits<f64>(a, b, length, state, out);
}

/** c times that, 0 where c is. */
// @ts-ignore: decorator
@inline
function countedRatio(c: v128, a: v128, b: v128, state: usize): v128 {
  return v128.andnot(v128.mul<f64>(c, ratio(a, b, state)), v128.eq<f64>(c, f64x2.splat(0)));
}

// @ts-ignore: decorator
@inline
function logLikelihoodRatioOfLogits<T>(counts: usize, a: usize, b: usize, length: usize, state: usize): i32 {
  const end = a + length * sizeof<T>();
  for (; a < end; counts += BLOCK, a += BLOCK, b += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    const cBlock = padded(counts, left, size, state, 0);
    const aBlock = padded(a, left, size, state, 1);
    const bBlock = padded(b, left, size, state, 2);
    let least = v128.splat<T>(<T>Infinity);
    let sums = f64x2.splat(0);
    for (let i: usize = 0; i < size; i += 16) {
      const c = v128.load(cBlock + i);
      const x = v128.load(aBlock + i);
      const y = v128.load(bBlock + i);
      least = v128.pmin<T>(least, c);
      if (sizeof<T>() == 4) {
        const low = countedRatio(half(c, false), half(x, false), half(y, false), state);
        const high = countedRatio(half(c, true), half(x, true), half(y, true), state);
        sums = v128.add<f64>(sums, v128.add<f64>(low, high));
      } else {
        sums = v128.add<f64>(sums, countedRatio(c, x, y, state));
      }
    }
    if (v128.any_true(v128.lt<T>(least, i32x4.splat(0))) || !addFinite(state, 0, sumOfLanes(sums))) return UNUSUAL;
  }
  return 0;
}

export function logLikelihoodRatioOfLogits_f32(counts: usize, a: usize, b: usize, length: usize, state: usize): i32 {
  return logLikelihoodRatioOfLogits<f32>(counts, a, b, length, state);
}

export function logLikelihoodRatioOfLogits_f64(counts: usize, a: usize, b: usize, length: usize, state: usize): i32 {
  return logLikelihoodRatioOfLogits<f64>(counts, a, b, length, state);
}

/** (z - shift)·scale - less of f64 lanes. */
// @ts-ignore: decorator
@inline
function shiftedLanes(z: v128, shift: v128, scale: v128, less: v128): v128 {
  return v128.sub<f64>(v128.mul<f64>(v128.sub<f64>(z, shift), scale), less);
}

// @ts-ignore: decorator
@inline
function shifted<T>(z: usize, length: usize, state: usize, out: usize): i32 {
  const shift = field<f64>(state, A_SHIFT);
  const scale = field<f64>(state, SCALE);
  const less = field<f64>(state, LESS);
  const end = z + length * sizeof<T>();
  for (; z < end; z += BLOCK, out += BLOCK) {
    const left = end - z;
    const size = blockSize(z, end);
    const block = paddedLogits<T>(z, left, size, state, 0);
    const target = left >= size ? out : paddingOf(state, 2);
    for (let i: usize = 0; i < size; i += 16) {
      const x = v128.load(block + i);
      if (sizeof<T>() == 4) {
        const low = shiftedLanes(half(x, false), shift, scale, less);
        v128.store(target + i, joined(low, shiftedLanes(half(x, true), shift, scale, less)));
      } else {
        v128.store(target + i, shiftedLanes(x, shift, scale, less));
      }
    }
    if (target != out) copyTo(out, target, left);
  }
  return 0;
}

export function shifted_f32(z: usize, length: usize, state: usize, out: usize): i32 {
  return shifted<f32>(z, length, state, out);
}

export function shifted_f64(z: usize, length: usize, state: usize, out: usize): i32 {
  return shifted<f64>(z, length, state, out);
}

export function shiftedRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (begins(state, row, mode)) ends(state, row, shifted_f32(operand(state, 0, row), length, state, output(state, row)));
  }
}

export function shiftedRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (begins(state, row, mode)) ends(state, row, shifted_f64(operand(state, 0, row), length, state, output(state, row)));
  }
}

