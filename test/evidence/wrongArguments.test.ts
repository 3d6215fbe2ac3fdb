import { describe, expect, test } from "vitest";
import * as evidence from "../../src/evidence/index.js";
import { normal, poisson } from "../../src/families/index.js";
import { expectClear, noArrays, noNumbers, noOptions, strangeKeys } from "../wrongValues.js";

// Every function, with every kind of wrong argument.

const {
  adjustPValues,
  chiSquaredTail,
  estimateMutualInformation,
  cumulativeLogLikelihoodRatio,
  estimateKlDivergence,
  gTest,
  keyness,
} = evidence;
const { logLikelihoodRatioOfSequence, mutualInformation, normalizedMutualInformation, sequentialTest } = evidence;

// biome-ignore lint/suspicious/noExplicitAny: what types forbid is tried here
const wrong = (value: unknown): any => value;

const even = [0.5, 0.5];
const odd = [0.25, 0.75];
const table = [0.25, 0.25, 0.25, 0.25];

/** A call with one argument replaced. */
type Call = readonly [functionName: string, argument: string, call: (value: unknown) => unknown];

const ofArrays: Call[] = [
  ["gTest", "counts", (x) => gTest(wrong(x), even)],
  ["gTest", "table", (x) => gTest(wrong(x), { rowLength: 2 })],
  ["adjustPValues", "pValues", (x) => adjustPValues(wrong(x))],
  ["estimateMutualInformation", "table", (x) => estimateMutualInformation(wrong(x), { rowLength: 2 })],
  ["estimateKlDivergence.fromCounts", "countsP", (x) => estimateKlDivergence.fromCounts(wrong(x), [2, 1])],
  ["estimateKlDivergence.fromCounts", "countsQ", (x) => estimateKlDivergence.fromCounts([2, 1], wrong(x))],
  ["keyness", "countsA", (x) => keyness(wrong(x), even)],
  ["keyness", "countsB", (x) => keyness(even, wrong(x))],
  ["mutualInformation", "joint", (x) => mutualInformation(wrong(x), { rowLength: 2 })],
  ["normalizedMutualInformation", "joint", (x) => normalizedMutualInformation(wrong(x), { rowLength: 2 })],
  ["estimateKlDivergence", "logProbabilitiesP", (x) => estimateKlDivergence(wrong(x), [-1, -1])],
  ["estimateKlDivergence", "logProbabilitiesQ", (x) => estimateKlDivergence([-1, -1], wrong(x))],
  ["logLikelihoodRatioOfSequence", "observations", (x) => logLikelihoodRatioOfSequence(wrong(x), even, odd)],
  ["logLikelihoodRatioOfSequence", "p", (x) => logLikelihoodRatioOfSequence([0, 1], wrong(x), odd)],
  ["logLikelihoodRatioOfSequence", "q", (x) => logLikelihoodRatioOfSequence([0, 1], even, wrong(x))],
  ["cumulativeLogLikelihoodRatio", "observations", (x) => cumulativeLogLikelihoodRatio(wrong(x), even, odd)],
  ["cumulativeLogLikelihoodRatio", "p", (x) => cumulativeLogLikelihoodRatio([0, 1], wrong(x), odd)],
  ["cumulativeLogLikelihoodRatio", "q", (x) => cumulativeLogLikelihoodRatio([0, 1], even, wrong(x))],
  ["sequentialTest", "p", (p) => sequentialTest({ p: wrong(p), q: odd })],
  ["sequentialTest", "q", (q) => sequentialTest({ p: even, q: wrong(q) })],
];

