// renyiDivergence: T = Σ [p^(1+β) q̃^(-β) - (1 + β)p + βq̃] and S = Σ p^(1+β) q̃^(-β), q̃ = q·(1 + γ), γ = Σp/Σq - 1 from a survey;
// S = Σp + T, and D = ln(S/Σp)/β. With r = ln(p/q̃), v = βr, E(v) = e^v - 1 - v and K = p ln(p/q̃) - p + q̃, KL's term,
//
//   |v| <= ln 2   T's term is p·E(v) + β·K
//   else          p·(e^v - 1) - β·(p - q̃)
//
// For β > 0 nothing cancels in the first, elevenfold at most in the second, and β -> 0 leaves KL; for β from -1/2 to 0 the parts cancel
// threefold near p = q̃, sevenfold at most. β < -1/2 is for the rows in the other order. S is for β < 0, where S/Σp nears 0.
// Where p or q is 0, the second form is exact with e^v = 0.

import { exponentGap, gapToNumber, isNoGap, scaleByGap, smallestNormal } from "./lanes";
import { atanhSeries, excessOfSeries, logOfSeries } from "./logarithm";
import { LARGEST_EXPONENT, NO_POWER, exponentsOf, fillPowers, isNearZero, restsOf } from "./powers";
import { reducePowers } from "./widened";

// @ts-ignore: decorator
@final @unmanaged class RenyiDivergence {
  gamma: f64;
  beta: f64;

  fill(p: usize, q: usize, size: usize, state: usize): bool {
    const zero = f64x2.splat(0);
    const gamma = f64x2.splat(this.gamma);
    const beta = f64x2.splat(this.beta);
    const none = f64x2.splat(NO_POWER);
    const most = f64x2.splat(LARGEST_EXPONENT);
    const exponents = exponentsOf(state);
    const rests = restsOf(state);
    let unusual = zero;
    for (let i: usize = 0; i < size; i += 16) {
      const x = v128.load(p + i);
      const plainY = v128.load(q + i);
      const more = f64x2.mul(gamma, plainY);
      const y = f64x2.add(plainY, more);
      const difference = f64x2.sub(f64x2.sub(x, plainY), more);
      const isZero = f64x2.eq(f64x2.pmin(x, y), zero);

      const gap = v128.andnot(exponentGap<f64>(x, y), isZero);
      const shiftedY = scaleByGap(y, gap);
      const d = v128.bitselect(difference, f64x2.sub(x, shiftedY), isNoGap<f64>(gap));
      const s = f64x2.div(d, f64x2.pmax(f64x2.add(x, shiftedY), smallestNormal<f64>()));
      const z = f64x2.mul(s, s);
      const series = atanhSeries<f64>(z);
      const e = gapToNumber<f64>(gap);
      const v = v128.bitselect(none, f64x2.mul(beta, logOfSeries<f64>(s, z, series, e)), isZero);
      v128.store(exponents + i, v);
      const excess = excessOfSeries<f64>(x, y, shiftedY, d, e, s, z, series);
      v128.store(rests + i, f64x2.mul(beta, v128.bitselect(excess, f64x2.neg(difference), isNearZero(v))));
      const isOutside = v128.or(f64x2.gt(v, most), f64x2.lt(y, smallestNormal<f64>()));
      unusual = v128.or(unusual, v128.andnot(isOutside, isZero));
    }
    if (v128.any_true(unusual)) return false;
    fillPowers(p, size, state);
    return true;
  }
}

export function renyiDivergence_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reducePowers<f32, RenyiDivergence>(p, q, length, state, true);
}

export function renyiDivergence_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reducePowers<f64, RenyiDivergence>(p, q, length, state, true);
}
