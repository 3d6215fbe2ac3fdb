// The cases: distributions of several shapes, seeded so that runs are alike, and their exact results.

import { addOne, countTokens, readAddresses, toProbabilities, VOCABULARY } from "../../examples/corpus.js";
import type { DoubleDouble } from "../doubleDouble.js";
import { exponential, subtract } from "../doubleDouble.js";
import {
  exactCrossEntropy,
  exactJs,
  exactKl,
  exactKlOfLogits,
  exactLogSumExp,
  type FloatArray,
  LABEL,
} from "../family.js";
import { makeRandom } from "../harness.js";
import type { Case, MeasureName } from "./peer.js";

/** ln p = spread·g + what is said, ln q = ln p + noise·g', of standard normal g and g'. */
interface Shape {
  readonly name: string;
  readonly spread: number;
  readonly noise: number;
  /** Added to the logit of one class. */
  readonly peak?: number;
  /** The share of classes that are impossible in both. */
  readonly zeros?: number;
}

/** A language model's: a KL of 0.12. */
export const HEAVY_TAILED: Shape = { name: "heavy-tailed", spread: 2, noise: 0.5 };
export const near = (noise: number): Shape => ({ name: `near, ${noise.toExponential()}`, spread: 2, noise });

export const SHAPES: readonly Shape[] = [
  HEAVY_TAILED,
  { name: "peaked", spread: 2, noise: 0.5, peak: 16 },
  { name: "flat", spread: 0.01, noise: 0.01 },
  { name: "30 % zeros", spread: 2, noise: 0.5, zeros: 0.3 },
  ...[1e-2, 1e-3, 1e-4, 1e-5, 1e-6].map(near),
];

const TAKES_LOGITS: ReadonlySet<MeasureName> = new Set([
  "klDivergenceOfLogits",
  "logSumExp",
  "softmax",
  "crossEntropyLoss",
  "crossEntropyGradient",
]);
const TAKES_PAIR: ReadonlySet<MeasureName> = new Set([
  "klDivergence",
  "jsDivergence",
  "crossEntropy",
  "klDivergenceOfLogits",
]);
const GIVES_MATRIX: ReadonlySet<MeasureName> = new Set(["softmax", "crossEntropyGradient"]);

/** Arrays that the measure reads, and the bytes of one class in them. */
export const bytesPerClass = ({ measure, type }: Case): number =>
  (TAKES_PAIR.has(measure) ? 2 : 1) * (type === "f32" ? 4 : 8);

function normalize(row: Float64Array): void {
  const sum = row.reduce((total, x) => total + x);
  for (let i = 0; i < row.length; i++) row[i] /= sum;
}

const rounded = (row: Float64Array, type: Case["type"]): FloatArray => (type === "f32" ? Float32Array.from(row) : row);

/** Numbers of a result that are checked: those of three rows, or sixty-four of a matrix's first. */
function checkedOf(measure: MeasureName, rows: number, classes: number): number[] {
  const count = GIVES_MATRIX.has(measure) ? Math.min(64, classes) : Math.min(3, rows);
  const step = GIVES_MATRIX.has(measure) ? Math.floor(classes / count) : 1;
  return Array.from({ length: count }, (_, i) => i * step);
}

const caseOf = (
  measure: MeasureName,
  shape: string,
  type: Case["type"],
  rows: number,
  p: FloatArray,
  q: FloatArray,
): Case => {
  const classes = p.length / rows;
  const labels = new Int32Array(rows).fill(LABEL);
  return { measure, shape, type, rows, classes, p, q, labels, checked: checkedOf(measure, rows, classes) };
};

export function makeCase(measure: MeasureName, shape: Shape, type: Case["type"], rows: number, classes: number): Case {
  const { uniform, gaussian } = makeRandom();
  const p = new Float64Array(rows * classes);
  const q = new Float64Array(rows * classes);
  for (let start = 0; start < p.length; start += classes) {
    for (let i = start; i < start + classes; i++) {
      const isPeak = i === start + (classes >> 1);
      p[i] = shape.spread * gaussian() + (isPeak ? (shape.peak ?? 0) : 0);
      q[i] = p[i] + shape.noise * gaussian();
      if (shape.zeros !== undefined && !isPeak && uniform() < shape.zeros) p[i] = q[i] = Number.NEGATIVE_INFINITY;
    }
    if (TAKES_LOGITS.has(measure)) continue;
    for (const all of [p, q]) {
      const row = all.subarray(start, start + classes);
      for (let i = 0; i < classes; i++) row[i] = Math.exp(row[i]);
      normalize(row);
    }
  }
  return caseOf(measure, shape.name, type, rows, rounded(p, type), rounded(q, type));
}

let counted: [Float64Array, Float64Array] | undefined;

/** The tokens of the State of the Union addresses up to 1912, beside those since, smoothed: what `npm start` compares. */
export function makeTokenCase(measure: MeasureName, type: Case["type"]): Case {
  const addresses = counted === undefined ? readAddresses(() => {}) : [];
  counted ??= [
    countTokens(addresses.filter(({ year }) => year <= 1912)),
    countTokens(addresses.filter(({ year }) => year > 1912)),
  ];
  const [p, q] = [toProbabilities(counted[0]), toProbabilities(addOne(counted[1]))];
  return caseOf(measure, `tokens of ${VOCABULARY}`, type, 1, rounded(p, type), rounded(q, type));
}

/** What each checked number is, by double-double arithmetic, and what its error is relative to. */
export function exactOf(task: Case): { values: number[]; scales: number[] } {
  const { measure, classes, labels } = task;
  let row = -1;
  let logSumExp: DoubleDouble = [0, 0];
  const values = task.checked.map((index) => {
    const at = GIVES_MATRIX.has(measure) ? Math.floor(index / classes) : index;
    const p = task.p.subarray(at * classes, (at + 1) * classes);
    const q = task.q.subarray(at * classes, (at + 1) * classes);
    if (TAKES_LOGITS.has(measure) && measure !== "klDivergenceOfLogits" && row !== at) logSumExp = exactLogSumExp(p);
    row = at;
    switch (measure) {
      case "klDivergence":
        return exactKl(p, q)[0];
      case "jsDivergence":
        return exactJs(p, q)[0];
      case "entropy":
        return exactCrossEntropy(p, p)[0];
      case "crossEntropy":
        return exactCrossEntropy(p, q)[0];
      case "klDivergenceOfLogits":
        return exactKlOfLogits(p, q)[0];
      case "logSumExp":
        return logSumExp[0];
      case "crossEntropyLoss":
        return subtract(logSumExp, [p[labels[at]], 0])[0];
      default: {
        const class_ = index - at * classes;
        const probability = exponential(subtract([p[class_], 0], logSumExp));
        const isLabel = measure === "crossEntropyGradient" && class_ === labels[at];
        return isLabel ? subtract(probability, [1, 0])[0] : probability[0];
      }
    }
  });
  const isRelative = measure.includes("Divergence") || GIVES_MATRIX.has(measure);
  return { values, scales: values.map((value) => (isRelative ? Math.abs(value) : Math.max(1, Math.abs(value)))) };
}
