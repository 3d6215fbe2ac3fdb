import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  chiSquaredTail,
  type GTest,
  gTest,
  gTestOfTwoSamples,
  keyness,
  mutualInformation,
} from "../../src/evidence/index.js";
import { klDivergence } from "../../src/index.js";
import { expectError } from "./random.js";
import { expectWithin, references, relativeError } from "./references.js";

const { tails, fits, tables, keynesses } = references;

describe("chiSquaredTail", () => {
  test.each(tails.map((it) => [it.statistic, it.degreesOfFreedom, it.p] as const))(
    "of %d with %d degrees of freedom is %s",
    (statistic, degreesOfFreedom, p) => {
      const value = chiSquaredTail(statistic, degreesOfFreedom);
      expectWithin(value, p, 2e-14 + 1e-15 * -Math.log(Number(p)));
    },
  );

  test("of very many degrees of freedom", () => {
    // mpmath: gammainc(5e6, 5e6, inf, regularized=True)
    expectWithin(chiSquaredTail(1e7, 1e7), "0.49994052919606216232", 1e-13);
  });

  test("at its ends", () => {
    expect(chiSquaredTail(0, 3)).toBe(1);
    expect(chiSquaredTail(Infinity, 3)).toBe(0);
    expect(chiSquaredTail(1e9, 3)).toBe(0);
    expect(chiSquaredTail(1e-9, 1e6)).toBe(1);
  });

  test("errors", () => {
    expect(() => chiSquaredTail(-1, 3)).toThrow(new RangeError("chiSquaredTail: statistic is -1; it must be >= 0"));
    expect(() => chiSquaredTail(Number.NaN, 3)).toThrow(RangeError);
    expect(() => chiSquaredTail(1, 0)).toThrow(
      new RangeError("chiSquaredTail: degreesOfFreedom is 0; it must be at least 1, and finite"),
    );
    expect(() => chiSquaredTail(1, Infinity)).toThrow(RangeError);
    expect(() => chiSquaredTail("1" as unknown as number, 1)).toThrow(
      new TypeError("chiSquaredTail: statistic is string; it must be a number"),
    );
  });
});

/** How far a p-value may be off that is made of a statistic with an error of 4e-15. */
const boundOf = ({ statistic, degreesOfFreedom }: GTest) => 2e-14 + 2e-15 * Math.max(0, statistic - degreesOfFreedom);

function expectLike(result: GTest, expected: (typeof fits)[number] | (typeof tables)[number]): void {
  expectWithin(result.statistic, expected.statistic, 4e-15);
  expectWithin(result.divergence, expected.divergence, 4e-15);
  expectWithin(result.cohensW, expected.cohensW, 4e-15);
  expect(result.degreesOfFreedom).toBe(expected.degreesOfFreedom);
  expectWithin(result.pValue, expected.pValue, boundOf(result));
  if (expected.scipy) {
    const { statistic, pValue } = expected.scipy;
    if (statistic !== null) expectWithin(result.statistic, statistic, 1e-12);
    if (pValue !== null) expectWithin(result.pValue, pValue, 1.5e-12);
  }
}

