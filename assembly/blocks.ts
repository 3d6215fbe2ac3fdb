// The order of summation, which is part of what a result means (the same in src/backends/js/blocks.ts):
//
//   a row          blocks of 2 KiB (512 f32, 256 f64) from its start; the last is padded with zeros to whole groups
//   a block        groups of 64 bytes, four vectors: (v0 + v1) + (v2 + v3) lane by lane, in T
//   its total      the lanes of the groups, as f64, added group by group to two sums (f32: lanes 0 + 2 to the first, 1 + 3
//                  to the second); then both
//   a chunk        of 16 blocks: their totals added in order, each with its rounding error kept (`addTotal`)
//   the row        chunk totals added in order, in the same way: so a chunk can be computed anywhere
//
// (The relaxed build promises accuracy, not bits, and sums the terms of a pair in another order: `relaxedTerms`.)
//
// Each block is read twice. The survey sums p and q (or p - q) and finds the least number; it brings the block into the
// L1 cache and decides how to compute it. One loop that did all at once spills registers and is 40 % slower (measured).
//
// `state` is where an instance works: nothing else in memory is written.
//
//   state +    0  three totals, of five f64 each: `addTotal`
//         +  128  what a family needs to know besides its rows: its fields
//         +  256  padding: three blocks
//         + 6400  scratch: two blocks
//        + 10496  the end

import { addLanes, smallestNormal, sumOfLanes } from "./lanes";

/** Something is not a plain number for these kernels: NaN, infinite, negative, over 2^100, or subnormal where it counts. */
export const UNUSUAL: i32 = 1;
/** Some p > 0 where q = 0. */
export const Q_IS_ZERO: i32 = 2;
/** Some q > 0 where p = 0. */
export const P_IS_ZERO: i32 = 4;

export const BLOCK: usize = 2048;
export const GROUP: usize = 64;
export const FAMILY: usize = 128;
const PADDING: usize = 256;
/** Two rows of a block that is worked on in two loops. */
export const SCRATCH: usize = 6400;
export const LIMIT: f64 = 1.2676506002282294e30; // 2^100

/** Blocks of a chunk. */
const CHUNK: u64 = 16;

/** Adds x to a pair (sum, error): it is exact but for the rounding of error (Knuth's TwoSum). */
// @ts-ignore: decorator
@inline
function addTo(pair: usize, x: f64, error: f64): void {
  const sum = load<f64>(pair);
  const next = sum + x;
  const added = next - sum;
  store<f64>(pair, next);
  store<f64>(pair, load<f64>(pair, 8) + ((sum - (next - added)) + (x - added)) + error, 8);
}

// A total is the pair (sum, error) of this chunk, the pair of those before it, and how many blocks have been added; where that
// is 0, the rest has no meaning.
// @ts-ignore: decorator
@inline
const TOTAL: usize = 40;
// @ts-ignore: decorator
@inline
const BEFORE: usize = 16;
// @ts-ignore: decorator
@inline
const BLOCKS: usize = 32;

export function isEmpty(state: usize, index: usize): bool {
  return load<u64>(state + index * TOTAL, BLOCKS) == 0;
}

/** Makes a total of one number. */
export function setTotal(state: usize, index: usize, x: f64): void {
  const total = state + index * TOTAL;
  store<f64>(total, x);
  store<f64>(total, 0, 8);
  store<f64>(total, 0, BEFORE);
  store<f64>(total, 0, BEFORE + 8);
  store<u64>(total, 1, BLOCKS);
}

/** Adds that of a block to total `index`; once for each block. */
export function addTotal(state: usize, index: usize, x: f64): void {
  const total = state + index * TOTAL;
  const blocks = load<u64>(total, BLOCKS);
  if (blocks == 0) {
    setTotal(state, index, x);
    return;
  }
  store<u64>(total, blocks + 1, BLOCKS);
  if (blocks % CHUNK == 0) {
    addTo(total + BEFORE, load<f64>(total), load<f64>(total, 8));
    store<f64>(total, x);
    store<f64>(total, 0, 8);
  } else {
    addTo(total, x, 0);
  }
}

/** Bytes of the block at `start`, whole groups. */
// @ts-ignore: decorator
@inline
export function blockSize(start: usize, end: usize): usize {
  return (min(end - start, BLOCK) + (GROUP - 1)) & ~(GROUP - 1);
}

// @ts-ignore: decorator
@inline
export function paddingOf(state: usize, slot: usize): usize {
  return state + PADDING + slot * BLOCK;
}

/** Where to read the block at `start`: there, or a copy padded with zeros where it ends inside a group. */
// @ts-ignore: decorator
@inline
export function padded(start: usize, left: usize, size: usize, state: usize, slot: usize): usize {
  if (left >= size) return start;
  const copy = paddingOf(state, slot);
  memory.copy(copy, start, left);
  memory.fill(copy + left, 0, size - left);
  return copy;
}

// @ts-ignore: decorator
@inline
export function sumOfGroup<T>(v0: v128, v1: v128, v2: v128, v3: v128): v128 {
  return v128.add<T>(v128.add<T>(v0, v1), v128.add<T>(v2, v3));
}

