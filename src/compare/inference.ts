// Errors, intervals and tests of means over clusters of rows.

import { betaTail, quantileOf } from "../families/tails.js";
import type { ClusterSum } from "./clusters.js";
import { Partials } from "./partials.js";

/** What clusters have of the quantity in question: its sum, and over how many rows. */
export interface ClusterTotal {
  readonly count: number;
  readonly sum: number;
}

/** The mean of all rows and its standard error by clusters; NaN where there is no answer. */
export interface ClusteredMean {
  readonly value: number;
  readonly standardError: number;
}

/**
 * The mean m = ΣSᵢ/Σnᵢ of clusters with the sums Sᵢ over nᵢ rows, and its standard error √(G/(G - 1)·Σ(Sᵢ - nᵢ·m)²)/Σnᵢ, G being how many
 * clusters there are.
 */
export function clusteredMean(clusters: readonly ClusterTotal[]): ClusteredMean {
  const total = new Partials();
  let count = 0;
  for (const cluster of clusters) {
    if (Number.isNaN(cluster.sum)) return { value: Number.NaN, standardError: Number.NaN };
    total.add(cluster.sum);
    count += cluster.count;
  }
  const value = total.value / count;
  let squares = 0;
  for (const cluster of clusters) {
    const apart = cluster.sum - cluster.count * value;
    squares += apart * apart;
  }
  const many = clusters.length;
  return { value, standardError: many < 2 ? Number.NaN : Math.sqrt((many / (many - 1)) * squares) / count };
}

/** The sum of each cluster as a number, NaN where a row of it is infinite. */
export const totalsOf = (clusters: readonly ClusterSum[]): ClusterTotal[] =>
  clusters.map(({ count, sum, isInfinite }) => ({ count, sum: isInfinite ? Number.NaN : sum.value }));

/** P(|T| >= |t|) of Student's t with so many degrees of freedom. */
export function studentTail(t: number, freedom: number): number {
  if (Number.isNaN(t) || freedom < 1) return Number.NaN;
  const square = t * t;
  if (square === Number.POSITIVE_INFINITY) return 0;
  // by the smaller of x and 1 - x, which keeps its digits
  return square < freedom
    ? betaTail(0.5, freedom / 2, square / (freedom + square), true)
    : betaTail(freedom / 2, 0.5, freedom / (freedom + square), false);
}

/** The t >= 0 that |T| exceeds with a probability. */
export const studentQuantile = (probability: number, freedom: number): number =>
  freedom < 1 ? Number.NaN : quantileOf((t) => studentTail(t, freedom), probability);

/** Uniform integers of 32 bits from a seed (mulberry32, by Tommy Ettinger). */
export function randomWords(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return (x ^ (x >>> 14)) >>> 0;
  };
}

/** What is as large as the observed sum but for rounding counts as that large. */
const ROUNDING = 1 - 2 ** -40;

/**
 * How often |Σ ±Sᵢ| is at least |ΣSᵢ| with every sign as likely as the other: over all signs where there are no more than `permutations` of
 * them; else over so many at random, the observed ones added: (1 + hits)/(1 + permutations).
 */
export function signFlipTest(sums: readonly number[], permutations: number, seed: number): number {
  if (sums.some(Number.isNaN) || sums.length === 0) return Number.NaN;
  // what is 0 has no sign
  const numbers = Float64Array.from(sums.filter((sum) => sum !== 0));
  let observed = 0;
  for (const x of numbers) observed += x;
  const least = Math.abs(observed) * ROUNDING;
  const all = 2 ** numbers.length;
  const isExact = all <= permutations;
  const words = randomWords(seed);
  let hits = 0;
  for (let i = 0; i < (isExact ? all : permutations); i++) {
    let sum = 0;
    let bits = i;
    for (let c = 0; c < numbers.length; c++) {
      if (!isExact && (c & 31) === 0) bits = words();
      sum += (bits >>> (c & 31)) & 1 ? -numbers[c] : numbers[c];
    }
    if (Math.abs(sum) >= least) hits++;
  }
  return isExact ? hits / all : (1 + hits) / (1 + permutations);
}
