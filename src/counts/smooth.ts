import { allocate, checkInteger, checkKeys, checkNumber, isList, isOptions, mustBe, show } from "../engine/checks.js";
import { sumOfAll } from "../numbers/twofold.js";
import { countsOf } from "./align.js";
import { frequenciesOf, readSample, type Sample } from "./frequencies.js";
import { goodTuring } from "./goodTuring.js";
import { type Pseudocount, pseudocountOf } from "./pseudocount.js";
import type { Counts } from "./read.js";

/** The methods of {@link smooth}. */
export type SmoothingMethod =
  | "addConstant"
  | "dirichlet"
  | "jelinekMercer"
  | "jamesStein"
  | "absoluteDiscounting"
  | "wittenBell"
  | "goodTuring";

/** The options of {@link smooth}. */
export interface SmoothOptions {
  /** How probabilities are made of counts; required. */
  readonly method: SmoothingMethod;
  /** Only of `"addConstant"`, and required there: what is added to each count. */
  readonly constant?: Pseudocount;
  /** Only of `"dirichlet"`, and required there: as how many observations the background counts; >= 0. */
  readonly priorCount?: number;
  /** Only of `"jelinekMercer"`, and required there: the share of the background, from 0 to 1. */
  readonly weight?: number;
  /** Only of `"absoluteDiscounting"`: what is taken from each count, from 0 to 1. By default n₁/(n₁ + 2n₂). */
  readonly discount?: number;
  /** Not of `"addConstant"` and `"goodTuring"`: a distribution or counts, one number per class, in the order of `counts`. */
  readonly background?: ArrayLike<number>;
  /**
   * How many classes there are, those of `counts` included, which is the default. Of `"absoluteDiscounting"`, `"wittenBell"` and
   * `"goodTuring"` without `background`: by default, other classes exist where no count is 0, and it is not known how many.
   */
  readonly classes?: number;
}

/** What {@link smooth} returns. */
export interface Smoothed {
  /** One probability per count, in the order of `counts`. Their sum is 1 - `unlisted`. */
  readonly probabilities: Float64Array;
  /** What all classes that were never observed have together: those with a count of 0, and those that are not in `counts`. */
  readonly unseen: number;
  /** What all classes that are not in `counts` have together. */
  readonly unlisted: number;
}

const NAME = "smooth";

/** The options of each method, besides `method`. */
const KEYS: Readonly<Record<SmoothingMethod, readonly string[]>> = {
  addConstant: ["constant", "classes"],
  dirichlet: ["priorCount", "background", "classes"],
  jelinekMercer: ["weight", "background", "classes"],
  jamesStein: ["background", "classes"],
  absoluteDiscounting: ["discount", "background", "classes"],
  wittenBell: ["background", "classes"],
  goodTuring: ["classes"],
};

/** The counts, and what is known of the classes. */
interface Known extends Sample {
  /** Classes with a count above 0. */
  readonly seen: number;
  /** How many classes there are; undefined where it is not known. */
  readonly classes: number | undefined;
  /** What each class of `counts` gets of the mass that is moved; undefined where it is spread evenly. */
  readonly background: Float64Array | undefined;
}

/** What a method makes of a sample: a class has discounted(count), and its share of what that leaves of 1. */
interface Discounted {
  /** Of a count above 0. */
  readonly discounted: (count: number) => number;
  /** What is left for the background, or to be spread evenly. */
  readonly mass: number;
  /** Whether, without a background, the classes with a count of 0 alone have it. */
  readonly toUnseen?: boolean;
}

/** Keeps 1 - weight for the observed frequencies. */
const interpolated = (total: number, weight: number): Discounted => ({
  discounted: (count) => (1 - weight) * (count / total),
  mass: weight,
});

/** Adds so many observations to the total. */
const withPrior = (total: number, added: number): Discounted => ({
  discounted: (count) => count / (total + added),
  mass: added / (total + added),
});

