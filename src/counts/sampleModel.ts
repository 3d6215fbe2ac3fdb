// What a statistic of two samples is expected to be, if the samples differ less than they seem to.
//
// Given how often a class occurs in both samples together, n = x + y, x is binomial: with π = x/n if the shares are as they were observed,
// with π₀ = N/(N + M) if the samples do not differ, and in between with π = (λx + (1 - λ)cπ₀)/(λn + (1 - λ)c), which moves rare classes
// further than frequent ones; c is the mean of n. λ from 0 to 1 is thus a family of models, of which this file has the divergence, and
// the mean and the deviation of the statistic. compareCounts asks which of them the observed statistic belongs to.

import { exp } from "../numbers/scalar.js";
import { Sum } from "../numbers/twofold.js";
import type { Statistic } from "./statistics.js";

/** The pairs of counts that occur, each once, and how many classes have it. */
export interface Pairs {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly classes: readonly number[];
  /** N, M and the number of classes. */
  readonly sizeA: number;
  readonly sizeB: number;
  readonly count: number;
}

/** Groups classes by their counts: most of a large vocabulary have the same few. */
export function groupPairs(a: Float64Array, b: Float64Array): Pairs {
  const places = new Map<number, Map<number, number>>();
  const [x, y, classes]: number[][] = [[], [], []];
  let [sizeA, sizeB, count] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    if (a[k] + b[k] === 0) continue;
    sizeA += a[k];
    sizeB += b[k];
    count++;
    const ofA = places.get(a[k]) ?? new Map<number, number>();
    places.set(a[k], ofA);
    const place = ofA.get(b[k]);
    if (place !== undefined) {
      classes[place]++;
      continue;
    }
    ofA.set(b[k], x.push(a[k]) - 1);
    y.push(b[k]);
    classes.push(1);
  }
  return { x, y, classes, sizeA, sizeB, count };
}

/** Mean, variance, and covariance with x, of a statistic of a class. */
interface Moments {
  mean: number;
  variance: number;
  covariance: number;
}

/** Above this variance a binomial distribution is taken for normal, but for its skewness. */
const LARGE_VARIANCE = 100;
/** Beside the largest probability, smaller ones are left out. */
const NEGLIGIBLE = 1e-18;
/** How many deviations from the mean a normal distribution ends. */
const REACH = 8;
/** Values of the statistic are kept for up to so many occurrences of a class. */
const MOST_KEPT = 2048;

/** A family of models of two samples. */
export class SampleModel {
  readonly #statistic: Statistic;
  readonly #pairs: Pairs;
  /** n to the statistic of each x of n. */
  readonly #kept = new Map<number, Float64Array>();
  /** Nodes on a normal distribution, in deviations, and their weights. */
  readonly #nodes: Float64Array;
  readonly #weights: Float64Array;

  constructor(statistic: Statistic, pairs: Pairs) {
    this.#statistic = statistic;
    this.#pairs = pairs;
    // the trapezoidal rule: of a smooth function, to 1e-8 with a step of one deviation
    const step = statistic.isSmooth ? 1 : 0.125;
    const nodes = 2 * (REACH / step) + 1;
    this.#nodes = Float64Array.from({ length: nodes }, (_, i) => i * step - REACH);
    this.#weights = this.#nodes.map((u) => exp((-u * u) / 2));
  }

  /** The statistic of the samples. */
  get observed(): number {
    const { x, y, classes } = this.#pairs;
    const sum = new Sum();
    for (let i = 0; i < x.length; i++) sum.add(classes[i] * this.#statistic.of(x[i], y[i]));
    return sum.value;
  }

  #valuesOf(n: number): Float64Array | undefined {
    if (n > MOST_KEPT) return undefined;
    let values = this.#kept.get(n);
    if (values === undefined) {
      values = Float64Array.from({ length: n + 1 }, (_, x) => this.#statistic.of(x, n - x));
      this.#kept.set(n, values);
    }
    return values;
  }

  #momentsOf(n: number, pi: number, out: Moments): void {
    const { of } = this.#statistic;
    const center = n * pi;
    const variance = center * (1 - pi);
    let [weight, mean, square, covariance] = [0, 0, 0, 0];
    const add = (w: number, x: number, value: number): void => {
      weight += w;
      mean += w * value;
      square += w * value * value;
      covariance += w * value * (x - center);
    };
    if (variance > LARGE_VARIANCE) {
      const deviation = Math.sqrt(variance);
      const skew = (1 - 2 * pi) / 6;
      for (let i = 0; i < this.#nodes.length; i++) {
        const u = this.#nodes[i];
        const x = Math.min(n, Math.max(0, center + deviation * u + skew * (u * u - 1)));
        add(this.#weights[i], x, of(x, n - x));
      }
    } else {
      const values = this.#valuesOf(n);
      const valueAt = (x: number) => (values ? values[x] : of(x, n - x));
      const mode = Math.min(n, Math.floor((n + 1) * pi));
      const odds = pi / (1 - pi);
      let w = 1;
      for (let x = mode; w > NEGLIGIBLE; x++) {
        add(w, x, valueAt(x));
        if (x === n) break;
        w *= (odds * (n - x)) / (x + 1);
      }
      w = 1;
      for (let x = mode; x > 0; ) {
        w *= x / ((n - x + 1) * odds);
        if (!(w > NEGLIGIBLE)) break;
        x--;
        add(w, x, valueAt(x));
      }
    }
    out.mean = mean / weight;
    out.variance = Math.max(0, square / weight - out.mean * out.mean);
    out.covariance = covariance / weight;
  }

  /** The model of λ. */
  at(lambda: number): ModelState {
    const { x, y, classes, sizeA, sizeB, count } = this.#pairs;
    const total = sizeA + sizeB;
    const mean = total / count;
    const kept = (1 - lambda) * mean;
    const keptA = kept * (sizeA / total);
    const moments: Moments = { mean: 0, variance: 0, covariance: 0 };
    const [divergence, expected, variance] = [new Sum(), new Sum(), new Sum()];
    let [withA, withB] = [0, 0];
    for (let i = 0; i < x.length; i++) {
      const n = x[i] + y[i];
      const pi = (lambda * x[i] + keptA) / (lambda * n + kept);
      const many = classes[i];
      divergence.add(many * this.#statistic.divergence(n * pi, n * (1 - pi)));
      if (pi > 0 && pi < 1) this.#momentsOf(n, pi, moments);
      else [moments.mean, moments.variance, moments.covariance] = [this.#statistic.of(x[i], y[i]), 0, 0];
      expected.add(many * moments.mean);
      // n too is random: an occurrence more or less changes the mean by about mean/n
      variance.add(many * (moments.variance + (moments.mean * moments.mean) / n));
      withA += many * (moments.covariance + moments.mean * pi);
      withB += many * (moments.mean * (1 - pi) - moments.covariance);
    }
    // the sizes of the samples are not random: without what goes with them
    const own = variance.value - (withA * withA) / sizeA - (withB * withB) / sizeB;
    return {
      divergence: lambda === 0 ? 0 : divergence.value,
      expected: expected.value,
      deviation: Math.sqrt(Math.max(0, own)),
    };
  }
}

/** A model's divergence, and the mean and the deviation of the statistic if it is true. */
export interface ModelState {
  readonly divergence: number;
  readonly expected: number;
  readonly deviation: number;
}
