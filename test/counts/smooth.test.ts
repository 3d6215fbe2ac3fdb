import { describe, expect, test } from "vitest";
import { align, type SmoothOptions, smooth, tally } from "../../src/counts/index.js";
import { klDivergence } from "../../src/index.js";
import { countsOf, smoothed } from "./references.js";

const sumOf = (numbers: Float64Array) => numbers.reduce((sum, x) => sum + x, 0);

const optionsOf = (name: string): SmoothOptions =>
  name === "wittenBell" || name === "goodTuring"
    ? { method: name }
    : { method: "addConstant", constant: name === "0.01" ? 0.01 : (name as "laplace") };

describe("as NLTK has it", () => {
  test.each(smoothed)("$groups of $classes classes", (reference) => {
    const listed = countsOf(reference);
    const { classes } = reference;
    for (const [name, expected] of Object.entries(reference.expected)) {
      // classes that were not observed: in the list, or not
      const all = new Float64Array(classes);
      all.set(listed);
      const whole = smooth(all, optionsOf(name));
      const part = smooth(listed, { ...optionsOf(name), classes });
      let start = 0;
      reference.groups.forEach(([size], g) => {
        expect(Math.abs(whole.probabilities[start] / expected[g] - 1), name).toBeLessThan(1e-13);
        start += size;
      });
      const unseen = expected[expected.length - 1];
      expect(Math.abs(whole.probabilities[classes - 1] / unseen - 1), name).toBeLessThan(1e-13);
      expect(Math.abs(whole.unseen / (unseen * (classes - listed.length)) - 1)).toBeLessThan(1e-12);
      expect(whole.unlisted).toBe(0);
      expect(sumOf(whole.probabilities)).toBeCloseTo(1, 13);
      expect(part.probabilities).toEqual(whole.probabilities.subarray(0, listed.length));
      expect(part.unseen).toBe(whole.unseen);
      expect(part.unlisted).toBe(whole.unseen);
    }
  });

  test("prosody, as Gale and Sampson print it", () => {
    const counts = countsOf(smoothed[smoothed.length - 1]);
    const { probabilities, unseen, unlisted } = smooth(counts, { method: "goodTuring" });
    expect(unseen.toPrecision(4)).toBe("0.003883");
    expect(unlisted).toBe(unseen);
    const of = (count: number) => probabilities[counts.indexOf(count)];
    expect(of(1).toExponential(3)).toBe("2.468e-5");
    expect(of(7846).toPrecision(4)).toBe("0.2537");
  });
});

