import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { histogram } from "../../src/counts/index.js";

interface Reference {
  readonly name: string;
  readonly values: number[];
  readonly bins: "quantile" | "width";
  readonly count: number;
  readonly edges: number[];
  readonly counts: number[];
  readonly other: { values: number[]; counts: number[]; below: number; above: number };
}

const references: Reference[] = JSON.parse(readFileSync("test/fixtures/histograms.json", "utf8"));

describe("histogram", () => {
  test.each(references)("$name, $count bins by $bins", ({ values, bins, count, edges, counts, other }) => {
    const made = histogram(values, { bins, count });
    expect([...made.edges]).toEqual(edges);
    expect([...made.counts]).toEqual(counts);
    expect(made).toMatchObject({ below: 0, above: 0, missing: 0 });
    const { values: otherValues, counts: otherCounts, ...outside } = other;
    const applied = histogram(otherValues, { bins: made.edges });
    expect([...applied.counts]).toEqual(otherCounts);
    expect(applied).toMatchObject(outside);
  });

  test("as documented: ties at edges, and numbers that repeat", () => {
    const january = histogram([0, 0, 0, 0, 1, 2, 3, 4], { count: 4 });
    expect(january.edges).toEqual(Float64Array.of(0, 1, 3, 4));
    expect(january.counts).toEqual(Float64Array.of(4, 2, 2));
    expect(histogram([0, 2, 5, null], { bins: january.edges })).toMatchObject({ below: 0, above: 1, missing: 1 });
    // on an edge: in the bin that begins there; on the last edge: in the last bin
    expect(histogram([1, 2, 3], { bins: [1, 2, 3] }).counts).toEqual(Float64Array.of(1, 2));
    // the last two are equal: that number alone
    expect(histogram([0, 0.5, 1, 1.5], { bins: [0, 1, 1] })).toMatchObject({
      counts: Float64Array.of(2, 1),
      above: 1,
    });
  });

  test("has ten quantile bins by default", () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i * 7) % 1000);
    const { edges, counts } = histogram(values);
    expect([...edges]).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 999]);
    expect([...counts]).toEqual(new Array(10).fill(100));
  });

  test("counts what is missing and what is infinite apart", () => {
    const values = [1, Number.NaN, null, undefined, Infinity, -Infinity, 2, -0, 0];
    expect(histogram(values, { bins: "width", count: 2 })).toEqual({
      ...{ edges: Float64Array.of(0, 1, 2), counts: Float64Array.of(2, 2), below: 1, above: 1, missing: 3 },
    });
    expect(histogram([], { bins: [0, 1] })).toEqual({
      ...{ edges: Float64Array.of(0, 1), counts: Float64Array.of(0), below: 0, above: 0, missing: 0 },
    });
  });

  test("every value is somewhere once, and the bins hold alike many where none repeats", () => {
    const numbers = fc.array(fc.oneof(fc.double(), fc.constantFrom(0, 1, null), fc.integer({ min: 0, max: 9 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 20 }), (values, count) => {
        const finite = values.filter((x) => Number.isFinite(x)) as number[];
        fc.pre(finite.length > 0);
        const { edges, counts, below, above, missing } = histogram(values, { count });
        expect(counts.length).toBeLessThanOrEqual(count);
        expect(counts.length).toBe(edges.length - 1);
        expect(counts.reduce((sum, n) => sum + n, 0) + below + above + missing).toBe(values.length);
        expect(counts.every((n) => n > 0)).toBe(true);
        if (new Set(finite).size === finite.length && finite.length >= count) {
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test.each<[string, ErrorConstructor, () => unknown]>([
    [
      "histogram: values is [object Map]; it must be an array of numbers",
      TypeError,
      () => histogram(new Map() as never),
    ],
    [
      'histogram: values[1] is "2"; it must be a number, or null where there is none',
      TypeError,
      () => histogram([1, "2" as never]),
    ],
    [
      "histogram: values has no finite number to lay bins by; give edges as bins",
      RangeError,
      () => histogram([NaN, Infinity]),
    ],
    ["values go from -1e+308 to 1e+308, too far", RangeError, () => histogram([-1e308, 1e308], { bins: "width" })],
    [
      'bins is "quantiles"; it must be "quantile", "width" or edges',
      RangeError,
      () => histogram([1], { bins: "quantiles" as never }),
    ],
    ["histogram: bins is number", TypeError, () => histogram([1], { bins: 10 as never })],
    ["bins has 1 edges; there must be two or more", RangeError, () => histogram([1], { bins: [1] })],
    ["bins[2] is 1, and bins[1] 2; edges must ascend", RangeError, () => histogram([1], { bins: [0, 2, 1] })],
    ["bins[1] is 0, and bins[0] 0; edges must ascend", RangeError, () => histogram([1], { bins: [0, 0, 1] })],
    ["bins[1] is Infinity; edges must be finite", RangeError, () => histogram([1], { bins: [0, Infinity] })],
    ["bins[0] is string; edges must be numbers", TypeError, () => histogram([1], { bins: ["0" as never, 1] })],
    ["count is 2, and bins are edges", RangeError, () => histogram([1], { bins: [0, 1], count: 2 })],
    ["count is 0; it must be an integer >= 1", RangeError, () => histogram([1], { count: 0 })],
    ["count is 2.5; it must be an integer >= 1", RangeError, () => histogram([1], { count: 2.5 })],
    ["count is 1073741824; it must be at most 1048576", RangeError, () => histogram([1], { count: 2 ** 30 })],
    ['unknown option "counts"; did you mean "count"?', TypeError, () => histogram([1], { counts: 2 } as never)],
  ])("%s", (message, type, run) => {
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  });
});
