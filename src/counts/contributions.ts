// Which keys make two samples differ: a divergence as a sum over keys.

import { checkInteger, checkOptions, show, unitOf } from "../engine/checks.js";
import { checkTotal } from "../evidence/arguments.js";
import { excessOf } from "../evidence/excess.js";
import { twofoldSumOf } from "../evidence/expected.js";
import { lnRatio } from "../measures/row/wide.js";
import { LN2 } from "../numbers/scalar.js";
import { productError, sumOfAll, type Twofold } from "../numbers/twofold.js";
import { alignAs, type KeyOf } from "./align.js";
import type { Counts } from "./read.js";

/** What {@link contributions} can split into terms. */
export type ContributionMeasure = "js" | "kl" | "psi" | "g2" | "hellinger" | "totalVariation";

/** The options of {@link contributions}. */
export interface ContributionOptions {
  /**
   * Of p = a/Σa and q = b/Σb, the term of a key is, with m = (p + q)/2:
   * - `"js"`, the default: ½[p ln(p/m) + q ln(q/m)], of the Jensen-Shannon divergence;
   * - `"kl"`: p ln(p/q), of KL(p‖q): negative for a key that is more frequent in b, Infinity for one that b does not have;
   * - `"psi"`: (p - q) ln(p/q), of the population stability index (Jeffreys divergence): Infinity for a key that only one of them has;
   * - `"g2"`: 2[a ln(a/E) + b ln(b/F)], of G² of the two samples, E and F what each is expected to have of a + b;
   * - `"hellinger"`: ½(√p - √q)², of the *square* of the Hellinger distance;
   * - `"totalVariation"`: ½|p - q|.
   */
  measure?: ContributionMeasure;
  /** How many terms to return, the largest; all by default. */
  limit?: number;
  /** Unit of `"js"`, `"kl"` and `"psi"`: its logarithm's base. Nats by default. */
  base?: number;
}

/** What one key adds. */
export interface Contribution<Key = unknown> {
  /** As in the samples. */
  readonly key: Key;
  /** What it adds to the measure. */
  readonly term: number;
  /** Its count in the first sample, as given. */
  readonly a: number;
  /** Its count in the second. */
  readonly b: number;
  /** Its share of the first sample, a/Σa. */
  readonly p: number;
  /** Its share of the second, b/Σb. */
  readonly q: number;
}

/** A measure as a sum over keys. */
export interface Contributions<Key = unknown> {
  /** As given, or the default. */
  readonly measure: ContributionMeasure;
  /** The sum of the terms of all keys, correctly rounded. */
  readonly value: number;
  /** The largest first; of equal ones, that with the larger count first, then in the order of {@link align}. */
  readonly terms: readonly Contribution<Key>[];
  /** The sum of the terms that `limit` left out. */
  readonly rest: number;
}

/** The sums of two samples. */
export interface Totals {
  readonly a: Twofold;
  readonly b: Twofold;
}

/**
 * The terms, times `scale`, from x = a·Σb and y = b·Σa, which are to each other as p is to q, and d = x - y, known to twice their precision:
 * nothing cancels where p and q are near each other.
 */
interface Term {
  readonly of: (x: number, y: number, d: number) => number;
  /** Whether it is a logarithm's, with a base. */
  readonly hasUnit: boolean;
}

export const TERMS: Readonly<Record<Exclude<ContributionMeasure, "g2">, Term>> = {
  js: {
    of: (x, y, d) => {
      if (x === 0 || y === 0) return 0.5 * (x + y) * LN2;
      const mean = 0.5 * x + 0.5 * y;
      return 0.5 * (excessOf(x, mean, 0.5 * d) + excessOf(y, mean, -0.5 * d));
    },
    hasUnit: true,
  },
  kl: {
    of: (x, y, d) => {
      if (x === 0) return 0;
      if (y === 0) return Number.POSITIVE_INFINITY;
      return Math.abs(d) <= (x + y) / 3 ? excessOf(x, y, d) + d : x * lnRatio(x, y);
    },
    hasUnit: true,
  },
  psi: { of: (x, y, d) => excessOf(x, y, d) + excessOf(y, x, -d), hasUnit: true },
  hellinger: {
    of: (x, y, d) => {
      const roots = Math.sqrt(x) + Math.sqrt(y);
      return roots === 0 ? 0 : (0.5 * d * (d / roots)) / roots;
    },
    hasUnit: false,
  },
  totalVariation: { of: (_x, _y, d) => 0.5 * Math.abs(d), hasUnit: false },
};

/** a·Σb - b·Σa and the rounded products. */
export function crossProducts(a: number, b: number, totals: Totals): { x: number; y: number; d: number } {
  const x = a * totals.b.high;
  const y = b * totals.a.high;
  const rest = productError(a, totals.b.high, x) - productError(b, totals.a.high, y);
  return { x, y, d: x - y + (rest + (a * totals.b.low - b * totals.a.low)) };
}

/** The sums of two arrays, known to be large enough and not too large. */
export function totalsOf(functionName: string, names: readonly string[], counts: readonly Float64Array[]): Totals {
  const [a, b] = counts.map((own, s) => {
    const sum = twofoldSumOf(own);
    checkTotal(functionName, names[s], sum.high);
    return sum;
  });
  return { a, b };
}

