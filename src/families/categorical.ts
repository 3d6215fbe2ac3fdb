import { describe } from "../engine/checks.js";
import { powerOf2, SMALLEST_NORMAL_F64 } from "../numbers/lanes.js";
import { exponentOf, ln } from "../numbers/scalar.js";
import { sumOf } from "./arithmetic.js";
import {
  checkNonNegative,
  checkParameters,
  checkSameNumber,
  checkValue,
  Family,
  frozen,
  listOf,
  type UnivariateDistribution,
} from "./distribution.js";
import { klOfWeights, type Weights, weightsOf } from "./weights.js";

/** How far a sum may be from 1 before it is taken for something else than a distribution. */
const SUM_TOLERANCE = 1e-2;

/** What {@link categorical} makes. */
class Categorical extends Family implements UnivariateDistribution {
  readonly family = "categorical";
  readonly isDiscrete = true;
  /** Of sum 1. */
  readonly probabilities: readonly number[];
  readonly mean: number;
  readonly variance: number;
  readonly #weights: Weights;
  /** Σ of the probabilities before i, and from i on. */
  readonly #before: Float64Array;
  readonly #from: Float64Array;

  constructor(weights: Weights) {
    super();
    const { values, sum } = weights;
    this.#weights = weights;
    const probabilities = Array.from(values, (x) => x / sum.value);
    const n = probabilities.length;
    this.#before = new Float64Array(n + 1);
    this.#from = new Float64Array(n + 1);
    for (let i = 0; i < n; i++) this.#before[i + 1] = this.#before[i] + probabilities[i];
    for (let i = n - 1; i >= 0; i--) this.#from[i] = this.#from[i + 1] + probabilities[i];
    this.probabilities = Object.freeze(probabilities);
    const mean = sumOf(n, (i) => i * probabilities[i]);
    this.mean = mean;
    this.variance = sumOf(n, (i) => (i - mean) * (i - mean) * probabilities[i]);
  }

  logProbability(x: number): number {
    const p = this.probabilities[checkValue("categorical", x)];
    if (p === undefined) return Number.NEGATIVE_INFINITY;
    return p >= SMALLEST_NORMAL_F64 ? ln(p) : this.#weights.logarithm(x);
  }

  cumulativeProbability(x: number): number {
    return Math.min(1, this.#before[this.#following(x)]);
  }

  survivalProbability(x: number): number {
    return Math.min(1, this.#from[this.#following(x)]);
  }

  /** The first category above x. */
  #following(x: number): number {
    return Math.min(Math.max(Math.floor(checkValue("categorical", x)) + 1, 0), this.probabilities.length);
  }

  /** @internal */
  entropy(): number {
    const { probabilities } = this;
    return sumOf(probabilities.length, (i) => (probabilities[i] === 0 ? 0 : -probabilities[i] * ln(probabilities[i])));
  }

  /** @internal */
  override checkComparable(functionName: string, q: Categorical): void {
    checkSameNumber(functionName, "categories", this.probabilities.length, q.probabilities.length);
  }

  /** @internal */
  klDivergence(q: Categorical): number {
    return klOfWeights(this.#weights, q.#weights);
  }
}

/**
 * A distribution over n categories, the numbers 0 … n - 1.
 *
 * As those of arrays, results are of p/Σp: H = -Σ p ln p, KL(p‖q) = Σ p ln(p/q), relative error 2e-15; Infinity where some q is 0 and p is
 * not. `klDivergence` of "logratio" takes arrays, and is the faster for many classes.
 *
 * @param parameters - `probabilities`, `normalize`, by name.
 * @param parameters.probabilities - n numbers >= 0 whose sum is within 1e-2 of 1.
 * @param parameters.normalize - Accept any positive sum: of counts, weights.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`, `mean`, `variance`, `cumulativeProbability(x)` and `survivalProbability(x)`.
 * @throws TypeError for what is no array of numbers and for an unknown key.
 * @throws RangeError for a number out of range and for a sum that is not
 * 1; klDivergence and crossEntropy a RangeError for different numbers of categories.
 * @example
 * klDivergence(categorical({ probabilities: [0.5, 0.5] }), categorical({ probabilities: [1, 3], normalize: true })); // 0.1438410362258904
 */
export function categorical(parameters: { probabilities: ArrayLike<number>; normalize?: boolean }): Categorical {
  checkParameters("categorical", parameters, ["probabilities", "normalize"]);
  const { probabilities, normalize = false } = parameters;
  if (typeof normalize !== "boolean") {
    throw new TypeError(`categorical: normalize is ${describe(normalize)}; it must be a boolean`);
  }
  const values = listOf("categorical", "probabilities", probabilities, checkNonNegative);
  const weights = weightsOf(values);
  const sum = weights.sum.value;
  if (!(sum > 0 && sum < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`categorical: probabilities sums to ${sum}; the sum must be positive and finite`);
  }
  if (!normalize && !(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
    throw new RangeError(
      `categorical: probabilities sums to ${sum}, not to 1; for counts or weights pass normalize: true beside it`,
    );
  }
  // around 2^400 the products of weights and sums stay far from both ends of the range
  const octaves = 400 - exponentOf(sum);
  const [half, rest] = [powerOf2(octaves >> 1), powerOf2(octaves - (octaves >> 1))];
  const scaled = weightsOf(values.map((x) => x * half * rest));
  return frozen(new Categorical({ ...scaled, logarithm: weights.logarithm }));
}

export type { Categorical };
