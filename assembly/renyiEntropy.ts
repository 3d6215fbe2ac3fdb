// renyiEntropy, tsallisEntropy: M = Σ w·(e^y - 1) and S = Σ w·e^y, y = β ln(p·2^-k), k near log2 Σp. With w = p and β = α - 1 they
// are Σp^α, to a factor, less Σp and by itself: M is for powers near 1, where it has lost nothing, S for the others. With w = 1 and
// β = α, S is for α < 1/2: there a p of next to nothing counts, and |α ln p| is the lesser exponent.

import { SCRATCH } from "./blocks";
import { smallestNormal } from "./lanes";
import { logarithm } from "./logarithm";
import { LARGEST_EXPONENT, exponentsOf, fillPowers, isNearZero, restsOf } from "./powers";
import { reducePowers } from "./widened";

// @ts-ignore: decorator
@final @unmanaged class RenyiEntropy {
  /** As it is added to the high words. */
  k: i64;
  beta: f64;
  /** Of p in w = weight·p + (1 - weight): 1 or 0. */
  weight: f64;

  /** False for what is negative, subnormal or infinite, and for powers that are too large. */
  fill(p: usize, q: usize, size: usize, state: usize): bool {
    const zero = f64x2.splat(0);
    const k = v128.load64_splat(changetype<usize>(this));
    const beta = f64x2.splat(this.beta);
    const weight = f64x2.splat(this.weight);
    const rest = f64x2.splat(1 - this.weight);
    const most = f64x2.splat(LARGEST_EXPONENT);
    const infinity = f64x2.splat(Infinity);
    const weights = state + SCRATCH;
    const exponents = exponentsOf(state);
    const rests = restsOf(state);
    let usual = i32x4.splat(-1);
    for (let i: usize = 0; i < size; i += 16) {
      const x = v128.load(p + i);
      const isZero = f64x2.eq(x, zero);
      const y = v128.andnot(f64x2.mul(beta, logarithm<f64>(x, k)), isZero);
      const w = v128.andnot(f64x2.add(f64x2.mul(weight, x), rest), isZero);
      v128.store(weights + i, w);
      v128.store(exponents + i, y);
      v128.store(rests + i, v128.and(f64x2.mul(w, y), isNearZero(y)));
      const isNormal = v128.and(f64x2.ge(x, smallestNormal<f64>()), f64x2.lt(x, infinity)); // not NaN
      usual = v128.and(usual, v128.or(isZero, v128.and(isNormal, f64x2.le(y, most))));
    }
    if (!i32x4.all_true(usual)) return false;
    fillPowers(weights, size, state);
    return true;
  }
}

export function renyiEntropy_f32(p: usize, length: usize, state: usize): i32 {
  return reducePowers<f32, RenyiEntropy>(p, p, length, state, false);
}

export function renyiEntropy_f64(p: usize, length: usize, state: usize): i32 {
  return reducePowers<f64, RenyiEntropy>(p, p, length, state, false);
}