/** λ = (1 - Σp²)/((N - 1)·Σ(t - p)²), at most 1: the share of the target t that has the least expected squared error. */
function shrinkageOf({ counts, total, classes = counts.length, background }: Known): number {
  const even = 1 / classes;
  const spread = sumOfAll(counts.map((count) => (count / total) * ((total - count) / total)));
  const deviations = counts.map((count, i) => {
    const deviation = (background ? background[i] : even) - count / total;
    return deviation * deviation;
  });
  const distance = sumOfAll(deviations) + (classes - counts.length) * even * even;
  const shrinkage = spread / ((total - 1) * distance);
  return shrinkage >= 0 && shrinkage < 1 ? shrinkage : 1;
}

const isShare = (x: number) => x >= 0 && x <= 1;

/** A number among the options. */
function numberOf(
  options: SmoothOptions,
  key: "priorCount" | "weight" | "discount",
  isValid: (x: number) => boolean,
  demand: string,
): number {
  const value: unknown = options[key];
  checkNumber(NAME, key, value, isValid, demand);
  return value;
}

/** n₁/(n₁ + 2n₂), the discount that leaves one out (Ney, Essen and Kneser 1994). */
function discountOf(counts: Float64Array, options: SmoothOptions): number {
  if (options.discount !== undefined) return numberOf(options, "discount", isShare, "from 0 to 1");
  let [once, twice] = [0, 0];
  for (const count of counts) {
    if (count === 1) once++;
    else if (count === 2) twice++;
  }
  if (once > 0) return once / (once + 2 * twice);
  throw new RangeError(`${NAME}: no class was counted once, from which the discount is estimated; pass discount`);
}

/** Each method. */
function discount(sample: Known, options: SmoothOptions): Discounted {
  const { counts, total, seen, classes = counts.length } = sample;
  switch (options.method) {
    case "addConstant":
      return withPrior(total, classes * pseudocountOf(NAME, options.constant, total, classes));
    case "dirichlet":
      return withPrior(
        total,
        numberOf(options, "priorCount", (x) => x >= 0 && x < 1e300, "finite and >= 0"),
      );
    case "jelinekMercer":
      return interpolated(total, numberOf(options, "weight", isShare, "from 0 to 1"));
    case "jamesStein":
      return interpolated(total, shrinkageOf(sample));
    case "absoluteDiscounting": {
      const size = discountOf(counts, options);
      const taken = sumOfAll(counts.map((count) => Math.min(count, size)));
      return { discounted: (count) => Math.max(0, count - size) / total, mass: taken / total, toUnseen: true };
    }
    case "wittenBell":
      return { ...withPrior(total, seen), toUnseen: true };
    case "goodTuring": {
      const { probabilities, unseen } = goodTuring(NAME, frequenciesOf(sample));
      return { discounted: (count) => probabilities.get(count) as number, mass: unseen, toUnseen: true };
    }
  }
}

function readBackground(given: unknown, length: number, classes: number | undefined): Float64Array | undefined {
  if (given === undefined) return undefined;
  if (!isList(given)) throw mustBe(NAME, "background", given, "an array of numbers, in the order of counts");
  const background = countsOf(NAME, "background", given);
  if (background.length !== length) {
    throw new RangeError(
      `${NAME}: background has ${background.length} numbers, counts has ${length}; they must be of one length: see align`,
    );
  }
  if (classes !== undefined && classes !== length) {
    throw new RangeError(`${NAME}: classes is ${classes}; with background it must be ${length}, as many as counts has`);
  }
  const sum = sumOfAll(background);
  if (sum > 0 && sum < Number.POSITIVE_INFINITY) return background.map((x) => x / sum);
  throw new RangeError(`${NAME}: background sums to ${sum}, not to anything positive and finite`);
}

function readOptions(options: SmoothOptions): void {
  if (!isOptions(options)) throw mustBe(NAME, "options", options, 'an object, such as { method: "goodTuring" }');
  const { method } = options;
  if (typeof method !== "string" || !Object.hasOwn(KEYS, method)) {
    const words = `${NAME}: method is ${show(method)}; it must be "${Object.keys(KEYS).join('" or "')}"`;
    throw typeof method === "string" ? new RangeError(words) : new TypeError(words);
  }
  checkKeys(NAME, options, ["method", ...KEYS[method]]);
}

