import { checkNumber, checkOptions } from "../engine/checks.js";
import { checkChoice, checkInteger } from "./checks.js";
import type { ClusterKind } from "./clusters.js";
import { clusteredMean, signFlipTest, studentQuantile, studentTail, totalsOf } from "./inference.js";
import { shownValue } from "./shown.js";
import { clustersOf, Summary } from "./summary.js";

/** The options of {@link pairedDifference}. */
export interface PairedDifferenceOptions {
  /** Of what: `"kl"`, the default, KL(base‖candidate); or `"logProbability"`, ln p of the observed token. */
  quantity?: "kl" | "logProbability";
  /** Of the interval; 0.95 by default. */
  confidence?: number;
  /** Signs that are drawn at random, where there are more than so many; 10,000 by default. */
  permutations?: number;
  /** Of those signs, an integer; 1 by default. */
  seed?: number;
}

/** How far two candidates are from each other, in the mean over the rows of one text. NaN where there is no answer. */
export interface PairedDifference {
  /** The mean of the first candidate's numbers minus that of the second's, in nats. */
  readonly value: number;
  /** Of `value`, by clusters. */
  readonly standardError: number;
  /** Where the difference lies, with the confidence that was asked for: value ± t·standardError. */
  readonly interval: readonly [low: number, high: number];
  /** Of Student's t-test, two-sided. */
  readonly pValue: number;
  /** Of the test by sign flips of clusters, two-sided. */
  readonly permutationPValue: number;
  /** Rows that have the quantity. */
  readonly rows: number;
  /** Clusters, whose number minus 1 is that of the degrees of freedom. */
  readonly clusters: ClusterKind;
}

const KEYS: readonly (keyof PairedDifferenceOptions)[] = ["quantity", "confidence", "permutations", "seed"];

/**
 * Whether one candidate is closer to the base than another, by more than luck: the mean difference over the rows of one text, with a
 * standard error that allows for tokens which depend on their neighbours.
 *
 * With Dᵢ the sum of the differences over the nᵢ rows of cluster i, of G clusters: d = ΣDᵢ/Σnᵢ, its standard error
 * √(G/(G - 1)·Σ(Dᵢ - nᵢd)²)/Σnᵢ, and t = d/SE has G - 1 degrees of freedom. The permutation test counts how often |Σ±Dᵢ| reaches |ΣDᵢ|.
 * Clusters are the groups of the rows, if they have any, else blocks of the text ({@link SummaryOptions}).
 *
 * @param first - Of one candidate.
 * @param second - Of the other: of the same base, rows, and options.
 * @returns The difference, its error, interval and p-values. Where KL, or ln p, is infinite in a row, NaN.
 * @throws TypeError for what is no {@link Summary}, and for an option that is unknown or of the wrong kind.
 * @throws RangeError where the two are not of the same rows of one base, and for an option out of range.
 * @example
 * const base = await openLogits("base.npy");
 * const [a, b] = [await openLogits("other.npy"), await openLogits("base.npy")];
 * const [first, second] = await compareLogits(base, [a, b], { blockRows: 1 });
 * const { value, pValue, clusters } = pairedDifference(first, second);
 * [value > 0, clusters.count]; // [true, 2]
 * @see {@link compareLogits}
 */
export function pairedDifference(
  first: Summary,
  second: Summary,
  options: PairedDifferenceOptions = {},
): PairedDifference {
  checkOptions("pairedDifference", options, KEYS);
  const { quantity = "kl", confidence = 0.95, permutations = 10_000, seed = 1 } = options;
  checkChoice("pairedDifference", "quantity", quantity, ["kl", "logProbability"]);
  checkNumber("pairedDifference", "confidence", confidence, (x) => x > 0 && x < 1, "between 0 and 1");
  checkInteger("pairedDifference", "permutations", permutations, 1, 2 ** 30);
  checkInteger("pairedDifference", "seed", seed, Number.MIN_SAFE_INTEGER);
  for (const [name, summary] of Object.entries({ first, second })) {
    if (summary instanceof Summary) continue;
    throw new TypeError(`pairedDifference: ${name} is ${shownValue(summary)}; it must be a Summary (Summary.fromJSON)`);
  }
  const [own, others] = [clustersOf(first), clustersOf(second)];
  if (!own.isAlike(others)) {
    throw new RangeError("pairedDifference: first and second are not of the same rows, tokens and base");
  }
  const name = quantity === "kl" ? "kl" : "otherLogProbability";
  const theirs = others.sums(name);
  const differences = own.sums(name).map(({ key, count, sum, isInfinite }, i) => {
    sum.addAll(theirs[i].sum, -1);
    return { key, count, sum, isInfinite: isInfinite || theirs[i].isInfinite };
  });
  const totals = totalsOf(differences);
  const { value, standardError } = clusteredMean(totals);
  const freedom = totals.length - 1;
  const reach = studentQuantile(1 - confidence, freedom) * standardError;
  return {
    value,
    standardError,
    interval: [value - reach, value + reach],
    // where all are the same, there is no error, and either no difference or a certain one
    pValue: value === 0 && standardError === 0 ? 1 : studentTail(value / standardError, freedom),
    permutationPValue: signFlipTest(
      totals.map(({ sum }) => sum),
      permutations,
      seed,
    ),
    rows: totals.reduce((rows, { count }) => rows + count, 0),
    clusters: own.kind,
  };
}
