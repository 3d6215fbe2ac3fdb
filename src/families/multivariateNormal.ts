import { isList } from "../engine/checks.js";
import { ln } from "../numbers/scalar.js";
import { logOfRatio, productPlus, ratioExcess, sumOf } from "./arithmetic.js";
import type { DiagonalNormal } from "./diagonalNormal.js";
import { checkFinite, checkParameters, checkSameNumber, checkVector, Family, frozen, listOf } from "./distribution.js";
import { HALF_LN_2PI } from "./gammaFunction.js";

import type { Normal } from "./normal.js";

type Vector = ArrayLike<number>;
type Matrix = readonly Vector[];

/** cᵢⱼ and cⱼᵢ may differ by as much, in units of √(cᵢᵢ·cⱼⱼ). */
const ASYMMETRY = 1e-12;
/** A pivot below it, in units of its variance and of the dimension, is rounding. */
const ROUNDING = 2.220446049250313e-16;

/** What {@link multivariateNormal} makes. */
class MultivariateNormal extends Family<Vector> {
  readonly family = "multivariateNormal";
  /** L of the covariance L·Lᵀ. */
  readonly #factor: Matrix;
  /** Of independent components, whose variances are rounded squares of them. */
  readonly #deviations: readonly number[] | undefined;

  constructor(
    /** μ. */ readonly mean: readonly number[],
    /** Σ, row by row. */ readonly covariance: readonly (readonly number[])[],
    deviations?: readonly number[],
  ) {
    super();
    this.#deviations = deviations;
    this.#factor = deviations ? diagonalOf(deviations) : choleskyFactor(covariance);
  }

  /** @internal */
  override including(other: Family<unknown>): MultivariateNormal | undefined {
    const isOne = other.family === "normal";
    if (!isOne && other.family !== "diagonalNormal") return undefined;
    const means = isOne ? [(other as Normal).mean] : (other as DiagonalNormal).means;
    const deviations = isOne ? [(other as Normal).standardDeviation] : (other as DiagonalNormal).standardDeviations;
    return new MultivariateNormal(means, diagonalOf(deviations.map((x) => x * x)), deviations);
  }

