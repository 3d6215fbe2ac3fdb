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
//        + 10496  the job: where the rows of a matrix lie (rows.ts)
//        + 12288  the table: what comes of each of them, and its fields
//        + 28672  the end

import { addLanes, smallestNormal, sumOfLanes } from "./lanes";

/** Something is not a plain number for these kernels: NaN, infinite, negative, over 2^100, or subnormal where it counts. */
export const UNUSUAL: i32 = 1;
/** Some p > 0 where q = 0. */
export const Q_IS_ZERO: i32 = 2;
/** Some q > 0 where p = 0; of a survey. */
export const P_IS_ZERO: i32 = 4;

export const BLOCK: usize = 2048;
export const GROUP: usize = 64;
export const FAMILY: usize = 128;
const PADDING: usize = 256;
/** Two rows of a block that is worked on in two loops. */
export const SCRATCH: usize = 6400;
/** Where the rows of a matrix lie, and what comes of each: rows.ts. */
export const JOB: usize = 10496;
export const TABLE: usize = 12288;
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

/** Empties all three totals. */
// @ts-ignore: decorator
@inline
export function clearTotals(state: usize): void {
  store<u64>(state, 0, BLOCKS);
  store<u64>(state, 0, TOTAL + BLOCKS);
  store<u64>(state, 0, 2 * TOTAL + BLOCKS);
}

/** Total `index` as one number, as `total` of src/backends/backend.ts makes it; 0 where nothing was added. */
export function totalOf(state: usize, index: usize): f64 {
  const total = state + index * TOTAL;
  const blocks = load<u64>(total, BLOCKS);
  if (blocks <= 1) return blocks ? load<f64>(total) + 0 : 0;
  const before = load<f64>(total, BEFORE);
  const sum = load<f64>(total);
  const next = before + sum;
  if (next - next != 0) return next; // infinite: its error is NaN
  const added = next - before;
  return next + (load<f64>(total, BEFORE + 8) + (before - (next - added) + (sum - added)) + load<f64>(total, 8));
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
  return left >= size ? start : copyWith(i32x4.splat(0), start, left, size, paddingOf(state, slot));
}

/**
 * The last numbers of a row, `size` < 16 bytes, and what `filler` has behind them. Nothing behind the row is read, for memory may
 * end there.
 */
// @ts-ignore: decorator
@inline
export function loadPart(start: usize, size: usize, filler: v128): v128 {
  if (size == 4) return v128.load_lane<u32>(start, filler, 0);
  const part = v128.load_lane<u64>(start, filler, 0);
  return size == 8 ? part : v128.load_lane<u32>(start, part, 2, 8);
}

/** The last vector of a row of any `size`, behind which is `filler`. */
// @ts-ignore: decorator
@inline
export function lastVector(row: usize, size: usize, filler: v128): v128 {
  const rest = size & 15;
  const last = row + ((size - 1) & ~15);
  return rest ? loadPart(last, rest, filler) : v128.load(last);
}

/** Stores the first `size` < 16 bytes. */
// @ts-ignore: decorator
@inline
export function storePart(out: usize, size: usize, x: v128): void {
  if (size == 4) {
    v128.store_lane<u32>(out, x, 0);
    return;
  }
  v128.store_lane<u64>(out, x, 0);
  if (size != 8) v128.store_lane<u32>(out, x, 2, 8);
}

/** Copies `left` bytes to `copy` and fills it up to `size` with what `fill` has in its lanes; returns `copy`. */
export function copyWith(fill: v128, start: usize, left: usize, size: usize, copy: usize): usize {
  const rest = left & 15;
  const whole = left - rest;
  let i: usize = 0;
  for (; i < whole; i += 16) v128.store(copy + i, v128.load(start + i));
  if (rest) {
    v128.store(copy + i, loadPart(start + i, rest, fill));
    i += 16;
  }
  for (; i < size; i += 16) v128.store(copy + i, fill);
  return copy;
}

