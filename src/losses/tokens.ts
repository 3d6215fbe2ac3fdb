// What a model's logits say of the tokens that were observed, one a row.

import type { Backend, Vector } from "../backends/backend.js";
import { COLUMNS, LARGEST } from "../backends/batch.js";
import * as kernels from "../backends/kernels.js";
import { type Call, checkCallOptions, type NamedRow, precisionOf, temperatureOf } from "../call/arguments.js";

import { openRows } from "../call/calls.js";
import { type Loss, loss } from "../call/forms.js";
import type { Matrix } from "../call/inputs.js";
import { readMask } from "../call/masks.js";
import type { EngineOption, Mask } from "../call/options.js";
import { unitOf } from "../engine/checks.js";
import type { Loop, Work } from "../engine/work.js";
import { findRows, scaleOfLogits, totalAt } from "../measures/batches.js";
import { exponentOfLogit, findSums, largestOf, sumOfExponentials } from "../measures/row/logits.js";
import { exp, ln } from "../numbers/scalar.js";
import { Sum } from "../numbers/twofold.js";
import { checkIgnoreIndex, countLabels, type GivenLabels, readLabels } from "./labels.js";

/** The options of {@link index!tokenLogProbabilities} and {@link index!logLikelihoodRatioOfTokens}. */
export interface TokenOptions extends EngineOption {
  /** The length of a row: >= 1. Required for flat arrays, which are row-major; a list with the length of each if they differ. */
  rowLength?: number | readonly number[];
  /**
   * Uses the first `classes` numbers of each row: vocabularies are padded, and not all alike. The numbers that are left out may have 1e-6 of
   * the mass of their row. Rows that are longer are copied.
   */
  classes?: number;
  /** τ: divides the logits; positive, 1 by default. */
  temperature?: number;
  /** The unit of the result, as the base of the logarithm: positive and not 1. e by default (nats); 2 for bits, 10 for hartleys. */
  base?: number;
  /** Rows with this token are ignored. By default there is none. */
  ignoreIndex?: number;
  /** Which rows count: one entry per row, 1 or `true`. The others are ignored. */
  mask?: Mask;
}

/** The options of {@link index!perplexity}. */
export interface PerplexityOptions extends EngineOption {
  /** The length of a row: >= 1. Required for flat arrays, which are row-major; a list with the length of each if they differ. */
  rowLength?: number | readonly number[];
  /**
   * Uses the first `classes` numbers of each row: vocabularies are padded, and not all alike. The numbers that are left out may have 1e-6 of
   * the mass of their row. Rows that are longer are copied.
   */
  classes?: number;
  /** τ: divides the logits; positive, 1 by default. */
  temperature?: number;
  /** Rows with this token are ignored; -100 by default. */
  ignoreIndex?: number;
  /** Which rows count: one entry per row, 1 or `true`. The others are ignored. */
  mask?: Mask;
}

/** The result of {@link index!logLikelihoodRatioOfTokens}: the evidence for one model over another along a sequence of tokens. */
export interface TokenLogLikelihoodRatio {
  /** Σ ln(p/q) of the observed tokens: positive if they are more likely under the first model. */
  sum: number;
  /** The mean per token: `sum`/`count`. */
  mean: number;
  /** The standard error of the mean: the standard deviation of the log-ratios, divided by √count. NaN for one token or an infinite mean. */
  standardError: number;
  /** The number of tokens. */
  count: number;
}

const KEYS = ["rowLength", "temperature", "base", "classes", "ignoreIndex", "mask"] as const;

/** Of a row: the largest z·scale, that of its token less it, and ln Σ e^(z·scale) less it. Not of rows that do not count. */
const PARTS = 3;

interface TokenSettings {
  readonly call: Call;
  /** Of the matrices. */
  readonly names: readonly string[];
}

