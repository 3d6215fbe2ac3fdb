// What the entropy of a distribution can be of which a list is known: Σ h(p) over the list, h(p) = -p ln p, and what the rest m adds.
//
// h is concave, so the most is where m is even over the n classes that are not listed, m ln(n/m), and the least at a corner: as many caps
// as there are, and what then is left, K·h(cap) + h(m - K·cap). m lies between two bounds that differ by rounding. The most is concave in m, with
// its top at n/e; the least is concave between multiples of the cap, so its minimum is at an end of such a piece.

import { ln } from "../numbers/scalar.js";
import type { TopKDistribution } from "./topKDistribution.js";

const ULP = 2 ** -52;

/** -p ln p. */
const h = (p: number): number => (p === 0 ? 0 : -p * ln(p));

function leastOf(rest: number, cap: number): number {
  if (rest === 0 || cap === 0) return 0;
  const caps = Math.floor(rest / cap);
  return caps * h(cap) + h(Math.max(0, rest - caps * cap));
}

function mostOf(least: number, most: number, classes: number): number {
  if (most === 0 || classes === 0) return 0;
  if (classes === Number.POSITIVE_INFINITY) return classes;
  const rest = Math.min(Math.max(classes / Math.E, least), most);
  return h(rest) + rest * ln(classes);
}

/** The least and the most, and the entropy if the rest were one class. */
export function entropyBounds(
  { logProbabilities, probabilities, errors, restLeast, restMost, rest, mostUnlisted }: TopKDistribution,
  unlisted: number,
): { lower: number; upper: number; estimate: number } {
  let listed = 0;
  let error = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i];
    if (p === 0) continue;
    const log = logProbabilities[i];
    listed -= p * log;
    // |h'| = |ln p + 1|, at the end of the error
    error += p * errors[i] * (1 + errors[i]) * (Math.abs(log + 1) + errors[i]);
  }
  error += (8 + probabilities.length) * ULP * (1 + Math.abs(listed));
  const piece = mostUnlisted === 0 ? 0 : Math.ceil(restLeast / mostUnlisted) * mostUnlisted;
  const ends = piece < restMost ? [restLeast, piece, restMost] : [restLeast, restMost];
  const least = Math.min(...ends.map((m) => leastOf(m, mostUnlisted)));
  const most = mostOf(restLeast, restMost, unlisted);
  const lower = Math.max(0, listed + least * (1 - 8 * ULP) - error);
  const upper = Math.max(lower, listed + most * (1 + 8 * ULP) + error);
  const estimate = Math.min(Math.max(listed + h(rest), lower), upper);
  return { lower, upper, estimate };
}
