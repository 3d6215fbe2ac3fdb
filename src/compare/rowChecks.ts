// Whether a row can be what it is taken for, and the words for one that cannot.

import { isSum } from "../call/arguments.js";
import type { InputKind } from "../call/options.js";
import { exp } from "../numbers/scalar.js";

/** What is wrong with a row: a number, in its column; or, with column -1, its sum (-Infinity where no class is possible). */
export interface Problem {
  readonly column: number;
  readonly value: number;
}

/** Slow, for rows that a kernel has declined. Sums are those of probabilities, and of the exponentials of log-probabilities. */
export function problemOf(
  kind: InputKind,
  source: ArrayLike<number>,
  start: number,
  length: number,
): Problem | undefined {
  const least = kind === "probabilities" ? 0 : Number.NEGATIVE_INFINITY;
  let largest = least;
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const x = source[start + i];
    if (!(x >= least && x < Number.POSITIVE_INFINITY)) return { column: i, value: x };
    if (x > largest) largest = x;
    sum += kind === "probabilities" ? x : exp(x);
  }
  if (largest === Number.NEGATIVE_INFINITY) return { column: -1, value: largest };
  return kind === "logits" || isSum(sum, false) ? undefined : { column: -1, value: sum };
}

const NUMBERS: Readonly<Record<InputKind, string>> = {
  logits: "logits must be finite or -Infinity",
  logProbabilities: "log-probabilities must be finite or -Infinity",
  probabilities: "probabilities must be finite and >= 0",
};

/** "a.npy has NaN in row 17, column 3; logits must be finite or -Infinity". `place` is that of the column. */
export function wordsOf({ column, value }: Problem, kind: InputKind, name: string, row: number, place: string): string {
  const hint = 'if these are logits, take them as such by the option input, "logits"';
  if (column >= 0) return `${name} has ${value} in ${place}; ${NUMBERS[kind]}${value < 0 ? `; ${hint}` : ""}`;
  if (value === Number.NEGATIVE_INFINITY) {
    return `every number of row ${row} of ${name} is -Infinity; at least one class must be possible`;
  }
  if (kind === "probabilities") return `row ${row} of ${name} sums to ${value}, not to 1; ${hint}`;
  return (
    `the exponentials of row ${row} of ${name} sum to ${value}, not to 1; ${hint}, ` +
    "which divides each row by its sum"
  );
}

/** How far the sum of a row may be from 1 that looks like probabilities. */
const SUM_TOLERANCE = 1e-3;

/** Whether a row of logits may be one of probabilities by mistake: none < 0, with a sum near 1. Most rows of logits show it early. */
export function looksLikeProbabilities(source: ArrayLike<number>, start: number, length: number): boolean {
  let sum = 0;
  for (let i = start; i < start + length; i++) {
    const x = source[i];
    if (!(x >= 0)) return false;
    sum += x;
    if (sum > 1 + SUM_TOLERANCE) return false;
  }
  return sum >= 1 - SUM_TOLERANCE;
}
