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

/** Counts that are kept side by side: those of a quarter of an octave. */
const PAGE_BITS = 7;
const PAGE = 2 ** PAGE_BITS;

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

const NONE = new Float64Array(0);

/** How many numbers are in each bucket. */
class Counts {
  readonly #pages = new Map<number, Float64Array>();
  /** That of the last number: in ascending order the next one is mostly of the same. */
  #key = Number.NaN;
  #page: Float64Array = NONE;

  add(bucket: number, count: number): void {
    const key = bucket >> PAGE_BITS;
    if (key !== this.#key) this.#turnTo(key);
    this.#page[bucket & (PAGE - 1)] += count;
  }

  #turnTo(key: number): void {
    const page = this.#pages.get(key) ?? new Float64Array(PAGE);
    this.#pages.set(key, page);
    this.#page = page;
    this.#key = key;
  }

  of(bucket: number): number {
    return this.#pages.get(bucket >> PAGE_BITS)?.[bucket & (PAGE - 1)] ?? 0;
  }

  /** In ascending order, buckets that have numbers. */
  entries(): [bucket: number, count: number][] {
    const entries: [number, number][] = [];
    for (const [key, page] of [...this.#pages].sort(([a], [b]) => a - b)) {
      page.forEach((count, i) => {
        if (count > 0) entries.push([key * PAGE + i, count]);
      });
    }
    return entries;
  }
}

/** As JSON has it: the values in ascending order, or bucket and count in turns. */
export type QuantilesJson = { values: string } | { buckets: number[] };

/** The order of `count` numbers, -0 being 0. */
export class Quantiles {
  readonly #limit: number;
  #values: Float64Array | undefined = NONE;
  #count = 0;
  #isSorted = true;
  readonly #counts = new Counts();

  /** Keeps `limit` values. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isExact(): boolean {
    return this.#values !== undefined;
  }

  /** Whether all values are still there with so many more. */
  keeps(more: number): boolean {
    return this.#values !== undefined && this.#count + more <= this.#limit;
  }

  add(x: number): void {
    this.#makeSpace(1);
    if (this.#values === undefined) this.#counts.add(bucketOf(x), 1);
    else {
      this.#values[this.#count] = x + 0;
      this.#isSorted = false;
    }
    this.#count++;
  }

  /** For so many numbers more: as values, up to the limit. */
  #makeSpace(more: number): void {
    if (this.#values === undefined) return;
    const count = this.#count + more;
    if (!this.keeps(more)) {
      const values = this.#own as Float64Array;
      this.#values = undefined;
      this.#countAll(values);
    } else if (count > this.#values.length) {
      const larger = new Float64Array(Math.min(this.#limit, Math.max(LEAST_SPACE, 2 * this.#count, count)));
      larger.set(this.#values);
      this.#values = larger;
    }
  }

  /** The values, without the space for more. */
  get #own(): Float64Array | undefined {
    return this.#values?.length === this.#count ? this.#values : this.#values?.subarray(0, this.#count);
  }

  #countAll(values: Float64Array): void {
    for (let i = 0; i < values.length; i++) this.#counts.add(bucketOf(values[i]), 1);
  }

  addAll(other: Quantiles): void {
    const values = other.#own;
    const buckets = other.#counts.entries();
    this.#makeSpace(values === undefined ? Number.POSITIVE_INFINITY : values.length);
    if (values === undefined) for (const [bucket, count] of buckets) this.#counts.add(bucket, count);
    else if (this.#values === undefined) this.#countAll(values);
    else {
      this.#values.set(values, this.#count);
      this.#isSorted = false;
    }
    this.#count += other.#count;
  }

  /** The numbers in ascending order, as far as they are known, each with how many there are of it. */
  #ascending(): [number, number][] {
    return this.#counts.entries().map(([bucket, count]) => [middleOf(bucket), count]);
  }

  #sorted(): Float64Array {
    const values = this.#own as Float64Array;
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
    return { buckets: this.#counts.entries().flat() };
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
    const entries = this.#counts.entries();
    return bucketOf(min) === entries[0]?.[0] && bucketOf(max) === entries.at(-1)?.[0];
  }

  /** How many are as large as x, of a sketch: of what has a bucket of its own. */
  countOf(x: number): number {
    return this.#counts.of(bucketOf(x));
  }

  /** Of the values of `toJSON`. */
  static ofValues(json: JsonValue, limit: number): Quantiles {
    const demand = "f64 in ascending order, in base64";
    const numbers = numbersOf(json.text()) ?? json.fail(demand);
    let before = Number.NEGATIVE_INFINITY;
    for (const x of numbers) {
      if (!(before <= x) || Object.is(x, -0)) json.fail(demand);
      before = x;
    }
    if (numbers.length > limit) json.fail(`at most ${limit} numbers, the valueLimit`);
    const quantiles = new Quantiles(limit);
    quantiles.#values = numbers;
    quantiles.#count = numbers.length;
    return quantiles;
  }

  /** Of the buckets of `toJSON`. */
  static ofBuckets(json: JsonValue, limit: number): Quantiles {
    const quantiles = new Quantiles(limit);
    quantiles.#values = undefined;
    const list = json.list();
    let before = -LAST_BUCKET - 1;
    for (let i = 0; i < list.length; i += 2) {
      const bucket = list[i].integer(before + 1, LAST_BUCKET);
      const count = (list[i + 1] ?? json.fail("a bucket and a count in turns")).integer(1);
      quantiles.#counts.add(bucket, count);
      quantiles.#count += count;
      before = bucket;
    }
    if (quantiles.#count <= limit) json.fail(`of more numbers than ${limit}, the valueLimit`);
    return quantiles;
  }
}
