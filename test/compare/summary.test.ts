import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RowResults, Statistics } from "../../src/compare/index.js";
import { Summary, type SummaryJson } from "../../src/compare/index.js";
import { randomNumbers } from "../random.js";

/** Rows of all kinds of numbers, few of which have a token. */
function makeRows(count: number, seed: number): RowResults {
  const random = randomNumbers(seed);
  const column = (make: () => number) => Float64Array.from({ length: count }, make);
  const large = () => random() ** 4 * 10 ** Math.floor(12 * random() - 8);
  const infinite = () => (random() < 0.02 ? Number.POSITIVE_INFINITY : large());
  const tokens = Int32Array.from({ length: count }, () => Math.floor(6 * random()) - 1);
  const top = () => Int32Array.from({ length: count }, () => Math.floor(2 * random()));
  const logarithm = () => (random() < 0.02 ? Number.NEGATIVE_INFINITY : -large());
  return {
    count,
    kl: column(() => (random() < 0.2 ? 0.5 : infinite())),
    reverseKl: column(infinite),
    js: column(() => 0.69 * random()),
    baseEntropy: column(large),
    otherEntropy: column(large),
    crossEntropy: column(infinite),
    reverseCrossEntropy: column(infinite),
    tokens,
    baseLogProbability: column(logarithm),
    otherLogProbability: column(logarithm),
    baseTop: top(),
    otherTop: top(),
    topOverlap: column(() => Math.floor(11 * random()) / 10),
    baseLooksLikeProbabilities: Uint8Array.from({ length: count }, () => 2 * random()),
    otherLooksLikeProbabilities: Uint8Array.from({ length: count }, () => 2 * random()),
  };
}

function slice(rows: RowResults, from: number, to: number): RowResults {
  const parts = Object.entries(rows).map(([name, column]) => [
    name,
    typeof column === "number" ? to - from : column.subarray(from, to),
  ]);
  return Object.fromEntries(parts) as RowResults;
}

const copyOf = (summary: Summary) => Summary.fromJSON(JSON.parse(JSON.stringify(summary)) as SummaryJson);

test("parts merge in any order, and are read from JSON, with the bits of the whole", () => {
  const parts = fc.array(fc.nat({ max: 30 }), { minLength: 7, maxLength: 7 });
  fc.assert(
    fc.property(parts, fc.integer(), fc.constantFrom(5, 60, 1000), (sizes, seed, valueLimit) => {
      const random = randomNumbers(seed);
      const count = sizes.reduce((sum, size) => sum + size);
      const rows = makeRows(count, seed);
      const options = { valueLimit, worstRows: 4 };
      const whole = new Summary(options);
      whole.add(100, rows);
      let from = 0;
      const shards = sizes.map((size) => {
        const shard = new Summary(options);
        shard.add(100 + from, slice(rows, from, from + size));
        from += size;
        return random() < 0.5 ? shard : copyOf(shard);
      });
      const merged = new Summary(options);
      while (shards.length > 0) {
        const [taken] = shards.splice(Math.floor(random() * shards.length), 1);
        // pairs first, now and then
        if (shards.length > 0 && random() < 0.4) taken.merge(shards.pop() as Summary);
        merged.merge(taken);
      }
      expect(JSON.stringify(merged)).toBe(JSON.stringify(whole));
      expect(JSON.stringify(copyOf(merged))).toBe(JSON.stringify(whole));
      expect(merged.report()).toEqual(whole.report());
      expect(copyOf(merged).report()).toEqual(whole.report());
      expect(merged.rows).toBe(count);
    }),
  );
});

test("the worst rows come first, of the same KL the earlier", () => {
  const rows = { ...makeRows(6, 3), kl: Float64Array.of(1, 5, Number.POSITIVE_INFINITY, 5, 0, 5) };
  const summary = new Summary({ worstRows: 3 });
  summary.add(10, slice(rows, 3, 6));
  summary.add(7, slice(rows, 0, 3));
  const { worst } = summary.report();
  expect(worst.map(({ row, kl }) => [row, kl])).toEqual([
    [9, Number.POSITIVE_INFINITY],
    [8, 5],
    [10, 5],
  ]);
  expect(worst[1]).toMatchObject({ token: rows.tokens[1], baseTop: rows.baseTop[1], js: rows.js[1] });
});

describe("of few rows", () => {
  const numbersOf = ({ mean, standardError, standardDeviation, min, max, median }: Statistics) => [
    mean,
    standardError,
    standardDeviation,
    min,
    max,
    median,
  ];

  test("none: NaN", () => {
    const { rows, kl, sameTop, perplexity, deltaP } = new Summary().report();
    expect(rows).toBe(0);
    expect(numbersOf(kl)).toEqual([NaN, NaN, NaN, NaN, NaN, NaN]);
    expect([sameTop.value, perplexity.ratio.value, perplexity.correlation, deltaP.rms.value]).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
    ]);
  });

  test("one: no error is known", () => {
    const summary = new Summary();
    const one = { ...makeRows(1, 9), kl: Float64Array.of(0.25), tokens: Int32Array.of(2) };
    summary.add(0, { ...one, baseLogProbability: Float64Array.of(-1), otherLogProbability: Float64Array.of(-2) });
    const { kl, perplexity } = summary.report();
    expect(numbersOf(kl)).toEqual([0.25, NaN, NaN, 0.25, 0.25, 0.25]);
    expect(perplexity.base.value).toBeCloseTo(Math.E, 14);
    expect([perplexity.base.standardError, perplexity.logRatio.standardError]).toEqual([NaN, NaN]);
  });
});

test("what does not fit together is an error", () => {
  expect(() => new Summary({ topK: 5 }).merge(new Summary())).toThrow("topK is 5 here and 10 there");
  expect(() => new Summary({ valueLimit: -1 })).toThrow(RangeError);
  expect(() => new Summary({ valueLimits: 1 } as never)).toThrow("did you mean");
  expect(() => Summary.fromJSON({ version: 2 } as never)).toThrow("no summary of version 1");
  expect(() => Summary.fromJSON(null as never)).toThrow("no summary of version 1");
  const json = JSON.parse(JSON.stringify(new Summary()));
  json.quantities.kl.count = 3;
  expect(() => Summary.fromJSON(json)).toThrow("0 values of 3");
});
