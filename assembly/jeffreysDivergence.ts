// jeffreysDivergence: J = Σ (p - q̃) ln(p/q̃), q̃ = q·(1 + γ), γ = Σp/Σq - 1 >= 0 from a survey. Every term is >= 0.
// γq enters as a difference, not as a rounded product: p - q̃ = (p - q) - γq keeps its relative accuracy near p = q.

import { reduceSurveyed } from "./blocks";
import { exponentGap, gapToNumber, isNoGap, scaleByGap, smallestNormal, splat } from "./lanes";
import { logOfRatio } from "./logarithm";
import { begins, ends, operand, swapOf } from "./rows";

// @ts-ignore: decorator
@final @unmanaged class JeffreysDivergence<T> {
  gamma: f64;

  // @ts-ignore: decorator
  @inline
  term(p: v128, q: v128, mayBeZero: bool): v128 {
    const more = v128.mul<T>(splat<T>(this.gamma), q);
    const difference = v128.sub<T>(v128.sub<T>(p, q), more);
    const grownQ = v128.add<T>(q, more);
    const gap = v128.andnot(exponentGap<T>(p, grownQ), v128.eq<T>(p, f64x2.splat(0)));
    const shiftedQ = scaleByGap(grownQ, gap);
    const d = v128.bitselect(difference, v128.sub<T>(p, shiftedQ), isNoGap<T>(gap));
    const s = v128.div<T>(d, v128.pmax<T>(v128.add<T>(p, shiftedQ), smallestNormal<T>()));
    return v128.mul<T>(difference, logOfRatio<T>(s, gapToNumber<T>(gap)));
  }
}

export function jeffreysDivergence_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceSurveyed<f32, JeffreysDivergence<f32>>(p, q, length, state);
}

export function jeffreysDivergence_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceSurveyed<f64, JeffreysDivergence<f64>>(p, q, length, state);
}

export function jeffreysDivergenceRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    ends(state, row, jeffreysDivergence_f32(operand(state, swap, row), operand(state, 1 - swap, row), length, state));
  }
}

export function jeffreysDivergenceRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    ends(state, row, jeffreysDivergence_f64(operand(state, swap, row), operand(state, 1 - swap, row), length, state));
  }
}