/** Takes the `left` bytes of a last block from where they were computed to where they belong. */
export function copyTo(out: usize, from: usize, left: usize): void {
  const rest = left & 15;
  const end = out + left - rest;
  for (; out < end; out += 16, from += 16) v128.store(out, v128.load(from));
  if (rest) storePart(out, rest, v128.load(from));
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

/** A block has zeros, or worse: `fillTerms` tells. */
// @ts-ignore: decorator
@inline
const ZEROS: i32 = 8;
/** A block may have negative numbers, or -0. */
// @ts-ignore: decorator
@inline
const SIGNS: i32 = 16;

/** Lanes of a pair that are negative, or subnormal beside a number that is not 0. */
// @ts-ignore: decorator
@inline
export function unusualOf<T>(x: v128, y: v128): v128 {
  const zero = i32x4.splat(0);
  const least = v128.pmin<T>(x, y);
  const isTiny = v128.andnot(v128.lt<T>(least, smallestNormal<T>()), v128.or(v128.eq<T>(x, zero), v128.eq<T>(y, zero)));
  return v128.or(isTiny, v128.lt<T>(least, zero));
}

/**
 * The smaller of numbers >= 0, of f32 as integers: that does not wait for the adders. A negative number stays less than any that
 * is not, and -0 the least of all.
 */
// @ts-ignore: decorator
@inline
export function lesser<T>(x: v128, y: v128): v128 {
  return sizeof<T>() == 4 ? v128.min<i32>(x, y) : v128.pmin<T>(x, y);
}

/** The smallest of a group. In pairs: a chain of minima is slower than all else (a tenth of a divergence). */
// @ts-ignore: decorator
@inline
export function leastOf<T>(v0: v128, v1: v128, v2: v128, v3: v128): v128 {
  return lesser<T>(lesser<T>(v0, v1), lesser<T>(v2, v3));
}

// The last numbers of a row lie in a tail: what is left behind whole groups, copied to padding and filled up to a group.

/** Bytes of the whole groups of a block. */
// @ts-ignore: decorator
@inline
export function wholeGroups(left: usize): usize {
  return min(left, BLOCK) & ~(GROUP - 1);
}

/** Bytes of the tail of a block, not filled up. */
// @ts-ignore: decorator
@inline
export function tailSize(left: usize): usize {
  return left >= BLOCK ? 0 : left & (GROUP - 1);
}

// Infinity for lanes that are not there: the 64 bytes that begin as many bytes before the middle as there are numbers.
const FILLER_F32 = memory.data<u32>(
  [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0x7f800000, 0x7f800000, 0x7f800000, 0x7f800000, 0x7f800000, 0x7f800000, 0x7f800000, 0x7f800000,
    0x7f800000, 0x7f800000, 0x7f800000, 0x7f800000, 0x7f800000, 0x7f800000, 0x7f800000, 0x7f800000,
  ],
  16,
);
const FILLER_F64 = memory.data<u32>(
  [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0x7ff00000, 0, 0x7ff00000, 0, 0x7ff00000, 0, 0x7ff00000,
    0, 0x7ff00000, 0, 0x7ff00000, 0, 0x7ff00000, 0, 0x7ff00000,
  ],
  16,
);

/** Infinity in the lanes of a group that are not among its first `size` bytes, 0 in the others: vector 0 of four. */
// @ts-ignore: decorator
@inline
export function fillerOf<T>(size: usize): usize {
  return (sizeof<T>() == 4 ? FILLER_F32 : FILLER_F64) + GROUP - size;
}

/** The smallest number of a tail of two rows, those it is filled up with apart. */
// @ts-ignore: decorator
@inline
function leastOfTail<T>(p: usize, q: usize, size: usize): v128 {
  const filler = fillerOf<T>(size);
  let least = v128.splat<T>(<T>Infinity);
  for (let i: usize = 0; i < GROUP; i += 16) {
    const lanes = v128.or(lesser<T>(v128.load(p + i), v128.load(q + i)), v128.load(filler + i));
    least = lesser<T>(least, lanes);
  }
  return least;
}

/**
 * Adds Σp and Σ second(p, q) of a block of `left` bytes to totals 1 and 2, and says whether the block has zeros. Of a family that has
 * `isSum`, also Σq to total 0, in the order of Σp.
 */
function surveyBlock<T, F>(p: usize, q: usize, left: usize, state: usize): i32 {
  const family = changetype<F>(state + FAMILY);
  const whole = wholeGroups(left);
  const tail = tailSize(left);
  const pTail = paddingOf(state, 0);
  const qTail = paddingOf(state, 1);
  let least = v128.splat<T>(<T>Infinity);
  let pSums = f64x2.splat(0);
  let qSums = f64x2.splat(0);
  let secondSums = f64x2.splat(0);
  let x = p;
  let y = q;
  let end = p + whole;
  if (!whole) {
    x = pTail;
    y = qTail;
    end = x + GROUP;
  }
  for (;;) {
    let leastOfGroups = v128.splat<T>(<T>Infinity);
    do {
      const p0 = v128.load(x);
      const p1 = v128.load(x, 16);
      const p2 = v128.load(x, 32);
      const p3 = v128.load(x, 48);
      const q0 = v128.load(y);
      const q1 = v128.load(y, 16);
      const q2 = v128.load(y, 32);
      const q3 = v128.load(y, 48);
      leastOfGroups = lesser<T>(leastOfGroups, lesser<T>(leastOf<T>(p0, p1, p2, p3), leastOf<T>(q0, q1, q2, q3)));
      const pSum = sumOfGroup<T>(p0, p1, p2, p3);
      pSums = addLanes<T>(pSums, pSum);
      const second = sumOfGroup<T>(family.second(p0, q0), family.second(p1, q1), family.second(p2, q2), family.second(p3, q3));
      secondSums = addLanes<T>(secondSums, second);
      if (isDefined(family.isSum)) {
        const qSum = sumOfGroup<T>(q0, q1, q2, q3);
        qSums = addLanes<T>(qSums, qSum);
      }
      x += GROUP;
      y += GROUP;
    } while (x < end);
    if (end == pTail + GROUP) {
      least = lesser<T>(least, leastOfTail<T>(pTail, qTail, tail));
      break;
    }
    least = leastOfGroups;
    if (!tail) break;
    x = pTail;
    y = qTail;
    end = x + GROUP;
  }
  const pTotal = sumOfLanes(pSums);
  const secondTotal = sumOfLanes(secondSums);
  if (!(isPlain(pTotal) && isPlain(abs(secondTotal)))) return UNUSUAL;
  addTotal(state, 1, pTotal);
  addTotal(state, 2, secondTotal);
  if (isDefined(family.isSum)) addTotal(state, 0, sumOfLanes(qSums));
  if (!v128.any_true(v128.lt<T>(least, smallestNormal<T>()))) return 0;
  return (sizeof<T>() == 4 ? v128.bitmask<i32>(least) : v128.bitmask<i64>(least)) ? ZEROS | SIGNS : ZEROS;
}

/** Adds the numbers of a block at `terms` to two sums. */
// @ts-ignore: decorator
@inline
export function addTerms<T>(sums: v128, terms: usize, size: usize): v128 {
  for (let at = terms; at < terms + size; at += GROUP) {
    const group = sumOfGroup<T>(v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48));
    sums = addLanes<T>(sums, group);
  }
  return sums;
}

