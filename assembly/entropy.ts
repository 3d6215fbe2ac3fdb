// entropy: S = Σ p ln(p·2^-k), P = Σp; k near log2 P, so that nothing cancels against ln P. A subnormal p adds less than
// 1e-35 and is not told apart.

import { reduceRow } from "./blocks";
import { logarithm } from "./logarithm";
import { begins, ends, operand } from "./rows";

// @ts-ignore: decorator
@final @unmanaged class Entropy<T> {
  /** k as it is added to bit patterns; f64: in the high word. */
  k: i64;

  // @ts-ignore: decorator
  @inline
  term(p: v128): v128 {
    return v128.mul<T>(p, logarithm<T>(p, v128.load64_splat(changetype<usize>(this))));
  }
}

export function entropy_f32(p: usize, length: usize, state: usize): i32 {
  return reduceRow<f32, Entropy<f32>>(p, length, state);
}

export function entropy_f64(p: usize, length: usize, state: usize): i32 {
  return reduceRow<f64, Entropy<f64>>(p, length, state);
}

export function entropyRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (begins(state, row, mode)) ends(state, row, entropy_f32(operand(state, 0, row), length, state));
  }
}

export function entropyRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (begins(state, row, mode)) ends(state, row, entropy_f64(operand(state, 0, row), length, state));
  }
}
