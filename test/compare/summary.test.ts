import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { base64Of } from "../../src/compare/base64.js";
import type { RowResults, Statistics } from "../../src/compare/index.js";
import { Summary, type SummaryJson } from "../../src/compare/index.js";
import { isLong } from "../long.js";
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
    top5Overlap: column(() => Math.floor(6 * random()) / 5),
    baseTopLogProbability: column(() => -(random() ** 4)),
    otherTopLogProbability: column(() => -(random() ** 4)),
    acceptance: column(random),
    ...(seed % 2 === 0 && { groups: Array.from({ length: count }, () => `g${Math.floor(4 * random())}`) }),
    baseLooksLikeProbabilities: Uint8Array.from({ length: count }, () => 2 * random()),
    otherLooksLikeProbabilities: Uint8Array.from({ length: count }, () => 2 * random()),
  };
}

function slice(rows: RowResults, from: number, to: number): RowResults {
  const parts = Object.entries(rows).map(([name, column]) => [
    name,
    typeof column === "number" ? to - from : column.slice(from, to),
  ]);
  return Object.fromEntries(parts) as RowResults;
}

const copyOf = (summary: Summary) => Summary.fromJSON(JSON.parse(JSON.stringify(summary)) as SummaryJson);

test("parts merge in any order, and are read from JSON, with the bits of the whole", () => {
  const parts = fc.array(fc.nat({ max: 30 }), { minLength: 7, maxLength: 7 });
  fc.assert(
    fc.property(
      parts,
      fc.integer(),
      fc.constantFrom(5, 60, 1000),
      fc.constantFrom(0, 1, 7),
      (sizes, seed, valueLimit, blockRows) => {
        const random = randomNumbers(seed);
        const count = sizes.reduce((sum, size) => sum + size);
        const rows = makeRows(count, seed);
        const options = { valueLimit, worstRows: 4, blockRows };
        const whole = new Summary(options);
        // blocks of one row are doubled on the way
        const first = 2 ** 14 - 100;
        whole.add(first, rows);
        let from = 0;
        const shards = sizes.map((size) => {
          const shard = new Summary(options);
          shard.add(first + from, slice(rows, from, from + size));
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
      },
    ),
    { numRuns: isLong ? 100 : 30 },
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

describe("from JSON", () => {
  type Json = Record<string, never> & { options: Record<string, unknown> };
  const textOf = (valueLimit: number) => {
    const summary = new Summary({ valueLimit, worstRows: 4 });
    summary.add(100, makeRows(30, 7));
    return JSON.stringify(summary);
  };
  const [exact, sketch] = [textOf(100), textOf(20)];
  /** Parsed, and changed: that its checksum does not fit is told last. */
  const crafted = (text: string, change: (json: Json) => void) => {
    const json = JSON.parse(text);
    change(json);
    return json;
  };

  test("keys may come in any order", () => {
    const reversed = (value: unknown): unknown =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, entry]) => [key, reversed(entry)]),
          )
        : value;
    for (const text of [exact, sketch]) {
      expect(JSON.stringify(Summary.fromJSON(reversed(JSON.parse(text)) as SummaryJson))).toBe(text);
    }
  });

  test("what is no object of version 3", () => {
    for (const [json, message] of [
      [null, "json is null; it must be an object, as JSON.parse gives"],
      [exact, /^Summary.fromJSON: json is "\{.{90,140}characters\)"; it must be an object/],
      [{ version: 2 }, "this is no summary of version 3"],
      [[], "this is no summary of version 3"],
      [{ version: 3, __proto__: { options: {} } }, "options is undefined"],
    ] as const) {
      expect(() => Summary.fromJSON(json as never)).toThrow(message);
    }
  });

  test.each<[string, string, (json: never) => unknown, string | RegExp]>([
    ["a checksum", exact, (json: SummaryJson) => Object.assign(json, { extra: 1 }), /extra is 1; it must be left out/],
    ["no checksum", exact, ({ options }: Json) => Object.assign(options, { topK: 11 }), ""],
    [
      "rows",
      exact,
      (json) => Object.assign(json, { rows: 31 }),
      "rows is 31; it must be 30, as quantities.kl has so many numbers",
    ],
    [
      "tokens",
      exact,
      (json) => Object.assign(json, { tokens: 31 }),
      "tokens is 31; it must be an integer from 0 to 30",
    ],
    ["tokens of others", exact, (json) => Object.assign(json, { tokens: 0 }), "as quantities.baseLogProbability has"],
    ["rows as text", exact, (json) => Object.assign(json, { rows: "30" }), 'rows is "30"; it must be 30'],
    [
      "sameTop",
      exact,
      (json) => Object.assign(json, { sameTop: 31 }),
      "sameTop is 31; it must be an integer from 0 to 30",
    ],
    [
      "probabilityRows",
      exact,
      (json) => Object.assign(json, { probabilityRows: [0, 31] }),
      "probabilityRows[1] is 31; it must be an integer from 0 to 30",
    ],
    [
      "one of probabilityRows",
      exact,
      (json) => Object.assign(json, { probabilityRows: [0] }),
      "probabilityRows is [object Array]; it must be an array of 2",
    ],
    ["half of sameTop", exact, (json) => Object.assign(json, { sameTop: 1.5 }), "sameTop is 1.5"],
    [
      "no options",
      exact,
      (json) => Object.assign(json, { options: [] }),
      "options is [object Array]; it must be an object",
    ],
    ["topK", exact, ({ options }: Json) => Object.assign(options, { topK: "10" }), 'options.topK is "10"'],
    [
      "temperature",
      exact,
      ({ options }: Json) => Object.assign(options, { temperature: 0 }),
      "options.temperature is 0",
    ],
    [
      "valueLimit",
      exact,
      ({ options }: Json) => Object.assign(options, { valueLimit: 29 }),
      /quantities\.kl\.values is .*; it must be at most 29 numbers/,
    ],
    [
      "valueLimit",
      sketch,
      ({ options }: Json) => Object.assign(options, { valueLimit: 30 }),
      /quantities\.kl\.buckets is .*; it must be of more numbers than 30/,
    ],
    [
      "worstRows",
      exact,
      ({ options }: Json) => Object.assign(options, { worstRows: 5 }),
      "worst is [object Array]; it must be an array of 5",
    ],
    [
      "no quantities",
      exact,
      (json) => Object.assign(json, { quantities: null }),
      "quantities is null; it must be an object",
    ],
    ["products", exact, (json) => Object.assign(json, { products: "x" }), 'products is "x"; it must be an exact sum'],
    ["fourthPowers", exact, (json) => Object.assign(json, { fourthPowers: `1:${"9".repeat(9)}` }), "fourthPowers is"],
  ])("%s", (what, text, change, message) => {
    if (what === "no checksum") {
      const json = JSON.parse(text);
      change(json as never);
      expect(() => Summary.fromJSON(json)).toThrow(
        /^Summary.fromJSON: checksum is ".{16}"; it must be ".{16}", as the rest/,
      );
      expect(() => Summary.fromJSON({ ...json, checksum: undefined })).toThrow("checksum is undefined");
      return;
    }
    const act = () => Summary.fromJSON(crafted(text, change as never));
    expect(act).toThrow(RangeError);
    expect(act).toThrow(message);
    expect(act).toThrow(/^Summary.fromJSON: /);
  });

  const { values } = JSON.parse(exact).quantities.js;
  test.each<[string, string, object, string]>([
    ["another key", exact, { mean: 0 }, "mean is 0; it must be left out"],
    ["no values", exact, { values: null }, "values is null; it must be a text"],
    ["values that are none", exact, { values: "?" }, 'values is "?"; it must be f64'],
    ["values in another order", exact, { values: values.slice(32) + values.slice(0, 32) }, "values is"],
    ["NaN", exact, { values: base64Of(new Float64Array(30).fill(Number.NaN)) }, "it must be f64 in ascending"],
    ["-0", exact, { values: base64Of(new Float64Array(30).fill(-0)) }, "it must be f64 in ascending"],
    ["half a value", exact, { values: btoa("12345678123") }, "it must be f64 in ascending"],
    ["both", exact, { buckets: [] }, "buckets is [object Array]; it must be left out"],
    ["no buckets", sketch, { buckets: [] }, "buckets is [object Array]; it must be of more numbers than 20"],
    ["a bucket without count", sketch, { buckets: [5] }, "it must be a bucket and a count in turns"],
    ["a count of 0", sketch, { buckets: [5, 0] }, "buckets[1] is 0; it must be an integer from 1"],
    ["buckets in another order", sketch, { buckets: [5, 20, 4, 10] }, "buckets[2] is 4; it must be an integer from 6"],
    ["a bucket of NaN", sketch, { buckets: [2 ** 21, 30] }, "buckets[0] is 2097152"],
    ["a bucket of text", sketch, { buckets: ["<b>", 30] }, 'buckets[0] is "<b>"'],
    ["other buckets", sketch, { buckets: [5, 30] }, "it must be in the first bucket"],
    ["min as text", sketch, { min: "0.5" }, 'min is "0.5"; it must be a number, or an infinity in quotes'],
    ["sum", sketch, { sum: "1:x" }, 'sum is "1:x"; it must be an exact sum'],
    ["squares of a sketch", sketch, { squares: "0:0" }, 'squares is "0:0"; it must be at least sum²/count'],
    ["squares below 0", sketch, { squares: "-1:600" }, 'squares is "-1:600"; it must be at least sum²/count'],
  ])("quantities: %s", (_, text, change, message) => {
    const act = () =>
      Summary.fromJSON(
        crafted(text, (json) => {
          Object.assign((json.quantities as Record<string, object>).js, change);
        }) as never,
      );
    expect(act).toThrow(RangeError);
    expect(act).toThrow(message);
    expect(act).toThrow(/^Summary.fromJSON: quantities\.js\./);
  });

  test("quantities of other numbers of rows", () => {
    const few = JSON.parse(JSON.stringify(new Summary({ valueLimit: 100 }))).quantities.kl;
    const withFew = (name: string) => () =>
      Summary.fromJSON(
        crafted(exact, (json) => {
          Object.assign(json.quantities, { [name]: few });
        }) as never,
      );
    expect(withFew("js")).toThrow("rows is 30; it must be 0, as quantities.js has so many numbers");
    expect(withFew("otherLogProbability")).toThrow(
      /tokens is \d+; it must be 0, as quantities.otherLogProbability has so many numbers/,
    );
  });

  test.each<[string, object, string]>([
    ["row", { row: 0.5 }, "worst[1].row is 0.5; it must be an integer from 0"],
    ["token", { token: -2 }, "worst[1].token is -2; it must be an integer from -1"],
    ["kl", { kl: "x" }, 'worst[1].kl is "x"; it must be a number, or an infinity in quotes'],
    ["kl as text", { kl: "0.5" }, 'worst[1].kl is "0.5"; it must be a number'],
    ["order", { kl: -1 }, "worst is [object Array]; it must be in the order of KL"],
    ["another key", { title: "<script>" }, 'worst[1].title is "<script>"; it must be left out'],
  ])("worst: %s", (_, change, message) => {
    const act = () =>
      Summary.fromJSON(
        crafted(exact, ({ worst }) => {
          Object.assign(worst[1], change);
        }) as never,
      );
    expect(act).toThrow(message);
  });

  test("of any byte that is changed, nothing comes but an error or the same summary", () => {
    for (const text of [exact, sketch]) {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += isLong ? 1 : 7) {
        const changed = Buffer.from(bytes);
        changed[at] ^= 1 << (at % 7);
        let json: SummaryJson;
        try {
          json = JSON.parse(changed.toString());
        } catch {
          continue;
        }
        try {
          expect(JSON.stringify(Summary.fromJSON(json))).toBe(text);
        } catch (error) {
          if (!(error instanceof RangeError) || !error.message.startsWith("Summary.fromJSON: ")) throw error;
        }
      }
    }
  });
});

