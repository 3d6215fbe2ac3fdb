// Coverage of the intervals of compareCounts and mutualInformationOfCounts, by simulation: what their tests assert in part, and
// scripts/writeCoverageTable.ts publishes.

import mt19937 from "@stdlib/random-base-mt19937";
import {
  type ComparisonMeasure,
  compareCounts,
  type IntervalMethod,
  mutualInformationOfCounts,
} from "../../src/counts/index.js";
import { mutualInformation } from "../../src/evidence/index.js";

export const MEASURES: readonly ComparisonMeasure[] = ["js", "hellinger", "totalVariation", "kl", "psi"];

const normalize = (weights: number[]): number[] => {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
};

const ofClasses = (classes: number, weight: (k: number) => number) =>
  normalize(Array.from({ length: classes }, (_, k) => weight(k)));

/** As a word is more frequent in one text and another in the other: factors from e^-s to e^s. */
const perturbed = (p: readonly number[], s: number): number[] =>
  normalize(p.map((probability, k) => probability * Math.exp(s * Math.sin(7 * k + 1))));

/** Two distributions of so many classes. */
export const PAIRS: Readonly<Record<string, (classes: number) => readonly [number[], number[]]>> = {
  "uniform, the same": (classes) => [ofClasses(classes, () => 1), ofClasses(classes, () => 1)],
  "uniform and 1 + k/K": (classes) => [ofClasses(classes, () => 1), ofClasses(classes, (k) => 1 + k / classes)],
  "Zipf, the same": (classes) => [ofClasses(classes, (k) => 1 / (k + 1)), ofClasses(classes, (k) => 1 / (k + 1))],
  "Zipf, perturbed": (classes) => {
    const p = ofClasses(classes, (k) => 1 / (k + 1));
    return [p, perturbed(p, 0.7)];
  },
  "Zipf, nearly the same": (classes) => {
    const p = ofClasses(classes, (k) => 1 / (k + 1));
    return [p, perturbed(p, 0.1)];
  },
  "geometric and uniform": (classes) => [
    ofClasses(classes, (k) => (1 - 3 / (classes + 3)) ** k),
    ofClasses(classes, () => 1),
  ],
};

const truthOf: Readonly<Record<ComparisonMeasure, (p: number, q: number) => number>> = {
  js: (p, q) => 0.5 * (p * Math.log((2 * p) / (p + q)) + q * Math.log((2 * q) / (p + q))),
  kl: (p, q) => p * Math.log(p / q),
  psi: (p, q) => (p - q) * Math.log(p / q),
  hellinger: (p, q) => 0.5 * (Math.sqrt(p) - Math.sqrt(q)) ** 2,
  totalVariation: (p, q) => 0.5 * Math.abs(p - q),
};

export interface Coverage {
  /** How often, of 1, the interval has the true value. */
  readonly coverage: number;
  /** Mean of the values, and the true one. */
  readonly mean: number;
  readonly truth: number;
  /** Root mean square error of the values, and of what is not corrected. */
  readonly error: number;
  readonly plugInError: number;
}

/** A sample of counts. */
export function sampleOf(draw: () => number, classes: number, size: number): Float64Array {
  const counts = new Float64Array(classes);
  for (let i = 0; i < size; i++) counts[draw()]++;
  return counts;
}

/** Draws from probabilities, in logarithmic time. */
export function drawsFrom(probabilities: readonly number[], random: () => number): () => number {
  const sums = Float64Array.from(probabilities);
  for (let k = 1; k < sums.length; k++) sums[k] += sums[k - 1];
  const sum = sums[sums.length - 1];
  return () => {
    const u = random() * sum;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] > u) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Simulates so many pairs of samples of N and M observations. */
