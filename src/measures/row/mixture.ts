// The mixture m = Σ wᵢp̂ᵢ of any number of distributions, class by class in f64: one code for both backends.
//
// What a divergence from the mixture needs is p̂ᵢ - m, which m itself has lost by rounding where the distributions are near each other.
// Here it is uᵢ - Σ wₖuₖ of the differences uᵢ = (pᵢ - p₁) + γᵢpᵢ from the distribution of the largest weight w₁, with γᵢ = Σp₁/Σpᵢ - 1,
// each of which has a relative error of ε. So p̂ᵢ - m has an error of at most 2ε(|uᵢ| + Σ wₖ|uₖ|), and the divergence, which is about
// ½ Σ wᵢ(p̂ᵢ - m)²/m, one of at most 2ε Σ wᵢ|p̂ᵢ - m|(|uᵢ| + Σ wₖ|uₖ|)/m: by Cauchy and Schwarz, and Σ wᵢuᵢ² <= (1 + 1/w₁) Σ wᵢ(p̂ᵢ - m)², that is
// a relative error of 8ε·√(1 + 1/w₁) at most, 8ε·√(1 + n) of n distributions, however near they are. Where the differences are larger than m,
// p̂ᵢ - m is taken as it is: its error is ε·max(p̂ᵢ, m). The rounding of m itself is of second order: m minimises Σ wᵢ KL(p̂ᵢ‖m).

import type { Backend } from "../../backends/backend.js";
import { type Call, checkNumbers, checkSum, type NamedRow, sumOf } from "../../call/arguments.js";
import { exponentGap_f64, high_f64, SMALLEST_NORMAL_F64, scaleByGap_f64 } from "../../numbers/lanes.js";
import { excess_f64, excessNear_f64 } from "../../numbers/logarithm.js";
import { exp, ln } from "../../numbers/scalar.js";
import { Sum } from "../../numbers/twofold.js";
import { exponentOfLogit, findLogits, logSumExpOf } from "./logits.js";
import { scalesToOne, sumOfDifferences } from "./pair.js";

/** A row of any kind as numbers >= 0 in proportion to its probabilities, and their sum. Throws what there is to throw. */
export function asProbabilities(backend: Backend, call: Call, row: NamedRow): { row: NamedRow; sum: number } {
  if (row.kind === "probabilities") {
    checkNumbers(call, row);
    const sum = sumOf(call, row);
    checkSum(call, row, sum);
    return { row, sum };
  }
  const logits = findLogits(backend, call, [row], "f64");
  const [found] = logits.found;
  const source = new Float64Array(call.length);
  for (let i = 0; i < call.length; i++) source[i] = exp(exponentOfLogit(logits, found, row.source[row.start + i]));
  const plain: NamedRow = { ...row, kind: "probabilities", source, start: 0 };
  const sum = sumOf(call, plain);
  logSumExpOf(call, row, found, logits.scale, ln(sum));
  return { row: plain, sum };
}

/** A distribution of a mixture: its numbers times `scale` have a sum near 1, and times 1 + γ that of the first. */
interface Part {
  readonly source: NamedRow["source"];
  readonly start: number;
  readonly weight: number;
  readonly scale: number;
  readonly gamma: number;
}

/** Classes that are read at once. */
export const CHUNK = 256;

export class Mixture {
  /** Those of the distributions that have a weight, the largest first: positive, with the sum 1. */
  readonly weights: readonly number[];
  /** Of the classes that have been read, all times `sum`: each p̂ᵢ and its difference from m, from `CHUNK`·i on, and m. */
  readonly probabilities: Float64Array;
  readonly differences: Float64Array;
  readonly means: Float64Array = new Float64Array(CHUNK);
  readonly sum: number;
  readonly #parts: readonly Part[];
  readonly #length: number;
  /** Of each class: Σ wₖuₖ and Σ wₖ|uₖ|. */
  readonly #shifts = new Float64Array(CHUNK);
  readonly #spreads = new Float64Array(CHUNK);

