// Exact sums in little space: a sum as a few f64 that do not overlap (Shewchuk, Adaptive precision floating-point arithmetic, 1997). One
// of a hundred numbers alike takes two or three, where an ExactSum takes a kilobyte.

import { ExactSum } from "./exactSum.js";
import type { JsonValue } from "./json.js";

/** From here on sums could leave the range of f64. */
const LARGE = 2 ** 960;

export class Partials {
  /** From the smallest to the largest. */
  #parts: number[] = [];
  /** In place of the parts, where numbers are so large that their sums may be no numbers. */
  #large: ExactSum | undefined;

  add(x: number): void {
    if (this.#large === undefined && Math.abs(x) >= LARGE) {
      this.#large = this.exact;
      this.#parts = [];
    }
    if (this.#large !== undefined) {
      this.#large.add(x);
      return;
    }
    const parts = this.#parts;
    let kept = 0;
    let sum = x;
    for (let i = 0; i < parts.length; i++) {
      const y = parts[i];
      const total = sum + y;
      const error = Math.abs(sum) < Math.abs(y) ? sum - (total - y) : y - (total - sum);
      if (error !== 0) parts[kept++] = error;
      sum = total;
    }
    parts.length = kept;
    if (sum !== 0) parts.push(sum);
  }

  /** Adds what another has, or takes it away. */
  addAll(other: Partials, sign: 1 | -1 = 1): void {
    for (const x of other.#large === undefined ? other.#parts : partsOf(other.#large)) this.add(sign * x);
  }

  get exact(): ExactSum {
    const sum = new ExactSum();
    if (this.#large !== undefined) sum.addAll(this.#large);
    for (const x of this.#parts) sum.add(x);
    return sum;
  }

  /** The f64 nearest to the sum. */
  get value(): number {
    if (this.#large !== undefined) return this.#large.value;
    const parts = this.#parts;
    let i = parts.length - 1;
    if (i < 0) return 0;
    let high = parts[i];
    let low = 0;
    while (i > 0 && low === 0) {
      const y = parts[--i];
      const total = high + y;
      low = y - (total - high);
      high = total;
    }
    // half an ulp is rounded to even, unless there is more on its side
    if (i > 0 && low !== 0 && low < 0 === parts[i - 1] < 0) {
      const twice = 2 * low;
      if (high + twice - high === twice) return high + twice;
    }
    return high;
  }

  equals(sum: ExactSum): boolean {
    return this.exact.equals(sum);
  }

  /** The one list of numbers with this sum in which each is the f64 nearest to the sum of itself and all that follow. */
  toJSON(): number[] {
    return partsOf(this.#large ?? this);
  }

  /** What `toJSON` gave. */
  static from(json: JsonValue): Partials {
    const sum = new Partials();
    const parts = json.numbers();
    if (areApart(parts)) {
      sum.#parts = parts.slice().reverse();
      return sum;
    }
    for (const part of parts) sum.add(part);
    const own = sum.toJSON();
    if (own.length !== parts.length || own.some((part, i) => part !== parts[i])) json.fail("the parts of an exact sum");
    return sum;
  }
}

/** Whether each is plainly less than half an ulp of the one before it: then they are the parts of their sum. */
function areApart(parts: readonly number[]): boolean {
  for (let i = 0; i < parts.length; i++) {
    const x = parts[i];
    // with room for all that follow
    const more = x + x * 2 ** -52;
    if (more === x || Math.abs(x) >= LARGE || (i > 0 && parts[i - 1] + more !== parts[i - 1])) return false;
  }
  return true;
}

/** From the largest on. */
function partsOf(sum: Partials | ExactSum): number[] {
  const rest = sum instanceof ExactSum ? new ExactSum() : new Partials();
  rest.addAll(sum as never);
  const parts: number[] = [];
  for (let x = rest.value; x !== 0; x = rest.value) {
    if (!Number.isFinite(x)) x = Math.sign(x) * Number.MAX_VALUE;
    parts.push(x);
    rest.add(-x);
  }
  return parts;
}
