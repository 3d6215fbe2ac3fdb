// Has the model behind an API changed? The same prompts at two times, several times each.

import { checkInteger, checkOptions, isObject, mustBe, show } from "../engine/checks.js";
import { randomWords } from "../numbers/random.js";
import { divergenceBounds } from "./divergenceBounds.js";
import type { Token } from "./token.js";
import { TopKDistribution } from "./topKDistribution.js";

/** The options of {@link permutationTest}. */
export interface PermutationTestOptions {
  /**
   * How far before and after are apart. `"logProbabilities"`, the default: the mean absolute difference of mean log-probabilities, over
   * the tokens that all samples of a prompt list. `"js"`: the mean of the least that Jensen-Shannon divergence can be, over all pairs
   * of a sample before and one after.
   */
  statistic?: "logProbabilities" | "js";
  /** How many permutations are drawn; 999 by default. The p-value is at least 1/(permutations + 1). */
  permutations?: number;
  /** Of the random numbers, an integer; the same gives the same result. 0 by default. */
  seed?: number;
}

/** The result of {@link permutationTest}. */
export interface PermutationTest {
  /** How far before and after are apart, in nats: the mean over the prompts. */
  readonly statistic: number;
  /** (b + 1)/(m + 1): b of m permutations had a statistic that is as large or larger. */
  readonly pValue: number;
  /** b. */
  readonly exceeding: number;
  /** m. */
  readonly permutations: number;
}

const NAME = "permutationTest";

type Samples = readonly TopKDistribution[];

function checkSamples(argument: string, value: unknown): asserts value is Samples[] {
  const demand = "an array that has for each prompt an array of distributions";
  if (!isObject(value) || !Array.isArray(value)) throw mustBe(NAME, argument, value, demand);
  if (value.length === 0) throw new RangeError(`${NAME}: ${argument} is empty; there must be at least one prompt`);
  for (const [i, samples] of value.entries()) {
    const place = `${argument}[${i}]`;
    if (!isObject(samples) || !Array.isArray(samples)) throw mustBe(NAME, place, samples, "an array of distributions");
    if (samples.length === 0) throw new RangeError(`${NAME}: ${place} is empty; every prompt needs samples`);
    for (const [j, sample] of samples.entries()) {
      if (isObject(sample) && sample instanceof TopKDistribution) continue;
      throw mustBe(NAME, `${place}[${j}]`, sample, "made by topKDistribution or topK");
    }
  }
}

/** Of one prompt: the statistic if these samples, by their places among all of them, were those before. */
type Statistic = (before: readonly number[], after: readonly number[]) => number;

/** Mean absolute difference of means, over the tokens that all list. */
function ofLogProbabilities(samples: Samples): Statistic | undefined {
  const isListed = (token: Token) =>
    samples.every((sample) => (sample.logProbability(token) ?? Number.NEGATIVE_INFINITY) > Number.NEGATIVE_INFINITY);
  const shared = samples[0].tokens.filter(isListed);
  if (shared.length === 0) return undefined;
  const logs = shared.map((token) => samples.map((sample) => sample.logProbability(token) as number));
  return (before, after) => {
    let sum = 0;
    for (const ofToken of logs) {
      let difference = 0;
      for (const i of before) difference += ofToken[i] / before.length;
      for (const i of after) difference -= ofToken[i] / after.length;
      sum += Math.abs(difference);
    }
    return sum / logs.length;
  };
}

/** Mean of JS's lower bounds between the two. */
function ofJs(samples: Samples): Statistic {
  const bounds = samples.map(() => new Float64Array(samples.length));
  for (let i = 0; i < samples.length; i++) {
    for (let j = 0; j < i; j++) bounds[i][j] = bounds[j][i] = divergenceBounds(samples[i], samples[j]).js.lower;
  }
  return (before, after) => {
    let sum = 0;
    for (const i of before) for (const j of after) sum += bounds[i][j];
    return sum / before.length / after.length;
  };
}

