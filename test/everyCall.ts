// A call of every function of the package, which an engine, its `async` and the package itself all take.

import type { AsyncEngine, Vector } from "../src/index.js";

/** What the calls are of: matrices, but for `one`. */
export interface Arrays {
  z: Vector;
  w: Vector;
  p: Vector;
  counts: Vector;
  /** A single row. */
  one: Vector;
  /** A class a row. */
  tokens: Int32Array;
}
export type Name = keyof AsyncEngine;

/** The arguments of every method. */
export function argumentsOf({ z, w, p, counts, one, tokens }: Arrays): Record<Name, unknown[]> {
  const rowLength = one.length;
  const ofLogits = { input: "logits", temperature: 1.5 };
  const normalize = { normalize: true, base: 2 };
  const loss = { rowLength, labelSmoothing: 0.1, reduction: "none", gradient: true };
  return {
    entropy: [one, normalize],
    entropyRows: [p, { ...normalize, rowLength }],
    crossEntropy: [one, one, normalize],
    crossEntropyRows: [p, p, { ...normalize, rowLength }],
    klDivergence: [one, one, ofLogits],
    klDivergenceRows: [z, w, { ...ofLogits, rowLength }],
    jeffreysDivergence: [one, one, normalize],
    jeffreysDivergenceRows: [one, p, { ...normalize, rowLength }],
    jsDivergence: [one, one, ofLogits],
    jsDivergenceRows: [z, one, { ...ofLogits, rowLength }],
    jsDistance: [one, one, normalize],
    jsDistanceRows: [p, one, { ...normalize, rowLength }],
    renyiDivergence: [one, one, 0.7, ofLogits],
    renyiDivergenceRows: [p, one, 2, { ...normalize, rowLength }],
    renyiEntropy: [one, 0.3, normalize],
    renyiEntropyRows: [z, Number.POSITIVE_INFINITY, { ...ofLogits, rowLength }],
    tsallisEntropy: [one, 2, ofLogits],
    tsallisEntropyRows: [p, 0.99, { normalize: true, rowLength }],
    hellingerDistance: [one, one, ofLogits],
    hellingerDistanceRows: [one, p, { normalize: true, rowLength }],
    bhattacharyyaDistance: [one, one, normalize],
    bhattacharyyaDistanceRows: [z, w, { ...ofLogits, rowLength }],
    totalVariationDistance: [one, one, ofLogits],
    totalVariationDistanceRows: [p, one, { normalize: true, rowLength }],
    iDivergence: [one, one],
    iDivergenceRows: [p, p, { rowLength }],
    logLikelihoodRatio: [one, one, one],
    logLikelihoodRatioRows: [counts, p, one, { rowLength }],
    logRatio: [one, one],
    logRatioRows: [p, one, { rowLength }],
    logSumExp: [one],
    logSumExpRows: [z, { rowLength, temperature: 0.5 }],
    softmax: [one, { temperature: 2 }],
    softmaxRows: [z, { rowLength }],
    logSoftmax: [one],
    logSoftmaxRows: [w, { rowLength }],
    crossEntropyLoss: [z, tokens, { ...loss, classWeights: Array.from({ length: rowLength }, (_, i) => i + 1) }],
    distillationLoss: [z, w, { rowLength, gradient: true, direction: "js" }],
    gaussianKl: [z, w, { rowLength, priorMean: one, priorLogVariance: one, reduction: "none", gradient: true }],
    elbo: [Array.from(tokens, (token) => -token), z, w, { rowLength, beta: 0.5, gradient: true }],
    tokenLogProbabilities: [z, tokens, { rowLength }],
    perplexity: [z, Array.from(tokens), { rowLength }],
    logLikelihoodRatioOfTokens: [z, w, tokens, { rowLength }],
  };
}
