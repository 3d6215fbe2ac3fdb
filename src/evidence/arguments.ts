// The checks that the functions of logratio/evidence share.

import type { Vector } from "../backends/backend.js";
import { isSum } from "../call/arguments.js";
import { describe, isList, propertyOf } from "../engine/checks.js";

/** Throws for what is no array of numbers, as far as one can tell without a look at them. */
export function checkArray(functionName: string, argument: string, value: unknown): asserts value is Vector {
  if (!isList(value) || value instanceof BigInt64Array || value instanceof BigUint64Array) {
    const hint = isList(propertyOf(value, "data")) ? `; pass ${argument}.data` : "";
    throw new TypeError(
      `${functionName}: ${argument} is ${describe(value)}; it must be a Float32Array, a Float64Array or an array of numbers${hint}`,
    );
  }
  if (value.length === 0) throw new RangeError(`${functionName}: ${argument} is empty`);
}

/** The array in f64, once every number is known to be finite and >= 0. */
export function readNumbers(functionName: string, argument: string, source: unknown, kind: string): Float64Array {
  checkArray(functionName, argument, source);
  for (let i = 0; i < source.length; i++) {
    const x: unknown = source[i];
    if (typeof x !== "number") {
      throw new TypeError(`${functionName}: ${argument}[${i}] is ${describe(x)}; ${kind} must be numbers`);
    }
    if (!(x >= 0 && x < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${functionName}: ${argument}[${i}] is ${x}; ${kind} must be finite and >= 0`);
    }
  }
  return source instanceof Float64Array ? source : Float64Array.from(source);
}

export function checkSameLength(functionName: string, names: readonly string[], sources: readonly Vector[]): void {
  const [a, b] = sources;
  if (a.length === b.length) return;
  throw new RangeError(
    `${functionName}: ${names[1]} has ${b.length} numbers, ${names[0]} has ${a.length}; they must be of one length`,
  );
}

/** Throws for a sum that is not about 1, or with `normalize` for one that is not positive and finite. */
export function checkSum(functionName: string, name: string, sum: number, normalize: boolean): void {
  if (isSum(sum, normalize)) return;
  if (sum === 0 || sum === Number.POSITIVE_INFINITY) {
    const demand = sum === 0 ? "at least one number must be positive" : "scale it";
    throw new RangeError(`${functionName}: ${name} sums to ${sum}; ${demand}`);
  }
  throw new RangeError(
    `${functionName}: ${name} sums to ${sum}, not to 1; for counts or weights pass { normalize: true }, for logits their softmax`,
  );
}

/** Sums whose products and quotients are numbers to twice the precision. */
const LEAST_SUM = 1e-150;
const MOST_SUM = 1e150;

/** Throws for a sum that is 0, or of which the products would leave the numbers. */
export function checkTotal(functionName: string, name: string, sum: number): void {
  if (sum === 0) throw new RangeError(`${functionName}: ${name} sums to 0; at least one number must be positive`);
  if (sum >= LEAST_SUM && sum <= MOST_SUM) return;
  throw new RangeError(
    `${functionName}: ${name} sums to ${sum}, not to anything from ${LEAST_SUM} to ${MOST_SUM}; scale it`,
  );
}

export function checkBoolean(functionName: string, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "boolean") {
    throw new TypeError(`${functionName}: ${name} is ${describe(value)}; it must be a boolean`);
  }
}

/** How many rows of `rowLength` numbers an array has. */
export function countRows(functionName: string, argument: string, source: Vector, rowLength: unknown): number {
  if (typeof rowLength !== "number") {
    throw new TypeError(`${functionName}: rowLength is ${describe(rowLength)}; it must be an integer >= 1`);
  }
  if (!Number.isInteger(rowLength) || rowLength < 1) {
    throw new RangeError(`${functionName}: rowLength is ${rowLength}; it must be an integer >= 1`);
  }
  const { length } = source;
  if (length % rowLength === 0) return length / rowLength;
  throw new RangeError(`${functionName}: ${argument} has ${length} numbers, not a multiple of rowLength ${rowLength}`);
}
