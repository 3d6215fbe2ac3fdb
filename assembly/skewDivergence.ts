// skewDivergence: S = Σ [p ln(p/m) - p + m], m = (1 - α)p + αq̃, q̃ = q·(1 + γ), γ = Σp/Σq - 1 of either sign, from a survey; the result
// is S/Σp. Each bracket is >= 0 and is KL's term. Within an octave the difference to m, which m itself has lost by rounding, is given
// as α·((p - q) - γq): a small α leaves the relative error as it is. 0 < α < 1, so m is 0 only where p is.

import { reduceSurveyed } from "./blocks";
import { exponentGap, gapToNumber, isNoGap, scaleByGap, splat } from "./lanes";
import { excess } from "./logarithm";
import { begins, ends, operand, swapOf } from "./rows";

// @ts-ignore: decorator
@final @unmanaged class SkewDivergence<T> {
  gamma: f64;
  alpha: f64;

  // @ts-ignore: decorator
  @inline
  term(p: v128, q: v128, mayBeZero: bool): v128 {
    const alpha = splat<T>(this.alpha);
    const more = v128.mul<T>(splat<T>(this.gamma), q);
    const difference = v128.mul<T>(alpha, v128.sub<T>(v128.sub<T>(p, q), more));
    const mixture = v128.add<T>(v128.mul<T>(splat<T>(1 - this.alpha), p), v128.mul<T>(alpha, v128.add<T>(q, more)));
    const gap = v128.andnot(exponentGap<T>(p, mixture), v128.eq<T>(p, f64x2.splat(0)));
    const shiftedMixture = scaleByGap(mixture, gap);
    const d = v128.bitselect(difference, v128.sub<T>(p, shiftedMixture), isNoGap<T>(gap));
    return excess<T>(p, mixture, shiftedMixture, d, gapToNumber<T>(gap), true);
  }
}

export function skewDivergence_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceSurveyed<f32, SkewDivergence<f32>>(p, q, length, state);
}

export function skewDivergence_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reduceSurveyed<f64, SkewDivergence<f64>>(p, q, length, state);
}

export function skewDivergenceRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    ends(state, row, skewDivergence_f32(operand(state, swap, row), operand(state, 1 - swap, row), length, state));
  }
}

export function skewDivergenceRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    const swap = swapOf(state, row, mode);
    ends(state, row, skewDivergence_f64(operand(state, swap, row), operand(state, 1 - swap, row), length, state));
  }
}
