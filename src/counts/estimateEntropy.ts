import { checkInteger, checkKeys, isOptions, mustBe, show, unitOf } from "../engine/checks.js";
import { estimateBySum, SUMS } from "./entropySums.js";
import { type Estimate, type Frequencies, frequenciesOf, readSample } from "./frequencies.js";
import { dirichletEntropy, nsbEntropy } from "./posteriorEntropy.js";
import { type Pseudocount, pseudocountOf } from "./pseudocount.js";
import type { Counts } from "./read.js";
import { shrunkEntropy } from "./shrunkEntropy.js";

/** The estimators of {@link estimateEntropy}. */
export type EntropyEstimator =
  | "maximumLikelihood"
  | "millerMadow"
  | "grassberger"
  | "chaoShen"
  | "chaoWangJost"
  | "jackknife"
  | "jamesStein"
  | "dirichlet"
  | "nsb";

/** The options of {@link estimateEntropy}. */
export interface EntropyOptions {
  /** `"chaoWangJost"` by default. */
  readonly estimator?: EntropyEstimator;
  /** The unit of the result, as the base of the logarithm: positive and not 1. e by default (nats); 2 for bits, 10 for hartleys. */
  readonly base?: number;
  /** Only of `"jamesStein"`, `"dirichlet"` and `"nsb"`: how many classes there are, by default as many as `counts` has. */
  readonly classes?: number;
  /** Only of `"dirichlet"`, and required there: what the prior adds to each count, > 0. */
  readonly constant?: Pseudocount;
}

/** What {@link estimateEntropy} returns. */
export interface EntropyEstimate {
  /** In nats, or units of `base`. */
  readonly value: number;
  /** In the same unit. */
  readonly standardError: number;
  /** Which estimator it is of. */
  readonly estimator: EntropyEstimator;
}

const NAME = "estimateEntropy";

/** The estimators that depend on how many classes there are. */
const OF_CLASSES: Readonly<
  Record<string, (frequencies: Frequencies, classes: number, constant: Pseudocount | undefined) => Estimate>
> = {
  jamesStein: shrunkEntropy,
  dirichlet: (frequencies, classes, constant) =>
    dirichletEntropy(frequencies, classes, pseudocountOf(NAME, constant, frequencies.total, classes, true)),
  nsb: nsbEntropy,
};

const ESTIMATORS = [...Object.keys(SUMS), ...Object.keys(OF_CLASSES)];

/** Which estimator, by the options, which have none of another. */
function readEstimator(options: EntropyOptions): EntropyEstimator {
  if (!isOptions(options)) throw mustBe(NAME, "options", options, "an object");
  const { estimator = "chaoWangJost" } = options;
  if (!ESTIMATORS.includes(estimator)) {
    const words = `${NAME}: estimator is ${show(estimator)}; it must be "${ESTIMATORS.join('" or "')}"`;
    throw typeof estimator === "string" ? new RangeError(words) : new TypeError(words);
  }
  const own =
    estimator === "dirichlet" ? ["classes", "constant"] : Object.hasOwn(OF_CLASSES, estimator) ? ["classes"] : [];
  checkKeys(NAME, options, ["estimator", "base", ...own]);
  return estimator;
}

/**
 * Estimates the entropy of the distribution from which a sample was drawn, and how far off the estimate may be. The entropy of the observed
 * frequencies (`"maximumLikelihood"`) is too low, by about (K - 1)/2N for N observations of K classes, and by far more where classes were
 * not observed.
 *
 * With c observations of a class, n₁ and n₂ classes that were observed once and twice, and p = c/N:
 *
 * | estimator | |
 * | --- | --- |
 * | `maximumLikelihood` | -Σ p ln p |
 * | `millerMadow` | the same + (seen - 1)/2N, of so many classes seen |
 * | `grassberger` | ln N - Σ p·G(c), G(c) = ψ(c) + ½(-1)^c [ψ((c + 1)/2) - ψ(c/2)] |
 * | `chaoShen` | -Σ q ln q/(1 - (1 - q)^N), q = (1 - n₁/N)·p |
 * | `chaoWangJost` | Σ p [ψ(N) - ψ(c)] + an estimate of what was not observed, from n₁ and n₂ |
 * | `jackknife` | N·H - (N - 1)·the mean of H without one observation |
 * | `jamesStein` | -Σ s ln s, s shrunk from p towards 1/K |
 * | `dirichlet` | the posterior mean, of a Dirichlet prior that adds `constant` to each count |
 * | `nsb` | the posterior mean, of the mixture of Dirichlet priors by Nemenman, Shafee and Bialek |
 *
 * @param counts - How often each class was observed: an array, or counts by key. Integers >= 0.
 * @returns The estimate, with its standard error: the posterior deviation of `dirichlet` and `nsb`, that of the delta method for
 * `jamesStein`, of all others the jackknife's. Both in nats, or units of `base`. The standard error is NaN for a single observation without
 * a prior.
 * @throws TypeError for the wrong kind of thing, an unknown option or one of another estimator.
 * @throws RangeError for counts that are negative, no integers or all 0. Complexity O(classes), of `nsb` besides some hundred passes over
 * the different counts. The relative error is 1e-12, of `nsb` 1e-8.
 * @example
 * estimateEntropy([4, 2, 1, 1, 1]).value; // 1.92589724324696
 * @see A. Chao, Y. Wang, L. Jost, Entropy and the species accumulation curve (2013); A. Chao, T.-J. Shen (2003); P. Grassberger, Entropy
 * estimates from insufficient samplings (2003); J. Hausser, K. Strimmer, Entropy inference and the James-Stein estimator (2009);
 * D. Wolpert, D. Wolf (1995); I. Nemenman, F. Shafee, W. Bialek, Entropy and inference, revisited (2002).
 */
export function estimateEntropy(counts: Counts, options: EntropyOptions = {}): EntropyEstimate {
  const estimator = readEstimator(options);
  const unit = unitOf(NAME, options.base);
  const sample = readSample(NAME, counts, "counts must be integers");
  const { classes = sample.counts.length } = options;
  checkInteger(NAME, "classes", classes, sample.counts.length);
  const frequencies = frequenciesOf(sample);
  const { value, standardError } = Object.hasOwn(OF_CLASSES, estimator)
    ? OF_CLASSES[estimator](frequencies, classes, options.constant)
    : estimateBySum(estimator, frequencies);
  return { value: value / unit, standardError: standardError / Math.abs(unit), estimator };
}
