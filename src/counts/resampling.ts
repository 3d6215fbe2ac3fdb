// How far a statistic of two samples may be off: from samples that are drawn anew, and from the same without one observation.

import { randomWords } from "../numbers/random.js";
import { Sum } from "../numbers/twofold.js";
import { AliasTable } from "./draws.js";
import type { Pairs } from "./sampleModel.js";
import type { Statistic } from "./statistics.js";

/** Counts of so many draws. */
function drawCounts(table: AliasTable, size: number, words: () => number, out: Float64Array): void {
  out.fill(0);
  for (let i = 0; i < size; i++) out[table.draw(words)]++;
}

/**
 * The basic bootstrap: from the estimate less what the statistic of samples of the estimated distributions is above its mean, 97.5 times in
 * 100, to the estimate and what it is below.
 *
 * @param probabilities - π of each pair of counts in the model of the estimate.
 */
export function bootstrapInterval(
  estimate: number,
  statistic: Statistic,
  { x, y, classes, sizeA, sizeB }: Pairs,
  probabilities: Float64Array,
  { confidence, resamples, seed }: { confidence: number; resamples: number; seed: number },
): readonly [lower: number, upper: number] {
  const words = randomWords(seed);
  const [ofA, ofB]: number[][] = [[], []];
  x.forEach((own, i) => {
    const n = own + y[i];
    for (let k = 0; k < classes[i]; k++) {
      ofA.push(n * probabilities[i]);
      ofB.push(n * (1 - probabilities[i]));
    }
  });
  const [tableA, tableB] = [new AliasTable(ofA), new AliasTable(ofB)];
  const [a, b] = [new Float64Array(ofA.length), new Float64Array(ofA.length)];
  const sum = new Sum();
  const drawn = Float64Array.from({ length: resamples }, () => {
    drawCounts(tableA, sizeA, words, a);
    drawCounts(tableB, sizeB, words, b);
    let own = 0;
    for (let k = 0; k < a.length; k++) if (a[k] + b[k] > 0) own += statistic.of(a[k], b[k]);
    sum.add(own);
    return own;
  }).sort();
  const center = estimate + sum.value / resamples;
  const rank = Math.max(0, Math.floor(((resamples + 1) * (1 - confidence)) / 2) - 1);
  return [center - drawn[resamples - 1 - rank], center - drawn[rank]];
}

/** √[(N - 1)/N·Σ(θ - mean)² + …], θ the statistics without one observation of the first sample, and the same of the second. */
export function jackknifeError(makeStatistic: (sizeA: number, sizeB: number) => Statistic, pairs: Pairs): number {
  const { x, y, classes, sizeA, sizeB } = pairs;
  const varianceWithout = (fromA: number): number => {
    const size = fromA ? sizeA : sizeB;
    const { of } = makeStatistic(sizeA - fromA, sizeB - (1 - fromA));
    // up to what is the same for all observations
    const changes = x.map((own, i) => {
      if ((fromA ? own : y[i]) === 0) return 0;
      const left = own + y[i] === 1 ? 0 : of(own - fromA, y[i] - (1 - fromA));
      return left - of(own, y[i]);
    });
    const many = (i: number) => classes[i] * (fromA ? x[i] : y[i]);
    const [sum, squares] = [new Sum(), new Sum()];
    changes.forEach((change, i) => {
      sum.add(many(i) * change);
    });
    const mean = sum.value / size;
    changes.forEach((change, i) => {
      squares.add(many(i) * (change - mean) * (change - mean));
    });
    return ((size - 1) / size) * squares.value;
  };
  return Math.sqrt(varianceWithout(1) + varianceWithout(0));
}
