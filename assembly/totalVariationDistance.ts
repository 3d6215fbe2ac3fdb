// totalVariationDistance: Σ|p - q̃| and Σ(p + q̃), q̃ = q·(1 + γ), γ = Σp/Σq - 1 from a survey.

import { BLOCK, SCRATCH } from "./blocks";
import { begins, ends, operand, swapOf } from "./rows";
import { reduceWidened } from "./widened";

// @ts-ignore: decorator
@final @unmanaged class TotalVariationDistance {
  gamma: f64;

  fill(p: usize, q: usize, size: usize, state: usize): bool {
    const gamma = f64x2.splat(this.gamma);
    const scratch = state + SCRATCH;
    for (let i: usize = 0; i < size; i += 16) {
      const x = v128.load(p + i);
      const plainY = v128.load(q + i);
      const more = f64x2.mul(gamma, plainY);
      v128.store(scratch + i, f64x2.abs(f64x2.sub(f64x2.sub(x, plainY), more)));
      v128.store(scratch + i, f64x2.add(x, f64x2.add(plainY, more)), BLOCK);
    }
    return true;
  }
}

export function totalVariationDistance_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceWidened<f32, TotalVariationDistance>(p, q, length, state, true);
}

export function totalVariationDistance_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceWidened<f64, TotalVariationDistance>(p, q, length, state, true);
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
