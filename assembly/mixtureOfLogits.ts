// mixtureDivergence: with p = e^x·factor, q = p·e^v, v = ln(q/p) = (b - a + offset)·scale and the mixture
// m = w·p + (1 - w)·q, w = `weight`:
//
//   KL(p‖m) = Σ [p ln(p/m) - p + m] (total 0),  KL(q‖m) (total 2)
//
// Both rows are normalised by then: factor is 1/Zp, offset has ln(Zp/Zq) in it. The difference p - q, which p and q have lost
// by rounding where they are alike, comes from v itself.
//
// mixtureGradient: out = slope·q·(ln(q/m) - less), less = KL(q‖m): its gradient in the logits of q, but for a factor.
// softmaxDifference: out = slope·(q - p): the gradient of KL(p‖q).

import { BLOCK, GROUP, UNUSUAL, blockSize, paddingOf } from "./blocks";
import { excessOfExponential, exponential, negligible } from "./exponential";
import { exponentGap, gapToNumber, one, scaleByGap, smallestNormal, splat } from "./lanes";
import { A_LEAST, A_SHIFT, FACTOR, LESS, OFFSET, SCALE, SCRATCH, SLOPE, WEIGHT, addFinite, clampedExponents, field, impossible, paddedLogits, sumOfTerms } from "./logits";
import { excess, logOfRatio } from "./logarithm";

/** e^v - 1, v = 0 where both rows are -Infinity. v is no less than `negligible`. */
// @ts-ignore: decorator
@inline
function growth<T>(a: usize, b: usize, least: v128, offset: v128, scale: v128): v128 {
  const x = v128.load(a);
  const y = v128.load(b);
  const v = v128.mul<T>(v128.add<T>(v128.sub<T>(y, v128.pmax<T>(least, x)), offset), scale);
  const clamped = v128.pmax<T>(negligible<T>(), v128.andnot(v, v128.eq<T>(v128.pmax<T>(x, y), impossible<T>())));
  return v128.add<T>(excessOfExponential<T>(clamped), clamped);
}

/** q = p·(1 + growth), or 0 where that is subnormal. */
// @ts-ignore: decorator
@inline
function grown<T>(p: v128, change: v128): v128 {
  const q = v128.add<T>(p, change);
  return v128.and(q, v128.ge<T>(q, smallestNormal<T>()));
}

/** x ln(x/m) - x + m, where x - m = difference. */
// @ts-ignore: decorator
@inline
function toMixture<T>(x: v128, mixture: v128, difference: v128): v128 {
  const gap = v128.andnot(exponentGap<T>(x, mixture), v128.eq<T>(x, i32x4.splat(0)));
  const shifted = scaleByGap(mixture, gap);
  const d = v128.add<T>(difference, v128.sub<T>(mixture, shifted));
  return excess<T>(x, mixture, shifted, d, gapToNumber<T>(gap), true);
}

