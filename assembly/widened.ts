// Families that compute in f64 whatever their rows are, for f32 numbers widen exactly. Powers need it: an error of a logarithm is one of
// e^(β ln x), |β ln x| times as large. Of differences and roots f64 tells the result in one pass, whatever the sums of the rows are.

import {
  BLOCK, FAMILY, GROUP, JOB, SCRATCH, UNUSUAL, addTotal, blockSize, hasZeros, isPlain, listLive, listed, padded, paddingOf, sumOfTerms,
} from "./blocks";
import { sumOfLanes } from "./lanes";

// Powers: `fill` makes two numbers of each class of half a block of f32, or of a block of f64, to scratch and behind it, where the rows may lie as
// well. One function of f64 blocks serves both types. Totals: 0 and 1 are the sums of the two, 2 is Σp.
//
// Most classes of counts are 0, of which both numbers are 0: what is left is computed side by side.

/** Widens numbers to `size` bytes at `to`. */
function widen(from: usize, to: usize, size: usize): void {
  for (let i: usize = 0; i < size; i += 16) v128.store(to + i, f64x2.promote_low_f32x4(v128.load64_zero(from + (i >> 1))));
}

/** The list of the vectors of a block that are not all zeros: behind the job. */
// @ts-ignore: decorator
@inline
const LIST: usize = JOB + 64;

/** Vector i of a row or pair; all zeros where both are. */
// @ts-ignore: decorator
@inline
function either(x: usize, y: usize, i: usize): v128 {
  return v128.or(v128.load(x + i), v128.load(y + i));
}

/** Whether a vector of the first group is all zeros. */
// @ts-ignore: decorator
@inline
function hasIdle(x: usize, y: usize): bool {
  return hasZeros(either(x, y, 0), either(x, y, 16), either(x, y, 32), either(x, y, 48));
}

/** Brings the vectors of a block that are not all zeros together, in scratch and behind it; returns the end of their list. */
function compact(x: usize, y: usize, size: usize, state: usize): usize {
  const list = state + LIST;
  let end = list;
  for (let i: usize = 0; i < size; i += GROUP) {
    end = listLive(either(x, y, i), either(x, y, i + 16), either(x, y, i + 32), either(x, y, i + 48), i, end);
  }
  let to = state + SCRATCH;
  for (let at = list; at < end; at++, to += 16) {
    const i = listed(at);
    const p = v128.load(x + i);
    const q = v128.load(y + i);
    v128.store(to, p);
    v128.store(to, q, BLOCK);
  }
  return end;
}

/** Σ of the numbers at `from`, of which each vector goes back to its place among zeros. */
function sumOfListed(from: usize, end: usize, size: usize, state: usize): f64 {
  const spread = paddingOf(state, 2);
  memory.fill(spread, 0, size);
  for (let at = state + LIST; at < end; at++, from += 16) v128.store(spread + listed(at), v128.load(from));
  return sumOfTerms<f64>(spread, size);
}

/** Where the two sums of a block are added up. */
// @ts-ignore: decorator
@inline
const SUMS: usize = LIST - 16;

/** Adds both numbers of the classes of an f64 block; false where it could not be computed. One function for both types, and sums in memory. */
function addPart<F>(x: usize, y: usize, size: usize, state: usize): bool {
  const family = changetype<F>(state + FAMILY);
  const scratch = state + SCRATCH;
  let first: f64 = 0;
  let second: f64 = 0;
  if (hasIdle(x, y)) {
    const end = compact(x, y, size, state);
    if (!family.fill(scratch, scratch + BLOCK, (end - state - LIST) << 4, state)) return false;
    first = sumOfListed(scratch, end, size, state);
    second = sumOfListed(scratch + BLOCK, end, size, state);
  } else {
    if (!family.fill(x, y, size, state)) return false;
    first = sumOfTerms<f64>(scratch, size);
    second = sumOfTerms<f64>(scratch + BLOCK, size);
  }
  store<f64>(state, load<f64>(state, SUMS) + first, SUMS);
  store<f64>(state, load<f64>(state, SUMS + 8) + second, SUMS + 8);
  return true;
}

/**
 * Totals of a pair of rows, or of one. A family F has `fill(p, q, size, state)` of an f64 block, which tells whether it could
 * compute it.
 */
