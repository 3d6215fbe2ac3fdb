// Errors by clusters, paired differences and their tests: against NumPy, SciPy and mpmath, and by simulation.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Clusters } from "../../src/compare/clusters.js";
import { ExactSum } from "../../src/compare/exactSum.js";
import { type PairedDifference, pairedDifference, type RowResults, Summary } from "../../src/compare/index.js";
import {
  clusteredMean,
  randomWords,
  signFlipTest,
  studentQuantile,
  studentTail,
  totalsOf,
} from "../../src/compare/inference.js";
import { JsonValue } from "../../src/compare/json.js";
import { Partials } from "../../src/compare/partials.js";
import { isLong, thin } from "../long.js";
import { randomNumbers } from "../random.js";

// scripts/makeClusterReferences.py
const references = JSON.parse(readFileSync(new URL("../fixtures/compare/clusters.json", import.meta.url), "utf8"));

interface Columns {
  readonly kl: number[];
  readonly logP: number[];
  readonly top: number[];
  readonly topLogP: number[];
}

function rowsOf(base: Columns, other: Columns, tokens: number[], groups?: string[]): RowResults {
  const count = tokens.length;
  const zeros = new Float64Array(count);
  return {
    ...{ count, kl: Float64Array.from(other.kl), reverseKl: zeros, js: zeros, baseEntropy: zeros, otherEntropy: zeros },
    ...{ crossEntropy: zeros, reverseCrossEntropy: zeros, topOverlap: zeros, top5Overlap: zeros },
    ...{ tokens: Int32Array.from(tokens), acceptance: zeros.map(() => Number.NaN), groups },
    ...{ baseTop: Int32Array.from(base.top), otherTop: Int32Array.from(other.top) },
    baseLogProbability: Float64Array.from(base.logP),
    otherLogProbability: Float64Array.from(other.logP),
    baseTopLogProbability: Float64Array.from(base.topLogP),
    otherTopLogProbability: Float64Array.from(other.topLogP),
    baseLooksLikeProbabilities: new Uint8Array(count),
    otherLooksLikeProbabilities: new Uint8Array(count),
  };
}

function summariesOf(blockRows: number, groups?: string[]): Summary[] {
  return references.candidates.map((it: Columns) => {
    const summary = new Summary({ blockRows });
    summary.add(references.first, rowsOf(references.base, it, references.tokens, groups));
    return summary;
  });
}

/** Relatively to the size of what errors are of. */
function compare(actual: unknown, expected: unknown, where: string, relative = 1e-12): void {
  if (typeof expected === "object" && expected !== null) {
    for (const [key, value] of Object.entries(expected)) {
      compare((actual as Record<string, unknown>)[key], value, `${where}.${key}`, relative);
    }
  } else if (typeof expected === "number") {
    const error = Math.abs((actual as number) - expected);
    expect(error, `${where} is ${actual}, not ${expected}`).toBeLessThanOrEqual(relative * Math.abs(expected));
  } else expect(actual, where).toBe(expected);
}

describe.each([
  ["auto", 0, undefined],
  ["blocks of 40", 40, undefined],
  ["groups", 0, references.groups],
] as const)("against NumPy and SciPy: %s", (kind, blockRows, groups) => {
  const summaries = summariesOf(blockRows, groups);
  const { clusters, clustered, pairs } = references.kinds[kind];

  test("means and perplexities with their errors", () => {
    summaries.forEach((summary, i) => {
      const report = summary.report().clustered;
      expect(report.by.count).toBe(clusters);
      compare(report, clustered[i], `candidate ${i}`);
    });
  });

  test.each(["kl", "logProbability"] as const)("paired differences of %s", (quantity) => {
    for (const { of, ...expected } of pairs) {
      const difference = pairedDifference(summaries[of[0]], summaries[of[1]], { quantity });
      compare(difference, expected[quantity], `${of} ${quantity}`, 1e-10);
      const back = pairedDifference(summaries[of[1]], summaries[of[0]], { quantity });
      expect([-back.value, back.pValue, back.permutationPValue]).toEqual([
        difference.value,
        difference.pValue,
        difference.permutationPValue,
      ]);
    }
  });
});