describe("arrays", () => {
  test.each(ofArrays)("%s, %s", (name, argument, call) => {
    for (const [, value] of noArrays) expect(expectClear(() => call(value), name, argument)).toBeInstanceOf(TypeError);
    expect(expectClear(() => call([]), name, `${argument} is empty`)).toBeInstanceOf(RangeError);
    expectClear(() => call([0, Number.NaN]), name, `${argument}[1]`);
  });

  // where it is no array, it may be options
  test("gTest, expected", () => {
    // what has no keys is options
    const isOptions = (what: string) => /^(undefined|an object|an object without a prototype)$/.test(what);
    for (const [what, value] of noArrays) {
      if (!isOptions(what)) expectClear(() => gTest([5, 6], wrong(value)), "gTest", "");
    }
    expectClear(() => gTest([5, 6], wrong(3)), "gTest", "expected is number");
    expectClear(() => gTest([5, 6], wrong([])), "gTest", "expected is empty");
    expectClear(() => gTest([5, 6], [1, Number.NaN]), "gTest", "expected[1]");
  });

  test("observations of an update", () => {
    const update = (x: unknown) => () => sequentialTest({ p: even, q: odd }).update(wrong(x));
    for (const [, value] of noArrays) {
      if (typeof value === "number") continue;
      expect(expectClear(update(value), "sequentialTest", "observations")).toBeInstanceOf(TypeError);
    }
    expectClear(update(Number.NaN), "sequentialTest", "the observation");
  });

  test("arrays of another type are numbers", () => {
    const counts = [10, 20, 30];
    const expected = gTest(counts, [1, 1, 1]);
    for (const type of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array]) {
      expect(gTest(type.from(counts), [1, 1, 1])).toEqual(expected);
    }
  });
});

describe("options", () => {
  const calls: readonly (readonly [string, (options: unknown) => unknown])[] = [
    ["gTest", (options) => gTest([5, 6], even, wrong(options))],
    ["mutualInformation", (options) => mutualInformation(table, wrong(options))],
    ["normalizedMutualInformation", (options) => normalizedMutualInformation(table, wrong(options))],
    ["estimateKlDivergence", (options) => estimateKlDivergence([-1], [-2], wrong(options))],
    ["logLikelihoodRatioOfSequence", (options) => logLikelihoodRatioOfSequence([0], even, odd, wrong(options))],
    ["cumulativeLogLikelihoodRatio", (options) => cumulativeLogLikelihoodRatio([0], even, odd, wrong(options))],
    ["sequentialTest", (options) => sequentialTest(wrong(options))],
  ];

  test.each(calls)("of %s", (name, call) => {
    for (const [, value] of noOptions) expect(expectClear(() => call(value), name, "option")).toBeInstanceOf(TypeError);
    for (const key of strangeKeys) {
      const error = expectClear(() => call({ [key]: 1 }), name, `unknown option "${key}"`);
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).not.toContain("did you mean");
    }
  });

  test("of a table", () => {
    for (const key of strangeKeys) {
      expectClear(() => gTest(table, wrong({ rowLength: 2, [key]: 1 })), "gTest", `unknown option "${key}"`);
    }
    expectClear(() => gTest(table, wrong({ rowLength: 2 }), {}), "gTest", "options");
  });
});

describe("numbers", () => {
  const calls: Call[] = [
    ["chiSquaredTail", "statistic", (x) => chiSquaredTail(wrong(x), 1)],
    ["chiSquaredTail", "degreesOfFreedom", (x) => chiSquaredTail(1, wrong(x))],
    ["gTest", "rowLength", (x) => gTest(table, { rowLength: wrong(x) })],
    ["mutualInformation", "rowLength", (x) => mutualInformation(table, { rowLength: wrong(x) })],
    ["normalizedMutualInformation", "rowLength", (x) => normalizedMutualInformation(table, { rowLength: wrong(x) })],
  ];
  const optional: Call[] = [
    ["gTest", "base", (x) => gTest([5, 6], even, { base: wrong(x) })],
    ["gTest", "base", (x) => gTest(table, { rowLength: 2, base: wrong(x) })],
    ["gTest", "parametersEstimated", (x) => gTest([5, 6], even, { parametersEstimated: wrong(x) })],
    ["mutualInformation", "base", (x) => mutualInformation(table, { rowLength: 2, base: wrong(x) })],
    ["estimateKlDivergence", "base", (x) => estimateKlDivergence([-1], [-2], { base: wrong(x) })],
    ["logLikelihoodRatioOfSequence", "base", (x) => logLikelihoodRatioOfSequence([0], even, odd, { base: wrong(x) })],
    ["cumulativeLogLikelihoodRatio", "base", (x) => cumulativeLogLikelihoodRatio([0], even, odd, { base: wrong(x) })],
    ["sequentialTest", "falsePositive", (x) => sequentialTest({ p: even, q: odd, falsePositive: wrong(x) })],
    ["sequentialTest", "falseNegative", (x) => sequentialTest({ p: even, q: odd, falseNegative: wrong(x) })],
    ["sequentialTest", "klDivergence", (x) => sequentialTest({ p: normals[0], q: odd, klDivergence: wrong(x) })],
    [
      "sequentialTest",
      "reverseKlDivergence",
      (x) => sequentialTest({ p: even, q: normals[0], reverseKlDivergence: wrong(x) }),
    ],
  ];
  const normals = [normal({ mean: 0, standardDeviation: 1 })];

  test.each([...calls, ...optional])("%s, %s", (name, argument, call) => {
    const isOptional = optional.some(([, , one]) => one === call);
    for (const [, value] of noNumbers) {
      if (value === undefined && isOptional) continue;
      expect(expectClear(() => call(value), name, argument)).toBeInstanceOf(TypeError);
    }
    for (const x of [Number.NaN, -1]) {
      expect(expectClear(() => call(x), name, argument)).toBeInstanceOf(RangeError);
    }
  });
});