export function simulate(
  pair: string,
  classes: number,
  sizes: readonly [number, number],
  repetitions: number,
  measures: readonly ComparisonMeasure[] = MEASURES,
  method: IntervalMethod = "inversion",
): Record<string, Coverage> {
  const [p, q] = PAIRS[pair](classes);
  const words = mt19937.factory({ seed: classes + sizes[0] });
  const [drawP, drawQ] = [p, q].map((distribution) => drawsFrom(distribution, () => words() / 2 ** 32));
  const totals = measures.map((measure) => {
    const sum = p.reduce((total, probability, k) => total + truthOf[measure](probability, q[k]), 0);
    const truth = measure === "hellinger" ? Math.sqrt(Math.max(0, sum)) : Math.max(0, sum);
    return { measure, truth, hits: 0, sum: 0, squares: 0, plugInSquares: 0 };
  });
  for (let i = 0; i < repetitions; i++) {
    const [a, b] = [sampleOf(drawP, classes, sizes[0]), sampleOf(drawQ, classes, sizes[1])];
    for (const total of totals) {
      const { value, plugIn, interval } = compareCounts(a, b, {
        ...{ measure: total.measure, interval: method, resamples: 199, seed: i },
        ...{ permutations: 0, limit: 0 },
      });
      if (interval[0] <= total.truth + 1e-15 && total.truth <= interval[1]) total.hits++;
      total.sum += value;
      total.squares += (value - total.truth) ** 2;
      total.plugInSquares += (plugIn - total.truth) ** 2;
    }
  }
  return Object.fromEntries(
    totals.map(({ measure, truth, hits, sum, squares, plugInSquares }) => [
      measure,
      {
        ...{ coverage: hits / repetitions, mean: sum / repetitions, truth },
        ...{ error: Math.sqrt(squares / repetitions), plugInError: Math.sqrt(plugInSquares / repetitions) },
      },
    ]),
  );
}

/** From -1 to 1, and no sum of what is of the row and what is of the column. */
const interaction = (row: number, column: number) => Math.sin(1 + 3 * (row + 1) * (column + 2));

/** What the probabilities of two variables are in proportion to, `columns` values of the second. */
export const VARIABLES: Readonly<Record<string, (row: number, column: number, columns: number) => number>> = {
  independent: () => 1,
  "independent, Zipf": (row, column) => 1 / (row + 1) / (column + 1),
  "nearly independent": (row, column) => Math.exp(0.2 * interaction(row, column)),
  "dependent, Zipf": (row, column) => Math.exp(interaction(row, column)) / (row + 1) / (column + 1),
  "one in four off the diagonal": (row, column, columns) => (row === column ? 1 : 1 / (3 * (columns - 1))),
  "one tells the other": (row, column) => (row === column ? 1 / (row + 1) : 0),
};

/** Simulates so many tables of N observations. */
export function simulateTables(
  variables: string,
  [rows, columns]: readonly [number, number],
  size: number,
  repetitions: number,
): Coverage {
  const weights = Array.from({ length: rows * columns }, (_, i) =>
    VARIABLES[variables](Math.floor(i / columns), i % columns, columns),
  );
  const [options, words] = [{ rowLength: columns }, mt19937.factory({ seed: rows * columns + size })];
  const information = mutualInformation(weights, { ...options, normalize: true });
  const truth = information < 1e-15 ? 0 : information;
  const draw = drawsFrom(weights, () => words() / 2 ** 32);
  let [hits, sum, squares, plugInSquares] = [0, 0, 0, 0];
  for (let i = 0; i < repetitions; i++) {
    const table = sampleOf(draw, weights.length, size);
    const { value, plugIn, interval } = mutualInformationOfCounts(table, { ...options, permutations: 0 });
    if (interval[0] <= truth + 1e-15 && truth <= interval[1] + 1e-15) hits++;
    sum += value;
    squares += (value - truth) ** 2;
    plugInSquares += (plugIn - truth) ** 2;
  }
  return {
    ...{ coverage: hits / repetitions, mean: sum / repetitions, truth },
    ...{ error: Math.sqrt(squares / repetitions), plugInError: Math.sqrt(plugInSquares / repetitions) },
  };
}
