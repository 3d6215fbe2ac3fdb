// What is kept of a quantity, row by row: exact sums, the extremes, the order.

import { ExactSum, spread } from "./exactSum.js";
import type { JsonValue } from "./json.js";
import { Quantiles, type QuantilesJson, SKETCH_ERROR } from "./sketch.js";

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

export interface MomentsJson {
  readonly count: number;
  readonly positiveInfinities: number;
  readonly negativeInfinities: number;
  readonly sum: string;
  readonly squares: string;
  /** Spelled, for JSON has no infinities. */
  readonly min: string;
  readonly max: string;
  readonly quantiles: QuantilesJson;
}

/** The spread of `count` numbers over that of their mean: √((Σx² - (Σx)²/n)/(n - 1)/n). */
export const errorOf = (count: number, squares: ExactSum, sum: ExactSum): number =>
  Math.sqrt(spread(count, squares, sum, sum) / (count * count * (count - 1)));

const TOTALS = ["count", "positiveInfinities", "negativeInfinities", "sum", "squares", "min", "max"] as const;

export class Moments {
  count = 0;
  #positiveInfinities = 0;
  #negativeInfinities = 0;
  sum: ExactSum = new ExactSum();
  squares: ExactSum = new ExactSum();
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #quantiles: Quantiles;

  constructor(limit: number) {
    this.#quantiles = new Quantiles(limit);
  }

  /** What `toJSON` gave: everything that follows from the values, or from how many there are in each bucket, must be so. */
  static from(json: JsonValue, limit: number): Moments {
    const entries = json.entries([...TOTALS, "quantiles"]);
    const moments = new Moments(limit);
    const quantiles = Quantiles.from(entries.quantiles, limit);
    moments.#quantiles = quantiles;
    if (quantiles.values !== undefined) {
      const { values } = quantiles;
      for (let i = 0; i < values.length; i++) moments.#addToTotals(values[i]);
    } else {
      moments.count = quantiles.count;
      moments.#positiveInfinities = quantiles.countOf(Number.POSITIVE_INFINITY);
      moments.#negativeInfinities = quantiles.countOf(Number.NEGATIVE_INFINITY);
      moments.sum = ExactSum.from(entries.sum);
      moments.squares = ExactSum.from(entries.squares);
      moments.#min = entries.min.spelled();
      moments.#max = entries.max.spelled();
      if (!quantiles.isBetween(moments.#min, moments.#max))
        entries.min.fail("in the first bucket, and max in the last");
      const finite = moments.count - moments.infinite;
      if (spread(finite, moments.squares, moments.sum, moments.sum) < 0) entries.squares.fail("at least sum²/count");
    }
    const totals = moments.#totals;
    for (const key of TOTALS) entries[key].equals(totals[key], "its quantiles have it");
    return moments;
  }

  get infinite(): number {
    return this.#positiveInfinities + this.#negativeInfinities;
  }

  add(x: number): void {
    this.#quantiles.add(x);
    this.#addToTotals(x);
  }

  #addToTotals(x: number): void {
    this.count++;
    if (x < this.#min) this.#min = x + 0;
    if (x > this.#max) this.#max = x + 0;
    if (x === Number.POSITIVE_INFINITY) this.#positiveInfinities++;
    else if (x === Number.NEGATIVE_INFINITY) this.#negativeInfinities++;
    else {
      this.sum.add(x);
      this.squares.addProduct(x, x);
    }
  }

  addAll(other: Moments): void {
    this.#quantiles.addAll(other.#quantiles);
    if (other.#min < this.#min) this.#min = other.#min;
    if (other.#max > this.#max) this.#max = other.#max;
    this.count += other.count;
    this.#positiveInfinities += other.#positiveInfinities;
    this.#negativeInfinities += other.#negativeInfinities;
    this.sum.addAll(other.sum);
    this.squares.addAll(other.squares);
  }

  get mean(): number {
    if (this.#positiveInfinities > 0) return this.#negativeInfinities > 0 ? Number.NaN : Number.POSITIVE_INFINITY;
    return this.#negativeInfinities > 0 ? Number.NEGATIVE_INFINITY : this.sum.value / this.count;
  }

  get standardError(): number {
    return this.infinite > 0 || this.count < 2 ? Number.NaN : errorOf(this.count, this.squares, this.sum);
  }

  get statistics(): Statistics {
    const { count, infinite, mean, standardError } = this;
    const [min, max] = count === 0 ? [Number.NaN, Number.NaN] : [this.#min, this.#max];
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
    return { ...this.#totals, quantiles: this.#quantiles.toJSON() };
  }

  get #totals(): Omit<MomentsJson, "quantiles"> {
    return {
      count: this.count,
      positiveInfinities: this.#positiveInfinities,
      negativeInfinities: this.#negativeInfinities,
      sum: this.sum.toString(),
      squares: this.squares.toString(),
      min: String(this.#min),
      max: String(this.#max),
    };
  }
}
