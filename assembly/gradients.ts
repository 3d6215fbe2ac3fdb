// Elementwise, the last pass of softmax and of the losses' gradients. e is a row of e^x (`exponentials`):
//
//   scaled            out = e·factor - less
//   lessTargets       out = e·factor - t·less, t another row: soft targets, class weights, the e^y of a teacher
//   reverseGradient   out = q·(v - less), q = e^y·factor, v = (b - a + offset)·scale, of logits; 0 of negligible q

import { BLOCK, GROUP, blockSize, copyTo, loadPart, padded, paddingOf, storePart } from "./blocks";
import { exponential } from "./exponential";
import { splat } from "./lanes";
import { B_SHIFT, FACTOR, LESS, OFFSET, SCALE, areNegligible, clampedExponents, field } from "./logits";
import { GIVEN, begins, ends, entryOf, givenField, isSkipped, leave, operand, output } from "./rows";

/** out = e·factor - less, of a row of `size` bytes. */
function scale<T>(e: usize, size: usize, out: usize, factor: v128, less: v128): void {
  const end = e + size;
  for (; e + GROUP <= end; e += GROUP, out += GROUP) {
    v128.store(out, v128.sub<T>(v128.mul<T>(v128.load(e), factor), less));
    v128.store(out, v128.sub<T>(v128.mul<T>(v128.load(e, 16), factor), less), 16);
    v128.store(out, v128.sub<T>(v128.mul<T>(v128.load(e, 32), factor), less), 32);
    v128.store(out, v128.sub<T>(v128.mul<T>(v128.load(e, 48), factor), less), 48);
  }
  for (; e + 16 <= end; e += 16, out += 16) v128.store(out, v128.sub<T>(v128.mul<T>(v128.load(e), factor), less));
  if (e < end) storePart(out, end - e, v128.sub<T>(v128.mul<T>(loadPart(e, end - e, factor), factor), less));
}

// @ts-ignore: decorator
@inline
function scaled<T>(e: usize, length: usize, state: usize, out: usize): i32 {
  scale<T>(e, length * sizeof<T>(), out, field<T>(state, FACTOR), field<T>(state, LESS));
  return 0;
}

export function scaled_f32(e: usize, length: usize, state: usize, out: usize): i32 {
  return scaled<f32>(e, length, state, out);
}

export function scaled_f64(e: usize, length: usize, state: usize, out: usize): i32 {
  return scaled<f64>(e, length, state, out);
}

// @ts-ignore: decorator
@inline
function scaledRows<T>(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    const entry = entryOf(state, row);
    if (isSkipped(entry, mode)) continue;
    const factor = mode & GIVEN ? splat<T>(givenField(entry, FACTOR)) : field<T>(state, FACTOR);
    const less = mode & GIVEN ? splat<T>(givenField(entry, LESS)) : field<T>(state, LESS);
    scale<T>(operand(state, 0, row), length * sizeof<T>(), output(state, row), factor, less);
    leave(entry, 0, 0, 0, 0);
  }
}

export function scaledRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  scaledRows<f32>(state, length, count, mode);
}

export function scaledRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  scaledRows<f64>(state, length, count, mode);
}

// @ts-ignore: decorator
@inline
function lessTargets<T>(e: usize, t: usize, length: usize, state: usize, out: usize): i32 {
  const factor = field<T>(state, FACTOR);
  const less = field<T>(state, LESS);
  const end = e + length * sizeof<T>();
  for (; e < end; e += BLOCK, t += BLOCK, out += BLOCK) {
    const left = end - e;
    const size = blockSize(e, end);
    const block = padded(e, left, size, state, 0);
    const targets = padded(t, left, size, state, 1);
    const target = left >= size ? out : paddingOf(state, 2);
    for (let i: usize = 0; i < size; i += 16) {
      const product = v128.mul<T>(v128.load(block + i), factor);
      v128.store(target + i, v128.sub<T>(product, v128.mul<T>(v128.load(targets + i), less)));
    }
    if (target != out) copyTo(out, target, left);
  }
  return 0;
}

export function lessTargets_f32(e: usize, t: usize, length: usize, state: usize, out: usize): i32 {
  return lessTargets<f32>(e, t, length, state, out);
}

export function lessTargets_f64(e: usize, t: usize, length: usize, state: usize, out: usize): i32 {
  return lessTargets<f64>(e, t, length, state, out);
}

export function lessTargetsRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = lessTargets_f32(operand(state, 0, row), operand(state, 1, row), length, state, output(state, row));
    ends(state, row, flags);
  }
}

export function lessTargetsRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = lessTargets_f64(operand(state, 0, row), operand(state, 1, row), length, state, output(state, row));
    ends(state, row, flags);
  }
}

// @ts-ignore: decorator
@inline
function reverseGradient<T>(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  const shift = field<T>(state, B_SHIFT);
  const offset = field<T>(state, OFFSET);
  const scale = field<T>(state, SCALE);
  const factor = field<T>(state, FACTOR);
  const less = field<T>(state, LESS);
  const end = a + length * sizeof<T>();
  for (; a < end; a += BLOCK, b += BLOCK, out += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    const aBlock = padded(a, left, size, state, 0);
    const bBlock = padded(b, left, size, state, 1);
    const target = left >= size ? out : paddingOf(state, 2);
    for (let i: usize = 0; i < size; i += 16) {
      const y = v128.load(bBlock + i);
      const v = v128.mul<T>(v128.add<T>(v128.sub<T>(y, v128.load(aBlock + i)), offset), scale);
      const q = v128.mul<T>(exponential<T>(clampedExponents<T>(y, shift, scale)), factor);
      v128.store(target + i, v128.andnot(v128.mul<T>(q, v128.sub<T>(v, less)), areNegligible<T>(y, shift, scale)));
    }
    if (target != out) copyTo(out, target, left);
  }
  return 0;
}

export function reverseGradient_f32(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  return reverseGradient<f32>(a, b, length, state, out);
}

export function reverseGradient_f64(a: usize, b: usize, length: usize, state: usize, out: usize): i32 {
  return reverseGradient<f64>(a, b, length, state, out);
}

export function reverseGradientRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = reverseGradient_f32(operand(state, 0, row), operand(state, 1, row), length, state, output(state, row));
    ends(state, row, flags);
  }
}

export function reverseGradientRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = reverseGradient_f64(operand(state, 0, row), operand(state, 1, row), length, state, output(state, row));
    ends(state, row, flags);
  }
}
