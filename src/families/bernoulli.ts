import { powerOf2 } from "../numbers/lanes.js";
import { ln } from "../numbers/scalar.js";
import { excess, log1p } from "./arithmetic.js";
import {
  checkParameters,
  checkProbability,
  checkValue,
  Family,
  frozen,
  type UnivariateDistribution,
} from "./distribution.js";

/** What {@link bernoulli} makes. */
class Bernoulli extends Family implements UnivariateDistribution {
  readonly family = "bernoulli";
  /** Of 1. */
  readonly probability: number;
  readonly isDiscrete = true;
  readonly mean: number;
  readonly variance: number;

  constructor(probability: number) {
    super();
    this.probability = probability;
    this.mean = probability;
    this.variance = probability * (1 - probability);
  }

  logProbability(x: number): number {
    checkValue("bernoulli", x);
    if (x === 1) return this.probability === 0 ? Number.NEGATIVE_INFINITY : ln(this.probability);
    return x === 0 && this.probability < 1 ? log1p(-this.probability) : Number.NEGATIVE_INFINITY;
  }

  cumulativeProbability(x: number): number {
    return checkValue("bernoulli", x) < 0 ? 0 : x < 1 ? 1 - this.probability : 1;
  }

  survivalProbability(x: number): number {
    return checkValue("bernoulli", x) < 0 ? 1 : x < 1 ? this.probability : 0;
  }

  /** @internal */
  entropy(): number {
    return bernoulliEntropy(this.probability);
  }

  /** @internal */
  klDivergence(q: Bernoulli): number {
    return bernoulliKl(this.probability, q.probability);
  }
}

/** -p ln p - (1 - p) ln(1 - p). */
function bernoulliEntropy(p: number): number {
  return p === 0 || p === 1 ? 0 : -p * ln(p) - (1 - p) * log1p(-p);
}

/** 2^60, which takes a subnormal probability to a normal number: what is made of it, and divided at the end, keeps all digits. */
export const UP = /* @__PURE__ */ powerOf2(60);

/** n·[p ln(p/q) + (1 - p) ln((1 - p)/(1 - q))] as two terms >= 0, the second from the difference that is not rounded. */
export function bernoulliKl(p: number, q: number, trials = 1): number {
  return (trials * (excess(p * UP, q * UP) + excess(1 - p, 1 - q, q - p) * UP)) / UP;
}

/**
 * The Bernoulli distribution of 1 with a probability p, and 0 otherwise.
 *
 * H = -p ln p - (1 - p) ln(1 - p); KL(p‖q) = p ln(p/q) + (1 - p) ln((1 - p)/(1 - q)), relative error 1e-15. Infinity where q has p = 0 or
 * 1 and p another.
 *
 * @param parameters - `probability`, by name.
 * @param parameters.probability - From 0 to 1.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`, `mean`, `variance`, `cumulativeProbability(x)` and `survivalProbability(x)`.
 * @throws TypeError for what is no number and for an unknown key.
 * @throws RangeError for a number out of range.
 * @example
 * klDivergence(bernoulli({ probability: 0.5 }), bernoulli({ probability: 0.25 })); // 0.1438410362258904
 */
export function bernoulli(parameters: { probability: number }): Bernoulli {
  checkParameters("bernoulli", parameters, ["probability"]);
  const { probability } = parameters;
  checkProbability("bernoulli", "probability", probability);
  return frozen(new Bernoulli(probability));
}

export type { Bernoulli };