/** Neither NaN nor infinite nor huge; so are then all the numbers >= 0 of which it is the sum. */
// @ts-ignore: decorator
@inline
export function isPlain(sum: f64): bool {
  return sum < LIMIT; // not for NaN
}

/** A block has zeros, which the families then mask. */
// @ts-ignore: decorator
@inline
const ZEROS: i32 = 8;

/** Zeros are common and stay fast; a subnormal beside a number that is not 0 does not. */
function classify<T>(p: usize, q: usize, size: usize): i32 {
  const zero = i32x4.splat(0);
  const tiny = smallestNormal<T>();
  let unusual = zero;
  let pZero = zero;
  let qZero = zero;
  for (let i: usize = 0; i < size; i += 16) {
    const x = v128.load(p + i);
    const y = v128.load(q + i);
    const xIsZero = v128.eq<T>(x, zero);
    const yIsZero = v128.eq<T>(y, zero);
    const isTiny = v128.andnot(v128.lt<T>(v128.pmin<T>(x, y), tiny), v128.or(xIsZero, yIsZero));
    unusual = v128.or(unusual, v128.or(isTiny, v128.lt<T>(v128.pmin<T>(x, y), zero)));
    pZero = v128.or(pZero, v128.andnot(xIsZero, yIsZero));
    qZero = v128.or(qZero, v128.andnot(yIsZero, xIsZero));
  }
  if (v128.any_true(unusual)) return UNUSUAL;
  return ZEROS | (v128.any_true(qZero) ? Q_IS_ZERO : 0) | (v128.any_true(pZero) ? P_IS_ZERO : 0);
}

/**
 * The smaller of numbers >= 0, of f32 as integers: that does not wait for the adders. A negative number stays less than any that
 * is not, and -0 the least of all.
 */
// @ts-ignore: decorator
@inline
function lesser<T>(x: v128, y: v128): v128 {
  return sizeof<T>() == 4 ? v128.min<i32>(x, y) : v128.pmin<T>(x, y);
}

/** The smallest of a group. In pairs: a chain of minima is slower than all else (a tenth of a divergence). */
// @ts-ignore: decorator
@inline
function leastOf<T>(v0: v128, v1: v128, v2: v128, v3: v128): v128 {
  return lesser<T>(lesser<T>(v0, v1), lesser<T>(v2, v3));
}

/** Adds Σp and Σ second(p, q) of a block to totals 1 and 2, and says what the block holds. */
function surveyBlock<T, F>(p: usize, q: usize, size: usize, state: usize): i32 {
  const family = changetype<F>(state + FAMILY);
  let least = v128.splat<T>(<T>Infinity);
  let pSums = f64x2.splat(0);
  let secondSums = f64x2.splat(0);
  for (let i: usize = 0; i < size; i += GROUP) {
    const p0 = v128.load(p + i);
    const p1 = v128.load(p + i, 16);
    const p2 = v128.load(p + i, 32);
    const p3 = v128.load(p + i, 48);
    const q0 = v128.load(q + i);
    const q1 = v128.load(q + i, 16);
    const q2 = v128.load(q + i, 32);
    const q3 = v128.load(q + i, 48);
    least = lesser<T>(least, lesser<T>(leastOf<T>(p0, p1, p2, p3), leastOf<T>(q0, q1, q2, q3)));
    const pSum = sumOfGroup<T>(p0, p1, p2, p3);
    pSums = addLanes<T>(pSums, pSum);
    const second = sumOfGroup<T>(family.second(p0, q0), family.second(p1, q1), family.second(p2, q2), family.second(p3, q3));
    secondSums = addLanes<T>(secondSums, second);
  }
  const pTotal = sumOfLanes(pSums);
  const secondTotal = sumOfLanes(secondSums);
  if (!(isPlain(pTotal) && isPlain(abs(secondTotal)))) return UNUSUAL;
  addTotal(state, 1, pTotal);
  addTotal(state, 2, secondTotal);
  return v128.any_true(v128.lt<T>(least, smallestNormal<T>())) ? classify<T>(p, q, size) : 0;
}

/** Σ of the numbers of a block at `terms`. */
export function sumOfTerms<T>(terms: usize, size: usize): f64 {
  let sums = f64x2.splat(0);
  for (let at = terms; at < terms + size; at += GROUP) {
    const group = sumOfGroup<T>(v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48));
    sums = addLanes<T>(sums, group);
  }
  return sumOfLanes(sums);
}

/**
 * `terms` of the relaxed build, whose order of summation is its own: two vectors a turn, not four, for which V8 has registers
 * enough, and their sums to scratch. An eighth faster. Not for a family that has `isSum`: Σq must have the order of Σp.
 */
// @ts-ignore: decorator
@inline
function relaxedTerms<T, F>(p: usize, q: usize, size: usize, state: usize, mayBeZero: bool): f64 {
  const family = changetype<F>(state + FAMILY);
  const scratch = state + SCRATCH;
  const half = size >> 1;
  for (let i: usize = 0; i < half; i += 16) {
    const first = family.term(v128.load(p), v128.load(q), mayBeZero);
    const second = family.term(v128.load(p, 16), v128.load(q, 16), mayBeZero);
    v128.store(scratch + i, v128.add<T>(first, second));
    p += 32;
    q += 32;
  }
  // to a whole group
  v128.store(scratch + half, f64x2.splat(0));
  v128.store(scratch + half, f64x2.splat(0), 16);
  return sumOfTerms<T>(scratch, half);
}

