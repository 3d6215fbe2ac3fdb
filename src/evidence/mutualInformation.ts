import { checkSum } from "../call/arguments.js";
import type { Matrix } from "../call/inputs.js";
import { checkOptions, show, unitOf } from "../engine/checks.js";
import { entropy } from "../index.js";
import { asRow, checkBoolean, checkTotal } from "./arguments.js";
import { excessOverIndependence, readTable, type Table } from "./table.js";

/** The options of {@link mutualInformation}. */
export interface MutualInformationOptions {
  /** The length of a row. Required for a flat table, which is row-major. */
  rowLength?: number;
  /** Unit of the result: its logarithm's base. Nats by default. */
  base?: number;
  /** Accept any positive sum (counts, weights), not only sums within 1e-2 of 1. */
  normalize?: boolean;
}

/** What mutual information is divided by: a mean of the entropies of rows and columns, one of them, or that of the table. */
export type EntropyMean = "arithmetic" | "geometric" | "min" | "max" | "joint";

/** The options of {@link normalizedMutualInformation}. */
export interface NormalizedMutualInformationOptions {
  /** The length of a row. Required for a flat table, which is row-major. */
  rowLength?: number;
  /** What to divide by; `"arithmetic"` by default. */
  mean?: EntropyMean;
  /** Accept any positive sum (counts, weights), not only sums within 1e-2 of 1. */
  normalize?: boolean;
}

function readJoint(
  functionName: string,
  joint: Matrix,
  { rowLength, normalize = false }: { rowLength?: number; normalize?: boolean },
): Table {
  checkBoolean(functionName, "normalize", normalize);
  const table = readTable(functionName, "joint", joint, rowLength, "probabilities", normalize);
  const { cells, total } = table;
  const call = { functionName, precision: "f64", length: cells.length, normalize, unit: 1, temperature: 1 } as const;
  checkSum(call, asRow("joint", cells), total.high);
  checkTotal(functionName, "joint", total.high);
  return table;
}

/**
 * Mutual information I(X; Y) = KL(joint ‖ product of its margins) = H(X) + H(Y) - H(X, Y) of a joint table, p̂ = p/Σp.
 *
 * @param joint - A row-major matrix of numbers >= 0 whose sum is within 1e-2 of 1 (any with `normalize`).
 * @returns Nats (or units of `base`), >= 0, and 0 where rows and columns are independent. *Relative* error 4e-15 down to 1e-30: the
 * margins and their products are computed to twice the precision, so that nothing is lost of nearly independent tables.
 * @throws TypeError for what is not an array of numbers or an unknown option.
 * @throws RangeError for a number that is negative, NaN or
 * infinite, a length that is not a multiple of `rowLength`, and for a sum that is not 1. Complexity O(rows·columns).
 * @example
 * mutualInformation([0.5, 0, 0, 0.5], { rowLength: 2, base: 2 }); // 1
 * @see C. E. Shannon, A Mathematical Theory of Communication (1948)
 */
export function mutualInformation(joint: Matrix, options: MutualInformationOptions = {}): number {
  const name = "mutualInformation";
  checkOptions(name, options, ["rowLength", "base", "normalize"]);
  const unit = unitOf(name, options.base);
  const table = readJoint(name, joint, options);
  return excessOverIndependence(table) / table.total.high / unit;
}

const DIVISORS: Record<EntropyMean, (rows: number, columns: number, information: number) => number> = {
  arithmetic: (rows, columns) => (rows + columns) / 2,
  geometric: (rows, columns) => Math.sqrt(rows * columns),
  min: (rows, columns) => Math.min(rows, columns),
  max: (rows, columns) => Math.max(rows, columns),
  joint: (rows, columns, information) => rows + columns - information,
};

/**
 * Mutual information over a mean of the entropies of rows and columns: 0 where they are independent, 1 where one tells the other (by
 * `"min"`) or each the other (by any).
 *
 * @param joint - As {@link mutualInformation}.
 * @param options - `mean`: (H(X) + H(Y))/2 by default, as scikit-learn has it; `"geometric"`, `"min"`, `"max"`, or `"joint"` for H(X, Y).
 * @returns From 0 to 1. Relative error 4e-15.
 * @throws As {@link mutualInformation}; RangeError where the divisor is 0, as for a table of one cell.
 * @example
 * normalizedMutualInformation([0.5, 0, 0, 0.5], { rowLength: 2 }); // 1
 * @see N. X. Vinh, J. Epps, J. Bailey, Information Theoretic Measures for Clusterings Comparison (2010)
 */
export function normalizedMutualInformation(joint: Matrix, options: NormalizedMutualInformationOptions = {}): number {
  const name = "normalizedMutualInformation";
  checkOptions(name, options, ["rowLength", "mean", "normalize"]);
  const { mean = "arithmetic" } = options;
  const isText = typeof mean === "string";
  if (!isText || !Object.hasOwn(DIVISORS, mean)) {
    const names = Object.keys(DIVISORS).map((known) => `"${known}"`);
    const message = `${name}: mean is ${show(mean)}; it must be one of ${names.join(", ")}`;
    throw new (isText ? RangeError : TypeError)(message);
  }
  const table = readJoint(name, joint, options);
  const information = excessOverIndependence(table) / table.total.high;
  const ofRows = entropy(
    table.rowSums.map(({ high }) => high),
    { normalize: true },
  );
  const ofColumns = entropy(table.columnSums.high, { normalize: true });
  const divisor = DIVISORS[mean](ofRows, ofColumns, information);
  if (divisor === 0) {
    throw new RangeError(`${name}: the entropy to divide by is 0; joint has one possible row, or one column, only`);
  }
  return Math.min(1, information / divisor);
}
