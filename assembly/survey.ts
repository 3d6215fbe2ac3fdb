// Before jeffreysDivergence and jsDivergence: Σq (total 0), Σp (1), Σ(p - q) (2), and what the rows hold. f32 needs the
// third for its accuracy: Σp - Σq has lost what is below 1e-8. Both sums have one order: swapped rows have swapped sums.

import { reducePair } from "./blocks";
import { begins, ends, operand, swapOf } from "./rows";

// @ts-ignore: decorator
@final @unmanaged class Survey<T> {
  /** That it is there tells `reducePair` to sum q beside p, in one order. */
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

  // @ts-ignore: decorator
  @inline
  live(p: v128, q: v128): v128 {
    return v128.or(p, q);
  }

  // @ts-ignore: decorator
  @inline
  rest(p: v128, q: v128): v128 {
    return i32x4.splat(0);
  }
}

export function survey_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reducePair<f32, Survey<f32>>(p, q, length, state);
}

export function survey_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reducePair<f64, Survey<f64>>(p, q, length, state);
}

export function surveyRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    ends(state, row, survey_f32(operand(state, swap, row), operand(state, 1 - swap, row), length, state));
  }
}

export function surveyRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    ends(state, row, survey_f64(operand(state, swap, row), operand(state, 1 - swap, row), length, state));
  }
}
