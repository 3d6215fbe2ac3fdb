import { exp, ln } from "../numbers/scalar.js";
import { excess, expm1, itakuraSaito, log1p } from "./arithmetic.js";
import {
  checkParameters,
  checkProbability,
  checkValue,
  Family,
  frozen,
  type UnivariateDistribution,
} from "./distribution.js";

/** What {@link geometric} makes. */
class Geometric extends Family implements UnivariateDistribution {
  readonly family = "geometric";
  /** Of a success. */
  readonly probability: number;
  readonly isDiscrete = true;
  readonly mean: number;
  readonly variance: number;

  constructor(probability: number) {
    super();
    this.probability = probability;
    this.mean = (1 - probability) / probability;
    this.variance = this.mean / probability;
  }

  logProbability(x: number): number {
    checkValue("geometric", x);
    const { probability: p } = this;
    if (!(x >= 0 && Number.isInteger(x))) return Number.NEGATIVE_INFINITY;
    return x === 0 ? ln(p) : p === 1 ? Number.NEGATIVE_INFINITY : ln(p) + x * log1p(-p);
  }

  cumulativeProbability(x: number): number {
    checkValue("geometric", x);
    if (!(x >= 0)) return 0;
    return this.probability === 1 ? 1 : -expm1((Math.floor(x) + 1) * log1p(-this.probability));
  }

  survivalProbability(x: number): number {
    checkValue("geometric", x);
    if (!(x >= 0)) return 1;
    return this.probability === 1 ? 0 : exp((Math.floor(x) + 1) * log1p(-this.probability));
  }

  /** @internal */
  entropy(): number {
    const { probability: p, mean } = this;
    if (p === 1) return 0;
    // the failures add 1 where their mean is beyond the largest number
    return -ln(p) + (mean < Number.POSITIVE_INFINITY ? -mean * log1p(-p) : 1);
  }

  /** That of one trial, times the mean number of trials, 1/p. @internal */
  klDivergence(q: Geometric): number {
    const { probability: p } = this;
    return itakuraSaito(q.probability, p) + excess(1 - p, 1 - q.probability, q.probability - p) / p;
  }
}

/**
 * The geometric distribution of the number of failures before the first success, each trial being of probability p: 0, 1, 2, … (The number of
 * trials, 1, 2, …, has the same entropy and divergences.)
 *
 * H = -ln p - ((1 - p)/p) ln(1 - p); KL(p‖q) is that of {@link bernoulli} over p, relative error 1e-15. Infinity where q has p = 1 and p not.
 *
 * @param parameters - `probability`, by name.
 * @param parameters.probability - Positive, up to 1.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`, `mean`, `variance`, `cumulativeProbability(x)` and `survivalProbability(x)`.
 * @throws TypeError for what is no number and for an unknown key.
 * @throws RangeError for a number out of range.
 * @example
 * entropy(geometric({ probability: 0.5 }), { base: 2 }); // 2
 */
export function geometric(parameters: { probability: number }): Geometric {
  checkParameters("geometric", parameters, ["probability"]);
  const { probability } = parameters;
  checkProbability("geometric", "probability", probability);
  if (probability === 0) throw new RangeError("geometric: probability is 0; it must be positive, or no trial succeeds");
  return frozen(new Geometric(probability));
}

export type { Geometric };
