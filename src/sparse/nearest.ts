// The two distributions that are nearest to each other of all that agree with two lists: one pair for all divergences at once.
//
// Of p, the tokens of its list are known; a token i that only q lists has some xᵢ in [0, cap of p], and so has each of the N classes that
// neither lists; these sum to the rest of p, which lies between two bounds that differ by rounding. So it is with q and its yᵢ.
//
// 1. The classes that neither lists are one class R with room for N·cap. For φ is convex and homogeneous: Σ φ(xᵢ, yᵢ) >= φ(Σxᵢ, Σyᵢ), and
//    where both are spread evenly over the N classes (or, of any number of classes, over enough of them) the two are equal.
// 2. What is left is to minimise Σ φ(xᵢ, yᵢ), a convex function, under linear conditions. By Karush, Kuhn and Tucker a pair (x, y) is a
//    minimum if and only if there are prices ν of p's mass and κ of q's such that an x that is free to move has φ₁ = ν, one at its cap
//    φ₁ <= ν, and one at 0 φ₁ >= ν; with y, φ₂ and κ likewise. φ₁ and φ₂ are monotone functions of the ratio x/y, the same direction for
//    every φ: so the conditions are of ratios alone. There are thresholds s and t such that
//
//      xᵢ = min(cap of p, s·qᵢ),  yᵢ = min(cap of q, pᵢ/t),  and R's ratio is s where its x is free, t where its y is free.
//
//    It is a water level: each token takes mass up to the same ratio. Since φ does not occur in them, one pair is a minimum of all five
//    (Huber and Strassen's least favourable pair), which the ratio r of R determines: both are functions of r, and r is where they meet.
// 3. The rest of p is free between its bounds: with φ₁(1) = 0, more mass lowers the sum where s < 1, and raises it where s > 1. So the rest
//    is the most it can be for s < 1, the least for s > 1, and in between for s = 1. With q, t, and < and > exchanged.
//
// What rounding does is covered by convexity: the minimum as a function of the listed probabilities and the rests is convex, and the φ₁
// and φ₂ of its solution are a subgradient, so that at any other such numbers it is at least its tangent. The pair here is the solution for
// rests that are those it sums to, whatever r is; the tangent from there to all rests that are possible, and to all probabilities
// within their errors, is a bound which the exact value does not cross.
//
// P. J. Huber, V. Strassen, Minimax Tests and the Neyman-Pearson Lemma for Capacities (1973); S. Boyd, L. Vandenberghe, Convex Optimization
// (2004), section 5.5.3.

import type { Aligned, Side } from "./aligned.js";
import { type Divergence, lnQuotient } from "./divergences.js";

/** Ratios that are looked through: any beyond has the same solution. */
const LEAST = 2 ** -1000;
const MOST = 2 ** 1000;

/** Rounding of a sum of such terms, relative, for each of them; and that of a term itself, in as many. */
const ULP = 2 ** -52;
const ULPS_OF_TERM = 16;

/** Where a decreasing function changes its sign, to the last bit. */
function signChange(f: (x: number) => number): number {
  let below = LEAST;
  let above = MOST;
  for (;;) {
    const middle = above > 4 * below ? Math.sqrt(below) * Math.sqrt(above) : (below + above) / 2;
    if (middle <= below || middle >= above) return middle;
    if (f(middle) > 0) below = middle;
    else above = middle;
  }
}

/** Σ min(cap, level·wᵢ): what tokens take up to a level. */
function filled(weights: Float64Array, cap: number, level: number): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += Math.min(cap, level * weights[i]);
  return sum;
}

const within = (x: number, least: number, most: number): number => Math.min(Math.max(x, least), most);

/** The level at which tokens take what is left of `rest` beside `others`. */
function levelFor(weights: Float64Array, { cap, least, most }: Side, others: number): number {
  const atOne = filled(weights, cap, 1) + others;
  if (atOne >= least && atOne <= most) return 1;
  const rest = atOne > most ? most : least;
  return signChange((level) => rest - others - filled(weights, cap, level));
}

export interface Nearest {
  /** Of the tokens that only q lists. */
  readonly x: Float64Array;
  /** Of those that only p lists. */
  readonly y: Float64Array;
  /** Of all that neither lists. */
  readonly others: readonly [x: number, y: number];
  /** ln of the thresholds, 1/s and 1/t. */
  readonly s: number;
  readonly t: number;
  /** How far the rest of p may be from what the pair has: from, to. */
  readonly pOff: readonly [number, number];
  readonly qOff: readonly [number, number];
}

/** The room of so many classes. */
const roomOf = (classes: number, cap: number): number => (cap === 0 ? 0 : classes * cap);

