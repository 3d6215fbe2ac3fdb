import { type Numbers, openRow } from "../call/inputs.js";
import { checkOptions, unitOf } from "../engine/checks.js";
import { Sum } from "../numbers/twofold.js";
import { meanOf } from "./means.js";
import { checkObservation, logRatioOf, type Model, readModel } from "./models.js";

/** The options of {@link logLikelihoodRatioOfSequence} and {@link cumulativeLogLikelihoodRatio}. */
export interface SequenceOptions {
  /** Unit of the result: its logarithm's base. Nats by default. */
  base?: number;
}

/** Evidence for one model over another along a sequence of observations. */
export interface SequenceLogLikelihoodRatio {
  /** Σ ln(p/q) of the observations: positive where they speak for p. */
  sum: number;
  /** The same an observation. */
  mean: number;
  /** Of the mean: the standard deviation of the log-ratios over √count; NaN for a single observation, or an infinite mean. */
  standardError: number;
  /** Observations. */
  count: number;
}

/** ln(p/q) of each observation. */
function logRatiosOf(functionName: string, given: Numbers, p: Model, q: Model): Float64Array {
  const observations = openRow(functionName, "observations", given, undefined, true);
  for (let i = 0; i < observations.length; i++) checkObservation(functionName, observations[i], i);
  const ratioOf = logRatioOf(functionName, readModel(functionName, "p", p), readModel(functionName, "q", q));
  const ratios = new Float64Array(observations.length);
  let [largest, least] = [0, 0];
  for (let i = 0; i < ratios.length; i++) {
    const x = observations[i];
    const ratio = ratioOf(x, i);
    if (ratio > largest) largest = ratio;
    if (ratio < least) least = ratio;
    if (largest === Number.POSITIVE_INFINITY && least === Number.NEGATIVE_INFINITY) {
      const [now, before] = ratio > 0 ? ["q", "p"] : ["p", "q"];
      throw new RangeError(
        `${functionName}: observations[${i}] is ${x}, which is impossible under ${now}, and one before it is under ${before}; ` +
          "there is no ratio of 0 to 0",
      );
    }
    ratios[i] = ratio;
  }
  return ratios;
}

/**
 * Log-likelihood ratio Σ ln(p(xᵢ)/q(xᵢ)) of a sequence of observations under two models. Its mean tends to KL(p‖q) where they are drawn
 * from p, and to -KL(q‖p) where from q; the standard error tells how near it is.
 *
 * @param observations - n numbers: indices of classes where p or q is an array, else whatever p and q know.
 * @param p - Probabilities of the classes, as they are, or an object with `logProbability(x)`.
 * @param q - The same of the other model; where both are arrays, of the same length.
 * @returns Nats (or units of `base`). -Infinity where an observation is impossible under p, Infinity where it is under q. Error of
 * the sum: 1e-15 of Σ|ln(p/q)| and what the models' own logarithms have, for any n.
 * @throws TypeError for the wrong kind of thing or an unknown option.
 * @throws RangeError for an observation that is no class, or is impossible
 * under both; where one is impossible under p and another under q; for a number of p or q that is negative, NaN or infinite, and for
 * a log-probability that is NaN. Complexity O(n + classes), 8 n bytes.
 * @example
 * logLikelihoodRatioOfSequence([0, 1, 0, 0], [0.5, 0.5], [0.25, 0.75]).sum; // 1.6739764335716716
 */
export function logLikelihoodRatioOfSequence(
  observations: Numbers,
  p: Model,
  q: Model,
  options: SequenceOptions = {},
): SequenceLogLikelihoodRatio {
  const name = "logLikelihoodRatioOfSequence";
  checkOptions(name, options, ["base"]);
  const unit = unitOf(name, options.base);
  const { sum, mean, standardError, count } = meanOf(logRatiosOf(name, observations, p, q));
  return { sum: sum / unit, mean: mean / unit, standardError: standardError / Math.abs(unit), count };
}

/**
 * The path of {@link logLikelihoodRatioOfSequence}: after each observation, the log-likelihood ratio so far.
 *
 * @param observations - n numbers: indices of classes where p or q is an array, else whatever p and q know.
 * @param p - Probabilities of the classes, as they are, or an object with `logProbability(x)`.
 * @param q - The same of the other model; where both are arrays, of the same length.
 * @returns n running totals in nats (or units of `base`), each with the error of a sum of its own: rounding does not pile up.
 * @throws As {@link logLikelihoodRatioOfSequence}.
 * @example
 * cumulativeLogLikelihoodRatio([0, 0, 1], [0.5, 0.5], [0.25, 0.75], { base: 2 }); // Float64Array [1, 2, 1.4150374992788437]
 */
export function cumulativeLogLikelihoodRatio(
  observations: Numbers,
  p: Model,
  q: Model,
  options: SequenceOptions = {},
): Float64Array {
  const name = "cumulativeLogLikelihoodRatio";
  checkOptions(name, options, ["base"]);
  const unit = unitOf(name, options.base);
  const totals = logRatiosOf(name, observations, p, q);
  const sum = new Sum();
  for (let i = 0; i < totals.length; i++) {
    sum.add(totals[i]);
    totals[i] = sum.value / unit;
  }
  return totals;
}
