import { ln } from "../numbers/scalar.js";
import { Sum } from "../numbers/twofold.js";
import { excess, productDifference, sumOf } from "./arithmetic.js";
import {
  checkModerate,
  checkParameters,
  checkSameNumber,
  checkVector,
  Family,
  frozen,
  listOf,
} from "./distribution.js";
import { HALF_LN_2PI, klOfBetas, logMinusDigammaDrop, stirlingRemainder } from "./gammaFunction.js";
import { klOfWeights, type Weights, weightsOf } from "./weights.js";

type Vector = ArrayLike<number>;

/** How far the sum of a vector may be from 1 for it to lie on the simplex. */
const SUM_TOLERANCE = 1e-8;

/** What {@link dirichlet} makes. */
class Dirichlet extends Family<Vector> {
  readonly family = "dirichlet";
  /** α. */
  readonly concentrations: readonly number[];
  /** α/Σα. */
  readonly mean: readonly number[];
  readonly #weights: Weights;

  constructor(concentrations: readonly number[]) {
    super();
    this.concentrations = concentrations;
    const weights = weightsOf(concentrations);
    this.#weights = weights;
    this.mean = Object.freeze(concentrations.map((a) => a / weights.sum.value));
  }

  /** @internal */
  override including(other: Family<unknown>): Dirichlet | undefined {
    if (other.family !== "beta") return undefined;
    const { alpha, beta } = other as unknown as { alpha: number; beta: number };
    return new Dirichlet([alpha, beta]);
  }

  logProbability(x: Vector): number {
    const { concentrations } = this;
    checkVector("dirichlet", x, concentrations.length);
    const total = weightsOf(x).sum;
    const away = 1 - total.high - total.low;
    let [isPole, isZero] = [false, !(Math.abs(away) <= SUM_TOLERANCE)];
    for (let i = 0; i < concentrations.length; i++) {
      if (x[i] < 0 || (x[i] === 0 && concentrations[i] > 1)) isZero = true;
      if (x[i] === 0 && concentrations[i] < 1) isPole = true;
    }
    if (isZero) return Number.NEGATIVE_INFINITY;
    if (isPole) return Number.POSITIVE_INFINITY;
    const s = this.#weights.sum.value;
    const sum = sumOf(concentrations.length, (i) => {
      const a = concentrations[i];
      // at a = 1 without ln x, which may be that of 0
      const ofX = a === 1 ? ln(s) + 1 - s * x[i] : -s * excess(a / s, x[i]) - ln(x[i]) + 0.5 * ln(a);
      return ofX - HALF_LN_2PI - stirlingRemainder(a);
    });
    return sum + HALF_LN_2PI + stirlingRemainder(s) - 0.5 * ln(s) - s * away;
  }

  /** @internal */
  override checkComparable(functionName: string, q: Dirichlet): void {
    checkSameNumber(functionName, "concentrations", this.concentrations.length, q.concentrations.length);
  }

  /** @internal */
  entropy(): number {
    return this.crossEntropy(this);
  }

  /**
   * The sum of those of beta distributions: of each part of what the parts before it have left, which is independent of them.
   *
   * @internal
   */
  klDivergence(q: Dirichlet): number {
    const [p, r] = [this.concentrations, q.concentrations];
    const [rest, restOfQ, restChange, sum] = [new Sum(), new Sum(), new Sum(), new Sum()];
    for (let i = p.length - 1; i >= 0; i--) {
      const change = r[i] - p[i];
      if (i < p.length - 1) {
        sum.add(
          klOfBetas({
            a: p[i],
            b: rest.value,
            aOfQ: r[i],
            bOfQ: restOfQ.value,
            aChange: change,
            bChange: restChange.value,
            cross: productDifference(r[i], rest.high, p[i], restOfQ.high) + (r[i] * rest.low - p[i] * restOfQ.low),
          }),
        );
      }
      rest.add(p[i]);
      restOfQ.add(r[i]);
      restChange.add(change);
    }
    return sum.value;
  }

  /** @internal */
  override crossEntropy(q: Dirichlet): number {
    return dirichletCrossEntropy(this.#weights, q.#weights);
  }
}

/**
 * ln B(α') - Σ (αᵢ' - 1)·[ψ(αᵢ) - ψ(s)] with ln Γ and ψ as their main parts and what these leave, s = Σα:
 *
 *     s'·KL(α'/s' ‖ α/s) + ½ ln s' - ½ Σ ln αᵢ' + Σ ln(αᵢ/s) + (n - 1)·½ ln 2π + Σ S(αᵢ') - S(s') + Σ (αᵢ' - 1)·[L(αᵢ) - L(s)].
 */
export function dirichletCrossEntropy(p: Weights, q: Weights): number {
  const s = p.sum;
  const t = q.sum.value;
  const sum = sumOf(p.values.length, (i) => {
    const [a, b] = [p.values[i], q.values[i]];
    const others = s.high - a + s.low;
    const ofMean = ln(a / s.value) - 0.5 * ln(b);
    return ofMean + HALF_LN_2PI + stirlingRemainder(b) + (b - 1) * logMinusDigammaDrop(a, others);
  });
  return sum - HALF_LN_2PI + 0.5 * ln(t) - stirlingRemainder(t) + t * klOfWeights(q, p);
}

/**
 * The Dirichlet distribution of n numbers >= 0 of sum 1, of density Π xᵢ^(αᵢ - 1)/B(α).
 *
 * H = ln B(α) - Σ (αᵢ - 1)·[ψ(αᵢ) - ψ(Σα)], which tends to -Infinity as an αᵢ → 0; KL(p‖q) = ln[B(α_q)/B(αₚ)] +
 * Σ (αₚᵢ - α_qᵢ)·[ψ(αₚᵢ) - ψ(Σαₚ)], relative error 2e-14. `logProbability` takes a vector whose sum is within 1e-8 of 1 as one of the
 * support.
 *
 * @param parameters - `concentrations`, by name.
 * @param parameters.concentrations - α: two or more numbers from 1e-100 to 1e100.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`.
 * @throws TypeError for what is no array of numbers and for an unknown key.
 * @throws RangeError for a number out of range; klDivergence and
 * crossEntropy a RangeError for different numbers of concentrations.
 * @example
 * entropy(dirichlet({ concentrations: [1, 1, 1] })); // -0.6931471805599461
 */
export function dirichlet(parameters: { concentrations: ArrayLike<number> }): Dirichlet {
  checkParameters("dirichlet", parameters, ["concentrations"]);
  const concentrations = listOf("dirichlet", "concentrations", parameters.concentrations, checkModerate);
  if (concentrations.length < 2) {
    throw new RangeError("dirichlet: concentrations has 1 number; there must be two or more");
  }
  return frozen(new Dirichlet(concentrations));
}

export type { Dirichlet };
