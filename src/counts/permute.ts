// Two samples whose observations are dealt out anew, as often as wanted: how far apart samples are that differ by chance alone.

import { randomWords } from "../numbers/random.js";
import { AliasTable, BinomialDraws, uniformOf } from "./draws.js";
import type { Pairs } from "./sampleModel.js";
import type { Statistic } from "./statistics.js";

/** Values of the statistic are kept for up to so many occurrences of a class. */
const MOST_KEPT = 4096;

/** From how many times as many classes on the draws of a histogram are fewer, and faster, than one for each. */
const MANY = 64;

/** What equal statistics differ by, in another order of their terms. */
const EQUAL = 1e-12;

/** The classes that occur n times in both samples together, and how often each of them is in the first. */
interface Group {
  readonly n: number;
  readonly classes: number;
  /** Draws, and returns how often all of them are in the first sample. */
  deal(): number;
  /** Takes one occurrence out of the first sample (-1) or into it (1), unless the one that is drawn from all is not there. */
  move(step: number): boolean;
  /** Σ of the statistic. */
  total(): number;
}

/** Each class by itself. */
function listGroup(
  n: number,
  classes: number,
  statistic: Statistic,
  binomial: BinomialDraws,
  words: () => number,
): Group {
  const x = new Float64Array(classes);
  const values = n > MOST_KEPT ? undefined : Float64Array.from({ length: n + 1 }, (_, x) => statistic.of(x, n - x));
  return {
    n,
    classes,
    deal() {
      let taken = 0;
      for (let k = 0; k < classes; k++) {
        x[k] = binomial.draw(n);
        taken += x[k];
      }
      return taken;
    },
    move(step) {
      const k = Math.floor(uniformOf(words) * classes);
      if (uniformOf(words) * n >= (step < 0 ? x[k] : n - x[k])) return false;
      x[k] += step;
      return true;
    },
    total() {
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += values ? values[x[k]] : statistic.of(x[k], n - x[k]);
      return sum;
    },
  };
}

/** Many classes, by how many of them are in the first sample 0, 1, … n times. */
function histogramGroup(
  n: number,
  classes: number,
  statistic: Statistic,
  binomial: BinomialDraws,
  words: () => number,
): Group {
  const histogram = new Float64Array(n + 1);
  const conditional = binomial.conditionalOf(n);
  const values = histogram.map((_, x) => statistic.of(x, n - x));
  return {
    n,
    classes,
    deal() {
      binomial.drawHistogram(conditional, classes, histogram);
      let taken = 0;
      for (let x = 1; x <= n; x++) taken += x * histogram[x];
      return taken;
    },
    move(step) {
      let rest = Math.floor(uniformOf(words) * classes);
      let x = 0;
      while (rest >= histogram[x]) rest -= histogram[x++];
      if (uniformOf(words) * n >= (step < 0 ? x : n - x)) return false;
      histogram[x]--;
      histogram[x + step]++;
      return true;
    },
    total() {
      let sum = 0;
      for (let x = 0; x <= n; x++) sum += histogram[x] * values[x];
      return sum;
    },
  };
}

/**
 * How many of so many permutations have a statistic as large as the samples' or larger.
 *
 * To deal out the observations is to take N of them for the first sample, each set of N as likely as any other. Here each is taken with
 * probability N/(N + M), independently, which makes counts binomial, and then as many as are too many or missing are given back or taken,
 * each of them as likely as the others: no observation has to be moved by itself.
 */
export function countExceeding(statistic: Statistic, pairs: Pairs, permutations: number, seed: number): number {
  const { sizeA, sizeB } = pairs;
  const words = randomWords(seed);
  const binomial = new BinomialDraws(sizeA / (sizeA + sizeB), words);
  const classesOf = new Map<number, number>();
  let observed = 0;
  let size = 0;
  pairs.classes.forEach((many, i) => {
    const [x, y] = [pairs.x[i], pairs.y[i]];
    classesOf.set(x + y, (classesOf.get(x + y) ?? 0) + many);
    const value = statistic.of(x, y);
    observed += many * value;
    size += many * Math.abs(value);
  });
  const least = observed - EQUAL * size;
  const groups = Array.from(classesOf, ([n, classes]) =>
    (classes > MANY * (n + 1) ? histogramGroup : listGroup)(n, classes, statistic, binomial, words),
  );
  const groupOfObservation = new AliasTable(groups.map(({ n, classes }) => n * classes));

  let exceeding = 0;
  for (let turn = 0; turn < permutations; turn++) {
    let taken = 0;
    for (const group of groups) taken += group.deal();
    const step = taken > sizeA ? -1 : 1;
    while (taken !== sizeA) if (groups[groupOfObservation.draw(words)].move(step)) taken += step;
    let sum = 0;
    for (const group of groups) sum += group.total();
    if (sum >= least) exceeding++;
  }
  return exceeding;
}
