import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type EntropyMean,
  mutualInformation,
  type NormalizedMutualInformationOptions,
  normalizedMutualInformation,
} from "../../src/evidence/index.js";
import { entropy, klDivergence } from "../../src/index.js";
import { expectError } from "./random.js";
import { expectWithin, references } from "./references.js";

const { informations } = references;
const normalize = true;

describe("against exact values", () => {
  test.each(informations.map((it, i) => [i, it.joint.length, it.information, it] as const))(
    "%d: %d cells, %s nats",
    (_, _cells, _information, { joint, rowLength, information, normalized }) => {
      expectWithin(mutualInformation(joint, { rowLength, normalize }), information, 4e-15);
      for (const [mean, exact] of Object.entries(normalized)) {
        const options = { rowLength, normalize, mean: mean as EntropyMean };
        expectWithin(normalizedMutualInformation(joint, options), exact, 4e-15);
      }
    },
  );

  test("down to 1e-30", () => {
    expect(Math.min(...informations.map(({ information }) => Number(information)))).toBeLessThan(1e-29);
  });
});

describe("mutualInformation", () => {
  const table = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })).chain(([rows, columns]) =>
    fc.record({
      joint: fc
        .array(fc.nat(1000), { minLength: rows * columns, maxLength: rows * columns })
        .filter((cells) => cells.some((x) => x > 0)),
      rowLength: fc.constant(columns),
    }),
  );

  test("is KL of the table from its margins' product, symmetric, at most either entropy", () => {
    fc.assert(
      fc.property(table, ({ joint, rowLength }) => {
        const rows = joint.length / rowLength;
        const value = mutualInformation(joint, { rowLength, normalize });
        const cellsOf = (r: number) => joint.slice(r * rowLength, (r + 1) * rowLength);
        const ofRows = Array.from({ length: rows }, (_, r) => cellsOf(r).reduce((sum, x) => sum + x));
        const ofColumns = Array.from({ length: rowLength }, (_, j) =>
          ofRows.reduce((sum, _row, r) => sum + joint[r * rowLength + j], 0),
        );
        const independent = ofRows.flatMap((x) => ofColumns.map((y) => x * y));
        expect(value).toBeCloseTo(klDivergence(joint, independent, { normalize }), 13);
        expect(value).toBeGreaterThanOrEqual(0);
        for (const margin of [ofRows, ofColumns]) {
          expect(value).toBeLessThanOrEqual(entropy(margin, { normalize }) + 1e-14);
        }
        const transposed = ofColumns.flatMap((_, j) => ofRows.map((_row, r) => joint[r * rowLength + j]));
        const other = mutualInformation(transposed, { rowLength: rows, normalize });
        expect(Math.abs(other - value)).toBeLessThanOrEqual(1e-14 * value);
      }),
    );
  });

  test("is 0, exactly, of counts that are independent", () => {
    const factors = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(factors, factors, (rows, columns) => {
        const joint = rows.flatMap((x) => columns.map((y) => x * y));
        fc.pre(joint.some((x) => x > 0));
        expect(mutualInformation(joint, { rowLength: columns.length, normalize })).toBe(0);
      }),
    );
  });

  test("units, types, extremes", () => {
    expect(mutualInformation([0.5, 0, 0, 0.5], { rowLength: 2 })).toBe(Math.LN2);
    expect(mutualInformation([0.5, 0, 0, 0.5], { rowLength: 2, base: 2 })).toBe(1);
    expect(mutualInformation(Float32Array.of(0.5, 0, 0, 0.5), { rowLength: 2, base: 4 })).toBe(0.5);
    expect(mutualInformation([0.2, 0.8], { rowLength: 2 })).toBe(0);
    expect(mutualInformation([1], { rowLength: 1 })).toBe(0);
    // a product of margins that underflows: mpmath
    expectWithin(mutualInformation([1, 0, 0, 1e-200], { rowLength: 2 }), "4.6151701859880913680e-198", 1e-14);
    expectWithin(mutualInformation([1e-140, 0, 0, 3e-140], { rowLength: 2, normalize }), "0.56233514461880835", 1e-14);
    expectWithin(mutualInformation([1e140, 0, 0, 3e140], { rowLength: 2, normalize }), "0.56233514461880835", 1e-14);
  });

  test("rows of many chunks", () => {
    const columns = 10_000;
    const joint = Float64Array.from(
      { length: 2 * columns },
      (_, i) => 1 + (((i % columns) * 7 + (i >= columns ? 3 : 0)) % 11),
    );
    const transposed = Float64Array.from(joint, (_, i) => joint[(i % 2) * columns + (i >> 1)]);
    const value = mutualInformation(joint, { rowLength: columns, normalize });
    expect(value).toBeGreaterThan(0.01);
    expectWithin(value, mutualInformation(transposed, { rowLength: 2, normalize }), 1e-14);
  });
});

