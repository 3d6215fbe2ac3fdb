// maximum: the largest logit (total 0), before everything else. UNUSUAL: one is NaN or +Infinity.
// logSumExpRows: Z = Σ e^x (total 1); ln Σ e^z = shift·scale + ln Z.
// exponentials: out = e^x, down to subnormal numbers and 0, and Z: the first pass of softmax.
// softmaxRows: out = e^x·factor/Z, both passes: of softmax the factor is 1, of a loss's gradient its part in the result.

import {
  BLOCK, GROUP, SCRATCH, addTerms, addTotal, copyTo, copyWith, fillerOf, lastVector, loadPart, paddingOf, storePart,
  sumOfGroup, tailSize, totalOf, wholeGroups,
} from "./blocks";
import { exponential, exponentialToZero, negligible } from "./exponential";
import { addLanes, splat, sumOfLanes } from "./lanes";
import { A_SHIFT, FACTOR, SCALE, exponents, field, fieldAs, impossible, reduceLogits } from "./logits";
import { largestLane, maximum } from "./maximum";
import { FOUND, LARGEST, begins, beginsOne, ends, entryOf, isTaken, leave, operand, output } from "./rows";

export function maximum_f32(z: usize, length: usize, state: usize): i32 {
  return maximum<f32>(z, length, state);
}

export function maximum_f64(z: usize, length: usize, state: usize): i32 {
  return maximum<f64>(z, length, state);
}

// @ts-ignore: decorator
@final @unmanaged class LogSumExp {
  // @ts-ignore: decorator
  @inline
  hasTerm(): bool {
    return false;
  }

  // @ts-ignore: decorator
  @inline
  term(e: v128, x: v128): v128 {
    return e;
  }
}

// @ts-ignore: decorator
@inline
function logSumExpRows<T>(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    const z = operand(state, 0, row);
    if (beginsOne<T>(state, row, length, mode, z)) ends(state, row, reduceLogits<T, LogSumExp>(z, length, state));
  }
}

export function logSumExpRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  logSumExpRows<f32>(state, length, count, mode);
}

export function logSumExpRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  logSumExpRows<f64>(state, length, count, mode);
}

// @ts-ignore: decorator
@inline
function exponentialsOf<T>(x: v128, areNormal: bool): v128 {
  return areNormal ? exponential<T>(x) : exponentialToZero<T>(x);
}

/** e^x of whole groups to `target`; returns two sums of them. */
// @ts-ignore: decorator
@inline
function exponentialBlock<T>(block: usize, size: usize, state: usize, target: usize, areNormal: bool): v128 {
  const shift = field<T>(state, A_SHIFT);
  const scale = field<T>(state, SCALE);
  let sums = f64x2.splat(0);
  for (let i: usize = 0; i < size; i += GROUP) {
    const e0 = exponentialsOf<T>(exponents<T>(v128.load(block + i), shift, scale), areNormal);
    const e1 = exponentialsOf<T>(exponents<T>(v128.load(block + i, 16), shift, scale), areNormal);
    const e2 = exponentialsOf<T>(exponents<T>(v128.load(block + i, 32), shift, scale), areNormal);
    const e3 = exponentialsOf<T>(exponents<T>(v128.load(block + i, 48), shift, scale), areNormal);
    v128.store(target + i, e0);
    v128.store(target + i, e1, 16);
    v128.store(target + i, e2, 32);
    v128.store(target + i, e3, 48);
    sums = addLanes<T>(sums, sumOfGroup<T>(e0, e1, e2, e3));
  }
  return sums;
}

function normalBlock<T>(block: usize, size: usize, state: usize, target: usize): v128 {
  return exponentialBlock<T>(block, size, state, target, true);
}

function anyBlock<T>(block: usize, size: usize, state: usize, target: usize): v128 {
  return exponentialBlock<T>(block, size, state, target, false);
}

/** Whether every e^x of whole groups is a normal number: then they take two thirds of the time. */
function hasNormalsOnly<T>(block: usize, size: usize, state: usize): bool {
  let least = v128.load(block);
  for (let at = block; at < block + size; at += GROUP) {
    const first = v128.pmin<T>(v128.load(at), v128.load(at, 16));
    const second = v128.pmin<T>(v128.load(at, 32), v128.load(at, 48));
    least = v128.pmin<T>(least, v128.pmin<T>(first, second));
  }
  const x = v128.mul<T>(v128.sub<T>(least, field<T>(state, A_SHIFT)), field<T>(state, SCALE));
  return !v128.any_true(v128.lt<T>(x, negligible<T>()));
}

