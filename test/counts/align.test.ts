import { describe, expect, expectTypeOf, test } from "vitest";
import { align, tally } from "../../src/counts/index.js";
import { jsDivergence } from "../../src/index.js";

describe("tally", () => {
  test("counts what is equal as keys of a Map are, in the order of first appearance", () => {
    expect([...tally(["b", "a", "b", "c", "b"])]).toEqual([
      ["b", 3],
      ["a", 1],
      ["c", 1],
    ]);
    expect([...tally([Number.NaN, 0, Number.NaN, -0, "0"])]).toEqual([
      [Number.NaN, 2],
      [0, 2],
      ["0", 1],
    ]);
    expect([...tally("aab")]).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
    expect(tally([]).size).toBe(0);
    expect([...tally(Float32Array.of(2, 2))]).toEqual([[2, 2]]);
    const lazy = function* () {
      yield true;
      yield true;
    };
    expect([...tally(lazy())]).toEqual([[true, 2]]);
  });

  test("refuses what is no iterable, and counts", () => {
    expect(() => tally(5 as never)).toThrow(new TypeError("tally: keys is number; it must be an iterable of keys"));
    expect(() => tally({ a: 1 } as never)).toThrow(
      new TypeError("tally: keys is [object Object]; it must be an iterable of keys"),
    );
    expect(() => tally(new Map())).toThrow(
      new TypeError("tally: keys is a Map; align takes counts that are there already"),
    );
  });
});

