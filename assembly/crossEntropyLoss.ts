// From the sums of a row to its cross-entropy loss and to what its gradient needs, for each line of the table: with Z = Σ e^x
// (total 1), L = ln Σ e^(z/τ) = largest·scale + ln Z, Σu and Σ u·x of the target (of a label: its weight w, and w·x), and the same of
// what is of every class,
//
//   loss     = share·(Σu·ln Z - Σ u·x) + even·(Σw·ln Z - Σ w·x)        total 0
//   λ·L²                                                                total 2
//   factor   = scale·(part·(share·Σu + even·Σw) + slope·L)
//   gradient = e^x·factor/Z - u·less; of the label factor·e^(x - ln Z) - scale·part·(share + even)·w, in f64: softmax - 1 would have
//              lost what the softmax is short of 1
//
// Two rows at a time: alone, each waits for two divisions and two polynomials. As in src/losses/crossEntropyLoss.ts (`lossOfRow`),
// operation by operation.

import { exponentialToZero } from "./exponential";
import { splat } from "./lanes";
import { logarithm } from "./logarithm";
import { A_LEAST, A_SHIFT, B_SHIFT, FACTOR, LESS, OFFSET, SCALE, SLOPE, WEIGHT, field } from "./logits";
import { LARGEST, TOTALS, entryOf } from "./rows";

// What all rows share, in the fields of logits.
const SHARE = A_SHIFT;
const EVEN = B_SHIFT;
/** Σw of all classes. */
const ALL_SUM = A_LEAST;
/** 1 for labels, 0 for soft targets. */
const HAS_LABELS = OFFSET;
/** Of a row's loss in the result. */
const PART = FACTOR;
/** 2λ times the part of λ·L² in the result. */
const L_SLOPE = SLOPE;
const LAMBDA = WEIGHT;

// Columns of the table, as src/backends/batch.ts has them: what JavaScript writes,
const LABEL_LOGIT: usize = 48;
const OWN_SUM: usize = 56;
const OWN_PRODUCTS: usize = 64;
const ALL_PRODUCTS: usize = 72;
// and what comes of it: the label's number in the gradient, and the fields of the gradient's pass.
const LABEL_NUMBER: usize = 80;
const ROW_FACTOR: usize = 88;
const ROW_LESS: usize = 96;

/** A mode: no pass over the gradient follows, and its fields are not needed. */
const NO_PASS: i32 = 32;

// @ts-ignore: decorator
@inline
function both(a: usize, b: usize, column: usize): v128 {
  return v128.load_lane<u64>(b + column, v128.load_zero<u64>(a + column), 1);
}

// @ts-ignore: decorator
@inline
function storeBoth(a: usize, b: usize, column: usize, x: v128): void {
  v128.store_lane<u64>(a + column, x, 0);
  v128.store_lane<u64>(b + column, x, 1);
}

/** x, or 0 where `factor` is 0: x may be infinite. */
// @ts-ignore: decorator
@inline
function unlessZero(factor: v128, x: v128): v128 {
  return v128.andnot(x, f64x2.eq(factor, splat<f64>(0)));
}

/** part·(sum·ln Z - products). */
// @ts-ignore: decorator
@inline
function partOfLoss(part: v128, sum: v128, logSum: v128, products: v128): v128 {
  return unlessZero(part, f64x2.mul(part, f64x2.sub(f64x2.mul(sum, logSum), products)));
}

export function crossEntropyLossRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  const scale = field<f64>(state, SCALE);
  const share = field<f64>(state, SHARE);
  const even = field<f64>(state, EVEN);
  const allSum = field<f64>(state, ALL_SUM);
  const part = field<f64>(state, PART);
  const lambda = field<f64>(state, LAMBDA);
  const less = field<f64>(state, LESS);
  const areLabels = f64x2.ne(field<f64>(state, HAS_LABELS), splat<f64>(0));
  const labelPart = f64x2.mul(scale, part);
  const labelShare = f64x2.add(share, even);
  const evenSum = f64x2.mul(even, allSum);
  for (let row: usize = 0; row < count; row += 2) {
    const a = entryOf(state, row);
    const b = entryOf(state, min(row + 1, count - 1));
    const sum = both(a, b, TOTALS + 8);
    const largest = both(a, b, LARGEST);
    const ownSum = both(a, b, OWN_SUM);
    const x = f64x2.mul(f64x2.sub(both(a, b, LABEL_LOGIT), largest), scale);
    const logSum = logarithm<f64>(sum, i32x4.splat(0));
    const products = v128.bitselect(unlessZero(ownSum, f64x2.mul(ownSum, x)), both(a, b, OWN_PRODUCTS), areLabels);
    const own = partOfLoss(share, ownSum, logSum, products);
    storeBoth(a, b, TOTALS, f64x2.add(own, partOfLoss(even, allSum, logSum, both(a, b, ALL_PRODUCTS))));
    const logSumExp = f64x2.add(f64x2.mul(largest, scale), logSum);
    storeBoth(a, b, TOTALS + 16, unlessZero(lambda, f64x2.mul(f64x2.mul(lambda, logSumExp), logSumExp)));
    const ofLoss = f64x2.mul(part, f64x2.add(f64x2.mul(share, ownSum), evenSum));
    const factor = f64x2.mul(scale, f64x2.add(ofLoss, f64x2.mul(field<f64>(state, L_SLOPE), logSumExp)));
    const probability = exponentialToZero<f64>(f64x2.sub(x, logSum));
    storeBoth(
      a, b, LABEL_NUMBER,
      f64x2.sub(f64x2.mul(factor, probability), f64x2.mul(labelPart, f64x2.mul(labelShare, ownSum))),
    );
    if (mode & NO_PASS) continue;
    storeBoth(a, b, ROW_FACTOR, f64x2.div(factor, sum));
    storeBoth(a, b, ROW_LESS, less);
    storeBoth(a, b, LARGEST, splat<f64>(0)); // in mode GIVEN, whether to swap
  }
}
