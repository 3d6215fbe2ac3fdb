// What the families of logits share. A logit z is worth x = (z - shift)·scale, where shift is the row's largest, or near it,
// and scale is 1/temperature; the probability of its class is e^x over the sum Z of all. Blocks, groups and lanes are those of
// blocks.ts, but a last group is padded with -Infinity, which has probability 0.
//
// A logit so far below the shift that x < -64 (f32) or -256 (f64) counts as just that far: beside e^0 it makes no difference
// to a sum, has no subnormal products, and -Infinity needs no care of its own.
//
// Sums are totals 0, 1 and 2; total 1 is always Z of the first row. UNUSUAL says that one of them is not finite.

import { BLOCK, GROUP, SCRATCH, UNUSUAL, addTotal, copyWith, paddingOf, sumOfGroup, tailSize, wholeGroups } from "./blocks";
import { exponential, negligible } from "./exponential";
import { addLanes, one, splat, sumOfLanes } from "./lanes";

// The fields of the families of logits, in `state`: ten f64, then the same as f32 (120 bytes). a and b are the two rows. Written by
// src/backends/simd.ts. Like constants they are read from memory, where each is used: a lane's value that is made before a loop is
// made anew on its every turn.
export const A_SHIFT: usize = 0;
export const B_SHIFT: usize = 1;
/** 1/temperature. */
export const SCALE: usize = 2;
/** The logit of a at which x is -64 or -256. */
export const A_LEAST: usize = 3;
/** (b - a + offset)·scale is the logarithm of the ratio of both probabilities, or of the e^x. */
export const OFFSET: usize = 4;
/** What e^x is multiplied by, and what is taken off. */
export const FACTOR: usize = 5;
export const LESS: usize = 6;
/** What a gradient is multiplied by. */
export const SLOPE: usize = 7;
/** Weight of the first of two distributions in their mixture. */
export const WEIGHT: usize = 8;
/** What e^y is multiplied by. */
export const SECOND_FACTOR: usize = 9;

export const FIELDS: usize = 128;

// @ts-ignore: decorator
@inline
const FIELDS_F32: usize = FIELDS + 80;

/** A field in every lane. */
// @ts-ignore: decorator
@inline
export function field<T>(state: usize, index: usize): v128 {
  if (sizeof<T>() == 4) return v128.load_splat<f32>(state + FIELDS_F32 + (index << 2));
  return v128.load_splat<f64>(state + FIELDS + (index << 3));
}

/** Sets a field, both as f64 and as f32. */
// @ts-ignore: decorator
@inline
export function setField(state: usize, index: usize, x: f64): void {
  store<f64>(state + FIELDS + (index << 3), x);
  store<f32>(state + FIELDS_F32 + (index << 2), <f32>x);
}

/** A field as a number of type T. */
// @ts-ignore: decorator
@inline
export function fieldAs<T>(state: usize, index: usize): T {
  return <T>load<f64>(state + FIELDS + (index << 3));
}

// @ts-ignore: decorator
@inline
export function impossible<T>(): v128 {
  return v128.splat<T>(<T>-Infinity);
}

/** Where to read the block at `start`: there, or a copy padded with `filler` where it ends inside a group. */
// @ts-ignore: decorator
@inline
export function paddedWith<T>(filler: T, start: usize, left: usize, size: usize, state: usize, slot: usize): usize {
  return left >= size ? start : copyWith(v128.splat<T>(filler), start, left, size, paddingOf(state, slot));
}

// @ts-ignore: decorator
@inline
export function paddedLogits<T>(start: usize, left: usize, size: usize, state: usize, slot: usize): usize {
  return paddedWith<T>(<T>-Infinity, start, left, size, state, slot);
}

/** Copies the tail of a block of logits to padding. */
// @ts-ignore: decorator
@inline
export function padTail<T>(z: usize, left: usize, state: usize, slot: usize): void {
  const tail = tailSize(left);
  if (tail) copyWith(impossible<T>(), z + left - tail, tail, GROUP, paddingOf(state, slot));
}

/** x of logits, unclamped. `isScaled` is false where scale is 1. */
// @ts-ignore: decorator
@inline
export function exponents<T>(z: v128, shift: v128, scale: v128, isScaled: bool = true): v128 {
  const x = v128.sub<T>(z, shift);
  return isScaled ? v128.mul<T>(x, scale) : x;
}

/** The same, -64 or -256 where it would be less. */
// @ts-ignore: decorator
@inline
export function clampedExponents<T>(z: v128, shift: v128, scale: v128, isScaled: bool = true): v128 {
  return v128.pmax<T>(negligible<T>(), exponents<T>(z, shift, scale, isScaled));
}

