import { describe, expect, expectTypeOf, test } from "vitest";
import { ExactSum } from "../../src/compare/exactSum.js";
import { type ContributionMeasure, type Contributions, contributions } from "../../src/counts/index.js";
import { gTestOfTwoSamples } from "../../src/evidence/index.js";
import {
  hellingerDistance,
  jeffreysDivergence,
  jsDivergence,
  klDivergence,
  totalVariationDistance,
} from "../../src/index.js";
import { expectWithin } from "../evidence/references.js";
import { randomNumbers } from "../random.js";
import { references } from "./samples.js";

const MEASURES: ContributionMeasure[] = ["js", "kl", "psi", "g2", "hellinger", "totalVariation"];

/** Σ without any rounding, then the nearest f64. */
function exactSum(numbers: readonly number[]): number {
  const sum = new ExactSum();
  for (const x of numbers) sum.add(x);
  return sum.value;
}

const options = { normalize: true };
const packageOwn: Record<ContributionMeasure, (a: number[], b: number[]) => number> = {
  js: (a, b) => jsDivergence(a, b, options),
  kl: (a, b) => klDivergence(a, b, options),
  psi: (a, b) => jeffreysDivergence(a, b, options),
  g2: (a, b) => gTestOfTwoSamples(a, b).statistic,
  hellinger: (a, b) => hellingerDistance(a, b, options) ** 2,
  totalVariation: (a, b) => totalVariationDistance(a, b, options),
};

const termsByKey = ({ terms }: Contributions<number>) => [...terms].sort((x, y) => x.key - y.key);

describe("contributions", () => {
  test.each(references.contributions.map((reference, i) => [i, reference] as const))("pair %i", (_, reference) => {
    const { a, b, measures } = reference;
    for (const measure of MEASURES) {
      const result = contributions(a, b, { measure });
      const exact = measures[measure];
      for (const { key, term, p, q } of result.terms) {
        const truth = Number(exact.terms[key]);
        // KL's terms are of first order: their error is of p - q
        const bound = measure === "kl" && Number.isFinite(truth) ? 1e-15 * Math.max(Math.abs(truth), p, q) : 0;
        if (term !== truth && !(Math.abs(term - truth) < bound)) expectWithin(term, truth, 2e-15);
      }
      const finite = result.terms.filter(({ term }) => Number.isFinite(term));
      const scale = finite.reduce((sum, { term }) => sum + Math.abs(term), 0);
      const truth = Number(exact.value);
      if (result.value !== truth) expect(Math.abs(result.value - truth)).toBeLessThan(2e-15 * scale);
      const own = packageOwn[measure](a, b);
      // their bounds are those of values from 1e-12 on
      if (own !== result.value && own > 1e-12)
        expect(Math.abs(own - result.value)).toBeLessThan(6e-15 * Math.max(own, scale));
    }
  });

  test("value has the bits of the exact sum of the terms, in any order, whatever the limit leaves out", () => {
    const random = randomNumbers(3);
    const draw = () => Array.from({ length: 3000 }, () => 1 + Math.floor(1 / (random() + 1e-4)));
    const [a, b] = [draw(), draw()];
    for (const measure of MEASURES) {
      const all = contributions(a, b, { measure });
      const terms = all.terms.map(({ term }) => term);
      expect(all.value).toBe(exactSum(terms));
      expect(all.value).toBe(exactSum(terms.reverse()));
      expect(all.rest).toBe(0);
      const some = contributions(a, b, { measure, limit: 17 });
      expect(some.terms).toEqual(all.terms.slice(0, 17));
      expect(some.value).toBe(all.value);
      expect(some.rest).toBe(exactSum(all.terms.slice(17).map(({ term }) => term)));
    }
  });

  test("the largest come first; equal ones by their counts, then by their order", () => {
    const a = { small: 1, large: 10, same: 5, also: 5, other: 79 };
    const b = { small: 1, large: 10, same: 5, also: 5, other: 79 };
    const { terms, value } = contributions(a, b);
    expect(value).toBe(0);
    expect(terms.map(({ key }) => key)).toEqual(["other", "large", "same", "also", "small"]);
    const unseen = contributions({ x: 1, y: 4, z: 5 }, { z: 10 }, { measure: "kl" });
    expect(unseen.terms.map(({ key, term }) => [key, term])).toEqual([
      ["y", Number.POSITIVE_INFINITY],
      ["x", Number.POSITIVE_INFINITY],
      ["z", expect.closeTo(0.5 * Math.log(0.5), 14)],
    ]);
    expect(unseen.value).toBe(Number.POSITIVE_INFINITY);
    expect(contributions({ x: 1, y: 4, z: 5 }, { z: 10 }, { measure: "kl", limit: 0 })).toEqual({
      ...{ measure: "kl", value: Number.POSITIVE_INFINITY },
      ...{ terms: [], rest: Number.POSITIVE_INFINITY },
    });
  });

  test("says what belongs to a key, in the unit of base", () => {
    const result = contributions(
      new Map([
        ["tea", 3],
        ["milk", 1],
      ]),
      { milk: 2, sugar: 2 },
      { base: 2 },
    );
    expectTypeOf(result).toEqualTypeOf<Contributions<string>>();
    expect(result.terms).toEqual([
      { key: "tea", term: 0.375, a: 3, b: 0, p: 0.75, q: 0 },
      { key: "sugar", term: 0.25, a: 0, b: 2, p: 0, q: 0.5 },
      {
        key: "milk",
        term: expect.closeTo(0.5 * (0.25 * Math.log2(2 / 3) + 0.5 * Math.log2(4 / 3)), 15),
        a: 1,
        b: 2,
        p: 0.25,
        q: 0.5,
      },
    ]);
  });

  test("takes counts apart that are entries, and adds up those of the same key", () => {
    const entries = [
      [1, 2],
      [2, 1],
      [1, 3],
    ] as const;
    expect(termsByKey(contributions(entries, [0, 5, 1])).map(({ a, b }) => [a, b])).toEqual([
      [0, 0],
      [5, 5],
      [1, 1],
    ]);
  });

  test("refuses what it cannot compare", () => {
    expect(() => contributions({ a: -1 }, { a: 1 })).toThrow(
      new RangeError('contributions: the count of "a" in a is -1; counts must be finite and >= 0'),
    );
    expect(() => contributions({ a: 1 }, { a: 0 })).toThrow(
      new RangeError("contributions: b sums to 0; at least one number must be positive"),
    );
    expect(() => contributions({ a: 1 }, 5 as never)).toThrow(/^contributions: b is number; it must be a Map/);
    expect(() => contributions([1], [1], { measure: "jsd" as never })).toThrow(
      new RangeError(
        'contributions: measure is "jsd"; it must be one of "js", "kl", "psi", "g2", "hellinger", "totalVariation"',
      ),
    );
    expect(() => contributions([1], [1], { measure: 1 as never })).toThrow(TypeError);
    expect(() => contributions([1], [1], { limit: 1.5 })).toThrow(
      new RangeError("contributions: limit is 1.5; it must be an integer >= 0"),
    );
    expect(() => contributions([1], [1], { measure: "g2", base: 2 })).toThrow(
      new TypeError('contributions: base is for measures in nats; "g2" has no unit'),
    );
    expect(() => contributions([1], [1], { top: 3 } as never)).toThrow(/^contributions: unknown option "top"/);
  });
});
