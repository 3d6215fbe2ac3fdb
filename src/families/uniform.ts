import { ln } from "../numbers/scalar.js";
import { log1p, logOfRatio, middleOf } from "./arithmetic.js";
import {
  checkFinite,
  checkParameters,
  checkValue,
  Family,
  frozen,
  type UnivariateDistribution,
} from "./distribution.js";

/** What {@link uniform} makes. */
class Uniform extends Family implements UnivariateDistribution {
  readonly family = "uniform";
  readonly isDiscrete = false;
  readonly mean: number;
  readonly variance: number;

  constructor(
    /** Where the interval begins. */ readonly minimum: number,
    /** Where it ends. */ readonly maximum: number,
  ) {
    super();
    this.mean = middleOf(minimum, maximum);
    this.variance = ((maximum - minimum) / 12) * (maximum - minimum);
  }

  logProbability(x: number): number {
    checkValue("uniform", x);
    return x >= this.minimum && x <= this.maximum ? -ln(this.maximum - this.minimum) : Number.NEGATIVE_INFINITY;
  }

  cumulativeProbability(x: number): number {
    checkValue("uniform", x);
    const { minimum, maximum } = this;
    return x <= minimum ? 0 : x >= maximum ? 1 : (x - minimum) / (maximum - minimum);
  }

  survivalProbability(x: number): number {
    checkValue("uniform", x);
    const { minimum, maximum } = this;
    return x <= minimum ? 1 : x >= maximum ? 0 : (maximum - x) / (maximum - minimum);
  }

  /** @internal */
  entropy(): number {
    return ln(this.maximum - this.minimum);
  }

  /** ln(1 + what q's interval has on both sides, in units of p's). @internal */
  klDivergence(q: Uniform): number {
    const below = this.minimum - q.minimum;
    const above = q.maximum - this.maximum;
    if (below < 0 || above < 0) return Number.POSITIVE_INFINITY;
    const width = this.maximum - this.minimum;
    const added = (below + above) / width;
    return added < Number.POSITIVE_INFINITY ? log1p(added) : logOfRatio(below + above, width);
  }
}

/**
 * The continuous uniform distribution of an interval.
 *
 * H = ln(maximum - minimum); KL(p‖q) = ln of the ratio of both widths, relative error 1e-15; Infinity where q's interval does not contain p's.
 *
 * @param parameters - `minimum`, `maximum`, by name.
 * @param parameters.minimum - Finite.
 * @param parameters.maximum - Larger, and by a finite number.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`, `mean`, `variance`, `cumulativeProbability(x)` and `survivalProbability(x)`.
 * @throws TypeError for what is no number and for an unknown key.
 * @throws RangeError for a number out of range.
 * @example
 * klDivergence(uniform({ minimum: 0, maximum: 1 }), uniform({ minimum: 0, maximum: 2 }), { base: 2 }); // 1
 */
export function uniform(parameters: { minimum: number; maximum: number }): Uniform {
  checkParameters("uniform", parameters, ["minimum", "maximum"]);
  const { minimum, maximum } = parameters;
  checkFinite("uniform", "minimum", minimum);
  checkFinite("uniform", "maximum", maximum);
  if (!(maximum > minimum && Number.isFinite(maximum - minimum))) {
    throw new RangeError(
      `uniform: maximum is ${maximum}; it must be larger than minimum, ${minimum}, by a finite number`,
    );
  }
  return frozen(new Uniform(minimum, maximum));
}

export type { Uniform };
