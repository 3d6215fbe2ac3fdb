// The checks that the functions of logratio/evidence share.

import type { Vector } from "../backends/backend.js";
import { checkNumbers, type NamedRow } from "../call/arguments.js";
import { openRow } from "../call/inputs.js";
import { describe } from "../engine/checks.js";

/** An array as the row that the checks of the kernels' callers take. */
export const asRow = (argument: string, source: Vector): NamedRow => ({
  argument,
  source,
  start: 0,
  scale: 1,
  kind: "probabilities",
});

/** The array in f64, once every number is known to be finite and >= 0. `counts`: as in `open`. */
export function readNumbers(
  functionName: string,
  argument: string,
  given: unknown,
  kind: string,
  counts: boolean | undefined,
): Float64Array {
  const source = openRow(functionName, argument, given, undefined, counts);
  checkNumbers({ functionName, length: source.length }, asRow(argument, source), kind);
  return source instanceof Float64Array ? source : Float64Array.from(source);
}

export function checkSameLength(functionName: string, names: readonly string[], sources: readonly Vector[]): void {
  const [a, b] = sources;
  if (a.length === b.length) return;
  throw new RangeError(
    `${functionName}: ${names[1]} has ${b.length} numbers, ${names[0]} has ${a.length}; they must be of one length`,
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
