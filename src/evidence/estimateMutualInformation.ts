import type { Matrix } from "../call/inputs.js";
import { checkOptions, show, unitOf } from "../engine/checks.js";
import { lnRatio } from "../measures/row/wide.js";
import { Sum } from "../numbers/twofold.js";
import { checkTotal } from "./arguments.js";
import { excessOverIndependence, readTable, type Table } from "./table.js";

/** How {@link estimateMutualInformation} estimates. */
export type MutualInformationEstimator = "millerMadow" | "shrinkage" | "maximumLikelihood";

/** The options of {@link estimateMutualInformation}. */
export interface MutualInformationEstimateOptions {
  /** The length of a row. Required for a flat table, which is row-major. */
  rowLength?: number;
  /** `"millerMadow"` by default. */
  estimator?: MutualInformationEstimator;
  /** Unit of the result: its logarithm's base. Nats by default. */
  base?: number;
}

/** What {@link estimateMutualInformation} returns. */
export interface MutualInformationEstimate {
  /** The estimate, in nats or units of `base`. */
  readonly value: number;
  /** √(variance of ln(p/(row·column))/N): of the observed table, or of the shrunken one. 0 to first order where there is no dependence. */
  readonly standardError: number;
  /** The mutual information of the table as it is. */
  readonly plugIn: number;
  /** As given, or the default. */
  readonly estimator: MutualInformationEstimator;
  /** How much of the estimated table is the uniform one, from 0 to 1: 0 but for `"shrinkage"`. */
  readonly shrinkage: number;
}

const NAME = "estimateMutualInformation";
const ESTIMATORS: readonly unknown[] = ["millerMadow", "shrinkage", "maximumLikelihood"];

const countPositive = (numbers: Iterable<number>): number => {
  let count = 0;
  for (const x of numbers) if (x > 0) count++;
  return count;
};

/** λ = (1 - Σp²)/((N - 1)·Σ(1/cells - p)²), at most 1: how much to draw the table towards the uniform one (Hausser and Strimmer 2009). */
function shrinkageOf({ cells, total }: Table): number {
  const uniform = 1 / cells.length;
  const [squares, distances] = [new Sum(), new Sum()];
  for (const count of cells) {
    const p = count / total.high;
    squares.add(p * p);
    distances.add((p - uniform) * (p - uniform));
  }
  const apart = (total.high - 1) * distances.value;
  return apart === 0 ? 1 : Math.min(1, Math.max(0, 1 - squares.value) / apart);
}

/** √(Σp ln²(p/(row·column)) - I²)/√N, of a table whose cells sum to `total`. */
function standardErrorOf({ cells, rowLength, rowSums, columnSums, total }: Table, observations: number): number {
  const [mean, square] = [new Sum(), new Sum()];
  cells.forEach((cell, i) => {
    if (cell === 0) return;
    const row = rowSums[Math.floor(i / rowLength)].high;
    const column = columnSums.high[i % rowLength];
    const information = lnRatio(cell / row, column / total.high);
    mean.add((cell / total.high) * information);
    square.add((cell / total.high) * information * information);
  });
  return Math.sqrt(Math.max(0, square.value - mean.value * mean.value) / observations);
}

/**
 * Estimates the mutual information of two variables from a table of counts, which is too large as it is: by about (r - 1)(c - 1)/2N for
 * independent variables of r and c values.
 *
 * @param table - A row-major matrix of counts: numbers >= 0.
 * @param options - `rowLength`, `base`, and `estimator`: `"millerMadow"` takes (m - r - c + 1)/2N away, m cells, r rows and c columns
 * having counts, and may be negative; `"shrinkage"` is the mutual information of λ/cells + (1 - λ)·p, with the λ of James and Stein that
 * Hausser and Strimmer estimate; `"maximumLikelihood"` is not corrected.
 * @returns The estimate, its standard error (of first order: too small where variables are nearly independent, for which `gTest` of the
 * table is the test) and the plug-in value. Error 1e-14 of the plug-in value, or of 1 where that is less.
 * @throws TypeError for what is not an array of numbers or an unknown option.
 * @throws RangeError for a number that is negative, NaN or infinite, a length that is not a multiple of `rowLength`, an unknown estimator,
 * and a table whose counts sum to 1 or less. Complexity O(rows·columns).
 * @example
 * estimateMutualInformation([12, 4, 5, 9], { rowLength: 2 }).value; // 0.0634999594530311
 * @see G. A. Miller, Note on the Bias of Information Estimates (1955); J. Hausser, K. Strimmer, Entropy Inference and the James-Stein
 * Estimator (2009)
 */
export function estimateMutualInformation(
  table: Matrix,
  options: MutualInformationEstimateOptions = {},
): MutualInformationEstimate {
  checkOptions(NAME, options, ["rowLength", "estimator", "base"]);
  const { rowLength, estimator = "millerMadow", base } = options;
  const unit = unitOf(NAME, base);
  if (!ESTIMATORS.includes(estimator)) {
    const names = ESTIMATORS.map((name) => `"${name}"`).join(", ");
    const words = `${NAME}: estimator is ${show(estimator)}; it must be one of ${names}`;
    throw new (typeof estimator === "string" ? RangeError : TypeError)(words);
  }
  const counts = readTable(NAME, "table", table, rowLength, "counts", true);
  const size = counts.total.high;
  checkTotal(NAME, "table", size);
  if (size <= 1) throw new RangeError(`${NAME}: table sums to ${size}; it must be counts of two observations at least`);
  const informationOf = (own: Table) => excessOverIndependence(own) / own.total.high;

  const plugIn = informationOf(counts);
  const shrinkage = estimator === "shrinkage" ? shrinkageOf(counts) : 0;
  let value = plugIn;
  let estimated = counts;
  if (estimator === "millerMadow") {
    const rows = countPositive(counts.rowSums.map(({ high }) => high));
    const freedom = countPositive(counts.cells) - rows - countPositive(counts.columnSums.high) + 1;
    value = plugIn - freedom / (2 * size);
  } else if (estimator === "shrinkage") {
    const added = (shrinkage * size) / counts.cells.length;
    const shrunken = counts.cells.map((count) => added + (1 - shrinkage) * count);
    estimated = readTable(NAME, "table", shrunken, counts.rowLength, "counts", true);
    value = informationOf(estimated);
  }
  return {
    value: value / unit,
    standardError: standardErrorOf(estimated, size) / Math.abs(unit),
    ...{ plugIn: plugIn / unit, estimator, shrinkage },
  };
}