  logProbability(x: Vector): number {
    const { mean } = this;
    checkVector("multivariateNormal", x, mean.length);
    const z = standardized(this.#factor, x, mean);
    if (!z.every(Number.isFinite)) return Number.NEGATIVE_INFINITY;
    return -sumOf(mean.length, (i) => 0.5 * z[i] * z[i] + HALF_LN_2PI + ln(this.#factor[i][i]));
  }

  /** @internal */
  override checkComparable(functionName: string, q: MultivariateNormal): void {
    checkSameNumber(functionName, "dimensions", this.mean.length, q.mean.length);
  }

  /** @internal */
  entropy(): number {
    return sumOf(this.mean.length, (i) => 0.5 + HALF_LN_2PI + ln(this.#factor[i][i]));
  }

  /** ½ |L_q⁻¹(μₚ - μ_q)|² and what is left of equal means. @internal */
  klDivergence(q: MultivariateNormal): number {
    const factor = q.#factor;
    const z = standardized(factor, this.mean, q.mean);
    if (!z.every(Number.isFinite)) return Number.POSITIVE_INFINITY;
    const ofMeans = sumOf(z.length, (i) => 0.5 * z[i] * z[i]);
    // E = L_q⁻¹(Σₚ - Σ_q)L_q⁻ᵀ, of which KL is a function
    const difference = this.covariance.map((row, i) =>
      row.map((x, j) => (i === j ? this.#lessVariance(q, i) : x - q.covariance[i][j])),
    );
    const half = transposed(difference).map((column) => solveLower(factor, column));
    const relative = transposed(half).map((row) => solveLower(factor, row));
    const square = sumOf(z.length, (i) => sumOf(z.length, (j) => relative[i][j] * relative[i][j]));
    return ofMeans + (square <= NEAR ? ofNear(relative) : ofFar(factor, this.#factor));
  }

  /** The difference of the variances of component i, of one rounding. */
  #lessVariance(q: MultivariateNormal, i: number): number {
    const [own, others] = [this.covariance[i][i], q.covariance[i][i]];
    if (this.#deviations) return productPlus(this.#deviations[i], this.#deviations[i], -others);
    return q.#deviations ? -productPlus(q.#deviations[i], q.#deviations[i], -own) : own - others;
  }
}

const diagonalOf = (numbers: readonly number[]): number[][] =>
  numbers.map((x, i) => numbers.map((_, j) => (i === j ? x : 0)));

/** Σ of squares of E, up to which I + E is factored in deviations. */
const NEAR = 0.25;

/**
 * ½ [tr E - ln det(I + E)] from I + E = (I + F)(I + F)ᵀ, F lower: ½ Σⱼ [eⱼ - ln(1 + eⱼ)] + ½ Σ_{i>j} Fᵢⱼ², the pivots 1 + eⱼ being (1 + Fⱼⱼ)².
 * All terms are >= 0.
 */
function ofNear(relative: Matrix): number {
  const n = relative.length;
  const deviation: Float64Array[] = [];
  return sumOf(n, (i) => {
    const row = new Float64Array(n);
    deviation.push(row);
    let sum = 0;
    for (let j = 0; j < i; j++) {
      let x = relative[i][j];
      for (let k = 0; k < j; k++) x -= row[k] * deviation[j][k];
      row[j] = x / (1 + deviation[j][j]);
      sum += row[j] * row[j];
    }
    const e = relative[i][i] - sum;
    row[i] = e / (1 + Math.sqrt(1 + e));
    return 0.5 * (ratioExcess(e, 1 + e) + sum);
  });
}

/** The same from W = L_q⁻¹Lₚ: ½ Σ [Wᵢᵢ² - 1 - ln Wᵢᵢ²] + ½ Σ_{i>j} Wᵢⱼ². */
function ofFar(qFactor: Matrix, pFactor: Matrix): number {
  const columns = transposed(pFactor).map((column) => solveLower(qFactor, column));
  if (!columns.every((column) => column.every(Number.isFinite))) return Number.POSITIVE_INFINITY;
  return sumOf(columns.length, (j) => {
    const w = columns[j][j];
    let sum = 0;
    for (let i = j + 1; i < columns.length; i++) sum += 0.5 * columns[j][i] * columns[j][i];
    const half = (0.5 * w - 0.5) * (w + 1);
    const e = 2 * half;
    const isFar = e < -0.5 || e > 1;
    return (isFar ? half - logOfRatio(pFactor[j][j], qFactor[j][j]) : 0.5 * ratioExcess(e, 1 + e)) + sum;
  });
}

const transposed = (matrix: Matrix): number[][] => matrix.map((_, i) => matrix.map((row) => row[i]));

/** Above it, the terms of a sum of numbers may be beyond the largest number. */
const LARGE = 1e300;
const TWO_TO_MINUS_20 = 9.5367431640625e-7;

/** L⁻¹(x - y). One component beyond the largest number is infinite, and those after it may be NaN. */
function standardized(factor: Matrix, x: Vector, y: Vector): Float64Array {
  const isLarge = (vector: Vector) => Array.prototype.some.call(vector, (value) => Math.abs(value) > LARGE);
  const scale = isLarge(x) || isLarge(y) ? TWO_TO_MINUS_20 : 1;
  const z = solveLower(
    factor,
    Float64Array.from(x, (value, i) => value * scale - y[i] * scale),
  );
  return scale === 1 ? z : z.map((value) => value / scale);
}

/** L⁻¹x. */
function solveLower(factor: Matrix, x: Vector): Float64Array {
  const z = new Float64Array(x.length);
  for (let i = 0; i < z.length; i++) {
    let sum = x[i];
    for (let k = 0; k < i; k++) sum -= factor[i][k] * z[k];
    z[i] = sum / factor[i][i];
  }
  return z;
}

function choleskyFactor(covariance: Matrix): Matrix {
  const n = covariance.length;
  const factor: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    const row = new Float64Array(n);
    factor.push(row);
    let pivot = covariance[i][i];
    for (let j = 0; j < i; j++) {
      let x = covariance[i][j];
      for (let k = 0; k < j; k++) x -= row[k] * factor[j][k];
      row[j] = x / factor[j][j];
      pivot -= row[j] * row[j];
    }
    if (!(pivot > n * ROUNDING * covariance[i][i])) {
      throw new RangeError(
        `multivariateNormal: covariance is not positive definite: pivot ${i} of its Cholesky factorisation is ${pivot}, of a ` +
          `variance ${covariance[i][i]}`,
      );
    }
    row[i] = Math.sqrt(pivot);
  }
  return factor;
}

/** The rows of a matrix that is given flat or by rows, symmetric to rounding, which is then taken off. */
function rowsOf(value: unknown, n: number): readonly (readonly number[])[] {
  const name = "covariance";
  const isFlat = !isList(value) || !isList(value[0]);
  const flat = isFlat ? listOf("multivariateNormal", name, value, checkFinite) : undefined;
  const length = (value as Vector).length;
  const expected = isFlat ? n * n : n;
  if (length !== expected) {
    throw new RangeError(
      `multivariateNormal: covariance has ${length} ${isFlat ? "numbers" : "rows"}; for a mean of ${n} it must have ${n} × ${n} numbers`,
    );
  }
  const given = Array.from({ length: n }, (_, i) => {
    const row = flat
      ? flat.slice(i * n, (i + 1) * n)
      : listOf("multivariateNormal", `covariance[${i}]`, (value as ArrayLike<unknown>)[i], checkFinite);
    if (row.length !== n) {
      throw new RangeError(`multivariateNormal: covariance[${i}] has ${row.length} numbers; it must have ${n}`);
    }
    return row;
  });
  const rows = given.map((row, i) =>
    row.map((x, j) => {
      const y = given[j][i];
      if (!(Math.abs(x - y) <= ASYMMETRY * Math.sqrt(Math.abs(given[i][i])) * Math.sqrt(Math.abs(given[j][j])))) {
        throw new RangeError(
          `multivariateNormal: covariance is not symmetric: row ${i}, column ${j} is ${x}, row ${j}, column ${i} is ${y}`,
        );
      }
      return x === y ? x : x / 2 + y / 2;
    }),
  );
  return Object.freeze(rows.map((row) => Object.freeze(row)));
}

/**
 * The normal distribution of n dimensions.
 *
 * H = ½ ln det(2πe·Σ); KL(p‖q) = ½ [tr(Σ_q⁻¹Σₚ) - n - ln(det Σₚ/det Σ_q) + (μₚ - μ_q)ᵀ Σ_q⁻¹ (μₚ - μ_q)], from terms that are all >= 0:
 * relative error 2e-15 times the condition number of Σ_q's correlations. O(n³).
 *
 * @param parameters - `mean`, `covariance`, by name.
 * @param parameters.mean - n finite numbers.
 * @param parameters.covariance - Σ, symmetric and positive definite: n rows of n numbers, or n² numbers. Where rounding has left it not quite
 * symmetric (by 1e-12 of both standard deviations), the means of both halves are taken.
 * @returns The distribution: a frozen object of its parameters, with `logProbability(x)`.
 * @throws TypeError for what is no array of numbers and for an unknown key.
 * @throws RangeError for a number that is not finite, for a wrong length,
 * and for a covariance that is not symmetric or not positive definite, with the pivot; klDivergence and crossEntropy a RangeError for
 * different dimensions.
 * @example
 * entropy(multivariateNormal({ mean: [0, 0], covariance: [[1, 0.5], [0.5, 1]] })); // 2.6940360301834545
 */
export function multivariateNormal(parameters: {
  mean: ArrayLike<number>;
  covariance: ArrayLike<number> | readonly ArrayLike<number>[];
}): MultivariateNormal {
  checkParameters("multivariateNormal", parameters, ["mean", "covariance"]);
  const mean = listOf("multivariateNormal", "mean", parameters.mean, checkFinite);
  return frozen(new MultivariateNormal(mean, rowsOf(parameters.covariance, mean.length)));
}

export type { MultivariateNormal };