describe("of counts", () => {
  test.each(fits.map((it, i) => [i, it.counts.length, it.statistic, it] as const))(
    "%d: %d classes, G = %s",
    (_, _k, _g, it) => {
      const { counts, expected, parametersEstimated } = it;
      const result = gTest(counts, expected, { parametersEstimated, contributions: true });
      expectLike(result, it);
      const corrected = gTest(counts, expected, { parametersEstimated, williams: true });
      expectWithin(corrected.statistic, it.williams.statistic, 4e-15);
      expectWithin(corrected.pValue, it.williams.pValue, boundOf(corrected));
      // the effect size is that of the data
      expect(corrected.divergence).toBe(result.divergence);
      expect(corrected.cohensW).toBe(result.cohensW);
      it.contributions?.forEach((exact, i) => {
        expectWithin(result.contributions?.[i] as number, exact, 4e-15);
      });
    },
  );

  test("SciPy is right in most", () => {
    const known = [...fits, ...tables].filter(({ scipy }) => typeof scipy?.statistic === "number");
    expect(known.length).toBeGreaterThan(20);
    expect(known.filter(({ scipy }) => typeof scipy?.pValue === "number").length).toBeGreaterThan(15);
  });

  test("the divergence is that of the kernels, in any unit", () => {
    const [counts, expected] = [
      [5, 9, 1, 0],
      [0.1, 0.6, 0.2, 0.1],
    ];
    const { divergence, statistic, count, contributions } = gTest(counts, expected, { contributions: true });
    expectWithin(divergence, klDivergence(counts, expected, { normalize: true }), 1e-15);
    expect(count).toBe(15);
    expectWithin(statistic, 30 * divergence, 1e-15);
    expectWithin(gTest(counts, expected, { base: 2 }).divergence, divergence / Math.LN2, 1e-15);
    expect(gTest(counts, expected, { base: 2 }).statistic).toBe(statistic);
    expect(contributions).toHaveLength(4);
    expectWithin(contributions?.reduce((sum, x) => sum + Math.abs(x), 0) as number, statistic, 1e-15);
  });

  test("f32 arrays are computed in f64", () => {
    const [counts, expected] = [Float32Array.of(5, 9, 1, 0), Float32Array.of(0.1, 0.6, 0.2, 0.1)];
    expect(gTest(counts, expected)).toEqual(gTest([...counts], [...expected]));
    expect(gTest(Int32Array.of(5, 9), expected.subarray(0, 2))).toEqual(gTest([5, 9], [...expected.subarray(0, 2)]));
  });

  test("rows of many chunks", () => {
    const counts = Float64Array.from({ length: 10_001 }, (_, i) => 1 + (i % 7));
    const total = counts.reduce((sum, x) => sum + x);
    const expected = new Float64Array(10_001).fill(1);
    const { statistic, degreesOfFreedom } = gTest(counts, expected);
    let g = 0;
    for (const n of counts) g += 2 * n * Math.log((n * 10_001) / total);
    expect(degreesOfFreedom).toBe(10_000);
    expectWithin(statistic, g, 1e-11);
  });

  test("zeros", () => {
    // a class that is expected never is none, unless it was observed
    const { contributions, ...result } = gTest([3, 4, 0], [0.5, 0.5, 0], { contributions: true });
    expect(result).toEqual(gTest([3, 4], [0.5, 0.5]));
    expect(contributions?.[2]).toBe(0);
    const impossible = gTest([3, 4, 1], [0.5, 0.5, 0], { contributions: true });
    expect(impossible).toMatchObject({ statistic: Infinity, pValue: 0, divergence: Infinity, cohensW: Infinity });
    expect(impossible.degreesOfFreedom).toBe(1);
    expect(impossible.contributions?.[2]).toBe(Infinity);
    const certain = { statistic: Infinity, pValue: 0, divergence: Infinity, cohensW: Infinity, degreesOfFreedom: 0 };
    expect(gTest([10, 1], [1, 0])).toMatchObject({ ...certain, count: 11 });
    expect(gTest([10, 1], [1, 0], { williams: true, contributions: true, base: 2 })).toMatchObject(certain);
    expect(gTest([10, 5, 1], [1, 1, 0], { parametersEstimated: 3 })).toMatchObject(certain);
    expect(gTest([0, 1], [1, 0])).toMatchObject(certain);
    // more impossible classes than a call of the kernel takes
    const counts = Float64Array.from({ length: 10_000 }, (_, i) => (i === 9999 ? 1 : i < 2 ? 5 : 0));
    const expected = Float64Array.from(counts, (_, i) => (i < 2 ? 1 : 0));
    expect(gTest(counts, expected)).toMatchObject({ ...certain, degreesOfFreedom: 1 });
    expect(() => gTest([10, 0], [1, 0])).toThrow("leave no degree of freedom");
    expect(gTest([1, 1, 1], [1, 1, 1])).toMatchObject({ statistic: 0, pValue: 1, divergence: 0, cohensW: 0 });
  });

  test("only proportions of what is expected matter", () => {
    const counts = fc.array(fc.nat(1000), { minLength: 3, maxLength: 3 }).filter((n) => n.some((x) => x > 0));
    fc.assert(
      fc.property(counts, fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 3, maxLength: 3 }), (n, weights) => {
        const one = gTest(n, weights);
        const other = gTest(
          n,
          weights.map((weight) => weight * 1024),
        );
        expect(other).toEqual(one);
      }),
    );
  });
});