/**
 * Estimates probabilities from counts, so that classes which were not observed have some, too: KL divergence is Infinity for them otherwise.
 *
 * With N observations, c of a class, K classes, T of them seen, and a background b:
 *
 * | method | probability of a class |
 * | --- | --- |
 * | `addConstant` | (c + α)/(N + αK), α = `constant` |
 * | `dirichlet` | (c + μb)/(N + μ), μ = `priorCount` |
 * | `jelinekMercer` | (1 - λ)·c/N + λb, λ = `weight` |
 * | `jamesStein` | the same, with the λ that has the least expected squared error (Hausser and Strimmer) |
 * | `absoluteDiscounting` | max(c - d, 0)/N + what that leaves · b, d = `discount`, n₁/(n₁ + 2n₂) by default |
 * | `wittenBell` | c/(N + T) + T/(N + T)·b |
 * | `goodTuring` | Simple Good-Turing of Gale and Sampson, which leaves n₁/N |
 *
 * `background` is a distribution or counts, for the classes of `counts`, in their order; it is divided by its sum. Without one, b is 1/K for
 * the first four methods. For the others it is even over the classes that were not observed; where all were, what is left is returned to
 * them, in proportion.
 *
 * @param counts - Counts, an array or by key: finite and >= 0, those of `goodTuring` integers.
 * @param options - `method`, and what it requires.
 * @returns `probabilities`, and the mass of the classes that were not observed (`unseen`) and that are not in `counts` (`unlisted`).
 * @throws TypeError for the wrong kind of thing, an unknown option or one of another method.
 * @throws RangeError for a count that is negative, NaN or infinite, counts without observations, and counts to which the method does not
 * apply. Complexity O(classes).
 * @example
 * smooth([3, 1, 0], { method: "addConstant", constant: "laplace" }).unseen; // 0.14285714285714285
 * @see S. Chen, J. Goodman, An empirical study of smoothing techniques for language modeling (1999); C. Zhai, J. Lafferty, A study of
 * smoothing methods for language models (2004); I. Witten, T. Bell, The zero-frequency problem (1991), method C.
 */
export function smooth(counts: Counts, options: SmoothOptions): Smoothed {
  readOptions(options);
  const demand = options.method === "goodTuring" ? "counts must be integers for goodTuring" : undefined;
  const sample = readSample(NAME, counts, demand);
  const { length } = sample.counts;
  if (options.classes !== undefined) checkInteger(NAME, "classes", options.classes, length);
  const background = readBackground(options.background, length, options.classes);
  let seen = 0;
  for (const count of sample.counts) if (count > 0) seen++;
  const { discounted, mass, toUnseen } = discount({ ...sample, seen, classes: options.classes, background }, options);

  const isEven = !background && !toUnseen;
  const areKnown = isEven || options.classes !== undefined || seen < length;
  const classes = options.classes ?? length;
  const takers = isEven ? classes : classes - seen;
  // no class is left to take it
  const isReturned = !background && areKnown && takers === 0;
  if (isReturned && mass === 1) {
    throw new RangeError(`${NAME}: discount leaves nothing of the counts, and no class is unseen; pass a smaller one`);
  }
  const scale = isReturned ? 1 / (1 - mass) : 1;
  const share = background || !areKnown || isReturned ? 0 : mass / takers;
  const shareOfSeen = isEven ? share : 0;
  // a loop: map of a typed array takes five times as long
  const probabilities = allocate(NAME, Float64Array, length);
  for (let i = 0; i < length; i++) {
    const count = sample.counts[i];
    const moved = background ? mass * background[i] : 0;
    probabilities[i] = moved + (count === 0 ? share : discounted(count) * scale + shareOfSeen);
  }
  const unlisted = background || isReturned ? 0 : areKnown ? share * (classes - length) : mass;
  const ofZeros = background
    ? mass * sumOfAll(background.filter((_, i) => sample.counts[i] === 0))
    : share * (length - seen);
  return { probabilities, unseen: ofZeros + unlisted, unlisted };
}
