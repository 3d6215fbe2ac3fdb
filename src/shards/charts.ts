// What charts show of rows, in a space that does not grow with them. Sums are exact, so that the numbers are the same in whatever parts
// the rows come.

import type { RowResults } from "../compare/index.js";
import { type JsonValue, spelled } from "../compare/json.js";
import { Partials } from "../compare/partials.js";
import { exp, log10 } from "../numbers/scalar.js";

/** Of as many points, at most, is the line along the text. */
const MOST_POINTS = 1024;

/** Of the histogram: bins of a decade, and where it begins and ends. */
const BINS = 20;
const LEAST = -12;
const MOST = 3;

/** Bins of the observed token's probability, of the same width. */
const PROBABILITY_BINS = 20;

/** Neighbouring rows. */
interface Point {
  count: number;
  /** Of infinite KL, which the sum leaves out. */
  infinite: number;
  readonly sum: Partials;
  largest: number;
}

/** Tokens whose probability in the base is alike: Σ p(base), Σ Δp, Σ Δp². */
interface Tokens {
  count: number;
  readonly sums: readonly [base: Partials, difference: Partials, squares: Partials];
}

interface ChartsJson {
  /** Rows of a point along the text; of each point its place, its rows, those of infinite KL, the largest KL (spelled) and their sum. */
  readonly along: {
    readonly size: number;
    readonly points: readonly (readonly (number | string | readonly number[])[])[];
  };
  /** Rows under 1e-12, in each twentieth of a decade from there, from 1e3 on. */
  readonly histogram: readonly number[];
  /** Of each bin of the base's probability: how many tokens, and the sums. */
  readonly calibration: readonly (readonly (number | readonly number[])[])[];
}