/** Σ of the numbers of a block at `terms`. */
export function sumOfTerms<T>(terms: usize, size: usize): f64 {
  return sumOfLanes(addTerms<T>(f64x2.splat(0), terms, size));
}

/**
 * `terms` of the relaxed build, whose order of summation is its own: two vectors a turn, not four, for which V8 has registers
 * enough, and their sums to scratch. An eighth faster.
 */
// @ts-ignore: decorator
@inline
function relaxedTerms<T, F>(sums: v128, p: usize, q: usize, size: usize, state: usize, mayBeZero: bool): v128 {
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
  return addTerms<T>(sums, scratch, half);
}

/** Adds term(p, q) of whole groups to two sums. */
// @ts-ignore: decorator
@inline
function terms<T, F>(sums: v128, p: usize, q: usize, size: usize, state: usize, mayBeZero: bool): v128 {
  const family = changetype<F>(state + FAMILY);
  if (ASC_FEATURE_RELAXED_SIMD) return relaxedTerms<T, F>(sums, p, q, size, state, mayBeZero);
  for (const end = p + size; p < end; p += GROUP, q += GROUP) {
    const sum = sumOfGroup<T>(
      family.term(v128.load(p), v128.load(q), mayBeZero),
      family.term(v128.load(p, 16), v128.load(q, 16), mayBeZero),
      family.term(v128.load(p, 32), v128.load(q, 32), mayBeZero),
      family.term(v128.load(p, 48), v128.load(q, 48), mayBeZero),
    );
    sums = addLanes<T>(sums, sum);
  }
  return sums;
}

