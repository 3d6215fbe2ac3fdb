// Counts by how often each occurs: what most estimators depend on, and far fewer numbers than there are classes.

import { sumOfAll } from "../numbers/twofold.js";
import { countsOf } from "./align.js";
import { tally } from "./tally.js";

/** Counts, grouped. */
export interface Frequencies {
  /** The counts that occur, but 0: ascending. */
  readonly counts: Float64Array;
  /** How many classes have each of these counts. */
  readonly classes: Float64Array;
  /** Observations: Σ counts·classes. */
  readonly total: number;
  /** Classes with a count above 0. */
  readonly seen: number;
}

/** The counts of an argument, with their sum; throws where there are none. */
export function readSample(
  functionName: string,
  given: unknown,
): { readonly counts: Float64Array; readonly total: number } {
  const counts = countsOf(functionName, "counts", given);
  if (counts.length === 0) throw new RangeError(`${functionName}: counts is empty`);
  const total = sumOfAll(counts);
  if (total > 0 && total < Number.POSITIVE_INFINITY) return { counts, total };
  const hint = total === 0 ? "at least one count must be positive" : "scale them";
  throw new RangeError(`${functionName}: counts sum to ${total}; ${hint}`);
}

/** Throws for a count that is no number of observations. */
function checkIntegers(functionName: string, what: string, counts: readonly number[], total: number): void {
  const wrong = counts.find((count) => !Number.isInteger(count));
  if (wrong !== undefined) {
    throw new RangeError(`${functionName}: a count is ${wrong}; ${what} requires integers, as many observations`);
  }
  if (total <= Number.MAX_SAFE_INTEGER) return;
  throw new RangeError(`${functionName}: counts sum to ${total}; ${what} requires at most 2^53 - 1 observations`);
}

/** Groups counts, which must be integers for `what`. */
export function frequenciesOf(
  functionName: string,
  what: string,
  { counts, total }: { readonly counts: Float64Array; readonly total: number },
): Frequencies {
  const groups = tally(counts);
  groups.delete(0);
  const distinct = Float64Array.from(groups.keys()).sort();
  checkIntegers(functionName, what, Array.from(distinct), total);
  const classes = distinct.map((count) => groups.get(count) as number);
  return { counts: distinct, classes, total, seen: sumOfAll(classes) };
}