describe("of tables", () => {
  test.each(tables.map((it, i) => [i, it.table.length, it.statistic, it] as const))(
    "%d: %d cells, G = %s",
    (_, _k, _g, it) => {
      const { table, rowLength } = it;
      const result = gTest(table, { rowLength, contributions: true });
      expectLike(result, it);
      expectWithin(result.cramersV, it.cramersV, 4e-15);
      const corrected = gTest(table, { rowLength, williams: true });
      expectWithin(corrected.statistic, it.williams.statistic, 4e-15);
      expectWithin(corrected.pValue, it.williams.pValue, boundOf(corrected));
      expect(corrected.cramersV).toBe(result.cramersV);
      it.contributions?.forEach((exact, i) => {
        expectWithin(result.contributions?.[i] as number, exact, 4e-15);
      });
      expect(result.divergence).toBe(mutualInformation(table, { rowLength, normalize: true }));
    },
  );

  test("rows and columns of zeros add no degree of freedom", () => {
    const { contributions, ...result } = gTest([1, 0, 5, 0, 0, 0, 7, 0, 2], { rowLength: 3, contributions: true });
    const { contributions: own, ...without } = gTest([1, 5, 7, 2], { rowLength: 2, contributions: true });
    expect(result).toEqual(without);
    expect(Array.from(contributions as Float64Array).filter((x) => x !== 0)).toEqual(Array.from(own as Float64Array));
    expect(result.degreesOfFreedom).toBe(1);
  });

  test("V is 1 where rows tell columns", () => {
    expectWithin(gTest([7, 0, 0, 7], { rowLength: 2 }).cohensW ** 2, 2 * Math.LN2, 1e-15);
    expect(gTest([2, 4, 3, 6], { rowLength: 2 })).toMatchObject({ statistic: 0, pValue: 1, cramersV: 0 });
  });
});

describe("keyness", () => {
  test.each(keynesses.map((it, i) => [i, it.a.length, it] as const))("%d: %d words", (_, _words, it) => {
    const values = keyness(it.a, it.b);
    expect(values).toHaveLength(it.a.length);
    it.keyness.forEach((exact, i) => {
      if (it.a[i] === 0 && it.b[i] === 0) expect(values[i]).toBe(0);
      else expectWithin(values[i], exact, 4e-15);
    });
  });

  test("is the signed G of a word against all others", () => {
    const counts = fc.array(fc.nat(100_000), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const [sumA, sumB] = [a, b].map((of) => of.reduce((sum, x) => sum + x));
        fc.pre(sumA > 0 && sumB > 0);
        const values = keyness(a, b);
        const reverse = keyness(b, a);
        for (let i = 0; i < 5; i++) {
          expect(values[i] + 0).toBeCloseTo(-reverse[i] + 0, 8);
          if (a[i] + b[i] === 0 || (a[i] === sumA && b[i] === sumB)) {
            expect(values[i]).toBe(0);
            continue;
          }
          const { statistic } = gTest([a[i], b[i], sumA - a[i], sumB - b[i]], { rowLength: 2 });
          expect(relativeError(Math.abs(values[i]), statistic)).toBeLessThanOrEqual(2e-14);
          expect(Math.sign(values[i])).toBe(Math.sign(a[i] * sumB - b[i] * sumA));
        }
      }),
    );
  });

  test("a vocabulary of 200,000 words", () => {
    const words = 200_000;
    const a = Float64Array.from({ length: words }, (_, i) => Math.floor(1e6 / (i + 1)));
    const b = Float64Array.from({ length: words }, (_, i) => Math.floor(3e6 / (i + 1) / (1 + (i % 3))));
    const values = keyness(a, b);
    const [sumA, sumB] = [a, b].map((of) => of.reduce((sum, x) => sum + x));
    for (const i of [0, 1, 2, 500, 199_999]) {
      const { statistic } = gTest([a[i], b[i], sumA - a[i], sumB - b[i]], { rowLength: 2 });
      expectWithin(Math.abs(values[i]), statistic, 2e-14);
    }
  });
});

