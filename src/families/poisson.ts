import { ln } from "../numbers/scalar.js";
import { excess } from "./arithmetic.js";
import { discreteEntropy } from "./discreteEntropy.js";
import {
  checkNonNegative,
  checkParameters,
  checkValue,
  Family,
  frozen,
  type UnivariateDistribution,
} from "./distribution.js";
import { HALF_LN_2PI, stirlingRemainder } from "./gammaFunction.js";
import { gammaTail } from "./tails.js";

/** What {@link poisson} makes. */
class Poisson extends Family implements UnivariateDistribution {
  readonly family = "poisson";
  /** λ. */
  readonly rate: number;
  readonly isDiscrete = true;
  readonly mean: number;
  readonly variance: number;

  constructor(rate: number) {
    super();
    this.rate = rate;
    this.mean = rate;
    this.variance = rate;
  }

  logProbability(x: number): number {
    checkValue("poisson", x);
    const { rate } = this;
    if (!(x >= 0 && Number.isInteger(x))) return Number.NEGATIVE_INFINITY;
    if (x === 0) return 0 - rate;
    if (rate === 0) return Number.NEGATIVE_INFINITY;
    return -excess(x, rate) - stirlingRemainder(x) - HALF_LN_2PI - 0.5 * ln(x);
  }

  cumulativeProbability(x: number): number {
    return this.#tail(x, false);
  }

  survivalProbability(x: number): number {
    return this.#tail(x, true);
  }

  /** X > k is that the (k + 1)-th event comes before its time. */
  #tail(x: number, isUpper: boolean): number {
    const k = Math.floor(checkValue("poisson", x));
    if (k < 0) return isUpper ? 1 : 0;
    if (k === Number.POSITIVE_INFINITY) return isUpper ? 0 : 1;
    return gammaTail(k + 1, this.rate, !isUpper);
  }

  /** @internal */
  entropy(): number {
    const { rate } = this;
    return rate === 0 ? 0 : discreteEntropy(rate, 0, Math.floor(rate), (k) => this.logProbability(k));
  }

  /** @internal */
  klDivergence(q: Poisson): number {
    return excess(this.rate, q.rate);
  }
}

/**
 * The Poisson distribution of the number of events of a rate λ: 0, 1, 2, …
 *
 * H is a sum of at most some 600 terms, or from λ = 1,000 on its asymptotic series: error 1e-14 of max(1, H), for any λ. KL(p‖q) =
 * λₚ ln(λₚ/λ_q) - λₚ + λ_q, relative error 1e-15; Infinity where λ_q = 0 alone.
 *
 * @param parameters - `rate`, by name.
 * @param parameters.rate - >= 0; 0 is the distribution of 0 alone.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`, `mean`, `variance`, `cumulativeProbability(x)` and `survivalProbability(x)`.
 * @throws TypeError for what is no number and for an unknown key.
 * @throws RangeError for a number out of range.
 * @example
 * klDivergence(poisson({ rate: 3 }), poisson({ rate: 2 })); // 0.2163953243244932
 */
export function poisson(parameters: { rate: number }): Poisson {
  checkParameters("poisson", parameters, ["rate"]);
  const { rate } = parameters;
  checkNonNegative("poisson", "rate", rate);
  return frozen(new Poisson(rate));
}

export type { Poisson };