/** The parts of `count` rows of a matrix from row `first` on, every `step` numbers; those of rows that are to be computed by themselves stay NaN. */
function partsOfRows(
  backend: Backend,
  call: Call,
  source: Vector,
  labels: Int32Array,
  first: number,
  count: number,
  values: Float64Array,
  at: number,
  step: number,
): void {
  const { precision, length } = call;
  if (!backend.place(0, precision, source, first * length, length, count)) return;
  const scale = scaleOfLogits(backend, call, "logits");
  findRows(backend, call, kernels.logSumExp, count);
  const { table } = backend;
  for (let r = 0, line = 0, to = at; r < count; r++, line += COLUMNS, to += step) {
    const token = labels[first + r];
    if (table[line] !== 0 || token < 0) continue;
    const largest = table[line + LARGEST];
    values[to] = largest * scale;
    values[to + 1] = (source[(first + r) * length + token] - largest) * scale;
    values[to + 2] = ln(totalAt(table, line, 1));
  }
}

function areNumbers(values: Float64Array, from: number, count: number): boolean {
  for (let i = from; i < from + count; i++) if (Number.isNaN(values[i])) return false;
  return true;
}

/** The parts of each row of one matrix or of two. Arrays: the labels, then the matrices. */
const tokenLoop: Loop<TokenSettings> = (backend, [labels, ...matrices], { call, names }, from, to, values) => {
  const { precision, length } = call;
  const parts = PARTS * matrices.length;
  const atOnce = backend.rowsAtOnce(precision, length, matrices);
  values.fill(Number.NaN);
  for (let r = from; atOnce > 0 && r < to; r += atOnce) {
    const count = Math.min(atOnce, to - r);
    for (let i = 0; i < matrices.length; i++) {
      const at = parts * (r - from) + PARTS * i;
      partsOfRows(backend, call, matrices[i] as Vector, labels as Int32Array, r, count, values, at, parts);
    }
  }
  for (let r = from; r < to; r++) {
    const token = (labels as Int32Array)[r];
    if (token >= 0 && areNumbers(values, parts * (r - from), parts)) continue;
    const first = PARTS * matrices.length * (r - from);
    values.fill(0, first, first + PARTS * matrices.length);
    if (token < 0) continue;
    const start = r * call.length;
    for (let i = 0; i < matrices.length; i++) {
      const source = matrices[i] as Vector;
      const row: NamedRow = { argument: names[i], source, start, scale: 1, kind: "logits" };
      const logits = findSums(backend, call, [row]);
      const [found] = logits.found;
      const at = first + PARTS * i;
      values[at] = largestOf(found) * logits.scale;
      values[at + 1] = exponentOfLogit(logits, found, source[start + token]);
      values[at + 2] = ln(sumOfExponentials(backend, call, logits));
    }
  }
};

