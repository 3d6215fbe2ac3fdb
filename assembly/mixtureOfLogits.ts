// mixtureDivergence: with p = e^x·FACTOR, q = e^y·SECOND_FACTOR, both normalised, v = ln(q/p) = (b - a + offset)·scale and the
// mixture m = w·p + (1 - w)·q, w = `weight`:
//
//   KL(p‖m) = Σ [p ln(p/m) - p + m] (total 0),  KL(q‖m) (total 2)
//
// Where |v| <= 2, the difference q - p, which p and q have lost by rounding where they are alike, is p·(e^v - 1).
//
// mixtureGradient: out = slope·q·(ln(q/m) - less), less = KL(q‖m): its gradient in the logits of q, but for a factor; 0 of negligible q.
// softmaxDifference: out = slope·(q - p): the gradient of KL(p‖q).

import { BLOCK, SCRATCH, UNUSUAL, blockSize, copyTo, paddingOf, sumOfTerms } from "./blocks";
import { excessNear, exponential, negligible } from "./exponential";
import { exponentGap, gapToNumber, isNoGap, one, scaleByGap, smallestNormal } from "./lanes";
import {
  A_LEAST, A_SHIFT, B_SHIFT, FACTOR, LESS, OFFSET, SCALE, SECOND_FACTOR, SLOPE, WEIGHT, addFinite,
  clampedExponents, areNegligible, field, fieldAs, logRatioOf, paddedLogits,
} from "./logits";
import { excess, logOfRatio } from "./logarithm";
import { begins, ends, operand, output } from "./rows";

// @ts-ignore: decorator
@inline
function firstOf<T>(x: v128, state: usize): v128 {
  const exponents = clampedExponents<T>(x, field<T>(state, A_SHIFT), field<T>(state, SCALE));
  return v128.mul<T>(exponential<T>(exponents), field<T>(state, FACTOR));
}

// @ts-ignore: decorator
@inline
function secondOf<T>(y: v128, state: usize): v128 {
  const exponents = clampedExponents<T>(y, field<T>(state, B_SHIFT), field<T>(state, SCALE));
  return v128.mul<T>(exponential<T>(exponents), field<T>(state, SECOND_FACTOR));
}

/** v, no less than `negligible`. */
// @ts-ignore: decorator
@inline
function ratioOf<T>(x: v128, y: v128, state: usize): v128 {
  const v = logRatioOf<T>(x, y, field<T>(state, A_LEAST), field<T>(state, OFFSET), field<T>(state, SCALE));
  return v128.pmax<T>(negligible<T>(), v);
}

/** Lanes where |v| <= 2. */
// @ts-ignore: decorator
@inline
function areNear<T>(v: v128): v128 {
  return v128.le<T>(v128.abs<T>(v), v128.add<T>(one<T>(), one<T>()));
}

/** q - p. */
// @ts-ignore: decorator
@inline
function differenceOf<T>(p: v128, q: v128, v: v128, near: v128): v128 {
  return v128.bitselect(v128.mul<T>(p, v128.add<T>(excessNear<T>(v), v)), v128.sub<T>(q, p), near);
}

/** q as p and the difference make it where they are alike; 0 where it is subnormal. */
// @ts-ignore: decorator
@inline
function adjusted<T>(p: v128, q: v128, difference: v128, near: v128): v128 {
  const result = v128.bitselect(v128.add<T>(p, difference), q, near);
  return v128.and(result, v128.ge<T>(result, smallestNormal<T>()));
}

/** Below this weight of p, the mixture is q and a part of p: as p and a part of the difference, it would lose p where q is next to nothing. */
const LIGHT: f64 = 0.015625;

// f32 lanes have no such weight: src/losses/distillationRows.ts
// @ts-ignore: decorator
@inline
function isLightWeight<T>(state: usize): bool {
  return sizeof<T>() == 8 && fieldAs<f64>(state, WEIGHT) < LIGHT;
}

