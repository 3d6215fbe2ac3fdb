import { type Call, checkSum } from "../call/arguments.js";
import { type Numbers, openRow } from "../call/inputs.js";
import { checkOptions, describe } from "../engine/checks.js";
import { klDivergence } from "../index.js";
import { lnRatio } from "../measures/row/wide.js";
import { Sum } from "../numbers/twofold.js";
import { asRow, checkBoolean } from "./arguments.js";
import { twofoldSumOf } from "./expected.js";
import { checkObservation, type LogRatio, logRatioOf, type Model, readModel } from "./models.js";

/** The options of {@link sequentialTest}. */
export interface SequentialTestOptions {
  /** The hypothesis to be shown, H1: probabilities of the classes, or an object with `logProbability(x)`. */
  p: Model;
  /** What holds otherwise, H0. */
  q: Model;
  /** α: how often, at most about, to decide for p where q is true; 0.05 by default. */
  falsePositive?: number;
  /** β: how often, at most about, to decide for q where p is true; 0.05 by default. */
  falseNegative?: number;
  /** Accept probabilities of any positive sum, not only within 1e-2 of 1. */
  normalize?: boolean;
  /** KL(p‖q) in nats, for the expected sample size where p or q is an object. Of arrays it is computed. */
  klDivergence?: number;
  /** KL(q‖p) in nats, likewise. */
  reverseKlDivergence?: number;
}

/** The model that the observations have decided for. */
export type Decision = "p" | "q";

/** A number for each hypothesis. */
export interface OfEach<Value> {
  /** Of p, H1. */
  readonly p: Value;
  /** Of q, H0. */
  readonly q: Value;
}

/** What an update has come to. */
export interface SequentialUpdate {
  /** For which model; undefined while there is no decision. */
  readonly decision: Decision | undefined;
  /** Of the observations that were passed: those after the decision are left alone. */
  readonly used: number;
}

const NAME = "sequentialTest";
const KEYS = ["p", "q", "falsePositive", "falseNegative", "normalize", "klDivergence", "reverseKlDivergence"];

/** A sequential probability ratio test under way. Made by {@link sequentialTest}. */
export class SequentialTest {
  /** Of the log-likelihood ratio, in nats: ln((1-β)/α), from which on p is decided for, and ln(β/(1-α)), down to which q is. */
  readonly thresholds: OfEach<number>;
  /**
   * About how many observations a decision takes where p is true, and where q is: Wald's (1-β)·A + β·B over KL(p‖q), and α·A + (1-α)·B
   * over -KL(q‖p), of the thresholds A and B; at least 1. Observations overshoot the threshold, so that it takes somewhat more.
   * Undefined where the KL is not known.
   */
  readonly expectedSampleSize: OfEach<number | undefined>;
  readonly #logRatio: LogRatio;
  #sum = new Sum();
  #observations = 0;
  #decision: Decision | undefined;

  /** @internal */
  constructor(logRatio: LogRatio, thresholds: OfEach<number>, expectedSampleSize: OfEach<number | undefined>) {
    this.#logRatio = logRatio;
    this.thresholds = thresholds;
    this.expectedSampleSize = expectedSampleSize;
  }

  /** For which model the observations have decided; undefined while they have not. */
  get decision(): Decision | undefined {
    return this.#decision;
  }

  /** Σ ln(p/q) of the observations so far, in nats. */
  get logLikelihoodRatio(): number {
    return this.#sum.value;
  }

  /** How many observations there have been, up to the decision. */
  get observations(): number {
    return this.#observations;
  }

