// What charts show of positions whose divergences have bounds, in a space that does not grow with them.

import type { Bounds, DivergenceBounds } from "../sparse/index.js";

/** Of twice as many points, at most, is the line along the text. */
const MOST_POINTS = 512;

/** Bins of total variation, from 0 to 1. */
const BINS = 200;

export const ENDS = ["lower", "upper", "estimate"] as const satisfies readonly (keyof Bounds)[];

/** What is drawn along the text. */
export const DRAWN = ["kl", "js", "totalVariation"] as const;

export type Drawn = (typeof DRAWN)[number];
type End = (typeof ENDS)[number];
type Lines = Record<Drawn, Record<End, number[]>>;

const emptyLines = (): Lines =>
  Object.fromEntries(
    DRAWN.map((measure) => [measure, Object.fromEntries(ENDS.map((end) => [end, []]))]),
  ) as unknown as Lines;

/** The mean of a stretch of the text lies between `lower` and `upper`. */
export interface Stretch {
  /** The positions that it is of, counted from 0. */
  readonly from: number;
  readonly to: number;
  readonly lower: number;
  readonly upper: number;
  readonly estimate: number;
}

export class ListCharts {
  /** Positions of a point. */
  #size = 1;
  #count = 0;
  #sums = emptyLines();
  /** Positions by what their total variation is at least, at most, and by the estimate. */
  readonly #counts: Record<End, number[]> = {
    lower: new Array(BINS).fill(0),
    upper: new Array(BINS).fill(0),
    estimate: new Array(BINS).fill(0),
  };

  add(bounds: DivergenceBounds): void {
    if (this.#count === 2 * MOST_POINTS * this.#size) this.#join();
    const place = Math.floor(this.#count / this.#size);
    for (const measure of DRAWN) {
      for (const end of ENDS) {
        const sums = this.#sums[measure][end];
        sums[place] = (sums[place] ?? 0) + bounds[measure][end];
      }
    }
    for (const end of ENDS) {
      this.#counts[end][Math.min(BINS - 1, Math.floor(bounds.totalVariation[end] * BINS))]++;
    }
    this.#count++;
  }

  /** Two points each become one. */
  #join(): void {
    for (const measure of DRAWN) {
      for (const end of ENDS) {
        const sums = this.#sums[measure][end];
        this.#sums[measure][end] = Array.from({ length: MOST_POINTS }, (_, i) => sums[2 * i] + sums[2 * i + 1]);
      }
    }
    this.#size *= 2;
  }

  along(measure: Drawn): Stretch[] {
    const { lower, upper, estimate } = this.#sums[measure];
    return lower.map((_, i) => {
      const [from, to] = [i * this.#size, Math.min(this.#count, (i + 1) * this.#size)];
      const [least, most, middle] = [lower, upper, estimate].map((sums) => sums[i] / (to - from));
      return { from, to, lower: least, upper: most, estimate: middle };
    });
  }

  /** Of total variation: up to each edge from 1/200 to 1, the share of positions that are certainly there, and that may be. */
  get distribution(): {
    readonly x: number;
    readonly least: number;
    readonly most: number;
    readonly estimate: number;
  }[] {
    let [least, most, estimate] = [0, 0, 0];
    return this.#counts.lower.map((_, bin) => {
      least += this.#counts.upper[bin];
      most += this.#counts.lower[bin];
      estimate += this.#counts.estimate[bin];
      const share = (count: number) => count / this.#count;
      return { x: (bin + 1) / BINS, least: share(least), most: share(most), estimate: share(estimate) };
    });
  }
}
