// klDivergenceOfLogits: with v = (b - a + offset)·scale, which is exact for a ≈ b, and e^y = e^x·e^v:
//
//   S = Σ e^x·(e^v - 1 - v) >= 0 (total 0),  Zp = Σ e^x (1),  V = Σ e^x·v (2);  Zq = Zp + S + V
//   KL(p‖q) = S/Zp - (ρ - ln(1 + ρ)) = ln(1 + ρ) - V/Zp,  ρ = (S + V)/Zp
//
// Nothing of first order in v is in S, so that the first form keeps its relative accuracy however alike the two rows are; the
// second is for rows that are not. FAR: some v is so large that its rounding shows in S. UNUSUAL: a class that a makes possible is impossible in b, or S is not finite.

import { BLOCK, GROUP, SCRATCH, UNUSUAL, addTotal, blockSize, loadPart, sumOfGroup } from "./blocks";
import { excessNear, excessOfExponential, exponential } from "./exponential";
import { addLanes, sumOfLanes, two } from "./lanes";
import {
  A_LEAST, A_SHIFT, FAR, INFINITE, NEAR, OFFSET, SCALE, addFinite, field, impossible, logRatioOf, padTail, preparePair,
} from "./logits";
import { beginsPair, ends, entryOf, leave, operand } from "./rows";

/** Adds S and V of a block from scratch; whether S is finite. */
// @ts-ignore: decorator
@inline
function addUp<T>(size: usize, state: usize, isNear: bool): bool {
  let sums = f64x2.splat(0);
  let ratios = f64x2.splat(0);
  const end = state + SCRATCH + size;
  for (let at = state + SCRATCH; at < end; at += GROUP) {
    const e0 = v128.load(at);
    const e1 = v128.load(at, 16);
    const e2 = v128.load(at, 32);
    const e3 = v128.load(at, 48);
    const v0 = v128.load(at, BLOCK);
    const v1 = v128.load(at, BLOCK + 16);
    const v2 = v128.load(at, BLOCK + 32);
    const v3 = v128.load(at, BLOCK + 48);
    const s0 = isNear ? excessNear<T>(v0) : excessOfExponential<T>(v0);
    const s1 = isNear ? excessNear<T>(v1) : excessOfExponential<T>(v1);
    const s2 = isNear ? excessNear<T>(v2) : excessOfExponential<T>(v2);
    const s3 = isNear ? excessNear<T>(v3) : excessOfExponential<T>(v3);
    const sum = sumOfGroup<T>(v128.mul<T>(e0, s0), v128.mul<T>(e1, s1), v128.mul<T>(e2, s2), v128.mul<T>(e3, s3));
    const ratio = sumOfGroup<T>(v128.mul<T>(e0, v0), v128.mul<T>(e1, v1), v128.mul<T>(e2, v2), v128.mul<T>(e3, v3));
    sums = addLanes<T>(sums, sum);
    ratios = addLanes<T>(ratios, ratio);
  }
  addTotal(state, 2, sumOfLanes(ratios));
  return addFinite(state, 0, sumOfLanes(sums));
}

function addUpNear<T>(size: usize, state: usize): bool {
  return addUp<T>(size, state, true);
}

function addUpAny<T>(size: usize, state: usize): bool {
  return addUp<T>(size, state, false);
}

function prepare<T>(a: usize, b: usize, left: usize, state: usize): i32 {
  return preparePair<T>(a, b, left, state, true);
}

// @ts-ignore: decorator
@inline
function klDivergenceOfLogits<T>(a: usize, b: usize, length: usize, state: usize): i32 {
  const end = a + length * sizeof<T>();
  let flags = 0;
  for (; a < end; a += BLOCK, b += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    padTail<T>(a, left, state, 0);
    padTail<T>(b, left, state, 1);
    const kind = prepare<T>(a, b, left, state);
    if (kind & INFINITE) return UNUSUAL;
    if (!(kind & NEAR ? addUpNear<T>(size, state) : addUpAny<T>(size, state))) return UNUSUAL;
    flags |= kind & FAR;
  }
  return flags;
}

export function klDivergenceOfLogits_f32(a: usize, b: usize, length: usize, state: usize): i32 {
  return klDivergenceOfLogits<f32>(a, b, length, state);
}

