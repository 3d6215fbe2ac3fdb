// klDivergenceOfLogits: with v = (b - a + offset)·scale, which is exact for a ≈ b, and e^y = e^x·e^v:
//
//   S = Σ e^x·(e^v - 1 - v) >= 0 (total 0),  Zp = Σ e^x (1),  V = Σ e^x·v (2);  Zq = Zp + S + V
//   KL(p‖q) = S/Zp - (ρ - ln(1 + ρ)) = ln(1 + ρ) - V/Zp,  ρ = (S + V)/Zp
//
// Nothing of first order in v is in S, so that the first form keeps its relative accuracy however alike the two rows are; the
// second is for rows that are not. FAR: some v is so large that its rounding shows in S. UNUSUAL: a class that a makes possible is impossible in b, or S is not finite.

import { BLOCK, GROUP, SCRATCH, UNUSUAL, addTotal, blockSize, sumOfGroup } from "./blocks";
import { excessNear, excessOfExponential } from "./exponential";
import { addLanes, sumOfLanes } from "./lanes";
import { FAR, INFINITE, NEAR, addFinite, paddedLogits, preparePair } from "./logits";

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

function prepare<T>(p: usize, q: usize, size: usize, state: usize): i32 {
  return preparePair<T>(p, q, size, state, true);
}

// @ts-ignore: decorator
@inline
function klDivergenceOfLogits<T>(a: usize, b: usize, length: usize, state: usize): i32 {
  const end = a + length * sizeof<T>();
  let flags = 0;
  for (; a < end; a += BLOCK, b += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    const p = paddedLogits<T>(a, left, size, state, 0);
    const q = paddedLogits<T>(b, left, size, state, 1);
    const kind = prepare<T>(p, q, size, state);
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
