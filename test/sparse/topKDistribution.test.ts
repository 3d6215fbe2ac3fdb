import { describe, expect, test } from "vitest";
import { divergenceBounds, type Entries, topKDistribution } from "../../src/sparse/index.js";
import { TopKDistribution } from "../../src/sparse/topKDistribution.js";

describe("lists of every kind", () => {
  const objects = [
    { token: " a", logprob: -0.5 },
    { token: " b", logprob: -1.5 },
  ];
  const kinds: [string, Entries][] = [
    ["objects", objects],
    [
      "pairs",
      [
        [" a", -0.5],
        [" b", -1.5],
      ],
    ],
    [
      "a map",
      new Map([
        [" a", -0.5],
        [" b", -1.5],
      ]),
    ],
    ["a plain object", { " a": -0.5, " b": -1.5 }],
    ["an object without a prototype", Object.assign(Object.create(null), { " a": -0.5, " b": -1.5 })],
    ["what an iterator gives", new Set(objects)],
    [
      "bytes",
      [
        [[32, 97], -0.5],
        [Uint8Array.of(32, 98), -1.5],
      ],
    ],
    ["objects with bytes, as OpenAI has them", objects.map((it, i) => ({ ...it, bytes: [32, 97 + i], rank: i + 1 }))],
    ["objects without bytes", objects.map((it) => ({ ...it, bytes: null }))],
  ];

  test.each(kinds)("%s", (_, entries) => {
    const list = topKDistribution(entries);
    expect(list).toBeInstanceOf(TopKDistribution);
    expect(list.tokens).toEqual([" a", " b"]);
    expect(list.logProbabilities).toEqual(Float64Array.of(-0.5, -1.5));
    expect(list.logProbability(" b")).toBe(-1.5);
    expect(list.logProbability("b")).toBeUndefined();
    expect(list.rest).toBeCloseTo(1 - Math.exp(-0.5) - Math.exp(-1.5), 14);
    expect(list.mostUnlisted).toBeGreaterThan(list.rest);
    expect(list.mostUnlisted).toBeCloseTo(list.rest, 5);
  });

  test("probabilities, as node-llama-cpp has them: zeros too", () => {
    const list = topKDistribution(
      new Map([
        [17, 0.75],
        [4, 0.25],
        [5, 0],
      ]),
      { input: "probabilities" },
    );
    expect(list.tokens).toEqual([17, 4, 5]);
    expect(list.logProbabilities[1]).toBeCloseTo(Math.log(0.25), 15);
    expect(list.logProbability(5)).toBe(Number.NEGATIVE_INFINITY);
    expect(list.mostUnlisted).toBe(0);
  });

  test("ids and texts are different tokens", () => {
    expect(
      topKDistribution([
        [5, -1],
        ["5", -2],
      ]).tokens,
    ).toEqual([5, "5"]);
  });

  test("bytes that are no text are told apart", () => {
    const bytes = [
      [0xe2, 0x80],
      [0xe2, 0x81],
      [0xff],
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0x80],
    ];
    const { tokens } = topKDistribution(bytes.map((it) => [it, -5] as const));
    expect(new Set(tokens).size).toBe(bytes.length);
    for (const token of tokens) expect(token).toMatch(/^[\udc80-\udcff]+$/);
    const texts = ["é", "€", "😀", "a", "\u0000", "\uffff", "ß😀ü"];
    const encoder = new TextEncoder();
    expect(topKDistribution(texts.map((text) => [encoder.encode(text), -5] as const)).tokens).toEqual(texts);
  });
});