// @ts-ignore: decorator
@inline
export function reducePowers<T, F>(p: usize, q: usize, length: usize, state: usize, isPair: bool): i32 {
  const scratch = state + SCRATCH;
  const widening: usize = sizeof<T>() == 4 ? 2 : 1;
  const end = p + length * sizeof<T>();
  for (; p < end; p += BLOCK, q += BLOCK) {
    const size = blockSize(p, end);
    const pBlock = padded(p, end - p, size, state, 0);
    const qBlock = isPair ? padded(q, end - p, size, state, 1) : pBlock;
    let sum: f64 = 0;
    v128.store(state, f64x2.splat(0), SUMS);
    for (let done: usize = 0; done < size; done += BLOCK / widening) {
      const part = min((size - done) * widening, BLOCK);
      let x = pBlock + done;
      let y = qBlock + done;
      if (sizeof<T>() == 4) {
        widen(x, scratch, part);
        if (isPair) widen(y, scratch + BLOCK, part);
        x = scratch;
        y = isPair ? scratch + BLOCK : x;
      }
      sum += sumOfTerms<f64>(x, part);
      if (!addPart<F>(x, y, part, state)) return UNUSUAL;
    }
    addTotal(state, 0, load<f64>(state, SUMS));
    addTotal(state, 1, load<f64>(state, SUMS + 8));
    addTotal(state, 2, sum);
  }
  return 0;
}

// Differences and roots.

/** Two numbers of a row from `at` on. */
// @ts-ignore: decorator
@inline
function wide<T>(at: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(at)) : v128.load(at);
}

/** Whether one of four classes is not 0 in one of the rows. */
// @ts-ignore: decorator
@inline
function hasNumbers<T>(x: usize, y: usize): bool {
  const either = v128.or(v128.load(x), v128.load(y));
  return v128.any_true(sizeof<T>() == 4 ? either : v128.or(either, v128.or(v128.load(x, 16), v128.load(y, 16))));
}

/**
 * Totals of a pair of rows: 1 is Σ second(p, q, γ), 0 is Σ first(p, q, γ, second), 2 is Σ(p - q). A family F has both functions on lanes, where
 * γ is its field. It has `flagsOf(least, p, q, size)` if the rows have not been surveyed: of a block, whose least q it is told. Even and odd
 * classes of a block are added to two sums, two by two: four by four is slower in JavaScript, and one by one less accurate.
 */
// @ts-ignore: decorator
@inline
export function reduceWidened<T, F>(p: usize, q: usize, length: usize, state: usize): i32 {
  const family = changetype<F>(state + FAMILY);
  const gamma = v128.load64_splat(state, FAMILY);
  const end = p + length * sizeof<T>();
  let flags = 0;
  for (; p < end; p += BLOCK, q += BLOCK) {
    const size = blockSize(p, end);
    let x = padded(p, end - p, size, state, 0);
    let y = padded(q, end - p, size, state, 1);
    const xEnd = x + size;
    let firsts = f64x2.splat(0);
    let seconds = f64x2.splat(0);
    let differences = f64x2.splat(0);
    let leastP = f64x2.splat(Infinity);
    let leastQ = f64x2.splat(Infinity);
    for (; x < xEnd; x += 4 * sizeof<T>(), y += 4 * sizeof<T>()) {
      // most classes of counts are 0 in both, which adds nothing
      if (!hasNumbers<T>(x, y)) continue;
      const x0 = wide<T>(x);
      const x1 = wide<T>(x + 2 * sizeof<T>());
      const y0 = wide<T>(y);
      const y1 = wide<T>(y + 2 * sizeof<T>());
      if (isDefined(family.flagsOf)) {
        leastP = f64x2.pmin(leastP, f64x2.pmin(x0, x1));
        leastQ = f64x2.pmin(leastQ, f64x2.pmin(y0, y1));
      }
      differences = f64x2.add(differences, f64x2.add(f64x2.sub(x0, y0), f64x2.sub(x1, y1)));
      const s0 = family.second(x0, y0, gamma);
      const s1 = family.second(x1, y1, gamma);
      seconds = f64x2.add(seconds, f64x2.add(s0, s1));
      firsts = f64x2.add(firsts, f64x2.add(family.first(x0, y0, gamma, s0), family.first(x1, y1, gamma, s1)));
    }
    const secondTotal = sumOfLanes(seconds);
    const difference = sumOfLanes(differences);
    addTotal(state, 0, sumOfLanes(firsts));
    addTotal(state, 1, secondTotal);
    addTotal(state, 2, difference);
    if (!isDefined(family.flagsOf)) continue;
    // NaN and infinite numbers show in the sums
    if (!isPlain(secondTotal) || !isPlain(abs(difference))) return UNUSUAL;
    const isNegative = v128.any_true(f64x2.lt(f64x2.pmin(leastP, leastQ), f64x2.splat(0)));
    if (isNegative) return UNUSUAL;
    flags |= family.flagsOf(leastQ, xEnd - size, y - size, size);
  }
  return flags;
}
