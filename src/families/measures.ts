// entropy, crossEntropy and klDivergence of distributions of known families.

import { checkOptions, describe, isList, propertyOf, unitOf } from "../engine/checks.js";
import { type Distribution, Family } from "./distribution.js";

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

/** The family over vectors that contains others. */
const GENERAL: Readonly<Record<string, string>> = {
  normal: "multivariateNormal",
  diagonalNormal: "multivariateNormal",
  multivariateNormal: "multivariateNormal",
  beta: "dirichlet",
  dirichlet: "dirichlet",
};

/** What to do about distributions of two families. */
function adviceFor(p: Family<unknown>, q: Family<unknown>): string {
  // only distributions over numbers have a cumulativeProbability
  if ("cumulativeProbability" in p && "cumulativeProbability" in q) return "; discretize() brings both to one grid";
  const general = GENERAL[p.family];
  return general !== undefined && general === GENERAL[q.family] ? `; make both with ${general}()` : "";
}

/** p and q, if they are of one family. */
function pairOf(functionName: string, p: unknown, q: unknown): [Family<unknown>, Family<unknown>] {
  checkFamily(functionName, "p", p);
  checkFamily(functionName, "q", q);
  if (p.family === q.family) {
    p.checkComparable(functionName, q);
    return [p, q];
  }
  throw new TypeError(
    `${functionName}: p is of "${p.family}" and q of "${q.family}"; closed forms are for two of one family${adviceFor(p, q)}`,
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
 * @param q - One of the same family.
 * @returns Nats (or units of `base`); Infinity where q has no mass at something that p has. Error: 1e-14 of max(1, |H(p)|, KL(p‖q)).
 * @throws As {@link klDivergence}.
 * @example
 * crossEntropy(normal({ mean: 0, standardDeviation: 1 }), normal({ mean: 1, standardDeviation: 2 })); // 1.862085713764618
 */
export function crossEntropy<P extends Any>(p: P, q: P, options?: UnitOptions): number {
  const unit = unitFrom("crossEntropy", options);
  const [first, second] = pairOf("crossEntropy", p, q);
  return first.crossEntropy(second) / unit;
}

/**
 * Kullback-Leibler divergence KL(p‖q) of two distributions of one family, in closed form.
 *
 * @param p - What a constructor of this entry has made.
 * @param q - One of the same family.
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
export function klDivergence<P extends Any>(p: P, q: P, options?: UnitOptions): number {
  const unit = unitFrom("klDivergence", options);
  const [first, second] = pairOf("klDivergence", p, q);
  return first.klDivergence(second) / unit;
}
