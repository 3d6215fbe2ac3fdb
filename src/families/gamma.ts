import { exp, ln } from "../numbers/scalar.js";
import { excess, expm1, log1p, productDifference, productPlus, productsPlus } from "./arithmetic.js";
import {
  checkModerate,
  checkParameters,
  checkValue,
  Family,
  frozen,
  type UnivariateDistribution,
} from "./distribution.js";
import type { Exponential } from "./exponential.js";
import { HALF_LN_2PI, lesserRemainder, logMinusDigamma, stirlingRemainder } from "./gammaFunction.js";
import { gammaTail } from "./tails.js";

/** What {@link gamma} makes. */
class Gamma extends Family implements UnivariateDistribution {
  readonly family = "gamma";
  readonly isDiscrete = false;
  readonly mean: number;
  readonly variance: number;
  /** β. */
  readonly rate: number;
  /** 1/β. */
  readonly scale: number;
  /** Which of rate and scale is exact; the other is its inverse, rounded. */
  readonly #hasScale: boolean;

  constructor(
    /** a. */ readonly shape: number,
    rate: number | undefined,
    scale: number | undefined,
  ) {
    super();
    this.#hasScale = scale !== undefined;
    this.rate = rate ?? 1 / (scale as number);
    this.scale = scale ?? 1 / this.rate;
    this.mean = this.#scaled(shape);
    this.variance = this.#scaled(this.mean);
  }

