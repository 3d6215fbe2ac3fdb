// KL(p‖q) from two samples of counts.

import type { Numbers } from "../call/inputs.js";
import { checkOptions, unitOf } from "../engine/checks.js";
import { logMinusDigamma } from "../families/gammaFunction.js";
import { ln } from "../numbers/scalar.js";
import { Sum } from "../numbers/twofold.js";
import { checkSameLength, checkTotal, readNumbers } from "./arguments.js";
import type { EstimateOptions, KlEstimate } from "./klEstimate.js";

const NAME = "estimateKlDivergence.fromCounts";

/** ψ(a) of a > 0. */
export const digamma = (a: number): number => ln(a) - logMinusDigamma(a);

/** The counts of a sample, which are whole numbers, and their sum. */
function readSample(argument: string, given: Numbers): { counts: Float64Array; size: number } {
  const counts = readNumbers(NAME, argument, given, "counts", true);
  let size = 0;
  for (let k = 0; k < counts.length; k++) {
    if (!Number.isInteger(counts[k])) {
      throw new RangeError(`${NAME}: ${argument}[${k}] is ${counts[k]}; counts must be integers`);
    }
    size += counts[k];
  }
  checkTotal(NAME, argument, size);
  if (size < 2) throw new RangeError(`${NAME}: ${argument} has one observation; it must have two at least`);
  return { counts, size };
}

/** √((n - 1)/n·Σ weight·(value - mean)²) of values that occur so often, n times in all: the jackknife's. */
function jackknifeVariance(values: Float64Array, weights: Float64Array, n: number): number {
  const sum = new Sum();
  for (let k = 0; k < values.length; k++) sum.add(weights[k] * values[k]);
  const mean = sum.value / n;
  const squares = new Sum();
  for (let k = 0; k < values.length; k++) squares.add(weights[k] * (values[k] - mean) * (values[k] - mean));
  return ((n - 1) / n) * squares.value;
}

/**
 * Estimates KL(p‖q) from a sample of each: counts of the same classes. Zhang and Grabchak's estimator
 * Σ x/N·[ψ(M + 1) - ψ(y + 1) - ψ(N) + ψ(x)], of x of N observations of p and y of M of q, is a number also where q's sample lacks a class
 * that p's has, and its bias falls exponentially with N and M, where that of KL(x/N‖y/M) falls as 1/N.
 *
 * @param countsP - How often each class occurs in the sample of p: integers >= 0.
 * @param countsQ - The same of q, for the same classes. Counts by key: `align` of logratio/counts makes such arrays, and `compareCounts`
 * gives an interval and a p-value besides.
 * @returns The estimate in nats (or units of `base`), which may be negative where p is near q, and its standard error by a jackknife over
 * the observations of both samples. Error 1e-14 of Σ x/N·|ψ(x) - ψ(y + 1)|.
 * @throws TypeError for what is not an array of numbers or an unknown option.
 * @throws RangeError for a count that is no integer >= 0, for lengths that differ, and samples of fewer than two observations. Complexity
 * O(classes).
 * @example
 * estimateKlDivergence.fromCounts([6, 4, 0], [3, 5, 2]).estimate; // 0.19000000000000006
 * @see Z. Zhang, M. Grabchak, Nonparametric Estimation of Kullback-Leibler Divergence (2014)
 */
export function klFromCounts(countsP: Numbers, countsQ: Numbers, options: EstimateOptions = {}): KlEstimate {
  checkOptions(NAME, options, ["base"]);
  const unit = unitOf(NAME, options.base);
  const { counts: x, size: n } = readSample("countsP", countsP);
  const { counts: y, size: m } = readSample("countsQ", countsQ);
  checkSameLength(NAME, ["countsP", "countsQ"], [x, y]);

  // ψ(x) - ψ(y + 1), and with one observation less of either
  const constant = digamma(m + 1) - digamma(n);
  const sum = new Sum();
  const withoutP = new Float64Array(x.length);
  const withoutQ = new Float64Array(x.length);
  for (let k = 0; k < x.length; k++) {
    if (x[k] === 0) continue;
    const difference = digamma(x[k]) - digamma(y[k] + 1);
    sum.add((x[k] / n) * difference);
    // up to what is the same for all classes
    const left = x[k] === 1 ? 0 : (x[k] - 1) * (difference - 1 / (x[k] - 1));
    withoutP[k] = (left - x[k] * difference) / (n - 1);
    withoutQ[k] = y[k] === 0 ? 0 : x[k] / n / y[k];
  }
  const variance = jackknifeVariance(withoutP, x, n) + jackknifeVariance(withoutQ, y, m);
  return {
    estimate: (sum.value + constant) / unit,
    standardError: Math.sqrt(variance) / Math.abs(unit),
  };
}