/** m = w·p + (1 - w)·q. */
// @ts-ignore: decorator
@inline
function mixtureOf<T>(p: v128, second: v128, difference: v128, weight: v128, rest: v128, isLight: bool): v128 {
  return isLight
    ? v128.sub<T>(second, v128.mul<T>(weight, difference))
    : v128.add<T>(p, v128.mul<T>(rest, difference));
}

/** x - m·2^e: from the difference x - m where p and q, or x and m, are alike. Elsewhere that is too coarse beside a small x. */
// @ts-ignore: decorator
@inline
function differenceTo<T>(x: v128, mixture: v128, gap: v128, difference: v128, near: v128): v128 {
  const shifted = scaleByGap(mixture, gap);
  const areAlike = v128.or(near, isNoGap<T>(gap));
  return v128.bitselect(v128.add<T>(difference, v128.sub<T>(mixture, shifted)), v128.sub<T>(x, shifted), areAlike);
}

/** x ln(x/m) - x + m, where x - m = difference. */
// @ts-ignore: decorator
@inline
function toMixture<T>(x: v128, mixture: v128, difference: v128, near: v128): v128 {
  const gap = v128.andnot(exponentGap<T>(x, mixture), v128.eq<T>(x, i32x4.splat(0)));
  const shifted = scaleByGap(mixture, gap);
  const d = differenceTo<T>(x, mixture, gap, difference, near);
  return excess<T>(x, mixture, shifted, d, gapToNumber<T>(gap), true);
}

// @ts-ignore: decorator
@inline
function mixtureDivergence<T>(a: usize, b: usize, length: usize, state: usize): i32 {
  const weight = field<T>(state, WEIGHT);
  const rest = v128.sub<T>(one<T>(), weight);
  const isLight = isLightWeight<T>(state);
  const scratch = state + SCRATCH;
  const end = a + length * sizeof<T>();
  for (; a < end; a += BLOCK, b += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    const aBlock = paddedLogits<T>(a, left, size, state, 0);
    const bBlock = paddedLogits<T>(b, left, size, state, 1);
    for (let i: usize = 0; i < size; i += 16) {
      const x = v128.load(aBlock + i);
      const y = v128.load(bBlock + i);
      const v = ratioOf<T>(x, y, state);
      const near = areNear<T>(v);
      const p = firstOf<T>(x, state);
      const q = secondOf<T>(y, state);
      const difference = differenceOf<T>(p, q, v, near);
      const second = adjusted<T>(p, q, difference, near);
      const mixture = mixtureOf<T>(p, second, difference, weight, rest, isLight);
      v128.store(scratch + i, toMixture<T>(p, mixture, v128.neg<T>(v128.mul<T>(rest, difference)), near));
      v128.store(scratch + i, toMixture<T>(second, mixture, v128.mul<T>(weight, difference), near), BLOCK);
    }
    if (!addFinite(state, 0, sumOfTerms<T>(scratch, size))) return UNUSUAL;
    if (!addFinite(state, 2, sumOfTerms<T>(scratch + BLOCK, size))) return UNUSUAL;
  }
  return 0;
}

export function mixtureDivergence_f32(a: usize, b: usize, length: usize, state: usize): i32 {
  return mixtureDivergence<f32>(a, b, length, state);
}

export function mixtureDivergence_f64(a: usize, b: usize, length: usize, state: usize): i32 {
  return mixtureDivergence<f64>(a, b, length, state);
}

export function mixtureDivergenceRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = mixtureDivergence_f32(operand(state, 0, row), operand(state, 1, row), length, state);
    ends(state, row, flags);
  }
}

export function mixtureDivergenceRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = mixtureDivergence_f64(operand(state, 0, row), operand(state, 1, row), length, state);
    ends(state, row, flags);
  }
}

/** ln(x/m), where x - m = difference and x > 0. */
// @ts-ignore: decorator
@inline
function logToMixture<T>(x: v128, mixture: v128, difference: v128, near: v128): v128 {
  const gap = exponentGap<T>(x, mixture);
  const shifted = scaleByGap(mixture, gap);
  const d = differenceTo<T>(x, mixture, gap, difference, near);
  return logOfRatio<T>(v128.div<T>(d, v128.pmax<T>(v128.add<T>(x, shifted), smallestNormal<T>())), gapToNumber<T>(gap));
}

