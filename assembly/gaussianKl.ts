// KL of Gaussians with diagonal covariances, N(μ, e^l) from N(m, e^w), elementwise v = l - w and d = μ - m:
//
//   KL = ½ Σ [e^v - 1 - v] + ½ Σ d²·e^-w
//
//   gaussianKl                totals 0 and 1 are the two sums, m = w = 0: the standard normal distribution
//   gaussianKlBetween         the same from any other
//   meanGradient              out = slope·d·e^-w
//   varianceGradient          out = slope·(e^l - 1), slope = ½: the gradient in l, w = 0
//   varianceGradientBetween   out = slope·(e^v - 1)
//
// Every term is >= 0, and of second order where the two are alike. UNUSUAL: some |v| or |w| is over 80 (f32) or 700 (f64),
// where exponentials leave the range of T; some v = l - w is over 16 in f32, whose rounding e^v would show; or a sum is not
// finite.

import { BLOCK, GROUP, SCRATCH, UNUSUAL, blockSize, copyTo, padded, sumOfGroup } from "./blocks";
import { excessNear, excessOfExponential, exponential } from "./exponential";
import { addLanes, one, sumOfLanes, two } from "./lanes";
import { SLOPE, addFinite, field } from "./logits";
import { begins, ends, operand, output } from "./rows";

/** What a block of v is, and whether every |v| <= 2. */
const NEAR: i32 = 2;

/** x or, of a larger |y|, that: the largest so far. NaN is left to the sums. */
// @ts-ignore: decorator
@inline
function larger<T>(x: v128, y: v128): v128 {
  return v128.pmax<T>(x, v128.abs<T>(y));
}

// @ts-ignore: decorator
@inline
function largestOfGroup<T>(largest: v128, at: usize): v128 {
  const first = larger<T>(v128.abs<T>(v128.load(at)), v128.load(at, 16));
  const second = larger<T>(v128.abs<T>(v128.load(at, 32)), v128.load(at, 48));
  return v128.pmax<T>(largest, v128.pmax<T>(first, second));
}

function kindOf<T>(at: usize, size: usize): i32 {
  let largest = i32x4.splat(0);
  for (const end = at + size; at < end; at += GROUP) largest = largestOfGroup<T>(largest, at);
  if (v128.any_true(v128.gt<T>(largest, v128.splat<T>(sizeof<T>() == 4 ? <T>80 : <T>700)))) return UNUSUAL;
  return v128.any_true(v128.gt<T>(largest, two<T>())) ? 0 : NEAR;
}

// @ts-ignore: decorator
@inline
function sumOfExcesses<T>(v: usize, size: usize, isNear: bool): f64 {
  let sums = f64x2.splat(0);
  for (const end = v + size; v < end; v += GROUP) {
    const v0 = v128.load(v);
    const v1 = v128.load(v, 16);
    const v2 = v128.load(v, 32);
    const v3 = v128.load(v, 48);
    const s0 = isNear ? excessNear<T>(v0) : excessOfExponential<T>(v0);
    const s1 = isNear ? excessNear<T>(v1) : excessOfExponential<T>(v1);
    const s2 = isNear ? excessNear<T>(v2) : excessOfExponential<T>(v2);
    const s3 = isNear ? excessNear<T>(v3) : excessOfExponential<T>(v3);
    sums = addLanes<T>(sums, sumOfGroup<T>(s0, s1, s2, s3));
  }
  return sumOfLanes(sums);
}

/** Adds Σ [e^v - 1 - v] of a block to total 0; whether that is a number. */
function addExcesses<T>(v: usize, size: usize, state: usize): bool {
  const kind = kindOf<T>(v, size);
  if (kind & UNUSUAL) return false;
  return addFinite(state, 0, kind & NEAR ? sumOfExcesses<T>(v, size, true) : sumOfExcesses<T>(v, size, false));
}

// @ts-ignore: decorator
@inline
function square<T>(at: usize): v128 {
  const d = v128.load(at);
  return v128.mul<T>(d, d);
}

// @ts-ignore: decorator
@inline
function gaussianKl<T>(mean: usize, logVariance: usize, length: usize, state: usize): i32 {
  const end = mean + length * sizeof<T>();
  for (; mean < end; mean += BLOCK, logVariance += BLOCK) {
    const left = end - mean;
    const size = blockSize(mean, end);
    const d = padded(mean, left, size, state, 0);
    let sums = f64x2.splat(0);
    for (let at = d; at < d + size; at += GROUP) {
      const squares = sumOfGroup<T>(square<T>(at), square<T>(at + 16), square<T>(at + 32), square<T>(at + 48));
      sums = addLanes<T>(sums, squares);
    }
    if (!addFinite(state, 1, sumOfLanes(sums))) return UNUSUAL;
    if (!addExcesses<T>(padded(logVariance, left, size, state, 1), size, state)) return UNUSUAL;
  }
  return 0;
}

