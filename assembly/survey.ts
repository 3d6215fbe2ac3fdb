// Σp (total 1) and Σq (total 2) of a pair of rows, and what they hold: the pass before jeffreysDivergence, jsDivergence.

import { surveyPair } from "./blocks";

// @ts-ignore: decorator
@final @unmanaged class Sums<T> {
  // @ts-ignore: decorator
  @inline
  second(p: v128, q: v128): v128 {
    return q;
  }
}

export function survey_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return surveyPair<f32, Sums<f32>>(p, q, length, state);
}

export function survey_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return surveyPair<f64, Sums<f64>>(p, q, length, state);
}
