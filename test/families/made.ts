// Distributions from lists of numbers, as the fixtures have them.

import { readFileSync } from "node:fs";
import * as families from "../../src/families/index.js";

// biome-ignore lint/suspicious/noExplicitAny: over whatever values
export type AnyDistribution = families.Distribution<any>;

export const make = {
  bernoulli: ([probability]) => families.bernoulli({ probability }),
  binomial: ([trials, probability]) => families.binomial({ trials, probability }),
  geometric: ([probability]) => families.geometric({ probability }),
  poisson: ([rate]) => families.poisson({ rate }),
  categorical: (probabilities) => families.categorical({ probabilities, normalize: true }),
  uniform: ([minimum, maximum]) => families.uniform({ minimum, maximum }),
  exponential: ([rate]) => families.exponential({ rate }),
  gamma: ([shape, rate]) => families.gamma({ shape, rate }),
  beta: ([alpha, beta]) => families.beta({ alpha, beta }),
  dirichlet: (concentrations) => families.dirichlet({ concentrations }),
  laplace: ([location, scale]) => families.laplace({ location, scale }),
  normal: ([mean, standardDeviation]) => families.normal({ mean, standardDeviation }),
  diagonalNormal: (numbers) =>
    families.diagonalNormal({ means: numbers.slice(0, 3), standardDeviations: numbers.slice(3) }),
  multivariateNormal: (numbers) => {
    const n = numbers.length === 2 ? 1 : 3;
    return families.multivariateNormal({ mean: numbers.slice(0, n), covariance: numbers.slice(n) });
  },
} satisfies Record<string, (parameters: number[]) => AnyDistribution>;

export type FamilyName = keyof typeof make;

/** p, q, and p's entropy, their cross-entropy and divergence. */
export type Pair = [p: number[], q: number[], entropy: number, crossEntropy: number, kl: number];

/** Parameters, x, P(X <= x), P(X > x), ln of the probability or density. */
type Tail = [parameters: number[], x: number, lower: number, upper: number, logProbability: number];

/** scripts/makeFamilyReferences.py computes it with mpmath. */
type Univariate = Exclude<FamilyName, "dirichlet" | "diagonalNormal" | "multivariateNormal">;

/** A number, or the name of an infinite one. */
type End = number | string;

export const references: {
  pairs: Record<FamilyName, Pair[]>;
  tails: Record<"normal" | "gamma" | "beta" | "poisson" | "binomial", Tail[]>;
  endPairs: Record<FamilyName, [p: number[], q: number[], entropy: End, crossEntropy: End, kl: End][]>;
  /** Tails are null where mpmath has no simple form of them. */
  endTails: Record<
    Univariate,
    [parameters: number[], x: number, lower: number | null, upper: number | null, logProbability: End][]
  >;
  endMoments: Record<Univariate, [parameters: number[], mean: End, variance: End][]>;
  /** Of a family and one that contains it, by "p q". */
  across: Record<string, [p: number[], q: number[], kl: number][]>;
} = JSON.parse(readFileSync(new URL("../fixtures/families.json", import.meta.url), "utf8"));
