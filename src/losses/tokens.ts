// What a model's logits say of the tokens that were observed, one a row.

import type { Vector } from "../backends/backend.js";
import { type Call, checkOptions, type NamedRow, precisionOf, temperatureOf, unitOf } from "../call/arguments.js";
import { countRows } from "../call/calls.js";
import type { Loop, Work } from "../engine/work.js";
import { findLogits, largestOf, sumOfExponentials } from "../measures/logits.js";
import { exp, ln } from "../numbers/scalar.js";
import { Sum } from "../numbers/twofold.js";
import { type Labels, readLabels } from "./labels.js";

/** The options of {@link index!tokenLogProbabilities} and {@link index!logLikelihoodRatioOfTokens}. */
export interface TokenOptions {
  /** Classes: numbers of a row, >= 1; matrices of logits are row-major. */
  rowLength: number;
  /** τ: divides the logits; positive, 1 by default. */
  temperature?: number;
  /** Unit of the result: its logarithm's base, positive and not 1. Nats (base e) by default, 2 for bits, 10 for hartleys. */
  base?: number;
}

/** The options of {@link index!perplexity}. */
export interface PerplexityOptions {
  /** Classes: numbers of a row, >= 1; matrices of logits are row-major. */
  rowLength: number;
  /** τ: divides the logits; positive, 1 by default. */
  temperature?: number;
  /** Rows with this label do not count; -100 by default. */
  ignoreIndex?: number;
}

/** Evidence for one model over another along a sequence of tokens: what {@link index!logLikelihoodRatioOfTokens} gives. */
export interface TokenLogLikelihoodRatio {
  /** Σ ln(p/q) of the observed tokens: positive where they speak for the first model. */
  sum: number;
  /** The same a token: `sum`/`count`. */
  mean: number;
  /** Of the mean: the standard deviation of the tokens' log-ratios over √count; NaN for a single token, or an infinite mean. */
  standardError: number;
  /** Tokens. */
  count: number;
}

const KEYS = ["rowLength", "temperature", "base"] as const;

/** Of a row: the largest z·scale, that of its token less it, and ln Σ e^(z·scale) less it. Not of rows that do not count. */
const PARTS = 3;

interface TokenSettings {
  readonly call: Call;
  /** Of the matrices. */
  readonly names: readonly string[];
}

/** The parts of each row of one matrix or of two. Arrays: the labels, then the matrices. */
export const tokenLoop: Loop<TokenSettings> = (backend, [labels, ...matrices], { call, names }, from, to, values) => {
  for (let r = from; r < to; r++) {
    const token = (labels as Int32Array)[r];
    const first = PARTS * matrices.length * (r - from);
    values.fill(0, first, first + PARTS * matrices.length);
    if (token < 0) continue;
    const start = r * call.length;
    for (let i = 0; i < matrices.length; i++) {
      const source = matrices[i] as Vector;
      const row: NamedRow = { argument: names[i], source, start, scale: 1, kind: "logits" };
      const logits = findLogits(backend, call, [row]);
      const { scale, found } = logits;
      const largest = largestOf(found[0]);
      const at = first + PARTS * i;
      values[at] = largest * scale;
      values[at + 1] = (source[start + token] - largest) * scale;
      values[at + 2] = ln(sumOfExponentials(backend, call, logits));
    }
  }
};

function prepareTokens<Result>(
  functionName: string,
  names: readonly string[],
  matrices: readonly Vector[],
  labels: Int32Array,
  { rowLength, temperature }: { rowLength: number; temperature?: number },
  finish: (values: Float64Array) => Result,
): Work<Result, TokenSettings> {
  const call: Call = {
    functionName,
    precision: precisionOf(matrices),
    length: rowLength,
    normalize: true,
    unit: 1,
    temperature: temperatureOf(functionName, temperature),
  };
  return {
    functionName,
    loopName: "tokens",
    loop: tokenLoop,
    rows: labels.length,
    width: PARTS * matrices.length,
    arrays: [{ array: labels, perRow: 1 }, ...matrices.map((array) => ({ array, perRow: rowLength }))],
    settings: { call, names },
    finish,
  };
}

export function tokenLogProbabilities(
  logits: Vector,
  tokens: Labels,
  options: TokenOptions,
): Work<Float64Array, TokenSettings> {
  const name = "tokenLogProbabilities";
  checkOptions(name, options, KEYS);
  const rows = countRows(name, ["logits"], [logits], options.rowLength);
  const unit = unitOf(name, options.base);
  const labels = readLabels(name, "tokens", tokens, rows, options.rowLength);
  const finish = (values: Float64Array) =>
    Float64Array.from(labels, (_, r) => (values[PARTS * r + 1] - values[PARTS * r + 2]) / unit);
  return prepareTokens(name, ["logits"], [logits], labels, options, finish);
}

export function perplexity(logits: Vector, tokens: Labels, options: PerplexityOptions): Work<number, TokenSettings> {
  const name = "perplexity";
  checkOptions(name, options, ["rowLength", "temperature", "ignoreIndex"]);
  const { rowLength, ignoreIndex = -100 } = options;
  const rows = countRows(name, ["logits"], [logits], rowLength);
  const labels = readLabels(name, "tokens", tokens, rows, rowLength, ignoreIndex);
  const count = labels.filter((label) => label >= 0).length;
  if (count === 0) throw new RangeError(`${name}: every row is ignored, which leaves no mean`);
  const finish = (values: Float64Array) => {
    const sum = new Sum();
    for (let r = 0; r < rows; r++) if (labels[r] >= 0) sum.add(values[PARTS * r + 2] - values[PARTS * r + 1]);
    return exp(sum.value / count);
  };
  return prepareTokens(name, ["logits"], [logits], labels, options, finish);
}

export function logLikelihoodRatioOfTokens(
  logitsP: Vector,
  logitsQ: Vector,
  tokens: Labels,
  options: TokenOptions,
): Work<TokenLogLikelihoodRatio, TokenSettings> {
  const name = "logLikelihoodRatioOfTokens";
  checkOptions(name, options, KEYS);
  const { rowLength } = options;
  const names = ["logitsP", "logitsQ"];
  const matrices = [logitsP, logitsQ];
  const rows = countRows(name, names, matrices, rowLength);
  for (let i = 0; i < 2; i++) {
    if (matrices[i].length !== rows * rowLength) {
      throw new RangeError(`${name}: ${names[i]} has one row; it must have as many as the other, ${rows}`);
    }
  }
  const unit = unitOf(name, options.base);
  const labels = readLabels(name, "tokens", tokens, rows, rowLength);
  const temperature = temperatureOf(name, options.temperature);
  const finish = (values: Float64Array) => {
    const ratios = Float64Array.from(labels, (token, r) => {
      const [pLargest, pExponent, pLogSum, qLargest, qExponent, qLogSum] = values.subarray(2 * PARTS * r);
      if (pExponent === Number.NEGATIVE_INFINITY && pExponent === qExponent) {
        throw new RangeError(`${name}: token ${token} of row ${r} is impossible under both models`);
      }
      // the two logits' difference first: it is exact where they are alike
      const at = r * rowLength + token;
      const difference = ((logitsP[at] - logitsQ[at]) as number) / temperature;
      return Number.isFinite(difference)
        ? (difference - (pLargest - qLargest) - (pLogSum - qLogSum)) / unit
        : difference;
    });
    return summaryOf(ratios);
  };
  return prepareTokens(name, names, matrices, labels, options, finish);
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
