// The mean and the deviation of the entropy after counts were observed: of a Dirichlet prior (D. Wolpert, D. Wolf 1995), and of the mixture
// of such priors that is nearly even over the entropy (I. Nemenman, F. Shafee, W. Bialek 2002).

import { digammaRise, stirlingRemainder, trigammaExcess } from "../families/gammaFunction.js";
import { exp, ln, log1p } from "../numbers/scalar.js";
import { Sum } from "../numbers/twofold.js";
import type { Estimate, Frequencies } from "./frequencies.js";

/** Every class, also those without observations, by count. */
interface Groups {
  readonly counts: Float64Array;
  readonly classes: Float64Array;
  readonly total: number;
  /** K. */
  readonly all: number;
}

function groupsOf({ counts, classes, total, seen }: Frequencies, all: number): Groups {
  if (seen === all) return { counts, classes, total, all };
  return { counts: Float64Array.of(0, ...counts), classes: Float64Array.of(all - seen, ...classes), total, all };
}

interface Posterior {
  readonly mean: number;
  readonly variance: number;
}

/**
 * Mean and variance of the entropy of p ~ Dirichlet(α), α = c + β, with κ = Σα, w = α/κ, e = ψ(κ + 1) - ψ(α + 1), T(x) = x ψ'(x) - 1:
 *
 *     Σ w·e,    [Σ w (e - mean)² + Σ w T(α + 1) - T(κ + 1)]/(κ + 1)
 */
function posteriorOf({ counts, classes, total, all }: Groups, beta: number): Posterior {
  const kappa = total + all * beta;
  const mean = new Sum();
  const excess = new Sum();
  const terms = counts.map((count, i) => {
    const alpha = count + beta;
    const weight = classes[i] * (alpha / kappa);
    const term = digammaRise(alpha + 1, total - count + (all - 1) * beta);
    mean.add(weight * term);
    excess.add(weight * trigammaExcess(alpha + 1));
    return term;
  });
  excess.add(-trigammaExcess(kappa + 1));
  for (let i = 0; i < counts.length; i++) {
    const difference = terms[i] - mean.value;
    excess.add(classes[i] * ((counts[i] + beta) / kappa) * difference * difference);
  }
  return { mean: mean.value, variance: Math.max(0, excess.value) / (kappa + 1) };
}

/** `beta`: what the prior adds to each count, > 0. */
export function dirichletEntropy(frequencies: Frequencies, classes: number, beta: number): Estimate {
  const { mean, variance } = posteriorOf(groupsOf(frequencies, classes), beta);
  return { value: mean, standardError: Math.sqrt(variance) };
}

/** ln Γ(x + c) - ln Γ(x) less c ln c - c, which does not depend on x; `remainder` is Stirling's of x. */
const gammaRise = (x: number, count: number, remainder: number): number =>
  count * log1p(x / count) + (x - 0.5) * log1p(count / x) + stirlingRemainder(x + count) - remainder;

/**
 * The logarithm of the posterior density of ln β, but for a constant: Γ(Kβ)/Γ(N + Kβ)·Π Γ(c + β)/Γ(β), times the prior, β·dξ/dβ of the
 * mean entropy ξ = ψ(Kβ + 1) - ψ(β + 1).
 */
function logDensity({ counts, classes, total, all }: Groups, log: number): number {
  const beta = exp(log);
  const remainder = stirlingRemainder(beta);
  const sum = new Sum();
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i];
    if (count > 0) sum.add(classes[i] * gammaRise(beta, count, remainder));
  }
  const one = beta + 1;
  const many = all * beta + 1;
  const slope = (all - 1) / one / many + (all * trigammaExcess(many)) / many - trigammaExcess(one) / one;
  sum.add(-gammaRise(all * beta, total, stirlingRemainder(all * beta)));
  return sum.value + ln(slope) + log;
}

/** How far beyond where a mode can be density may lie: it falls at least as e^-distance. */
const TAIL = 40;

/** How far apart the first points are among which the mode is looked for; the density has no other. */
const STRIDE = 4;

/** ln β of nearly the most density: the best of these points, then by golden sections. */
function modeOf(groups: Groups): number {
  const { total, all } = groups;
  const last = 2 * ln(total + 1) + TAIL;
  let best = -ln(all) - ln(total + 1) - TAIL;
  let most = Number.NEGATIVE_INFINITY;
  for (let log = best; log <= last; log += STRIDE) {
    const density = logDensity(groups, log);
    if (density > most) [best, most] = [log, density];
  }
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [best - STRIDE, best + STRIDE];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [atLeft, atRight] = [logDensity(groups, left), logDensity(groups, right)];
  while (high - low > 1e-6) {
    if (atLeft > atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = logDensity(groups, left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = logDensity(groups, right);
    }
  }
  return (low + high) / 2;
}

/** What is needed are three or four; rounding may keep what is nearly 0 from settling. */
const MOST_HALVINGS = 8;

/** A part of the density below which it is not summed. */
const NEGLIGIBLE = 1e-19;

/**
 * The posterior mean and deviation under the prior of Nemenman, Shafee and Bialek. The integrals over ln β by the trapezoidal rule, from the
 * mode outwards: its error falls exponentially as the step is halved, for the density is analytic and falls exponentially on both sides.
 */
export function nsbEntropy(frequencies: Frequencies, classes: number): Estimate {
  if (classes === 1) return { value: 0, standardError: 0 };
  const groups = groupsOf(frequencies, classes);
  const mode = modeOf(groups);
  const most = logDensity(groups, mode);
  const { mean: center } = posteriorOf(groups, exp(mode));

  const [mass, first, second] = [new Sum(), new Sum(), new Sum()];
  const addFrom = (start: number, step: number) => {
    for (let log = start; ; log += step) {
      const density = exp(logDensity(groups, log) - most);
      if (!(density > NEGLIGIBLE)) return;
      const { mean, variance } = posteriorOf(groups, exp(log));
      const difference = mean - center;
      mass.add(density);
      first.add(density * difference);
      second.add(density * (variance + difference * difference));
    }
  };
  const current = (): Estimate => {
    const difference = first.value / mass.value;
    const variance = second.value / mass.value - difference * difference;
    return { value: center + difference, standardError: Math.sqrt(Math.max(0, variance)) };
  };

  let step = 1;
  while (most - Math.min(logDensity(groups, mode - step), logDensity(groups, mode + step)) > 1) step /= 2;
  addFrom(mode, step);
  addFrom(mode - step, -step);
  let estimate = current();
  for (let halvings = 0; halvings < MOST_HALVINGS; halvings++) {
    addFrom(mode + step / 2, step);
    addFrom(mode - step / 2, -step);
    step /= 2;
    const next = current();
    const change = Math.abs(next.value - estimate.value);
    const changeOfError = Math.abs(next.standardError - estimate.standardError);
    estimate = next;
    // each halving doubles the digits
    if (change <= 1e-9 * next.value && changeOfError <= 1e-7 * next.standardError) break;
  }
  return estimate;
}