/** Lanes with a class of next to no probability. */
// @ts-ignore: decorator
@inline
export function areNegligible<T>(z: v128, shift: v128, scale: v128): v128 {
  return v128.lt<T>(exponents<T>(z, shift, scale), negligible<T>());
}

/** Adds x to total `index`; whether it is finite. */
// @ts-ignore: decorator
@inline
export function addFinite(state: usize, index: usize, x: f64): bool {
  addTotal(state, index, x);
  return x - x == 0;
}

/** Σ e^x of a block to total 1, Σ term(e^x, x) to total 0, which costs nothing for a family that has none. */
// @ts-ignore: decorator
@inline
function reduceBlock<T, F>(block: usize, left: usize, state: usize, isScaled: bool): bool {
  const family = changetype<F>(state);
  const whole = wholeGroups(left);
  const size = (min(left, BLOCK) + (GROUP - 1)) & ~(GROUP - 1);
  let sums = f64x2.splat(0);
  let termSums = f64x2.splat(0);
  for (let i: usize = 0; i < size; i += GROUP) {
    const at = i == whole ? paddingOf(state, 0) : block + i;
    const shift = field<T>(state, A_SHIFT);
    const scale = field<T>(state, SCALE);
    const x0 = clampedExponents<T>(v128.load(at), shift, scale, isScaled);
    const x1 = clampedExponents<T>(v128.load(at, 16), shift, scale, isScaled);
    const x2 = clampedExponents<T>(v128.load(at, 32), shift, scale, isScaled);
    const x3 = clampedExponents<T>(v128.load(at, 48), shift, scale, isScaled);
    const e0 = exponential<T>(x0);
    const e1 = exponential<T>(x1);
    const e2 = exponential<T>(x2);
    const e3 = exponential<T>(x3);
    sums = addLanes<T>(sums, sumOfGroup<T>(e0, e1, e2, e3));
    if (family.hasTerm()) {
      const terms = sumOfGroup<T>(family.term(e0, x0), family.term(e1, x1), family.term(e2, x2), family.term(e3, x3));
      termSums = addLanes<T>(termSums, terms);
    }
  }
  if (family.hasTerm()) addTotal(state, 0, sumOfLanes(termSums));
  return addFinite(state, 1, sumOfLanes(sums));
}

function scaledBlock<T, F>(block: usize, left: usize, state: usize): bool {
  return reduceBlock<T, F>(block, left, state, true);
}

/** At a temperature of 1, a tenth faster. */
function plainBlock<T, F>(block: usize, left: usize, state: usize): bool {
  return reduceBlock<T, F>(block, left, state, false);
}

/** Totals of one row: 1 is Z = Σ e^x, 0 is Σ term(e^x, x). */
// @ts-ignore: decorator
@inline
export function reduceLogits<T, F>(z: usize, length: usize, state: usize): i32 {
  const isScaled = sizeof<T>() == 8 || fieldAs<f64>(state, SCALE) != 1;
  const end = z + length * sizeof<T>();
  for (; z < end; z += BLOCK) {
    const left = end - z;
    padTail<T>(z, left, state, 0);
    if (!(sizeof<T>() == 8 || isScaled ? scaledBlock<T, F>(z, left, state) : plainBlock<T, F>(z, left, state))) return UNUSUAL;
  }
  return 0;
}

/**
 * v = ln(q/p), or nearly. A class below `least` counts as one at it, and as no less likely in b: one that is negligible in both
 * has v = 0, so that a row has no divergence from itself.
 */
// @ts-ignore: decorator
@inline
export function logRatioOf<T>(x: v128, y: v128, least: v128, offset: v128, scale: v128): v128 {
  const v = v128.mul<T>(v128.add<T>(v128.sub<T>(y, v128.pmax<T>(least, x)), offset), scale);
  return v128.pmax<T>(v128.andnot(impossible<T>(), v128.lt<T>(x, least)), v);
}

// @ts-ignore: decorator
@inline
function exponentOrPower<T>(z: v128, least: v128, shift: v128, scale: v128, exponentiate: bool): v128 {
  const x = v128.mul<T>(v128.sub<T>(v128.pmax<T>(least, z), shift), scale);
  return exponentiate ? exponential<T>(x) : x;
}

/** Whether a block of b has a class of probability 0 that is possible in a. */
export function isInfinite<T>(a: usize, b: usize, size: usize): bool {
  let infinite = i32x4.splat(0);
  for (let i: usize = 0; i < size; i += 16) {
    const isImpossible = v128.eq<T>(v128.load(b + i), impossible<T>());
    infinite = v128.or(infinite, v128.and(isImpossible, v128.ne<T>(v128.load(a + i), impossible<T>())));
  }
  return v128.any_true(infinite);
}

