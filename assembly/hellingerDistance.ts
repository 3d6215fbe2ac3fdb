// hellingerDistance, bhattacharyyaDistance: Σ(√p - √q̃)² = Σ (p - q̃)²/(p + q̃ + 2√(pq̃)) and Σ√(pq̃), q̃ = q·(1 + γ), γ = Σp/Σq - 1 from
// a survey. Σp + Σq̃ is the first and twice the second. A product pq̃ that underflows leaves less than 1e-154 out.

import { BLOCK, SCRATCH } from "./blocks";
import { smallestNormal } from "./lanes";
import { begins, ends, operand, swapOf } from "./rows";
import { reduceWidened } from "./widened";

// @ts-ignore: decorator
@final @unmanaged class HellingerDistance {
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
      const root = f64x2.sqrt(f64x2.mul(x, y));
      const sum = f64x2.add(f64x2.add(x, y), f64x2.add(root, root));
      v128.store(scratch + i, f64x2.mul(d, f64x2.div(d, f64x2.pmax(sum, smallestNormal<f64>()))));
      v128.store(scratch + i, root, BLOCK);
    }
    return true;
  }
}

export function hellingerDistance_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceWidened<f32, HellingerDistance>(p, q, length, state, true);
}

export function hellingerDistance_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceWidened<f64, HellingerDistance>(p, q, length, state, true);
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