function denseTerms<T, F>(sums: v128, p: usize, q: usize, size: usize, state: usize): v128 {
  return terms<T, F>(sums, p, q, size, state, false);
}

/** Behind the terms in scratch: the list of the vectors of a block that are computed, a byte each. */
const LIVE: usize = BLOCK;

/** Which of four bits are set, a byte each. */
const SET_BITS = memory.data<u32>(
  [0, 0, 1, 0x100, 2, 0x200, 0x201, 0x20100, 3, 0x300, 0x301, 0x30100, 0x302, 0x30200, 0x30201, 0x3020100],
  16,
);

/**
 * Adds the vectors of the group at i bytes of a block that are not all zeros to the list that goes on at `end`. Returns where the list
 * goes on. A look at each vector alone takes twice as many instructions.
 */
// @ts-ignore: decorator
@inline
export function listLive(v0: v128, v1: v128, v2: v128, v3: v128, i: usize, end: usize): usize {
  // a vector becomes four bytes, of which none is 0 that was not
  const bytes = v128.narrow<i16>(v128.narrow<i32>(v0, v1), v128.narrow<i32>(v2, v3));
  const live = i32x4.bitmask(i32x4.ne(bytes, i32x4.splat(0)));
  store<u32>(end, load<u32>(SET_BITS + (live << 2)) + vectorAt(i));
  return end + popcnt<u32>(live);
}

/** The number of the vector at i bytes of a block, in every byte. */
// @ts-ignore: decorator
@inline
function vectorAt(i: usize): u32 {
  return <u32>(i >> 4) * 0x01010101;
}

/** Whether a vector of a group is all zeros. */
// @ts-ignore: decorator
@inline
export function hasZeros(v0: v128, v1: v128, v2: v128, v3: v128): bool {
  return !(v128.any_true(v0) && v128.any_true(v1) && v128.any_true(v2) && v128.any_true(v3));
}

/** Where the vector is that the list has at `at`. */
// @ts-ignore: decorator
@inline
export function listed(at: usize): usize {
  return <usize>load<u8>(at) << 4;
}

/**
 * Most classes of counts are 0: vectors of four (f64: two) in which `family.live` has no bit have the term `family.rest`, which goes to
 * scratch, and cost a tenth. Which are left is a list, not a branch: a wrong guess would cost more than the term. Returns where it ends.
 */
// @ts-ignore: decorator
@inline
function listRest<T, F>(p: usize, q: usize, size: usize, state: usize): usize {
  const family = changetype<F>(state + FAMILY);
  const scratch = state + SCRATCH;
  let end = scratch + LIVE;
  for (let i: usize = 0; i < size; i += GROUP) {
    const x = p + i;
    const y = q + i;
    const out = scratch + i;
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const x2 = v128.load(x, 32);
    const x3 = v128.load(x, 48);
    const y0 = v128.load(y);
    const y1 = v128.load(y, 16);
    const y2 = v128.load(y, 32);
    const y3 = v128.load(y, 48);
    if (!isDefined(family.isSum)) {
      v128.store(out, family.rest(x0, y0));
      v128.store(out, family.rest(x1, y1), 16);
      v128.store(out, family.rest(x2, y2), 32);
      v128.store(out, family.rest(x3, y3), 48);
    }
    end = listLive(family.live(x0, y0), family.live(x1, y1), family.live(x2, y2), family.live(x3, y3), i, end);
  }
  return end;
}

/**
 * Writes term(p, q) of whole groups to scratch, where their order of summation is that of all others; returns flags of what is not
 * dense.
 */
