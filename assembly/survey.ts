// Before jeffreysDivergence and jsDivergence: Σq (total 0), Σp (1), Σ(p - q) (2), and what the rows hold. f32 needs the
// third for its accuracy: Σp - Σq has lost what is below 1e-8. Both sums have one order: swapped rows have swapped sums.

import { reducePair } from "./blocks";

// @ts-ignore: decorator
@final @unmanaged class Survey<T> {
  /** For `terms`, which asks whether it is there: Σ term is to have the order of Σp. */
  isSum: bool;

  // @ts-ignore: decorator
  @inline
  term(p: v128, q: v128, mayBeZero: bool): v128 {
    return q;
  }

  // @ts-ignore: decorator
  @inline
  second(p: v128, q: v128): v128 {
    return v128.sub<T>(p, q);
  }
}

export function survey_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reducePair<f32, Survey<f32>>(p, q, length, state);
}

export function survey_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reducePair<f64, Survey<f64>>(p, q, length, state);
}