test("groups, KL by confidence and calibration errors", () => {
  summariesOf(32, references.groups).forEach((summary, i) => {
    const report = summary.report();
    expect(report.groups.map(({ group }) => group)).toEqual(
      references.groupReports[i].map(({ group }: { group: string }) => group),
    );
    compare(report.groups, references.groupReports[i], "groups");
    compare(report.byConfidence, references.byConfidence[i], "byConfidence");
    compare(report.calibrationError, references.calibrationError[i], "calibrationError");
  });
});

test("Student's t", () => {
  for (const [t, freedom, p] of references.studentTails) {
    compare(studentTail(t, freedom), p, `tail of ${t}, ${freedom}`, 1e-12);
    expect(studentTail(-t, freedom)).toBe(studentTail(t, freedom));
  }
  for (const [p, freedom, t] of references.studentQuantiles) {
    compare(studentQuantile(p, freedom), t, `quantile of ${p}, ${freedom}`, 1e-9);
  }
  expect([studentTail(0, 3), studentTail(Infinity, 3), studentTail(1, 0), studentQuantile(0.05, 0)]).toEqual([
    1,
    0,
    NaN,
    NaN,
  ]);
});

describe("sign flips", () => {
  test("at random agree with all of them", () => {
    const sums = [0.5, -0.2, 0.9, 0.1, 0.4, -0.3, 0.7, 0.2, 0.6, -0.1, 0.3];
    const exact = signFlipTest(sums, 2 ** 11, 1);
    const drawn = signFlipTest(sums, 2 ** 11 - 1, 1);
    const error = Math.sqrt((exact * (1 - exact)) / 2 ** 11);
    expect(Math.abs(drawn - exact)).toBeLessThan(3 * error);
    expect(signFlipTest(sums, 2000, 1)).toBe(signFlipTest(sums, 2000, 1));
    expect(signFlipTest(sums, 2000, 1)).not.toBe(signFlipTest(sums, 2000, 2));
  });

  test("of what has no sign, and of none", () => {
    expect(signFlipTest([0, 0, 0], 100, 1)).toBe(1);
    expect(signFlipTest([1, 1, 0], 100, 1)).toBe(0.5);
    expect(signFlipTest([], 100, 1)).toBeNaN();
    expect(signFlipTest([1, Number.NaN], 100, 1)).toBeNaN();
  });

  test("the words are mulberry32's", () => {
    const words = randomWords(1);
    expect([words(), words(), words()]).toEqual([2693262067, 11749833, 2265367787]);
  });
});

