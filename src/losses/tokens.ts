// What a model's logits say of the tokens that were observed, one a row.

import type { Backend, Vector } from "../backend.js";
import { countRows } from "../calls.js";
import { type Call, checkOptions, type NamedRow, precisionOf, temperatureOf, unitOf } from "../inputs.js";
import { findLogits, largestOf, sumOfExponentials } from "../measures/logits.js";
import { Sum } from "../measures/wide.js";
import type { Runtime } from "../runtime.js";
import { exp, ln } from "../scalar.js";
import { checkLabelCount, type Labels, labelAt } from "./labels.js";

export interface TokenOptions {
  /** Classes: numbers a row of the row-major matrix of logits. */
  rowLength: number;
  /** Divides the logits; 1 by default. */
  temperature?: number;
  /** Unit of the result: its logarithm's base. Nats by default. */
  base?: number;
}

export interface PerplexityOptions {
  /** Classes: numbers a row of the row-major matrix of logits. */
  rowLength: number;
  /** Divides the logits; 1 by default. */
  temperature?: number;
  /** Rows with this label do not count; -100 by default. */
  ignoreIndex?: number;
}

/** Evidence for one model over another along a sequence of tokens. */
export interface TokenLogLikelihoodRatio {
  /** Σ ln(p/q) of the observed tokens: positive where they speak for the first model. */
  sum: number;
  /** The same a token. */
  mean: number;
  /** Of the mean: the standard deviation of the tokens' log-ratios over √count; NaN for a single token, or an infinite mean. */
  standardError: number;
  count: number;
}

const KEYS = ["rowLength", "temperature", "base"] as const;

const callOf = (functionName: string, sources: readonly Vector[], length: number, temperature: number): Call => ({
  functionName,
  precision: precisionOf(sources),
  length,
  normalize: true,
  unit: 1,
  temperature,
});

/** ln Σ e^(z·scale) of a row, and z·scale of one class, both less what makes the largest 0. */
function partsOf(backend: Backend, call: Call, argument: string, source: Vector, r: number, token: number) {
  const row: NamedRow = { argument, source, start: r * call.length, scale: 1, kind: "logits" };
  const logits = findLogits(backend, call, [row]);
  const largest = largestOf(logits.found[0]);
  return {
    largest: largest * logits.scale,
    exponent: (source[row.start + token] - largest) * logits.scale,
    logSum: ln(sumOfExponentials(backend, call, logits)),
  };
}

export function tokenLogProbabilities(
  runtime: Runtime,
  logits: Vector,
  tokens: Labels,
  options: TokenOptions,
): Float64Array {
  const name = "tokenLogProbabilities";
  checkOptions(name, options, KEYS);
  const { rowLength } = options;
  const rows = countRows(name, ["logits"], [logits], rowLength);
  const unit = unitOf(name, options.base);
  checkLabelCount(name, "tokens", tokens, rows);
  const call = callOf(name, [logits], rowLength, temperatureOf(name, options.temperature));
  runtime.backend.begin();
  return Float64Array.from({ length: rows }, (_, r) => {
    const token = labelAt(name, "tokens", tokens, r, rowLength) as number;
    const { exponent, logSum } = partsOf(runtime.backend, call, "logits", logits, r, token);
    return (exponent - logSum) / unit;
  });
}

export function perplexity(runtime: Runtime, logits: Vector, tokens: Labels, options: PerplexityOptions): number {
  const name = "perplexity";
  checkOptions(name, options, ["rowLength", "temperature", "ignoreIndex"]);
  const { rowLength, ignoreIndex = -100 } = options;
  const rows = countRows(name, ["logits"], [logits], rowLength);
  checkLabelCount(name, "tokens", tokens, rows);
  const call = callOf(name, [logits], rowLength, temperatureOf(name, options.temperature));
  runtime.backend.begin();
  const sum = new Sum();
  let count = 0;
  for (let r = 0; r < rows; r++) {
    const token = labelAt(name, "tokens", tokens, r, rowLength, ignoreIndex);
    if (token === undefined) continue;
    const { exponent, logSum } = partsOf(runtime.backend, call, "logits", logits, r, token);
    sum.add(logSum - exponent);
    count++;
  }
  if (count === 0) throw new RangeError(`${name}: every row is ignored, which leaves no mean`);
  return exp(sum.value / count);
}

export function logLikelihoodRatioOfTokens(
  runtime: Runtime,
  logitsP: Vector,
  logitsQ: Vector,
  tokens: Labels,
  options: TokenOptions,
): TokenLogLikelihoodRatio {
  const name = "logLikelihoodRatioOfTokens";
  checkOptions(name, options, KEYS);
  const { rowLength } = options;
  const rows = countRows(name, ["logitsP", "logitsQ"], [logitsP, logitsQ], rowLength);
  for (const [argument, logits] of [
    ["logitsP", logitsP],
    ["logitsQ", logitsQ],
  ] as const) {
    if (logits.length !== rows * rowLength) {
      throw new RangeError(`${name}: ${argument} has one row; it must have as many as the other, ${rows}`);
    }
  }
  const unit = unitOf(name, options.base);
  checkLabelCount(name, "tokens", tokens, rows);
  const call = callOf(name, [logitsP, logitsQ], rowLength, temperatureOf(name, options.temperature));
  runtime.backend.begin();
  const ratios = Float64Array.from({ length: rows }, (_, r) => {
    const token = labelAt(name, "tokens", tokens, r, rowLength) as number;
    const p = partsOf(runtime.backend, call, "logitsP", logitsP, r, token);
    const q = partsOf(runtime.backend, call, "logitsQ", logitsQ, r, token);
    if (p.exponent === Number.NEGATIVE_INFINITY && p.exponent === q.exponent) {
      throw new RangeError(`${name}: token ${token} of row ${r} is impossible under both models`);
    }
    // the two logits' difference first: it is exact where they are alike
    const at = r * rowLength + token;
    const difference = ((logitsP[at] - logitsQ[at]) as number) / call.temperature;
    return Number.isFinite(difference)
      ? (difference - (p.largest - q.largest) - (p.logSum - q.logSum)) / unit
      : difference;
  });
  return summaryOf(ratios);
}

function summaryOf(ratios: Float64Array): TokenLogLikelihoodRatio {
  const count = ratios.length;
  const sum = new Sum();
  for (const ratio of ratios) sum.add(ratio);
  if (Number.isNaN(sum.value)) {
    throw new RangeError(
      "logLikelihoodRatioOfTokens: some token is impossible under one model, another under the other; the ratio is undefined",
    );
  }
  const mean = sum.value / count;
  const squares = new Sum();
  for (const ratio of ratios) squares.add((ratio - mean) * (ratio - mean));
  const standardError = Math.sqrt(squares.value / (count - 1) / count);
  return { sum: sum.value, mean, standardError, count };
}
