// One row of one model's logits beside the same of another's: everything that is computed of the pair, by whichever thread.

import type { Backend, FloatArray, Vector } from "../backends/backend.js";
import { type Call, type NamedRow, precisionOf } from "../call/arguments.js";
import type { Loop } from "../engine/work.js";
import { divergencesOfLogits, entropyAndLogSum } from "../measures/row/comparison.js";
import { findLargest, widen } from "./kernels.js";
import { COLUMNS, Column } from "./rowResults.js";
import type { HalfFormat } from "./source.js";

export interface CompareSettings {
  /** Numbers a row. */
  readonly classes: number;
  readonly temperature: number;
  readonly topK: number;
  /** Of rows that are 16-bit floats. */
  readonly formats: readonly (HalfFormat | null)[];
}

/** A number that cannot be, of the one or the other row; column -1 where all are -Infinity. */
interface Problem {
  readonly side: number;
  readonly column: number;
  readonly value: number;
}

/**
 * `COLUMNS` numbers a row. Arrays: the rows of either, the tokens, then where f32 of either is to be written, if they are 16-bit
 * floats.
 */
export const compareLoop: Loop<CompareSettings> = (backend, arrays, settings, from, to, values) => {
  const { classes, temperature, topK, formats } = settings;
  const [base, other, tokens, ...wide] = arrays;
  const sources = [base, other].map((source, side) => (formats[side] === null ? source : wide[side])) as FloatArray[];
  const precision = precisionOf(sources);
  const call: Call = {
    functionName: "compareLogits",
    precision,
    length: classes,
    normalize: true,
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
    const pair = sources.map((source) => rowOf(source, start));
    const problem = compareRow(backend, call, pair, (tokens as Int32Array)[r], row);
    row[Column.problem] = problem === undefined ? 0 : 1 + problem.side;
    row[Column.problemColumn] = problem?.column ?? -1;
    row[Column.problemValue] = problem?.value ?? 0;
    if (problem !== undefined) continue;
    sources.forEach((source, side) => {
      findLargest(backend, source, start, classes, indices[side]);
    });
    row[Column.baseTop] = indices[0][0];
    row[Column.otherTop] = indices[1][0];
    row[Column.topOverlap] = indices[0].reduce((count, i) => count + (indices[1].includes(i) ? 1 : 0), 0) / k;
  }
};

const rowOf = (source: Vector, start: number): NamedRow => ({
  argument: "logits",
  source,
  start,
  scale: 1,
  kind: "logits",
});

/** Fills in what is of the distributions. */
function compareRow(
  backend: Backend,
  call: Call,
  pair: readonly NamedRow[],
  token: number,
  row: Float64Array,
): Problem | undefined {
  try {
    pair.forEach((one, side) => {
      const { entropy, logProbabilityOf } = entropyAndLogSum(backend, call, one);
      row[Column.baseEntropy + side] = entropy;
      row[Column.baseLogProbability + side] = token < 0 ? Number.NaN : logProbabilityOf(token);
    });
    const { kl, reverseKl, js } = divergencesOfLogits(backend, call, pair);
    row[Column.kl] = kl;
    row[Column.reverseKl] = reverseKl;
    row[Column.js] = js;
    return undefined;
  } catch (error) {
    const problem = problemOf(call, pair);
    if (problem === undefined) throw error;
    return problem;
  }
}

/** What the kernels have declined a row for. */
function problemOf({ length }: Call, pair: readonly NamedRow[]): Problem | undefined {
  for (let side = 0; side < 2; side++) {
    const { source, start } = pair[side];
    let isPossible = false;
    for (let i = 0; i < length; i++) {
      const x = source[start + i];
      if (!(x < Number.POSITIVE_INFINITY)) return { side, column: i, value: x };
      isPossible ||= x !== Number.NEGATIVE_INFINITY;
    }
    if (!isPossible) return { side, column: -1, value: Number.NEGATIVE_INFINITY };
  }
  return undefined;
}