export function fillTerms<T, F>(p: usize, q: usize, size: usize, state: usize, mayBeNegative: bool): i32 {
  const family = changetype<F>(state + FAMILY);
  const zero = i32x4.splat(0);
  const scratch = state + SCRATCH;
  const end = listRest<T, F>(p, q, size, state);
  let unusual = zero;
  let pZero = zero;
  let qZero = zero;
  if (mayBeNegative) {
    for (let i: usize = 0; i < size; i += 16) unusual = v128.or(unusual, v128.lt<T>(v128.load(q + i), zero));
  }
  for (let at = scratch + LIVE; at < end; at++) {
    const i = listed(at);
    const x = v128.load(p + i);
    const y = v128.load(q + i);
    const xIsZero = v128.eq<T>(x, zero);
    const yIsZero = v128.eq<T>(y, zero);
    unusual = v128.or(unusual, unusualOf<T>(x, y));
    if (isDefined(family.isSum)) pZero = v128.or(pZero, v128.andnot(xIsZero, yIsZero));
    qZero = v128.or(qZero, v128.andnot(yIsZero, xIsZero));
    if (!isDefined(family.isSum)) v128.store(scratch + i, family.term(x, y, true));
  }
  if (v128.any_true(unusual)) return UNUSUAL;
  return (v128.any_true(qZero) ? Q_IS_ZERO : 0) | (v128.any_true(pZero) ? P_IS_ZERO : 0);
}

/** Copies the tails of two rows to padding. */
// @ts-ignore: decorator
@inline
function padTails(p: usize, q: usize, left: usize, state: usize): void {
  const tail = tailSize(left);
  if (!tail) return;
  const whole = left - tail;
  copyWith(i32x4.splat(0), p + whole, tail, GROUP, paddingOf(state, 0));
  copyWith(i32x4.splat(0), q + whole, tail, GROUP, paddingOf(state, 1));
}

/** Adds Σ term(p, q) of a block to total 0; its tails, filled up with zeros, are in padding. Returns flags. */
// @ts-ignore: decorator
@inline
function addTermsOfBlock<T, F>(p: usize, q: usize, left: usize, state: usize, kind: i32): i32 {
  const whole = wholeGroups(left);
  const scratch = state + SCRATCH;
  let sums = f64x2.splat(0);
  const mayBeNegative = (kind & SIGNS) != 0;
  let flags = 0;
  if (isDefined(changetype<F>(state + FAMILY).isSum)) {
    // summed; only what zeros say is asked
    if (!kind) return 0;
    if (whole) flags = fillTerms<T, F>(p, q, whole, state, mayBeNegative);
    return tailSize(left) ? flags | fillTerms<T, F>(paddingOf(state, 0), paddingOf(state, 1), GROUP, state, mayBeNegative) : flags;
  }
  if (whole) {
    if (kind) {
      flags = fillTerms<T, F>(p, q, whole, state, mayBeNegative);
      sums = addTerms<T>(sums, scratch, whole);
    } else {
      sums = denseTerms<T, F>(sums, p, q, whole, state);
    }
  }
  if (tailSize(left)) {
    flags |= fillTerms<T, F>(paddingOf(state, 0), paddingOf(state, 1), GROUP, state, mayBeNegative);
    sums = addTerms<T>(sums, scratch, GROUP);
  }
  addTotal(state, 0, sumOfLanes(sums));
  return flags;
}

/**
 * Totals of a pair of rows: 0 is the family's Σ term(p, q), 1 is Σp, 2 is Σ second(p, q).
 * A family F has `term(p, q, mayBeZero)` and `second(p, q)` on lanes, which are inlined; its fields are in `state`. Where no lane of
 * `live(p, q)` has a bit, the term is `rest(p, q)`.
 */
// @ts-ignore: decorator
@inline
export function reducePair<T, F>(p: usize, q: usize, length: usize, state: usize): i32 {
  const end = p + length * sizeof<T>();
  let flags = 0;
  for (; p < end; p += BLOCK, q += BLOCK) {
    const left = end - p;
    padTails(p, q, left, state);
    const kind = surveyBlock<T, F>(p, q, left, state);
    if (kind & UNUSUAL) return UNUSUAL;
    flags |= addTermsOfBlock<T, F>(p, q, left, state, kind);
    if (flags & UNUSUAL) return UNUSUAL;
  }
  return flags;
}

/** Whether a vector of the first group need not be computed: then others of the block may not, either. */
// @ts-ignore: decorator
@inline
function hasIdle<T, F>(p: usize, q: usize, state: usize): bool {
  const family = changetype<F>(state + FAMILY);
  return hasZeros(
    family.live(v128.load(p), v128.load(q)),
    family.live(v128.load(p, 16), v128.load(q, 16)),
    family.live(v128.load(p, 32), v128.load(q, 32)),
    family.live(v128.load(p, 48), v128.load(q, 48)),
  );
}

