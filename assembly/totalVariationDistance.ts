// totalVariationDistance: Σ|p - q̃|, Σ(p + q̃) and Σ(p - q), q̃ = q·(1 + γ), γ = Σp/Σq - 1 from a survey. Where γ = 0 the last two tell both sums in
// f64, which a survey of f32 does not.

import { begins, ends, operand, swapOf } from "./rows";
import { reduceWidened } from "./widened";

// @ts-ignore: decorator
@final @unmanaged class TotalVariationDistance {
  gamma: f64;

  // @ts-ignore: decorator
  @inline
  first(p: v128, q: v128, gamma: v128, second: v128): v128 {
    return f64x2.abs(f64x2.sub(f64x2.sub(p, q), f64x2.mul(gamma, q)));
  }

  // @ts-ignore: decorator
  @inline
  second(p: v128, q: v128, gamma: v128): v128 {
    return f64x2.add(p, f64x2.add(q, f64x2.mul(gamma, q)));
  }
}

export function totalVariationDistance_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceWidened<f32, TotalVariationDistance>(p, q, length, state);
}

export function totalVariationDistance_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceWidened<f64, TotalVariationDistance>(p, q, length, state);
}

export function totalVariationDistanceRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    ends(state, row, totalVariationDistance_f32(operand(state, swap, row), operand(state, 1 - swap, row), length, state));
  }
}

export function totalVariationDistanceRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    ends(state, row, totalVariationDistance_f64(operand(state, swap, row), operand(state, 1 - swap, row), length, state));
  }
}