// @ts-ignore: decorator
@inline
function mixtureDivergence<T>(a: usize, b: usize, length: usize, state: usize): i32 {
  const shift = field<T>(state, A_SHIFT);
  const scale = field<T>(state, SCALE);
  const least = field<T>(state, A_LEAST);
  const offset = field<T>(state, OFFSET);
  const factor = field<T>(state, FACTOR);
  const weight = field<T>(state, WEIGHT);
  const rest = v128.sub<T>(one<T>(), weight);
  const scratch = state + SCRATCH;
  const end = a + length * sizeof<T>();
  for (; a < end; a += BLOCK, b += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    const aBlock = paddedLogits<T>(a, left, size, state, 0);
    const bBlock = paddedLogits<T>(b, left, size, state, 1);
    for (let i: usize = 0; i < size; i += 16) {
      const p = v128.mul<T>(exponential<T>(clampedExponents<T>(v128.load(aBlock + i), shift, scale)), factor);
      const change = v128.mul<T>(p, growth<T>(aBlock + i, bBlock + i, least, offset, scale));
      const mixture = v128.add<T>(p, v128.mul<T>(rest, change));
      v128.store(scratch + i, toMixture<T>(p, mixture, v128.neg<T>(v128.mul<T>(rest, change))));
      v128.store(scratch + i, toMixture<T>(grown<T>(p, change), mixture, v128.mul<T>(weight, change)), BLOCK);
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

/** ln(x/m), where x - m = difference and x > 0. */
// @ts-ignore: decorator
@inline
function logToMixture<T>(x: v128, mixture: v128, difference: v128): v128 {
  const gap = exponentGap<T>(x, mixture);
  const shifted = scaleByGap(mixture, gap);
  const d = v128.add<T>(difference, v128.sub<T>(mixture, shifted));
  return logOfRatio<T>(v128.div<T>(d, v128.pmax<T>(v128.add<T>(x, shifted), smallestNormal<T>())), gapToNumber<T>(gap));
}

// @ts-ignore: decorator
@inline
function mixtureGradient<T>(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  const shift = field<T>(state, A_SHIFT);
  const scale = field<T>(state, SCALE);
  const least = field<T>(state, A_LEAST);
  const offset = field<T>(state, OFFSET);
  const factor = field<T>(state, FACTOR);
  const weight = field<T>(state, WEIGHT);
  const less = field<T>(state, LESS);
  const slope = field<T>(state, SLOPE);
  const rest = v128.sub<T>(one<T>(), weight);
  const end = a + length * sizeof<T>();
  for (; a < end; a += BLOCK, b += BLOCK, out += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    const aBlock = paddedLogits<T>(a, left, size, state, 0);
    const bBlock = paddedLogits<T>(b, left, size, state, 1);
    const target = left >= size ? out : paddingOf(state, 2);
    for (let i: usize = 0; i < size; i += 16) {
      const p = v128.mul<T>(exponential<T>(clampedExponents<T>(v128.load(aBlock + i), shift, scale)), factor);
      const change = v128.mul<T>(p, growth<T>(aBlock + i, bBlock + i, least, offset, scale));
      const mixture = v128.add<T>(p, v128.mul<T>(rest, change));
      const q = grown<T>(p, change);
      const logarithm = logToMixture<T>(q, mixture, v128.mul<T>(weight, change));
      v128.store(target + i, v128.mul<T>(v128.mul<T>(slope, q), v128.sub<T>(logarithm, less)));
    }
    if (target != out) memory.copy(out, target, left);
  }
  return 0;
}

export function mixtureGradient_f32(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  return mixtureGradient<f32>(a, b, length, state, out);
}

export function mixtureGradient_f64(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  return mixtureGradient<f64>(a, b, length, state, out);
}

// @ts-ignore: decorator
@inline
function softmaxDifference<T>(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  const shift = field<T>(state, A_SHIFT);
  const scale = field<T>(state, SCALE);
  const least = field<T>(state, A_LEAST);
  const offset = field<T>(state, OFFSET);
  const factor = field<T>(state, FACTOR);
  const slope = field<T>(state, SLOPE);
  const end = a + length * sizeof<T>();
  for (; a < end; a += BLOCK, b += BLOCK, out += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    const aBlock = paddedLogits<T>(a, left, size, state, 0);
    const bBlock = paddedLogits<T>(b, left, size, state, 1);
    const target = left >= size ? out : paddingOf(state, 2);
    for (let i: usize = 0; i < size; i += 16) {
      const p = v128.mul<T>(exponential<T>(clampedExponents<T>(v128.load(aBlock + i), shift, scale)), factor);
      const change = v128.mul<T>(p, growth<T>(aBlock + i, bBlock + i, least, offset, scale));
      v128.store(target + i, v128.mul<T>(slope, change));
    }
    if (target != out) memory.copy(out, target, left);
  }
  return 0;
}

export function softmaxDifference_f32(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  return softmaxDifference<f32>(a, b, length, state, out);
}

export function softmaxDifference_f64(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  return softmaxDifference<f64>(a, b, length, state, out);
}
