// pearsonChiSquared, neymanChiSquared: X = Σ (p - q̃)²/q̃, P = Σp and Σ(p - q), q̃ = q·(1 + γ); src/measures/row/chiSquared.ts has the rest. Neyman's
// is of the rows in the other order.

import { Q_IS_ZERO, UNUSUAL } from "./blocks";
import { smallestNormal } from "./lanes";
import { begins, ends, operand, swapOf } from "./rows";
import { reduceWidened } from "./widened";

// @ts-ignore: decorator
@final @unmanaged class ChiSquared<T> {
  gamma: f64;

  // @ts-ignore: decorator
  @inline
  first(p: v128, q: v128, gamma: v128, second: v128): v128 {
    const more = f64x2.mul(gamma, q);
    const d = f64x2.sub(f64x2.sub(p, q), more);
    return f64x2.mul(d, f64x2.div(d, f64x2.pmax(f64x2.add(q, more), smallestNormal<f64>())));
  }

  // @ts-ignore: decorator
  @inline
  second(p: v128, q: v128, gamma: v128): v128 {
    return p;
  }

  /** Whether q = 0 where p > 0; or q, as f64, is less than what the quotient needs. */
  flagsOf(least: v128, p: usize, q: usize, size: usize): i32 {
    const zero = f64x2.splat(0);
    if (!v128.any_true(f64x2.lt(least, smallestNormal<f64>()))) return 0;
    let isZero = zero;
    let isTiny = zero;
    for (const end = p + size; p < end; p += 16, q += 16) {
      const y = v128.load(q);
      const yIsZero = v128.eq<T>(y, zero);
      isZero = v128.or(isZero, v128.andnot(yIsZero, v128.eq<T>(v128.load(p), zero)));
      if (sizeof<T>() == 8) isTiny = v128.or(isTiny, v128.andnot(f64x2.lt(y, smallestNormal<f64>()), yIsZero));
    }
    return (v128.any_true(isTiny) ? UNUSUAL : 0) | (v128.any_true(isZero) ? Q_IS_ZERO : 0);
  }
}

export function chiSquared_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceWidened<f32, ChiSquared<f32>>(p, q, length, state);
}

export function chiSquared_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceWidened<f64, ChiSquared<f64>>(p, q, length, state);
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
