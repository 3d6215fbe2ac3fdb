// Calls that are errors, each of another kind: their messages are the same everywhere too.

import type { Engine } from "../../src/index.js";

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

export const MISTAKES: ((engine: Engine, logratio: Package) => unknown)[] = [
  (engine) => engine.klDivergence(half, [0.5, -0.5]),
  (engine) => engine.klDivergence([Number.NaN, 1], half),
  (engine) => engine.entropy([Number.POSITIVE_INFINITY, 0]),
  (engine) => engine.entropy([3, 4]),
  (engine) => engine.entropy([0, 0], { normalize: true }),
  (engine) => engine.entropy([]),
  (engine) => engine.entropy(wrong("half")),
  (engine) => engine.entropy(wrong(undefined)),
  (engine) => engine.entropy(wrong([0.5, "0.5"])),
  (engine) => engine.entropy(half, wrong({ bse: 2 })),
  (engine) => engine.entropy(half, { base: 1 }),
  (engine) => engine.entropy(half, { input: wrong("logit") }),
  (engine) => engine.entropy(half, { input: "logits", temperature: 0 }),
  (engine) => engine.jsDivergence(half, [0.2, 0.3, 0.5]),
  (engine) => engine.jsDivergenceRows(half, half, { rowLength: 3 }),
  (engine) => engine.jeffreysDivergenceRows([...half, ...half], [...half, 0.7, 0.7], { rowLength }),
  (engine) => engine.iDivergence(half, [0.5, Number.NaN]),
  (engine) => engine.renyiDivergence(half, half, -1),
  (engine) => engine.renyiEntropy(half, wrong(undefined)),
  (engine) => engine.totalVariationDistance([0.5, -0.5], half),
  (engine) => engine.logLikelihoodRatio([1, 1], [0, 1], [0, 1]),
  (engine) => engine.logLikelihoodRatio([1, 1], [0, 1], [1, 0]),
  (engine) => engine.logRatio(half, half, { out: new Float32Array(2) }),
  (engine) => engine.softmax(half, { out: new Float64Array(3) }),
  (engine) => engine.logSumExp([0, Number.POSITIVE_INFINITY]),
  (engine) => engine.logSumExp([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]),
  (engine) => engine.crossEntropyLoss([1, 2, 3, 4], [0, 2], { rowLength }),
  (engine) => engine.crossEntropyLoss([1, 2, 3, 4], [0], { rowLength }),
  (engine) => engine.crossEntropyLoss([1, 2, 3, 4], [0, 1], { rowLength, reduction: wrong("median") }),
  (engine) => engine.crossEntropyLoss([1, 2, 3, 4], [0, 1], { rowLength, labelSmoothing: 2 }),
  (engine) => engine.distillationLoss([1, 2], [1, 2], { rowLength, direction: wrong("sideways") }),
  (engine) => engine.distillationLoss([1, 2], [1, 2], { rowLength, direction: "js", beta: -1 }),
  (engine) => engine.tokenLogProbabilities([1, 2], [-1], { rowLength }),
  (engine) => engine.perplexity([1, 2], [0.5], { rowLength }),
  // in the first chunk, the last, and one between; of a row that threads share
  (engine) => engine.entropy(badAt(engine, 5, Number.NaN)),
  (engine) => engine.entropy(badAt(engine, 29_999, -1)),
  (engine) => engine.logSumExp(badAt(engine, 12_345, Number.NaN)),
  (engine) => engine.async.logSumExpRows(badAt(engine, 17_003, Number.NaN), { rowLength: 300 }),
  (engine) => engine.async.entropyRows(wrong(null), { rowLength }),
  (engine) => engine.async.logSumExpRows(half, { rowLength, signal: AbortSignal.abort(new Error("stopped")) }),
  (engine) => engine.float32(-1),
  (engine) => engine.free(new Float32Array(1)),
  (_, { entropy }) => entropy([3, 4]),
  (_, { createEngineSync }) => createEngineSync({ backend: wrong("fast") }),
  (_, { createEngineSync }) => createEngineSync({ threads: 2 }),
  (_, { createEngine }) => createEngine({ threads: 0 }),
  (_, { createEngine }) => createEngine({ module: wrong({}) }),
  (engine) => engine.gaussianKl([0, Number.NaN], half),
  (engine) => engine.gaussianKl(half, half, { rowLength: 1, priorMean: [Number.POSITIVE_INFINITY] }),
  (engine) => engine.gaussianKl(half, half, wrong({ gradients: true })),
  (engine) => engine.elbo([0, 0, 0], half, half, { rowLength: 1 }),
];
