// What is kept of a quantity, row by row: exact sums, the extremes, the order.

import { ExactSum, spread } from "./exactSum.js";
import { type JsonValue, spelled } from "./json.js";
import { Quantiles, SKETCH_ERROR } from "./sketch.js";

/** The quantiles of {@link Statistics}: the part of the rows that lie at or below. */
export type Quantile = `${0.1 | 1 | 5 | 10 | 25 | 50 | 75 | 90 | 95 | 99 | 99.9}%`;

/** In percent. */
const PERCENTS = [0.1, 1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9] as const;

/** A value and the standard error of it; NaN where there are too few rows for one, or the value is infinite. */
export interface Estimate {
  /** The estimate itself. */
  readonly value: number;
  /** One standard deviation of it, as if rows were independent. */
  readonly standardError: number;
}

/** A quantity over all rows that have it. NaN stands where there is no answer: of no rows, or of the spread of infinite ones. */
export interface Statistics {
  /** Rows that have it. */
  readonly count: number;
  /** Rows in which it is infinite: then so is the mean. */
  readonly infinite: number;
  /** Over those rows. */
  readonly mean: number;
  /** Of the mean: the standard deviation over √count. */
  readonly standardError: number;
  /** √(Σ(x - mean)²/(count - 1)). */
  readonly standardDeviation: number;
  /** The least. */
  readonly min: number;
  /** The greatest. */
  readonly max: number;
  /** Half of the rows are at or below. */
  readonly median: number;
  /** At so many percent of the rows, in ascending order. */
  readonly quantiles: Readonly<Record<Quantile, number>>;
  /** How far a quantile may be off, relatively: 0, or 2^-10 past as many rows as the summary keeps the values of. */
  readonly quantileError: number;
}

/** All values, from which everything follows; or, of a sketch, sums and extremes too. */
export type MomentsJson =
  | { readonly values: string }
  | {
      readonly sum: string;
      readonly squares: string;
      /** As `spelled` gives them. */
      readonly min: number | string;
      readonly max: number | string;
      readonly buckets: readonly number[];
    };

/** The spread of `count` numbers over that of their mean: √((Σx² - (Σx)²/n)/(n - 1)/n). */
export const errorOf = (count: number, squares: ExactSum, sum: ExactSum): number =>
  Math.sqrt(spread(count, squares, sum, sum) / (count * count * (count - 1)));

class Totals {
  positiveInfinities = 0;
  negativeInfinities = 0;
  sum: ExactSum = new ExactSum();
  squares: ExactSum = new ExactSum();
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;

  add(x: number): void {
    if (x < this.min) this.min = x + 0;
    if (x > this.max) this.max = x + 0;
    if (x === Number.POSITIVE_INFINITY) this.positiveInfinities++;
    else if (x === Number.NEGATIVE_INFINITY) this.negativeInfinities++;
    else {
      this.sum.add(x);
      this.squares.addProduct(x, x);
    }
  }

  addValues(values: Float64Array): this {
    for (let i = 0; i < values.length; i++) this.add(values[i]);
    return this;
  }

  addAll(other: Totals): void {
    if (other.min < this.min) this.min = other.min;
    if (other.max > this.max) this.max = other.max;
    this.positiveInfinities += other.positiveInfinities;
    this.negativeInfinities += other.negativeInfinities;
    this.sum.addAll(other.sum);
    this.squares.addAll(other.squares);
  }
}

const OF_SKETCHES = ["sum", "squares", "min", "max", "buckets"] as const;

export class Moments {
  #quantiles: Quantiles;
  /** Undefined until they are asked for, as long as the values are there to make them of. */
  #kept: Totals | undefined;

  constructor(limit: number) {
    this.#quantiles = new Quantiles(limit);
  }

  /** What `toJSON` gave: everything that follows from how many there are in each bucket must be so. */
  static from(json: JsonValue, limit: number): Moments {
    const moments = new Moments(limit);
    if (Object.hasOwn(Object(json.value), "values")) {
      moments.#quantiles = Quantiles.ofValues(json.entries(["values"]).values, limit);
      return moments;
    }
    const entries = json.entries(OF_SKETCHES);
    const quantiles = Quantiles.ofBuckets(entries.buckets, limit);
    const totals = new Totals();
    totals.positiveInfinities = quantiles.countOf(Number.POSITIVE_INFINITY);
    totals.negativeInfinities = quantiles.countOf(Number.NEGATIVE_INFINITY);
    totals.sum = ExactSum.from(entries.sum);
    totals.squares = ExactSum.from(entries.squares);
    totals.min = entries.min.spelled();
    totals.max = entries.max.spelled();
    moments.#quantiles = quantiles;
    moments.#kept = totals;
    if (!quantiles.isBetween(totals.min, totals.max)) entries.min.fail("in the first bucket, and max in the last");
    const finite = moments.count - moments.infinite;
    if (spread(finite, totals.squares, totals.sum, totals.sum) < 0) entries.squares.fail("at least sum²/count");
    return moments;
  }

  get #totals(): Totals {
    this.#kept ??= new Totals().addValues(this.#quantiles.values as Float64Array);
    return this.#kept;
  }

  get count(): number {
    return this.#quantiles.count;
  }

  get infinite(): number {
    return this.#totals.positiveInfinities + this.#totals.negativeInfinities;
  }

  get sum(): ExactSum {
    return this.#totals.sum;
  }

  get squares(): ExactSum {
    return this.#totals.squares;
  }

  add(x: number): void {
    const totals = this.#quantiles.keeps(1) ? this.#kept : this.#totals;
    this.#quantiles.add(x);
    totals?.add(x);
  }

  addAll(other: Moments): void {
    const { values } = other.#quantiles;
    const totals = values !== undefined && this.#quantiles.keeps(values.length) ? this.#kept : this.#totals;
    if (values === undefined || other.#kept !== undefined) totals?.addAll(other.#totals);
    else totals?.addValues(values);
    this.#quantiles.addAll(other.#quantiles);
  }

  get mean(): number {
    const { positiveInfinities, negativeInfinities, sum } = this.#totals;
    if (positiveInfinities > 0) return negativeInfinities > 0 ? Number.NaN : Number.POSITIVE_INFINITY;
    return negativeInfinities > 0 ? Number.NEGATIVE_INFINITY : sum.value / this.count;
  }

  get standardError(): number {
    return this.infinite > 0 || this.count < 2 ? Number.NaN : errorOf(this.count, this.squares, this.sum);
  }

  get statistics(): Statistics {
    const { count, infinite, mean, standardError } = this;
    const [min, max] = count === 0 ? [Number.NaN, Number.NaN] : [this.#totals.min, this.#totals.max];
    // the middle of an outer bucket may lie beyond
    const quantiles = this.#quantiles.at(PERCENTS.map((percent) => percent / 100));
    const named = Object.fromEntries(
      PERCENTS.map((percent, i) => [`${percent}%`, Math.min(max, Math.max(min, quantiles[i]))]),
    );
    return {
      count,
      infinite,
      mean,
      standardError,
      standardDeviation: standardError * Math.sqrt(count),
      min,
      max,
      median: named["50%"],
      quantiles: named as Record<Quantile, number>,
      quantileError: this.#quantiles.isExact ? 0 : SKETCH_ERROR,
    };
  }

  toJSON(): MomentsJson {
    const json = this.#quantiles.toJSON();
    if ("values" in json) return json;
    const { sum, squares, min, max } = this.#totals;
    return { sum: sum.toString(), squares: squares.toString(), min: spelled(min), max: spelled(max), ...json };
  }
}
