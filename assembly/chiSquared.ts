// pearsonChiSquared, neymanChiSquared: Σ (p - q̃)²/q̃ and Σq̃, q̃ = q·(1 + γ), γ = Σp/Σq - 1 of either sign, from a survey, which also tells
// whether q = 0 where p > 0. Neyman's is of the rows in the other order.

import { BLOCK, SCRATCH } from "./blocks";
import { smallestNormal } from "./lanes";
import { begins, ends, operand, swapOf } from "./rows";
import { reduceWidened } from "./widened";

// @ts-ignore: decorator
@final @unmanaged class ChiSquared {
  gamma: f64;

  fill(p: usize, q: usize, size: usize, state: usize): bool {
    const gamma = f64x2.splat(this.gamma);
    const scratch = state + SCRATCH;
    for (let i: usize = 0; i < size; i += 16) {
      const x = v128.load(p + i);
      const plainY = v128.load(q + i);
      const more = f64x2.mul(gamma, plainY);
      const y = f64x2.add(plainY, more);
      const d = f64x2.sub(f64x2.sub(x, plainY), more);
      v128.store(scratch + i, f64x2.mul(d, f64x2.div(d, f64x2.pmax(y, smallestNormal<f64>()))));
      v128.store(scratch + i, y, BLOCK);
    }
    return true;
  }
}

export function chiSquared_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceWidened<f32, ChiSquared>(p, q, length, state, true);
}

export function chiSquared_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceWidened<f64, ChiSquared>(p, q, length, state, true);
}

export function chiSquaredRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    ends(state, row, chiSquared_f32(operand(state, swap, row), operand(state, 1 - swap, row), length, state));
  }
}

export function chiSquaredRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    ends(state, row, chiSquared_f64(operand(state, swap, row), operand(state, 1 - swap, row), length, state));
  }
}
