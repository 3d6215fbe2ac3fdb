import { describe, expect, test } from "vitest";
import { adjustPValues, type Correction } from "../../src/evidence/index.js";
import { references } from "../counts/samples.js";
import { uniform } from "./random.js";

const CORRECTIONS: Correction[] = ["benjaminiHochberg", "holm"];

describe("adjustPValues", () => {
  test.each(CORRECTIONS)("%s as SciPy and its definition have it", (correction) => {
    for (const reference of references.corrections) {
      const adjusted = adjustPValues(reference.pValues, correction);
      const exact = reference[correction];
      expect(adjusted.length).toBe(exact.length);
      adjusted.forEach((p, i) => {
        expect(Math.abs(p - exact[i])).toBeLessThanOrEqual(4e-16 * exact[i]);
      });
    }
  });

  test("the example of Benjamini and Hochberg (1995): four are found where Bonferroni finds three", () => {
    const pValues = [
      ...[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344],
      ...[0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1],
    ];
    const found = (correction: Correction) => adjustPValues(pValues, correction).filter((p) => p <= 0.05).length;
    expect(found("benjaminiHochberg")).toBe(4);
    expect(found("holm")).toBe(3);
  });

  test("keeps the order, equal ones equal, and never exceeds 1", () => {
    for (const correction of CORRECTIONS) {
      expect([...adjustPValues([0.9, 0.2, 0.9, 1, 0.2], correction)]).toEqual(
        correction === "holm" ? [1, 1, 1, 1, 1] : [1, 0.5, 1, 1, 0.5],
      );
      expect([...adjustPValues([0, 0, 1], correction)]).toEqual([0, 0, 1]);
    }
    expect(adjustPValues([0.01, 0.04])).toEqual(adjustPValues([0.01, 0.04], "benjaminiHochberg"));
  });

  test("of tests of nothing, one in twenty times any is significant", () => {
    const random = uniform(5);
    const repetitions = 4000;
    for (const correction of CORRECTIONS) {
      let found = 0;
      for (let i = 0; i < repetitions; i++) {
        const pValues = Array.from({ length: 20 }, random);
        if (adjustPValues(pValues, correction).some((p) => p <= 0.05)) found++;
      }
      // to four standard errors
      expect(Math.abs(found / repetitions - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / repetitions));
    }
  });

  test("refuses what is no probability, and unknown corrections", () => {
    expect(() => adjustPValues([0.5, 1.5])).toThrow(
      new RangeError("adjustPValues: pValues[1] is 1.5; it must be from 0 to 1"),
    );
    expect(() => adjustPValues([Number.NaN])).toThrow(RangeError);
    expect(() => adjustPValues([0.5], "bonferroni" as never)).toThrow(
      new RangeError('adjustPValues: correction is "bonferroni"; it must be "benjaminiHochberg" or "holm"'),
    );
    expect(() => adjustPValues([0.5], 5 as never)).toThrow(TypeError);
  });
});
