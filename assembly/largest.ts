// largest: the indices of the k <= 256 largest numbers of a row, that of the largest first; of equal ones the first comes first. A
// row has no fewer than k. They are left in scratch, behind the numbers:
//
//   scratch +    0  numbers, k of them
//           + 2048  indices, i32
//
// Hardly any group of a long row has a number above the least of those found so far, and one comparison a vector tells.

import { GROUP, SCRATCH } from "./blocks";

const INDICES: usize = 2048;

/** Puts a number that is above the least to its place. */
function insert<T>(x: T, index: i32, count: usize, state: usize): void {
  const numbers = state + SCRATCH;
  const indices = numbers + INDICES;
  let at = count;
  for (; at > 0; at--) {
    const before = load<T>(numbers + (at - 1) * sizeof<T>());
    if (!(before < x)) break;
    store<T>(numbers + at * sizeof<T>(), before);
    store<i32>(indices + (at << 2), load<i32>(indices + ((at - 1) << 2)));
  }
  store<T>(numbers + at * sizeof<T>(), x);
  store<i32>(indices + (at << 2), index);
}

/** Goes through numbers `from` to `to` one by one. */
function scan<T>(z: usize, from: usize, to: usize, state: usize, k: usize): void {
  const last = state + SCRATCH + (k - 1) * sizeof<T>();
  for (let i = from; i < to; i++) {
    const x = load<T>(z + i * sizeof<T>());
    if (x > load<T>(last)) insert<T>(x, <i32>i, k - 1, state);
  }
}

// @ts-ignore: decorator
@inline
function largest<T>(z: usize, length: usize, state: usize, k: usize): i32 {
  const last = state + SCRATCH + (k - 1) * sizeof<T>();
  const step = GROUP / sizeof<T>();
  for (let i: usize = 0; i < k; i++) insert<T>(load<T>(z + i * sizeof<T>()), <i32>i, i, state);
  let i = k;
  for (; i + step <= length; i += step) {
    const at = z + i * sizeof<T>();
    const least = sizeof<T>() == 4 ? v128.load_splat<f32>(last) : v128.load_splat<f64>(last);
    const above = v128.or(
      v128.or(v128.gt<T>(v128.load(at), least), v128.gt<T>(v128.load(at, 16), least)),
      v128.or(v128.gt<T>(v128.load(at, 32), least), v128.gt<T>(v128.load(at, 48), least)),
    );
    if (v128.any_true(above)) scan<T>(z, i, i + step, state, k);
  }
  scan<T>(z, i, length, state, k);
  return 0;
}

export function largest_f32(z: usize, length: usize, state: usize, k: usize): i32 {
  return largest<f32>(z, length, state, k);
}

export function largest_f64(z: usize, length: usize, state: usize, k: usize): i32 {
  return largest<f64>(z, length, state, k);
}
