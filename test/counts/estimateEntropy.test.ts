import { describe, expect, test } from "vitest";
import { type EntropyOptions, estimateEntropy, tally } from "../../src/counts/index.js";
import { entropy } from "../../src/index.js";
import { thin } from "../long.js";
import { countsOf, entropies } from "./references.js";

const optionsOf = (name: string, classes: number): EntropyOptions => {
  const [estimator, constant] = name.split(" ");
  if (estimator === "dirichlet") return { estimator, classes, constant: Number(constant) };
  const takesClasses = estimator === "jamesStein" || estimator === "nsb";
  return { estimator: estimator as "nsb", ...(takesClasses && { classes }) };
};

/** |actual - expected| over the larger of `expected` and `least`; 0 for two NaN. */
const errorOf = (actual: number, expected: number, least: number): number =>
  Object.is(actual, expected) ? 0 : Math.abs(actual - expected) / Math.max(Math.abs(expected), least);

describe("references", () => {
  // one of those of many classes in the quick run
  const [many] = entropies.filter(({ classes }) => classes >= 1e6);
  const quick = entropies.filter((reference) => reference.classes < 1e6 || reference === many);
  test.each(thin(entropies, quick))("$groups of $classes classes", (reference) => {
    const counts = countsOf(reference);
    const seen = reference.groups.length;
    expect(Object.keys(reference.expected).length).toBeGreaterThanOrEqual(10);
    for (const [name, [value, standardError]] of Object.entries(reference.expected)) {
      const estimate = estimateEntropy(counts, optionsOf(name, reference.classes));
      const isNsb = name === "nsb";
      expect(errorOf(estimate.value, Number(value), 1e-6), `${name}, ${seen}: ${estimate.value}`).toBeLessThan(
        isNsb ? 1e-8 : 1e-12,
      );
      // of differences of estimates that are nearly equal
      const error = errorOf(estimate.standardError, Number(standardError), 1e-6);
      expect(error, `standard error of ${name}: ${estimate.standardError}`).toBeLessThan(isNsb ? 1e-8 : 1e-9);
    }
  });
});

describe("estimateEntropy", () => {
  test("of a Map, of zeros, in bits", () => {
    const letters = tally("abracadabra");
    const estimate = estimateEntropy(letters, { base: 2 });
    expect(estimate.estimator).toBe("chaoWangJost");
    expect(estimate).toEqual(estimateEntropy([5, 0, 2, 2, 1, 1, 0], { base: 2 }));
    const nats = estimateEntropy(letters);
    expect(estimate.value).toBeCloseTo(nats.value / Math.LN2, 14);
    expect(estimate.standardError).toBeCloseTo(nats.standardError / Math.LN2, 14);
    const { value } = estimateEntropy(letters, { estimator: "maximumLikelihood" });
    expect(value).toBeCloseTo(entropy([5, 2, 2, 1, 1], { normalize: true }), 14);
  });

  test("of many classes with counts of their own takes no longer than a pass over them", () => {
    const counts = Float64Array.from({ length: 1e5 }, (_, i) => i + 1);
    for (const estimator of [
      "millerMadow",
      "grassberger",
      "chaoShen",
      "chaoWangJost",
      "jackknife",
      "jamesStein",
    ] as const) {
      const { value, standardError } = estimateEntropy(counts, { estimator });
      // -Σ p ln p of p = 2i/K²: ln K - (ln 2 - ½)
      expect(value).toBeCloseTo(Math.log(1e5) - Math.LN2 + 0.5, 4);
      expect(standardError).toBeGreaterThan(1e-8);
    }
  });

  test("of 6e15 observations has standard errors to many digits", () => {
    const counts = [3e15, 2e15, 1e15];
    const logs = [1 / 2, 1 / 3, 1 / 6].map((p) => [p, Math.log(p)]);
    const mean = logs.reduce((sum, [p, log]) => sum + p * log, 0);
    const expected = Math.sqrt(logs.reduce((sum, [p, log]) => sum + p * (log - mean) ** 2, 0) / 6e15);
    for (const estimator of [
      "maximumLikelihood",
      "grassberger",
      "chaoShen",
      "chaoWangJost",
      "jackknife",
      "nsb",
    ] as const) {
      expect(estimateEntropy(counts, { estimator }).standardError / expected).toBeCloseTo(1, 9);
    }
  });

  test("errors", () => {
    const thrown = (counts: unknown, options: unknown, error: Error) =>
      expect(() => estimateEntropy(counts as number[], options as EntropyOptions)).toThrow(error);
    const range = (words: string) => new RangeError(`estimateEntropy: ${words}`);
    const type = (words: string) => new TypeError(`estimateEntropy: ${words}`);
    thrown([], {}, range("counts is empty"));
    thrown([0], {}, range("counts sum to 0; at least one count must be positive"));
    thrown({ a: 1, b: 0.5 }, {}, range('the count of "b" in counts is 0.5; counts must be integers'));
    thrown([2 ** 53], {}, range("counts sum to 9007199254740992; counts must be integers, and their sum below 2^53"));
    thrown({ a: -2 }, {}, range('the count of "a" in counts is -2; counts must be finite and >= 0'));
    thrown([1], 5, type("options is number; it must be an object"));
    const names =
      '"maximumLikelihood" or "millerMadow" or "grassberger" or "chaoShen" or "chaoWangJost" or "jackknife" or "jamesStein" or "dirichlet" or "nsb"';
    thrown([1], { estimator: "best" }, range(`estimator is "best"; it must be ${names}`));
    thrown([1], { estimator: 5 }, type(`estimator is 5; it must be ${names}`));
    thrown([1], { classes: 5 }, type('unknown option "classes"; It takes estimator, base'));
    thrown([1, 1], { estimator: "nsb", classes: 1 }, range("classes is 1; it must be an integer >= 2"));
    thrown([1], { estimator: "dirichlet", constant: 0 }, range("constant is 0; it must be finite and > 0"));
    thrown([1], { base: 1 }, range("base is 1; it must be positive, finite and not 1"));
  });
});
