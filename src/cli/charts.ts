// What charts show of rows, in a space that does not grow with them. Rows come in order: so the numbers are the same after
// an interruption.

import type { RowResults } from "../compare/index.js";
import type { JsonValue } from "../compare/json.js";
import { exp, ln } from "../numbers/scalar.js";

const LN10 = 2.302585092994046;

/** Of as many points, at most, is the line along the text. */
const MOST_POINTS = 1024;

/** Of the histogram: bins of a decade, and where it begins and ends. */
const BINS = 20;
const LEAST = -12;
const MOST = 3;

/** Bins of the observed token's probability, of the same width. */
const PROBABILITY_BINS = 20;

interface ChartsJson {
  /** Of each point along the text: how many rows it is of, the sum and the largest of their KL; null for Infinity. */
  readonly along: {
    readonly size: number;
    readonly count: number;
    readonly sums: number[];
    readonly largest: number[];
  };
  /** Rows under 1e-12, in each twentieth of a decade from there, from 1e3 on. */
  readonly histogram: number[];
  /** Of each bin of the base's probability: tokens, Σ p(base), Σ Δp, Σ Δp². */
  readonly calibration: number[][];
}

export interface Bin {
  /** In nats. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export class Charts {
  /** Rows of a point. */
  #size = 1;
  /** Rows in all. */
  #count = 0;
  #sums: number[] = [];
  #largest: number[] = [];
  #histogram: number[] = new Array((MOST - LEAST) * BINS + 2).fill(0);
  #calibration: number[][] = Array.from({ length: PROBABILITY_BINS }, () => [0, 0, 0, 0]);

  /** What `toJSON` gave, of `rows` rows of which `tokens` have a token. */
  static from(json: JsonValue, rows: number, tokens: number): Charts {
    const { along, histogram, calibration } = json.entries(["along", "histogram", "calibration"]);
    const { size, count, sums, largest } = along.entries(["size", "count", "sums", "largest"]);
    const charts = new Charts();
    charts.#size = size.integer(1);
    charts.#count = count.integer();
    const points = Math.ceil(charts.#count / charts.#size);
    if (points > 2 * MOST_POINTS) size.fail(`so large that there are ${2 * MOST_POINTS} points at most`);
    // JSON has made null of Infinity
    const numberOf = (x: JsonValue) => (x.value === null ? Number.POSITIVE_INFINITY : x.number());
    charts.#sums = sums.list(points).map(numberOf);
    charts.#largest = largest.list(points).map(numberOf);
    charts.#histogram = histogram.list(charts.#histogram.length).map((bin) => bin.integer());
    charts.#calibration = calibration.list(PROBABILITY_BINS).map((bin) => bin.list(4).map((x) => x.number()));
    count.equals(rows, "summary.rows is");
    if (sumOf(charts.#histogram) !== rows) histogram.fail(`of ${rows} rows`);
    if (sumOf(charts.#calibration.map(([count]) => count)) !== tokens) calibration.fail(`of ${tokens} tokens`);
    return charts;
  }

  add(_first: number, { count, kl, tokens, baseLogProbability, otherLogProbability }: RowResults): void {
    for (let r = 0; r < count; r++) {
      this.#addAlong(kl[r]);
      this.#histogram[this.#binOf(kl[r])]++;
      if (tokens[r] >= 0) this.#addToken(exp(baseLogProbability[r]), exp(otherLogProbability[r]));
    }
  }

  /** By the logarithm of the kernels: a host's own would put some numbers into other bins than another's. */
  #binOf(kl: number): number {
    const last = this.#histogram.length - 1;
    if (!(kl > 0)) return 0;
    if (kl === Number.POSITIVE_INFINITY) return last;
    return Math.max(0, Math.min(last, 1 + Math.floor((ln(kl) / LN10 - LEAST) * BINS)));
  }

  #addAlong(kl: number): void {
    const place = Math.floor(this.#count / this.#size);
    if (place === 2 * MOST_POINTS) {
      this.#sums = pairs(this.#sums, (a, b) => a + b);
      this.#largest = pairs(this.#largest, Math.max);
      this.#size *= 2;
      this.#addAlong(kl);
      return;
    }
    this.#sums[place] = (this.#sums[place] ?? 0) + kl;
    this.#largest[place] = Math.max(this.#largest[place] ?? 0, kl);
    this.#count++;
  }

  #addToken(base: number, other: number): void {
    const bin = this.#calibration[Math.min(PROBABILITY_BINS - 1, Math.floor(base * PROBABILITY_BINS))];
    const difference = other - base;
    [1, base, difference, difference * difference].forEach((x, i) => {
      bin[i] += x;
    });
  }

  /** Along the text: of `size` rows each, the mean KL and the largest. */
  get along(): { readonly size: number; readonly means: readonly number[]; readonly largest: readonly number[] } {
    const means = this.#sums.map((sum, i) => sum / Math.min(this.#size, this.#count - i * this.#size));
    return { size: this.#size, means, largest: this.#largest };
  }

  /** Of KL, by its logarithm: as few bins of the same width as `most`, without the empty ends; and the rows outside. */
  histogram(most: number): { readonly below: number; readonly bins: readonly Bin[]; readonly above: number } {
    const counts = this.#histogram.slice(1, -1);
    const first = counts.findIndex((count) => count > 0);
    const last = counts.findLastIndex((count) => count > 0);
    const [below, above] = [this.#histogram[0], this.#histogram.at(-1) ?? 0];
    if (first < 0) return { below, bins: [], above };
    const widthOf = (width: number) => Math.floor(last / width) - Math.floor(first / width) + 1;
    const width = [1, 2, 4, 10, 20, 40].find((candidate) => widthOf(candidate) <= most) ?? 100;
    const start = Math.floor(first / width) * width;
    const edge = (bin: number) => 10 ** (LEAST + bin / BINS);
    const bins = Array.from({ length: widthOf(width) }, (_, i) => {
      const from = start + i * width;
      const count = counts.slice(from, from + width).reduce((sum, one) => sum + one, 0);
      return { from: edge(from), to: edge(from + width), count };
    });
    return { below, bins, above };
  }

  /** Of KL, in twentieths of a decade from 1e-12 to 1e3, and the rows outside. */
  get counts(): { readonly below: number; readonly bins: readonly number[]; readonly above: number } {
    return { below: this.#histogram[0], bins: this.#histogram.slice(1, -1), above: this.#histogram.at(-1) ?? 0 };
  }

  /** Of tokens whose probability in the base is alike: how many, their mean probability, and mean and standard deviation of Δp. */
  get calibration(): readonly { count: number; base: number; mean: number; deviation: number }[] {
    return this.#calibration
      .filter(([count]) => count > 0)
      .map(([count, base, sum, squares]) => {
        const mean = sum / count;
        return { count, base: base / count, mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
      });
  }

  toJSON(): ChartsJson {
    return {
      along: { size: this.#size, count: this.#count, sums: this.#sums, largest: this.#largest },
      histogram: this.#histogram,
      calibration: this.#calibration,
    };
  }
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);

const pairs = (numbers: readonly number[], join: (a: number, b: number) => number): number[] =>
  Array.from({ length: numbers.length / 2 }, (_, i) => join(numbers[2 * i], numbers[2 * i + 1]));
