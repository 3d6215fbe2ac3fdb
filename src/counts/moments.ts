// Moments of a function of a count, summed over the count's distribution.

import { exp } from "../numbers/scalar.js";

/** Of a function of x: its mean, and moments of `e`, what it is above that, and `d`, what x is above its own mean. */
export interface Moments {
  readonly mean: number;
  readonly ee: number;
  readonly eee: number;
  readonly ed: number;
  readonly eed: number;
  readonly edd: number;
}

/** Of what is not random. */
export const certain = (mean: number): Moments => ({ mean, ee: 0, eee: 0, ed: 0, eed: 0, edd: 0 });

/** Above this variance a distribution is taken for normal, but for its skewness. */
export const LARGE_VARIANCE = 100;
/** Beside the largest probability, smaller ones are left out. */
export const NEGLIGIBLE = 1e-18;
/** How many deviations from the mean a normal distribution ends. */
const REACH = 8;

/** Sums over a distribution: `begin`, then `add` every value, then `end`. */
export class MomentSums {
  /** Nodes on a normal distribution, in deviations, and their weights. */
  readonly #nodes: Float64Array;
  readonly #weights: Float64Array;
  #center = 0;
  #origin = 0;
  #weight = 0;
  #e = 0;
  #ee = 0;
  #eee = 0;
  #ed = 0;
  #eed = 0;
  #edd = 0;

  constructor(isSmooth: boolean) {
    // the trapezoidal rule: of a smooth function, to 1e-8 with a step of one deviation
    const step = isSmooth ? 1 : 0.125;
    const nodes = 2 * (REACH / step) + 1;
    this.#nodes = Float64Array.from({ length: nodes }, (_, i) => i * step - REACH);
    this.#weights = this.#nodes.map((u) => exp((-u * u) / 2));
  }

  /** With the mean of x, and the function there: moments about 0 would cancel. */
  begin(center: number, origin: number): void {
    [this.#center, this.#origin] = [center, origin];
    this.#weight = this.#e = this.#ee = this.#eee = this.#ed = this.#eed = this.#edd = 0;
  }

  /** A value of x, with its probability or what is in proportion to it. */
  add(weight: number, x: number, value: number): void {
    const [e, d] = [value - this.#origin, x - this.#center];
    this.#weight += weight;
    this.#e += weight * e;
    this.#ee += weight * e * e;
    this.#eee += weight * e * e * e;
    this.#ed += weight * e * d;
    this.#eed += weight * e * e * d;
    this.#edd += weight * e * d * d;
  }

  /** All of a normal distribution from 0 to `most` about the center, bent by a sixth of its skewness times its deviation. */
  addNormal(deviation: number, bend: number, most: number, of: (x: number) => number): void {
    for (let i = 0; i < this.#nodes.length; i++) {
      const u = this.#nodes[i];
      const x = Math.min(most, Math.max(0, this.#center + deviation * u + bend * (u * u - 1)));
      this.add(this.#weights[i], x, of(x));
    }
  }

  end(variance: number): Moments {
    const weight = this.#weight;
    const e = this.#e / weight;
    const ee = this.#ee / weight;
    const ed = this.#ed / weight;
    return {
      mean: this.#origin + e,
      ee: Math.max(0, ee - e * e),
      eee: this.#eee / weight - e * (3 * ee - 2 * e * e),
      ed,
      eed: this.#eed / weight - 2 * e * ed,
      edd: this.#edd / weight - e * variance,
    };
  }
}
