import { type Matrix, type Numbers, open } from "../call/inputs.js";
import { checkOptions, describe, unitOf } from "../engine/checks.js";
import { quotient } from "../numbers/twofold.js";
import { checkBoolean, checkSameLength, checkTotal, readNumbers } from "./arguments.js";
import { excessOverExpected, twofoldSumOf, writeContributions } from "./expected.js";
import { upperIncompleteGamma } from "./incompleteGamma.js";
import { contributionsOf, excessOverIndependence, readTable } from "./table.js";

interface CommonOptions {
  /** Divide G by Williams' q, which takes its mean to that of χ² to the order of 1/N: for small samples. */
  williams?: boolean;
  /** Unit of `divergence`: its logarithm's base. Nats by default. */
  base?: number;
  /** Also give what each cell contributes. */
  contributions?: boolean;
}

/** Of counts against what is expected. */
export interface GoodnessOfFitOptions extends CommonOptions {
  /** How many parameters of `expected` were estimated from the counts: that many degrees of freedom less. SciPy's `ddof`. */
  parametersEstimated?: number;
}

/** Of a table against the independence of its rows and columns. */
export interface IndependenceOptions extends CommonOptions {
  /** The length of a row. Required for a flat table, which is row-major. */
  rowLength?: number;
}

/** What a G-test comes to. */
export interface GTest {
  /** G = 2N·KL(observed‖expected), in nats, over q with `williams`. */
  statistic: number;
  /** ν: of counts, classes less 1 and less `parametersEstimated`; of a table, (rows - 1)·(columns - 1), those of zeros left out. */
  degreesOfFreedom: number;
  /** P(χ² >= G) of so many degrees of freedom, 0 for G = Infinity. */
  pValue: number;
  /** KL(observed‖expected), the mutual information of a table: how far, whatever N is. In nats, or units of `base`. */
  divergence: number;
  /** Cohen's w = √(2·KL) in nats, √(G/N) before any correction: 0.1 is small, 0.3 medium, 0.5 large, by convention. */
  cohensW: number;
  /** N, the sum of the counts. */
  count: number;
  /** ±2·[n ln(n/E) - n + E] of each cell, negative where it has less than expected; their absolute values sum to G, uncorrected. */
  contributions?: Float64Array;
}

/** The test of a table. */
export interface IndependenceGTest extends GTest {
  /** Cramér's V = w/√min(r - 1, c - 1): 1 where one variable tells the other. */
  cramersV: number;
}

const NAME = "gTest";
const COMMON_KEYS = ["williams", "base", "contributions"];

/** What all tests give, of Σ n ln(n/E) and Williams' q. */
function resultOf(excess: number, count: number, degreesOfFreedom: number, q: number, unit: number): GTest {
  const statistic = (2 * excess) / q;
  return {
    statistic,
    degreesOfFreedom,
    pValue: upperIncompleteGamma(degreesOfFreedom / 2, statistic / 2),
    divergence: excess / count / unit,
    cohensW: Math.sqrt((2 * excess) / count),
    count,
  };
}

function checkCommon(options: CommonOptions, name = NAME): number {
  checkBoolean(name, "williams", options.williams);
  checkBoolean(name, "contributions", options.contributions);
  return unitOf(name, options.base);
}

/**
 * Likelihood-ratio test of counts against what is expected of them: G = 2 Σ nᵢ ln(nᵢ/Eᵢ) = 2N·KL(observed‖expected) tends to χ² of
 * k - 1 - `parametersEstimated` degrees of freedom where the expected probabilities are true.
 *
 * @param counts - k numbers >= 0: how often each class was observed.
 * @param expected - k numbers >= 0; all alike by default: probabilities, expected counts, any weights. Only their proportions matter (SciPy insists on
 * equal sums). A class that is expected never, and was not observed, is no class: it adds no degree of freedom. One that was
 * observed all the same makes G Infinity and p 0.
 * @returns G, its p-value, and effect sizes. Relative errors: of G and the divergence 4e-15, however small; of the p-value 2e-14, and
 * what that error of G makes of it in the tail, 4e-15·(G - ν)/2, down to 1e-300.
 * @throws TypeError for what is not an array of numbers or an unknown option.
 * @throws RangeError for a number that is negative, NaN or
 * infinite, for lengths that differ, sums of 0, and where no degree of freedom is left and G is finite. Complexity O(k).
 * @example
 * gTest([30, 14, 34, 45, 57, 20], [1, 1, 1, 1, 1, 1]).pValue; // 3.033480479312412e-7
 * @see S. S. Wilks, The Large-Sample Distribution of the Likelihood Ratio for Testing Composite Hypotheses (1938); D. A.
 * Williams, Improved Likelihood Ratio Tests for Complete Contingency Tables (1976): q = 1 + (k² - 1)/(6Nν) here, which is that
 * of equal probabilities
 */