/** The term of every class, in nats. */
export function termsOf(
  measure: ContributionMeasure,
  [a, b]: readonly Float64Array[],
  totals: Totals,
  unit = 1,
): Float64Array {
  const terms = new Float64Array(a.length);
  const [sumA, sumB] = [totals.a.high, totals.b.high];
  if (measure === "g2") {
    const total = sumA + sumB;
    for (let i = 0; i < terms.length; i++) {
      const { d } = crossProducts(a[i], b[i], totals);
      const both = a[i] + b[i];
      const [e, f] = [both * (sumA / total), both * (sumB / total)];
      terms[i] = 2 * (excessOf(a[i], e, d / total) + excessOf(b[i], f, -d / total));
    }
    return terms;
  }
  const { of } = TERMS[measure];
  for (let i = 0; i < terms.length; i++) {
    const { x, y, d } = crossProducts(a[i], b[i], totals);
    terms[i] = of(x, y, d) / sumA / sumB / unit;
  }
  return terms;
}

/** The indices of the largest terms, the largest first. */
export function largestOf(terms: Float64Array, [a, b]: readonly Float64Array[], limit: number): number[] {
  // a sort of numbers is fast: it leaves few indices to sort by a function
  const least =
    limit >= terms.length ? Number.NEGATIVE_INFINITY : Float64Array.from(terms).sort()[terms.length - limit];
  const indices: number[] = [];
  for (let i = 0; i < terms.length; i++) if (terms[i] >= least) indices.push(i);
  const compare = (i: number, j: number) =>
    terms[i] === terms[j] ? a[j] + b[j] - (a[i] + b[i]) || i - j : terms[i] > terms[j] ? -1 : 1;
  return indices.sort(compare).slice(0, limit);
}

/** What belongs to the class at an index. */
export function contributionAt<Key>(
  i: number,
  keys: readonly Key[],
  [a, b]: readonly Float64Array[],
  totals: Totals,
  terms: Float64Array,
): Contribution<Key> {
  return {
    ...{ key: keys[i], term: terms[i] },
    ...{ a: a[i], b: b[i] },
    ...{ p: a[i] / totals.a.high, q: b[i] / totals.b.high },
  };
}

const NAME = "contributions";
const NAMES = ["a", "b"];
const MEASURES = ["js", "kl", "psi", "g2", "hellinger", "totalVariation"] as const;

/** Throws for what is none of the measures. */
export function checkMeasure<Measure extends string>(
  functionName: string,
  measure: unknown,
  known: readonly Measure[],
  option = "measure",
): asserts measure is Measure {
  if (known.includes(measure as Measure)) return;
  const names = known.map((name) => `"${name}"`).join(", ");
  const words = `${functionName}: ${option} is ${show(measure)}; it must be one of ${names}`;
  throw new (typeof measure === "string" ? RangeError : TypeError)(words);
}

/** ln(base), for a measure that has one. */
export function unitFor(functionName: string, measure: ContributionMeasure, base: number | undefined): number {
  const unit = unitOf(functionName, base);
  if (base === undefined || (measure !== "g2" && TERMS[measure].hasUnit)) return unit;
  throw new TypeError(`${functionName}: base is for measures in nats; "${measure}" has no unit`);
}

/**
 * Says which keys make two samples differ: the term of each key in a divergence, the largest first.
 *
 * @param a - Counts, or probabilities, by key: whatever {@link align} accepts. Any positive sum.
 * @param b - The same of the other sample.
 * @param options - `measure`, `limit`, `base`.
 * @returns The terms, and `value`, their sum. Each term has a relative error of 2e-15, also for a key of nearly the same share in both
 * (a term of `"kl"` of next to nothing: 1e-15·|p - q|). `value` is the sum of the terms as they are returned, correctly rounded: whoever
 * adds them up with a compensated sum, in whichever order, gets these bits. So it is within 2e-15·Σ|term| of the exact measure, as what
 * `jsDivergence(x, y, { normalize: true })`, `klDivergence`, `jeffreysDivergence` and `gTestOfTwoSamples` return is within their
 * bounds. The terms of all measures but `"kl"` are >= 0.
 * @throws TypeError for what has no counts, an unknown option, and a `base` of a measure that has no unit.
 * @throws RangeError for a count that is negative, NaN or infinite, for a sample that sums to 0, and an unknown measure. Complexity
 * O(keys), and a sort of all terms.
 * @example
 * contributions({ tea: 3, milk: 1 }, { tea: 1, milk: 3 }, { measure: "kl" }).terms.map(({ key }) => key); // ["tea", "milk"]
 */
export function contributions<const A extends Counts, const B extends Counts>(
  a: A,
  b: B,
  options: ContributionOptions = {},
): Contributions<KeyOf<A | B>> {
  checkOptions(NAME, options, ["measure", "limit", "base"]);
  const { measure = "js", limit, base } = options;
  checkMeasure(NAME, measure, MEASURES);
  if (limit !== undefined) checkInteger(NAME, "limit", limit, 0);
  const unit = unitFor(NAME, measure, base);
  const { keys, counts } = alignAs(NAME, NAMES, [a, b]);
  const totals = totalsOf(NAME, NAMES, counts);
  const terms = termsOf(measure, counts, totals, unit);
  const largest = largestOf(terms, counts, limit ?? keys.length);
  // not a difference of two sums: that of infinite ones is no number
  const others = Float64Array.from(terms);
  for (const i of largest) others[i] = 0;
  return {
    measure,
    value: sumOfAll(terms),
    terms: largest.map((i) => contributionAt(i, keys, counts, totals, terms)),
    rest: sumOfAll(others),
  };
}
