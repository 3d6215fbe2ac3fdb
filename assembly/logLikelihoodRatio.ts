// logLikelihoodRatio: S = Σ c ln(p/q). A class whose count is 0 adds 0, whatever its p and q.

import {
  BLOCK, GROUP, P_IS_ZERO, Q_IS_ZERO, UNUSUAL, addTotal, blockSize, isPlain, padded, sumOfGroup,
} from "./blocks";
import { addLanes, smallestNormal, sumOfLanes } from "./lanes";
import { logRatioLanes } from "./logRatio";
import { begins, ends, operand } from "./rows";

/** What is wrong with a block in which some p or q is not normal; only where there is a count. */
function classify<T>(counts: usize, p: usize, q: usize, size: usize): i32 {
  const zero = i32x4.splat(0);
  const tiny = smallestNormal<T>();
  let unusual = zero;
  let pZero = zero;
  let qZero = zero;
  for (let i: usize = 0; i < size; i += 16) {
    const c = v128.load(counts + i);
    const x = v128.load(p + i);
    const y = v128.load(q + i);
    const counted = v128.ne<T>(c, zero);
    const xIsZero = v128.eq<T>(x, zero);
    const yIsZero = v128.eq<T>(y, zero);
    const isTiny = v128.or(
      v128.andnot(v128.lt<T>(x, tiny), xIsZero),
      v128.or(v128.andnot(v128.lt<T>(y, tiny), yIsZero), v128.and(xIsZero, yIsZero)),
    );
    const negative = v128.lt<T>(v128.pmin<T>(c, v128.pmin<T>(x, y)), zero);
    unusual = v128.or(unusual, v128.or(negative, v128.and(counted, isTiny)));
    pZero = v128.or(pZero, v128.and(counted, xIsZero));
    qZero = v128.or(qZero, v128.and(counted, yIsZero));
  }
  if (v128.any_true(unusual)) return UNUSUAL;
  return (v128.any_true(qZero) ? Q_IS_ZERO : 0) | (v128.any_true(pZero) ? P_IS_ZERO : 0);
}

/** c ln(p/q), and 0 where c = 0: the logarithm may be of anything there. */
// @ts-ignore: decorator
@inline
function term<T>(counts: usize, p: usize, q: usize): v128 {
  const c = v128.load(counts);
  const product = v128.mul<T>(c, logRatioLanes<T>(v128.load(p), v128.load(q)));
  return v128.andnot(product, v128.eq<T>(c, i32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function sumOf<T>(row: usize): v128 {
  return sumOfGroup<T>(v128.load(row), v128.load(row, 16), v128.load(row, 32), v128.load(row, 48));
}

// @ts-ignore: decorator
@inline
function leastOf<T>(row: usize): v128 {
  return v128.pmin<T>(
    v128.pmin<T>(v128.load(row), v128.load(row, 16)),
    v128.pmin<T>(v128.load(row, 32), v128.load(row, 48)),
  );
}

// @ts-ignore: decorator
@inline
function logLikelihoodRatio<T>(counts: usize, p: usize, q: usize, length: usize, state: usize): i32 {
  const end = p + length * sizeof<T>();
  let flags = 0;
  for (; p < end; counts += BLOCK, p += BLOCK, q += BLOCK) {
    const size = blockSize(p, end);
    const cBlock = padded(counts, end - p, size, state, 0);
    const pBlock = padded(p, end - p, size, state, 1);
    const qBlock = padded(q, end - p, size, state, 2);

    let least = v128.splat<T>(<T>Infinity);
    let leastCount = least;
    let sums = f64x2.splat(0);
    for (let i: usize = 0; i < size; i += GROUP) {
      least = v128.pmin<T>(least, v128.pmin<T>(leastOf<T>(pBlock + i), leastOf<T>(qBlock + i)));
      leastCount = v128.pmin<T>(leastCount, leastOf<T>(cBlock + i));
      const all = v128.add<T>(sumOf<T>(cBlock + i), v128.add<T>(sumOf<T>(pBlock + i), sumOf<T>(qBlock + i)));
      sums = addLanes<T>(sums, all);
    }
    if (!isPlain(sumOfLanes(sums))) return UNUSUAL;
    const notNormal = v128.or(v128.lt<T>(least, smallestNormal<T>()), v128.lt<T>(leastCount, i32x4.splat(0)));
    if (v128.any_true(notNormal)) flags |= classify<T>(cBlock, pBlock, qBlock, size);
    if (flags & UNUSUAL) return UNUSUAL;

    sums = f64x2.splat(0);
    for (let i: usize = 0; i < size; i += GROUP) {
      const sum = sumOfGroup<T>(
        term<T>(cBlock + i, pBlock + i, qBlock + i),
        term<T>(cBlock + i + 16, pBlock + i + 16, qBlock + i + 16),
        term<T>(cBlock + i + 32, pBlock + i + 32, qBlock + i + 32),
        term<T>(cBlock + i + 48, pBlock + i + 48, qBlock + i + 48),
      );
      sums = addLanes<T>(sums, sum);
    }
    addTotal(state, 0, sumOfLanes(sums));
  }
  return flags;
}

export function logLikelihoodRatio_f32(counts: usize, p: usize, q: usize, length: usize, state: usize): i32 {
  return logLikelihoodRatio<f32>(counts, p, q, length, state);
}

export function logLikelihoodRatio_f64(counts: usize, p: usize, q: usize, length: usize, state: usize): i32 {
  return logLikelihoodRatio<f64>(counts, p, q, length, state);
}

export function logLikelihoodRatioRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = logLikelihoodRatio_f32(
      operand(state, 0, row), operand(state, 1, row), operand(state, 2, row),
      length, state,
    );
    ends(state, row, flags);
  }
}

export function logLikelihoodRatioRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const flags = logLikelihoodRatio_f64(
      operand(state, 0, row), operand(state, 1, row), operand(state, 2, row),
      length, state,
    );
    ends(state, row, flags);
  }
}