/** The same for a tail of `size` bytes: through padding, with classes of probability 0 behind it. */
function anyTail<T>(z: usize, size: usize, state: usize, out: usize): v128 {
  const group = copyWith(impossible<T>(), z, size, GROUP, paddingOf(state, 0));
  const sums = anyBlock<T>(group, GROUP, state, group);
  copyTo(out, group, size);
  return sums;
}

/** The same where every e^x is a normal number: vector by vector, by way of scratch. */
function exponentialTail<T>(z: usize, size: usize, state: usize, out: usize): v128 {
  const scratch = state + SCRATCH;
  const shift = field<T>(state, A_SHIFT);
  const scale = field<T>(state, SCALE);
  const filler = fillerOf<T>(size);
  let least = i32x4.splat(0);
  let e = least;
  for (let i: usize = 0; i < GROUP; i += 16) {
    e = i32x4.splat(0);
    if (i < size) {
      // x = 0 where there is no number
      const left = size - i;
      const x = exponents<T>(left < 16 ? loadPart(z + i, left, shift) : v128.load(z + i), shift, scale);
      least = v128.pmin<T>(least, x);
      e = v128.andnot(exponential<T>(x), absent<T>(filler + i));
    }
    v128.store(scratch + i, e);
  }
  if (v128.any_true(v128.lt<T>(least, negligible<T>()))) return anyTail<T>(z, size, state, out);
  copyTo(out, scratch, size);
  return addTerms<T>(i32x4.splat(0), scratch, GROUP);
}

function exponentials<T>(z: usize, length: usize, state: usize, out: usize): i32 {
  const end = z + length * sizeof<T>();
  for (; z < end; z += BLOCK, out += BLOCK) {
    const left = end - z;
    const whole = wholeGroups(left);
    const tail = tailSize(left);
    let sums = f64x2.splat(0);
    if (whole) {
      if (hasNormalsOnly<T>(z, whole, state)) sums = normalBlock<T>(z, whole, state, out);
      else sums = anyBlock<T>(z, whole, state, out);
    }
    if (tail) {
      // the way that is faster, and larger, is for f32
      const e = sizeof<T>() == 4 ? exponentialTail<T>(z + whole, tail, state, out + whole) : anyTail<T>(z + whole, tail, state, out + whole);
      sums = v128.add<f64>(sums, e);
    }
    addTotal(state, 1, sumOfLanes(sums));
  }
  return 0;
}

export function exponentials_f32(z: usize, length: usize, state: usize, out: usize): i32 {
  return exponentials<f32>(z, length, state, out);
}

export function exponentials_f64(z: usize, length: usize, state: usize, out: usize): i32 {
  return exponentials<f64>(z, length, state, out);
}

/** Multiplies a row in place. */
function multiply<T>(row: usize, length: usize, factor: v128): void {
  const size = length * sizeof<T>();
  const rest = size & 15;
  const end = row + size - rest;
  for (; row < end; row += 16) v128.store(row, v128.mul<T>(v128.load(row), factor));
  if (rest) storePart(row, rest, v128.mul<T>(loadPart(row, rest, factor), factor));
}

/**
 * A row of at most one group in registers, in mode FOUND: e^x, or that times factor/Z, to `out`. False where some e^x is not normal, or there
 * is a NaN: nothing is written then.
 */