/** Lists all vectors of whole groups; returns where the list ends. */
// @ts-ignore: decorator
@inline
function listAll(size: usize, state: usize): usize {
  const list = state + SCRATCH + LIVE;
  const end = list + (size >> 4);
  for (let at = list; at < end; at += 4) store<u32>(at, vectorAt((at - list) << 4) + 0x03020100);
  return end;
}

/** Adds the terms of whole groups to two sums. */
function surveyedTerms<T, F>(sums: v128, p: usize, q: usize, size: usize, state: usize): v128 {
  const family = changetype<F>(state + FAMILY);
  const scratch = state + SCRATCH;
  if (!isDefined(family.live)) return terms<T, F>(sums, p, q, size, state, false);
  const isDense = !hasIdle<T, F>(p, q, state);
  if (isDense && !isDefined(family.isLong)) return terms<T, F>(sums, p, q, size, state, false);
  const end = isDense ? listAll(size, state) : listRest<T, F>(p, q, size, state);
  if (!isDefined(family.isLong)) {
    for (let at = scratch + LIVE; at < end; at++) {
      const i = listed(at);
      v128.store(scratch + i, family.term(v128.load(p + i), v128.load(q + i), true));
    }
    return addTerms<T>(sums, scratch, size);
  }
  // two at a time: constants and fields are loaded once for both. The last of an odd number is computed twice
  if (end > scratch + LIVE) store<u8>(end, load<u8>(end - 1));
  for (let at = scratch + LIVE; at < end; at += 2) {
    const i = listed(at);
    const j = listed(at + 1);
    const first = family.term(v128.load(p + i), v128.load(q + i), true);
    const second = family.term(v128.load(p + j), v128.load(q + j), true);
    v128.store(scratch + i, first);
    v128.store(scratch + j, second);
  }
  return addTerms<T>(sums, scratch, size);
}

/**
 * Total 0 alone, of rows that a survey found to be plain: for families that must know both sums before they start. Their terms are right
 * for zeros, too; vectors of zeros are left out by those that have `live`.
 */
// @ts-ignore: decorator
@inline
export function reduceSurveyed<T, F>(p: usize, q: usize, length: usize, state: usize): i32 {
  const end = p + length * sizeof<T>();
  for (; p < end; p += BLOCK, q += BLOCK) {
    const left = end - p;
    const whole = wholeGroups(left);
    let sums = f64x2.splat(0);
    padTails(p, q, left, state);
    if (whole) sums = surveyedTerms<T, F>(sums, p, q, whole, state);
    if (tailSize(left)) sums = surveyedTerms<T, F>(sums, paddingOf(state, 0), paddingOf(state, 1), GROUP, state);
    addTotal(state, 0, sumOfLanes(sums));
  }
  return 0;
}

/** Whether a vector of the first group is all zeros. */
// @ts-ignore: decorator
@inline
function isIdle(p: usize): bool {
  return hasZeros(v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48));
}

/** As `fillTerms`, of one row, whose numbers are >= 0. */
// @ts-ignore: decorator
@inline
function fillTermsOfRow<T, F>(p: usize, size: usize, state: usize): void {
  const family = changetype<F>(state + FAMILY);
  const scratch = state + SCRATCH;
  const list = scratch + LIVE;
  const zero = i32x4.splat(0);
  let end = list;
  for (let i: usize = 0; i < size; i += GROUP) {
    const at = p + i;
    const out = scratch + i;
    v128.store(out, zero);
    v128.store(out, zero, 16);
    v128.store(out, zero, 32);
    v128.store(out, zero, 48);
    end = listLive(v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48), i, end);
  }
  for (let at = list; at < end; at++) {
    const i = listed(at);
    v128.store(scratch + i, family.term(v128.load(p + i)));
  }
}

/** Totals of one row: 0 is the family's Σ term(p), 1 is Σp. A term of 0 is 0. */
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
    // as in `hasIdle`; the zeros that fill up a short row are none of it
    if (v128.any_true(v128.eq<T>(least, i32x4.splat(0))) && end - p >= GROUP && isIdle(block)) {
      fillTermsOfRow<T, F>(block, size, state);
      addTotal(state, 0, sumOfTerms<T>(state + SCRATCH, size));
      continue;
    }
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
