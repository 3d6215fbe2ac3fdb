// How sure the models are of their likeliest token: KL by the base's confidence, and whether either is as often right as it is sure.

import { exp } from "../numbers/scalar.js";
import { ExactSum } from "./exactSum.js";
import type { JsonValue } from "./json.js";
import { errorOf, type Moments } from "./moments.js";
import { Partials } from "./partials.js";
import type { RowResults } from "./rowResults.js";

/** Where the buckets of the base's confidence end, but for the last. */
const EDGES = [0.25, 0.5, 0.75, 0.95] as const;

/** Of the same width, for the calibration error (Guo et al., On calibration of modern neural networks, 2017). */
const BINS = 15;

/** KL of the rows whose likeliest token in base is about as probable. */
export interface ConfidenceBucket {
  /** The least probability of that token. */
  readonly from: number;
  /** Where the next bucket begins; 1, which belongs to the last one. */
  readonly to: number;
  /** Rows. */
  readonly count: number;
  /** Those of infinite KL. */
  readonly infinite: number;
  /** The mean of KL(base‖other), Infinity if one is. */
  readonly mean: number;
  /** Of the mean, as if rows were independent. */
  readonly standardError: number;
}

interface Bucket {
  count: number;
  infinite: number;
  sum: Partials;
  squares: ExactSum;
}

interface Bin {
  count: number;
  correct: number;
  sum: Partials;
}

const SIDES = ["base", "other"] as const;

/** Counts and exact sums. */
export interface ConfidenceJson {
  readonly buckets: readonly (readonly (number | string | readonly number[])[])[];
  readonly base: readonly (readonly (number | readonly number[])[])[];
  readonly other: readonly (readonly (number | readonly number[])[])[];
}

const makeBins = (): Bin[] => Array.from({ length: BINS }, () => ({ count: 0, correct: 0, sum: new Partials() }));

export class Confidence {
  readonly #buckets: Bucket[] = Array.from({ length: EDGES.length + 1 }, () => ({
    ...{ count: 0, infinite: 0 },
    ...{ sum: new Partials(), squares: new ExactSum() },
  }));
  readonly #bins = { base: makeBins(), other: makeBins() };

  add(rows: RowResults, r: number): void {
    const confidence = exp(rows.baseTopLogProbability[r]);
    const bucket = this.#buckets[EDGES.filter((edge) => confidence >= edge).length];
    const kl = rows.kl[r];
    bucket.count++;
    if (kl === Number.POSITIVE_INFINITY) bucket.infinite++;
    else {
      bucket.sum.add(kl);
      bucket.squares.addProduct(kl, kl);
    }
    const token = rows.tokens[r];
    if (token < 0) return;
    this.#addTo("base", confidence, rows.baseTop[r] === token);
    this.#addTo("other", exp(rows.otherTopLogProbability[r]), rows.otherTop[r] === token);
  }

  #addTo(side: (typeof SIDES)[number], confidence: number, isCorrect: boolean): void {
    const bin = this.#bins[side][Math.min(BINS - 1, Math.floor(confidence * BINS))];
    bin.count++;
    if (isCorrect) bin.correct++;
    bin.sum.add(confidence);
  }

  addAll(other: Confidence): void {
    other.#buckets.forEach(({ count, infinite, sum, squares }, i) => {
      const bucket = this.#buckets[i];
      bucket.count += count;
      bucket.infinite += infinite;
      bucket.sum.addAll(sum);
      bucket.squares.addAll(squares);
    });
    for (const side of SIDES) {
      other.#bins[side].forEach(({ count, correct, sum }, i) => {
        const bin = this.#bins[side][i];
        bin.count += count;
        bin.correct += correct;
        bin.sum.addAll(sum);
      });
    }
  }

  get buckets(): ConfidenceBucket[] {
    return this.#buckets.map(({ count, infinite, sum, squares }, i) => ({
      from: EDGES[i - 1] ?? 0,
      to: EDGES[i] ?? 1,
      count,
      infinite,
      mean: infinite > 0 ? Number.POSITIVE_INFINITY : sum.value / count,
      standardError: infinite > 0 || count < 2 ? Number.NaN : errorOf(count, squares, sum.exact),
    }));
  }

  /** Σ |right - Σ confidence|/tokens over the bins. */
  calibrationError(side: (typeof SIDES)[number]): number {
    let error = 0;
    let tokens = 0;
    for (const { count, correct, sum } of this.#bins[side]) {
      error += Math.abs(correct - sum.value);
      tokens += count;
    }
    return error / tokens;
  }

  toJSON(): ConfidenceJson {
    const bins = (side: (typeof SIDES)[number]) =>
      this.#bins[side].map(({ count, correct, sum }) => [count, correct, sum.toJSON()]);
    return {
      buckets: this.#buckets.map(({ count, infinite, sum, squares }) => [
        ...[count, infinite],
        ...[sum.toJSON(), squares.toString()],
      ]),
      base: bins("base"),
      other: bins("other"),
    };
  }

  /** What `toJSON` gave, of rows of these KL, and of so many tokens. */
  static from(json: JsonValue, kl: Moments, tokens: number): Confidence {
    const entries = json.entries(["buckets", ...SIDES]);
    const confidence = new Confidence();
    const rows = kl.count;
    const total = { count: 0, infinite: 0, sum: new Partials(), squares: new ExactSum() };
    for (const [i, entry] of entries.buckets.list(EDGES.length + 1).entries()) {
      const [count, infinite, sum, squares] = entry.list(4);
      const bucket = confidence.#buckets[i];
      bucket.count = count.integer(0, rows);
      bucket.infinite = infinite.integer(0, bucket.count);
      bucket.sum = Partials.from(sum);
      bucket.squares = ExactSum.from(squares);
      total.count += bucket.count;
      total.infinite += bucket.infinite;
      total.sum.addAll(bucket.sum);
      total.squares.addAll(bucket.squares);
    }
    const isWhole = total.count === rows && total.infinite === kl.infinite;
    const isOfKl = total.sum.equals(kl.sum) && total.squares.equals(kl.squares);
    if (!isWhole || !isOfKl) entries.buckets.fail(`of ${rows} rows, with the sums of kl`);
    for (const side of SIDES) {
      let known = 0;
      for (const [i, entry] of entries[side].list(BINS).entries()) {
        const [count, correct, sum] = entry.list(3);
        const bin = confidence.#bins[side][i];
        bin.count = count.integer(0, tokens);
        bin.correct = correct.integer(0, bin.count);
        bin.sum = Partials.from(sum);
        known += bin.count;
      }
      if (known !== tokens) entries[side].fail(`of ${tokens} tokens`);
    }
    return confidence;
  }
}