describe("normalizedMutualInformation", () => {
  test("is 1 where each variable tells the other, 0 where they are independent", () => {
    for (const mean of ["arithmetic", "geometric", "min", "max", "joint"] as const) {
      expect(normalizedMutualInformation([3, 0, 0, 4], { rowLength: 2, normalize, mean })).toBe(1);
      expect(normalizedMutualInformation([3, 6, 4, 8], { rowLength: 2, normalize, mean })).toBe(0);
    }
    // columns tell rows, but not the other way round
    const options = { rowLength: 3, mean: "min" } as const;
    expect(normalizedMutualInformation([0.25, 0.25, 0, 0, 0, 0.5], options)).toBe(1);
  });
});

describe("errors", () => {
  const joint = [0.25, 0.25, 0.25, 0.25];
  test.each([
    [() => mutualInformation(joint, undefined as never), TypeError, /^mutualInformation: rowLength is undefined/],
    [() => mutualInformation(joint, {} as never), TypeError, /^mutualInformation: rowLength is undefined/],
    [
      () => mutualInformation(joint, { rowLength: 3 }),
      RangeError,
      /^mutualInformation: joint has 4 numbers, not a multiple/,
    ],
    [() => mutualInformation(joint, { rowLength: 2, row: 1 } as never), TypeError, /unknown option "row"/],
    [
      () => mutualInformation([1, 2, 3, 4], { rowLength: 2 }),
      RangeError,
      /^mutualInformation: joint sums to 10, not to 1/,
    ],
    [() => mutualInformation([0, 0], { rowLength: 1, normalize }), RangeError, /^mutualInformation: joint sums to 0/],
    [
      () => mutualInformation([1e155, 1], { rowLength: 1, normalize }),
      RangeError,
      /^mutualInformation: joint sums to 1e\+155.*scale it$/,
    ],
    [
      () => mutualInformation([0.5, -0.5], { rowLength: 1 }),
      RangeError,
      "mutualInformation: joint[1] is -0.5; probabilities must be finite and >= 0",
    ],
    [
      // it has no option `input`
      () => mutualInformation([1, 2], { rowLength: 1 }),
      RangeError,
      "mutualInformation: joint sums to 3, not to 1; for counts or weights pass { normalize: true }",
    ],
    [
      () => mutualInformation(Uint16Array.of(1, 2), { rowLength: 1 }),
      TypeError,
      /joint is \[object Uint16Array\]; .*; for counts or weights pass { normalize: true }$/,
    ],
    [() => mutualInformation(7 as never, { rowLength: 1 }), TypeError, /^mutualInformation: joint is number/],
    [
      () => mutualInformation(joint, { rowLength: 2, normalize: 1 as never }),
      TypeError,
      /normalize is number; it must be a boolean/,
    ],
    [() => mutualInformation(joint, { rowLength: 2, base: -2 }), RangeError, /^mutualInformation: base is -2/],
    [
      () =>
        normalizedMutualInformation(joint, {
          rowLength: 2,
          mean: "harmonic",
        } as unknown as NormalizedMutualInformationOptions),
      RangeError,
      /mean is "harmonic"; it must be one of "arithmetic"/,
    ],
    [
      () => normalizedMutualInformation([1, 0], { rowLength: 2, mean: "max" }),
      RangeError,
      /the entropy to divide by is 0/,
    ],
    [
      () => normalizedMutualInformation([0.5, 0.5], { rowLength: 2, mean: "min" }),
      RangeError,
      /the entropy to divide by is 0/,
    ],
  ] as const)("%s", (call, type, message) => expectError(call, type, message));
});
