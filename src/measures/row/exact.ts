// Differences of two normalised rows to twice the precision, class by class: for rows that are nearer to each other than their sums are,
// where the rounding of γq, γ = Σp/Σq - 1, shows in p - q·(1 + γ).

import type { Call, NamedRow } from "../../call/arguments.js";
import {
  addUp,
  asNumber,
  difference,
  errorOfSum,
  normalized,
  product,
  productError,
  quotient,
  Sum,
  type Twofold,
} from "../../numbers/twofold.js";
import { isOrdinary, scalesToOne } from "./pair.js";

/**
 * Whether a result is not as accurate as promised, 4e-15 where sums agree to 1e-6 and 1e-11 elsewhere, of f64 rows whose ln(p̂/q̂) are
 * about `ratio`: γq has been rounded twice.
 */
export const isBlurred = (gamma: number, ratio: number): boolean =>
  Math.abs(gamma) > Math.abs(ratio) * (Math.abs(gamma) > 1e-6 ? 32768 : 8);

/** Σx·scale. */
function sumOfRow({ source, start }: NamedRow, length: number, scale: number): Twofold {
  const { high, low } = addUp(source, start, start + length, scale);
  return normalized(high, low);
}

/** The same of two rows, with powers of 2 that take them near 1: of sums that are not extreme, in one pass. */
function sumsOfRows(length: number, rows: readonly NamedRow[]): { scales: number[]; sums: Twofold[] } {
  const plain = rows.map((row) => sumOfRow(row, length, 1));
  const [p, q] = plain.map(asNumber);
  const scales = scalesToOne(p, q);
  const areOrdinary = isOrdinary(p) && isOrdinary(q);
  const sums = areOrdinary
    ? plain.map(({ high, low }, i) => ({ high: high * scales[i], low: low * scales[i] }))
    : rows.map((row, i) => sumOfRow(row, length, scales[i]));
  return { scales, sums };
}

export class ExactPair {
  readonly #p: NamedRow;
  readonly #q: NamedRow;
  /** Powers of 2 that take the sums near 1; then the sums. */
  readonly #a: number;
  readonly #b: number;
  readonly #pSum: Twofold;
  readonly #qSum: Twofold;
  readonly #length: number;

  constructor(call: Call, [p, q]: readonly NamedRow[]) {
    this.#p = p;
    this.#q = q;
    this.#length = call.length;
    const { scales, sums } = sumsOfRows(call.length, [p, q]);
    [this.#a, this.#b] = scales;
    [this.#pSum, this.#qSum] = sums;
  }

  /** (p̂ - q̂)·Σp·Σq. */
  #difference(i: number): Twofold {
    const x = { high: this.#p.source[this.#p.start + i] * this.#a, low: 0 };
    const y = { high: this.#q.source[this.#q.start + i] * this.#b, low: 0 };
    return difference(product(x, this.#qSum), product(y, this.#pSum));
  }

  /** p̂/q̂ - 1. */
  relativeDifference(i: number): number {
    return this.#difference(i).high / (this.#q.source[this.#q.start + i] * this.#b * this.#pSum.high);
  }

  /**
   * X - cY of the classes up to each but the last, where X and Y are the sums of either row's numbers so far, and c = ΣX/ΣY; and ΣX, by which
   * it is to be divided. X is of the row with the larger sum, so that it is the same, but for its sign, of (q, p). In numbers, not in a
   * `Twofold` for each step, which takes twice the time.
   */
  cumulative(): { differences: Float64Array; sum: number } {
    const isSwapped = difference(this.#pSum, this.#qSum).high < 0;
    const [first, second] = isSwapped ? [this.#q, this.#p] : [this.#p, this.#q];
    const [a, b] = isSwapped ? [this.#b, this.#a] : [this.#a, this.#b];
    const [sum, other] = isSwapped ? [this.#qSum, this.#pSum] : [this.#pSum, this.#qSum];
    const { high: c, low: cRest } = quotient(sum, other);
    const { source: xs, start: xStart } = first;
    const { source: ys, start: yStart } = second;
    const differences = new Float64Array(this.#length - 1);
    let [x, xRest, y, yRest] = [0, 0, 0, 0];
    for (let i = 0; i < differences.length; i++) {
      const dx = xs[xStart + i] * a;
      const dy = ys[yStart + i] * b;
      const [nextX, nextY] = [x + dx, y + dy];
      xRest += errorOfSum(x, dx, nextX);
      yRest += errorOfSum(y, dy, nextY);
      [x, y] = [nextX, nextY];
      const cy = c * y;
      const d = x - cy;
      const rest = xRest - (productError(c, y, cy) + (c * yRest + cRest * y));
      differences[i] = d + (errorOfSum(x, -cy, d) + rest);
    }
    return { differences, sum: sum.high };
  }

  /** ½ Σ|p̂ - q̂|. */
  totalVariation(): number {
    const sum = new Sum();
    for (let i = 0; i < this.#length; i++) sum.add(Math.abs(this.#difference(i).high));
    return sum.value / (2 * this.#pSum.high * this.#qSum.high);
  }
}