describe("booleans and words", () => {
  test.each<Call>([
    ["gTest", "williams", (x) => gTest([5, 6], even, { williams: wrong(x) })],
    ["gTest", "contributions", (x) => gTest([5, 6], even, { contributions: wrong(x) })],
    ["gTest", "williams", (x) => gTest(table, { rowLength: 2, williams: wrong(x) })],
    ["mutualInformation", "normalize", (x) => mutualInformation(table, { rowLength: 2, normalize: wrong(x) })],
    [
      "normalizedMutualInformation",
      "normalize",
      (x) => normalizedMutualInformation(table, { rowLength: 2, normalize: wrong(x) }),
    ],
    ["sequentialTest", "normalize", (x) => sequentialTest({ p: even, q: odd, normalize: wrong(x) })],
    [
      "normalizedMutualInformation",
      "mean",
      (x) => normalizedMutualInformation(table, { rowLength: 2, mean: wrong(x) }),
    ],
  ])("%s, %s", (name, argument, call) => {
    for (const [, value] of noNumbers) {
      const isRight = value === undefined || (typeof value === "boolean" && argument !== "mean");
      if (!isRight) expectClear(() => call(value), name, argument);
    }
    expectClear(() => call(0), name, argument);
    expectClear(() => call(["min"]), name, argument);
  });
});

describe("advice names options that there are", () => {
  test.each<readonly [string, () => unknown]>([
    ["mutualInformation", () => mutualInformation([3, 1, 1, 3], { rowLength: 2 })],
    ["normalizedMutualInformation", () => normalizedMutualInformation([3, 1, 1, 3], { rowLength: 2 })],
    ["sequentialTest", () => sequentialTest({ p: [3, 1], q: odd })],
  ])("%s", (name, call) => {
    const { message } = expectClear(call, name, "to 1; for counts or weights pass { normalize: true }");
    expect(message).not.toContain("input");
  });

  test("logits and logarithms are negative", () => {
    for (const call of [
      () => mutualInformation([1, -1], { rowLength: 2 }),
      () => sequentialTest({ p: [1, -1], q: odd }),
      () => gTest([1, -1], even),
    ]) {
      expect(call).toThrow(/\[1\] is -1; /);
      expect(call).not.toThrow("input");
    }
  });
});

describe("models", () => {
  test("that return something else", () => {
    for (const [, value] of noNumbers) {
      const model = wrong({ logProbability: () => value });
      expectClear(
        () => logLikelihoodRatioOfSequence([0], model, even),
        "logLikelihoodRatioOfSequence",
        "p.logProbability(0)",
      );
      expectClear(() => sequentialTest({ p: even, q: model }).update(0), "sequentialTest", "q.logProbability(0)");
    }
  });

  test("that are copies of distributions", () => {
    const copies = [{ ...poisson({ rate: 1 }) }, JSON.parse(JSON.stringify(normal({ mean: 0, standardDeviation: 1 })))];
    for (const copy of copies) {
      const { message } = expectClear(() => sequentialTest({ p: copy, q: odd }), "sequentialTest", "p is");
      expect(message).toContain("a copy of a distribution");
    }
  });
});
