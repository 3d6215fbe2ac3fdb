// crossEntropy: S = Σ p ln(q·2^-k), P = Σp, Q = Σq; k near log2 Q, so that nothing cancels against ln Q.

import { reducePair } from "./blocks";
import { logarithm } from "./logarithm";
import { begins, ends, operand } from "./rows";

// @ts-ignore: decorator
@final @unmanaged class CrossEntropy<T> {
  /** k as it is added to bit patterns; f64: in the high word. */
  k: i64;

  /** 0 where p = 0: `logarithm` is finite for any q. */
  // @ts-ignore: decorator
  @inline
  term(p: v128, q: v128, mayBeZero: bool): v128 {
    return v128.mul<T>(p, logarithm<T>(q, v128.load64_splat(changetype<usize>(this))));
  }

  // @ts-ignore: decorator
  @inline
  second(p: v128, q: v128): v128 {
    return q;
  }

  /** Of p = 0 the term is 0. */
  // @ts-ignore: decorator
  @inline
  live(p: v128, q: v128): v128 {
    return p;
  }

  // @ts-ignore: decorator
  @inline
  rest(p: v128, q: v128): v128 {
    return i32x4.splat(0);
  }
}

export function crossEntropy_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reducePair<f32, CrossEntropy<f32>>(p, q, length, state);
}

export function crossEntropy_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reducePair<f64, CrossEntropy<f64>>(p, q, length, state);
}

export function crossEntropyRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    ends(state, row, crossEntropy_f32(operand(state, 0, row), operand(state, 1, row), length, state));
  }
}

export function crossEntropyRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    ends(state, row, crossEntropy_f64(operand(state, 0, row), operand(state, 1, row), length, state));
  }
}
