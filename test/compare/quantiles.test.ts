import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonValue } from "../../src/compare/json.js";
import { Quantiles, SKETCH_ERROR } from "../../src/compare/sketch.js";
import { randomNumbers } from "../random.js";

const number = fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 }));
const FRACTIONS = [0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.9, 0.999, 1];

const quantilesOf = (numbers: readonly number[], limit = 1e6): Quantiles => {
  const quantiles = new Quantiles(limit);
  for (const x of numbers) quantiles.add(x);
  return quantiles;
};

describe("quantiles of the values", () => {
  test("are linear between neighbours", () => {
    const quantiles = quantilesOf([40, 10, 30, 20]);
    expect(quantiles.at([0, 0.5, 1, 0.25, 1 / 3])).toEqual([10, 25, 40, 17.5, 20]);
    expect(quantiles.isExact).toBe(true);
    expect(quantilesOf([7]).at([0.1])).toEqual([7]);
    expect(quantilesOf([]).at([0.1])).toEqual([Number.NaN]);
  });

  test("know infinity", () => {
    const quantiles = quantilesOf([1, 2, Number.POSITIVE_INFINITY]);
    expect(quantiles.at([0.5, 0.75, 1])).toEqual([2, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });
});

describe("quantiles of a sketch", () => {
  test("are within the stated error of those of the values", () => {
    const random = randomNumbers(7);
    const numbers = Array.from({ length: 5000 }, () => (random() - 0.3) * 10 ** (12 * random() - 9));
    const [exact, sketch] = [quantilesOf(numbers), quantilesOf(numbers, 100)];
    expect(sketch.isExact).toBe(false);
    const ranks = Array.from({ length: 5000 }, (_, i) => i / 4999);
    const approximate = sketch.at(ranks);
    exact.at(ranks).forEach((x, i) => {
      expect(Math.abs(approximate[i] - x)).toBeLessThanOrEqual(SKETCH_ERROR * Math.abs(x) * (1 + 1e-12));
    });
  });

  test("keep zeros, signs and infinities", () => {
    const numbers = [0, -0, 5e-324, -5e-324, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MAX_VALUE];
    const sketch = quantilesOf(numbers, 0);
    const [least, , zero, , , , most] = sketch.at(numbers.map((_, i) => i / 6));
    expect([least, most]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(Math.abs(zero)).toBeLessThan(2 ** -1022);
    expect(Number.isFinite(sketch.at([5 / 6])[0])).toBe(true);
  });
});

test("what is kept does not depend on order or parts, whether the limit is passed or not", () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 40 }), fc.nat(), fc.nat({ max: 60 }), (numbers, seed, limit) => {
      const random = randomNumbers(seed + 1);
      const parts = Array.from({ length: 4 }, () => new Quantiles(limit));
      for (const x of numbers) parts[Math.floor(4 * random())].add(x);
      const whole = new Quantiles(limit);
      for (const part of parts.sort(() => random() - 0.5)) whole.addAll(part);
      const expected = quantilesOf(numbers, limit);
      expect(JSON.stringify(whole)).toBe(JSON.stringify(expected));
      expect(whole.at(FRACTIONS)).toEqual(expected.at(FRACTIONS));
      const json = JSON.parse(JSON.stringify(whole));
      const back = whole.isExact
        ? Quantiles.ofValues(new JsonValue("test", json.values), limit)
        : Quantiles.ofBuckets(new JsonValue("test", json.buckets), limit);
      expect(JSON.stringify(back)).toBe(JSON.stringify(expected));
    }),
  );
});