/** The same of a block whose tails are in padding. */
function isInfinitePair<T>(a: usize, b: usize, left: usize, state: usize): bool {
  if (isInfinite<T>(a, b, wholeGroups(left))) return true;
  return tailSize(left) != 0 && isInfinite<T>(paddingOf(state, 0), paddingOf(state, 1), GROUP);
}

/** What a block of a pair is: every |v| <= 2; KL is infinite; some v > 6 (f32) or 64 (f64). */
export const NEAR: i32 = 1;
export const INFINITE: i32 = 2;
export const FAR: i32 = 4;

/** x or, with Z to total 1, e^x of a block of `left` bytes, whose tails are in padding, to scratch, and v behind it. Only the latter looks for INFINITE and FAR. */
// @ts-ignore: decorator
@inline
export function preparePair<T>(a: usize, b: usize, left: usize, state: usize, exponentiate: bool): i32 {
  const whole = wholeGroups(left);
  const size = (min(left, BLOCK) + (GROUP - 1)) & ~(GROUP - 1);
  const shift = field<T>(state, A_SHIFT);
  const scale = field<T>(state, SCALE);
  const least = field<T>(state, A_LEAST);
  const offset = field<T>(state, OFFSET);
  const scratch = state + SCRATCH;
  let sums = f64x2.splat(0);
  let most = i32x4.splat(0);
  let fewest = i32x4.splat(0);
  let lowest = i32x4.splat(0);
  for (let i: usize = 0; i < size; i += GROUP) {
    const aGroup = i == whole ? paddingOf(state, 0) : a + i;
    const bGroup = i == whole ? paddingOf(state, 1) : b + i;
    const x0 = v128.load(aGroup);
    const x1 = v128.load(aGroup, 16);
    const x2 = v128.load(aGroup, 32);
    const x3 = v128.load(aGroup, 48);
    const y0 = v128.load(bGroup);
    const y1 = v128.load(bGroup, 16);
    const y2 = v128.load(bGroup, 32);
    const y3 = v128.load(bGroup, 48);
    if (exponentiate) lowest = v128.pmin<T>(lowest, v128.pmin<T>(v128.pmin<T>(y0, y1), v128.pmin<T>(y2, y3)));
    const v0 = logRatioOf<T>(x0, y0, least, offset, scale);
    const v1 = logRatioOf<T>(x1, y1, least, offset, scale);
    const v2 = logRatioOf<T>(x2, y2, least, offset, scale);
    const v3 = logRatioOf<T>(x3, y3, least, offset, scale);
    v128.store(scratch + i, v0, BLOCK);
    v128.store(scratch + i, v1, BLOCK + 16);
    v128.store(scratch + i, v2, BLOCK + 32);
    v128.store(scratch + i, v3, BLOCK + 48);
    most = v128.pmax<T>(most, v128.pmax<T>(v128.pmax<T>(v0, v1), v128.pmax<T>(v2, v3)));
    fewest = v128.pmin<T>(fewest, v128.pmin<T>(v128.pmin<T>(v0, v1), v128.pmin<T>(v2, v3)));
    const e0 = exponentOrPower<T>(x0, least, shift, scale, exponentiate);
    const e1 = exponentOrPower<T>(x1, least, shift, scale, exponentiate);
    const e2 = exponentOrPower<T>(x2, least, shift, scale, exponentiate);
    const e3 = exponentOrPower<T>(x3, least, shift, scale, exponentiate);
    v128.store(scratch + i, e0);
    v128.store(scratch + i, e1, 16);
    v128.store(scratch + i, e2, 32);
    v128.store(scratch + i, e3, 48);
    if (exponentiate) sums = addLanes<T>(sums, sumOfGroup<T>(e0, e1, e2, e3));
  }
  let kind: i32 = 0;
  if (exponentiate) {
    addTotal(state, 1, sumOfLanes(sums));
    const far = v128.splat<T>(sizeof<T>() == 4 ? <T>6 : <T>64);
    if (v128.any_true(v128.gt<T>(most, far))) kind = FAR;
    if (v128.any_true(v128.eq<T>(lowest, impossible<T>())) && isInfinitePair<T>(a, b, left, state)) return INFINITE;
  }
  const two = v128.add<T>(one<T>(), one<T>());
  return v128.any_true(v128.gt<T>(v128.pmax<T>(most, v128.neg<T>(fewest)), two)) ? kind : NEAR;
}
