// entropy, crossEntropy and klDivergence of distributions of known families.

import { checkOptions, describe, isList, propertyOf, unitOf } from "../engine/checks.js";
import type { Bernoulli } from "./bernoulli.js";
import type { Beta } from "./beta.js";
import type { Binomial } from "./binomial.js";
import type { DiagonalNormal } from "./diagonalNormal.js";
import type { Dirichlet } from "./dirichlet.js";
import { type Distribution, Family } from "./distribution.js";
import type { Exponential } from "./exponential.js";
import type { Gamma } from "./gamma.js";
import type { MultivariateNormal } from "./multivariateNormal.js";
import type { Normal } from "./normal.js";
import type { Uniform } from "./uniform.js";

/** Options of {@link entropy}, {@link crossEntropy} and {@link klDivergence}. */
export interface UnitOptions {
  /** Unit of the result: its logarithm's base. Nats (base e) by default, 2 for bits, 10 for hartleys. */
  base?: number;
}

// biome-ignore lint/suspicious/noExplicitAny: over whatever values
type Any = Distribution<any>;

function unitFrom(functionName: string, options: UnitOptions | undefined): number {
  if (options === undefined) return 1;
  checkOptions(functionName, options, ["base"]);
  return unitOf(functionName, options.base);
}

function checkFamily(functionName: string, argument: string, value: unknown): asserts value is Family<unknown> {
  if (Family.isMade(value)) return;
  const name = propertyOf(value, "family");
  const found = typeof name === "string" ? `an object of the family "${name}"` : describe(value);
  const hint =
    typeof propertyOf(value, "cumulativeProbability") === "function"
      ? "; discretize() brings other distributions to a grid"
      : typeof name === "string"
        ? "; a copy ({ ...p }, JSON, a message) has no functions: call the constructor again with its parameters"
        : isList(value)
          ? `; for an array of probabilities import ${functionName} from "logratio"`
          : "";
  throw new TypeError(
    `${functionName}: ${argument} is ${found}; closed forms are for what normal(), gamma() and the like return${hint}`,
  );
}

/** A family and one that contains it. */
type Pairs =
  | [Bernoulli, Binomial]
  | [Exponential, Gamma]
  | [Uniform, Beta]
  | [Beta, Dirichlet]
  | [Normal, DiagonalNormal]
  | [Normal | DiagonalNormal, MultivariateNormal];

/** What can be compared with a P besides another P. */
export type Related<P, Pair = Pairs> = Pair extends [infer Special, infer General]
  ? P extends Special
    ? General
    : P extends General
      ? Special
      : never
  : never;

/** p and q as distributions of one family. */
function pairOf(functionName: string, p: unknown, q: unknown): [Family<unknown>, Family<unknown>] {
  checkFamily(functionName, "p", p);
  checkFamily(functionName, "q", q);
  const [first, second] = p.family === q.family ? [p, q] : [q.including(p) ?? p, p.including(q) ?? q];
  if (first.family === second.family) {
    first.checkComparable(functionName, second);
    return [first, second];
  }
  // only distributions over numbers have a cumulativeProbability
  const areOverNumbers = "cumulativeProbability" in p && "cumulativeProbability" in q;
  throw new TypeError(
    `${functionName}: p is of "${p.family}" and q of "${q.family}"; closed forms are for two of one family` +
      (areOverNumbers ? "; discretize() brings both to one grid" : ""),
  );
}

/**
 * Entropy of a distribution: -Σ p ln p of a discrete one, the differential entropy -∫ p ln p of a continuous one, which may be
 * negative and depends on the unit of x.
 *
 * @param p - What a constructor of this entry has made.
 * @returns Nats (or units of `base`). Error: 1e-14 of max(1, |value|), from closed forms; those of {@link binomial} and
 * {@link poisson} are sums, or series where the variance is 1,000 or more.
 * @throws TypeError for what is no distribution of this package, and for an unknown option.
 * @throws RangeError for a wrong base.
 * @example
 * entropy(normal({ mean: 0, standardDeviation: 1 })); // 1.4189385332046727
 * @see T. M. Cover, J. A. Thomas, Elements of Information Theory (2006), chapter 8
 */
export function entropy(p: Any, options?: UnitOptions): number {
  const unit = unitFrom("entropy", options);
  const distribution: unknown = p;
  checkFamily("entropy", "p", distribution);
  return distribution.entropy() / unit;
}

/**
 * Cross-entropy -Σ p ln q, or -∫ p ln q, of two distributions of one family: H(p) + KL(p‖q).
 *
 * @param p - What a constructor of this entry has made.
 * @param q - One of the same family, or of a family that contains that of p or is contained in it.
 * @returns Nats (or units of `base`); Infinity where q has no mass at something that p has. Error: 1e-14 of max(1, |H(p)|, KL(p‖q)).
 * @throws As {@link klDivergence}.
 * @example
 * crossEntropy(normal({ mean: 0, standardDeviation: 1 }), normal({ mean: 1, standardDeviation: 2 })); // 1.862085713764618
 */
export function crossEntropy<P extends Any>(p: P, q: P | Related<P>, options?: UnitOptions): number {
  const unit = unitFrom("crossEntropy", options);
  const [first, second] = pairOf("crossEntropy", p, q);
  return first.crossEntropy(second) / unit;
}

/**
 * Kullback-Leibler divergence KL(p‖q) of two distributions of one family, in closed form.
 *
 * Families that contain others are {@link gamma} (exponential), {@link binomial} (bernoulli), {@link beta} (uniform from 0 to 1), {@link dirichlet}
 * of two (beta), {@link diagonalNormal} of one dimension (normal) and {@link multivariateNormal} (diagonalNormal, and normal of one
 * dimension).
 *
 * @param p - What a constructor of this entry has made.
 * @param q - One of the same family, or of a family that contains that of p or is contained in it.
 * @returns Nats (or units of `base`), >= 0 and exactly 0 for equal parameters; Infinity where q has no mass at something that p has.
 * *Relative* error: 2e-14, also for parameters that differ in their last digits alone (see each family).
 * @throws TypeError for distributions of two families, of which closed forms are not ({@link discretize} brings both to one grid), for
 * what is no distribution of this package and for an unknown option.
 * @throws RangeError for different dimensions, and for two binomials as
 * {@link binomial} says.
 * @example
 * klDivergence(normal({ mean: 0, standardDeviation: 1 }), normal({ mean: 1, standardDeviation: 2 })); // 0.4431471805599453
 * @see M. Gil, F. Alajaji, T. Linder, Rényi divergence measures for commonly used univariate continuous distributions (2013)
 */
export function klDivergence<P extends Any>(p: P, q: P | Related<P>, options?: UnitOptions): number {
  const unit = unitFrom("klDivergence", options);
  const [first, second] = pairOf("klDivergence", p, q);
  return first.klDivergence(second) / unit;
}