// @ts-ignore: decorator
@inline
function shortExponentials<T>(z: usize, size: usize, state: usize, entry: usize, out: usize, isSoftmax: bool): bool {
  const zero = i32x4.splat(0);
  const none = impossible<T>();
  let z0 = lastVector(z, size, none);
  let z1 = none;
  let z2 = none;
  let z3 = none;
  if (size > 16) {
    z1 = z0;
    z0 = v128.load(z);
    if (size > 32) {
      z2 = z1;
      z1 = v128.load(z, 16);
      if (size > 48) {
        z3 = z2;
        z2 = v128.load(z, 32);
      }
    }
  }
  const largest = largestLane<T>(v128.pmax<T>(v128.pmax<T>(z0, z1), v128.pmax<T>(z2, z3))) + 0; // not -0
  if (!isTaken(state, largest)) return false;
  const shift = splat<T>(largest);
  const scale = field<T>(state, SCALE);
  // x = 0 where there is no number
  const filler = fillerOf<T>(size);
  const least = negligible<T>();
  const x0 = v128.andnot(exponents<T>(z0, shift, scale), absent<T>(filler));
  let areNormal = v128.ge<T>(x0, least);
  let x1 = zero;
  let x2 = zero;
  let x3 = zero;
  if (size > 16) {
    x1 = v128.andnot(exponents<T>(z1, shift, scale), absent<T>(filler + 16));
    areNormal = v128.and(areNormal, v128.ge<T>(x1, least));
    if (size > 32) {
      x2 = v128.andnot(exponents<T>(z2, shift, scale), absent<T>(filler + 32));
      areNormal = v128.and(areNormal, v128.ge<T>(x2, least));
      if (size > 48) {
        x3 = v128.andnot(exponents<T>(z3, shift, scale), absent<T>(filler + 48));
        areNormal = v128.and(areNormal, v128.ge<T>(x3, least));
      }
    }
  }
  if (!i32x4.all_true(areNormal)) return false;
  let e0 = v128.andnot(exponential<T>(x0), absent<T>(filler));
  let e1 = zero;
  let e2 = zero;
  let e3 = zero;
  if (size > 16) {
    e1 = v128.andnot(exponential<T>(x1), absent<T>(filler + 16));
    if (size > 32) {
      e2 = v128.andnot(exponential<T>(x2), absent<T>(filler + 32));
      if (size > 48) e3 = v128.andnot(exponential<T>(x3), absent<T>(filler + 48));
    }
  }
  const sum = sumOfLanes(addLanes<T>(zero, sumOfGroup<T>(e0, e1, e2, e3)));
  if (isSoftmax) {
    const factor = splat<T>(fieldAs<f64>(state, FACTOR) / sum);
    e0 = v128.mul<T>(e0, factor);
    e1 = v128.mul<T>(e1, factor);
    e2 = v128.mul<T>(e2, factor);
    e3 = v128.mul<T>(e3, factor);
  }
  let last = e0;
  if (size > 16) {
    v128.store(out, e0);
    last = e1;
    if (size > 32) {
      v128.store(out, e1, 16);
      last = e2;
      if (size > 48) {
        v128.store(out, e2, 32);
        last = e3;
      }
    }
  }
  storeLast(out, size, last);
  store<f64>(entry, largest, LARGEST);
  leave(entry, 0, 0, sum, 0);
  return true;
}

/** Lanes for which there is no number. */
// @ts-ignore: decorator
@inline
function absent<T>(filler: usize): v128 {
  return sizeof<T>() == 4 ? v128.ne<i32>(v128.load(filler), i32x4.splat(0)) : v128.ne<f64>(v128.load(filler), i32x4.splat(0));
}

/** The last vector of a row. */
// @ts-ignore: decorator
@inline
function storeLast(out: usize, size: usize, x: v128): void {
  const rest = size & 15;
  if (rest) storePart(out + (size - rest), rest, x);
  else v128.store(out + size - 16, x);
}

function exponentialRows<T>(state: usize, length: usize, count: usize, mode: i32, isSoftmax: bool): void {
  const size = length * sizeof<T>();
  const isShort = size <= GROUP && (mode & FOUND) != 0;
  for (let row: usize = 0; row < count; row++) {
    const z = operand(state, 0, row);
    const out = output(state, row);
    if (sizeof<T>() == 4 && isShort && shortExponentials<T>(z, size, state, entryOf(state, row), out, isSoftmax)) continue;
    if (!beginsOne<T>(state, row, length, mode, z)) continue;
    exponentials<T>(z, length, state, out);
    if (isSoftmax) multiply<T>(out, length, splat<T>(fieldAs<f64>(state, FACTOR) / totalOf(state, 1)));
    ends(state, row, 0);
  }
}

export function exponentialsRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  exponentialRows<f32>(state, length, count, mode, false);
}

export function exponentialsRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  exponentialRows<f64>(state, length, count, mode, false);
}

export function softmaxRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  exponentialRows<f32>(state, length, count, mode, true);
}

export function softmaxRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  exponentialRows<f64>(state, length, count, mode, true);
}