export function klDivergenceOfLogits_f64(a: usize, b: usize, length: usize, state: usize): i32 {
  return klDivergenceOfLogits<f64>(a, b, length, state);
}

/** Places of e^x·(e^v - 1 - v) and e^x·v of a short row in scratch, behind e^x and v. */
const SUMS: usize = 2 * GROUP;
const RATIOS: usize = 3 * GROUP;

// @ts-ignore: decorator
@inline
function sumOfScratch<T>(at: usize): f64 {
  const group = sumOfGroup<T>(v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48));
  return sumOfLanes(addLanes<T>(i32x4.splat(0), group));
}

/**
 * A row of f32 of `size` <= 64 bytes, vector by vector; flags and totals go to its entry in the table. Classes that are not there have
 * probability 0: their e^x is not quite 0, and found in a last vector that has room for it, else in one more.
 */
function shortRow<T>(a: usize, b: usize, size: usize, state: usize, entry: usize): void {
  const scratch = state + SCRATCH;
  const least = field<T>(state, A_LEAST);
  const none = impossible<T>();
  const zero = i32x4.splat(0);
  let most = zero;
  let nearest = zero;
  let infinite = zero;
  let e = zero;
  for (let i: usize = 0; i < GROUP; i += 16) {
    let x = none;
    let y = none;
    if (i + 16 <= size) {
      x = v128.load(a + i);
      y = v128.load(b + i);
    } else if (i < size) {
      x = loadPart(a + i, size - i, none);
      y = loadPart(b + i, size - i, none);
    } else {
      v128.store(scratch + i, zero, SUMS);
      v128.store(scratch + i, zero, RATIOS);
      if (size & 15 || i > size) {
        e = v128.shuffle<i32>(e, e, 3, 3, 3, 3);
        v128.store(scratch + i, e);
        continue;
      }
    }
    const scale = field<T>(state, SCALE);
    const v = logRatioOf<T>(x, y, least, field<T>(state, OFFSET), scale);
    e = exponential<T>(v128.mul<T>(v128.sub<T>(v128.pmax<T>(least, x), field<T>(state, A_SHIFT)), scale));
    v128.store(scratch + i, e);
    v128.store(scratch + i, v, GROUP);
    most = v128.pmax<T>(most, v);
    nearest = v128.pmax<T>(nearest, v128.abs<T>(v));
    infinite = v128.or(infinite, v128.andnot(v128.eq<T>(y, none), v128.eq<T>(x, none)));
  }
  const z = sumOfScratch<T>(scratch);
  if (v128.any_true(infinite)) {
    leave(entry, UNUSUAL, 0, z, 0);
    return;
  }
  const isNear = !v128.any_true(v128.gt<T>(nearest, two<T>()));
  for (let i: usize = 0; i < size; i += 16) {
    const v = v128.load(scratch + i, GROUP);
    const power = v128.load(scratch + i);
    const s = isNear ? excessNear<T>(v) : excessOfExponential<T>(v);
    v128.store(scratch + i, v128.mul<T>(power, s), SUMS);
    v128.store(scratch + i, v128.mul<T>(power, v), RATIOS);
  }
  const sum = sumOfScratch<T>(scratch + SUMS);
  const isFar = v128.any_true(v128.gt<T>(most, v128.splat<T>(sizeof<T>() == 4 ? <T>6 : <T>64)));
  leave(entry, sum - sum == 0 ? (isFar ? FAR : 0) : UNUSUAL, sum, z, sumOfScratch<T>(scratch + RATIOS));
}

export function klDivergenceOfLogitsRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    const a = operand(state, 0, row);
    const b = operand(state, 1, row);
    if (!beginsPair<f32>(state, row, length, mode, a, b)) continue;
    if (length <= 16) shortRow<f32>(a, b, length << 2, state, entryOf(state, row));
    else ends(state, row, klDivergenceOfLogits_f32(a, b, length, state));
  }
}

export function klDivergenceOfLogitsRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    const a = operand(state, 0, row);
    const b = operand(state, 1, row);
    if (!beginsPair<f64>(state, row, length, mode, a, b)) continue;
    ends(state, row, klDivergenceOfLogits_f64(a, b, length, state));
  }
}
