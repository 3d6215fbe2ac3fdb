// The divergences of two samples that compareCounts estimates: what is computed of the counts, and what it stands for.

import { digamma } from "../evidence/klOfCounts.js";
import { LN2 } from "../numbers/scalar.js";
import { TERMS } from "./contributions.js";

/** What {@link compareCounts} can estimate. */
export type ComparisonMeasure = "js" | "kl" | "psi" | "hellinger" | "totalVariation";

/** A measure of samples of N and M observations. All are sums over classes. */
export interface Statistic {
  /** What is computed of x and y occurrences in the samples. */
  readonly of: (x: number, y: number) => number;
  /** The divergence itself, of N·p and M·q. */
  readonly divergence: (x: number, y: number) => number;
  /** Whether `of` has little bias, and is not the divergence of the shares. */
  readonly isUnbiased: boolean;
  /** The largest value that the divergence can have. */
  readonly most: number;
  /** Whether `of` has a derivative everywhere. */
  readonly isSmooth: boolean;
  /** What the divergence of samples is of χ², where their distributions do not differ: 0 where it is no such multiple. */
  readonly scale: number;
  /** The largest variance of `of` where shares differ much and the divergence has no second derivative; else 0. */
  readonly farVariance: number;
}

const MOST: Readonly<Record<ComparisonMeasure, number>> = {
  ...{ js: LN2, kl: Number.POSITIVE_INFINITY, psi: Number.POSITIVE_INFINITY },
  ...{ hellinger: 1, totalVariation: 1 },
};

/** ½f''(1) of each as an f-divergence: D is about that times Σ(p - q)²/p. */
const CURVATURE: Readonly<Record<ComparisonMeasure, number>> = {
  ...{ js: 1 / 8, kl: 1 / 2, psi: 1, hellinger: 1 / 8, totalVariation: 0 },
};

/** x/N·[ψ(M + 1) - ψ(y + 1) - ψ(N) + ψ(x)]: what Zhang and Grabchak estimate of p ln(p/q), a number also where y is 0. */
function makeKlEstimate(sizeA: number, sizeB: number): (x: number, y: number) => number {
  const constant = digamma(sizeB + 1) - digamma(sizeA);
  return (x, y) => (x === 0 ? 0 : (x / sizeA) * (constant - digamma(y + 1) + digamma(x)));
}

export function makeStatistic(measure: ComparisonMeasure, sizeA: number, sizeB: number): Statistic {
  const term = TERMS[measure].of;
  const divergence = (x: number, y: number) => {
    const [p, q] = [x * sizeB, y * sizeA];
    return term(p, q, p - q) / sizeA / sizeB;
  };
  const isUnbiased = measure === "kl" || measure === "psi";
  const forward = makeKlEstimate(sizeA, sizeB);
  const backward = makeKlEstimate(sizeB, sizeA);
  const estimate = measure === "psi" ? (x: number, y: number) => forward(x, y) + backward(y, x) : forward;
  const variance = 1 / sizeA + 1 / sizeB;
  const isSmooth = measure !== "totalVariation";
  return {
    of: isUnbiased ? estimate : divergence,
    divergence,
    isUnbiased,
    most: MOST[measure],
    isSmooth,
    scale: CURVATURE[measure] * variance,
    farVariance: isSmooth ? 0 : variance / 4,
  };
}
