import type { Vector } from "../backends/backend.js";
import { type Numbers, openRow } from "../call/inputs.js";
import { checkOptions, describe, unitOf } from "../engine/checks.js";
import { expm1Minus } from "../numbers/scalar.js";
import { checkSameLength } from "./arguments.js";
import type { EstimateOptions, KlEstimate } from "./klEstimate.js";
import { klFromCounts } from "./klOfCounts.js";
import { meanOf } from "./means.js";

/** Three estimates of KL(p‖q) from one sample, of log r = ln q(x) - ln p(x). */
export interface KlEstimates {
  /** Mean of -log r. Without bias; any single term, and so the estimate, may be negative. */
  readonly k1: KlEstimate;
  /** Mean of ½ log² r. Little variance but a bias, which is small where p and q are near each other only. */
  readonly k2: KlEstimate;
  /** Mean of (r - 1) - log r. Every term is >= 0, and there is no bias where q has no class or region that p does not. */
  readonly k3: KlEstimate;
  /** Samples. */
  readonly count: number;
}

const NAME = "estimateKlDivergence";

function readLogProbabilities(
  argument: string,
  given: Numbers,
  isValid: (x: number) => boolean,
  demand: string,
): Vector {
  const source = openRow(NAME, argument, given);
  for (let i = 0; i < source.length; i++) {
    const x = source[i];
    if (typeof x !== "number")
      throw new TypeError(`${NAME}: ${argument}[${i}] is ${describe(x)}; log-probabilities must be numbers`);
    if (!isValid(x)) throw new RangeError(`${NAME}: ${argument}[${i}] is ${x}; ${demand}`);
  }
  return source;
}

function klFromLogProbabilities(
  logProbabilitiesP: Numbers,
  logProbabilitiesQ: Numbers,
  options: EstimateOptions = {},
): KlEstimates {
  checkOptions(NAME, options, ["base"]);
  const unit = unitOf(NAME, options.base);
  const p = readLogProbabilities(
    "logProbabilitiesP",
    logProbabilitiesP,
    Number.isFinite,
    "what was drawn from p must be possible: finite",
  );
  const q = readLogProbabilities(
    "logProbabilitiesQ",
    logProbabilitiesQ,
    (x) => x < Number.POSITIVE_INFINITY,
    "log-probabilities must be finite or -Infinity",
  );
  checkSameLength(NAME, ["logProbabilitiesP", "logProbabilitiesQ"], [p, q]);

  const logRatios = Float64Array.from(p, (logP, i) => q[i] - logP);
  const estimateOf = (term: (logRatio: number) => number): KlEstimate => {
    const { mean, standardError } = meanOf(logRatios.map(term));
    return { estimate: mean / unit, standardError: standardError / Math.abs(unit) };
  };
  return {
    k1: estimateOf((logRatio) => -logRatio),
    k2: estimateOf((logRatio) => 0.5 * logRatio * logRatio),
    k3: estimateOf(expm1Minus),
    count: logRatios.length,
  };
}

/**
 * Estimates KL(p‖q) from the log-probabilities of samples x ~ p under both: of two language models along a text that one has written,
 * say, where the sum over everything that it might have written is out of reach.
 *
 * @param logProbabilitiesP - ln p(xᵢ) of n samples *from p*, finite. Densities do as well.
 * @param logProbabilitiesQ - ln q(xᵢ) of the same, finite or -Infinity, which makes every estimate Infinity.
 * @returns Schulman's k1, k2 and k3 in nats (or units of `base`), each with its standard error. No term cancels: k3 keeps its relative
 * accuracy, 1e-15, as q nears p, but for what the difference of the two logarithms has lost.
 * @throws TypeError for the wrong kind of thing or an unknown option.
 * @throws RangeError for a number that is none of these, and for lengths
 * that differ. Complexity O(n), 24 n bytes.
 * @example
 * estimateKlDivergence([-1, -2], [-1.5, -1.75]).k3.estimate; // 0.07027803820018745
 * @see J. Schulman, Approximating KL Divergence (2020), http://joschu.net/blog/kl-approx.html
 */
export const estimateKlDivergence = /* @__PURE__ */ Object.assign(klFromLogProbabilities, {
  fromCounts: klFromCounts,
});
