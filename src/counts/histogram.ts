import { checkInteger, checkOptions, describe, isList, mustBe, show } from "../engine/checks.js";
import { binOf, quantileEdges, widthEdges } from "./edges.js";

/** The options of {@link histogram}. */
export interface HistogramOptions {
  /**
   * What the bins are: `"quantile"`, which hold alike many of the numbers, by default; `"width"`, which are alike wide; or edges, as
   * another histogram has them: ascending numbers, of which the last two may be equal.
   */
  bins?: "quantile" | "width" | ArrayLike<number>;
  /** How many bins, at most: 10 by default. For `"quantile"` and `"width"`. */
  count?: number;
}

/** How many numbers are in which bin, and outside of all. */
export interface Histogram {
  /**
   * One more than there are bins. Bin i has the numbers x with edges[i] <= x < edges[i + 1]; the last one, those with x = edges[i + 1],
   * too. Equal edges at the end are a bin of that number alone.
   */
  readonly edges: Float64Array;
  /** How many numbers each bin has. */
  readonly counts: Float64Array;
  /** How many numbers are below the first edge. */
  readonly below: number;
  /** How many are above the last one. */
  readonly above: number;
  /** How many values are no numbers: NaN, null, undefined. */
  readonly missing: number;
}

/** Of bins: more are a mistake. */
const MOST_BINS = 2 ** 20;

const NAME = "histogram";
const KEYS = ["bins", "count"];

/**
 * Counts numbers by bins. The bins are laid by the numbers themselves, or are those of another histogram: `bins: reference.edges` tells
 * what has become of a sample, with what is below and above all that the reference had.
 *
 * Quantile bins: bin i of `count` begins at the number that i/`count` of the sorted numbers come before, x_⌊n·i/count⌋. A number so
 * frequent that two bins would begin at it has a bin of its own, which ends where the next larger number begins: of values of which half
 * are 0, the zeros are told from what is near 0. So there may be fewer bins than `count`. Bins of equal width begin at
 * min + i·(max - min)/`count`.
 *
 * @param values - n numbers, in any order; null, undefined and NaN are missing. Infinite numbers are below or above all bins, and do not count for
 * the edges. -0 is 0.
 * @returns Edges and counts. Every value is in one bin, or below, above, or missing.
 * @throws TypeError for what is no array of numbers, with its place, and for an unknown option.
 * @throws RangeError for edges that do not ascend, a `count` that is none or is given with edges, and values without a finite number to lay
 * bins by. Complexity O(n log n), with edges O(n log bins); memory 8 n bytes, with edges none.
 * @example
 * const january = histogram([0, 0, 0, 0, 1, 2, 3, 4], { count: 4 });
 * january.edges; // Float64Array [0, 1, 3, 4]
 * january.counts; // Float64Array [4, 2, 2]
 * histogram([0, 2, 5, null], { bins: january.edges }); // { below: 0, above: 1, missing: 1 }
 */
export function histogram(values: ArrayLike<number | null | undefined>, options: HistogramOptions = {}): Histogram {
  checkOptions(NAME, options, KEYS);
  const { bins = "quantile", count } = options;
  if (!isList(values)) throw mustBe(NAME, "values", values, "an array of numbers");
  if (count !== undefined) checkBinCount(NAME, "count", count);
  if (typeof bins === "string") {
    if (bins !== "quantile" && bins !== "width") {
      throw new RangeError(`${NAME}: bins is ${show(bins)}; it must be "quantile", "width" or edges`);
    }
    return countBins(values, edgesOf(values, bins, count));
  }
  const edges = readEdges(bins);
  if (count === undefined) return countBins(values, edges);
  throw new RangeError(`${NAME}: count is ${count}, and bins are edges, which say how many there are; leave out count`);
}

/** Throws for what cannot be a number of bins. */
export function checkBinCount(functionName: string, name: string, count: unknown): void {
  checkInteger(functionName, name, count, 1);
  if ((count as number) > MOST_BINS) throw mustBe(functionName, name, count, `at most ${MOST_BINS}`, true);
}

/** The number; NaN for what is missing. */
function numberAt(values: ArrayLike<unknown>, i: number): number {
  const value = values[i] ?? Number.NaN;
  if (typeof value === "number") return value;
  throw new TypeError(`${NAME}: values[${i}] is ${show(value)}; it must be a number, or null where there is none`);
}

function edgesOf(values: ArrayLike<unknown>, bins: "quantile" | "width", count = 10): Float64Array {
  const finite = new Float64Array(values.length);
  let length = 0;
  for (let i = 0; i < values.length; i++) {
    const x = numberAt(values, i);
    if (Number.isFinite(x)) finite[length++] = x + 0;
  }
  if (length === 0) {
    throw new RangeError(`${NAME}: values has no finite number to lay bins by; give edges as bins`);
  }
  const sorted = finite.subarray(0, length).sort();
  if (bins === "quantile") return quantileEdges(sorted, count);
  const [least, most] = [sorted[0], sorted[length - 1]];
  if (most - least < Number.POSITIVE_INFINITY) return widthEdges(least, most, count);
  throw new RangeError(
    `${NAME}: values go from ${least} to ${most}, too far for bins of equal width; give edges as bins`,
  );
}

function readEdges(bins: unknown): Float64Array {
  if (!isList(bins)) throw mustBe(NAME, "bins", bins, '"quantile", "width" or an array of edges');
  const edges = new Float64Array(bins.length);
  if (edges.length < 2) throw new RangeError(`${NAME}: bins has ${edges.length} edges; there must be two or more`);
  for (let i = 0; i < edges.length; i++) {
    const edge = bins[i];
    if (typeof edge !== "number")
      throw new TypeError(`${NAME}: bins[${i}] is ${describe(edge)}; edges must be numbers`);
    if (!Number.isFinite(edge)) throw new RangeError(`${NAME}: bins[${i}] is ${edge}; edges must be finite`);
    edges[i] = edge + 0;
    if (i === 0 || edge > edges[i - 1] || (edge === edges[i - 1] && i === edges.length - 1)) continue;
    throw new RangeError(
      `${NAME}: bins[${i}] is ${edge}, and bins[${i - 1}] ${edges[i - 1]}; edges must ascend, and none but the last two may be equal`,
    );
  }
  return edges;
}

function countBins(values: ArrayLike<unknown>, edges: Float64Array): Histogram {
  const counts = new Float64Array(edges.length - 1);
  let [below, above, missing] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const x = numberAt(values, i);
    const bin = Number.isNaN(x) ? undefined : binOf(edges, x);
    if (bin === undefined) missing++;
    else if (bin < 0) below++;
    else if (bin === counts.length) above++;
    else counts[bin]++;
  }
  return { edges, counts, below, above, missing };
}
