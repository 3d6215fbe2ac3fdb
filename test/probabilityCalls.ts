// What is computed from probabilities, and of what rows, to compare it bit by bit between engines. Portable: test/platforms.

import { type Constructor, type FloatArray, type Outcome, outcomeOf } from "./bits.js";
import { missingCalls } from "./derivedCalls.js";

import type { Functions } from "./functionsOn.js";
import { ofAnyMagnitude, randomNumbers } from "./random.js";

const cubed = (x: number): number => x * x * x;

/** Fills p, q and counts with numbers of a kind. */
export const KINDS: Record<string, (random: () => number, p: FloatArray, q: FloatArray, i: number) => void> = {
  ordinary(random, p, q, i) {
    p[i] = cubed(random());
    q[i] = cubed(random());
  },
  "nearly equal"(random, p, q, i) {
    p[i] = random();
    q[i] = p[i] * (1 + (random() - 0.5) * 1e-5);
  },
  "one ulp apart"(random, p, q, i) {
    const epsilon = p instanceof Float32Array ? 2 ** -23 : 2 ** -52;
    p[i] = random();
    q[i] = p[i] * (1 + (random() < 0.5 ? epsilon : -epsilon));
  },
  "with zeros on both sides"(random, p, q, i) {
    p[i] = random() < 0.3 ? 0 : random();
    q[i] = p[i] === 0 && random() < 0.7 ? 0 : random();
  },
  "with q = 0 where p > 0"(random, p, q, i) {
    p[i] = random();
    q[i] = random() < 0.02 ? 0 : random();
  },
  "with zeros of either sign"(random, p, q, i) {
    p[i] = random() < 0.4 ? -0 : random();
    q[i] = random() < 0.5 && p[i] === 0 ? -0 : random();
  },
  "thirty orders of magnitude"(random, p, q, i) {
    p[i] = ofAnyMagnitude(random, -30, 0);
    q[i] = ofAnyMagnitude(random, -30, 0);
  },
  "up to 2^100 beside next to nothing"(random, p, q, i) {
    const [least, most] = p instanceof Float32Array ? [-37, 30] : [-307, 30];
    p[i] = random() < 0.5 ? ofAnyMagnitude(random, 20, most) : ofAnyMagnitude(random, least, -20);
    q[i] = random() < 0.5 ? ofAnyMagnitude(random, 20, most) : ofAnyMagnitude(random, least, -20);
  },
  "with subnormals"(random, p, q, i) {
    const tiny = p instanceof Float32Array ? 1e-40 : 1e-310;
    p[i] = random() < 0.1 ? tiny * random() : random();
    q[i] = random() < 0.1 ? tiny * random() : random();
  },
  "all subnormal"(random, p, q, i) {
    const tiny = p instanceof Float32Array ? 1e-39 : 1e-309;
    p[i] = tiny * (0.5 + random());
    q[i] = tiny * (0.5 + random());
  },
  huge(random, p, q, i) {
    const large = p instanceof Float32Array ? 1e38 : 1e300;
    p[i] = large * random();
    q[i] = random();
  },
  "at the edges of octaves"(random, p, q, i) {
    p[i] = 1 + (random() < 0.5 ? 0 : 2 ** -20);
    q[i] = p[i] * 2 ** Math.floor(random() * 5 - 2) * (1 + (random() - 0.5) * 2 ** -21);
  },
  "one-hot among subnormals"(random, p, q, i) {
    const tiny = (p instanceof Float32Array ? 1e-40 : 1e-310) * random();
    p[i] = i === p.length >> 1 ? 1 : tiny;
    q[i] = i === p.length >> 2 ? 1 : tiny;
  },
  "one-hot"(_, p, q, i) {
    p[i] = i === p.length >> 1 ? 1 : 0;
    q[i] = i === p.length >> 2 ? 1 : 0;
  },
  "of unequal sums"(random, p, q, i) {
    p[i] = random();
    q[i] = p[i] * 1.003 * (1 + (random() - 0.5) * 1e-3);
  },
};

export interface Rows {
  p: FloatArray;
  q: FloatArray;
  counts: FloatArray;
}

