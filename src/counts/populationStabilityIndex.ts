import type { Numbers } from "../call/inputs.js";
import { checkOptions, isObject, mustBe, show } from "../engine/checks.js";
import { checkSameLength, checkTotal, readNumbers } from "../evidence/arguments.js";
import { twofoldSumOf } from "../evidence/expected.js";
import { jeffreysDivergence } from "../index.js";
import { type SmoothOptions, smooth } from "./smooth.js";

/** What classes that only one sample has come to: Infinity, or what {@link smooth} makes of both samples. */
export type ZeroPolicy = "infinite" | SmoothOptions;

/** The options of {@link populationStabilityIndex}. */
export interface StabilityOptions {
  /**
   * What a class that only one of the samples has comes to: Infinity, which is `"infinite"`, the default; or the options of {@link smooth},
   * by which the shares of both samples are made: `{ method: "addConstant", constant: "jeffreys" }` adds ½ to every count.
   */
  zeros?: ZeroPolicy;
}

const NAME = "populationStabilityIndex";

/** Throws for what is none. */
export function checkZeroPolicy(functionName: string, zeros: unknown): void {
  if (zeros === undefined || zeros === "infinite" || isObject(zeros)) return;
  if (typeof zeros !== "string") throw mustBe(functionName, "zeros", zeros, '"infinite", or the options of smooth');
  throw new RangeError(`${functionName}: zeros is ${show(zeros)}; it must be "infinite", or the options of smooth`);
}

/**
 * Population stability index: Σ (a - e) ln(a/e) over the shares e and a that classes have of what was expected and of what came. It is
 * {@link jeffreysDivergence}, KL(e‖a) + KL(a‖e), under the name that it has where the classes are bins of a score.
 *
 * Many take less than 0.1 for stable and more than 0.25 for a shift. These are rules of thumb from credit scoring, for some ten bins and
 * samples of some thousands: of K classes and samples of n and m, chance alone makes it about (K - 1)(1/n + 1/m). {@link driftReport}
 * tests whether it is more than chance.
 *
 * @param expected - k counts or shares >= 0: how often each class was observed at first, `histogram(…).counts`.
 * @param actual - The same of the other sample, with the same classes.
 * @param options - `zeros`: what a class that only one of the samples has comes to. A class that neither has is none.
 * @returns The index, in nats. Relative error 4e-15.
 * @throws TypeError for what is not an array of numbers, or an unknown option.
 * @throws RangeError for a number that is negative, NaN or infinite, for lengths that differ, and for a sample that sums to 0.
 * Complexity O(k).
 * @example
 * populationStabilityIndex([100, 100, 100], [80, 100, 120]); // 0.027031007207210963
 * @see B. Yurdakul, J. Naranjo, Statistical properties of the population stability index (2020)
 */
export function populationStabilityIndex(expected: Numbers, actual: Numbers, options: StabilityOptions = {}): number {
  checkOptions(NAME, options, ["zeros"]);
  const { zeros = "infinite" } = options;
  checkZeroPolicy(NAME, zeros);
  const samples = [
    readNumbers(NAME, "expected", expected, "counts", true),
    readNumbers(NAME, "actual", actual, "counts", true),
  ];
  checkSameLength(NAME, ["expected", "actual"], samples);
  for (const [i, name] of ["expected", "actual"].entries()) checkTotal(NAME, name, twofoldSumOf(samples[i]).high);
  return stabilityOf(samples, zeros);
}

/** Of counts that are known to be such. */
export function stabilityOf([expected, actual]: readonly Float64Array[], zeros: ZeroPolicy = "infinite"): number {
  const [e, a] =
    zeros === "infinite" ? [expected, actual] : [expected, actual].map((x) => smooth(x, zeros).probabilities);
  return jeffreysDivergence(e, a, { normalize: true });
}