describe("errors", () => {
  const bad = [
    [() => gTest([1, -2], [1, 1]), RangeError, "gTest: counts[1] is -2; counts must be finite and >= 0"],
    [
      () => gTest([1, 2], [1, Number.NaN]),
      RangeError,
      "gTest: expected[1] is NaN; what is expected must be finite and >= 0",
    ],
    [
      () => gTest([1, 2], [1, 1, 1]),
      RangeError,
      "gTest: expected has 3 numbers, counts has 2; they must be of one length",
    ],
    [() => gTest([], []), RangeError, "gTest: counts is empty"],
    [() => gTest([0, 0], [1, 1]), RangeError, "gTest: counts sums to 0; at least one number must be positive"],
    [() => gTest([1, 1], [0, 0]), RangeError, "gTest: expected sums to 0; at least one number must be positive"],
    [
      () => gTest([1e200, 1], [1, 1]),
      RangeError,
      "gTest: counts sums to 1e+200, not to anything from 1e-150 to 1e+150; scale it",
    ],
    [
      () => gTest([5], [1]),
      RangeError,
      /^gTest: 1 classes that are expected, and 0 parameters estimated, leave no degree/,
    ],
    [() => gTest([5, 6], [1, 1], { parametersEstimated: 1 }), RangeError, /leave no degree of freedom/],
    [
      () => gTest([5, 6], [1, 1], { parametersEstimated: -1 }),
      RangeError,
      "gTest: parametersEstimated is -1; it must be an integer >= 0",
    ],
    [
      () => gTest([5, 6], [1, 1], { parametersEstimated: "1" as never }),
      TypeError,
      "gTest: parametersEstimated is string; it must be a number",
    ],
    [
      () => gTest([5, 6], [1, 1], { williams: 1 as never }),
      TypeError,
      "gTest: williams is number; it must be a boolean",
    ],
    [() => gTest([5, 6], [1, 1], { base: 1 }), RangeError, /^gTest: base is 1/],
    [() => gTest([5, 6], [1, 1], { ddof: 1 } as never), TypeError, /^gTest: unknown option "ddof"; It takes/],
    [() => gTest([5, 6], [1, 1], null as never), TypeError, /options is null/],
    [() => gTest("abc" as never, [1, 1, 1]), TypeError, /^gTest: counts is string/],
    [() => gTest([1, "2"] as never, [1, 1]), TypeError, "gTest: counts[1] is string; counts must be numbers"],
    [
      () => gTest([1, 2, 3, 4], { rowLenght: 2 } as never),
      TypeError,
      /^gTest: unknown option "rowLenght"; did you mean "rowLength"/,
    ],
    [() => gTest([1, 2, 3], { rowLength: 2 }), RangeError, "gTest: table has 3 numbers, not a multiple of rowLength 2"],
    [
      () => gTest([1, 2, 3, 4], { rowLength: 2, parametersEstimated: 1 } as never),
      TypeError,
      /unknown option "parametersEstimated"/,
    ],
    [
      () => gTest([1, 2, 3, 4], { rowLength: 2 } as never, { williams: true }),
      TypeError,
      /^gTest: a table takes one object of options/,
    ],
    [() => gTest([1, 2, 0, 0], { rowLength: 2 }), RangeError, /^gTest: table has counts in one row only/],
    [() => gTest([1, 0, 2, 0], { rowLength: 2 }), RangeError, /^gTest: table has counts in one column only/],
    [
      () => gTest([0, 0, 0, 0], { rowLength: 2 }),
      RangeError,
      "gTest: table sums to 0; at least one number must be positive",
    ],
    [
      () => gTest([1, 2, Infinity, 4], { rowLength: 2 }),
      RangeError,
      "gTest: table[2] is Infinity; counts must be finite and >= 0",
    ],
    [
      () => keyness([1, 2], [1]),
      RangeError,
      "keyness: countsB has 1 numbers, countsA has 2; they must be of one length",
    ],
    [() => keyness([1, 2], [0, 0]), RangeError, "keyness: countsB sums to 0; at least one number must be positive"],
    [() => keyness([1, -1], [0, 1]), RangeError, "keyness: countsA[1] is -1; counts must be finite and >= 0"],
    [() => keyness(null as never, [0, 1]), TypeError, /^keyness: countsA is null/],
  ] as const;
  test.each(bad)("%s", (call, type, message) => expectError(call, type, message));
});

