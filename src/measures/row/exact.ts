// Differences of two normalised rows to twice the precision, class by class: for rows that are nearer to each other than their sums are,
// where the rounding of γq, γ = Σp/Σq - 1, shows in p - q·(1 + γ).

import { type Call, type NamedRow, sumOf } from "../../call/arguments.js";
import { difference, product, Sum, type Twofold } from "../../numbers/twofold.js";
import { scalesToOne } from "./pair.js";

/**
 * Whether a result is not as accurate as promised, 4e-15 where sums agree to 1e-6 and 1e-11 elsewhere, of f64 rows whose ln(p̂/q̂) are
 * about `ratio`: γq has been rounded twice.
 */
export const isBlurred = (gamma: number, ratio: number): boolean =>
  Math.abs(gamma) > Math.abs(ratio) * (Math.abs(gamma) > 1e-6 ? 32768 : 8);

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
    const pSum = new Sum();
    const qSum = new Sum();
    for (let i = 0; i < call.length; i++) {
      pSum.add(p.source[p.start + i] * this.#a);
      qSum.add(q.source[q.start + i] * this.#b);
    }
    this.#pSum = pSum.twofold;
    this.#qSum = qSum.twofold;
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

  /** Visits Σ (p̂ - q̂) of the classes up to each but the last. */
  overCumulative(visit: (sum: number) => void): void {
    const sum = new Sum();
    const scale = this.#pSum.high * this.#qSum.high;
    for (let i = 0; i < this.#length - 1; i++) {
      const { high, low } = this.#difference(i);
      sum.add(high);
      sum.add(low);
      visit(sum.value / scale);
    }
  }

  /** ½ Σ|p̂ - q̂|. */
  totalVariation(): number {
    const sum = new Sum();
    for (let i = 0; i < this.#length; i++) sum.add(Math.abs(this.#difference(i).high));
    return sum.value / (2 * this.#pSum.high * this.#qSum.high);
  }
}
