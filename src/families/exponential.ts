import { exp, ln } from "../numbers/scalar.js";
import { expm1, itakuraSaito } from "./arithmetic.js";
import {
  checkParameters,
  checkPositive,
  checkValue,
  Family,
  frozen,
  type UnivariateDistribution,
} from "./distribution.js";

/** What {@link exponential} makes. */
class Exponential extends Family implements UnivariateDistribution {
  readonly family = "exponential";
  /** λ. */
  readonly rate: number;
  readonly isDiscrete = false;
  readonly mean: number;
  readonly variance: number;

  constructor(rate: number) {
    super();
    this.rate = rate;
    this.mean = 1 / rate;
    this.variance = this.mean * this.mean;
  }

  logProbability(x: number): number {
    checkValue("exponential", x);
    return x >= 0 ? ln(this.rate) - this.rate * x : Number.NEGATIVE_INFINITY;
  }

  cumulativeProbability(x: number): number {
    return checkValue("exponential", x) > 0 ? -expm1(-this.rate * x) : 0;
  }

  survivalProbability(x: number): number {
    return checkValue("exponential", x) > 0 ? exp(-this.rate * x) : 1;
  }

  /** @internal */
  entropy(): number {
    return 1 - ln(this.rate);
  }

  /** @internal */
  klDivergence(q: Exponential): number {
    return itakuraSaito(q.rate, this.rate);
  }
}

/**
 * The exponential distribution of density λ e^(-λx), x >= 0.
 *
 * H = 1 - ln λ; KL(p‖q) = λ_q/λₚ - 1 - ln(λ_q/λₚ), relative error 1e-15.
 *
 * @param parameters - `rate`, by name.
 * @param parameters.rate - λ, positive.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`, `mean`, `variance`, `cumulativeProbability(x)` and `survivalProbability(x)`.
 * @throws TypeError for what is no number and for an unknown key.
 * @throws RangeError for a number out of range.
 * @example
 * klDivergence(exponential({ rate: 1 }), exponential({ rate: 2 })); // 0.30685281944005477
 */
export function exponential(parameters: { rate: number }): Exponential {
  checkParameters("exponential", parameters, ["rate"]);
  const { rate } = parameters;
  checkPositive("exponential", "rate", rate);
  return frozen(new Exponential(rate));
}

export type { Exponential };