function prepareTokens<Result>(
  functionName: string,
  names: readonly string[],
  matrices: readonly Vector[],
  labels: Int32Array,
  rowLength: number,
  temperature: number | undefined,
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

/** Tokens, -1 for rows that are ignored. */
function readTokens(
  functionName: string,
  tokens: GivenLabels,
  rows: number,
  classes: number,
  { ignoreIndex, mask }: Pick<TokenOptions, "ignoreIndex" | "mask">,
): Int32Array {
  if (ignoreIndex !== undefined) checkIgnoreIndex(functionName, ignoreIndex);
  const counted = readMask(functionName, mask, rows);
  return readLabels(functionName, "tokens", tokens, rows, classes, ignoreIndex, counted);
}

function prepareTokenLogProbabilities(
  logits: Matrix,
  tokens: GivenLabels,
  options: TokenOptions = {},
): Work<Float64Array, TokenSettings> {
  const name = "tokenLogProbabilities";
  checkCallOptions(name, options, KEYS);
  const matrices = [logits as Vector];
  const { rows, rowLength } = openRows(name, ["logits"], matrices, options);
  const unit = unitOf(name, options.base);
  const labels = readTokens(name, tokens, rows, rowLength, options);
  const finish = (values: Float64Array) =>
    Float64Array.from(labels, (token, r) =>
      token < 0 ? Number.NaN : (values[PARTS * r + 1] - values[PARTS * r + 2]) / unit,
    );
  return prepareTokens(name, ["logits"], matrices, labels, rowLength, options.temperature, finish);
}

function preparePerplexity(
  logits: Matrix,
  tokens: GivenLabels,
  options: PerplexityOptions = {},
): Work<number, TokenSettings> {
  const name = "perplexity";
  checkCallOptions(name, options, ["rowLength", "temperature", "ignoreIndex", "classes", "mask"]);
  const matrices = [logits as Vector];
  const { rows, rowLength } = openRows(name, ["logits"], matrices, options);
  const { ignoreIndex = -100, mask } = options;
  const labels = readTokens(name, tokens, rows, rowLength, { ignoreIndex, mask });
  const count = countLabels(labels);
  if (count === 0) throw new RangeError(`${name}: every row is ignored, which leaves no mean`);
  const finish = (values: Float64Array) => {
    const sum = new Sum();
    for (let r = 0; r < rows; r++) if (labels[r] >= 0) sum.add(values[PARTS * r + 2] - values[PARTS * r + 1]);
    return exp(sum.value / count);
  };
  return prepareTokens(name, ["logits"], matrices, labels, rowLength, options.temperature, finish);
}

function prepareLogLikelihoodRatioOfTokens(
  logitsP: Matrix,
  logitsQ: Matrix,
  tokens: GivenLabels,
  options: TokenOptions = {},
): Work<TokenLogLikelihoodRatio, TokenSettings> {
  const name = "logLikelihoodRatioOfTokens";
  checkCallOptions(name, options, KEYS);
  const names = ["logitsP", "logitsQ"];
  const matrices = [logitsP as Vector, logitsQ as Vector];
  const { rows, rowLength } = openRows(name, names, matrices, options);
  for (let i = 0; i < 2; i++) {
    if (matrices[i].length !== rows * rowLength) {
      throw new RangeError(`${name}: ${names[i]} has one row; it must have as many as the other, ${rows}`);
    }
  }
  const unit = unitOf(name, options.base);
  const labels = readTokens(name, tokens, rows, rowLength, options);
  const temperature = temperatureOf(name, options.temperature);
  const [p, q] = matrices;
  const finish = (values: Float64Array) => {
    const ratioOf = (token: number, r: number) => {
      const [pLargest, pExponent, pLogSum, qLargest, qExponent, qLogSum] = values.subarray(2 * PARTS * r);
      if (pExponent === Number.NEGATIVE_INFINITY && pExponent === qExponent) {
        throw new RangeError(`${name}: token ${token} of row ${r} is impossible under both models`);
      }
      // the two logits' difference first: it is exact where they are alike; but not of rows with a large offset between them
      const at = r * rowLength + token;
      const isFar = Math.abs(pLargest - qLargest) > 256 && Math.min(pExponent, qExponent) > -256;
      const difference = isFar ? pExponent - qExponent : (p[at] - q[at]) / temperature - (pLargest - qLargest);
      return Number.isFinite(difference) ? (difference - (pLogSum - qLogSum)) / unit : difference;
    };
    const ratios: number[] = [];
    for (let r = 0; r < rows; r++) if (labels[r] >= 0) ratios.push(ratioOf(labels[r], r));
    if (ratios.length === 0) throw new RangeError(`${name}: every row is ignored, which leaves no mean`);
    return summaryOf(ratios);
  };
  return prepareTokens(name, names, matrices, labels, rowLength, temperature, finish);
}

function summaryOf(ratios: readonly number[]): TokenLogLikelihoodRatio {
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

/**
 * Computes the log-probability ln softmax(z/τ)ᵧ of the observed token y of each row z, where τ is the temperature.
 *
 * @param logits - A row-major matrix with rows of `rowLength` classes; finite, or -Infinity.
 * @param tokens - One label per row, from 0 to rowLength - 1.
 * @returns Nats (or units of `base`), one number <= 0 per row: -Infinity for an impossible token. Error: 1e-6 (f32) or
 * 1e-13 (f64) of max(1, |value|).
 * @throws TypeError for an argument that is not an array of numbers, a label that is not a number, and for an option that is unknown or of
 * the wrong type.
 * @throws RangeError for a logit that is NaN or Infinity, a row that has only -Infinity, a label out of range, different numbers
 * of rows, and an option out of range.
 * @example
 * tokenLogProbabilities([0, 0, 0, 0], [1, 0], { rowLength: 2 }); // Float64Array [-0.6931471805599453, -0.6931471805599453]
 * @see {@link perplexity}: e to minus the mean
 * @category Losses
 */
export const tokenLogProbabilities: Loss<[logits: Matrix, tokens: GivenLabels], TokenOptions, Float64Array> =
  /* @__PURE__ */ loss({
    name: "tokenLogProbabilities",
    loopName: "tokens",
    loop: tokenLoop,
    count: 2,
    prepare: prepareTokenLogProbabilities,
  });

/**
 * Computes the perplexity e^(mean of -ln softmax(z/τ)ᵧ) of a model over the observed tokens y, where τ is the temperature.
 *
 * @param logits - A row-major matrix with rows of `rowLength` classes; finite, or -Infinity.
 * @param tokens - One label per row, from 0 to rowLength - 1; rows with the label `ignoreIndex` are ignored.
 * @returns A number >= 1; Infinity if a token is impossible. The error of its logarithm is the mean of the errors of
 * {@link tokenLogProbabilities}.
 * @throws TypeError for an argument that is not an array of numbers, a label that is not a number, and for an option that is unknown or of
 * the wrong type.
 * @throws RangeError for a logit that is NaN or Infinity, a row that has only -Infinity, a label out of range, different numbers
 * of rows, tokens that are all ignored, and an option out of range.
 * @example
 * perplexity([0, 0, 0, 0], [1, 0], { rowLength: 2 }); // 2
 * @see {@link tokenLogProbabilities}, {@link crossEntropyLoss}
 * @category Losses
 */
export const perplexity: Loss<[logits: Matrix, tokens: GivenLabels], PerplexityOptions, number> = /* @__PURE__ */ loss({
  name: "perplexity",
  loopName: "tokens",
  loop: tokenLoop,
  count: 2,
  prepare: preparePerplexity,
});

/**
 * Computes the evidence for one model over another along a sequence: Σ ln(p/q) over the observed tokens, where p and q are the softmaxes of
 * each row.
 *
 * @param logitsP - A row-major matrix with rows of `rowLength` classes; finite, or -Infinity.
 * @param logitsQ - A matrix of the same shape.
 * @param tokens - One label per row, from 0 to rowLength - 1.
 * @returns Nats (or units of `base`). If the tokens are drawn from p, the mean tends to KL(p‖q). It is Infinity if a token is impossible
 * under q, -Infinity if a token is impossible under p. The error of a log-ratio is at most the sum of the errors of the two
 * log-probabilities ({@link tokenLogProbabilities}).
 * @throws TypeError for an argument that is not an array of numbers, a label that is not a number, and for an option that is unknown or of
 * the wrong type.
 * @throws RangeError for a logit that is NaN or Infinity, a row that has only -Infinity, a label out of range, different numbers
 * of rows, and an option out of range. Also if the ratio is undefined: a token is impossible under both models, or one token is impossible
 * under p and another under q.
 * @example
 * logLikelihoodRatioOfTokens([1, 0, 0, 1], [0, 0, 0, 0], [0, 1], { rowLength: 2 }).mean; // 0.37988549304172253
 * @see {@link logLikelihoodRatio}: for counts
 * @category Losses
 */
export const logLikelihoodRatioOfTokens: Loss<
  [logitsP: Matrix, logitsQ: Matrix, tokens: GivenLabels],
  TokenOptions,
  TokenLogLikelihoodRatio
> = /* @__PURE__ */ loss({
  name: "logLikelihoodRatioOfTokens",
  loopName: "tokens",
  loop: tokenLoop,
  count: 3,
  prepare: prepareLogLikelihoodRatioOfTokens,
});
