// What is computed from probabilities, and of what rows, to compare it bit by bit between engines.

import type { Engine } from "../src/index.js";
import { bitsOf, type Constructor, type FloatArray } from "./bits.js";
import { randomNumbers } from "./cases.js";

/** Fills p, q and counts with numbers of a kind. */
export const KINDS: Record<string, (random: () => number, p: FloatArray, q: FloatArray, i: number) => void> = {
  ordinary(random, p, q, i) {
    p[i] = random() ** 3;
    q[i] = random() ** 3;
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
    p[i] = random() * 10 ** (-30 * random());
    q[i] = random() * 10 ** (-30 * random());
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

const NAMES = [
  "entropy",
  "crossEntropy",
  "klDivergence",
  "jeffreysDivergence",
  "jsDivergence",
  "jsDistance",
  "iDivergence",
  "logLikelihoodRatio",
  "logRatio",
] as const;

/** Every result as bits; an error as its message. */
export function resultsOf(engine: Engine, { p, q, counts }: Rows): Record<string, string> {
  const results: Record<string, string> = {};
  const normalize = { normalize: true };
  for (const name of NAMES) {
    try {
      let result: number | FloatArray;
      if (name === "entropy") result = engine.entropy(p, normalize);
      else if (name === "logLikelihoodRatio") result = engine.logLikelihoodRatio(counts, p, q);
      else if (name === "logRatio") result = engine.logRatio(p, q);
      else if (name === "iDivergence") result = engine.iDivergence(p, q);
      else result = engine[name](p, q, normalize);
      results[name] = bitsOf(result);
    } catch (error) {
      results[name] = (error as Error).message;
    }
  }
  return results;
}