export function makeRows(kind: string, type: Constructor, n: number): Rows {
  const random = randomNumbers(n * 31 + kind.length);
  const [p, q, counts] = [new type(n), new type(n), new type(n)];
  for (let i = 0; i < n; i++) {
    KINDS[kind](random, p, q, i);
    counts[i] = Math.floor(random() * 4);
  }
  return { p, q, counts };
}

const normalize = { normalize: true };

/** Calls of a measure by its order. */
function ofOrders(
  name: string,
  orders: readonly number[],
  call: (f: Functions, rows: Rows, alpha: number) => number,
): Record<string, (f: Functions, rows: Rows) => number> {
  return Object.fromEntries(
    orders.map((alpha) => [`${name} of ${alpha}`, (f: Functions, rows: Rows) => call(f, rows, alpha)]),
  );
}

const INFINITY = Number.POSITIVE_INFINITY;
/** Of each way in which they are computed. */
const DIVERGENCE_ORDERS = [0, 0.1, 0.75, 1.000001, 2, 1000, INFINITY];
const ENTROPY_ORDERS = [0, 0.1, 0.75, 2, 1000, INFINITY];

type Calls = Record<string, (f: Functions, rows: Rows) => number | FloatArray>;

const OWN_CALLS: Calls = {
  entropy: (f, { p }) => f.entropy(p, normalize),
  crossEntropy: (f, { p, q }) => f.crossEntropy(p, q, normalize),
  klDivergence: (f, { p, q }) => f.klDivergence(p, q, normalize),
  jeffreysDivergence: (f, { p, q }) => f.jeffreysDivergence(p, q, normalize),
  jsDivergence: (f, { p, q }) => f.jsDivergence(p, q, normalize),
  "jsDivergence of many": (f, { p, q, counts }) => f.jsDivergence.of([p, q, counts], normalize),
  "jsDivergence of many with weights": (f, { p, q }) =>
    f.jsDivergence.of([p, q, p], { weights: [1, 5, 0.5], ...normalize }),
  jsDistance: (f, { p, q }) => f.jsDistance(p, q, normalize),
  hellingerDistance: (f, { p, q }) => f.hellingerDistance(p, q, normalize),
  bhattacharyyaDistance: (f, { p, q }) => f.bhattacharyyaDistance(p, q, normalize),
  totalVariationDistance: (f, { p, q }) => f.totalVariationDistance(p, q, normalize),
  ...ofOrders("renyiDivergence", DIVERGENCE_ORDERS, (f, { p, q }, alpha) => f.renyiDivergence(p, q, alpha, normalize)),
  ...ofOrders("skewDivergence", [0.0001, 0.3, 0.99, 1], (f, { p, q }, alpha) =>
    f.skewDivergence(p, q, alpha, normalize),
  ),
  ...ofOrders("renyiEntropy", ENTROPY_ORDERS, (f, { p }, alpha) => f.renyiEntropy(p, alpha, normalize)),
  ...ofOrders("tsallisEntropy", [0.75, 2], (f, { p }, alpha) => f.tsallisEntropy(p, alpha, normalize)),
  ...ofOrders("jensenRenyiDivergence of many", [0, 0.3, 0.75], (f, { p, q, counts }, alpha) =>
    f.jensenRenyiDivergence.of([p, q, counts], alpha, normalize),
  ),
  distanceMatrix: (f, { p, q, counts }) => f.distanceMatrix([p, q, counts], f.klDivergence, normalize),
  iDivergence: (f, { p, q }) => f.iDivergence(p, q),
  logLikelihoodRatio: (f, { p, q, counts }) => f.logLikelihoodRatio(counts, p, q),
  logRatio: (f, { p, q }) => f.logRatio(p, q),
};

/** Of every measure of probabilities: those that have no calls above have some of their definition's. */
export const CALLS: Calls = {
  ...OWN_CALLS,
  ...missingCalls(Object.keys(OWN_CALLS), {
    kinds: ["probabilities", "probabilities"],
    arrayOf: ({ p, q, counts }, distribution) => [p, q][distribution] ?? counts,
    options: normalize,
  }),
};

/** Every result; an error as its message. */
export function resultsOf(f: Functions, rows: Rows): Record<string, Outcome> {
  const results: Record<string, Outcome> = {};
  for (const name in CALLS) results[name] = outcomeOf(() => CALLS[name](f, rows));
  return results;
}
