// Families that compute in f64 whatever their rows are: f32 numbers are widened to scratch, exactly, half a block at a time. Powers
// need it (an error of a logarithm is one of e^(β ln x), |β ln x| times as large), roots and differences cost little; and one
// function of f64 blocks serves both types.
//
// `fill` makes two numbers of each class, to scratch and behind it, where the rows may lie as well. Totals: 0 and 1 are their sums,
// 2 is Σp.
//
// Most classes of counts are 0, of which both numbers are 0: families that are slow (`isCostly`) compute what is left, side by side.

import {
  BLOCK, FAMILY, GROUP, JOB, SCRATCH, UNUSUAL, addTotal, blockSize, hasZeros, listLive, listed, padded, paddingOf, sumOfTerms,
} from "./blocks";

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

/**
 * Adds both numbers of the classes of an f64 block, of a family that is slow; false where it could not be computed. One function for both
 * types, and sums in memory: to a family that is fast the call alone would be a seventh of its time.
 */
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
export function reduceWidened<T, F>(p: usize, q: usize, length: usize, state: usize, isPair: bool): i32 {
  const family = changetype<F>(state + FAMILY);
  const scratch = state + SCRATCH;
  const widening: usize = sizeof<T>() == 4 ? 2 : 1;
  const end = p + length * sizeof<T>();
  for (; p < end; p += BLOCK, q += BLOCK) {
    const size = blockSize(p, end);
    const pBlock = padded(p, end - p, size, state, 0);
    const qBlock = isPair ? padded(q, end - p, size, state, 1) : pBlock;
    let first: f64 = 0;
    let second: f64 = 0;
    let sum: f64 = 0;
    if (isDefined(family.isCostly)) v128.store(state, f64x2.splat(0), SUMS);
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
      if (isDefined(family.isCostly)) {
        sum += sumOfTerms<f64>(x, part);
        if (!addPart<F>(x, y, part, state)) return UNUSUAL;
      } else {
        if (!family.fill(x, y, part, state)) return UNUSUAL;
        first += sumOfTerms<f64>(scratch, part);
        second += sumOfTerms<f64>(scratch + BLOCK, part);
      }
    }
    if (isDefined(family.isCostly)) {
      first = load<f64>(state, SUMS);
      second = load<f64>(state, SUMS + 8);
    }
    addTotal(state, 0, first);
    addTotal(state, 1, second);
    if (isDefined(family.isCostly)) addTotal(state, 2, sum);
  }
  return 0;
}
