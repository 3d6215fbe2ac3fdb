import { ln } from "../numbers/scalar.js";
import { excess, log1p, productPlus } from "./arithmetic.js";
import { type Bernoulli, bernoulliKl, UP } from "./bernoulli.js";
import { discreteEntropy } from "./discreteEntropy.js";
import {
  checkNumber,
  checkParameters,
  checkProbability,
  checkValue,
  Family,
  frozen,
  type UnivariateDistribution,
} from "./distribution.js";
import { HALF_LN_2PI, stirlingRemainder } from "./gammaFunction.js";
import { betaTail } from "./tails.js";

/** What {@link binomial} makes. */
class Binomial extends Family implements UnivariateDistribution {
  readonly family = "binomial";
  readonly isDiscrete = true;
  readonly mean: number;
  readonly variance: number;

  constructor(
    /** n. */ readonly trials: number,
    /** Of a success. */ readonly probability: number,
  ) {
    super();
    this.mean = trials * probability;
    this.variance = trials * probability * (1 - probability);
  }

  /** The number that all mass is at, if there is one. */
  get #point(): number | undefined {
    const { trials, probability } = this;
    return probability === 0 || trials === 0 ? 0 : probability === 1 ? trials : undefined;
  }

  logProbability(x: number): number {
    checkValue("binomial", x);
    const { trials: n, probability: p } = this;
    if (!(x >= 0 && x <= n && Number.isInteger(x))) return Number.NEGATIVE_INFINITY;
    if (this.#point !== undefined) return x === this.#point ? 0 : Number.NEGATIVE_INFINITY;
    if (x === 0) return n * log1p(-p);
    if (x === n) return n * ln(p);
    // by Stirling's formula, whose main parts are deviances (C. Loader, Fast and Accurate Computation of Binomial Probabilities, 2000)
    const rest = n - x;
    const difference = productPlus(-n, p, x);
    return (
      stirlingRemainder(n) -
      stirlingRemainder(x) -
      stirlingRemainder(rest) -
      excess(x * UP, n * (p * UP), difference * UP) / UP -
      excess(rest, n * (1 - p), -difference) -
      HALF_LN_2PI -
      0.5 * ln((x / n) * rest)
    );
  }

  cumulativeProbability(x: number): number {
    return this.#tail(x, false);
  }

  survivalProbability(x: number): number {
    return this.#tail(x, true);
  }

  /** X > k is that of n uniform numbers the (k + 1)-th smallest is below p. */
  #tail(x: number, isUpper: boolean): number {
    const { trials, probability } = this;
    const k = Math.floor(checkValue("binomial", x));
    const isAbove = k < 0 ? true : k >= trials ? false : this.#point === undefined ? undefined : this.#point > k;
    if (isAbove !== undefined) return isAbove === isUpper ? 1 : 0;
    return betaTail(k + 1, trials - k, probability, !isUpper);
  }

  /** @internal */
  override including(other: Family<unknown>): Binomial | undefined {
    if (other.family === "bernoulli") return new Binomial(1, (other as Bernoulli).probability);
  }

  /** @internal */
  entropy(): number {
    if (this.#point !== undefined) return 0;
    const { trials, probability, variance } = this;
    const mode = Math.min(trials, Math.floor((trials + 1) * probability));
    return discreteEntropy(variance, probability * (1 - probability), mode, (k) => this.logProbability(k));
  }

  /** @internal */
  override checkComparable(functionName: string, q: Binomial): void {
    const isSimple = this.trials >= q.trials || this.#point !== undefined || q.#point !== undefined;
    if (isSimple) return;
    throw new RangeError(
      `${functionName}: p has ${this.trials} trials and q has ${q.trials}; there is no closed form for more. discretize() brings both ` +
        `to one grid`,
    );
  }

  /** @internal */
  klDivergence(q: Binomial): number {
    if (this.#point !== undefined) return 0 - q.logProbability(this.#point);
    if (this.trials !== q.trials || q.#point !== undefined) return Number.POSITIVE_INFINITY;
    return bernoulliKl(this.probability, q.probability, this.trials);
  }
}

/**
 * The binomial distribution of the number of successes in n trials, each of probability p.
 *
 * H is a sum of at most some 600 terms, or from a variance of 1,000 on its asymptotic series: error 1e-14 of max(1, H), for any n. KL(p‖q)
 * is n times that of {@link bernoulli}, relative error 1e-15. Of different numbers of trials it is Infinity where q's is the smaller, and
 * has no closed form where it is the larger, unless p or q has all its mass at one number.
 *
 * @param parameters - `trials`, `probability`, by name.
 * @param parameters.trials - A whole number from 0 to 2^53 - 1.
 * @param parameters.probability - From 0 to 1.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`, `mean`, `variance`, `cumulativeProbability(x)` and `survivalProbability(x)`.
 * @throws TypeError for what is no number and for an unknown key.
 * @throws RangeError for a number out of range; klDivergence and
 * crossEntropy a RangeError where q has more trials.
 * @example
 * entropy(binomial({ trials: 10, probability: 0.5 }), { base: 2 }); // 2.706428963227331
 */
export function binomial(parameters: { trials: number; probability: number }): Binomial {
  checkParameters("binomial", parameters, ["trials", "probability"]);
  const { trials, probability } = parameters;
  checkNumber("binomial", "trials", trials);
  if (!(Number.isSafeInteger(trials) && trials >= 0)) {
    throw new RangeError(
      `binomial: trials is ${trials}; it must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
    );
  }
  checkProbability("binomial", "probability", probability);
  return frozen(new Binomial(trials, probability));
}

export type { Binomial };
