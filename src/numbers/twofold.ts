// Numbers of twice the precision, as unevaluated sums high + low: for sums, and for differences that rounding would swallow, of a
// table's cells from what independence expects, say. Relative errors are a few 2^-106.

/** high + low, |low| <= ½ ulp of high. */
export interface Twofold {
  readonly high: number;
  readonly low: number;
}

/** a + b - sum, exactly, of a sum rounded (Knuth): without a branch, which would be wrong half of the time. */
export function errorOfSum(a: number, b: number, sum: number): number {
  const added = sum - a;
  return a - (sum - added) + (b - added);
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
export function normalized(high: number, low: number): Twofold {
  const sum = high + low;
  return { high: sum, low: low - (sum - high) };
}

/** a·b. */
export function product(a: Twofold, b: Twofold): Twofold {
  const high = a.high * b.high;
  return normalized(high, productError(a.high, b.high, high) + (a.high * b.low + a.low * b.high));
}

/** a - b. */
export function difference(a: Twofold, b: Twofold): Twofold {
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

/** A sum that keeps its rounding errors: high + low is it to twice the precision, relative to that of the absolute values. */
export class Sum {
  high = 0;
  low = 0;

  add(x: number): void {
    const next = this.high + x;
    this.low += errorOfSum(this.high, x, next);
    this.high = next;
  }

  /** The sum as one number. */
  get value(): number {
    return asNumber(this);
  }

  get twofold(): Twofold {
    return normalized(this.high, this.low);
  }
}

/** A sum and its rounding errors as one number. */
export const asNumber = ({ high, low }: Twofold): number => (Number.isFinite(high) ? high + low : high);

/**
 * Σ of every `step`-th number of an array from index `from` to `to`, that excluded, times a factor: the sum and its rounding errors. In
 * numbers, not in a `Sum`, as `add` has it: one a nanosecond.
 */
export function addUp(numbers: ArrayLike<number>, from: number, to: number, factor = 1, step = 1): Twofold {
  let high = 0;
  let low = 0;
  for (let i = from; i < to; i += step) {
    const x = numbers[i] * factor;
    const next = high + x;
    low += errorOfSum(high, x, next);
    high = next;
  }
  return { high, low };
}

/** The same of all numbers from index `from` on, as one number. */
export const sumOfAll = (numbers: ArrayLike<number>, factor = 1, from = 0, step = 1): number =>
  asNumber(addUp(numbers, from, numbers.length, factor, step));

/** The sum times a factor, which may be a number though the sum is too large for one. */
export function scaledSum(numbers: ArrayLike<number>, factor: number, from = 0, step = 1): number {
  const result = sumOfAll(numbers, 1, from, step) * factor;
  return Number.isFinite(result) ? result : sumOfAll(numbers, factor, from, step);
}