describe("by hand", () => {
  const counts = [5, 2, 1, 1, 1, 0, 0];
  const N = 10;
  const background = [1, 1, 1, 1, 2, 2, 2];
  const b = background.map((x) => x / 10);
  // Σp² = 0.32; λ = 0.68/(9·Σ(1/7 - p)²)
  const lambda = 0.68 / (9 * (0.32 - 1 / 7));
  const toward = 0.68 / (9 * counts.reduce((sum, c, i) => sum + (b[i] - c / N) ** 2, 0));
  test.each<[SmoothOptions, (c: number, i: number) => number]>([
    [{ method: "addConstant", constant: "krichevskyTrofimov" }, (c) => (c + 0.5) / 13.5],
    [{ method: "addConstant", constant: "perks" }, (c) => (c + 1 / 7) / 11],
    [{ method: "addConstant", constant: "minimax" }, (c) => (c + Math.sqrt(10) / 7) / (10 + Math.sqrt(10))],
    [{ method: "addConstant", constant: 0 }, (c) => c / N],
    [{ method: "dirichlet", priorCount: 30 }, (c) => (c + 30 / 7) / 40],
    [{ method: "dirichlet", priorCount: 30, background }, (c, i) => (c + 30 * b[i]) / 40],
    [{ method: "jelinekMercer", weight: 0.1 }, (c) => (0.9 * c) / N + 0.1 / 7],
    [{ method: "jelinekMercer", weight: 0.1, background }, (c, i) => (0.9 * c) / N + 0.1 * b[i]],
    [{ method: "jamesStein" }, (c) => ((1 - lambda) * c) / N + lambda / 7],
    [{ method: "jamesStein", background }, (c, i) => (1 - toward) * (c / N) + toward * b[i]],
    [{ method: "absoluteDiscounting", discount: 0.5 }, (c) => (c > 0 ? (c - 0.5) / N : 0.25 / 2)],
    // d = 3/(3 + 2)
    [{ method: "absoluteDiscounting" }, (c) => (c > 0 ? (c - 0.6) / N : 0.3 / 2)],
    [{ method: "absoluteDiscounting", background }, (c, i) => Math.max(0, c - 0.6) / N + 0.3 * b[i]],
    [{ method: "wittenBell" }, (c) => (c > 0 ? c / 15 : 5 / 15 / 2)],
    [{ method: "wittenBell", background }, (c, i) => c / 15 + (5 / 15) * b[i]],
  ])("%o", (options, expected) => {
    const { probabilities, unseen, unlisted } = smooth(counts, options);
    counts.forEach((c, i) => {
      expect(probabilities[i]).toBeCloseTo(expected(c, i), 15);
    });
    expect(sumOf(probabilities)).toBeCloseTo(1, 15);
    expect(unseen).toBeCloseTo(expected(0, 5) + expected(0, 6), 15);
    expect(unlisted).toBe(0);
    // by key, in the order of the keys
    const byKey = new Map(counts.map((count, i) => [`w${i}`, count]));
    expect(smooth(byKey, options)).toEqual({ probabilities, unseen, unlisted });
  });

  test("classes that are not listed take their part", () => {
    const of = (options: SmoothOptions) => smooth(counts.slice(0, 6), options);
    expect(of({ method: "addConstant", constant: 1, classes: 10 }).unlisted).toBeCloseTo(4 / 20, 15);
    expect(of({ method: "jamesStein", classes: 7 }).unseen).toBeCloseTo((2 * lambda) / 7, 15);
    expect(of({ method: "wittenBell", classes: 7 })).toMatchObject({ unseen: 1 / 3, unlisted: 1 / 6 });
  });

  test("where all listed classes were observed, it depends on whether others exist", () => {
    const seen = counts.slice(0, 5);
    const open = smooth(seen, { method: "wittenBell" });
    expect(open.unlisted).toBe(1 / 3);
    expect(sumOf(open.probabilities)).toBeCloseTo(2 / 3, 15);
    for (const options of [
      { method: "wittenBell", classes: 5 },
      { method: "absoluteDiscounting", discount: 0, classes: 5 },
    ] as const) {
      const { probabilities, unseen } = smooth(seen, options);
      expect(unseen).toBe(0);
      seen.forEach((c, i) => {
        expect(probabilities[i]).toBeCloseTo(c / N, 15);
      });
    }
    expect(sumOf(smooth([3, 1, 1, 2, 1], { method: "goodTuring", classes: 5 }).probabilities)).toBeCloseTo(1, 15);
    expect(smooth([3, 1], { method: "addConstant", constant: 1 }).unseen).toBe(0);
  });

  test("shrinks wholly where a single observation says nothing of the variance", () => {
    expect(smooth([1, 0], { method: "jamesStein" }).probabilities).toEqual(Float64Array.of(0.5, 0.5));
    expect(smooth([2, 2], { method: "jamesStein" }).probabilities).toEqual(Float64Array.of(0.5, 0.5));
  });

  test("no KL is infinite", () => {
    const { counts: aligned } = align(tally("the cat sat"), tally("a dog ran"));
    expect(klDivergence(...aligned, { normalize: true })).toBe(Number.POSITIVE_INFINITY);
    const [p, q] = aligned.map((own) => smooth(own, { method: "wittenBell" }).probabilities);
    expect(klDivergence(p, q)).toBeGreaterThan(0.05);
    expect(klDivergence(p, q)).toBeLessThan(10);
  });
});