export function findNearest({ p, q, others }: Aligned): Nearest {
  const roomOfX = roomOf(others, p.cap);
  const roomOfY = roomOf(others, q.cap);
  /** What p leaves for R where the ratio is r; not yet within R's room. */
  const xAt = (r: number) => (r < 1 ? p.most : p.least) - filled(q.own, p.cap, r);
  const yAt = (r: number) => (r > 1 ? q.most : q.least) - filled(p.own, q.cap, 1 / r);
  const xWithin = (r: number) => within(xAt(r), 0, roomOfX);
  const yWithin = (r: number) => within(yAt(r), 0, roomOfY);

  let r = 1;
  let x: number;
  let y: number;
  const [xTaken, yTaken] = [filled(q.own, p.cap, 1), filled(p.own, q.cap, 1)];
  const xMost = within(p.most - xTaken, 0, roomOfX);
  const yMost = within(q.most - yTaken, 0, roomOfY);
  const xLeast = within(p.least - xTaken, 0, roomOfX);
  const yLeast = within(q.least - yTaken, 0, roomOfY);
  if (xMost >= yLeast && yMost >= xLeast) {
    // R can have the ratio 1
    x = y = Math.min(xMost, yMost);
  } else {
    r = signChange((ratio) => xWithin(ratio) - ratio * yWithin(ratio));
    [x, y] = [xWithin(r), yWithin(r)];
    // where one is 0 and might be more, the other is 0 too, but for rounding
    if ((x === 0 && roomOfX > 0) || (y === 0 && roomOfY > 0)) x = y = 0;
    // the ratio exactly, by what makes the smaller change
    const isXFree = x > 0 && x < roomOfX;
    const isYFree = y > 0 && y < roomOfY;
    if (x > 0 && isYFree && (r >= 1 || !isXFree)) y = Math.min(x / r, roomOfY);
    else if (y > 0 && isXFree) x = Math.min(r * y, roomOfX);
  }
  const s = x > 0 && x < roomOfX ? r : levelFor(q.own, p, x);
  const t = y > 0 && y < roomOfY ? r : 1 / levelFor(p.own, q, y);
  const xs = q.own.map((weight) => Math.min(p.cap, s * weight));
  const ys = p.own.map((weight) => Math.min(q.cap, weight / t));
  const sum = (values: Float64Array, rest: number) => values.reduce((total, value) => total + value, 0) + rest;
  const [pMass, qMass] = [sum(xs, x), sum(ys, y)];
  return {
    x: xs,
    y: ys,
    others: [x, y],
    s: lnQuotient(1, s),
    t: lnQuotient(1, t),
    pOff: [p.least - pMass, p.most - pMass],
    qOff: [q.least - qMass, q.most - qMass],
  };
}

/** 0 where one of them is, though the other is infinite. */
const product = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);

/** The least of price·off. */
const leastChange = (price: number, [from, to]: readonly [number, number]): number =>
  Math.min(product(price, from), product(price, to));

/** The least that a divergence can be. */
export function lowerBound(divergence: Divergence, { shared, p, q }: Aligned, nearest: Nearest): number {
  let sum = 0;
  let error = 0;
  for (const { p: x, q: y, d, pError, qError } of shared) {
    if (d === 0) continue;
    sum += divergence.term(x, y, d);
    error += product(x * pError, Math.abs(divergence.byX(d))) + product(y * qError, Math.abs(divergence.byY(d)));
  }
  for (let i = 0; i < p.own.length; i++) {
    const d = lnQuotient(nearest.y[i], p.own[i]);
    if (d === 0) continue;
    sum += divergence.term(p.own[i], nearest.y[i], d);
    error += product(p.own[i] * p.errors[i], Math.abs(divergence.byX(d)));
  }
  for (let i = 0; i < q.own.length; i++) {
    const d = lnQuotient(q.own[i], nearest.x[i]);
    if (d === 0) continue;
    sum += divergence.term(nearest.x[i], q.own[i], d);
    error += product(q.own[i] * q.errors[i], Math.abs(divergence.byY(d)));
  }
  const [x, y] = nearest.others;
  if (x !== y) sum += divergence.term(x, y, lnQuotient(y, x));
  if (sum === Number.POSITIVE_INFINITY) return sum;
  const ofRests =
    leastChange(divergence.byX(nearest.s), nearest.pOff) + leastChange(divergence.byY(nearest.t), nearest.qOff);
  const ulps = ULPS_OF_TERM + shared.length + p.own.length + q.own.length;
  return Math.max(0, sum - ulps * ULP * sum - error + ofRests);
}
