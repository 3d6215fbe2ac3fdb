// Calls that are errors, each of another kind: their messages are the same everywhere too.

import type { Engine } from "../../src/index.js";
import type { Functions } from "../functionsOn.js";

type Package = typeof import("../../src/index.js");

const half = [0.5, 0.5];
const rowLength = 2;
// biome-ignore lint/suspicious/noExplicitAny: mistakes that types would not let pass
const wrong = (value: unknown): any => value;

/** A long row with one bad number. */
function badAt(engine: Engine, index: number, value: number): Float32Array {
  const row = engine.float32(30_000).fill(1 / 30_000);
  row[index] = value;
  return row;
}

/** The functions on an engine, that engine, and the package. */
interface Place {
  engine: Engine;
  logratio: Package;
}

export const MISTAKES: ((f: Functions, of: Place) => unknown)[] = [
  (f) => f.klDivergence(half, [0.5, -0.5]),
  (f) => f.klDivergence([Number.NaN, 1], half),
  (f) => f.entropy([Number.POSITIVE_INFINITY, 0]),
  (f) => f.entropy([3, 4]),
  (f) => f.entropy([0, 0], { normalize: true }),
  (f) => f.entropy([]),
  (f) => f.entropy(wrong("half")),
  (f) => f.entropy(wrong(undefined)),
  (f) => f.entropy(wrong([0.5, "0.5"])),
  (f) => f.entropy(half, wrong({ bse: 2 })),
  (f) => f.entropy(half, { base: 1 }),
  (f) => f.entropy(half, { input: wrong("logit") }),
  (f) => f.entropy(half, { input: "logits", temperature: 0 }),
  (f) => f.jsDivergence(half, [0.2, 0.3, 0.5]),
  (f) => f.jsDivergence.rows(half, half, { rowLength: 3 }),
  (f) => f.jeffreysDivergence.rows([...half, ...half], [...half, 0.7, 0.7], { rowLength }),
  (f) => f.iDivergence(half, [0.5, Number.NaN]),
  (f) => f.renyiDivergence(half, half, -1),
  (f) => f.alphaDivergence(half, half, Number.NEGATIVE_INFINITY),
  (f) => f.skewDivergence(half, half, 1.5),
  (f) => f.renyiEntropy(half, wrong(undefined)),
  (f) => f.totalVariationDistance([0.5, -0.5], half),
  (f) => f.logLikelihoodRatio([1, 1], [0, 1], [0, 1]),
  (f) => f.logLikelihoodRatio([1, 1], [0, 1], [1, 0]),
  (f) => f.logRatio(half, half, { out: new Float32Array(2) }),
  (f) => f.softmax(half, { out: new Float64Array(3) }),
  (f) => f.logSumExp([0, Number.POSITIVE_INFINITY]),
  (f) => f.logSumExp([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]),
  (f) => f.crossEntropyLoss([1, 2, 3, 4], [0, 2], { rowLength }),
  (f) => f.crossEntropyLoss([1, 2, 3, 4], [0], { rowLength }),
  (f) => f.crossEntropyLoss([1, 2, 3, 4], [0, 1], { rowLength, reduction: wrong("median") }),
  (f) => f.crossEntropyLoss([1, 2, 3, 4], [0, 1], { rowLength, labelSmoothing: 2 }),
  (f) => f.distillationLoss([1, 2], [1, 2], { rowLength, direction: wrong("sideways") }),
  (f) => f.distillationLoss([1, 2], [1, 2], { rowLength, direction: "js", beta: -1 }),
  (f) => f.tokenLogProbabilities([1, 2], [-1], { rowLength }),
  (f) => f.perplexity([1, 2], [0.5], { rowLength }),
  // in the first chunk, the last, and one between; of a row that threads share
  (f, { engine }) => f.entropy(badAt(engine, 5, Number.NaN)),
  (f, { engine }) => f.entropy(badAt(engine, 29_999, -1)),
  (f, { engine }) => f.logSumExp(badAt(engine, 12_345, Number.NaN)),
  (f, { engine }) => f.logSumExp.rows.async(badAt(engine, 17_003, Number.NaN), { rowLength: 300 }),
  (f) => f.entropy.rows.async(wrong(null), { rowLength }),
  (f) => f.logSumExp.rows.async(half, { rowLength, signal: AbortSignal.abort(new Error("stopped")) }),
  (_, { engine }) => engine.float32(-1),
  (_, { engine }) => engine.free(new Float32Array(1)),
  (_, { logratio: { entropy } }) => entropy([3, 4]),
  (_, { logratio: { createEngineSync } }) => createEngineSync({ backend: wrong("fast") }),
  (_, { logratio: { createEngineSync } }) => createEngineSync({ threads: 2 }),
  (_, { logratio: { createEngine } }) => createEngine({ threads: 0 }),
  (_, { logratio: { createEngine } }) => createEngine({ module: wrong({}) }),
  (f) => f.gaussianKl([0, Number.NaN], half),
  (f) => f.gaussianKl(half, half, { rowLength: 1, priorMean: [Number.POSITIVE_INFINITY] }),
  (f) => f.gaussianKl(half, half, wrong({ gradients: true })),
  (f) => f.elbo([0, 0, 0], half, half, { rowLength: 1 }),
  (_, { logratio: { entropy } }) => entropy(half, { engine: wrong({}) }),
];