  /** Throws what there is to throw of the rows. The weights are >= 0, and one of them is positive. */
  constructor(backend: Backend, call: Call, rows: readonly NamedRow[], weights: readonly number[]) {
    const total = new Sum();
    for (const weight of weights) total.add(weight);
    const plain = rows.map((row, i) => ({ ...asProbabilities(backend, call, row), weight: weights[i] / total.value }));
    const weighted = plain.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
    const [first] = weighted;
    const [scale] = scalesToOne(first.sum, first.sum);
    this.sum = first.sum * scale;
    this.#parts = weighted.map(({ row: { source, start }, sum, weight }) => {
      const own = scalesToOne(first.sum, sum)[1];
      const difference = sumOfDifferences(call.length, first.row, scale, { source, start }, own);
      return { source, start, weight, scale: own, gamma: difference / (sum * own) };
    });
    this.weights = weighted.map(({ weight }) => weight);
    this.probabilities = new Float64Array(weighted.length * CHUNK);
    this.differences = new Float64Array(weighted.length * CHUNK);
    this.#length = call.length;
  }

  /** Reads all classes, as many at once as there are places, and visits how many they are. */
  forEachChunk(visit: (count: number) => void): void {
    for (let from = 0; from < this.#length; from += CHUNK) {
      const count = Math.min(CHUNK, this.#length - from);
      this.#read(from, count);
      visit(count);
    }
  }

  /** Reads all classes, and visits each that has a mean: with its place in `means`. */
  forEach(visit: (c: number) => void): void {
    this.forEachChunk((count) => {
      for (let c = 0; c < count; c++) if (this.means[c] >= SMALLEST_NORMAL_F64) visit(c);
    });
  }

  #read(from: number, count: number): void {
    const { probabilities, differences, means } = this;
    const [shifts, spreads] = [this.#shifts, this.#spreads];
    for (const sums of [shifts, spreads, means]) sums.fill(0);
    this.#parts.forEach(({ source, start, weight, scale, gamma }, i) => {
      // as f64 first, whatever they are: the loops below are of one type
      for (let c = 0, at = i * CHUNK, k = start + from; c < count; c++, at++, k++) probabilities[at] = source[k];
      for (let c = 0, at = i * CHUNK; c < count; c++, at++) {
        const x = probabilities[at] * scale;
        const more = gamma * x;
        // the first comes first, with γ = 0
        const u = i === 0 ? 0 : x - probabilities[c] + more;
        probabilities[at] = x + more;
        differences[at] = u;
        shifts[c] += weight * u;
        spreads[c] += weight * Math.abs(u);
        means[c] += weight * (x + more);
      }
    });
    for (let i = 0; i < this.#parts.length; i++) {
      for (let c = 0, at = i * CHUNK; c < count; c++, at++) {
        const u = differences[at];
        differences[at] = Math.abs(u) + spreads[c] < means[c] ? u - shifts[c] : probabilities[at] - means[c];
      }
    }
  }
}

/** x ln(x/y) - x + y of numbers whose difference is d. What is less than the smallest normal number counts as 0. */
export function excessOf(x: number, y: number, d: number): number {
  if (Math.abs(d) < 0.25 * y) return excessNear_f64(x, d, x + y);
  if (x < SMALLEST_NORMAL_F64) return y;
  const gap = exponentGap_f64(high_f64(x), high_f64(y));
  const shifted = scaleByGap_f64(y, gap);
  return excess_f64(x, y, shifted, gap === 0 ? d : x - shifted, gap, x + shifted);
}

/** Adds to `terms` those of one distribution, whose numbers begin at `from`, beside the means. */
function addExcesses(
  { probabilities, differences, means }: Mixture,
  from: number,
  weight: number,
  terms: Float64Array,
) {
  for (let c = 0, at = from; c < terms.length; c++, at++) {
    terms[c] += weight * excessOf(probabilities[at], means[c], differences[at]);
  }
}

/** Σ wᵢ KL(p̂ᵢ‖m); at most the entropy of the weights. */
export function jsOfMany(backend: Backend, call: Call, rows: readonly NamedRow[], given: readonly number[]): number {
  const mixture = new Mixture(backend, call, rows, given);
  const { weights, means } = mixture;
  const room = new Float64Array(CHUNK);
  const total = new Sum();
  mixture.forEachChunk((count) => {
    const terms = room.subarray(0, count).fill(0);
    for (let i = 0; i < weights.length; i++) addExcesses(mixture, i * CHUNK, weights[i], terms);
    for (let c = 0; c < count; c++) if (means[c] >= SMALLEST_NORMAL_F64) total.add(terms[c]);
  });
  let most = 0;
  for (const weight of weights) most -= weight * ln(weight);
  return Math.min(most, total.value / mixture.sum);
}