export function gTest(counts: Numbers, expected: Numbers, options?: GoodnessOfFitOptions): GTest;
/**
 * The same test against equal probabilities of all classes.
 *
 * @param counts - k numbers >= 0, one row. What has more rows is a table, of which independence is tested.
 * @returns As for expected numbers.
 * @throws As for expected numbers.
 * @example
 * gTest([30, 14, 34, 45, 57, 20]).pValue; // 3.033480479312412e-7
 */
export function gTest(counts: Numbers, options?: GoodnessOfFitOptions): GTest;
/**
 * Likelihood-ratio test of independence of the rows and columns of a contingency table: G = 2N·I, I their mutual information,
 * tends to χ² of (r - 1)(c - 1) degrees of freedom where they are independent.
 *
 * @param table - A row-major matrix of counts. A row or a column of zeros tells nothing: it adds no degree of freedom.
 * @returns As for counts, and Cramér's V.
 * @throws As for counts.
 * @throws RangeError where fewer than two rows or two columns have counts.
 * @example
 * gTest([10, 20, 30, 6, 9, 17], { rowLength: 3 }).pValue; // 0.8719586542812692
 * @see Williams (1976): q = 1 + (N Σ 1/rowᵢ - 1)(N Σ 1/columnⱼ - 1)/(6N(r - 1)(c - 1)), the sums over margins
 */
export function gTest(table: Matrix, options?: IndependenceOptions): IndependenceGTest;
export function gTest(
  counts: Matrix,
  expected?: Numbers | GoodnessOfFitOptions | IndependenceOptions,
  options?: GoodnessOfFitOptions,
): GTest | IndependenceGTest {
  const isOfOptions =
    expected === undefined ||
    (describe(expected) === "[object Object]" && !("length" in (expected as object) || "data" in (expected as object)));
  if (!isOfOptions) return ofCounts(counts, expected, options);
  if (options !== undefined)
    throw new TypeError(`${NAME}: a table takes one object of options, with rowLength among them`);
  const given = expected as IndependenceOptions | undefined;
  if (given) checkOptions(NAME, given, [...COMMON_KEYS, "parametersEstimated", "rowLength"]);
  if (given && "rowLength" in given) return ofTable(NAME, counts, given);
  const { data, rowLength = data.length } = open(NAME, "counts", counts, undefined, true);
  if (data.length > rowLength) return ofTable(NAME, counts, given);
  return ofCounts(data, new Float64Array(data.length).fill(1), given);
}

/**
 * Likelihood-ratio test of whether two samples are from the same distribution: the test of independence of the table whose rows are their
 * counts. `gTest(a, b)` takes b for what is expected of a, as if it were known exactly.
 *
 * @param a - k numbers >= 0: how often each class was observed in the first sample.
 * @param b - The same of the second sample.
 * @returns As of {@link gTest} for a table.
 * @throws As {@link gTest}, and RangeError for lengths that differ.
 * @example
 * gTestOfTwoSamples([10, 20, 30], [6, 9, 17]).pValue; // 0.8719586542812692
 */
