import { describe, expect, test } from "vitest";
import { permutationTest, type TopKDistribution, topKDistribution } from "../../src/sparse/index.js";
import { repeats } from "../long.js";
import { randomNumbers } from "../random.js";

const of = (...logs: number[]): TopKDistribution =>
  topKDistribution(
    logs.map((log, i) => [i, log] as const),
    { topK: false },
  );

/** Samples of prompts, whose log-probabilities are off by noise; those of the first token by `shift` too. */
function samples(random: () => number, prompts: number, count: number, shift = 0): TopKDistribution[][] {
  const noise = () => 0.01 * (random() + random() - 1);
  return Array.from({ length: prompts }, (_, i) =>
    Array.from({ length: count }, () => of(-0.5 - i / 10 - shift + noise(), -2 + noise(), -3 + noise())),
  );
}

describe("permutationTest", () => {
  const random = randomNumbers(31);

  test.each(["logProbabilities", "js"] as const)("%s: what has changed is found", (statistic) => {
    const result = permutationTest(samples(random, 6, 4), samples(random, 6, 4, 0.05), { statistic });
    expect(result.exceeding).toBe(0);
    expect(result.pValue).toBe(1 / 1000);
    expect(result.permutations).toBe(999);
  });

  test("the statistic by hand", () => {
    const before = [[of(-1, -2), of(-1.2, -2)]];
    const after = [[of(-1.5, -2.25)]];
    expect(permutationTest(before, after).statistic).toBeCloseTo((0.4 + 0.25) / 2, 14);
    // a token that one sample does not list is left out
    expect(permutationTest([[...before[0], of(-1)]], after).statistic).toBeCloseTo(1.5 - 3.2 / 3, 14);
  });

  test("of equal samples every permutation is as far", () => {
    const equal = [[of(-1, -2), of(-1, -2)]];
    for (const statistic of ["logProbabilities", "js"] as const) {
      expect(permutationTest(equal, equal, { statistic })).toEqual({
        statistic: 0,
        pValue: 1,
        exceeding: 999,
        permutations: 999,
      });
    }
  });

  test("all orders are drawn alike: the share of them that is as far", () => {
    // of the 6 ways to choose two of four, two are as far apart as this one: itself and its mirror image
    const result = permutationTest([[of(-1), of(-1.01)]], [[of(-2), of(-2.01)]], { permutations: 20_000 });
    expect(Math.abs(result.pValue - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 20_000));
    // one of three, and of two prompts
    const [one, two] = [[of(-1)], [of(-2), of(-2.01)]];
    const both = permutationTest([one, one], [two, two], { permutations: 20_000, seed: 5 });
    expect(Math.abs(both.pValue - 1 / 9)).toBeLessThan(4 * Math.sqrt(8 / 81 / 20_000));
  });

  test("if nothing has changed, p is below α as often as α says", () => {
    const turns = repeats(800);
    let below = 0;
    for (let seed = 0; seed < turns; seed++) {
      const result = permutationTest(samples(random, 3, 3), samples(random, 3, 3), { permutations: 99, seed });
      if (result.pValue <= 0.1) below++;
    }
    expect(Math.abs(below / turns - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / turns));
  });

  test("a seed gives the same result, and another another", () => {
    const [before, after] = [samples(random, 4, 3), samples(random, 4, 3, 0.002)];
    const results = [0, 0, 1, 2 ** 40].map((seed) => permutationTest(before, after, { seed }).exceeding);
    expect(results[0]).toBe(results[1]);
    expect(new Set(results).size).toBeGreaterThan(1);
  });

  const two = [[of(-1), of(-1)]];
  test.each<[string, () => unknown, new () => Error, string]>([
    [
      "no prompts",
      () => permutationTest([], two),
      RangeError,
      "permutationTest: before is empty; there must be at least one prompt",
    ],
    [
      "no samples",
      () => permutationTest(two, [[]]),
      RangeError,
      "permutationTest: after[0] is empty; every prompt needs samples",
    ],
    ["other prompts", () => permutationTest(two, [...two, ...two]), RangeError, "after has 2 prompts, before has 1"],
    [
      "one of each",
      () => permutationTest([[of(-1)]], [[of(-2)]]),
      RangeError,
      "one sample of each prompt; ask each prompt at least twice",
    ],
    [
      "nothing shared",
      () => permutationTest(two, [[topKDistribution([[9, -1]])]]),
      RangeError,
      "no token is listed by all samples",
    ],
    [
      "no array",
      () => permutationTest(of(-1) as never, two),
      TypeError,
      "before is [object Object]; it must be an array that has",
    ],
    [
      "flat samples",
      () => permutationTest([of(-1)] as never, two),
      TypeError,
      "before[0] is [object Object]; it must be an array of distributions",
    ],
    [
      "no distribution",
      () => permutationTest(two, [[-1]] as never),
      TypeError,
      "after[0][0] is number; it must be made by topKDistribution or topK",
    ],
    [
      "an unknown statistic",
      () => permutationTest(two, two, { statistic: "kl" as never }),
      RangeError,
      'statistic is "kl"',
    ],
  ])("%s: an error", (_, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