/** Σ term(p, q) of a block. */
// @ts-ignore: decorator
@inline
function terms<T, F>(p: usize, q: usize, size: usize, state: usize, mayBeZero: bool): f64 {
  const family = changetype<F>(state + FAMILY);
  if (ASC_FEATURE_RELAXED_SIMD && !isDefined(family.isSum)) return relaxedTerms<T, F>(p, q, size, state, mayBeZero);
  const end = p + size;
  let sums = f64x2.splat(0);
  do {
    const sum = sumOfGroup<T>(
      family.term(v128.load(p), v128.load(q), mayBeZero),
      family.term(v128.load(p, 16), v128.load(q, 16), mayBeZero),
      family.term(v128.load(p, 32), v128.load(q, 32), mayBeZero),
      family.term(v128.load(p, 48), v128.load(q, 48), mayBeZero),
    );
    sums = addLanes<T>(sums, sum);
    p += GROUP;
    q += GROUP;
  } while (p < end);
  return sumOfLanes(sums);
}

function denseTerms<T, F>(p: usize, q: usize, size: usize, state: usize): f64 {
  return terms<T, F>(p, q, size, state, false);
}

function sparseTerms<T, F>(p: usize, q: usize, size: usize, state: usize): f64 {
  return terms<T, F>(p, q, size, state, true);
}

/**
 * Totals of a pair of rows: 0 is the family's Σ term(p, q), 1 is Σp, 2 is Σ second(p, q).
 * A family F has `term(p, q, mayBeZero)` and `second(p, q)` on lanes, which are inlined; its fields are in `state`.
 */
// @ts-ignore: decorator
@inline
export function reducePair<T, F>(p: usize, q: usize, length: usize, state: usize): i32 {
  const end = p + length * sizeof<T>();
  let flags = 0;
  for (; p < end; p += BLOCK, q += BLOCK) {
    const size = blockSize(p, end);
    const pBlock = padded(p, end - p, size, state, 0);
    const qBlock = padded(q, end - p, size, state, 1);
    const kind = surveyBlock<T, F>(pBlock, qBlock, size, state);
    if (kind & UNUSUAL) return UNUSUAL;
    flags |= kind;
    addTotal(state, 0, kind ? sparseTerms<T, F>(pBlock, qBlock, size, state) : denseTerms<T, F>(pBlock, qBlock, size, state));
  }
  return flags & ~ZEROS;
}

/** Total 0 alone, of rows that a survey found to be plain: for families that must know both sums before they start. */
// @ts-ignore: decorator
@inline
export function reduceSurveyed<T, F>(p: usize, q: usize, length: usize, state: usize): void {
  const end = p + length * sizeof<T>();
  for (; p < end; p += BLOCK, q += BLOCK) {
    const size = blockSize(p, end);
    const pBlock = padded(p, end - p, size, state, 0);
    const qBlock = padded(q, end - p, size, state, 1);
    addTotal(state, 0, sparseTerms<T, F>(pBlock, qBlock, size, state));
  }
}

/** Totals of one row: 0 is the family's Σ term(p), 1 is Σp. Zeros need no care where a term of 0 is 0. */
// @ts-ignore: decorator
@inline
export function reduceRow<T, F>(p: usize, length: usize, state: usize): i32 {
  const family = changetype<F>(state + FAMILY);
  const end = p + length * sizeof<T>();
  for (; p < end; p += BLOCK) {
    const size = blockSize(p, end);
    const block = padded(p, end - p, size, state, 0);
    const blockEnd = block + size;
    let least = v128.splat<T>(<T>Infinity);
    let sums = f64x2.splat(0);
    let termSums = f64x2.splat(0);
    for (let at = block; at < blockEnd; at += GROUP) {
      const p0 = v128.load(at);
      const p1 = v128.load(at, 16);
      const p2 = v128.load(at, 32);
      const p3 = v128.load(at, 48);
      least = v128.pmin<T>(least, v128.pmin<T>(v128.pmin<T>(p0, p1), v128.pmin<T>(p2, p3)));
      const sum = sumOfGroup<T>(p0, p1, p2, p3);
      sums = addLanes<T>(sums, sum);
    }
    const total = sumOfLanes(sums);
    if (!isPlain(total) || v128.any_true(v128.lt<T>(least, i32x4.splat(0)))) return UNUSUAL;
    addTotal(state, 1, total);
    for (let at = block; at < blockEnd; at += GROUP) {
      const sum = sumOfGroup<T>(
        family.term(v128.load(at)),
        family.term(v128.load(at, 16)),
        family.term(v128.load(at, 32)),
        family.term(v128.load(at, 48)),
      );
      termSums = addLanes<T>(termSums, sum);
    }
    addTotal(state, 0, sumOfLanes(termSums));
  }
  return 0;
}
