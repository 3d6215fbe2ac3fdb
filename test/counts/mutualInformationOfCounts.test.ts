import { describe, expect, test } from "vitest";
import { align, mutualInformationOfCounts, tally } from "../../src/counts/index.js";
import { estimateMutualInformation, gTest, mutualInformation } from "../../src/evidence/index.js";
import { isLong, thin } from "../long.js";
import { simulateTables } from "./coverage.js";
import { references } from "./samples.js";

describe("mutualInformationOfCounts", () => {
  test.each(references.dependences)("of $table, as at 50 digits", ({ table, rowLength, ends }) => {
    const options = { rowLength, permutations: 0 };
    const { value, interval, plugIn, millerMadow, standardError } = mutualInformationOfCounts(table, options);
    [value, ...interval].forEach((own, i) => {
      expect(Math.abs(own - Number(ends[i]))).toBeLessThanOrEqual(1e-12);
    });
    expect(plugIn).toBe(mutualInformation(table, { rowLength, normalize: true }));
    expect(millerMadow).toBe(estimateMutualInformation(table, { rowLength }).value);
    expect(standardError).toBeCloseTo((interval[1] - interval[0]) / (2 * 1.959963984540054), 14);
  });

  test("rows and columns can be exchanged, nested, and have rows of zeros", () => {
    const own = mutualInformationOfCounts([9, 1, 4, 2, 8, 1], { rowLength: 3, permutations: 0 });
    const turned = mutualInformationOfCounts([9, 2, 1, 8, 4, 1], { rowLength: 2, permutations: 0 });
    const nested = [
      [9, 0, 1, 4],
      [0, 0, 0, 0],
      [2, 0, 8, 1],
    ];
    for (const other of [turned, mutualInformationOfCounts(nested, { permutations: 0 })]) {
      expect(other.value).toBeCloseTo(own.value, 13);
      expect(other.interval[1]).toBeCloseTo(own.interval[1], 12);
      expect(other.plugIn).toBeCloseTo(own.plugIn, 14);
    }
    expect(own).toMatchObject({ size: 25, confidence: 0.95, exceeding: 0 });
    const { counts } = align(tally("aabca"), tally("bbdb"));
    const aligned = mutualInformationOfCounts(counts, { permutations: 0 });
    expect(aligned.plugIn).toBe(mutualInformation([3, 1, 1, 0, 0, 3, 0, 1], { rowLength: 4, normalize: true }));
  });

  test("base divides the value, what is not corrected, and the interval", () => {
    const [nats, bits] = [undefined, 2].map((base) =>
      mutualInformationOfCounts([30, 10, 12, 28], { rowLength: 2, base, permutations: 0 }),
    );
    expect(bits.value * Math.LN2).toBeCloseTo(nats.value, 14);
    expect(bits.plugIn * Math.LN2).toBeCloseTo(nats.plugIn, 14);
    expect(bits.interval[1] * Math.LN2).toBeCloseTo(nats.interval[1], 14);
    const halves = mutualInformationOfCounts([30, 10, 12, 28], { rowLength: 2, base: 0.5, permutations: 0 });
    expect(halves.interval[0]).toBeCloseTo(-bits.interval[1], 14);
    expect(halves.standardError).toBeCloseTo(bits.standardError, 14);
    // a variable that tells the other: at most one bit
    const whole = mutualInformationOfCounts([500, 0, 0, 500], { rowLength: 2, base: 2, permutations: 0 });
    expect(whole.interval[1]).toBe(1);
    expect(whole.value).toBeGreaterThan(0.99);
  });

  test("the p-value is that of all tables of the same margins", () => {
    // of the 252 ways to deal 5 of 10, two have all in one cell a row
    const { pValue, exceeding, permutations } = mutualInformationOfCounts([5, 0, 0, 5], {
      ...{ rowLength: 2, permutations: 20_000, seed: 3 },
    });
    const exact = 2 / 252;
    expect(Math.abs(pValue - exact)).toBeLessThan(4 * Math.sqrt(exact / 20_000));
    expect(pValue).toBe((exceeding + 1) / (permutations + 1));
    // of many observations, that of χ²
    const table = [300, 260, 240, 210, 205, 240];
    const many = mutualInformationOfCounts(table, { rowLength: 3, permutations: 4999 });
    const chi = gTest(table, { rowLength: 3 }).pValue;
    expect(Math.abs(many.pValue - chi)).toBeLessThan(4 * Math.sqrt(chi / 5000));
  });

  test("one seed, one result; another, another", () => {
    const of = (seed: number) => mutualInformationOfCounts([9, 5, 4, 7], { rowLength: 2, seed });
    expect(of(4)).toEqual(of(4));
    expect(new Set(Array.from({ length: 8 }, (_, seed) => of(seed).exceeding)).size).toBeGreaterThan(1);
    expect(of(4).interval).toEqual(of(5).interval);
  });

  test("a row that was never seen leaves open what it would tell", () => {
    expect(mutualInformationOfCounts([9, 5], { rowLength: 2, permutations: 0 })).toMatchObject({
      ...{ value: 0, plugIn: 0, millerMadow: 0, interval: [0, 0], standardError: 0, pValue: Number.NaN },
    });
    for (const table of [
      [9, 5, 0, 0],
      [9, 0, 5, 0],
    ]) {
      expect(mutualInformationOfCounts(table, { rowLength: 2, base: 2 })).toMatchObject({
        ...{ value: 0, interval: [0, 1], pValue: 1 },
      });
    }
  });

  test("to the bit", () => {
    const of = (table: number[]) => {
      const { value, interval, exceeding } = mutualInformationOfCounts(table, { rowLength: 3, seed: 5 });
      return [value, ...interval, exceeding];
    };
    expect(of([530, 120, 88, 541, 100, 86, 230, 17, 55])).toEqual([
      0.007196778053155594, 0.003207908365709924, 0.014641454889471642, 0,
    ]);
    expect(of([300, 260, 240, 210, 205, 240])).toEqual([
      0.002065906345956442, 0.0003200490823383683, 0.008066461046348049, 19,
    ]);
  });

  test("as many observations as no memory has are permuted", () => {
    const table = [5e8, 5.0005e8, 5e8, 5e8];
    const { pValue } = mutualInformationOfCounts(table, { rowLength: 2, permutations: 199 });
    const chi = gTest(table, { rowLength: 2 }).pValue;
    expect(Math.abs(pValue - chi)).toBeLessThan(4 * Math.sqrt(chi / 200));
  });

  test("refuses what is no table of counts", () => {
    const two = { rowLength: 2 };
    expect(() => mutualInformationOfCounts([1, 2.5, 3, 4], two)).toThrow(
      new RangeError("mutualInformationOfCounts: table[1] is 2.5; counts must be integers, of things observed"),
    );
    expect(() => mutualInformationOfCounts([1, -2, 3, 4], two)).toThrow(/^mutualInformationOfCounts: table\[1\] is -2/);
    expect(() => mutualInformationOfCounts([0, 0, 0, 0], two)).toThrow(/^mutualInformationOfCounts: table sums to 0/);
    expect(() => mutualInformationOfCounts([1e12, 2, 3, 4], two)).toThrow(
      /observations, too many to permute; pass permutations: 0/,
    );
    expect(() => mutualInformationOfCounts([0, 1, 0, 0], two)).toThrow(
      "mutualInformationOfCounts: table has one observation; it must have two at least",
    );
    expect(() => mutualInformationOfCounts([1, 2, 3], two)).toThrow(RangeError);
    expect(() => mutualInformationOfCounts([1, 2], { ...two, confidence: 95 })).toThrow(/confidence is 95/);
    expect(() => mutualInformationOfCounts([1, 2], { ...two, permutations: -1 })).toThrow(/permutations is -1/);
    expect(() => mutualInformationOfCounts([1, 2], { ...two, seed: 0.5 })).toThrow(/seed is 0.5/);
    expect(() => mutualInformationOfCounts([1, 2], { ...two, level: 1 } as never)).toThrow(TypeError);
  });
});

