// Estimators of entropy that are sums over classes: of a term of each count, and of what depends on few numbers of the whole sample.
// Their standard errors are those of the jackknife, which leaves out one observation after the other.

import { digammaRise, logMinusDigamma } from "../families/gammaFunction.js";
import { expm1, ln, log1p, log1pMinus } from "../numbers/scalar.js";
import { Sum } from "../numbers/twofold.js";
import { unseenTerm } from "./chaoWangJost.js";
import type { Estimate, Frequencies, Whole } from "./frequencies.js";

/** An estimate: Σ term(count) + rest, in nats. */
interface SumOfTerms {
  /** Of a count >= 1. */
  term(count: number, whole: Whole): number;
  /** term(count) - term(count - 1), or where there is none of 0 term(1): to all digits, which a difference of large counts loses. */
  rise(count: number, whole: Whole): number;
  rest?(whole: Whole): number;
}

/** -ln x, x in (0, 1], of which 1 - x is known to all digits. */
const minusLog = (x: number, rest: number): number => (rest < 0.5 ? -log1p(-rest) : -ln(x));

/** -ln p, p = c/N. */
const minusLogShare = (count: number, { total }: Whole): number => minusLog(count / total, (total - count) / total);

/** -p ln p. */
const plugIn = (count: number, whole: Whole): number => (count / whole.total) * minusLogShare(count, whole);

/** d(c) - ln c - 1 of what the last observation adds to Σ c ln c, d(c) = c ln c - (c - 1) ln(c - 1) = ln c - (c - 1) ln(1 - 1/c). */
const addedBeyondLog = (count: number): number =>
  count === 1 ? -1 : -1 / count - (count - 1) * log1pMinus(-1 / count);

/** (ln N - d(c))/N. */
const plugInRise = (count: number, whole: Whole): number =>
  (minusLogShare(count, whole) - 1 - addedBeyondLog(count)) / whole.total;

/** ln N - G(c), G(c) = ψ(h) + ln 2, h = ⌊c/2⌋ + ½, as which Grassberger's sum with (-1)^c can be written. */
function grassbergerLog(count: number, { total }: Whole): number {
  const half = Math.floor(count / 2) + 0.5;
  return log1p((total - 2 * half) / (2 * half)) + logMinusDigamma(half);
}

/** p = C·c/N, C = 1 - n₁/N the coverage; n₁ is one less where all were observed once, for C to be above 0. */
function coveredShare(count: number, { total, once }: Whole) {
  const alone = once === total ? total - 1 : once;
  const part = count / total;
  const p = ((total - alone) / total) * part;
  const rest = (total - count) / total + (alone / total) * part;
  return { p, minusLogOfP: minusLog(p, rest), minusLogOfRest: rest === 0 ? 0 : minusLog(rest, p) };
}

/** -p ln p/(1 - (1 - p)^N). */
function chaoShenTerm(count: number, whole: Whole): number {
  const { p, minusLogOfP, minusLogOfRest } = coveredShare(count, whole);
  return p === 1 ? 0 : (p * minusLogOfP) / -expm1(-whole.total * minusLogOfRest);
}

function chaoShenRise(count: number, whole: Whole): number {
  const { p, minusLogOfP } = coveredShare(count, whole);
  // 1 - (1 - p)^N is 1 for both counts
  if (p * whole.total > 50) return (p / count) * (minusLogOfP - 1 - addedBeyondLog(count));
  return chaoShenTerm(count, whole) - (count > 1 ? chaoShenTerm(count - 1, whole) : 0);
}

/** p·(d(N) - d(c)): N·H - (N - 1)·(the mean of H without one observation), in which all of Σ c ln c cancels. */
const jackknifeTerm = (count: number, whole: Whole): number =>
  (count / whole.total) * (minusLogShare(count, whole) + addedBeyondLog(whole.total) - addedBeyondLog(count));

