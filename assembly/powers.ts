// The second half of the families of powers, of an f64 block: from w, v and b of each class
//
//   first   w·E(v) + b where |v| <= ln 2, w·(e^v - 1) + b elsewhere,  E(v) = e^v - 1 - v
//   second  w·e^v
//
// One series serves both ranges: E(2u) = (u + E(u))² + 2E(u), of v/2, cancels nothing. In two loops, by way of v, a block takes two
// thirds of the time: the chain of operations is so long that a processor holds too few classes at once (measured).

import { BLOCK, SCRATCH, paddingOf } from "./blocks";
import { halfOctaves_f64, octavesOf, remainderOf, seriesQ, timesPowerOf2, vanishing } from "./exponential";
import { half, multiplyAdd, one } from "./lanes";
import { ln2Of } from "./logarithm";

/** e^v of more may be too large for f64: no result here is then right. */
export const LARGEST_EXPONENT: f64 = 700;
/** e^v of it is 0. */
export const NO_POWER: f64 = -1000;

/** Where v is left, and b. */
// @ts-ignore: decorator
@inline
export function exponentsOf(state: usize): usize {
  return paddingOf(state, 2);
}

// @ts-ignore: decorator
@inline
export function restsOf(state: usize): usize {
  return state + SCRATCH + BLOCK;
}

/** All ones in the lanes where |v| <= ln 2. */
// @ts-ignore: decorator
@inline
export function isNearZero(v: v128): v128 {
  return f64x2.le(f64x2.abs(v), ln2Of<f64>());
}

/** Both numbers to scratch, where w may lie. */
export function fillPowers(w: usize, size: usize, state: usize): void {
  const exponents = exponentsOf(state);
  const rests = restsOf(state);
  const scratch = state + SCRATCH;
  const least = vanishing<f64>();
  for (let i: usize = 0; i < size; i += 16) {
    const x = v128.load(w + i);
    const rest = v128.load(rests + i);
    const v = v128.load(exponents + i);
    const isNear = isNearZero(v);
    const clamped = f64x2.pmax(least, v);
    const octaves = octavesOf<f64>(clamped);
    const u = v128.bitselect(f64x2.mul(v, half<f64>()), remainderOf<f64>(clamped, octaves), isNear);
    const uu = f64x2.mul(u, u);
    const q = seriesQ<f64>(u, uu);
    const lessOne = multiplyAdd<f64>(q, uu, u);

    const excess = f64x2.mul(q, uu);
    const near = multiplyAdd<f64>(lessOne, lessOne, f64x2.add(excess, excess));
    // 2^n in two halves, and 0 at once where it underflows: as exponentialToZero
    const halfOctaves = halfOctaves_f64(octaves);
    const power = timesPowerOf2<f64>(one<f64>(), v128.sub<i64>(octaves, halfOctaves));
    const small = timesPowerOf2<f64>(f64x2.add(lessOne, one<f64>()), halfOctaves);
    const far = f64x2.mul(v128.and(small, f64x2.gt(v, least)), power);

    const bent = v128.bitselect(near, f64x2.sub(far, one<f64>()), isNear);
    const whole = v128.bitselect(f64x2.add(f64x2.add(v, near), one<f64>()), far, isNear);
    v128.store(scratch + i, multiplyAdd<f64>(x, bent, rest));
    v128.store(rests + i, f64x2.mul(x, whole));
  }
}
