import { ln } from "../numbers/scalar.js";
import { excess, log1p, productDifference, productPlus } from "./arithmetic.js";
import { dirichletCrossEntropy } from "./dirichlet.js";
import {
  checkModerate,
  checkParameters,
  checkValue,
  Family,
  frozen,
  type UnivariateDistribution,
} from "./distribution.js";
import { HALF_LN_2PI, klOfBetas, stirlingRemainder } from "./gammaFunction.js";
import { betaTail } from "./tails.js";
import type { Uniform } from "./uniform.js";
import { weightsOf } from "./weights.js";

/** What {@link beta} makes. */
class Beta extends Family implements UnivariateDistribution {
  readonly family = "beta";
  readonly isDiscrete = false;
  readonly mean: number;
  readonly variance: number;

  constructor(
    /** α. */ readonly alpha: number,
    /** β. */ readonly beta: number,
  ) {
    super();
    const sum = alpha + beta;
    this.mean = alpha / sum;
    this.variance = (this.mean * (beta / sum)) / (sum + 1);
  }

  logProbability(x: number): number {
    checkValue("beta", x);
    const { alpha: a, beta: b } = this;
    if (!(x >= 0 && x <= 1)) return Number.NEGATIVE_INFINITY;
    const atEnd = x === 0 ? a : x === 1 ? b : 1;
    if (atEnd !== 1) return atEnd < 1 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    if (a === 1) return ln(b) + (b === 1 ? 0 : (b - 1) * log1p(-x));
    if (b === 1) return ln(a) + (a - 1) * ln(x);
    const s = a + b;
    const difference = productPlus(-x, b, productPlus(-x, a, a));
    return (
      -s * (excess(a / s, x, difference / s) + excess(b / s, 1 - x, -difference / s)) -
      ln(x) -
      log1p(-x) +
      0.5 * ln((a / s) * b) -
      HALF_LN_2PI -
      stirlingRemainder(a) -
      stirlingRemainder(b) +
      stirlingRemainder(s)
    );
  }

  cumulativeProbability(x: number): number {
    return betaTail(this.alpha, this.beta, checkValue("beta", x), false);
  }

  survivalProbability(x: number): number {
    return betaTail(this.alpha, this.beta, checkValue("beta", x), true);
  }

  /** @internal */
  override including(other: Family<unknown>): Beta | undefined {
    if (other.family !== "uniform") return undefined;
    const { minimum, maximum } = other as Uniform;
    return minimum === 0 && maximum === 1 ? new Beta(1, 1) : undefined;
  }

  /** @internal */
  entropy(): number {
    return this.crossEntropy(this);
  }

  /** @internal */
  klDivergence(q: Beta): number {
    return klOfBetas({
      a: this.alpha,
      b: this.beta,
      aOfQ: q.alpha,
      bOfQ: q.beta,
      aChange: q.alpha - this.alpha,
      bChange: q.beta - this.beta,
      cross: productDifference(q.alpha, this.beta, this.alpha, q.beta),
    });
  }

  /** @internal */
  override crossEntropy(q: Beta): number {
    return dirichletCrossEntropy(weightsOf([this.alpha, this.beta]), weightsOf([q.alpha, q.beta]));
  }
}

/**
 * The beta distribution of density x^(α - 1) (1 - x)^(β - 1)/B(α, β), 0 <= x <= 1.
 *
 * H = ln B(α, β) - (α - 1)·ψ(α) - (β - 1)·ψ(β) + (α + β - 2)·ψ(α + β), which tends to -Infinity as α or β → 0; KL(p‖q) is
 * ln[B(α_q, β_q)/B(αₚ, βₚ)] + (αₚ - α_q)·ψ(αₚ) + (βₚ - β_q)·ψ(βₚ) - (αₚ + βₚ - α_q - β_q)·ψ(αₚ + βₚ), relative error 2e-14.
 *
 * @param parameters - `alpha`, `beta`, by name.
 * @param parameters.alpha - α, from 1e-100 to 1e100.
 * @param parameters.beta - β, from 1e-100 to 1e100.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`, `mean`, `variance`, `cumulativeProbability(x)` and `survivalProbability(x)`.
 * @throws TypeError for what is no number and for an unknown key.
 * @throws RangeError for a number out of range.
 * @example
 * klDivergence(beta({ alpha: 1, beta: 1 }), beta({ alpha: 2, beta: 1 })); // 0.30685281944005477
 */
export function beta(parameters: { alpha: number; beta: number }): Beta {
  checkParameters("beta", parameters, ["alpha", "beta"]);
  checkModerate("beta", "alpha", parameters.alpha);
  checkModerate("beta", "beta", parameters.beta);
  return frozen(new Beta(parameters.alpha, parameters.beta));
}

export type { Beta };
