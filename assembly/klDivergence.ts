// klDivergence, iDivergence: G = Σ [p ln(p/q) - p + q], P = Σp, D = Σ(p - q); src/measures has the rest.
// Term: relative error <= 2e-7 (f32), 6e-16 (f64); measured by test/accuracy.

import { reducePair } from "./blocks";
import { exponentGap, gapToNumber, scaleByGap } from "./lanes";
import { excess } from "./logarithm";
import { begins, beginsShort, ends, entryOf, operand } from "./rows";
import { reduceShortPair } from "./shortRows";

// @ts-ignore: decorator
@final @unmanaged class KlDivergence<T> {
  // @ts-ignore: decorator
  @inline
  term(p: v128, q: v128, mayBeZero: bool): v128 {
    let gap = exponentGap<T>(p, q);
    // of p = 0 the gap would take q below the normal numbers, with which arithmetic is ten times slower
    if (mayBeZero) gap = v128.andnot(gap, v128.eq<T>(p, f64x2.splat(0)));
    const shiftedQ = scaleByGap(q, gap);
    const term = excess<T>(p, q, shiftedQ, v128.sub<T>(p, shiftedQ), gapToNumber<T>(gap), false);
    return mayBeZero ? v128.bitselect(q, term, v128.eq<T>(p, f64x2.splat(0))) : term;
  }

  /** Exact where p and q are within a factor of 2. */
  // @ts-ignore: decorator
  @inline
  second(p: v128, q: v128): v128 {
    return v128.sub<T>(p, q);
  }

  /** Of p = 0 the term is q. */
  // @ts-ignore: decorator
  @inline
  live(p: v128, q: v128): v128 {
    return p;
  }

  // @ts-ignore: decorator
  @inline
  rest(p: v128, q: v128): v128 {
    return q;
  }
}

export function klDivergence_f32(p: usize, q: usize, length: usize, state: usize): i32 {
  return reducePair<f32, KlDivergence<f32>>(p, q, length, state);
}

export function klDivergence_f64(p: usize, q: usize, length: usize, state: usize): i32 {
  return reducePair<f64, KlDivergence<f64>>(p, q, length, state);
}

export function klDivergenceRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count && length <= 16; row++) {
    if (!beginsShort(state, row, mode)) continue;
    const p = operand(state, 0, row);
    reduceShortPair<f32, KlDivergence<f32>>(p, operand(state, 1, row), length << 2, state, entryOf(state, row));
  }
  for (let row: usize = 0; row < count && length > 16; row++) {
    if (!begins(state, row, mode)) continue;
    ends(state, row, klDivergence_f32(operand(state, 0, row), operand(state, 1, row), length, state));
  }
}

export function klDivergenceRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    if (!begins(state, row, mode)) continue;
    ends(state, row, klDivergence_f64(operand(state, 0, row), operand(state, 1, row), length, state));
  }
}