// @ts-ignore: decorator
@inline
function mixtureGradient<T>(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  const weight = field<T>(state, WEIGHT);
  const less = field<T>(state, LESS);
  const slope = field<T>(state, SLOPE);
  const rest = v128.sub<T>(one<T>(), weight);
  const isLight = isLightWeight<T>(state);
  const shift = field<T>(state, B_SHIFT);
  const scale = field<T>(state, SCALE);
  const end = a + length * sizeof<T>();
  for (; a < end; a += BLOCK, b += BLOCK, out += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    const aBlock = paddedLogits<T>(a, left, size, state, 0);
    const bBlock = paddedLogits<T>(b, left, size, state, 1);
    const target = left >= size ? out : paddingOf(state, 2);
    for (let i: usize = 0; i < size; i += 16) {
      const x = v128.load(aBlock + i);
      const y = v128.load(bBlock + i);
      const v = ratioOf<T>(x, y, state);
      const near = areNear<T>(v);
      const p = firstOf<T>(x, state);
      const q = secondOf<T>(y, state);
      const difference = differenceOf<T>(p, q, v, near);
      const second = adjusted<T>(p, q, difference, near);
      const mixture = mixtureOf<T>(p, second, difference, weight, rest, isLight);
      const logarithm = logToMixture<T>(second, mixture, v128.mul<T>(weight, difference), near);
      const product = v128.mul<T>(v128.mul<T>(slope, second), v128.sub<T>(logarithm, less));
      // whatever the logarithm of 0 is, and of whatever sign
      const isZero = v128.eq<T>(second, i32x4.splat(0));
      v128.store(target + i, v128.andnot(product, v128.or(isZero, areNegligible<T>(y, shift, scale))));
    }
    if (target != out) copyTo(out, target, left);
  }
  return 0;
}

export function mixtureGradient_f32(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  return mixtureGradient<f32>(a, b, length, state, out);
}

export function mixtureGradient_f64(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  return mixtureGradient<f64>(a, b, length, state, out);
}

export function mixtureGradientRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = mixtureGradient_f32(operand(state, 0, row), operand(state, 1, row), length, state, output(state, row));
    ends(state, row, flags);
  }
}

export function mixtureGradientRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = mixtureGradient_f64(operand(state, 0, row), operand(state, 1, row), length, state, output(state, row));
    ends(state, row, flags);
  }
}

// @ts-ignore: decorator
@inline
function softmaxDifference<T>(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  const slope = field<T>(state, SLOPE);
  const end = a + length * sizeof<T>();
  for (; a < end; a += BLOCK, b += BLOCK, out += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    const aBlock = paddedLogits<T>(a, left, size, state, 0);
    const bBlock = paddedLogits<T>(b, left, size, state, 1);
    const target = left >= size ? out : paddingOf(state, 2);
    for (let i: usize = 0; i < size; i += 16) {
      const x = v128.load(aBlock + i);
      const y = v128.load(bBlock + i);
      const v = ratioOf<T>(x, y, state);
      const difference = differenceOf<T>(firstOf<T>(x, state), secondOf<T>(y, state), v, areNear<T>(v));
      v128.store(target + i, v128.mul<T>(slope, difference));
    }
    if (target != out) copyTo(out, target, left);
  }
  return 0;
}

export function softmaxDifference_f32(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  return softmaxDifference<f32>(a, b, length, state, out);
}

export function softmaxDifference_f64(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  return softmaxDifference<f64>(a, b, length, state, out);
}

export function softmaxDifferenceRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = softmaxDifference_f32(operand(state, 0, row), operand(state, 1, row), length, state, output(state, row));
    ends(state, row, flags);
  }
}

export function softmaxDifferenceRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = softmaxDifference_f64(operand(state, 0, row), operand(state, 1, row), length, state, output(state, row));
    ends(state, row, flags);
  }
}
