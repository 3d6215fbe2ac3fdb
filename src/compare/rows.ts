// One row of a base model's logits beside the same of each candidate: everything that is computed of the pairs, by whichever thread.

import type { Backend, FloatArray, Vector } from "../backends/backend.js";
import { logarithms } from "../backends/transforms.js";
import { type Call, type NamedRow, precisionOf, sumOf } from "../call/arguments.js";
import type { InputKind } from "../call/options.js";
import type { Loop } from "../engine/work.js";
import { type Divergences, divergencesOfLogits, entropyAndLogSum } from "../measures/row/comparison.js";
import { entropy as entropyOfProbabilities } from "../measures/row/crossEntropy.js";
import { totalVariationDistance } from "../measures/row/distances.js";
import { klDivergence } from "../measures/row/klDivergence.js";
import { klDivergenceOfLogits } from "../measures/row/klOfLogits.js";
import { jsDivergenceOfLogits } from "../measures/row/ofLogits.js";
import { jsDivergence } from "../measures/row/symmetric.js";
import { lnRatio } from "../measures/row/wide.js";
import { findLargest, widen } from "./kernels.js";
import { looksLikeProbabilities, problemOf } from "./rowChecks.js";
import { Column, topColumn, widthOf } from "./rowResults.js";
import type { HalfFormat } from "./source.js";

export interface CompareSettings {
  /** Numbers a row. */
  readonly classes: number;
  /** What the numbers are: of base, of each candidate. */
  readonly kinds: readonly InputKind[];
  readonly temperature: number;
  readonly topK: number;
  /** How many of the likeliest tokens are to be told of each row. */
  readonly topTokens: number;
  /** Of rows that are 16-bit floats. */
  readonly formats: readonly (HalfFormat | null)[];
  /** Whether 1 - TV is asked for. */
  readonly acceptance?: boolean;
}

/** Of `top5Overlap`. */
const FIVE = 5;

/**
 * `widthOf(topTokens)` numbers a row for each candidate. Arrays: the rows of base and of each candidate, the tokens, then where f32 of each is to be
 * written, if they are 16-bit floats.
 */
export const compareLoop: Loop<CompareSettings> = (backend, arrays, settings, from, to, values) => {
  const { classes, kinds, topK, topTokens, formats } = settings;
  const width = widthOf(topTokens);
  const count = kinds.length;
  const sources = formats.map((format, side) => arrays[format === null ? side : count + 1 + side] as FloatArray);
  const tokens = arrays[count] as Int32Array;
  const indices = sources.map(() => new Int32Array(Math.min(Math.max(topK, FIVE, topTokens), classes)));
  let at = 0;
  for (let r = from; r < to; r++) {
    const start = r * classes;
    const sides = sources.map((source, side) => {
      const format = formats[side];
      if (format !== null) {
        const halves = (arrays[side] as Uint16Array).subarray(start, start + classes);
        widen(backend, format, halves, (source as Float32Array).subarray(start, start + classes));
      }
      return new Side(source, start, kinds[side], indices[side]);
    });
    for (let candidate = 1; candidate < count; candidate++, at += width) {
      compareSides(backend, settings, sides[0], sides[candidate], tokens[r], values.subarray(at, at + width));
    }
  }
};

/** One model's row. What is found of it by itself is found once, for all that it is compared with. */
class Side {
  readonly row: NamedRow;
  readonly #top: Int32Array;
  #isTopFound = false;
  #looksLike: boolean | undefined;
  readonly #alone: { f32?: Alone; f64?: Alone } = {};

  constructor(source: FloatArray, start: number, kind: InputKind, top: Int32Array) {
    this.row = { argument: kind, source, start, scale: 1, kind, logarithms };
    this.#top = top;
  }

  /** Computed as numbers of a precision, which depends on what the row is compared with. */
  aloneIn(backend: Backend, call: Call): Alone {
    const { precision } = call;
    this.#alone[precision] ??= aloneOf(backend, call, { ...this.row });
    return this.#alone[precision];
  }

