// Two distributions known in part, token beside token: what both list, what only one lists, and how much of each is left elsewhere.

import type { TopKDistribution } from "./topKDistribution.js";

/** A token that both list. */
interface Shared {
  readonly p: number;
  readonly q: number;
  /** ln(q/p). */
  readonly d: number;
  /** By how much each may be off, relative to it. */
  readonly pError: number;
  readonly qError: number;
}

/** One of the two, beside what the other lists. */
export interface Side {
  /** The probabilities of the tokens that only this one lists. */
  readonly own: Float64Array;
  /** By how much each may be off, relative to it. */
  readonly errors: Float64Array;
  /** What this one has outside its list: between these. */
  readonly least: number;
  readonly most: number;
  /** The most that a class outside its list has. */
  readonly cap: number;
}

export interface Aligned {
  readonly shared: readonly Shared[];
  readonly p: Side;
  readonly q: Side;
  /** Classes that neither lists; Infinity where their number is not known. */
  readonly others: number;
}

const NAME = "divergenceBounds";

/** One side, with the places of its own tokens, and as many classes as there are outside its list. */
function side(name: string, distribution: TopKDistribution, own: readonly number[], unlisted: number): Side {
  const { probabilities, errors, rest, restLeast, restMost, mostUnlisted } = distribution;
  const room = mostUnlisted === 0 ? 0 : unlisted * mostUnlisted;
  if (room < restLeast) {
    throw new RangeError(
      `${NAME}: ${name} leaves ${rest}, for which ${unlisted} classes of at most ${mostUnlisted} have no room; check classes`,
    );
  }
  return {
    own: Float64Array.from(own, (i) => probabilities[i]),
    errors: Float64Array.from(own, (i) => errors[i]),
    least: restLeast,
    most: Math.min(restMost, room),
    cap: mostUnlisted,
  };
}

const kindOf = ({ tokens }: TopKDistribution): string => (typeof tokens[0] === "number" ? "ids" : "texts");

/** Throws for lists that are not of the same classes. */
export function align(p: TopKDistribution, q: TopKDistribution): Aligned {
  if (p.classes !== undefined && q.classes !== undefined && p.classes !== q.classes) {
    throw new RangeError(`${NAME}: p has ${p.classes} classes, q has ${q.classes}; they must be the same classes`);
  }
  const classes = p.classes ?? q.classes ?? Number.POSITIVE_INFINITY;
  const shared: Shared[] = [];
  const ofP: number[] = [];
  const isShared = new Uint8Array(q.tokens.length);
  for (let i = 0; i < p.tokens.length; i++) {
    const j = q.places.get(p.tokens[i]);
    if (j === undefined) {
      ofP.push(i);
      continue;
    }
    isShared[j] = 1;
    const [x, y] = [p.logProbabilities[i], q.logProbabilities[j]];
    shared.push({
      p: p.probabilities[i],
      q: q.probabilities[j],
      d: x === y ? 0 : y - x,
      pError: p.errors[i],
      qError: q.errors[j],
    });
  }
  if (shared.length === 0 && kindOf(p) !== kindOf(q)) {
    throw new RangeError(`${NAME}: p names tokens by ${kindOf(p)}, q by ${kindOf(q)}; both must name them alike`);
  }
  const ofQ: number[] = [];
  for (let j = 0; j < isShared.length; j++) if (isShared[j] === 0) ofQ.push(j);
  const others = classes - shared.length - ofP.length - ofQ.length;
  if (others < 0) {
    const listed = classes - others;
    throw new RangeError(`${NAME}: p and q list ${listed} different tokens; there are ${classes} classes`);
  }
  return { shared, p: side("p", p, ofP, ofQ.length + others), q: side("q", q, ofQ, ofP.length + others), others };
}
