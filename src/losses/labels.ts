// What the losses share: labels, and how the losses of rows become one.

import { isFloat32, isFloat64, typeNameOf } from "../backends/arrays.js";
import type { FloatArray, Precision } from "../backends/backend.js";
import { isHalf, typeOf } from "../call/calls.js";
import { dataOf, type TensorLike } from "../call/inputs.js";
import { allocate, checkNumber, describe, mustBe, show } from "../engine/checks.js";

/** Class indices, one per row: integers from 0 to the number of classes - 1. */
export type Labels =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly number[]
  | readonly bigint[];

/** Labels as a function takes them: also a tensor of integers, one per row. */
export type GivenLabels = Labels | TensorLike;

/** Of typed arrays, those of integers. */
export const isLabelArray = (value: unknown): value is Labels => /[Ii]nt\d/.test(typeNameOf(value) ?? "");

/** Throws unless there is a label for each row; `hint` says what a wrong number of them may be. */
function checkLabelCount(functionName: string, name: string, labels: Labels, rows: number, hint: string): void {
  const type = describe(labels);
  if (!isLabelArray(labels) && type !== "[object Array]") {
    throw mustBe(functionName, name, labels, "an array of integers, one a row");
  }
  if (labels.length !== rows) {
    throw new RangeError(`${functionName}: ${name} has ${labels.length} labels for ${rows} rows${hint}`);
  }
}

export function checkIgnoreIndex(functionName: string, ignoreIndex: unknown): void {
  checkNumber(functionName, "ignoreIndex", ignoreIndex, Number.isInteger, "an integer");
}

/** Label r; undefined where it is `ignoreIndex`. */
function labelAt(
  functionName: string,
  name: string,
  labels: Labels,
  r: number,
  classes: number,
  ignoreIndex?: number,
): number | undefined {
  const given: unknown = labels[r];
  if (typeof given !== "number" && typeof given !== "bigint") {
    throw new TypeError(`${functionName}: ${name}[${r}] is ${describe(given)}; labels must be integers, one a row`);
  }
  const label = Number(given);
  if (label === ignoreIndex) return undefined;
  if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
    const exception = ignoreIndex === undefined ? "" : `, or ${ignoreIndex} to ignore the row`;
    throw new RangeError(
      `${functionName}: ${name}[${r}] is ${labels[r]}; it must be an integer from 0 to ${classes - 1}${exception}`,
    );
  }
  return label;
}

/** The labels of all rows as whole numbers, -1 for rows that do not count. */
export function readLabels(
  functionName: string,
  name: string,
  given: GivenLabels,
  rows: number,
  classes: number,
  ignoreIndex?: number,
  mask?: Uint8Array,
  hint = "",
): Int32Array {
  const labels = dataOf(functionName, name, given) as Labels;
  checkLabelCount(functionName, name, labels, rows, hint);
  const read = new Int32Array(rows);
  if (mask === undefined && typeNameOf(labels) === "Int32Array") {
    // the usual ones, at a third of the cost
    read.set(labels as Int32Array);
    let r = 0;
    while (r < rows && read[r] >= 0 && read[r] < classes && read[r] !== ignoreIndex) r++;
    if (r === rows) return read;
  }
  for (let r = 0; r < rows; r++) {
    if (mask?.[r] === 0) {
      read[r] = -1;
      continue;
    }
    const label: unknown = labels[r];
    const isPlain = typeof label === "number" && label >= 0 && label < classes && label !== ignoreIndex;
    read[r] =
      isPlain && Number.isInteger(label) ? label : (labelAt(functionName, name, labels, r, classes, ignoreIndex) ?? -1);
  }
  return read;
}

/** How the losses of rows are combined: into their mean, into their sum, or not at all. */
export type Reduction = "mean" | "sum" | "none";

export function checkReduction<T extends string>(functionName: string, reduction: T, known: readonly T[]): void {
  if (known.includes(reduction)) return;
  const names = known.map(show);
  throw new RangeError(
    `${functionName}: reduction is ${show(reduction)}; it must be ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`,
  );
}

/** The array that a `gradient` option asks for: `true` for a new one. */
export function gradientOption(
  functionName: string,
  gradient: unknown,
): { wanted: boolean; given: FloatArray | undefined } {
  if (gradient === undefined || gradient === false) return { wanted: false, given: undefined };
  if (gradient === true) return { wanted: true, given: undefined };
  if (isFloat32(gradient) || isFloat64(gradient) || isHalf(gradient)) {
    return { wanted: true, given: gradient as FloatArray };
  }
  throw mustBe(functionName, "gradient", gradient, "true or an array to write it to");
}

/** Where a gradient is computed: elsewhere, if it is to be rounded to 16 bits at the end. */
export const draftOf = <G extends FloatArray | undefined>(
  functionName: string,
  gradient: G,
  precision: Precision,
): G =>
  gradient && isHalf(gradient)
    ? (allocate<FloatArray>(functionName, typeOf(precision), gradient.length) as G)
    : gradient;

/** Brings it to where it is to be. */
export function bringGradient(gradient: FloatArray | undefined, draft: FloatArray | undefined): void {
  if (gradient && draft && draft !== gradient) gradient.set(draft);
}

/** The number of rows that count. */
export function countLabels(labels: Int32Array): number {
  let count = 0;
  for (let r = 0; r < labels.length; r++) if (labels[r] >= 0) count++;
  return count;
}
