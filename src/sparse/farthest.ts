// The most that a divergence can be, over all pairs of distributions that agree with two lists.
//
// φ is convex, so the maximum of Σ φ(xᵢ, yᵢ) is at a corner of what is possible: x is at its cap in K places, has what then is left
// of p's rest in one, and 0 elsewhere (K = ⌊rest/cap⌋); y likewise. Of the corners:
//
// 1. φ(x, y) <= φ(x, 0) + φ(0, y). So where the N classes that neither lists have room for both, what p has left lies on some of them and
//    what q has left on others, and no token that only one lists has mass of the other: nothing is farther. It is so for any vocabulary and
//    list of practice, and where the number of classes is not known. KL then is infinite, unless nothing is left and the tokens are the same.
// 2. Else some of it must lie together. φ has ∂²φ/∂x∂y <= 0, so of two places the larger x lies with the smaller y (rearrangement): p's caps
//    on the tokens that q gives the least, in order, then what is left; and within the N classes p's from one end, q's from the other.
//    It remains how many of p's caps lie on the tokens of q, and how many of q's on those of p: all numbers are tried, each in one step.
//
// Rounding: p's rest is taken as the least it can be; more of it adds at most φ₁ at the largest ratio, which is φ(1, 0) or, for KL, ln of the
// ratio. The probabilities of the list add their errors times the derivatives at the end of their errors.

import type { Aligned, Side } from "./aligned.js";
import { DIVERGENCES, type Divergence, lnQuotient, termOf } from "./divergences.js";

/** As in nearest.ts. */
const ULP = 2 ** -52;
const ULPS_OF_TERM = 16;

/** n·x, 0 where n is. */
const times = (n: number, x: number): number => (n === 0 ? 0 : n * x);

/** The rest of a side as caps and what then is left. */
interface Corner {
  readonly cap: number;
  readonly caps: number;
  /** Less than a cap. */
  readonly left: number;
  /** 1 where it is not 0. */
  readonly leftCount: number;
}

function cornerOf({ least, cap }: Side): Corner {
  let caps = cap > 0 ? Math.floor(least / cap) : 0;
  let left = least - caps * cap;
  if (left < 0) {
    caps--;
    left += cap;
  }
  return { cap, caps, left, leftCount: left > 0 ? 1 : 0 };
}

/** Of each number of caps, and of what is left or without it: the most of Σ φ over the tokens that the other side lists. */
class OnTokens {
  readonly #corner: Corner;
  readonly #term: (mass: number, token: number) => number;
  readonly #tokens: Float64Array;
  /** Σ φ of the first tokens with a cap each, and of all others with nothing. */
  readonly #withCaps = [0];
  readonly #without: number[];

  constructor(corner: Corner, tokens: Float64Array, term: (mass: number, token: number) => number) {
    this.#corner = corner;
    this.#term = term;
    this.#tokens = tokens.slice().sort();
    const count = tokens.length;
    this.#without = new Array(count + 1).fill(0);
    for (let i = 0; i < count; i++) this.#withCaps.push(this.#withCaps[i] + term(corner.cap, this.#tokens[i]));
    for (let i = count - 1; i >= 0; i--) this.#without[i] = this.#without[i + 1] + term(0, this.#tokens[i]);
  }

  sum(caps: number, leftCount: number): number {
    const rest = this.#without[caps + leftCount];
    const left = leftCount === 0 ? 0 : this.#term(this.#corner.left, this.#tokens[caps]);
    return this.#withCaps[caps] + left + rest;
  }
}

/** What a side has on n classes: caps, then what is left, then nothing. Where each begins. */
type Places = readonly [ends: readonly number[], masses: readonly number[]];

/** Σ φ over classes that neither lists, p's from one end and q's from the other. */
function sumTogether(divergence: Divergence, [xEnds, xs]: Places, [yEnds, ys]: Places): number {
  let sum = 0;
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const from = Math.max(xEnds[i], yEnds[j]);
      const to = Math.min(xEnds[i + 1], yEnds[j + 1]);
      if (to > from) sum += times(to - from, termOf(divergence, xs[i], ys[j]));
    }
  }
  return sum;
}

/** Whether the classes that neither lists have room for what both have left, apart from each other. */
const isApart = (p: Corner, q: Corner, others: number): boolean =>
  others >= p.caps + p.leftCount + q.caps + q.leftCount;