describe("what the rest can be", () => {
  const half = Math.log(0.5);

  test("as much as is left, and each class of it as much as the least of the top", () => {
    const entries: [string, number][] = [
      ["a", half],
      ["b", half - 2],
      ["c", half - 1],
    ];
    const least = 0.5 * Math.exp(-2);
    expect(topKDistribution(entries, { rounding: 0 }).mostUnlisted).toBeCloseTo(least, 14);
    // b was drawn, and is not of the top two
    expect(topKDistribution(entries, { rounding: 0, topK: 2 }).mostUnlisted).toBeCloseTo(0.5 * Math.exp(-1), 14);
    const { mostUnlisted, rest } = topKDistribution(entries, { rounding: 0, topK: false });
    expect(mostUnlisted).toBeCloseTo(rest, 12);
    expect(topKDistribution(entries, { rounding: 0, topK: 5 }).mostUnlisted).toBeCloseTo(least, 14);
  });

  test("sums above 1 by rounding leave nothing, and by more are an error", () => {
    expect(
      topKDistribution([
        ["a", 0],
        ["b", -14],
      ]).rest,
    ).toBe(0);
    expect(() =>
      topKDistribution([
        ["a", -0.1],
        ["b", -2],
      ]),
    ).toThrow(
      "topKDistribution: the probabilities of entries sum to 1.0401727012725723, which is above 1 by more than rounding: 0.000001",
    );
    // of two digits
    const rest = (log: number) =>
      topKDistribution(
        [
          ["a", -0.05],
          ["b", log],
        ],
        { rounding: 0.005 },
      ).rest;
    expect(rest(-3.1)).toBeCloseTo(1 - Math.exp(-0.05) - Math.exp(-3.1), 14);
    expect(rest(-3)).toBe(0);
  });

  test("there must be room for it", () => {
    expect(() => topKDistribution([["a", half]], { classes: 1 })).toThrow(
      /entries leave 0.5, for which 0 classes of at most 0.5\d* have no room; pass topK: false/,
    );
    expect(() => topKDistribution([["a", half - 1]], { classes: 3 })).toThrow("for which 2 classes of at most 0.18");
    expect(topKDistribution([["a", half - 1]], { classes: 3, topK: false }).classes).toBe(3);
    expect(() =>
      topKDistribution([
        ["a", half],
        ["b", Number.NEGATIVE_INFINITY],
      ]),
    ).toThrow("of at most 0 have no room");
    expect(() =>
      topKDistribution(
        [
          ["a", half],
          ["b", half],
        ],
        { classes: 1 },
      ),
    ).toThrow("topKDistribution: entries has 2 tokens; classes is 1, which is fewer");
  });
});

describe("errors", () => {
  test.each<[unknown, new () => Error, string]>([
    [[], RangeError, "topKDistribution: entries is empty; at least one token must be known"],
    [{}, RangeError, "topKDistribution: entries is empty"],
    [
      [
        ["a", -1],
        ["a", -2],
      ],
      RangeError,
      'topKDistribution: token "a" is listed twice',
    ],
    [
      [
        ["a", -1],
        [3, -2],
        [3, -3],
      ],
      RangeError,
      "topKDistribution: token 3 is listed twice",
    ],
    [
      [["a", 0.5]],
      RangeError,
      'the logprob of entries[0], token "a", is 0.5; log-probabilities must be at most 0; for probabilities pass input: "probabilities"',
    ],
    [[["a", Number.NaN]], RangeError, "is NaN; log-probabilities must be at most 0"],
    [[["a", "-1"]], TypeError, 'the logprob of entries[0], token "a", is string; log-probabilities must be numbers'],
    [[["a", -1], ["b"]], TypeError, "entries[1] is [object Array]; it must be { token, logprob } or [token, logprob]"],
    [[{ token: "a" }], TypeError, "is undefined; log-probabilities must be numbers"],
    [[[-1, -1]], TypeError, "the token of entries[0] is -1; it must be an id (an integer >= 0), a text or bytes"],
    [[[0.5, -1]], TypeError, "the token of entries[0] is 0.5"],
    [[[[256], -1]], TypeError, "the token of entries[0] is [object Array]"],
    [[["a", -1], null], TypeError, "entries[1] is null"],
    ["ab", TypeError, "entries is string; it must be a map, a plain object, or a list of"],
    [5, TypeError, "entries is number"],
    [new Date(0), TypeError, "entries is [object Date]"],
  ])("%j", (entries, type, message) => {
    const call = () => topKDistribution(entries as never);
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });

  test("probabilities out of range", () => {
    expect(() => topKDistribution([["a", -0.5]], { input: "probabilities" })).toThrow(
      "probabilities must be from 0 to 1",
    );
  });

  test("two lists that are of different classes", () => {
    const of = (entries: Entries, classes?: number) =>
      topKDistribution(entries, { topK: false, ...(classes && { classes }) });
    expect(() => divergenceBounds(of({ a: -1 }, 5), of({ a: -1 }, 6))).toThrow(
      "divergenceBounds: p has 5 classes, q has 6; they must be the same classes",
    );
    expect(() => divergenceBounds(of({ a: -1 }, 2), of({ b: -1, c: -3 }))).toThrow(
      "divergenceBounds: p and q list 3 different tokens; there are 2 classes",
    );
    expect(() => divergenceBounds(of({ a: 0, b: -20 }, 3), topKDistribution({ a: -1, b: -2 }))).toThrow(
      /divergenceBounds: q leaves 0.49\d*, for which 1 classes of at most 0.13\d* have no room; check classes/,
    );
    expect(() => divergenceBounds(of([[5, -1]]), of({ "5": -1 }))).toThrow(
      "divergenceBounds: p names tokens by ids, q by texts; both must name them alike",
    );
  });
});
