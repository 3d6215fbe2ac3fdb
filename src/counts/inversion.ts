// Which of a family of models an observed statistic belongs to: an estimate, and an interval by inversion of tests.
//
// A test of a model accepts it where the statistic lies from a deviations below its mean to b above it. The interval has the divergences
// of all models that are accepted. A divergence is never below 0, so for a model that is µ deviations from that of no difference, a and b
// are those of Feldman and Cousins: with a = b = 1.96 far from 0, and b = 1.645 at 0, 95 % of the samples are accepted everywhere, and no
// interval is empty.

import { normalTail, quantileOf } from "../families/tails.js";
import type { Statistic } from "./statistics.js";

/** A model's divergence, and what the statistic is if the model is true: its mean, its deviation, and its third moment over that's cube. */
export interface ModelState {
  readonly divergence: number;
  readonly expected: number;
  readonly deviation: number;
  readonly skewness: number;
}

/** A family of models, from λ = 0, no difference, to 1, what was observed. */
export interface Model {
  /** The statistic that was observed. */
  readonly observed: number;
  at(lambda: number): ModelState;
}

/** Between neighbours of λ the divergence does not differ. */
const NARROW = 1e-15;
/** The λ of the last model for a lower end: where samples have nothing in common, that of 1 has no deviation. */
const NEARLY_ALL = 1 - 2 ** -20;
/** Relative to the statistic. */
const PRECISION = 1e-14;
/** Of a gamma distribution, the skewness up to which its quantiles are approximated. */
const MOST_SKEWED = 2;
/** That far below its mean, in deviations, it still has something. */
const NEAREST = 2;

/** Where a continuous function that is below 0 at `low` and above at `high` is 0: regula falsi, as Illinois has it, bisecting now and then. */
function rootOf(f: (x: number) => number, from: number, to: number, enough: number): number {
  let [low, high] = [from, to];
  let [below, above] = [f(low), f(high)];
  if (below >= 0) return low;
  if (above <= 0) return high;
  for (let turn = 1, side = 0; ; turn++) {
    const x = turn % 6 === 0 ? (low + high) / 2 : (low * above - high * below) / (above - below);
    const value = f(x);
    if (Math.abs(value) <= enough || high - low <= NARROW * high) return x;
    if (value > 0) {
      [high, above] = [x, value];
      if (side > 0) below /= 2;
      side = 1;
    } else {
      [low, below] = [x, value];
      if (side < 0) above /= 2;
      side = -1;
    }
  }
}

/** The a of Feldman and Cousins that belongs to b, at µ. */
const downOf = (up: number, distance: number): number => (up * up + distance * distance) / (2 * distance);

/**
 * How many deviations above its mean a statistic may lie, µ deviations from 0, so that so many of a normal distribution of deviation 1 are
 * accepted: those whose density is largest beside what it is at the nearest mean >= 0 (Feldman and Cousins 1998, section IV.B).
 */
function acceptedAbove(distance: number, confidence: number, most: number): number {
  if (distance >= most) return most;
  const missing = (up: number) =>
    1 - confidence - normalTail(up) - (distance > 0 ? normalTail(downOf(up, distance)) : 0);
  return rootOf(missing, 0, most, 1e-16);
}

/** Deviations of a gamma distribution of this skewness, for those of a normal one (Wilson and Hilferty 1931). */
function skewed(deviations: number, skewness: number): number {
  const own = Math.min(MOST_SKEWED, Math.max(-MOST_SKEWED, skewness));
  const root = deviations / 6 - own / 36;
  const rise = own * root;
  // (2/γ)·[(1 + rise)³ - 1], where 1 + rise is not below 0
  return rise < -1 ? -2 / own : 2 * root * (3 + rise * (3 + rise));
}

/** Estimates of a divergence from the statistic of two samples. */
export class Inversion {
  readonly #model: Model;
  readonly #statistic: Pick<Statistic, "scale" | "farVariance">;
  readonly #none: ModelState;
  readonly #all: ModelState;

  constructor(model: Model, statistic: Pick<Statistic, "isUnbiased" | "scale" | "farVariance">) {
    this.#model = model;
    this.#statistic = statistic;
    this.#none = model.at(0);
    const all = model.at(1);
    this.#all = statistic.isUnbiased ? { ...all, divergence: all.expected } : all;
  }

  /** The model of λ; above 1, as much further as the samples' own distributions lie, in deviations: as χ² grows if it is not central. */
  #at(lambda: number): ModelState {
    if (lambda < 1) return this.#model.at(lambda);
    const { divergence, expected, deviation, skewness } = this.#all;
    const { scale, farVariance } = this.#statistic;
    const rise = (lambda - 1) * Math.sqrt(deviation * deviation + scale * scale + farVariance);
    if (rise === 0) return this.#all;
    const variance = Math.max(deviation * deviation + 4 * scale * rise, farVariance);
    const third = skewness * deviation * deviation * deviation + 24 * scale * scale * rise;
    return {
      ...{ divergence: divergence + rise, expected: expected + rise, deviation: Math.sqrt(variance) },
      skewness: third / (variance * Math.sqrt(variance)),
    };
  }

  /** The λ of the first model of which `excess` is not below 0. */
  #lambdaOf(excess: (state: ModelState) => number, last: number): number {
    const of = (lambda: number) => excess(this.#at(lambda));
    if (of(0) >= 0) return 0;
    const enough = PRECISION * (Math.abs(this.#model.observed) + this.#none.deviation);
    if (last !== 1 || of(1) >= 0) return rootOf(of, 0, last, enough);
    let beyond = 2;
    while (of(beyond) < 0) beyond *= 2;
    return rootOf(of, 1, beyond, enough);
  }

  /** The λ of the model whose mean statistic is the observed one. */
  get lambda(): number {
    const { observed } = this.#model;
    return this.#lambdaOf(({ expected }) => expected - observed, 1);
  }

  /** The divergence of the model of λ. */
  divergenceAt(lambda: number): number {
    return this.#at(lambda).divergence;
  }

  /** From which divergence to which models are accepted. */
  interval(confidence: number): readonly [lower: number, upper: number] {
    const none = this.#none;
    const z = quantileOf(normalTail, (1 - confidence) / 2);
    const { observed } = this.#model;
    const boundsOf = ({ expected, deviation, skewness }: ModelState): { up: number; down: number } => {
      const distance = deviation > 0 ? Math.max(0, expected - none.expected) / deviation : z;
      const up = acceptedAbove(distance, confidence, z);
      // an upper end is not asked for statistics further below
      const most = 2 * z + 1;
      const down = distance >= z ? z : distance > 0 ? Math.min(most, downOf(up, distance)) : most;
      return { up: expected + deviation * skewed(up, skewness), down: expected + deviation * skewed(-down, skewness) };
    };
    const lower = this.#lambdaOf((state) => boundsOf(state).up - observed, NEARLY_ALL);
    // samples that are nearer each other than nearly all of one distribution are taken for as near as these
    const floor = Math.max(observed, none.expected + none.deviation * skewed(-Math.min(z, NEAREST), none.skewness));
    const upper = this.#lambdaOf((state) => boundsOf(state).down - floor, 1);
    return [this.divergenceAt(lower), this.divergenceAt(upper)];
  }
}