describe("align", () => {
  const expected = { keys: ["a", "b", "c"], counts: [Float64Array.of(3, 1, 0), Float64Array.of(0, 2, 5)] };

  test("has keys in the order of first appearance, of every kind of source", () => {
    const a = { a: 3, b: 1 };
    const b = { b: 2, c: 5 };
    const kinds = (counts: Record<string, number>) => [
      counts,
      Object.assign(Object.create(null), counts),
      new Map(Object.entries(counts)),
      Object.entries(counts),
      new Set(Object.entries(counts)),
      new Map(Object.entries(counts)).entries(),
    ];
    for (const [i, first] of kinds(a).entries()) {
      for (const [j, second] of kinds(b).entries()) {
        // what is gone through once is made anew
        expect(align(i === 5 ? kinds(a)[5] : first, j === 5 ? kinds(b)[5] : second)).toEqual(expected);
      }
    }
  });

  test("of arrays has their indices as keys", () => {
    const { keys, counts } = align([1, 2], Uint16Array.of(0, 0, 7), { data: 4 });
    expect(keys).toEqual([0, 1, 2, "data"]);
    expect(counts).toEqual([Float64Array.of(1, 2, 0, 0), Float64Array.of(0, 0, 7, 0), Float64Array.of(0, 0, 0, 4)]);
    expect(align([], new Map(), {})).toEqual({ keys: [], counts: [0, 0, 0].map(() => new Float64Array()) });
    expect(align()).toEqual({ keys: [], counts: [] });
  });

  test("adds up entries of the same key, first or last", () => {
    const entries = [
      ["x", 1],
      ["y", 2],
      ["x", 3],
    ] as const;
    for (const sources of [[entries], [entries, entries], [entries, new Map(entries)], [{ y: 1 }, entries]]) {
      const { keys, counts } = align(...sources);
      expect(counts[sources.indexOf(entries)][keys.indexOf("x")]).toBe(4);
      expect(new Set(keys).size).toBe(keys.length);
    }
    const own = {
      *[Symbol.iterator]() {
        yield* entries;
      },
    };
    expect(align(own)).toEqual({ keys: ["x", "y"], counts: [Float64Array.of(4, 2)] });
  });

  test("takes words that are names of properties of objects", () => {
    const words = JSON.parse('{ "length": 2, "constructor": 1, "__proto__": 4, "data": 1, "shape": 3 }');
    expect(align(words)).toEqual({ keys: Object.keys(words), counts: [Float64Array.of(2, 1, 4, 1, 3)] });
  });

  test("tells numbers from texts", () => {
    expect(align([5], { 0: 6 })).toEqual({ keys: [0, "0"], counts: [Float64Array.of(5, 0), Float64Array.of(0, 6)] });
  });

  test("of a hundred sources equals what a table of sums has", () => {
    const sources = Array.from({ length: 100 }, (_, s) =>
      Array.from({ length: 50 }, (_, i) => [`w${(i * (s + 7) * 31) % 997}`, (i * s) % 5] as const),
    );
    const { keys, counts } = align(...sources);
    expect(keys).toEqual([...new Set(sources.flat().map(([key]) => key))]);
    counts.forEach((own, s) => {
      const sums = new Map<string, number>();
      for (const [key, count] of sources[s]) sums.set(key, (sums.get(key) ?? 0) + count);
      expect(Array.from(own)).toEqual(keys.map((key) => sums.get(key) ?? 0));
    });
  });

  test("of two Maps of 100,000 keys", () => {
    const make = (from: number) => new Map(Array.from({ length: 1e5 }, (_, i) => [`w${from + i}`, i + 1]));
    const { keys, counts } = align(make(0), make(5e4));
    expect(keys.length).toBe(15e4);
    expect([counts[0][99_999], counts[0][100_000], counts[1][49_999], counts[1][50_000], counts[1][149_999]]).toEqual([
      1e5, 0, 0, 1, 1e5,
    ]);
    expect(jsDivergence(...counts, { normalize: true })).toBeGreaterThan(0.2);
  });

  test("of two Maps of any keys, in any overlap, and of a class that gives counts of what it does not have", () => {
    class Counter extends Map<unknown, number> {
      override get(key: unknown) {
        return super.get(key) ?? 7;
      }
    }
    const entries = [
      ["a", 1],
      [Number.NaN, 2],
      [0, 3],
      ["0", 4],
      [undefined, 5],
      ["b", 0],
    ] as const;
    const kinds: (new (entries: Iterable<readonly [unknown, number]>) => Map<unknown, number>)[] = [Map, Counter];
    for (const kind of kinds) {
      for (let from = 0; from <= entries.length; from++) {
        const [a, b] = [new kind(entries.slice(0, 3)), new kind(entries.slice(from))];
        const keys = [...new Set([...a.keys(), ...b.keys()])];
        const expected = [a, b].map((own) =>
          Float64Array.from(keys, (key) => (own.has(key) ? (own.get(key) ?? 0) : 0)),
        );
        expect(align(a, b)).toEqual({ keys, counts: expected });
      }
    }
    const wrong = new Map([["c", undefined as never]]);
    for (const sources of [
      [wrong, new Map([["c", 1]])],
      [new Map([["c", 1]]), wrong],
    ]) {
      expect(() => align(...sources)).toThrow(/^align: the count of "c" in sources\[[01]\] is undefined/);
    }
  });

  test("errors name the source, the key and the count", () => {
    expect(() => align({ a: 1 }, new Map([["the", -3]]))).toThrow(
      new RangeError('align: the count of "the" in sources[1] is -3; counts must be finite and >= 0'),
    );
    for (const count of [Number.NaN, Number.POSITIVE_INFINITY, -1e-9]) {
      for (const source of [new Map([[7, count]]), [[7, count]], [0, 0, 0, 0, 0, 0, 0, count]] as never[]) {
        expect(() => align(source)).toThrow(
          new RangeError(`align: the count of 7 in sources[0] is ${count}; counts must be finite and >= 0`),
        );
      }
    }
    const thrown = (source: unknown, words: string) =>
      expect(() => align(source as never)).toThrow(new TypeError(`align: ${words}`));
    thrown({ a: "1" }, 'the count of "a" in sources[0] is "1"; counts must be numbers');
    thrown({ a: 1n }, 'the count of "a" in sources[0] is bigint; counts must be numbers');
    thrown(["to", "be"], 'the count of 0 in sources[0] is "to"; counts must be numbers; to count keys use tally');
    thrown(new Set([5]), "entry 0 of sources[0] is 5; it must be [key, count]; to count keys use tally");
    thrown([["a", 1], ["b"]], "entry 1 of sources[0] is [object Array]; it must be [key, count]");
    const kinds = "a Map, a plain object, an iterable of [key, count], or an array of counts";
    thrown(null, `sources[0] is null; it must be ${kinds}`);
    thrown("a b", `sources[0] is string; it must be ${kinds}`);
    thrown(new Date(0), `sources[0] is [object Date]; it must be ${kinds}`);
    thrown(new Array(1), "sources[0][0] is undefined; pass flat numbers");
    thrown([1, undefined], "the count of 1 in sources[0] is undefined; counts must be numbers");
  });

  test("has the types of the keys, and as many arrays as sources", () => {
    const { keys, counts } = align(tally(["a"]), [[true, 1]] as [boolean, number][]);
    expectTypeOf(keys).toEqualTypeOf<(string | boolean)[]>();
    expectTypeOf(counts).toEqualTypeOf<readonly [Float64Array, Float64Array]>();
    expectTypeOf(align({ a: 1, b: 2 }).keys).toEqualTypeOf<("a" | "b")[]>();
    expectTypeOf(align([1], {} as Record<string, number>).keys).toEqualTypeOf<(number | string)[]>();
    // @ts-expect-error: counts are numbers
    expect(() => align(new Map([["a", "1"]]))).toThrow();
  });
});
