// How far two distributions are from each other of which only lists are known.

import { checkNumber, checkOptions, mustBe } from "../engine/checks.js";
import { LN2, ln } from "../numbers/scalar.js";
import { type Aligned, align, type Side } from "./aligned.js";
import { DIVERGENCE_NAMES, DIVERGENCES, type Divergence, type DivergenceName, termOf } from "./divergences.js";
import { entropyBounds } from "./entropyBounds.js";
import { upperBound } from "./farthest.js";
import { findNearest, lowerBound } from "./nearest.js";
import { TopKDistribution } from "./topKDistribution.js";

/** The options of {@link divergenceBounds}. */
export interface BoundsOptions {
  /** Unit of kl, reverseKl, js and the entropies: its logarithm's base. Nats by default. */
  base?: number;
}

/** What a number can be. */
export interface Bounds {
  /** The least. */
  readonly lower: number;
  /** The most; Infinity where there is no such. */
  readonly upper: number;
  /** The number if the assumption of {@link DivergenceBounds.tail} held; within the bounds. */
  readonly estimate: number;
  /** Why `upper` is Infinity; undefined where it is finite. */
  readonly upperReason?: string;
}

/** What the divergences of two distributions can be, and their entropies. */
export interface DivergenceBounds {
  /** KL(p‖q). */
  readonly kl: Bounds;
  /** KL(q‖p). */
  readonly reverseKl: Bounds;
  /** Jensen-Shannon divergence, at most ln 2. */
  readonly js: Bounds;
  /** Total variation distance, ½ Σ|p - q|. */
  readonly totalVariation: Bounds;
  /** Hellinger distance, √(1 - Σ√(pq)). */
  readonly hellinger: Bounds;
  /** H(p). */
  readonly entropyOfP: Bounds;
  /** H(q). */
  readonly entropyOfQ: Bounds;
  /**
   * The assumption of the estimates: what a distribution has outside its list is spread evenly over the tokens that only the other lists
   * and all other classes together, which count as one class.
   */
  readonly tail: "oneClass";
}

const NAME = "divergenceBounds";

/** Rounding of a division or a root. */
const ULP = 2 ** -52;

/** What a side has outside its list, under the assumption: of each of `count` tokens, and of all classes besides. */
function spread({ least, most, cap }: Side, count: number, others: number): [each: number, rest: number] {
  const mass = (least + most) / 2;
  const room = cap === 0 ? 0 : others * cap;
  let each = Math.min(cap, mass / (count + 1));
  if (mass - count * each > room) each = Math.min(cap, (mass - room) / Math.max(count, 1));
  return [each, Math.max(0, mass - count * each)];
}

function estimateOf(divergence: Divergence, { shared, p, q, others }: Aligned): number {
  const [x, xRest] = spread(p, q.own.length, others);
  const [y, yRest] = spread(q, p.own.length, others);
  let sum = termOf(divergence, xRest, yRest);
  for (const it of shared) sum += divergence.term(it.p, it.q, it.d);
  for (const own of p.own) sum += termOf(divergence, own, y);
  for (const own of q.own) sum += termOf(divergence, x, own);
  return sum;
}

/** Why KL from one to the other has no bound. */
function reasonOf(from: string, to: string, own: Side, lower: number): string {
  if (lower === Number.POSITIVE_INFINITY) return `${to} has probability 0 where ${from} has not`;
  return own.own.length > 0
    ? `${to} may have probability 0 at a token that only ${from} lists`
    : `${to} may have probability 0 where ${from} has what its list leaves`;
}

const MOST: Record<DivergenceName, number> = {
  kl: Number.POSITIVE_INFINITY,
  reverseKl: Number.POSITIVE_INFINITY,
  js: LN2,
  totalVariation: 1,
  squaredHellinger: 1,
};

/** Nats of a unit, which is positive: in another, the least would be the most. */
export function unitOf(functionName: string, base: number | undefined): number {
  if (base === undefined) return 1;
  checkNumber(functionName, "base", base, (x) => x > 1 && x < Number.POSITIVE_INFINITY, "finite and above 1");
  return ln(base);
}

/** Bounds in other units, or of roots, rounded outwards. */
function converted({ lower, upper, estimate, ...rest }: Bounds, to: (x: number) => number): Bounds {
  const bounds = [Math.max(0, to(lower) * (1 - 2 * ULP)), to(upper) * (1 + 2 * ULP)];
  return { lower: bounds[0], upper: bounds[1], estimate: to(estimate), ...rest };
}

