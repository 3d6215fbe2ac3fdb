// How far a table of counts is from what is expected of it: the generalised KL Σ [n ln(n/E) - n + E] of the kernels, in which
// E = factor·column is known to twice the precision.

import type { Vector } from "../backend.js";
import { iDivergence } from "../index.js";
import { lnRatio, Sum } from "../measures/wide.js";
import { ln } from "../scalar.js";
import { excessOf } from "./excess.js";
import { product, productError, type Twofold, TwofoldSum } from "./twofold.js";

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

/** Σ [n ln(n/E) - n + E] over the cells that are added, row by row. */
export class ExcessSum {
  readonly #columns: TwofoldArray;
  readonly #expected: Float64Array;
  readonly #sum = new Sum();

  constructor(columns: TwofoldArray) {
    this.#columns = columns;
    this.#expected = new Float64Array(Math.min(CELLS, columns.high.length));
  }

  get value(): number {
    return Math.max(0, this.#sum.value);
  }

  /** A row of counts n, E = factor·column. */
  add(row: Float64Array, factor: Twofold): void {
    for (let start = 0; start < row.length; start += CELLS) {
      const counts = row.subarray(start, start + CELLS);
      this.#sum.add(this.#fill(counts, start, factor));
      this.#sum.add(iDivergence(counts, this.#expected.subarray(0, counts.length)));
    }
  }

  /**
   * Leaves E', E rounded, for the kernel, and returns what it will lack: of E = E'(1 + r), that is (E' - n)·r + ½ n r², and
   * what is left is of the order of n r³, r <= 2^-53.
   */
  #fill(counts: Float64Array, start: number, factor: Twofold): number {
    const { high, low: lows } = this.#columns;
    const expected = this.#expected;
    let lacking = 0;
    for (let j = 0; j < counts.length; j++) {
      const n = counts[j];
      const column = high[start + j];
      const rounded = factor.high * column;
      if (rounded < LEAST_PRODUCT) {
        expected[j] = rounded;
        if (n === 0 || column === 0 || factor.high === 0) continue;
        expected[j] = n;
        lacking += n * (lnRatio(n, column) - ln(factor.high)) - n + rounded;
        continue;
      }
      const rest =
        productError(factor.high, column, rounded) +
        (factor.low * column + (lows === undefined ? 0 : factor.high * lows[start + j]));
      const nearest = rounded + rest;
      const low = rest - (nearest - rounded);
      const r = Math.abs(low) < NOISE * nearest ? 0 : low / nearest;
      expected[j] = nearest;
      lacking += (nearest - n) * r + 0.5 * n * r * r;
    }
    return lacking;
  }
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
  const sum = new TwofoldSum();
  for (let i = 0; i < numbers.length; i++) sum.add(numbers[i]);
  return sum.value;
}
