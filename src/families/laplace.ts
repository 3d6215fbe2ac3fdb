import { exp, expm1Minus, LN2, ln } from "../numbers/scalar.js";
import { deviationsOf, itakuraSaito } from "./arithmetic.js";
import {
  checkFinite,
  checkParameters,
  checkPositive,
  checkValue,
  Family,
  frozen,
  type UnivariateDistribution,
} from "./distribution.js";

/** What {@link laplace} makes. */
class Laplace extends Family implements UnivariateDistribution {
  readonly family = "laplace";
  readonly isDiscrete = false;
  readonly mean: number;
  readonly variance: number;

  constructor(
    /** μ. */ readonly location: number,
    /** b. */ readonly scale: number,
  ) {
    super();
    this.mean = location;
    this.variance = 2 * scale * scale;
  }

  logProbability(x: number): number {
    checkValue("laplace", x);
    return -LN2 - ln(this.scale) - Math.abs(deviationsOf(x, this.location, this.scale));
  }

  cumulativeProbability(x: number): number {
    return positiveTail(deviationsOf(this.location, checkValue("laplace", x), this.scale));
  }

  survivalProbability(x: number): number {
    return positiveTail(deviationsOf(checkValue("laplace", x), this.location, this.scale));
  }

  /** @internal */
  entropy(): number {
    return 1 + LN2 + ln(this.scale);
  }

  /** r - 1 - ln r + r·(e^-δ - 1 + δ), r = bₚ/b_q, δ = |μₚ - μ_q|/bₚ. @internal */
  klDivergence(q: Laplace): number {
    const delta = Math.abs(deviationsOf(this.location, q.location, this.scale));
    const deltaOfQ = Math.abs(deviationsOf(this.location, q.location, q.scale));
    const ratio = this.scale / q.scale;
    if (ratio === Number.POSITIVE_INFINITY) return ratio;
    const ofLocations = delta > 2 ? deltaOfQ + ratio * (exp(-delta) - 1) : ratio * expm1Minus(-delta);
    return itakuraSaito(this.scale, q.scale) + ofLocations;
  }
}

/** P(X > z) of location 0 and scale 1. */
const positiveTail = (z: number): number => (z > 0 ? 0.5 * exp(-z) : 1 - 0.5 * exp(z));

/**
 * The Laplace distribution of density e^(-|x - μ|/b)/(2b).
 *
 * H = 1 + ln 2b; KL(p‖q) = ln(b_q/bₚ) + |μₚ - μ_q|/b_q + (bₚ/b_q) e^(-|μₚ - μ_q|/bₚ) - 1, relative error 1e-15.
 *
 * @param parameters - `location`, `scale`, by name.
 * @param parameters.location - μ, finite.
 * @param parameters.scale - b, positive.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`, `mean`, `variance`, `cumulativeProbability(x)` and `survivalProbability(x)`.
 * @throws TypeError for what is no number and for an unknown key.
 * @throws RangeError for a number out of range.
 * @example
 * klDivergence(laplace({ location: 0, scale: 1 }), laplace({ location: 1, scale: 1 })); // 0.36787944117144233
 */
export function laplace(parameters: { location: number; scale: number }): Laplace {
  checkParameters("laplace", parameters, ["location", "scale"]);
  const { location, scale } = parameters;
  checkFinite("laplace", "location", location);
  checkPositive("laplace", "scale", scale);
  return frozen(new Laplace(location, scale));
}

export type { Laplace };