/** What equal statistics differ by, in another order of their terms. */
const EQUAL = 1 - 1e-12;

/**
 * Permutation test of whether a model answers as before: the same prompts, sampled several times before and after, since servers do not
 * give the same numbers twice. If nothing has changed, the samples of a prompt could have come in any order; the test draws such orders,
 * within each prompt, and counts how often before and after are then as far apart as they are.
 *
 * @param before - For each prompt the distributions of its first token, one for each time that it was asked.
 * @param after - The same prompts, in the same order.
 * @returns The p-value (b + 1)/(m + 1), which is exact: if nothing has changed it is at most α with a probability of at most α.
 * @throws TypeError for what is no such array, or an unknown option.
 * @throws RangeError for numbers of prompts that differ, prompts without samples, one
 * sample before and after of each (which permutations do not tell apart), and where no token is in all samples of any prompt.
 * Complexity O(permutations·samples·tokens), and for `"js"` O(samples²·tokens) before.
 * @example
 * const of = (logprob) => topKDistribution([["yes", logprob]]);
 * const before = [[of(-0.5), of(-0.501), of(-0.5), of(-0.5005)]];
 * const after = [[of(-0.6), of(-0.6005), of(-0.601), of(-0.6)]];
 * permutationTest(before, after).pValue < 0.05; // true
 * @see P. Good, Permutation, Parametric and Bootstrap Tests of Hypotheses (2005); B. Phipson, G. K. Smyth, Permutation P-values Should Never
 * Be Zero (2010)
 */
export function permutationTest(
  before: readonly Samples[],
  after: readonly Samples[],
  options: PermutationTestOptions = {},
): PermutationTest {
  checkSamples("before", before);
  checkSamples("after", after);
  checkOptions(NAME, options, ["statistic", "permutations", "seed"]);
  const { statistic = "logProbabilities", permutations = 999, seed = 0 } = options;
  if (statistic !== "logProbabilities" && statistic !== "js") {
    const words = `${NAME}: statistic is ${show(statistic)}; it must be "logProbabilities" or "js"`;
    throw typeof statistic === "string" ? new RangeError(words) : new TypeError(words);
  }
  checkInteger(NAME, "permutations", permutations, 1);
  checkInteger(NAME, "seed", seed, 0);
  if (before.length !== after.length) {
    throw new RangeError(
      `${NAME}: after has ${after.length} prompts, before has ${before.length}; they must be the same`,
    );
  }
  if (before.every((samples, i) => samples.length === 1 && after[i].length === 1)) {
    throw new RangeError(`${NAME}: before and after have one sample of each prompt; ask each prompt at least twice`);
  }

  const prompts: { of: Statistic; order: number[]; count: number }[] = [];
  for (const [i, samples] of before.entries()) {
    const all = [...samples, ...after[i]];
    const of = statistic === "js" ? ofJs(all) : ofLogProbabilities(all);
    if (of !== undefined) prompts.push({ of, order: Array.from(all.keys()), count: samples.length });
  }
  if (prompts.length === 0) {
    throw new RangeError(
      `${NAME}: no token is listed by all samples of a prompt; pass statistic: "js", or longer lists`,
    );
  }
  const mean = () => {
    let sum = 0;
    for (const { of, order, count } of prompts) sum += of(order.slice(0, count), order.slice(count));
    return sum / prompts.length;
  };
  const observed = mean();
  const words = randomWords(seed);
  // of 2^32 values; a bias of n/2^32 is far below what so many permutations show
  const random = (n: number) => Math.floor((words() / 2 ** 32) * n);
  let exceeding = 0;
  for (let turn = 0; turn < permutations; turn++) {
    for (const { order } of prompts) {
      // Fisher and Yates
      for (let i = order.length - 1; i > 0; i--) {
        const j = random(i + 1);
        [order[i], order[j]] = [order[j], order[i]];
      }
    }
    if (mean() >= observed * EQUAL) exceeding++;
  }
  return { statistic: observed, pValue: (exceeding + 1) / (permutations + 1), exceeding, permutations };
}
