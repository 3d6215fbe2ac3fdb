// Rényi's divergence and entropy, and Tsallis's entropy, of any order α from 0 to ∞. At 1 they are KL and Shannon's entropy; near it,
// sums of terms that vanish with α - 1 are divided by it, and nothing is lost.

import { type Backend, P_IS_ZERO, Q_IS_ZERO, UNUSUAL } from "../../backends/backend.js";
import * as kernels from "../../backends/kernels.js";
import { type Call, checkSum, isImpossible, type NamedRow } from "../../call/arguments.js";
import { powerOf2 } from "../../numbers/lanes.js";
import { expm1, exponentOf, ln, log1p } from "../../numbers/scalar.js";
import { entropy } from "./crossEntropy.js";
import { bhattacharyyaDistance } from "./distances.js";
import { isBlurred } from "./exact.js";
import { klDivergence } from "./klDivergence.js";
import { klDivergenceOfLogits } from "./klOfLogits.js";
import { largestLogRatio, logOfPowers, massOn, powersOf } from "./logarithms.js";
import { findSums, logSumExpOf, sumOfExponentials } from "./logits.js";
import { entropyOfLogits } from "./ofLogits.js";
import { checkedSums } from "./pair.js";
import { areProbabilities, type Pair, pairOf, reducePair, swapped, weightsOf } from "./weights.js";
import { lnRatio } from "./wide.js";

/** An order so large that only the largest term is left. */
export const MOST_ORDER = 1e290;

/** A ratio of sums that may have lost some of its powers to underflow. */
const LEAST_RATIO = 1e-250;

/** KL of rows of any kind. */
export const klOf = (backend: Backend, call: Call, rows: readonly NamedRow[]): number =>
  (areProbabilities(rows) ? klDivergence : klDivergenceOfLogits)(backend, call, rows);

/** D_α(p‖q) = ln(Σ p̂^α q̂^(1-α))/(α - 1). */
export function renyiDivergence(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const { alpha = 1 } = call;
  if (alpha === 0) {
    const [inside, outside] = supportOf(backend, call, rows);
    if (inside === 0) return Number.POSITIVE_INFINITY;
    return Math.max(0, outside < inside ? -log1p(-outside / (inside + outside)) : -ln(inside / (inside + outside)));
  }
  if (alpha === 0.5) return 2 * bhattacharyyaDistance(backend, call, rows);
  if (alpha === 1) return klOf(backend, call, rows);
  if (alpha > MOST_ORDER) return Math.max(0, ofLargestRatio(backend, call, rows));
  return Math.max(0, powersOfPair(backend, call, rows).log / (alpha - 1));
}

/** ln S and S - 1 of a sum S of powers. */
interface Powers {
  readonly log: number;
  readonly lessOne: number;
}

/** Of S = Σ p̂^α q̂^(1-α) for any α up to ±`MOST_ORDER` but 0 and 1. Both keep their relative accuracy. */
export function powersOfPair(backend: Backend, call: Call, rows: readonly NamedRow[]): Powers {
  const { alpha = 1 } = call;
  const given = pairOf(backend, call, rows, "exact");
  // below ½ in the other order, Σ q̂^(1-α) p̂^α: the kernel is for exponents from -½ on
  const isSwapped = alpha < 0.5;
  const pair = given && isSwapped ? swapped(given) : given;
  const beta = isSwapped ? -alpha : alpha - 1;
  if (beta > 0 && pair && pair.flags & (isSwapped ? P_IS_ZERO : Q_IS_ZERO)) return ofLog(Number.POSITIVE_INFINITY);
  const fast = pair && sumOfPowers(backend, call, pair, beta);
  const isExact = fast !== undefined && !(beta > 0 && isInexact(call, rows, pair as Pair, fast.log / beta, beta));
  return isExact ? fast : ofLog(logOfPowers(call, isSwapped ? [rows[1], rows[0]] : rows, beta));
}

const ofLog = (log: number): Powers => ({ log, lessOne: expm1(log) });

/** Whether the result, of log-ratios that are at least that and at least √(2·result/β), is less accurate than promised. */
const isInexact = (call: Call, rows: readonly NamedRow[], pair: Pair, result: number, beta: number): boolean =>
  call.precision === "f64" &&
  areProbabilities(rows) &&
  isBlurred(pair.difference / pair.qSum, Math.max(result, Math.sqrt((2 * Math.max(0, result)) / beta)));

/** Of Σ p̂^(1+β) q̂^(-β); undefined where its powers are beyond f64. */
function sumOfPowers(backend: Backend, call: Call, pair: Pair, beta: number): Powers | undefined {
  backend.setPower(beta);
  if (reducePair(backend, call, kernels.renyiDivergence, pair) & UNUSUAL) return undefined;
  const pSum = backend.total(2);
  const lessOne = backend.total(0) / pSum;
  if (!Number.isFinite(lessOne)) return undefined;
  if (lessOne > -0.5) return { log: log1p(lessOne), lessOne };
  const ratio = backend.total(1) / pSum;
  return ratio < LEAST_RATIO ? undefined : { log: ln(ratio), lessOne: ratio - 1 };
}

/** Σ q̂ over the classes that are possible in p, and over the others, to a factor. */
export function supportOf(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
): readonly [inside: number, outside: number] {
  const pair = pairOf(backend, call, rows, "exact");
  return pair && !(pair.flags & P_IS_ZERO) ? [1, 0] : massOn(call, rows);
}

/**
 * D_∞ = ln max p̂/q̂. Of probabilities by (p - q)/q, which keeps its relative accuracy near p = q, and so does what is left of it for
 * q̃ = q·(1 + γ).
 */