export const SUMS = {
  maximumLikelihood: { term: plugIn, rise: plugInRise },
  millerMadow: { term: plugIn, rise: plugInRise, rest: ({ seen, total }) => (seen - 1) / (2 * total) },
  grassberger: {
    term: (count, whole) => (count / whole.total) * grassbergerLog(count, whole),
    // G(c) - G(c - 1) = 2/(c - 1) for even c, 0 for odd c
    rise: (count, whole) => (grassbergerLog(count, whole) - (count % 2 === 0 ? 2 : 0)) / whole.total,
  },
  chaoShen: { term: chaoShenTerm, rise: chaoShenRise },
  chaoWangJost: {
    term: (count, { total }) => (count / total) * digammaRise(count, total - count),
    // ψ(c) - ψ(c - 1) = 1/(c - 1)
    rise: (count, { total }) => (digammaRise(count, total - count) - (count > 1 ? 1 : 0)) / total,
    rest: unseenTerm,
  },
  // its deviation is that of maximum likelihood, whose bias it corrects
  jackknife: { term: jackknifeTerm, rise: plugInRise },
} satisfies Record<string, SumOfTerms> as Readonly<Record<string, SumOfTerms>>;

/** The sample without one observation, of a class that has `count` of them. */
const without = ({ total, seen, once, twice }: Whole, count: number): Whole => ({
  total: total - 1,
  seen: seen - (count === 1 ? 1 : 0),
  once: once - (count === 1 ? 1 : 0) + (count === 2 ? 1 : 0),
  twice: twice - (count === 2 ? 1 : 0) + (count === 3 ? 1 : 0),
});

/** From this count on it makes no difference to what is known of the whole which class has lost one. */
const MANY = 4;

/** The sum over all classes. */
function sumOver({ counts, classes }: Frequencies, term: (count: number) => number): number {
  const sum = new Sum();
  for (let i = 0; i < counts.length; i++) sum.add(classes[i] * term(counts[i]));
  return sum.value;
}

/** √[(N - 1)/N·Σ (θᵢ - mean)²], θᵢ the estimate without observation i. As differences from that without one of a common class. */
function jackknifeError(frequencies: Frequencies, whole: Whole, { term, rise, rest = () => 0 }: SumOfTerms): number {
  const { counts, total } = frequencies;
  if (total === 1) return Number.NaN;
  // whichever observation is left out, the rest is the same
  if (counts.length === 1) return 0;
  const common = without(whole, MANY);
  const changes = counts.map((count) => {
    const left = count < MANY ? without(whole, count) : common;
    const own = -rise(count, left);
    if (count >= MANY) return own;
    return own + sumOver(frequencies, (other) => term(other, left) - term(other, common)) + rest(left) - rest(common);
  });
  const mean = weighted(frequencies, (i) => changes[i]);
  const variance = weighted(frequencies, (i) => (changes[i] - mean) * (changes[i] - mean));
  return Math.sqrt((total - 1) * variance);
}

/** Σ p·x over all classes, x of the i-th count. */
function weighted({ counts, classes, total }: Frequencies, of: (i: number) => number): number {
  const sum = new Sum();
  for (let i = 0; i < counts.length; i++) sum.add(((classes[i] * counts[i]) / total) * of(i));
  return sum.value;
}

/** How many classes have one count. */
function classesWith({ counts, classes }: Frequencies, count: number): number {
  const i = counts.subarray(0, 2).indexOf(count);
  return i < 0 ? 0 : classes[i];
}

export function estimateBySum(name: string, frequencies: Frequencies): Estimate {
  const { total, seen } = frequencies;
  const whole = { total, seen, once: classesWith(frequencies, 1), twice: classesWith(frequencies, 2) };
  const estimator = SUMS[name];
  const value = sumOver(frequencies, (count) => estimator.term(count, whole)) + (estimator.rest?.(whole) ?? 0);
  return { value, standardError: jackknifeError(frequencies, whole, estimator) };
}
