// hellingerDistance, bhattacharyyaDistance: Δ = Σ(√p - √q̃)² = Σ (p - q̃)²/(p + q̃ + 2√(pq̃)), R = Σ√(pq̃) and Σ(p - q), q̃ = q·(1 + γ). Where γ = 0 they
// tell both sums, for Σp + Σq = Δ + 2R, and with them the distance (src/measures/row/distances.ts). A product pq̃ that underflows leaves
// less than 1e-154 out.

import { smallestNormal } from "./lanes";
import { begins, ends, operand, swapOf } from "./rows";
import { reduceWidened } from "./widened";

// @ts-ignore: decorator
@final @unmanaged class HellingerDistance {
  gamma: f64;

  // @ts-ignore: decorator
  @inline
  first(p: v128, q: v128, gamma: v128, root: v128): v128 {
    const more = f64x2.mul(gamma, q);
    const d = f64x2.sub(f64x2.sub(p, q), more);
    const sum = f64x2.add(f64x2.add(p, f64x2.add(q, more)), f64x2.add(root, root));
    return f64x2.mul(d, f64x2.div(d, f64x2.pmax(sum, smallestNormal<f64>())));
  }

  // @ts-ignore: decorator
  @inline
  second(p: v128, q: v128, gamma: v128): v128 {
    return f64x2.sqrt(f64x2.mul(p, f64x2.add(q, f64x2.mul(gamma, q))));
  }

  // @ts-ignore: decorator
  @inline
  flagsOf(least: v128, p: usize, q: usize, size: usize): i32 {
    return 0;
  }
}

export function hellingerDistance_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceWidened<f32, HellingerDistance>(p, q, length, state);
}

export function hellingerDistance_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceWidened<f64, HellingerDistance>(p, q, length, state);
}

export function hellingerDistanceRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    ends(state, row, hellingerDistance_f32(operand(state, swap, row), operand(state, 1 - swap, row), length, state));
  }
}

export function hellingerDistanceRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    ends(state, row, hellingerDistance_f64(operand(state, swap, row), operand(state, 1 - swap, row), length, state));
  }
}