  /** x·scale. */
  #scaled(x: number): number {
    return this.#hasScale ? x * this.scale : x / this.rate;
  }

  /** x in units of the scale, and the shape minus that, of one rounding each. */
  #standardized(x: number): [number, number] {
    const { shape, rate, scale } = this;
    if (this.#hasScale) return [x / scale, productPlus(shape, scale, -x) / scale];
    return [x * rate, productPlus(-rate, x, shape)];
  }

  logProbability(x: number): number {
    checkValue("gamma", x);
    const { shape } = this;
    if (!(x >= 0 && x < Number.POSITIVE_INFINITY)) return Number.NEGATIVE_INFINITY;
    if (x === 0 && shape !== 1) return shape < 1 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    const [standard, difference] = this.#standardized(x);
    if (shape === 1) return -this.#lnOfScale() - standard;
    if (standard === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
    if (standard < TINY) return shape * (ln(x) - this.#lnOfScale()) - lnGammaOfNext(shape) + ln(shape) - ln(x);
    return 0.5 * ln(shape) - excess(shape, standard, difference) - HALF_LN_2PI - stirlingRemainder(shape) - ln(x);
  }

  cumulativeProbability(x: number): number {
    return this.#tail(x, false);
  }

  survivalProbability(x: number): number {
    return this.#tail(x, true);
  }

  #tail(x: number, isUpper: boolean): number {
    checkValue("gamma", x);
    const [standard, difference] = this.#standardized(x);
    if (x > 0 && standard < TINY) {
      // the first term of P's series, by logarithms
      const logarithm = this.shape * (ln(x) - this.#lnOfScale()) - lnGammaOfNext(this.shape);
      return isUpper ? -expm1(logarithm) : exp(logarithm);
    }
    return gammaTail(this.shape, standard, isUpper, difference);
  }

  /** @internal */
  override including(other: Family<unknown>): Gamma | undefined {
    if (other.family === "exponential") return gamma({ shape: 1, rate: (other as Exponential).rate });
  }

  /** @internal */
  entropy(): number {
    const { shape: a } = this;
    return (a - 1) * logMinusDigamma(a) + 0.5 * ln(a) + HALF_LN_2PI + stirlingRemainder(a) + this.#lnOfScale();
  }

  #lnOfScale(): number {
    return this.#hasScale ? ln(this.scale) : -ln(this.rate);
  }

  /** The mean that p's x have in units of q's scale, aₚ·β_q/βₚ, and a_q minus that to all digits. */
  #meanFor(q: Gamma): [number, number] {
    const { shape: a, rate, scale } = this;
    const b = q.shape;
    if (this.#hasScale && q.#hasScale)
      return [(a * scale) / q.scale, productDifference(b, q.scale, a, scale) / q.scale];
    if (this.#hasScale) return [a * q.rate * scale, -productsPlus(a, q.rate, scale, -b)];
    if (q.#hasScale) return [a / rate / q.scale, productsPlus(b, rate, q.scale, -a) / rate / q.scale];
    return [(a * q.rate) / rate, productDifference(b, rate, a, q.rate) / rate];
  }

  /** That of Poisson distributions of rates a_q and aₚ·β_q/βₚ, and what ln Γ has beside x ln x - x. @internal */
  klDivergence(q: Gamma): number {
    return excess(q.shape, ...this.#meanFor(q)) + lesserRemainder(this.shape, q.shape, q.shape - this.shape);
  }

  /** Not as the sum of H and KL, which cancel where a shape is near 0, but from parts that are as large as the result. @internal */
  override crossEntropy(q: Gamma): number {
    const { shape: a } = this;
    const b = q.shape;
    return (
      excess(b, ...this.#meanFor(q)) +
      (b - 1) * logMinusDigamma(a) +
      ln(a) -
      0.5 * ln(b) +
      HALF_LN_2PI +
      stirlingRemainder(b) +
      this.#lnOfScale()
    );
  }
}

/** x in units of the scale that may be rounded as subnormal numbers are. */
const TINY = 1e-290;

const EULER = 0.5772156649015329;

/** ln Γ(a + 1). Near 0 by its tangent at 1, -γ·a, and what it is above that. */
function lnGammaOfNext(a: number): number {
  if (a < 0.5) return excess(a + 1, 1, a) + lesserRemainder(1, a + 1, a) - EULER * a;
  return (a + 0.5) * log1p(a) - (a + 1) + HALF_LN_2PI + stirlingRemainder(a + 1);
}

/**
 * The gamma distribution of density βᵃ xᵃ⁻¹ e^(-βx)/Γ(a), x >= 0, of a shape a and a rate β (or a scale 1/β).
 *
 * H = a - ln β + ln Γ(a) + (1 - a)·ψ(a), which tends to -Infinity as a → 0; KL(p‖q) = ln Γ(a_q) - ln Γ(aₚ) - (a_q - aₚ)·ψ(aₚ) +
 * a_q ln(βₚ/β_q) + aₚ·(β_q - βₚ)/βₚ, relative error 1e-14.
 *
 * @param parameters - `shape`, `rate`, `scale`, by name.
 * @param parameters.shape - a, from 1e-100 to 1e100.
 * @param parameters.rate - β, from 1e-100 to 1e100.
 * @param parameters.scale - 1/β, instead of the rate.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`, `mean`, `variance`, `cumulativeProbability(x)` and `survivalProbability(x)`.
 * @throws TypeError for what is no number, for an unknown key, and for a rate and a scale.
 * @throws RangeError for a number out of range.
 * @example
 * entropy(gamma({ shape: 2, rate: 3 }), { base: 2 }); // 0.6904787174446745
 */
export function gamma(parameters: { shape: number; rate: number } | { shape: number; scale: number }): Gamma {
  checkParameters("gamma", parameters, ["shape", "rate", "scale"]);
  const { shape, rate, scale } = parameters as { shape: number; rate?: number; scale?: number };
  checkModerate("gamma", "shape", shape);
  if ((rate === undefined) === (scale === undefined)) {
    throw new TypeError(`gamma: rate and scale are both ${rate === undefined ? "missing" : "given"}; pass one of them`);
  }
  if (scale === undefined) checkModerate("gamma", "rate", rate);
  else checkModerate("gamma", "scale", scale);
  return frozen(new Gamma(shape, rate, scale));
}

export type { Gamma };