  /**
   * Takes an observation, or several in turn, up to the one that decides: what comes after it changes nothing. One that is impossible
   * under p or q decides at once.
   *
   * @throws As {@link logLikelihoodRatioOfSequence}, for an observation; those before it have been taken.
   */
  update(observations: number | Numbers): SequentialUpdate {
    const isSingle = typeof observations === "number";
    const batch = isSingle ? [observations] : openRow(NAME, "observations", observations, undefined, true);
    let used = 0;
    while (used < batch.length && this.#decision === undefined) {
      const x = batch[used];
      const index = isSingle ? -1 : used;
      checkObservation(NAME, x, index);
      this.#sum.add(this.#logRatio(x, index));
      this.#observations++;
      used++;
      const ratio = this.#sum.value;
      if (ratio >= this.thresholds.p) this.#decision = "p";
      else if (ratio <= this.thresholds.q) this.#decision = "q";
    }
    return { decision: this.#decision, used };
  }

  /** Back to the beginning: no observations. */
  reset(): void {
    this.#sum = new Sum();
    this.#observations = 0;
    this.#decision = undefined;
  }
}

function checkRate(name: string, rate: unknown): void {
  if (typeof rate !== "number") throw new TypeError(`${NAME}: ${name} is ${describe(rate)}; it must be a number`);
  if (!(rate > 0 && rate < 1)) throw new RangeError(`${NAME}: ${name} is ${rate}; it must lie between 0 and 1`);
}

function checkKl(name: string, kl: unknown, isGivenByArrays: boolean): void {
  if (kl === undefined) return;
  if (typeof kl !== "number") throw new TypeError(`${NAME}: ${name} is ${describe(kl)}; it must be a number`);
  if (!(kl > 0)) throw new RangeError(`${NAME}: ${name} is ${kl}; it must be positive`);
  if (isGivenByArrays) throw new RangeError(`${NAME}: ${name} is for objects; that of arrays is computed`);
}

/** Σ, once it is known to be about 1, or any is welcome; 1 for an object. */
function sumOf(argument: string, model: Model, normalize: boolean): number {
  if (!(model instanceof Float64Array)) return 1;
  const sum = twofoldSumOf(model).high;
  const call: Call = { functionName: NAME, precision: "f64", length: model.length, normalize, unit: 1, temperature: 1 };
  checkSum(call, asRow(argument, model), sum);
  return sum;
}

/**
 * Wald's sequential probability ratio test of p (H1) against q (H0): observe until Σ ln(p(xᵢ)/q(xᵢ)) >= ln((1-β)/α), and decide for p, or
 * until it is <= ln(β/(1-α)), and decide for q. Of all tests with such error rates it needs the fewest observations on average; how many
 * is a matter of KL(p‖q) and KL(q‖p).
 *
 * With α = `falsePositive` and β = `falseNegative` asked for, the true rates are α' <= α/(1-β), β' <= β/(1-α), α' + β' <= α + β.
 *
 * @param options - `p`, `q`: arrays of probabilities, taken over their sums, or objects with `logProbability(x)`; `falsePositive`,
 * `falseNegative`.
 * @returns A test to `update` with observations until its `decision` is there.
 * @throws TypeError for the wrong kind of thing or an unknown option.
 * @throws RangeError for rates that are not between 0 and 1 or sum to 1 or
 * more, for a number of p or q that is negative, NaN or infinite, sums that are not 1, lengths that differ, and where p is q.
 * @example
 * sequentialTest({ p: [0.1, 0.9], q: [0.5, 0.5] }).update([1, 1, 1, 1, 1, 1, 1]); // { decision: "p", used: 6 }
 * @see A. Wald, Sequential Tests of Statistical Hypotheses (1945); A. Wald, J. Wolfowitz, Optimum Character of the Sequential
 * Probability Ratio Test (1948)
 */
export function sequentialTest(options: SequentialTestOptions): SequentialTest {
  checkOptions(NAME, options, KEYS);
  const { falsePositive = 0.05, falseNegative = 0.05, normalize = false } = options;
  checkBoolean(NAME, "normalize", normalize);
  checkRate("falsePositive", falsePositive);
  checkRate("falseNegative", falseNegative);
  if (!(falsePositive + falseNegative < 1)) {
    throw new RangeError(
      `${NAME}: falsePositive ${falsePositive} and falseNegative ${falseNegative} sum to ${falsePositive + falseNegative}; ` +
        "it must be less than 1, or guessing does as well",
    );
  }
  const p = readModel(NAME, "p", options.p, normalize);
  const q = readModel(NAME, "q", options.q, normalize);
  const logRatio = logRatioOf(NAME, p, q);
  const offset = lnRatio(sumOf("p", p, normalize), sumOf("q", q, normalize));

  let { klDivergence: kl, reverseKlDivergence: reverseKl } = options;
  const areArrays = p instanceof Float64Array && q instanceof Float64Array;
  checkKl("klDivergence", kl, areArrays);
  checkKl("reverseKlDivergence", reverseKl, areArrays);
  if (areArrays) {
    kl = klDivergence(p, q, { normalize: true });
    reverseKl = klDivergence(q, p, { normalize: true });
    if (kl === 0) throw new RangeError(`${NAME}: p and q are the same distribution; no observation tells them apart`);
  }

  const upper = lnRatio(1 - falseNegative, falsePositive);
  const lower = lnRatio(falseNegative, 1 - falsePositive);
  const towardsP = (1 - falseNegative) * upper + falseNegative * lower;
  const towardsQ = falsePositive * upper + (1 - falsePositive) * lower;
  const atLeastOne = (size: number) => Math.max(1, size);
  return new SequentialTest(
    offset === 0 ? logRatio : (x, i) => logRatio(x, i) - offset,
    { p: upper, q: lower },
    {
      p: kl === undefined ? undefined : atLeastOne(towardsP / kl),
      q: reverseKl === undefined ? undefined : atLeastOne(-towardsQ / reverseKl),
    },
  );
}