function checkDistribution(name: string, value: unknown): asserts value is TopKDistribution {
  if (!isDistribution(value)) throw mustBe(NAME, name, value, "made by topKDistribution or topK");
}

function isDistribution(value: unknown): boolean {
  try {
    return value instanceof TopKDistribution;
  } catch {
    return false; // a revoked proxy
  }
}

/**
 * What KL divergence, Jensen-Shannon divergence, total variation, the Hellinger distance and the entropies can be of two distributions of
 * which lists are known: for each the interval between the least and the most over all pairs of distributions that agree with both lists.
 *
 * A token that is in both lists is known. One that only p lists has in q at most what the least of q's list has; what both leave may lie
 * on the same classes or on others. The intervals are the tightest for lists with `rounding: 0`, and otherwise wider by about
 * what rounding makes of the listed terms. The exact value is never outside. KL has in general no bound from above.
 *
 * Next to each interval there is an estimate, under the assumption that `tail` names.
 *
 * @param p - A list, from {@link topKDistribution} or {@link topK}.
 * @param q - The other, with tokens that are named alike.
 * @returns `lower`, `upper` and `estimate` of each: nats (or units of `base`), and from 0 to 1 for the distances. Equal lists have lower
 * bounds of 0.
 * @throws TypeError for what is no such distribution, or an unknown option.
 * @throws RangeError for numbers of classes that differ, or are
 * fewer than the tokens of both lists, and for ids beside texts. Complexity O(tokens) for each of 64 steps.
 * @example
 * const [half, quarter] = [-0.6931471805599453, -1.3862943611198906]; // their logarithms
 * const p = topKDistribution([["a", half], ["b", quarter]], { rounding: 0 });
 * const q = topKDistribution([["a", quarter], ["b", quarter]], { rounding: 0 });
 * const { kl, totalVariation } = divergenceBounds(p, q);
 * kl.lower.toFixed(6); // "0.173287"
 * kl.upper; // Infinity
 * totalVariation.upper.toFixed(6); // "0.500000"
 * @see P. J. Huber, V. Strassen, Minimax Tests and the Neyman-Pearson Lemma for Capacities (1973): one pair is the nearest for all
 */
export function divergenceBounds(
  p: TopKDistribution,
  q: TopKDistribution,
  options: BoundsOptions = {},
): DivergenceBounds {
  checkDistribution("p", p);
  checkDistribution("q", q);
  checkOptions(NAME, options, ["base"]);
  const unit = unitOf(NAME, options.base);
  const aligned = align(p, q);
  const nearest = findNearest(aligned);
  const all = {} as Record<DivergenceName, Bounds>;
  for (const name of DIVERGENCE_NAMES) {
    const divergence = DIVERGENCES[name];
    const lower = Math.min(lowerBound(divergence, aligned, nearest), MOST[name]);
    const upper = Math.max(lower, Math.min(upperBound(divergence, aligned), MOST[name]));
    const estimate = Math.min(Math.max(estimateOf(divergence, aligned), lower), upper);
    const [from, to, own] = name === "kl" ? ["p", "q", aligned.p] : ["q", "p", aligned.q];
    const upperReason =
      upper === Number.POSITIVE_INFINITY ? reasonOf(from as string, to as string, own as Side, lower) : undefined;
    all[name] = { lower, upper, estimate, ...(upperReason !== undefined && { upperReason }) };
  }
  const classes = p.classes ?? q.classes ?? Number.POSITIVE_INFINITY;
  const entropyOf = (of: TopKDistribution): Bounds => {
    const bounds = entropyBounds(of, classes - of.tokens.length);
    if (bounds.upper < Number.POSITIVE_INFINITY) return bounds;
    return { ...bounds, upperReason: "the number of classes is not known; pass it as classes" };
  };
  const inUnits = (bounds: Bounds): Bounds => (unit === 1 ? bounds : converted(bounds, (x) => x / unit));
  return {
    kl: inUnits(all.kl),
    reverseKl: inUnits(all.reverseKl),
    js: inUnits(all.js),
    totalVariation: all.totalVariation,
    hellinger: converted(all.squaredHellinger, Math.sqrt),
    entropyOfP: inUnits(entropyOf(p)),
    entropyOfQ: inUnits(entropyOf(q)),
    tail: "oneClass",
  };
}
