// Quantiles: of the values themselves or, past a number of them, of a sketch: how many there are in each bucket, a bucket being
// the numbers that share their sign, exponent and first nine bits of mantissa. (DDSketch, with buckets that are read off the bits.)
// What a sketch holds depends on its values alone, not on their order, nor on how they were parted before.

import { base64Of, numbersOf } from "./base64.js";
import type { JsonValue } from "./json.js";

/** Buckets of an octave. */
const BUCKETS = 512;
/** How far a quantile from a sketch may be from the value itself, relatively (of normal numbers): half a bucket. */
export const SKETCH_ERROR: number = 1 / (2 * BUCKETS);

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;
const SHIFT = 11;

/** For so many values there is space at least. */
const LEAST_SPACE = 16;

/** The bucket of x: in the order of numbers, 0 for 0. */
function bucketOf(x: number): number {
  if (x === 0) return 0;
  number[0] = Math.abs(x);
  const bucket = 1 + (words[HIGH] >>> SHIFT);
  return x < 0 ? -bucket : bucket;
}

const LAST_BUCKET = bucketOf(Number.POSITIVE_INFINITY);

/** The middle of a bucket. */
function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  words[1 - HIGH] = 0;
  words[HIGH] = (Math.abs(bucket) - 1) << SHIFT;
  if (number[0] !== Number.POSITIVE_INFINITY) words[HIGH] |= 1 << (SHIFT - 1);
  return bucket < 0 ? -number[0] : number[0];
}

/** As JSON has it: the values in ascending order, or bucket and count in turns. */
export type QuantilesJson = { values: string } | { buckets: number[] };

/** The order of `count` numbers, -0 being 0. */
export class Quantiles {
  readonly #limit: number;
  #values: Float64Array | undefined = new Float64Array(LEAST_SPACE);
  #count = 0;
  #isSorted = true;
  readonly #buckets = new Map<number, number>();

  /** Keeps `limit` values. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isExact(): boolean {
    return this.#values !== undefined;
  }

  add(x: number): void {
    if (this.#values !== undefined && this.#count === this.#limit) this.#toSketch();
    if (this.#values === undefined) {
      this.#addTo(bucketOf(x), 1);
    } else {
      if (this.#count === this.#values.length) {
        const larger = new Float64Array(Math.min(this.#limit, Math.max(LEAST_SPACE, 2 * this.#count)));
        larger.set(this.#values);
        this.#values = larger;
      }
      this.#values[this.#count] = x + 0;
      this.#isSorted = false;
    }
    this.#count++;
  }

  #addTo(bucket: number, count: number): void {
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
  }

  #toSketch(): void {
    const values = this.#values as Float64Array;
    this.#values = undefined;
    for (let i = 0; i < this.#count; i++) this.#addTo(bucketOf(values[i]), 1);
  }

  addAll(other: Quantiles): void {
    if (other.#values !== undefined) {
      const values = other.#values.slice(0, other.#count);
      for (let i = 0; i < values.length; i++) this.add(values[i]);
      return;
    }
    const buckets = [...other.#buckets];
    if (this.#values !== undefined) this.#toSketch();
    for (const [bucket, count] of buckets) this.#addTo(bucket, count);
    this.#count += other.#count;
  }

  /** The numbers in ascending order, as far as they are known, each with how many there are of it. */
  #ascending(): [number, number][] {
    const buckets = [...this.#buckets].sort(([a], [b]) => a - b);
    return buckets.map(([bucket, count]) => [middleOf(bucket), count]);
  }

  #sorted(): Float64Array {
    const values = (this.#values as Float64Array).subarray(0, this.#count);
    if (!this.#isSorted) values.sort();
    this.#isSorted = true;
    return values;
  }

  /**
   * The numbers at `fractions` of the way from the least to the largest, linear between two neighbours: of n numbers
   * x₀ ≤ x₁ ≤ …, at h = fraction·(n - 1), the number is (1 - h + ⌊h⌋)·x_⌊h⌋ + (h - ⌊h⌋)·x_⌈h⌉, as llama.cpp has it.
   * NaN without numbers.
   */
  at(fractions: readonly number[]): number[] {
    const find = this.#values === undefined ? this.#finder() : this.#finderOf(this.#sorted());
    return fractions.map((fraction) => {
      if (this.#count === 0) return Number.NaN;
      const position = fraction * (this.#count - 1);
      const rank = Math.floor(position);
      const [lower, upper] = [find(rank), find(Math.min(rank + 1, this.#count - 1))];
      const weight = position - rank;
      // an infinite neighbour at no weight is no part of it
      return weight === 0 || lower === upper ? lower : (1 - weight) * lower + weight * upper;
    });
  }

  #finderOf(sorted: Float64Array): (rank: number) => number {
    return (rank) => sorted[rank];
  }

  #finder(): (rank: number) => number {
    const ascending = this.#ascending();
    return (rank) => {
      let before = 0;
      for (const [x, count] of ascending) {
        before += count;
        if (rank < before) return x;
      }
      return Number.NaN;
    };
  }

  toJSON(): QuantilesJson {
    if (this.#values !== undefined) return { values: base64Of(this.#sorted()) };
    return { buckets: [...this.#buckets].sort(([a], [b]) => a - b).flat() };
  }

  /** The numbers in ascending order, if they are all kept. */
  get values(): Float64Array | undefined {
    return this.#values && this.#sorted();
  }

  get count(): number {
    return this.#count;
  }

  /** Of a sketch: whether the least and the largest number can be these. */
  isBetween(min: number, max: number): boolean {
    const buckets = [...this.#buckets.keys()];
    const has = (x: number, edge: (a: number, b: number) => number) =>
      bucketOf(x) === buckets.reduce((a, b) => edge(a, b));
    return has(min, Math.min) && has(max, Math.max);
  }

  /** How many are as large as x, of a sketch: of what has a bucket of its own. */
  countOf(x: number): number {
    return this.#buckets.get(bucketOf(x)) ?? 0;
  }

  /** What `toJSON` gave. */
  static from(json: JsonValue, limit: number): Quantiles {
    const quantiles = new Quantiles(limit);
    const isExact = Object.hasOwn(Object(json.value), "values");
    if (isExact) quantiles.#addFrom(json.entries(["values"]).values);
    else quantiles.#addBucketsFrom(json.entries(["buckets"]).buckets);
    if (isExact !== quantiles.#count <= limit) json.fail(`values up to the valueLimit, ${limit}, then buckets`);
    return quantiles;
  }

  #addFrom(json: JsonValue): void {
    const demand = "f64 in ascending order, in base64";
    const numbers = numbersOf(json.text()) ?? json.fail(demand);
    const isAfter = (x: number, i: number) => (i === 0 ? !Number.isNaN(x) : numbers[i - 1] <= x);
    if (!numbers.every((x, i) => isAfter(x, i) && !Object.is(x, -0))) json.fail(demand);
    this.#values = numbers;
    this.#count = numbers.length;
  }

  #addBucketsFrom(json: JsonValue): void {
    this.#values = undefined;
    const list = json.list();
    let before = -LAST_BUCKET - 1;
    for (let i = 0; i < list.length; i += 2) {
      const bucket = list[i].integer(before + 1, LAST_BUCKET);
      const count = (list[i + 1] ?? json.fail("a bucket and a count in turns")).integer(1);
      this.#addTo(bucket, count);
      this.#count += count;
      before = bucket;
    }
  }
}