test("what is added must be rows", () => {
  const rows = makeRows(3, 1);
  const add = (first: unknown, change: object) => () => new Summary().add(first as number, { ...rows, ...change });
  expect(add(-1, {})).toThrow("Summary.add: first is -1; it must be an integer >= 0");
  expect(add(0, { kl: new Float64Array(2) })).toThrow(
    "rows.kl is [object Float64Array]; it must be an array of 3 numbers",
  );
  expect(add(0, { baseTop: undefined })).toThrow("rows.baseTop is undefined; it must be an array of 3 numbers");
  expect(add(0, { baseLooksLikeProbabilities: undefined })).toThrow(
    "rows.baseLooksLikeProbabilities is undefined; it must be an array of 3 numbers",
  );
  expect(add(0, { js: Float64Array.of(0, NaN, 0) })).toThrow("rows.js is NaN for row 1 of these");
  const tokens = Int32Array.of(-1, 5, -1);
  expect(add(0, { tokens, baseLogProbability: Float64Array.of(NaN, NaN, NaN) })).toThrow("is NaN for row 1 of these");
  expect(add(0, { count: "3" })).toThrow('rows.count is "3"');
  const summary = new Summary();
  expect(() => summary.merge({ rows: 3 } as never)).toThrow(
    "Summary.merge: other is [object Object]; it must be a Summary",
  );
  expect(() => summary.merge(summary)).toThrow("its rows would count twice");
});

test("what does not fit together is an error", () => {
  expect(() => new Summary(null as never)).toThrow("Summary: options is null");
  expect(() => new Summary({ topK: "5" } as never)).toThrow('Summary: topK is "5"; it must be an integer >= 1');
  expect(() => new Summary({ temperature: 0 })).toThrow("Summary: temperature is 0");
  expect(() => new Summary({ topK: 5 }).merge(new Summary())).toThrow("topK is 5 here and 10 there");
  expect(() => new Summary({ valueLimit: -1 })).toThrow(RangeError);
  expect(() => new Summary({ valueLimits: 1 } as never)).toThrow("did you mean");
});