export function gTestOfTwoSamples(
  a: Numbers,
  b: Numbers,
  options: Omit<IndependenceOptions, "rowLength"> = {},
): IndependenceGTest {
  const name = "gTestOfTwoSamples";
  checkOptions(name, options, COMMON_KEYS);
  const samples = [readNumbers(name, "a", a, "counts", true), readNumbers(name, "b", b, "counts", true)];
  checkSameLength(name, ["a", "b"], samples);
  return ofTable(name, samples, options);
}

function ofCounts(observed: unknown, expectedNumbers: unknown, options: GoodnessOfFitOptions = {}): GTest {
  checkOptions(NAME, options, [...COMMON_KEYS, "parametersEstimated"]);
  const unit = checkCommon(options);
  const { parametersEstimated = 0 } = options;
  if (typeof parametersEstimated !== "number") {
    throw new TypeError(`${NAME}: parametersEstimated is ${describe(parametersEstimated)}; it must be a number`);
  }
  if (!(Number.isInteger(parametersEstimated) && parametersEstimated >= 0)) {
    throw new RangeError(`${NAME}: parametersEstimated is ${parametersEstimated}; it must be an integer >= 0`);
  }
  const counts = readNumbers(NAME, "counts", observed, "counts", true);
  const expected = readNumbers(NAME, "expected", expectedNumbers, "what is expected", true);
  checkSameLength(NAME, ["counts", "expected"], [counts, expected]);
  const total = twofoldSumOf(counts);
  const sum = twofoldSumOf(expected);
  checkTotal(NAME, "counts", total.high);
  checkTotal(NAME, "expected", sum.high);

  let classes = 0;
  let isImpossible = false;
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] > 0) classes++;
    else if (counts[i] > 0) isImpossible = true;
  }
  const degreesOfFreedom = Math.max(0, classes - 1 - parametersEstimated);
  // what was impossible and is observed needs no test
  if (degreesOfFreedom === 0 && !isImpossible) {
    throw new RangeError(
      `${NAME}: ${classes} classes that are expected, and ${parametersEstimated} parameters estimated, leave ` +
        "no degree of freedom; there must be at least one",
    );
  }

  const factor = quotient(total, sum);
  const excess = excessOverExpected(counts, { high: expected }, () => factor);
  const count = total.high;
  const q = options.williams && !isImpossible ? 1 + (classes * classes - 1) / (6 * count * degreesOfFreedom) : 1;
  const result = resultOf(excess, count, degreesOfFreedom, q, unit);
  if (!options.contributions) return result;
  const contributions = new Float64Array(counts.length);
  writeContributions(counts, factor, { high: expected }, contributions);
  return { ...result, contributions };
}

/** How many of the margins are not 0, and Σ total/margin over these. */
function surveyMargins(margins: Iterable<number>, total: number): { length: number; sum: number } {
  let length = 0;
  let sum = 0;
  for (const margin of margins) {
    if (margin === 0) continue;
    length++;
    sum += total / margin;
  }
  return { length, sum };
}

function ofTable(name: string, counts: Matrix, options: IndependenceOptions = {}): IndependenceGTest {
  checkOptions(name, options, [...COMMON_KEYS, "rowLength"]);
  const unit = checkCommon(options, name);
  const table = readTable(name, "table", counts, options.rowLength, "counts", true);
  const count = table.total.high;
  checkTotal(name, "table", count);
  const rows = surveyMargins(
    table.rowSums.map(({ high }) => high),
    count,
  );
  const columns = surveyMargins(table.columnSums.high, count);
  for (const [margin, { length }] of [["row", rows] as const, ["column", columns] as const]) {
    if (length < 2) {
      throw new RangeError(
        `${name}: table has counts in one ${margin} only; independence needs two rows and two columns`,
      );
    }
  }

  const degreesOfFreedom = (rows.length - 1) * (columns.length - 1);
  const q = options.williams ? 1 + ((rows.sum - 1) * (columns.sum - 1)) / (6 * count * degreesOfFreedom) : 1;
  const result = resultOf(excessOverIndependence(table), count, degreesOfFreedom, q, unit);
  return {
    ...result,
    cramersV: result.cohensW / Math.sqrt(Math.min(rows.length, columns.length) - 1),
    ...(options.contributions && { contributions: contributionsOf(table) }),
  };
}
