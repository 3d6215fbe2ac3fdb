// crossEntropyOfLogits: T = Σ e^x·y (total 0), Zp = Σ e^x (1), Zq = Σ e^y (2); H(p, q) = ln Zq - T/Zp. No y is above 0 by more
//   than a rounding, so that nothing cancels. A class that is negligible in p adds 0; one impossible in q alone: UNUSUAL.
// softTargets: the same with probabilities t in place of e^x: T = Σ t·y, P = Σt, Zq.
// sumOfLogits: Σ (z - shift) (total 0), for smoothed labels.

import { BLOCK, GROUP, UNUSUAL, addTotal, blockSize, padded, sumOfGroup } from "./blocks";
import { exponential, negligible } from "./exponential";
import { addLanes, splat, sumOfLanes } from "./lanes";
import {
  A_SHIFT, B_SHIFT, SCALE, addFinite, exponents, field, fieldAs, impossible, isInfinite, paddedLogits, paddedWith,
} from "./logits";
import { beginsOne, beginsPair, ends, operand } from "./rows";

// @ts-ignore: decorator
@inline
function exponentialOfAny<T>(y: v128): v128 {
  return exponential<T>(v128.pmax<T>(negligible<T>(), y));
}

/** e^x·y, 0 where x is so small that it does not count: then y may be anything. */
// @ts-ignore: decorator
@inline
function termOf<T>(x: v128, e: v128, y: v128): v128 {
  return v128.andnot(v128.mul<T>(e, y), v128.lt<T>(x, negligible<T>()));
}

// @ts-ignore: decorator
@inline
function crossEntropyOfLogits<T>(a: usize, b: usize, length: usize, state: usize): i32 {
  const aShift = field<T>(state, A_SHIFT);
  const bShift = field<T>(state, B_SHIFT);
  const scale = field<T>(state, SCALE);
  const end = a + length * sizeof<T>();
  for (; a < end; a += BLOCK, b += BLOCK) {
    const size = blockSize(a, end);
    const p = paddedLogits<T>(a, end - a, size, state, 0);
    const q = paddedLogits<T>(b, end - a, size, state, 1);
    let sums = f64x2.splat(0);
    let pSums = f64x2.splat(0);
    let qSums = f64x2.splat(0);
    let lowest = i32x4.splat(0);
    for (let i: usize = 0; i < size; i += GROUP) {
      const x0 = exponents<T>(v128.load(p + i), aShift, scale);
      const x1 = exponents<T>(v128.load(p + i, 16), aShift, scale);
      const x2 = exponents<T>(v128.load(p + i, 32), aShift, scale);
      const x3 = exponents<T>(v128.load(p + i, 48), aShift, scale);
      const e0 = exponentialOfAny<T>(x0);
      const e1 = exponentialOfAny<T>(x1);
      const e2 = exponentialOfAny<T>(x2);
      const e3 = exponentialOfAny<T>(x3);
      const y0 = exponents<T>(v128.load(q + i), bShift, scale);
      const y1 = exponents<T>(v128.load(q + i, 16), bShift, scale);
      const y2 = exponents<T>(v128.load(q + i, 32), bShift, scale);
      const y3 = exponents<T>(v128.load(q + i, 48), bShift, scale);
      lowest = v128.pmin<T>(lowest, v128.pmin<T>(v128.pmin<T>(y0, y1), v128.pmin<T>(y2, y3)));
      const products = sumOfGroup<T>(
        termOf<T>(x0, e0, y0),
        termOf<T>(x1, e1, y1),
        termOf<T>(x2, e2, y2),
        termOf<T>(x3, e3, y3),
      );
      sums = addLanes<T>(sums, products);
      pSums = addLanes<T>(pSums, sumOfGroup<T>(e0, e1, e2, e3));
      const qSum = sumOfGroup<T>(
        exponentialOfAny<T>(y0),
        exponentialOfAny<T>(y1),
        exponentialOfAny<T>(y2),
        exponentialOfAny<T>(y3),
      );
      qSums = addLanes<T>(qSums, qSum);
    }
    addTotal(state, 1, sumOfLanes(pSums));
    addTotal(state, 2, sumOfLanes(qSums));
    if (v128.any_true(v128.eq<T>(lowest, impossible<T>())) && isInfinite<T>(p, q, size)) return UNUSUAL;
    if (!addFinite(state, 0, sumOfLanes(sums))) return UNUSUAL;
  }
  return 0;
}

export function crossEntropyOfLogits_f32(a: usize, b: usize, length: usize, state: usize): i32 {
  return crossEntropyOfLogits<f32>(a, b, length, state);
}

export function crossEntropyOfLogits_f64(a: usize, b: usize, length: usize, state: usize): i32 {
  return crossEntropyOfLogits<f64>(a, b, length, state);
}

export function crossEntropyOfLogitsRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    const a = operand(state, 0, row);
    const b = operand(state, 1, row);
    if (beginsPair<f32>(state, row, length, mode, a, b)) ends(state, row, crossEntropyOfLogits_f32(a, b, length, state));
  }
}

export function crossEntropyOfLogitsRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    const a = operand(state, 0, row);
    const b = operand(state, 1, row);
    if (beginsPair<f64>(state, row, length, mode, a, b)) ends(state, row, crossEntropyOfLogits_f64(a, b, length, state));
  }
}

/** t·y, 0 where t is 0. */
// @ts-ignore: decorator
@inline
function targetTerm<T>(t: v128, y: v128): v128 {
  return v128.andnot(v128.mul<T>(t, y), v128.eq<T>(t, i32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function softTargets<T>(targets: usize, b: usize, length: usize, state: usize): i32 {
  const shift = field<T>(state, B_SHIFT);
  const scale = field<T>(state, SCALE);
  const end = targets + length * sizeof<T>();
  for (; targets < end; targets += BLOCK, b += BLOCK) {
    const size = blockSize(targets, end);
    const t = padded(targets, end - targets, size, state, 0);
    const q = paddedLogits<T>(b, end - targets, size, state, 1);
    let least = v128.splat<T>(<T>Infinity);
    let sums = f64x2.splat(0);
    let tSums = f64x2.splat(0);
    let qSums = f64x2.splat(0);
    for (let i: usize = 0; i < size; i += GROUP) {
      const t0 = v128.load(t + i);
      const t1 = v128.load(t + i, 16);
      const t2 = v128.load(t + i, 32);
      const t3 = v128.load(t + i, 48);
      const y0 = exponents<T>(v128.load(q + i), shift, scale);
      const y1 = exponents<T>(v128.load(q + i, 16), shift, scale);
      const y2 = exponents<T>(v128.load(q + i, 32), shift, scale);
      const y3 = exponents<T>(v128.load(q + i, 48), shift, scale);
      least = v128.pmin<T>(least, v128.pmin<T>(v128.pmin<T>(t0, t1), v128.pmin<T>(t2, t3)));
      tSums = addLanes<T>(tSums, sumOfGroup<T>(t0, t1, t2, t3));
      const products = sumOfGroup<T>(
        targetTerm<T>(t0, y0),
        targetTerm<T>(t1, y1),
        targetTerm<T>(t2, y2),
        targetTerm<T>(t3, y3),
      );
      sums = addLanes<T>(sums, products);
      const qSum = sumOfGroup<T>(
        exponentialOfAny<T>(y0),
        exponentialOfAny<T>(y1),
        exponentialOfAny<T>(y2),
        exponentialOfAny<T>(y3),
      );
      qSums = addLanes<T>(qSums, qSum);
    }
    addTotal(state, 2, sumOfLanes(qSums));
    if (v128.any_true(v128.lt<T>(least, i32x4.splat(0)))) return UNUSUAL;
    if (!addFinite(state, 1, sumOfLanes(tSums)) || !addFinite(state, 0, sumOfLanes(sums))) return UNUSUAL;
  }
  return 0;
}

export function softTargets_f32(targets: usize, b: usize, length: usize, state: usize): i32 {
  return softTargets<f32>(targets, b, length, state);
}

export function softTargets_f64(targets: usize, b: usize, length: usize, state: usize): i32 {
  return softTargets<f64>(targets, b, length, state);
}

export function softTargetsRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    const t = operand(state, 0, row);
    const z = operand(state, 1, row);
    if (beginsPair<f32>(state, row, length, mode, z, z)) ends(state, row, softTargets_f32(t, z, length, state));
  }
}

export function softTargetsRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    const t = operand(state, 0, row);
    const z = operand(state, 1, row);
    if (beginsPair<f64>(state, row, length, mode, z, z)) ends(state, row, softTargets_f64(t, z, length, state));
  }
}

// @ts-ignore: decorator
@inline
function sumOfLogits<T>(z: usize, length: usize, state: usize): i32 {
  const shift = field<T>(state, A_SHIFT);
  const end = z + length * sizeof<T>();
  for (; z < end; z += BLOCK) {
    const size = blockSize(z, end);
    const block = paddedWith<T>(fieldAs<T>(state, A_SHIFT), z, end - z, size, state, 0);
    let sums = f64x2.splat(0);
    for (let at = block; at < block + size; at += GROUP) {
      const group = sumOfGroup<T>(
        v128.sub<T>(v128.load(at), shift),
        v128.sub<T>(v128.load(at, 16), shift),
        v128.sub<T>(v128.load(at, 32), shift),
        v128.sub<T>(v128.load(at, 48), shift),
      );
      sums = addLanes<T>(sums, group);
    }
    if (!addFinite(state, 0, sumOfLanes(sums))) return UNUSUAL;
  }
  return 0;
}

export function sumOfLogits_f32(z: usize, length: usize, state: usize): i32 {
  return sumOfLogits<f32>(z, length, state);
}

export function sumOfLogits_f64(z: usize, length: usize, state: usize): i32 {
  return sumOfLogits<f64>(z, length, state);
}

export function sumOfLogitsRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    const z = operand(state, 0, row);
    if (beginsOne<f32>(state, row, length, mode, z)) ends(state, row, sumOfLogits_f32(z, length, state));
  }
}

export function sumOfLogitsRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    const z = operand(state, 0, row);
    if (beginsOne<f64>(state, row, length, mode, z)) ends(state, row, sumOfLogits_f64(z, length, state));
  }
}
