// The words that tell two corpora apart, with how sure that is and how large the difference.

import { checkInteger, checkOptions } from "../engine/checks.js";
import { adjustPValues, type Correction, checkCorrection } from "../evidence/adjustPValues.js";
import { chiSquaredTail } from "../evidence/chiSquaredTail.js";
import { keyness } from "../evidence/keyness.js";
import { lnRatio } from "../measures/row/wide.js";
import { LN2, ln, log1p } from "../numbers/scalar.js";
import { alignAs, type KeyOf } from "./align.js";
import { crossProducts, largestOf, totalsOf } from "./contributions.js";
import type { Counts } from "./read.js";

/** The options of {@link keywords}. */
export interface KeywordOptions {
  /** Keys with fewer than so many occurrences in both samples together are left out, before any correction; 1 by default. */
  minimumCount?: number;
  /** Of the p-values, for as many tests as there are keys left; `"benjaminiHochberg"` by default. */
  correction?: Correction;
  /** How many keys to return; all by default. */
  limit?: number;
}

/** How one key tells two samples apart. */
export interface Keyword<Key = unknown> {
  /** As in the samples. */
  readonly key: Key;
  /** Its count in the first sample, as given. */
  readonly a: number;
  /** Its count in the second. */
  readonly b: number;
  /** Signed G², as of `keyness`: positive where it is more frequent in a. */
  readonly g2: number;
  /** P(χ² >= |G²|), one degree of freedom. */
  readonly pValue: number;
  /** The same, corrected for the number of keys. */
  readonly adjustedPValue: number;
  /** |G²| - ln(Σa + Σb): an approximation to BIC; above 2 there is evidence, above 10 very strong evidence of a difference. */
  readonly bic: number;
  /** log₂(p/q) of its shares p = a/Σa and q = b/Σb: 1 is twice as frequent in a. ±Infinity where one of them is 0. */
  readonly logRatio: number;
  /** %DIFF, 100·(p - q)/q. Infinity where q is 0. */
  readonly percentDifference: number;
  /** Odds p/(1 - p) over q/(1 - q). */
  readonly oddsRatio: number;
}

const NAME = "keywords";
const NAMES = ["a", "b"];

/**
 * Lists the keys that tell two samples apart: keyness, its p-value, and effect sizes, those of the largest |G²| first.
 *
 * @param a - Counts by key: whatever {@link align} accepts.
 * @param b - The same of the other sample.
 * @param options - `minimumCount`, `correction`, `limit`.
 * @returns One object per key. G² and p-values have the errors of `keyness` and `chiSquaredTail`, the effect sizes a relative error of
 * 2e-15. No count is moved away from 0: add a constant with {@link smooth}, where an infinite effect size is of no use.
 * @throws TypeError for what has no counts, or an unknown option.
 * @throws RangeError for a count that is negative, NaN or infinite, for a sample that sums to 0, and where no key has `minimumCount`.
 * Complexity O(keys log keys).
 * @example
 * keywords({ tea: 30, milk: 5 }, { tea: 10, milk: 25 }, { limit: 1 })[0].logRatio; // 1.5849625007211563
 * @see T. Dunning, Accurate Methods for the Statistics of Surprise and Coincidence (1993); A. Hardie, Log Ratio (2014); C. Gabrielatos,
 * A. Marchi, Keyness: Matching Metrics to Definitions (2011); A. Wilson, Embracing Bayes Factors for Key Item Analysis (2013)
 */
export function keywords<const A extends Counts, const B extends Counts>(
  a: A,
  b: B,
  options: KeywordOptions = {},
): Keyword<KeyOf<A | B>>[] {
  checkOptions(NAME, options, ["minimumCount", "correction", "limit"]);
  const { minimumCount = 1, correction = "benjaminiHochberg", limit } = options;
  checkInteger(NAME, "minimumCount", minimumCount, 0);
  checkCorrection(NAME, "correction", correction);
  if (limit !== undefined) checkInteger(NAME, "limit", limit, 0);
  const { keys, counts } = alignAs(NAME, NAMES, [a, b]);
  const totals = totalsOf(NAME, NAMES, counts);
  const signed = keyness(counts[0], counts[1]);
  const kept = [...keys.keys()].filter((i) => counts[0][i] + counts[1][i] >= minimumCount);
  if (kept.length === 0) {
    throw new RangeError(
      `${NAME}: minimumCount is ${minimumCount}; no key has as many occurrences in a and b together`,
    );
  }
  const pValues = Float64Array.from(kept, (i) => chiSquaredTail(Math.abs(signed[i]), 1));
  const adjusted = adjustPValues(pValues, correction);
  const largest = largestOf(
    Float64Array.from(kept, (i) => Math.abs(signed[i])),
    counts.map((own) => Float64Array.from(kept, (i) => own[i])),
    limit ?? kept.length,
  );
  const [sumA, sumB] = [totals.a.high, totals.b.high];
  const penalty = ln(sumA + sumB);
  return largest.map((place) => {
    const i = kept[place];
    const [ofA, ofB] = [counts[0][i], counts[1][i]];
    const { x, y, d } = crossProducts(ofA, ofB, totals);
    return {
      ...{ key: keys[i], a: ofA, b: ofB, g2: signed[i] },
      ...{ pValue: pValues[place], adjustedPValue: adjusted[place], bic: Math.abs(signed[i]) - penalty },
      ...{ logRatio: lnOf(x, y, d) / LN2, percentDifference: (100 * d) / y },
      oddsRatio: (ofA / (sumA - ofA)) * ((sumB - ofB) / ofB),
    };
  });
}

/** ln(x/y), from d = x - y where they are near each other. */
function lnOf(x: number, y: number, d: number): number {
  if (x === 0 || y === 0) return x === y ? Number.NaN : x === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Math.abs(d) < 0.5 * y ? log1p(d / y) : lnRatio(x, y);
}
