// One row of one model's logits beside the same of another's: everything that is computed of the pair, by whichever thread.

import type { Backend, FloatArray, Vector } from "../backends/backend.js";
import { logarithms } from "../backends/transforms.js";
import { type Call, type NamedRow, precisionOf, sumOf } from "../call/arguments.js";
import type { InputKind } from "../call/options.js";
import type { Loop } from "../engine/work.js";
import { type Divergences, divergencesOfLogits, entropyAndLogSum } from "../measures/row/comparison.js";
import { entropy as entropyOfProbabilities } from "../measures/row/crossEntropy.js";
import { klDivergence } from "../measures/row/klDivergence.js";
import { jsDivergenceOfLogits, klDivergenceOfLogits } from "../measures/row/ofLogits.js";
import { jsDivergence } from "../measures/row/symmetric.js";
import { lnRatio } from "../measures/row/wide.js";
import { findLargest, widen } from "./kernels.js";
import { looksLikeProbabilities, type Problem, problemOf } from "./rowChecks.js";
import { COLUMNS, Column } from "./rowResults.js";
import type { HalfFormat } from "./source.js";

export interface CompareSettings {
  /** Numbers a row. */
  readonly classes: number;
  /** What the numbers of either are. */
  readonly kinds: readonly InputKind[];
  readonly temperature: number;
  readonly topK: number;
  /** Of rows that are 16-bit floats. */
  readonly formats: readonly (HalfFormat | null)[];
}

/**
 * `COLUMNS` numbers a row. Arrays: the rows of either, the tokens, then where f32 of either is to be written, if they are 16-bit
 * floats.
 */
export const compareLoop: Loop<CompareSettings> = (backend, arrays, settings, from, to, values) => {
  const { classes, kinds, temperature, topK, formats } = settings;
  const [base, other, tokens, ...wide] = arrays;
  const sources = [base, other].map((source, side) => (formats[side] === null ? source : wide[side])) as FloatArray[];
  const precision = precisionOf(sources);
  const call: Call = {
    functionName: "compareLogits",
    precision,
    length: classes,
    normalize: false,
    unit: 1,
    temperature,
  };
  const k = Math.min(topK, classes);
  const indices = [new Int32Array(k), new Int32Array(k)];
  for (let r = from; r < to; r++) {
    const start = r * classes;
    for (let side = 0; side < 2; side++) {
      const format = formats[side];
      if (format === null) continue;
      const halves = (arrays[side] as Uint16Array).subarray(start, start + classes);
      widen(backend, format, halves, (sources[side] as Float32Array).subarray(start, start + classes));
    }
    const row = values.subarray((r - from) * COLUMNS, (r - from + 1) * COLUMNS);
    const pair = sources.map((source, side) => rowOf(source, start, kinds[side]));
    const problem = compareRow(backend, call, pair, (tokens as Int32Array)[r], row);
    row[Column.problem] = problem === undefined ? 0 : 1 + problem.side;
    row[Column.problemColumn] = problem?.column ?? -1;
    row[Column.problemValue] = problem?.value ?? 0;
    if (problem !== undefined) continue;
    sources.forEach((source, side) => {
      findLargest(backend, source, start, classes, indices[side]);
      const isLike = kinds[side] === "logits" && looksLikeProbabilities(source, start, classes);
      row[Column.baseLooksLikeProbabilities + side] = isLike ? 1 : 0;
    });
    row[Column.baseTop] = indices[0][0];
    row[Column.otherTop] = indices[1][0];
    row[Column.topOverlap] = indices[0].reduce((count, i) => count + (indices[1].includes(i) ? 1 : 0), 0) / k;
  }
};

const rowOf = (source: Vector, start: number, kind: InputKind): NamedRow => ({
  argument: kind,
  source,
  start,
  scale: 1,
  kind,
  logarithms,
});

/** Fills in what is of the distributions. */
function compareRow(
  backend: Backend,
  call: Call,
  pair: readonly NamedRow[],
  token: number,
  row: Float64Array,
): (Problem & { side: number }) | undefined {
  const isMixed = pair[0].kind !== pair[1].kind;
  try {
    pair.forEach((one, side) => {
      // what is found of a row by itself has no temperature that the other gives the pair
      const { entropy, logProbabilityOf } = distributionOf(backend, call, isMixed ? { ...one } : one);
      row[Column.baseEntropy + side] = entropy;
      row[Column.baseLogProbability + side] = token < 0 ? Number.NaN : logProbabilityOf(token);
    });
    const { kl, reverseKl, js } = divergencesOf(backend, call, pair);
    row[Column.kl] = kl;
    row[Column.reverseKl] = reverseKl;
    row[Column.js] = js;
    return undefined;
  } catch (error) {
    for (const [side, { kind, source, start }] of pair.entries()) {
      const problem = problemOf(kind, source, start, call.length);
      if (problem !== undefined) return { side, ...problem };
    }
    throw error;
  }
}

function distributionOf(backend: Backend, call: Call, row: NamedRow): ReturnType<typeof entropyAndLogSum> {
  if (row.kind !== "probabilities") return entropyAndLogSum(backend, call, row);
  return {
    entropy: entropyOfProbabilities(backend, call, [row]),
    logProbabilityOf(index) {
      const p = row.source[row.start + index];
      return p === 0 ? Number.NEGATIVE_INFINITY : lnRatio(p, sumOf(call, row));
    },
  };
}

function divergencesOf(backend: Backend, call: Call, pair: readonly NamedRow[]): Divergences {
  const [p, q] = pair;
  if (p.kind === q.kind && p.kind !== "probabilities") return divergencesOfLogits(backend, call, pair);
  const [kl, js] = p.kind === q.kind ? [klDivergence, jsDivergence] : [klDivergenceOfLogits, jsDivergenceOfLogits];
  return { kl: kl(backend, call, pair), reverseKl: kl(backend, call, [q, p]), js: js(backend, call, pair) };
}
