// What a statistic of two samples is expected to be, if the samples differ less than they seem to.
//
// Given how often a class occurs in both samples together, n = x + y, x is binomial: with π = x/n if the shares are as they were observed,
// with π₀ = N/(N + M) if the samples do not differ, and in between with π = (λx + (1 - λ)cπ₀)/(λn + (1 - λ)c), which moves rare classes
// further than frequent ones; c is the mean of n. All odds are then multiplied by what makes Σnπ = N. λ from 0 to 1 is thus a family of
// models, of which this file has the divergence, and the mean, the deviation and the skewness of the statistic given N and M.
// intervals.ts asks which of them the observed statistic belongs to.

import { exp } from "../numbers/scalar.js";
import { Sum } from "../numbers/twofold.js";
import type { Model, ModelState } from "./inversion.js";
import { certain, LARGE_VARIANCE, MomentSums, type Moments, NEGLIGIBLE } from "./moments.js";
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

/** Values of the statistic are kept for up to so many occurrences of a class. */
const MOST_KEPT = 2048;
/** Of Σnπ beside N: what rounding leaves. */
const ROUNDING = 4e-15;
/** Newton's method takes three or four. */
const MOST_TURNS = 30;

/** A family of models of two samples. */
export class SampleModel implements Model {
  readonly #statistic: Statistic;
  readonly #pairs: Pairs;
  /** n to the statistic of each x of n. */
  readonly #kept = new Map<number, Float64Array>();
  readonly #moments: MomentSums;

  constructor(statistic: Statistic, pairs: Pairs) {
    this.#statistic = statistic;
    this.#pairs = pairs;
    this.#moments = new MomentSums(statistic.isSmooth);
  }

  /** The statistic of the samples. */
  get observed(): number {
    const { x, y, classes } = this.#pairs;
    const sum = new Sum();
    for (let i = 0; i < x.length; i++) sum.add(classes[i] * this.#statistic.of(x[i], y[i]));
    return sum.value;
  }

  /** π of each pair of counts in the model of λ. */
  probabilities(lambda: number): Float64Array {
    const { x, y, classes, sizeA, sizeB, count } = this.#pairs;
    const total = sizeA + sizeB;
    const kept = (1 - lambda) * (total / count);
    const keptA = kept * (sizeA / total);
    const drawn = Float64Array.from(x, (own, i) => (lambda * own + keptA) / (lambda * (own + y[i]) + kept));
    let probabilities = drawn;
    // ln of what odds are multiplied by, by Newton's method
    for (let turn = 0, logOdds = 0; turn < MOST_TURNS; turn++) {
      const [missing, slope] = [new Sum(), new Sum()];
      missing.add(sizeA);
      for (let i = 0; i < x.length; i++) {
        const own = classes[i] * (x[i] + y[i]) * probabilities[i];
        missing.add(-own);
        slope.add(own * (1 - probabilities[i]));
      }
      if (slope.value <= 0 || Math.abs(missing.value) <= ROUNDING * sizeA) break;
      logOdds += Math.min(2, Math.max(-2, missing.value / slope.value));
      const odds = exp(logOdds);
      probabilities = drawn.map((pi) => (pi * odds) / (pi * odds + (1 - pi)));
    }
    return probabilities;
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

  #momentsOf(n: number, pi: number): Moments {
    const { of } = this.#statistic;
    const center = n * pi;
    const variance = center * (1 - pi);
    const sums = this.#moments;
    sums.begin(center, of(center, n - center));
    if (variance > LARGE_VARIANCE) {
      sums.addNormal(Math.sqrt(variance), (1 - 2 * pi) / 6, n, (x) => of(x, n - x));
    } else {
      const values = this.#valuesOf(n);
      const valueAt = (x: number) => (values ? values[x] : of(x, n - x));
      const mode = Math.min(n, Math.floor((n + 1) * pi));
      const odds = pi / (1 - pi);
      let w = 1;
      for (let x = mode; w > NEGLIGIBLE; x++) {
        sums.add(w, x, valueAt(x));
        if (x === n) break;
        w *= (odds * (n - x)) / (x + 1);
      }
      w = 1;
      for (let x = mode; x > 0; ) {
        w *= x / ((n - x + 1) * odds);
        if (!(w > NEGLIGIBLE)) break;
        x--;
        sums.add(w, x, valueAt(x));
      }
    }
    return sums.end(variance);
  }

  /** The model of λ. */
  at(lambda: number): ModelState {
    const { x, y, classes, sizeA, sizeB, count } = this.#pairs;
    const { of, divergence: divergenceOf, isUnbiased } = this.#statistic;
    const probabilities = this.probabilities(lambda);
    const [divergence, expected, variance] = [new Sum(), new Sum(), new Sum()];
    // of the statistic and of Σx: cumulants
    let [eee, ed, eed, edd, dd, ddd, withA, withB] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < x.length; i++) {
      const n = x[i] + y[i];
      const pi = probabilities[i];
      const many = classes[i];
      const own = divergenceOf(n * pi, n * (1 - pi));
      // of one class, x is N
      const isRandom = count > 1 && pi > 0 && pi < 1;
      const {
        mean,
        ee,
        eee: third,
        ed: slope,
        eed: bend,
        edd: curve,
      } = isRandom ? this.#momentsOf(n, pi) : certain(of(x[i], y[i]));
      const spread = isRandom ? n * pi * (1 - pi) : 0;
      eee += many * third;
      ed += many * slope;
      eed += many * bend;
      edd += many * curve;
      dd += many * spread;
      ddd += many * spread * (1 - 2 * pi);
      divergence.add(many * own);
      expected.add(many * mean);
      // n too is random: an occurrence more or less changes the divergence by about 1/n of the class's own
      const ofClass = isUnbiased ? mean : own;
      variance.add(many * (ee + (ofClass * ofClass) / n));
      withA += many * (slope + ofClass * pi);
      withB += many * (ofClass * (1 - pi) - slope);
    }
    // the sizes of the samples are not random: without what goes with them
    const left = Math.max(0, variance.value - (withA * withA) / sizeA - (withB * withB) / sizeB);
    const deviation = Math.sqrt(left);
    const slope = dd > 0 ? ed / dd : 0;
    if (dd > 0) expected.add((slope * ddd - edd) / dd / 2);
    const third = eee - slope * (3 * eed - slope * (3 * edd - slope * ddd));
    return {
      divergence: lambda === 0 ? 0 : divergence.value,
      ...{ expected: expected.value, deviation, skewness: deviation > 0 ? third / (left * deviation) : 0 },
    };
  }
}
