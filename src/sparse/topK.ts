// Lists from whole rows of logits.

import { isFloat32, isFloat64 } from "../backends/arrays.js";
import type { Vector } from "../backends/backend.js";
import { findLargest } from "../backends/js/largest.js";
import { checkNumbers } from "../call/arguments.js";
import { type Numbers, openRow } from "../call/inputs.js";
import { checkInteger, checkNumber, checkOptions, isFinitePositive } from "../engine/checks.js";
import { logSumExp } from "../index.js";
import { TopKDistribution } from "./topKDistribution.js";

/** The options of {@link topK}. */
export interface TopKOfLogitsOptions {
  /** Divides the logits; 1 by default. */
  temperature?: number;
}

const NAME = "topK";

/** What is left of the accuracy of ln Z, 1e-13 of at most ln of the classes, and of a difference of logits. */
const ROUNDING = 1e-11;

/**
 * The k likeliest classes of a row of logits, as a list: what {@link divergenceBounds} takes, and a hundredth or a thousandth of the row.
 *
 * The tokens are the indices of the row, the likeliest first, and of equal ones the first. `JSON.stringify` of the result is a line of the
 * neutral format that {@link readPositions} reads.
 *
 * @param logits - One row, or a tensor of one: logits or log-probabilities, in which -Infinity is an impossible class.
 * @param k - How many; at most as many as the row has.
 * @returns The list, with the number of classes. Log-probabilities are computed in f64, to 1e-11 of exact ones of the logits as they are.
 * @throws TypeError for what is no array of numbers, or an unknown option.
 * @throws RangeError for NaN or Infinity in the row, a row without a possible class, and a k that is not from 1 to the length.
 * Complexity O(length), and O(length) memory.
 * @example
 * topK([2, 1, 0, -1], 2).tokens; // [0, 1]
 */
export function topK(logits: Numbers, k: number, options: TopKOfLogitsOptions = {}): TopKDistribution {
  const row: Vector = openRow(NAME, "logits", logits);
  checkInteger(NAME, "k", k, 1);
  const { length } = row;
  if (k > length) throw new RangeError(`${NAME}: k is ${k}; logits has ${length} numbers`);
  checkOptions(NAME, options, ["temperature"]);
  const { temperature = 1 } = options;
  checkNumber(NAME, "temperature", temperature, isFinitePositive, "positive and finite");
  const named = { argument: "logits", source: row, start: 0, scale: 1, kind: "logits" } as const;
  checkNumbers({ functionName: NAME, length }, named);
  const indices = new Int32Array(k);
  findLargest(isFloat32(row) || isFloat64(row) ? row : Float64Array.from(row), 0, length, indices);
  const largest = row[indices[0]];
  if (largest === Number.NEGATIVE_INFINITY) {
    throw new RangeError(`${NAME}: every number of logits is -Infinity; at least one class must be possible`);
  }
  // as in softmax: differences first, which are at most 0
  const logOf = (z: number) => (z - largest) / temperature;
  const shifted = new Float64Array(length);
  for (let i = 0; i < length; i++) shifted[i] = logOf(row[i]);
  const lnZ = logSumExp(shifted);
  const logs = Float64Array.from(indices, (i) => shifted[i] - lnZ);
  return new TopKDistribution(Array.from(indices), logs, { classes: length, rounding: ROUNDING }, NAME);
}