describe("without expected numbers", () => {
  const counts = [30, 14, 34, 45, 57, 20];
  const ones = counts.map(() => 1);

  test("all classes are expected alike", () => {
    expect(gTest(counts)).toEqual(gTest(counts, ones));
    const options = { williams: true, parametersEstimated: 1 };
    expect(gTest(Uint16Array.from(counts), options)).toEqual(gTest(counts, ones, options));
    expect(gTest({ data: counts, dims: [6] })).toEqual(gTest(counts, ones));
    expect(() => gTest([0, 0])).toThrow("gTest: counts sums to 0");
  });

  test("rows are a table, whose length they tell", () => {
    const expected = gTest(counts, { rowLength: 3 });
    expect(gTest([counts.slice(0, 3), counts.slice(3)])).toEqual(expected);
    expect(gTest({ data: counts, dims: [2, 3] })).toEqual(expected);
    expect(gTest({ data: counts, shape: [2, 3] }, { williams: true })).toEqual(
      gTest(counts, { rowLength: 3, williams: true }),
    );
  });
});

describe("gTestOfTwoSamples", () => {
  const [a, b] = [
    [10, 20, 30],
    [6, 9, 17],
  ];

  test("is the test of independence of both as rows", () => {
    expect(gTestOfTwoSamples(a, b)).toEqual(gTest([...a, ...b], { rowLength: 3 }));
    const options = { williams: true, contributions: true, base: 2 };
    expect(gTestOfTwoSamples(a, Int32Array.from(b), options)).toEqual(
      gTest([...a, ...b], { rowLength: 3, ...options }),
    );
    // SciPy 1.16: chi2_contingency([[10, 20, 30], [6, 9, 17]], lambda_="log-likelihood", correction=False).pvalue
    expect(gTestOfTwoSamples(a, b).pValue).toBeCloseTo(0.8719586542812692, 14);
  });

  test("names what is wrong", () => {
    expect(() => gTestOfTwoSamples(a, [1, 2])).toThrow(
      "gTestOfTwoSamples: b has 2 numbers, a has 3; they must be of one length",
    );
    expect(() => gTestOfTwoSamples(a, [1, -1, 2])).toThrow("gTestOfTwoSamples: b[1] is -1; counts must be finite");
    expect(() => gTestOfTwoSamples(a, [0, 0, 0])).toThrow("gTestOfTwoSamples: table has counts in one row only");
    expect(() => gTestOfTwoSamples(a, b, { rowLength: 3 } as object)).toThrow('unknown option "rowLength"');
    expect(() => gTestOfTwoSamples(a, b, { williams: 1 as never })).toThrow("gTestOfTwoSamples: williams is number");
  });
});
