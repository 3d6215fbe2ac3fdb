// How far a table of counts is from what is expected of it: the generalised KL Σ [n ln(n/E) - n + E] of the kernels, in which
// E = factor·column is known to twice the precision.

import type { Vector } from "../backends/backend.js";
import { iDivergence } from "../index.js";
import { lnRatio } from "../measures/row/wide.js";
import { ln } from "../numbers/scalar.js";
import { product, productError, Sum, type Twofold } from "../numbers/twofold.js";
import { excessOf } from "./excess.js";

/** Numbers to twice the precision; `low` is undefined where they have no more than one. */
export interface TwofoldArray {
  readonly high: Float64Array;
  readonly low?: Float64Array;
}

/** Cells a call of the kernel: what they are expected to be stays in the cache. */
const CELLS = 4096;

/** Below, the error of a product is no number any more: 2^-960. */
const LEAST_PRODUCT = 1.0261342003245941e-289;

/** What the products of numbers of twice the precision are good for: 2^-102. */
const NOISE = 1.9721522630525295e-31;

/**
 * Leaves in `expected`, from `at` on, what the kernel is to have for E, which is E rounded, and returns what it will lack for that: of
 * E = E'(1 + r), that is (E' - n)·r + ½ n r², and what is left is of the order of n r³, r <= 2^-53.
 */
function fillExpected(
  counts: Float64Array,
  factor: Twofold,
  { high, low }: TwofoldArray,
  start: number,
  expected: Float64Array,
  at: number,
): number {
  let lacking = 0;
  for (let j = 0; j < counts.length; j++) {
    const n = counts[j];
    const column = high[start + j];
    const rounded = factor.high * column;
    if (rounded < LEAST_PRODUCT) {
      // the kernel has nothing to add where the logarithm is taken here, of the factors
      const isTaken = n > 0 && column > 0 && factor.high > 0;
      if (isTaken) lacking += n * (lnRatio(n, column) - ln(factor.high)) - n + rounded;
      expected[at + j] = isTaken ? n : rounded;
      continue;
    }
    const columnLow = low === undefined ? 0 : low[start + j];
    const rest = productError(factor.high, column, rounded) + (factor.low * column + factor.high * columnLow);
    const nearest = rounded + rest;
    const error = rest - (nearest - rounded);
    const r = Math.abs(error) < NOISE * nearest ? 0 : error / nearest;
    expected[at + j] = nearest;
    lacking += (nearest - n) * r + 0.5 * n * r * r;
  }
  return lacking;
}

/** Σ [n ln(n/E) - n + E] over the cells of a row-major table, E = factor of the row·column. */
export function excessOverExpected(
  cells: Float64Array,
  columns: TwofoldArray,
  factorOf: (row: number) => Twofold,
): number {
  const rowLength = columns.high.length;
  const expected = new Float64Array(Math.min(CELLS, cells.length));
  const sum = new Sum();
  let filled = 0;
  for (let at = 0; at < cells.length; ) {
    const factor = factorOf(at / rowLength);
    for (let start = 0; start < rowLength; ) {
      const counts = cells.subarray(at, at + Math.min(rowLength - start, CELLS - filled));
      sum.add(fillExpected(counts, factor, columns, start, expected, filled));
      filled += counts.length;
      start += counts.length;
      at += counts.length;
      if (filled < CELLS && at < cells.length) continue;
      sum.add(iDivergence(cells.subarray(at - filled, at), expected.subarray(0, filled)));
      filled = 0;
    }
  }
  return Math.max(0, sum.value);
}

/** ±2·[n ln(n/E) - n + E] of each cell of a row, of the sign of n - E. */
export function writeContributions(
  row: Float64Array,
  factor: Twofold,
  { high, low }: TwofoldArray,
  out: Float64Array,
): void {
  for (let j = 0; j < row.length; j++) {
    const n = row[j];
    const expected = product(factor, { high: high[j], low: low?.[j] ?? 0 });
    const d = n - expected.high - expected.low;
    const contribution = 2 * excessOf(n, expected.high, d);
    out[j] = d < 0 ? -contribution : contribution;
  }
}

/** Σ of an array, to twice the precision. */
export function twofoldSumOf(numbers: Vector): Twofold {
  const sum = new Sum();
  for (let i = 0; i < numbers.length; i++) sum.add(numbers[i]);
  return sum.twofold;
}