function ofLargestRatio(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const pair = pairOf(backend, call, rows, "exact");
  if (pair === undefined || !areProbabilities(rows)) return largestLogRatio(call, rows);
  const { p, q, qSum, difference } = pair;
  let most = -1;
  for (let i = 0; i < call.length; i++) {
    const x = p.source[p.start + i] * p.scale;
    const y = q.source[q.start + i] * q.scale;
    const excess = (x - y) / y; // NaN where both are 0
    if (most < excess) most = excess;
  }
  if (most === Number.POSITIVE_INFINITY) return largestLogRatio(call, rows);
  const gamma = difference / qSum;
  const result = log1p((most - gamma) / (1 + gamma));
  return isInexact(call, rows, pair, result, Number.POSITIVE_INFINITY) ? largestLogRatio(call, rows) : result;
}

/** H_α(p) = ln(Σ p̂^α)/(1 - α). */
export function renyiEntropy(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const { alpha = 1 } = call;
  if (alpha === 0) return ln(countOf(backend, call, rows[0]));
  if (alpha === 1) return (areProbabilities(rows) ? entropy : entropyOfLogits)(backend, call, rows);
  if (alpha > MOST_ORDER) return minEntropy(backend, call, rows[0]);
  return Math.max(0, powers(backend, call, rows[0]).log / (1 - alpha));
}

/** (1 - Σ p̂^α)/(α - 1). */
export function tsallisEntropy(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const { alpha = 1 } = call;
  if (alpha === 0) return countOf(backend, call, rows[0]) - 1;
  if (alpha === 1) return (areProbabilities(rows) ? entropy : entropyOfLogits)(backend, call, rows);
  if (alpha > MOST_ORDER) return countOf(backend, call, rows[0]) === 1 ? 0 : 1 / alpha;
  return Math.max(0, powers(backend, call, rows[0]).lessOne / (1 - alpha));
}

/** ln Σ p̂^α, and Σ p̂^α - 1. */
function powers(backend: Backend, call: Call, row: NamedRow): Powers {
  const { alpha = 1 } = call;
  // below ½ each class has its p^α, and the least of them matters
  const isOfClasses = alpha < 0.5;
  const beta = isOfClasses ? alpha : alpha - 1;
  const weights = weightsOf(backend, call, row, isOfClasses ? "exact" : "flushed");
  const isPlain = weights === row;
  const run = (k: number) => {
    backend.setExponent("f64", k);
    backend.setPower(beta, isOfClasses ? 0 : 1);
    return backend.reduce(kernels.renyiEntropy, isPlain ? call.precision : "f64", [weights], call.length);
  };
  // far from 1: with every exponent less by k, or ln Σp^α and α ln Σp would cancel. Of counts and weights the sum comes first
  let k = isPlain && call.normalize ? octavesOf(sumOfProbabilities(backend, call, row)) : 0;
  let flags = run(k);
  if (!(flags & UNUSUAL)) {
    const sum = backend.total(2);
    if (isPlain) checkSum(call, row, sum);
    const found = octavesOf(sum);
    if (found !== k) {
      k = found;
      flags = run(k);
    }
  }
  const result = flags & UNUSUAL ? undefined : fromSums(backend, beta, isOfClasses, k);
  if (result) return result;
  if (isPlain) checkedSums(call, row);
  return powersOf(call, row, alpha);
}

/** k of a sum, 0 where it is near 1. */
function octavesOf(sum: number): number {
  const k = exponentOf(sum);
  return k < -1 || k > 0 ? k : 0;
}

/** From M and S of the kernel, of exponents less by k; undefined where they are beyond f64. */
function fromSums(backend: Backend, beta: number, isOfClasses: boolean, k: number): Powers | undefined {
  const sum = backend.total(2);
  const [m, s] = [backend.total(0), backend.total(1)];
  const shift = -beta * ln(sum * powerOf2(-k));
  const ratio = isOfClasses ? s : s / sum;
  const lessOne = isOfClasses || m < -0.5 * sum ? ratio - 1 : m / sum;
  if (!(ratio > LEAST_RATIO && ratio < 1 / LEAST_RATIO)) return undefined;
  const log = (Math.abs(lessOne) <= 0.5 ? log1p(lessOne) : ln(ratio)) + shift;
  return { log, lessOne: Math.abs(shift) <= 0.5 ? lessOne + ratio * expm1(shift) : expm1(log) };
}

/** The number of possible classes. */
function countOf(backend: Backend, call: Call, row: NamedRow): number {
  const weights = weightsOf(backend, call, row, "flushed");
  if (weights === row) sumOfProbabilities(backend, call, row);
  let count = 0;
  for (let i = 0; i < call.length; i++) if (!isImpossible(row, i)) count++;
  return count;
}

/** Σp of a row that is checked. */
function sumOfProbabilities(backend: Backend, call: Call, row: NamedRow): number {
  if (backend.reduce(kernels.survey, call.precision, [row, row], call.length) & UNUSUAL)
    return checkedSums(call, row)[0];
  checkSum(call, row, backend.total(1));
  return backend.total(1);
}

/** H_∞ = -ln max p̂. */
function minEntropy(backend: Backend, call: Call, row: NamedRow): number {
  if (row.kind !== "probabilities") {
    const logits = findSums(backend, call, [row]);
    const logSum = ln(sumOfExponentials(backend, call, logits));
    logSumExpOf(call, row, logits.found[0], logits.scale, logSum);
    return logSum;
  }
  const sum = sumOfProbabilities(backend, call, row);
  backend.reduce(kernels.maximum, call.precision, [row], call.length);
  return Math.max(0, lnRatio(sum, backend.total(0)));
}