/** How often a test of no difference finds one, at 5 %, in series of autocorrelation ½. */
function rejections(rows: number, simulations: number, seed: number): { t: number; flips: number } {
  const random = randomNumbers(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const one = new Float64Array(1);
  const group: Pick<RowResults, "tokens" | "baseLogProbability" | "otherLogProbability"> = {
    tokens: Int32Array.of(-1),
    baseLogProbability: one,
    otherLogProbability: one,
  };
  let [t, flips] = [0, 0];
  for (let i = 0; i < simulations; i++) {
    const clusters = new Clusters(0);
    const kl = new Float64Array(rows);
    let x = normal();
    for (let r = 0; r < rows; r++) {
      kl[r] = x;
      x = 0.5 * x + Math.sqrt(0.75) * normal();
    }
    const tokens = new Int32Array(rows).fill(-1);
    clusters.add(0, { ...group, count: rows, kl, tokens } as RowResults);
    const totals = totalsOf(clusters.sums("kl"));
    const { value, standardError } = clusteredMean(totals);
    if (studentTail(value / standardError, totals.length - 1) < 0.05) t++;
    const sums = totals.map(({ sum }) => sum);
    if (signFlipTest(sums, 199, i) <= 0.05) flips++;
  }
  return { t: t / simulations, flips: flips / simulations };
}

const SERIES = [
  [512, 71],
  [2048, 72],
] as const;
test.each(thin(SERIES, [SERIES[0]]))(
  "under autocorrelation 0.5, tests at the level of 0.05 reject 4 to 6 of 100 true hypotheses: %i rows, seed %i",
  (rows, seed) => {
    const { t, flips } = rejections(rows, isLong ? 20_000 : 2500, seed);
    for (const share of [t, flips]) {
      expect(share).toBeGreaterThan(0.04);
      expect(share).toBeLessThan(0.06);
    }
  },
);

describe("paired differences", () => {
  const [first, second] = summariesOf(0);

  test("of a candidate from itself", () => {
    expect(pairedDifference(first, first)).toMatchObject({
      value: 0,
      standardError: 0,
      interval: [0, 0],
      pValue: 1,
      permutationPValue: 1,
    });
  });

  test("are the same from JSON and from parts", () => {
    const { base, candidates, tokens, first: start } = references;
    const parts = candidates.slice(0, 2).map((it: Columns) => {
      const rows = rowsOf(base, it, tokens);
      const cut = (from: number, to: number) =>
        Object.fromEntries(
          Object.entries(rows).map(([key, column]) => [key, key === "count" ? to - from : column?.slice(from, to)]),
        ) as unknown as RowResults;
      const summary = new Summary();
      summary.add(start + 100, cut(100, 230));
      const rest = new Summary();
      rest.add(start, cut(0, 100));
      return Summary.fromJSON(JSON.parse(JSON.stringify(rest))).merge(summary);
    });
    expect(pairedDifference(parts[0], parts[1])).toEqual(pairedDifference(first, second));
  });

  test("have no answer where a KL is infinite, or there is one cluster", () => {
    const { base, candidates, tokens } = references;
    const infinite = new Summary();
    const kl = [...candidates[0].kl];
    kl[5] = Number.POSITIVE_INFINITY;
    infinite.add(references.first, rowsOf(base, { ...candidates[0], kl }, tokens));
    const none = { value: NaN, standardError: NaN, interval: [NaN, NaN], pValue: NaN, permutationPValue: NaN };
    expect(pairedDifference(infinite, second)).toMatchObject(none);
    expect(pairedDifference(infinite, second, { quantity: "logProbability" }).value).not.toBeNaN();
    const [a, b] = summariesOf(1000);
    const { value, standardError, pValue, clusters } = pairedDifference(a, b);
    expect(value).toBeCloseTo(pairedDifference(first, second).value, 12);
    expect([standardError, pValue, clusters.count]).toEqual([NaN, NaN, 1]);
  });

  test.each<[string, () => PairedDifference]>([
    ["first is 5; it must be a Summary", () => pairedDifference(5 as never, second)],
    ["second is [object Object]; it must be a Summary", () => pairedDifference(first, {} as never)],
    ["first and second are not of the same rows, tokens and base", () => pairedDifference(first, new Summary())],
    ["first and second are not of the same rows", () => pairedDifference(first, summariesOf(40)[0])],
    ["confidence is 1; it must be between 0 and 1", () => pairedDifference(first, second, { confidence: 1 })],
    ["permutations is 0; it must be an integer from 1", () => pairedDifference(first, second, { permutations: 0 })],
    ["seed is 0.5; it must be an integer", () => pairedDifference(first, second, { seed: 0.5 })],
    [
      'quantity is "js"; it must be one of kl, logProbability',
      () => pairedDifference(first, second, { quantity: "js" as never }),
    ],
    [
      'unknown option "confidences"; did you mean "confidence"',
      () => pairedDifference(first, second, { confidences: 1 } as never),
    ],
  ])("%s", (message, act) => expect(act).toThrow(message));
});

describe("exact sums in a few numbers", () => {
  test("are those of ExactSum, in any order and through JSON", () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(number, { maxLength: 30 }), (numbers) => {
        const [exact, sum, half, back] = [new ExactSum(), new Partials(), new Partials(), new Partials()];
        numbers.forEach((x, i) => {
          exact.add(x);
          (i % 3 === 0 ? half : sum).add(x);
        });
        sum.addAll(half);
        for (const x of numbers.toReversed()) back.add(x);
        expect(sum.value).toBe(exact.value);
        expect(sum.equals(exact)).toBe(true);
        expect(back.toJSON()).toEqual(sum.toJSON());
        const read = Partials.from(new JsonValue("test", JSON.parse(JSON.stringify(sum))));
        expect(read.toJSON()).toEqual(sum.toJSON());
        for (const x of numbers) sum.add(-x);
        expect(sum.toJSON()).toEqual([]);
      }),
    );
  });

  test("are refused where the numbers are not the nearest to what is left of their sum", () => {
    const sign = fc.constantFrom(-1, 1);
    // halves of an ulp, which are rounded to even, and their neighbours
    const part = fc.constantFrom(0.25, 0.5 - 2 ** -54, 0.5, 0.5 + 2 ** -53, 1);
    const mantissa = fc.constantFrom(1, 1 + 2 ** -52, 1.5, 2 - 2 ** -52);
    const exponent = fc.constantFrom(-1000, -900, 0, 900);
    fc.assert(
      fc.property(mantissa, exponent, part, part, sign, sign, (x, e, half, quarter, first, second) => {
        const large = x * 2 ** e;
        const middle = first * half * 2 ** (e - 52);
        const list = [large, middle, second * quarter * 2 ** -52 * Math.abs(middle)];
        const sum = new Partials();
        for (const number of list) sum.add(number);
        const read = () => Partials.from(new JsonValue("test", list));
        if (sum.toJSON().join() === list.join()) expect(read().toJSON()).toEqual(list);
        else expect(read).toThrow("the parts of an exact sum");
      }),
    );
  });

  test.each<[string, unknown]>([
    ["[object Array]", [1, 1]],
    ["[object Array]", [0]],
    ["[object Array]", [1e-20, 1]],
    ['"1"', "1"],
  ])("%s is none", (_, json) => {
    expect(() => Partials.from(new JsonValue("test", json))).toThrow(/^test: it is .*; it must be/);
  });
});

