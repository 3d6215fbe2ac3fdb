import { sumOf } from "./arithmetic.js";
import {
  checkFinite,
  checkParameters,
  checkPositive,
  checkSameNumber,
  checkVector,
  Family,
  frozen,
  listOf,
} from "./distribution.js";
import { logDensity, type Normal, normalEntropy, normalKl } from "./normal.js";

/** What {@link diagonalNormal} makes. */
class DiagonalNormal extends Family<ArrayLike<number>> {
  readonly family = "diagonalNormal";

  constructor(
    /** μ of each component. */ readonly means: readonly number[],
    /** σ of each component. */ readonly standardDeviations: readonly number[],
  ) {
    super();
  }

  logProbability(x: ArrayLike<number>): number {
    const { means, standardDeviations } = this;
    checkVector("diagonalNormal", x, means.length);
    return sumOf(means.length, (i) => logDensity(x[i], means[i], standardDeviations[i]));
  }

  /** @internal */
  override including(other: Family<unknown>): DiagonalNormal | undefined {
    if (other.family !== "normal") return undefined;
    const { mean, standardDeviation } = other as Normal;
    return new DiagonalNormal([mean], [standardDeviation]);
  }

  /** @internal */
  override checkComparable(functionName: string, q: DiagonalNormal): void {
    checkSameNumber(functionName, "dimensions", this.means.length, q.means.length);
  }

  /** @internal */
  entropy(): number {
    const { standardDeviations } = this;
    return sumOf(standardDeviations.length, (i) => normalEntropy(standardDeviations[i]));
  }

  /** @internal */
  klDivergence(q: DiagonalNormal): number {
    const { means, standardDeviations } = this;
    return sumOf(means.length, (i) => normalKl(means[i], standardDeviations[i], q.means[i], q.standardDeviations[i]));
  }
}

/**
 * A normal distribution of independent components, as the latent one of a variational autoencoder.
 *
 * Entropy and divergence are the sums of those of the components ({@link normal}), relative error 1e-15. O(n).
 *
 * @param parameters - `means`, `standardDeviations`, by name.
 * @param parameters.means - n finite numbers.
 * @param parameters.standardDeviations - n positive numbers.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`.
 * @throws TypeError for what is no array of numbers and for an unknown key.
 * @throws RangeError for a number out of range and for lengths that
 * differ; klDivergence and crossEntropy a RangeError for different dimensions.
 * @example
 * entropy(diagonalNormal({ means: [0, 0], standardDeviations: [1, 1] })); // 2.8378770664093453
 */
export function diagonalNormal(parameters: {
  means: ArrayLike<number>;
  standardDeviations: ArrayLike<number>;
}): DiagonalNormal {
  checkParameters("diagonalNormal", parameters, ["means", "standardDeviations"]);
  const means = listOf("diagonalNormal", "means", parameters.means, checkFinite);
  const deviations = listOf("diagonalNormal", "standardDeviations", parameters.standardDeviations, checkPositive);
  if (means.length !== deviations.length) {
    throw new RangeError(
      `diagonalNormal: means has ${means.length} numbers and standardDeviations ${deviations.length}; the lengths must be equal`,
    );
  }
  return frozen(new DiagonalNormal(means, deviations));
}

export type { DiagonalNormal };
