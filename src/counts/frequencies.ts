// Counts by how often each occurs: what most estimators depend on, and far fewer numbers than there are classes.

import { show } from "../engine/checks.js";
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

/** What terms of an estimator may depend on, besides their count. */
export interface Whole {
  /** Observations. */
  readonly total: number;
  /** Classes that were observed. */
  readonly seen: number;
  /** Once. */
  readonly once: number;
  /** Twice. */
  readonly twice: number;
}

/** An estimate in nats, and how far off it may be. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

/** Counts, and their sum. */
export interface Sample {
  readonly counts: Float64Array;
  readonly total: number;
}

/** The counts of an argument; throws where there are none, or for one that is not as many observations, where `demand` says so. */
export function readSample(functionName: string, given: unknown, demand?: string): Sample {
  const counts = countsOf(functionName, "counts", given, (count, key) => {
    if (demand === undefined || Number.isInteger(count)) return;
    throw new RangeError(`${functionName}: the count of ${show(key)} in counts is ${count}; ${demand}`);
  });
  if (counts.length === 0) throw new RangeError(`${functionName}: counts is empty`);
  const total = sumOfAll(counts);
  if (demand !== undefined && total > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(`${functionName}: counts sum to ${total}; ${demand}, and their sum below 2^53`);
  }
  if (total > 0 && total < Number.POSITIVE_INFINITY) return { counts, total };
  const hint = total === 0 ? "at least one count must be positive" : "scale them";
  throw new RangeError(`${functionName}: counts sum to ${total}; ${hint}`);
}

/** Groups counts. */
export function frequenciesOf({ counts, total }: Sample): Frequencies {
  const groups = tally(counts);
  groups.delete(0);
  const distinct = Float64Array.from(groups.keys()).sort();
  const classes = distinct.map((count) => groups.get(count) as number);
  return { counts: distinct, classes, total, seen: sumOfAll(classes) };
}