/** The most of Σ φ over all that is not shared, with the least rests. */
function mostApart(divergence: Divergence, { p, q, others }: Aligned): number {
  const ofP = cornerOf(p);
  const ofQ = cornerOf(q);
  if (isApart(ofP, ofQ, others)) {
    let sum = termOf(divergence, p.least, 0) + termOf(divergence, 0, q.least);
    for (const x of p.own) sum += termOf(divergence, x, 0);
    for (const y of q.own) sum += termOf(divergence, 0, y);
    return sum;
  }
  const xs = new OnTokens(ofP, q.own, (x, y) => termOf(divergence, x, y));
  const ys = new OnTokens(ofQ, p.own, (y, x) => termOf(divergence, x, y));
  let most = Number.NEGATIVE_INFINITY;
  for (const [pCaps, pLeft] of splitsOf(ofP, q.own.length, others)) {
    const onQ = xs.sum(ofP.caps - pCaps, ofP.leftCount - pLeft);
    const places: Places = [
      [0, pCaps, pCaps + pLeft, others],
      [p.cap, ofP.left, 0],
    ];
    for (const [qCaps, qLeft] of splitsOf(ofQ, p.own.length, others)) {
      const onP = ys.sum(ofQ.caps - qCaps, ofQ.leftCount - qLeft);
      const opposite: Places = [
        [0, others - qCaps - qLeft, others - qCaps, others],
        [0, ofQ.left, q.cap],
      ];
      most = Math.max(most, onQ + onP + sumTogether(divergence, places, opposite));
    }
  }
  return most;
}

/** How many of the caps, and of what is left, may lie on the classes that neither lists: the others need as many tokens. */
function* splitsOf(
  { caps, leftCount }: Corner,
  tokens: number,
  others: number,
): Generator<[caps: number, left: number]> {
  for (let left = 0; left <= leftCount; left++) {
    const fewest = Math.max(0, caps + leftCount - left - tokens);
    for (let n = fewest; n <= Math.min(caps, others - left); n++) yield [n, left];
  }
}

/** The most that the derivative by a mass of `a` can be: φ(1, 0), or where that is infinite, ln of the largest ratio. */
function steepest(limit: number, a: Side, b: Side, others: number): number {
  if (limit < Number.POSITIVE_INFINITY) return limit;
  const free = a.own.length + others;
  let least = free === 0 ? 1 : Math.max(0, b.least - (free - 1) * b.cap);
  for (const mass of b.own) least = Math.min(least, mass);
  const most = a.own.reduce((largest, mass) => Math.max(largest, mass), a.cap);
  return Math.max(0, lnQuotient(most, least));
}

/** By how much the sum may be larger, of what one side has outside what both list. */
function errorOf({ own, errors, least, most }: Side, slope: number, mostOfOther: number): number {
  let error = times(most - least, slope);
  // y|φ₂| <= xφ₁ where φ₂ < 0, since yφ₂ + xφ₁ = φ >= 0
  for (let i = 0; i < own.length; i++) error += times(errors[i], times(own[i], slope) + mostOfOther);
  return error;
}

/** The most that a divergence can be. */
export function upperBound(divergence: Divergence, aligned: Aligned): number {
  const { shared, p, q, others } = aligned;
  let sum = 0;
  let error = 0;
  const isVariation = divergence === DIVERGENCES.totalVariation;
  for (const { p: x, q: y, d, pError, qError } of shared) {
    sum += divergence.term(x, y, d);
    const both = pError + qError;
    const [byX, byY] = isVariation ? [0.5, 0.5] : [Math.abs(divergence.byX(d)), Math.abs(divergence.byY(d))];
    error += (1 + 2 * both) * (times(x * pError, byX) + times(y * qError, byY)) + 2 * both * both * (x + y);
  }
  sum += mostApart(divergence, aligned);
  if (sum === Number.POSITIVE_INFINITY) return sum;
  const byX = steepest(divergence.mostByX, p, q, others);
  const byY = steepest(divergence.mostByY, q, p, others);
  const areApart = isApart(cornerOf(p), cornerOf(q), others);
  error += errorOf(p, areApart ? divergence.mostByX : byX, areApart ? 0 : times(q.cap, byY));
  error += errorOf(q, areApart ? divergence.mostByY : byY, areApart ? 0 : times(p.cap, byX));
  const ulps = ULPS_OF_TERM + shared.length + p.own.length + q.own.length;
  return sum + ulps * ULP * (sum + 1) + error;
}
