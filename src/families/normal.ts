import { ln } from "../numbers/scalar.js";
import { deviationsOf, logOfRatio, ratioExcess } from "./arithmetic.js";
import {
  checkFinite,
  checkParameters,
  checkPositive,
  checkValue,
  Family,
  frozen,
  type UnivariateDistribution,
} from "./distribution.js";
import { HALF_LN_2PI } from "./gammaFunction.js";
import { normalTail } from "./tails.js";

/** What {@link normal} makes. */
class Normal extends Family implements UnivariateDistribution {
  readonly family = "normal";
  readonly isDiscrete = false;
  readonly variance: number;

  constructor(
    readonly mean: number,
    /** σ. */ readonly standardDeviation: number,
  ) {
    super();
    this.variance = standardDeviation * standardDeviation;
  }

  logProbability(x: number): number {
    return logDensity(checkValue("normal", x), this.mean, this.standardDeviation);
  }

  cumulativeProbability(x: number): number {
    return normalTail(deviationsOf(this.mean, checkValue("normal", x), this.standardDeviation));
  }

  survivalProbability(x: number): number {
    return normalTail(deviationsOf(checkValue("normal", x), this.mean, this.standardDeviation));
  }

  /** @internal */
  entropy(): number {
    return normalEntropy(this.standardDeviation);
  }

  /** @internal */
  klDivergence(q: Normal): number {
    return normalKl(this.mean, this.standardDeviation, q.mean, q.standardDeviation);
  }
}

export function logDensity(x: number, mean: number, deviation: number): number {
  const z = deviationsOf(x, mean, deviation);
  return -0.5 * z * z - HALF_LN_2PI - ln(deviation);
}

/** ½ ln(2πe·σ²). */
export function normalEntropy(deviation: number): number {
  return 0.5 + HALF_LN_2PI + ln(deviation);
}

/** ½ [r - ln(1 + r) + (Δμ/σ_q)²], r = σₚ²/σ_q² - 1. */
export function normalKl(pMean: number, pDeviation: number, qMean: number, qDeviation: number): number {
  const half = ((pDeviation - qDeviation) / qDeviation) * (0.5 * (pDeviation / qDeviation) + 0.5);
  const r = 2 * half;
  const z = deviationsOf(pMean, qMean, qDeviation);
  const isFar = r < -0.5 || r > 1;
  const ofDeviations = isFar ? half - logOfRatio(pDeviation, qDeviation) : 0.5 * ratioExcess(r, 1 + r);
  return ofDeviations + 0.5 * z * z;
}

/**
 * The normal distribution.
 *
 * H = ½ ln(2πe·σ²); KL(p‖q) = ½ [σₚ²/σ_q² - 1 - ln(σₚ²/σ_q²) + (μₚ - μ_q)²/σ_q²], relative error 1e-15.
 *
 * @param parameters - `mean`, `standardDeviation`, by name.
 * @param parameters.mean - μ, finite.
 * @param parameters.standardDeviation - σ, positive.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`, `mean`, `variance`, `cumulativeProbability(x)` and `survivalProbability(x)`.
 * @throws TypeError for what is no number and for an unknown key.
 * @throws RangeError for a number out of range.
 * @example
 * entropy(normal({ mean: 0, standardDeviation: 1 })); // 1.4189385332046727
 */
export function normal(parameters: { mean: number; standardDeviation: number }): Normal {
  checkParameters("normal", parameters, ["mean", "standardDeviation"]);
  const { mean, standardDeviation } = parameters;
  checkFinite("normal", "mean", mean);
  checkPositive("normal", "standardDeviation", standardDeviation);
  return frozen(new Normal(mean, standardDeviation));
}

export type { Normal };
