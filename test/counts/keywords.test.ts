import { describe, expect, expectTypeOf, test } from "vitest";
import { type Keyword, keywords } from "../../src/counts/index.js";
import { adjustPValues, keyness } from "../../src/evidence/index.js";
import { expectWithin } from "../evidence/references.js";
import { references } from "./samples.js";

const BOUNDS = {
  ...{ g2: 4e-15, pValue: 3e-14, bic: 1e-14 },
  ...{ logRatio: 2e-15, percentDifference: 2e-15, oddsRatio: 2e-15 },
} as const;

describe("keywords", () => {
  test.each(references.keywords.map((reference, i) => [i, reference] as const))("pair %i", (_, { a, b, words }) => {
    const all = keywords(a, b);
    expect(all.length).toBe(a.length);
    for (const word of all) {
      const exact = words[word.key];
      for (const [name, bound] of Object.entries(BOUNDS)) {
        expectWithin(word[name as keyof typeof BOUNDS], exact[name], bound);
      }
      expect([word.a, word.b]).toEqual([a[word.key], b[word.key]]);
      expect(word.g2).toBe(keyness(a, b)[word.key]);
    }
    const sizes = all.map(({ g2 }) => Math.abs(g2));
    expect(sizes).toEqual([...sizes].sort((x, y) => y - x));
  });

  test("rare keys are left out before p-values are corrected", () => {
    const a = { tea: 30, milk: 5, sugar: 2, lemon: 1 };
    const b = { tea: 10, milk: 25, salt: 1 };
    const all = keywords(a, b);
    expectTypeOf(all).toEqualTypeOf<Keyword<"tea" | "milk" | "sugar" | "lemon" | "salt">[]>();
    expect(all.map(({ key }) => key)).toEqual(["milk", "tea", "sugar", "salt", "lemon"]);
    const common = keywords(a, b, { minimumCount: 2 });
    expect(common.map(({ key }) => key)).toEqual(["milk", "tea", "sugar"]);
    // G² is that of the whole samples
    expect(common.map(({ g2 }) => g2)).toEqual(all.slice(0, 3).map(({ g2 }) => g2));
    for (const correction of ["benjaminiHochberg", "holm"] as const) {
      const words = keywords(a, b, { minimumCount: 2, correction });
      const pValues = words.map(({ pValue }) => pValue);
      expect(words.map(({ adjustedPValue }) => adjustedPValue)).toEqual([...adjustPValues(pValues, correction)]);
      expect(keywords(a, b, { minimumCount: 2, correction, limit: 1 })).toEqual(words.slice(0, 1));
    }
  });

  test("effect sizes of what one sample does not have are infinite", () => {
    const [tea, milk] = keywords({ tea: 5, milk: 5 }, { milk: 10 });
    expect(tea).toMatchObject({ logRatio: Number.POSITIVE_INFINITY, percentDifference: Number.POSITIVE_INFINITY });
    expect(tea.oddsRatio).toBe(Number.POSITIVE_INFINITY);
    expect(milk).toMatchObject({ key: "milk", logRatio: -1, percentDifference: -50, oddsRatio: 0 });
    const [, unseen] = keywords({ milk: 10 }, { milk: 5, tea: 5 });
    expect(unseen).toMatchObject({
      key: "tea",
      logRatio: Number.NEGATIVE_INFINITY,
      percentDifference: -100,
      oddsRatio: 0,
    });
  });

  test("refuses what it cannot compare", () => {
    expect(() => keywords({ a: 1 }, {})).toThrow(
      new RangeError("keywords: b sums to 0; at least one number must be positive"),
    );
    expect(() => keywords({ a: 1 }, { a: 2 }, { minimumCount: 9 })).toThrow(
      new RangeError("keywords: minimumCount is 9; no key has as many occurrences in a and b together"),
    );
    expect(() => keywords({ a: 1 }, { a: 2 }, { correction: "bonferroni" as never })).toThrow(
      /^keywords: correction is/,
    );
    expect(() => keywords({ a: 1 }, { a: 2 }, { limit: -1 })).toThrow(/^keywords: limit is -1/);
    expect(() => keywords({ a: 1 }, { a: 2 }, { minimum: 1 } as never)).toThrow(/minimumCount/);
  });
});