describe("by simulation", () => {
  const repetitions = isLong ? 1000 : 100;
  const coverages: number[] = [];
  const cases = ["independent", "nearly independent", "dependent, Zipf", "one in four off the diagonal"].flatMap(
    (variables) =>
      [[2, 200] as const, [5, 25] as const, [10, 200] as const].map(([length, size]) => ({ variables, length, size })),
  );

  // in the quick run each of one size
  test.each(
    thin(
      cases,
      cases.filter((_, i) => i % 3 === Math.floor(i / 3) % 3),
    ),
  )("$variables, $length rows and columns, $size observations", ({ variables, length, size }) => {
    const { coverage, mean, truth, error, plugInError } = simulateTables(
      variables,
      [length, length],
      size,
      repetitions,
    );
    coverages.push(coverage);
    const beside = (share: number) => 3 * Math.sqrt((share * (1 - share)) / repetitions);
    expect(coverage).toBeGreaterThan(0.92 - beside(0.92));
    expect(coverage).toBeLessThan(0.98 + beside(0.98));
    expect(error).toBeLessThan(1.05 * plugInError);
    expect(Math.abs(mean - truth)).toBeLessThan(plugInError / 2);
  });

  test("of all cases together, the intervals are neither too narrow nor too wide", () => {
    const mean = coverages.reduce((total, coverage) => total + coverage, 0) / coverages.length;
    expect(mean).toBeGreaterThan(0.93);
    expect(mean).toBeLessThan(0.97);
  });

  test("where one variable tells the other, the interval reaches what it tells", () => {
    expect(simulateTables("one tells the other", [5, 5], 125, repetitions).coverage).toBeGreaterThan(0.95);
  });
});