describe("errors", () => {
  const thrown = (counts: unknown, options: unknown, error: Error) =>
    expect(() => smooth(counts as number[], options as SmoothOptions)).toThrow(error);
  const range = (words: string) => new RangeError(`smooth: ${words}`);
  const type = (words: string) => new TypeError(`smooth: ${words}`);
  const laplace = { method: "addConstant", constant: 1 };

  test("of options", () => {
    thrown([1], undefined, type('options is undefined; it must be an object, such as { method: "goodTuring" }'));
    const methods =
      '"addConstant" or "dirichlet" or "jelinekMercer" or "jamesStein" or "absoluteDiscounting" or "wittenBell" or "goodTuring"';
    thrown([1], { method: "addOne" }, range(`method is "addOne"; it must be ${methods}`));
    thrown([1], {}, type(`method is undefined; it must be ${methods}`));
    thrown(
      [1],
      { method: "wittenBell", discount: 1 },
      type('unknown option "discount"; It takes method, background, classes'),
    );
    const names = '"laplace" or "jeffreys" or "krichevskyTrofimov" or "perks" or "minimax"';
    thrown([1], { method: "addConstant" }, type(`constant is undefined; it must be a number or ${names}`));
    thrown(
      [1],
      { method: "addConstant", constant: "one" },
      range(`constant is "one"; it must be a number or ${names}`),
    );
    thrown([1], { ...laplace, constant: -1 }, range("constant is -1; it must be finite and >= 0"));
    thrown([1, 2], { ...laplace, classes: 1 }, range("classes is 1; it must be an integer >= 2"));
    thrown([1], { method: "dirichlet" }, type("priorCount is undefined; it must be a number"));
    thrown([1], { method: "dirichlet", priorCount: -1 }, range("priorCount is -1; it must be finite and >= 0"));
    thrown([1], { method: "jelinekMercer", weight: 1.5 }, range("weight is 1.5; it must be from 0 to 1"));
    thrown([1], { method: "absoluteDiscounting", discount: 2 }, range("discount is 2; it must be from 0 to 1"));
    const background = [1, 2];
    thrown(
      [1],
      { method: "wittenBell", background },
      range("background has 2 numbers, counts has 1; they must be of one length: see align"),
    );
    thrown(
      [1, 2],
      { method: "wittenBell", background, classes: 3 },
      range("classes is 3; with background it must be 2, as many as counts has"),
    );
    thrown(
      [1, 2],
      { method: "wittenBell", background: [0, 0] },
      range("background sums to 0, not to anything positive and finite"),
    );
    thrown(
      [1],
      { method: "wittenBell", background: { a: 1 } },
      type("background is [object Object]; it must be an array of numbers, in the order of counts"),
    );
  });

  test("of counts", () => {
    thrown([], laplace, range("counts is empty"));
    thrown([0, 0], laplace, range("counts sum to 0; at least one count must be positive"));
    thrown([1e308, 1e308], laplace, range("counts sum to Infinity; scale them"));
    thrown(new Map([["x", -1]]), laplace, range('the count of "x" in counts is -1; counts must be finite and >= 0'));
    thrown(
      [2, 2],
      { method: "absoluteDiscounting" },
      range("no class was counted once, from which the discount is estimated; pass discount"),
    );
    thrown(
      [1, 1],
      { method: "absoluteDiscounting", discount: 1, classes: 2 },
      range("discount leaves nothing of the counts, and no class is unseen; pass a smaller one"),
    );
    thrown(
      [1.5, 1],
      { method: "goodTuring" },
      range("the count of 0 in counts is 1.5; counts must be integers for goodTuring"),
    );
    thrown(
      [3, 3],
      { method: "goodTuring" },
      range("all counts above 0 are 3; goodTuring requires counts of different sizes: use another method"),
    );
    expect(() => smooth([1, 2, 2, 2, 2, 2, 2], { method: "goodTuring" })).toThrow(/must be below -1 for goodTuring/);
  });
});