export function gaussianKl_f32(mean: usize, logVariance: usize, length: usize, state: usize): i32 {
  return gaussianKl<f32>(mean, logVariance, length, state);
}

export function gaussianKl_f64(mean: usize, logVariance: usize, length: usize, state: usize): i32 {
  return gaussianKl<f64>(mean, logVariance, length, state);
}

export function gaussianKlRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = gaussianKl_f32(operand(state, 0, row), operand(state, 1, row), length, state);
    ends(state, row, flags);
  }
}

export function gaussianKlRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = gaussianKl_f64(operand(state, 0, row), operand(state, 1, row), length, state);
    ends(state, row, flags);
  }
}

// @ts-ignore: decorator
@inline
function distance<T>(mean: usize, otherMean: usize, otherLogVariance: usize): v128 {
  const d = v128.sub<T>(v128.load(mean), v128.load(otherMean));
  return v128.mul<T>(v128.mul<T>(d, d), exponential<T>(v128.neg<T>(v128.load(otherLogVariance))));
}

// @ts-ignore: decorator
@inline
function gaussianKlBetween<T>(
  mean: usize, logVariance: usize, otherMean: usize, otherLogVariance: usize, length: usize, state: usize,
): i32 {
  const end = mean + length * sizeof<T>();
  const v = state + SCRATCH;
  for (; mean < end; mean += BLOCK, logVariance += BLOCK, otherMean += BLOCK, otherLogVariance += BLOCK) {
    const left = end - mean;
    const size = blockSize(mean, end);
    const l = padded(logVariance, left, size, state, 0);
    const w = padded(otherLogVariance, left, size, state, 1);
    if (kindOf<T>(w, size) & UNUSUAL) return UNUSUAL;
    let largest = i32x4.splat(0);
    for (let i: usize = 0; i < size; i += 16) {
      const difference = v128.sub<T>(v128.load(l + i), v128.load(w + i));
      if (sizeof<T>() == 4) largest = v128.pmax<T>(largest, difference);
      v128.store(v + i, difference);
    }
    if (sizeof<T>() == 4 && v128.any_true(v128.gt<T>(largest, v128.splat<T>(<T>16)))) return UNUSUAL;
    if (!addExcesses<T>(v, size, state)) return UNUSUAL;
    const from = padded(mean, left, size, state, 0);
    const to = padded(otherMean, left, size, state, 2);
    let sums = f64x2.splat(0);
    for (let i: usize = 0; i < size; i += GROUP) {
      const distances = sumOfGroup<T>(
        distance<T>(from + i, to + i, w + i),
        distance<T>(from + i + 16, to + i + 16, w + i + 16),
        distance<T>(from + i + 32, to + i + 32, w + i + 32),
        distance<T>(from + i + 48, to + i + 48, w + i + 48),
      );
      sums = addLanes<T>(sums, distances);
    }
    if (!addFinite(state, 1, sumOfLanes(sums))) return UNUSUAL;
  }
  return 0;
}

export function gaussianKlBetween_f32(
  mean: usize, logVariance: usize, otherMean: usize, otherLogVariance: usize, length: usize, state: usize,
): i32 {
  return gaussianKlBetween<f32>(mean, logVariance, otherMean, otherLogVariance, length, state);
}

export function gaussianKlBetween_f64(
  mean: usize, logVariance: usize, otherMean: usize, otherLogVariance: usize, length: usize, state: usize,
): i32 {
  return gaussianKlBetween<f64>(mean, logVariance, otherMean, otherLogVariance, length, state);
}

export function gaussianKlBetweenRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = gaussianKlBetween_f32(
      operand(state, 0, row), operand(state, 1, row), operand(state, 2, row), operand(state, 3, row),
      length, state,
    );
    ends(state, row, flags);
  }
}

export function gaussianKlBetweenRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = gaussianKlBetween_f64(
      operand(state, 0, row), operand(state, 1, row), operand(state, 2, row), operand(state, 3, row),
      length, state,
    );
    ends(state, row, flags);
  }
}

// @ts-ignore: decorator
@inline
function meanGradient<T>(
  mean: usize, otherMean: usize, otherLogVariance: usize, length: usize, state: usize, out: usize,
): i32 {
  const slope = field<T>(state, SLOPE);
  const end = mean + length * sizeof<T>();
  for (; mean < end; mean += BLOCK, otherMean += BLOCK, otherLogVariance += BLOCK, out += BLOCK) {
    const left = end - mean;
    const size = blockSize(mean, end);
    const from = padded(mean, left, size, state, 0);
    const to = padded(otherMean, left, size, state, 1);
    const w = padded(otherLogVariance, left, size, state, 2);
    const target = left >= size ? out : state + SCRATCH;
    for (let i: usize = 0; i < size; i += 16) {
      const d = v128.sub<T>(v128.load(from + i), v128.load(to + i));
      const precision = exponential<T>(v128.neg<T>(v128.load(w + i)));
      v128.store(target + i, v128.mul<T>(v128.mul<T>(d, precision), slope));
    }
    if (target != out) copyTo(out, target, left);
  }
  return 0;
}