describe("clusters from JSON that are not as they were", () => {
  const make = () => {
    const summary = new Summary({ blockRows: 50 });
    summary.add(
      references.first,
      rowsOf(references.base, references.candidates[0], references.tokens, references.groups),
    );
    return JSON.parse(JSON.stringify(summary));
  };
  test.each<[string, (clusters: { size: number; cells: unknown[][] }) => void]>([
    ["clusters.size is 70; it must be 100", (it) => Object.assign(it, { size: 70 })],
    ["clusters.size is 100; it must be of as many blocks", (it) => Object.assign(it, { size: 100 })],
    ["clusters.cells[1] is [object Array]; it must be after the one before", (it) => it.cells.reverse()],
    ["clusters.cells[0] is [object Array]; it must be an array of 10", (it) => it.cells[0].pop()],
    ["clusters.cells[0][2] is 0; it must be an integer from 1", (it) => (it.cells[0][2] = 0)],
    ["clusters.cells[0][3] is 999; it must be an integer from 0", (it) => (it.cells[0][3] = 999)],
    ["clusters.cells[0][0] is 7; it must be a text", (it) => (it.cells[0][0] = 7)],
    ["clusters is [object Object]; it must be of 230 rows in all", (it) => it.cells.pop()],
    ["clusters is [object Object]; it must be of the sum of kl", (it) => (it.cells[0][7] = [0.5])],
    ["clusters.cells[0][7] is [object Array]; it must be the parts", (it) => (it.cells[0][7] = [0.5, 0.5])],
  ])("%s", (message, change) => {
    const json = make();
    change(json.clusters);
    expect(() => Summary.fromJSON(json)).toThrow(message);
  });
  test.each<[string, (confidence: Record<string, unknown[][]>) => void]>([
    [
      "confidence.buckets is [object Array]; it must be of 230 rows",
      (it) => (it.buckets[0][0] = (it.buckets[0][0] as number) - 1),
    ],
    [
      "confidence.buckets is [object Array]; it must be of 230 rows, with the sums of kl",
      (it) => (it.buckets[0][2] = []),
    ],
    ["confidence.base is [object Array]; it must be an array of 15", (it) => it.base.pop()],
    ["confidence.other is [object Array]; it must be of", (it) => (it.other[0] = [0, 0, []])],
    ["confidence.other[3][1] is 99", (it) => (it.other[3][1] = 99)],
  ])("%s", (message, change) => {
    const json = make();
    change(json.confidence);
    expect(() => Summary.fromJSON(json)).toThrow(message);
  });
});
