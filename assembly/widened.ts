// Families that compute in f64 whatever their rows are: f32 numbers are widened to scratch, exactly, half a block at a time. Powers
// need it (an error of a logarithm is one of e^(β ln x), |β ln x| times as large), roots and differences cost little; and one
// function of f64 blocks serves both types.
//
// `fill` makes two numbers of each class, to scratch and behind it, where the rows may lie as well. Totals: 0 and 1 are their sums,
// 2 is Σp.

import { BLOCK, FAMILY, SCRATCH, UNUSUAL, addTotal, blockSize, padded, sumOfTerms } from "./blocks";

/** Widens numbers to `size` bytes at `to`. */
function widen(from: usize, to: usize, size: usize): void {
  for (let i: usize = 0; i < size; i += 16) v128.store(to + i, f64x2.promote_low_f32x4(v128.load64_zero(from + (i >> 1))));
}

/**
 * Totals of a pair of rows, or of one. A family F has `fill(p, q, size, state)` of an f64 block, which tells whether it could
 * compute it.
 */
// @ts-ignore: decorator
@inline
export function reduceWidened<T, F>(p: usize, q: usize, length: usize, state: usize, isPair: bool): i32 {
  const family = changetype<F>(state + FAMILY);
  const scratch = state + SCRATCH;
  const widening: usize = sizeof<T>() == 4 ? 2 : 1;
  const end = p + length * sizeof<T>();
  for (; p < end; p += BLOCK, q += BLOCK) {
    const size = blockSize(p, end);
    const pBlock = padded(p, end - p, size, state, 0);
    const qBlock = isPair ? padded(q, end - p, size, state, 1) : pBlock;
    let first: f64 = 0;
    let second: f64 = 0;
    let sum: f64 = 0;
    for (let done: usize = 0; done < size; done += BLOCK / widening) {
      const part = min((size - done) * widening, BLOCK);
      let x = pBlock + done;
      let y = qBlock + done;
      if (sizeof<T>() == 4) {
        widen(x, scratch, part);
        x = scratch;
        if (isPair) {
          widen(y, scratch + BLOCK, part);
          y = scratch + BLOCK;
        }
      }
      sum += sumOfTerms<f64>(x, part);
      if (!family.fill(x, y, part, state)) return UNUSUAL;
      first += sumOfTerms<f64>(scratch, part);
      second += sumOfTerms<f64>(scratch + BLOCK, part);
    }
    addTotal(state, 0, first);
    addTotal(state, 1, second);
    addTotal(state, 2, sum);
  }
  return 0;
}