export function meanGradient_f32(
  mean: usize, otherMean: usize, otherLogVariance: usize, length: usize, state: usize, out: usize,
): i32 {
  return meanGradient<f32>(mean, otherMean, otherLogVariance, length, state, out);
}

export function meanGradient_f64(
  mean: usize, otherMean: usize, otherLogVariance: usize, length: usize, state: usize, out: usize,
): i32 {
  return meanGradient<f64>(mean, otherMean, otherLogVariance, length, state, out);
}

export function meanGradientRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = meanGradient_f32(
      operand(state, 0, row), operand(state, 1, row), operand(state, 2, row),
      length, state, output(state, row),
    );
    ends(state, row, flags);
  }
}

export function meanGradientRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = meanGradient_f64(
      operand(state, 0, row), operand(state, 1, row), operand(state, 2, row),
      length, state, output(state, row),
    );
    ends(state, row, flags);
  }
}

/** slope·(e^v - 1). */
// @ts-ignore: decorator
@inline
function rise<T>(v: v128, slope: v128): v128 {
  const near = v128.add<T>(v, excessNear<T>(v));
  const far = v128.sub<T>(exponential<T>(v), one<T>());
  return v128.mul<T>(v128.bitselect(near, far, v128.le<T>(v128.abs<T>(v), two<T>())), slope);
}

// @ts-ignore: decorator
@inline
function varianceGradient<T>(v: usize, length: usize, state: usize, out: usize): i32 {
  const slope = field<T>(state, SLOPE);
  const end = v + length * sizeof<T>();
  for (; v < end; v += BLOCK, out += BLOCK) {
    const left = end - v;
    const size = blockSize(v, end);
    const from = padded(v, left, size, state, 0);
    const target = left >= size ? out : state + SCRATCH;
    for (let i: usize = 0; i < size; i += 16) v128.store(target + i, rise<T>(v128.load(from + i), slope));
    if (target != out) copyTo(out, target, left);
  }
  return 0;
}

export function varianceGradient_f32(logVariance: usize, length: usize, state: usize, out: usize): i32 {
  return varianceGradient<f32>(logVariance, length, state, out);
}

export function varianceGradient_f64(logVariance: usize, length: usize, state: usize, out: usize): i32 {
  return varianceGradient<f64>(logVariance, length, state, out);
}

export function varianceGradientRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = varianceGradient_f32(operand(state, 0, row), length, state, output(state, row));
    ends(state, row, flags);
  }
}

export function varianceGradientRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = varianceGradient_f64(operand(state, 0, row), length, state, output(state, row));
    ends(state, row, flags);
  }
}

// @ts-ignore: decorator
@inline
function varianceGradientBetween<T>(
  logVariance: usize, otherLogVariance: usize, length: usize, state: usize, out: usize,
): i32 {
  const slope = field<T>(state, SLOPE);
  const end = logVariance + length * sizeof<T>();
  for (; logVariance < end; logVariance += BLOCK, otherLogVariance += BLOCK, out += BLOCK) {
    const left = end - logVariance;
    const size = blockSize(logVariance, end);
    const l = padded(logVariance, left, size, state, 0);
    const w = padded(otherLogVariance, left, size, state, 1);
    const target = left >= size ? out : state + SCRATCH;
    for (let i: usize = 0; i < size; i += 16) {
      v128.store(target + i, rise<T>(v128.sub<T>(v128.load(l + i), v128.load(w + i)), slope));
    }
    if (target != out) copyTo(out, target, left);
  }
  return 0;
}

export function varianceGradientBetween_f32(
  logVariance: usize, otherLogVariance: usize, length: usize, state: usize, out: usize,
): i32 {
  return varianceGradientBetween<f32>(logVariance, otherLogVariance, length, state, out);
}

export function varianceGradientBetween_f64(
  logVariance: usize, otherLogVariance: usize, length: usize, state: usize, out: usize,
): i32 {
  return varianceGradientBetween<f64>(logVariance, otherLogVariance, length, state, out);
}

export function varianceGradientBetweenRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = varianceGradientBetween_f32(
      operand(state, 0, row), operand(state, 1, row),
      length, state, output(state, row),
    );
    ends(state, row, flags);
  }
}

export function varianceGradientBetweenRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = varianceGradientBetween_f64(
      operand(state, 0, row), operand(state, 1, row),
      length, state, output(state, row),
    );
    ends(state, row, flags);
  }
}