export interface Bin {
  /** In nats. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export class Charts {
  /** The first row of all, from which points are counted. */
  readonly #start: number;
  /** Rows of a point. */
  #size = 1;
  #points = new Map<number, Point>();
  #histogram: number[] = new Array((MOST - LEAST) * BINS + 2).fill(0);
  #calibration: Tokens[] = Array.from({ length: PROBABILITY_BINS }, () => ({
    count: 0,
    sums: [new Partials(), new Partials(), new Partials()],
  }));

  constructor(start: number) {
    this.#start = start;
  }

  /** What `toJSON` gave, of rows before `end`: `rows` of them, of which `tokens` have a token. */
  static from(json: JsonValue, start: number, end: number, rows: number, tokens: number): Charts {
    const { along, histogram, calibration } = json.entries(["along", "histogram", "calibration"]);
    const { size, points } = along.entries(["size", "points"]);
    const charts = new Charts(start);
    while (charts.#size < size.integer(1)) charts.#size *= 2;
    size.equals(charts.#size, "it is a power of 2");
    const places = Math.min(2 * MOST_POINTS, Math.ceil((end - start) / charts.#size));
    let counted = 0;
    let before = -1;
    for (const point of points.list()) {
      const [place, count, infinite, largest, sum] = point.list(5);
      before = place.integer(before + 1, places - 1);
      const own: Point = {
        count: count.integer(1, charts.#size),
        infinite: infinite.integer(0, count.value as number),
        largest: largest.spelled(),
        sum: Partials.from(sum),
      };
      charts.#points.set(before, own);
      counted += own.count;
    }
    if (counted !== rows) points.fail(`of ${rows} rows`);
    charts.#histogram = histogram.counts(charts.#histogram.length).slice();
    if (sumOf(charts.#histogram) !== rows) histogram.fail(`of ${rows} rows`);
    charts.#calibration = calibration.list(PROBABILITY_BINS).map((bin): Tokens => {
      const [count, ...sums] = bin.list(4);
      const [base, difference, squares] = sums.map((sum) => Partials.from(sum));
      return { count: count.integer(), sums: [base, difference, squares] };
    });
    if (sumOf(charts.#calibration.map(({ count }) => count)) !== tokens) calibration.fail(`of ${tokens} tokens`);
    return charts;
  }

  add(first: number, { count, kl, tokens, baseLogProbability, otherLogProbability }: RowResults): void {
    if (count > 0) this.#reach(first + count - 1 - this.#start);
    for (let r = 0; r < count; r++) {
      const isInfinite = kl[r] === Number.POSITIVE_INFINITY;
      const point = this.#pointAt(Math.floor((first + r - this.#start) / this.#size));
      point.count++;
      point.largest = Math.max(point.largest, kl[r]);
      if (isInfinite) point.infinite++;
      else point.sum.add(kl[r]);
      this.#histogram[this.#binOf(kl[r])]++;
      if (tokens[r] >= 0) this.#addToken(exp(baseLogProbability[r]), exp(otherLogProbability[r]));
    }
  }

  /** Adds what another has of other rows after the same start. */
  addAll(other: Charts): void {
    this.#grow(other.#size);
    for (const [place, point] of other.#points) this.#join(Math.floor((place * other.#size) / this.#size), point);
    other.#histogram.forEach((count, i) => {
      this.#histogram[i] += count;
    });
    other.#calibration.forEach(({ count, sums }, i) => {
      const bin = this.#calibration[i];
      bin.count += count;
      for (const [k, sum] of sums.entries()) bin.sums[k].addAll(sum);
    });
  }

  #pointAt(place: number): Point {
    let point = this.#points.get(place);
    if (point === undefined) {
      point = { count: 0, infinite: 0, sum: new Partials(), largest: 0 };
      this.#points.set(place, point);
    }
    return point;
  }

  #join(place: number, { count, infinite, sum, largest }: Point): void {
    const point = this.#pointAt(place);
    point.count += count;
    point.infinite += infinite;
    point.sum.addAll(sum);
    point.largest = Math.max(point.largest, largest);
  }

  /** Makes points so large that there are not too many up to a row after the start. */
  #reach(row: number): void {
    let size = this.#size;
    while (row >= 2 * MOST_POINTS * size) size *= 2;
    this.#grow(size);
  }

  #grow(size: number): void {
    if (size <= this.#size) return;
    const [points, before] = [this.#points, this.#size];
    this.#points = new Map();
    this.#size = size;
    for (const [place, point] of points) this.#join(Math.floor((place * before) / size), point);
  }

  get #ordered(): [place: number, point: Point][] {
    return [...this.#points].sort(([a], [b]) => a - b);
  }

  /** By the logarithm of the kernels: a host's own would put some numbers into other bins than another's. */
  #binOf(kl: number): number {
    const last = this.#histogram.length - 1;
    if (!(kl > 0)) return 0;
    if (kl === Number.POSITIVE_INFINITY) return last;
    return Math.max(0, Math.min(last, 1 + Math.floor((log10(kl) - LEAST) * BINS)));
  }

  #addToken(base: number, other: number): void {
    const bin = this.#calibration[Math.min(PROBABILITY_BINS - 1, Math.floor(base * PROBABILITY_BINS))];
    const difference = other - base;
    bin.count++;
    [base, difference, difference * difference].forEach((x, i) => {
      bin.sums[i].add(x);
    });
  }

  /** Along the text: of `size` rows each, the mean KL and the largest. */
  get along(): { readonly size: number; readonly means: readonly number[]; readonly largest: readonly number[] } {
    const points = this.#ordered.map(([, point]) => point);
    const meanOf = ({ infinite, sum, count }: Point) => (infinite > 0 ? Number.POSITIVE_INFINITY : sum.value / count);
    return { size: this.#size, means: points.map(meanOf), largest: points.map(({ largest }) => largest) };
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
      .filter(({ count }) => count > 0)
      .map(({ count, sums }) => {
        const [base, sum, squares] = sums.map(({ value }) => value);
        const mean = sum / count;
        return { count, base: base / count, mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
      });
  }

  toJSON(): ChartsJson {
    const points = this.#ordered.map(([place, { count, infinite, largest, sum }]) => [
      ...[place, count, infinite, spelled(largest)],
      sum.toJSON(),
    ]);
    return {
      along: { size: this.#size, points },
      histogram: this.#histogram,
      calibration: this.#calibration.map(({ count, sums }) => [count, ...sums.map((sum) => sum.toJSON())]),
    };
  }
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);
