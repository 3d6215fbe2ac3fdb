// Numbers of twice the precision, as unevaluated sums high + low: for differences that rounding would swallow, of a table's cells
// from what independence expects, say. Relative errors are a few 2^-106.

/** high + low, |low| <= ½ ulp of high. */
export interface Twofold {
  readonly high: number;
  readonly low: number;
}

/** a = high + low, each of 26 bits (Veltkamp's splitting). */
function highOf(a: number): number {
  const c = 134217729 * a;
  return c - (c - a);
}

/** a·b - product, exactly, of a product rounded (Dekker). */
export function productError(a: number, b: number, product: number): number {
  const aHigh = highOf(a);
  const bHigh = highOf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** high + low where |high| >= |low|. */
function normalized(high: number, low: number): Twofold {
  const sum = high + low;
  return { high: sum, low: low - (sum - high) };
}

/** a·b. */
export function product(a: Twofold, b: Twofold): Twofold {
  const high = a.high * b.high;
  return normalized(high, productError(a.high, b.high, high) + (a.high * b.low + a.low * b.high));
}

/** a - b. */
function difference(a: Twofold, b: Twofold): Twofold {
  const high = a.high - b.high;
  const part = high - a.high;
  const error = a.high - (high - part) - (b.high + part);
  return normalized(high, error + (a.low - b.low));
}

/** a/b. */
export function quotient(a: Twofold, b: Twofold): Twofold {
  const high = a.high / b.high;
  const { high: remainder } = difference(a, product({ high, low: 0 }, b));
  return normalized(high, remainder / b.high);
}

/** A sum to twice the precision (Neumaier), relative to that of the absolute values. */
export class TwofoldSum {
  #sum = 0;
  #error = 0;

  add(x: number): void {
    const next = this.#sum + x;
    this.#error += Math.abs(this.#sum) >= Math.abs(x) ? this.#sum - next + x : x - next + this.#sum;
    this.#sum = next;
  }

  get value(): Twofold {
    return normalized(this.#sum, this.#error);
  }
}