  /** The likeliest classes. */
  top(backend: Backend, { length }: Call): Int32Array {
    const { source, start } = this.row;
    if (!this.#isTopFound) findLargest(backend, source as FloatArray, start, length, this.#top);
    this.#isTopFound = true;
    return this.#top;
  }

  looksLikeProbabilities({ length }: Call): boolean {
    const { kind, source, start } = this.row;
    this.#looksLike ??= kind === "logits" && looksLikeProbabilities(source, start, length);
    return this.#looksLike;
  }
}

interface Alone {
  /** With what has been found of it. */
  readonly row: NamedRow;
  readonly entropy: number;
  readonly logProbabilityOf: (index: number) => number;
}

function compareSides(
  backend: Backend,
  { classes, temperature, topK, topTokens, acceptance }: CompareSettings,
  base: Side,
  other: Side,
  token: number,
  values: Float64Array,
): void {
  const sides = [base, other];
  const call: Call = {
    functionName: "compareLogits",
    precision: precisionOf(sides.map(({ row }) => row.source as Vector)),
    length: classes,
    normalize: false,
    unit: 1,
    temperature,
  };
  values[Column.problem] = 0;
  try {
    const [p, q] = [base.aloneIn(backend, call), other.aloneIn(backend, call)];
    // what is found of a row by itself has no temperature that the other gives the pair; nor may one pair change what the next one finds
    const isMixed = base.row.kind !== other.row.kind;
    const pairOf = () => (isMixed ? [{ ...base.row }, { ...other.row }] : [{ ...p.row }, { ...q.row }]);
    const { kl, reverseKl, js } = divergencesOf(backend, call, pairOf());
    values[Column.kl] = kl;
    values[Column.reverseKl] = reverseKl;
    values[Column.js] = js;
    values[Column.acceptance] = acceptance ? 1 - totalVariationDistance(backend, call, pairOf()) : Number.NaN;
    const tops = sides.map((side) => side.top(backend, call));
    [p, q].forEach(({ entropy, logProbabilityOf }, i) => {
      values[Column.baseEntropy + i] = entropy;
      values[Column.baseLogProbability + i] = token < 0 ? Number.NaN : logProbabilityOf(token);
      values[Column.baseTop + i] = tops[i][0];
      values[Column.baseTopLogProbability + i] = logProbabilityOf(tops[i][0]);
      values[Column.baseLooksLikeProbabilities + i] = sides[i].looksLikeProbabilities(call) ? 1 : 0;
      const likeliest = tops[i].subarray(0, topTokens);
      values.set(likeliest, topColumn(i === 0 ? 0 : 2, topTokens));
      values.set(Array.from(likeliest, logProbabilityOf), topColumn(i === 0 ? 1 : 3, topTokens));
    });
    values[Column.topOverlap] = overlapOf(tops, Math.min(topK, classes));
    values[Column.top5Overlap] = overlapOf(tops, Math.min(FIVE, classes));
  } catch (error) {
    for (const [side, { row }] of sides.entries()) {
      const problem = problemOf(row.kind, row.source, row.start, classes);
      if (problem === undefined) continue;
      values[Column.problem] = 1 + side;
      values[Column.problemColumn] = problem.column;
      values[Column.problemValue] = problem.value;
      return;
    }
    throw error;
  }
}

/** The part of the k likeliest classes that both have. */
function overlapOf([base, other]: readonly Int32Array[], k: number): number {
  const others = other.subarray(0, k);
  let count = 0;
  for (let i = 0; i < k; i++) if (others.includes(base[i])) count++;
  return count / k;
}

function aloneOf(backend: Backend, call: Call, row: NamedRow): Alone {
  if (row.kind !== "probabilities") return { row, ...entropyAndLogSum(backend, call, row) };
  let sum: number | undefined;
  return {
    row,
    entropy: entropyOfProbabilities(backend, call, [row]),
    logProbabilityOf(index) {
      const p = row.source[row.start + index];
      sum ??= sumOf(call, row);
      return p === 0 ? Number.NEGATIVE_INFINITY : lnRatio(p, sum);
    },
  };
}

function divergencesOf(backend: Backend, call: Call, pair: readonly NamedRow[]): Divergences {
  const [p, q] = pair;
  if (p.kind === q.kind && p.kind !== "probabilities") return divergencesOfLogits(backend, call, pair);
  const [kl, js] = p.kind === q.kind ? [klDivergence, jsDivergence] : [klDivergenceOfLogits, jsDivergenceOfLogits];
  return { kl: kl(backend, call, pair), reverseKl: kl(backend, call, [q, p]), js: js(backend, call, pair) };
}
