// The largest logit of a row, read where it is.

import { GROUP, UNUSUAL, isEmpty, loadPart, setTotal } from "./blocks";
import { impossible } from "./logits";

// @ts-ignore: decorator
@inline
function larger(a: f64, b: f64): f64 {
  return a < b ? b : a;
}

/** The largest number of a row; NaN where one is NaN. */
export function largestOf<T>(z: usize, length: usize): f64 {
  const end = z + length * sizeof<T>();
  let most = impossible<T>();
  let unordered = i32x4.splat(0);
  for (; z + GROUP <= end; z += GROUP) {
    const z0 = v128.load(z);
    const z1 = v128.load(z, 16);
    const z2 = v128.load(z, 32);
    const z3 = v128.load(z, 48);
    most = v128.pmax<T>(most, v128.pmax<T>(v128.pmax<T>(z0, z1), v128.pmax<T>(z2, z3)));
    const first = v128.or(v128.ne<T>(z0, z0), v128.ne<T>(z1, z1));
    unordered = v128.or(unordered, v128.or(first, v128.or(v128.ne<T>(z2, z2), v128.ne<T>(z3, z3))));
  }
  for (; z < end; z += 16) {
    const left = end - z;
    const x = left < 16 ? loadPart(z, left, impossible<T>()) : v128.load(z);
    most = v128.pmax<T>(most, x);
    unordered = v128.or(unordered, v128.ne<T>(x, x));
  }
  return v128.any_true(unordered) ? NaN : largestLane<T>(most);
}

/** Lane by lane: a choice between two scalars is a branch, and half of the guesses are wrong. */
// @ts-ignore: decorator
@inline
export function largestLane<T>(x: v128): f64 {
  const pairs = v128.pmax<T>(x, v128.shuffle<f64>(x, x, 1, 1));
  if (sizeof<T>() == 8) return f64x2.extract_lane(pairs, 0);
  return f32x4.extract_lane(v128.pmax<f32>(pairs, v128.shuffle<f32>(pairs, pairs, 1, 1, 1, 1)), 0);
}

/** To total 0. UNUSUAL: one is NaN or +Infinity. */
// @ts-ignore: decorator
@inline
export function maximum<T>(z: usize, length: usize, state: usize): i32 {
  const largest = largestOf<T>(z, length);
  if (largest != largest) return UNUSUAL;
  // of a row in parts, the largest so far
  const result = isEmpty(state, 0) ? largest : larger(load<f64>(state), largest);
  setTotal(state, 0, result);
  return result == Infinity ? UNUSUAL : 0;
}
