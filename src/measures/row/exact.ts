// Differences of two normalised rows to twice the precision, class by class: for rows that are nearer to each other than their sums are,
// where the rounding of γq, γ = Σp/Σq - 1, shows in p - q·(1 + γ).

import { type Call, type NamedRow, sumOf } from "../../call/arguments.js";
import { addUp, difference, errorOfSum, normalized, product, Sum, type Twofold } from "../../numbers/twofold.js";
import { scalesToOne } from "./pair.js";

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
    [this.#a, this.#b] = scalesToOne(sumOf(call, p), sumOf(call, q));
    [this.#pSum, this.#qSum] = [sumOfRow(p, call.length, this.#a), sumOfRow(q, call.length, this.#b)];
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

  /** Σ (p̂ - q̂) of the classes up to each but the last. */
  cumulative(): Float64Array {
    const sums = new Float64Array(this.#length - 1);
    const scale = this.#pSum.high * this.#qSum.high;
    let high = 0;
    let low = 0;
    for (let i = 0; i < sums.length; i++) {
      const difference = this.#difference(i);
      const next = high + difference.high;
      low += errorOfSum(high, difference.high, next);
      high = next + difference.low;
      low += errorOfSum(next, difference.low, high);
      sums[i] = (high + low) / scale;
    }
    return sums;
  }

  /** ½ Σ|p̂ - q̂|. */
  totalVariation(): number {
    const sum = new Sum();
    for (let i = 0; i < this.#length; i++) sum.add(Math.abs(this.#difference(i).high));
    return sum.value / (2 * this.#pSum.high * this.#qSum.high);
  }
}
