// Gaussians for the tests: rows of means and of log-variances, and calls of all that takes them.

import type { FloatArray } from "../src/index.js";
import type { Constructor } from "./bits.js";
import type { Functions } from "./functionsOn.js";
import { randomNumbers } from "./random.js";

export interface Gaussians {
  mean: FloatArray;
  logVariance: FloatArray;
  priorMean: FloatArray;
  priorLogVariance: FloatArray;
}

export interface GaussianCase {
  type: "f32" | "f64";
  n: number;
  /** Whether there is a prior besides the standard one, and from where to where it is: ±spread. */
  prior: boolean;
  spread: number;
  /** How far from it the posterior is: ±apart. */
  apart: number;
  seed: number;
  /** The divergence, and its gradient in mean and log-variance of dimension ⌊n/2⌋. */
  exact: [string, string, string];
}

/** The twin of `rows` in scripts/makeGaussianReferences.py. */
export function makeCase({ type, n, prior, spread, apart, seed }: Omit<GaussianCase, "exact">): Gaussians {
  const random = randomNumbers(seed);
  const array = type === "f32" ? Float32Array : Float64Array;
  const rows = {
    mean: new array(n),
    logVariance: new array(n),
    priorMean: new array(n),
    priorLogVariance: new array(n),
  };
  for (let i = 0; i < n; i++) {
    const m = prior ? spread * (2 * random() - 1) : 0;
    const w = prior ? spread * (2 * random() - 1) : 0;
    rows.mean[i] = m + apart * (2 * random() - 1);
    rows.logVariance[i] = w + apart * (2 * random() - 1);
    rows.priorMean[i] = m;
    rows.priorLogVariance[i] = w;
  }
  return rows;
}

/** Kinds of rows: alike to any degree, at the edges of what the kernels compute, beyond them. */
export const KINDS: Record<string, (random: () => number) => [u: number, l: number, m: number, w: number]> = {
  ordinary: (random) => [4 * random() - 2, 3 * random() - 2, random(), random()],
  alike: (random) => {
    const [m, w] = [4 * random() - 2, 2 * random() - 1];
    return [m + 1e-6 * random(), w - 1e-6 * random(), m, w];
  },
  "the same": (random) => {
    const [m, w] = [random(), -random()];
    return [m, w, m, w];
  },
  "around |v| = 2": (random) => [random(), 4.002 * random() - 2.001, 0, 0.001 * random()],
  "narrow and wide": (random) => [1e3 * random(), 150 * random() - 75, -random(), random() < 0.5 ? 4 : -4],
  "beyond f32": (random) => [1e18 * random(), 400 * random() - 200, -1e15 * random(), 300 * random() - 150],
  "beyond f64": (random) => [1e30 * random(), 2400 * random() - 1600, random(), 1500 * random() - 750],
  "a number that is none, here and there": (random) => [random(), random() < 0.01 ? Number.NaN : 1, 0, random()],
};

export function makeGaussians(kind: string, type: Constructor, n: number): Gaussians {
  const random = randomNumbers(n + 7 * kind.length);
  const rows = [new type(n), new type(n), new type(n), new type(n)];
  for (let i = 0; i < n; i++) {
    KINDS[kind](random).forEach((x, k) => {
      rows[k][i] = x;
    });
  }
  const [mean, logVariance, priorMean, priorLogVariance] = rows;
  return { mean, logVariance, priorMean, priorLogVariance };
}

type Call = (f: Functions, rows: Gaussians) => number | FloatArray;

export const CALLS: Record<string, Call> = {
  gaussianKl: (f, { mean, logVariance }) => f.gaussianKl(mean, logVariance).kl,
  "gaussianKl, gradient in mean": (f, { mean, logVariance }) =>
    f.gaussianKl(mean, logVariance, { gradient: true }).gradient?.mean ?? Number.NaN,
  "gaussianKl, gradient in logVariance": (f, { mean, logVariance }) =>
    f.gaussianKl(mean, logVariance, { gradient: true }).gradient?.logVariance ?? Number.NaN,
  "gaussianKl from a prior": (f, { mean, logVariance, ...prior }) => f.gaussianKl(mean, logVariance, prior).kl,
  "gaussianKl from a prior, gradient in mean": (f, { mean, logVariance, ...prior }) =>
    f.gaussianKl(mean, logVariance, { ...prior, gradient: true }).gradient?.mean ?? Number.NaN,
  "gaussianKl from a prior, gradient in logVariance": (f, { mean, logVariance, ...prior }) =>
    f.gaussianKl(mean, logVariance, { ...prior, gradient: true }).gradient?.logVariance ?? Number.NaN,
  elbo: (f, { mean, logVariance, priorMean }) => f.elbo(-1.5, mean, logVariance, { priorMean, beta: 0.3 }).elbo,
};
