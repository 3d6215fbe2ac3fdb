import { describe, expect, test } from "vitest";
import { cumulativeLogLikelihoodRatio, logLikelihoodRatioOfSequence } from "../../src/evidence/index.js";
import { klDivergence, logLikelihoodRatio } from "../../src/index.js";
import { isLong } from "../long.js";
import { drawFrom, expectError, normal, normals, uniform } from "./random.js";
import { expectWithin, references } from "./references.js";

const { sequence } = references;
const { p, q, observations } = sequence;

/** A model of the same probabilities, as an object. */
const asObject = (probabilities: readonly number[]) => ({
  logProbability: (x: number) => Math.log(probabilities[x]),
});

describe.each([
  ["arrays", p, q, 4e-16],
  ["an object and an array", asObject(p), q, 1e-15],
  ["an array and an object", p, asObject(q), 1e-15],
  ["objects", asObject(p), asObject(q), 1e-15],
] as const)("of %s", (_, first, second, bound) => {
  test("against exact values", () => {
    const result = logLikelihoodRatioOfSequence(observations, first, second);
    const scale = Number(sequence.scale);
    expect(Math.abs(result.sum - Number(sequence.sum))).toBeLessThanOrEqual(bound * scale);
    expect(result.mean).toBe(result.sum / 1000);
    expectWithin(result.standardError, Math.sqrt(Number(sequence.squares) / 999 / 1000), 1e-14);
    expect(result.count).toBe(1000);
    const running = cumulativeLogLikelihoodRatio(observations, first, second);
    expect(running).toHaveLength(1000);
    expect(running[999]).toBe(result.sum);
    sequence.cumulative.forEach((exact, i) => {
      expect(Math.abs(running[i * sequence.every] - Number(exact))).toBeLessThanOrEqual(bound * scale);
    });
  });

  test("units", () => {
    const nats = logLikelihoodRatioOfSequence(observations, first, second);
    const bits = logLikelihoodRatioOfSequence(observations, first, second, { base: 2 });
    for (const key of ["sum", "mean", "standardError"] as const) expectWithin(bits[key], nats[key] / Math.LN2, 1e-15);
    const running = cumulativeLogLikelihoodRatio(observations, first, second, { base: 2 });
    expect(running[999]).toBe(bits.sum);
    expect(logLikelihoodRatioOfSequence(observations, first, second, { base: 0.5 })).toEqual({
      ...bits,
      sum: -bits.sum,
      mean: -bits.mean,
    });
  });
});

const turns = isLong ? 10_000 : 1000;
test(`${turns} times a thousand observations lose nothing`, () => {
  const n = 1000 * turns;
  const many = Uint8Array.from({ length: n }, (_, i) => observations[i % 1000]);
  const { sum, mean, standardError } = logLikelihoodRatioOfSequence(many, p, q);
  expect(Math.abs(sum - turns * Number(sequence.sum))).toBeLessThanOrEqual(4e-16 * turns * Number(sequence.scale));
  expect(mean).toBe(sum / n);
  expectWithin(standardError, Math.sqrt((turns * Number(sequence.squares)) / (n - 1) / n), 1e-13);
  const running = cumulativeLogLikelihoodRatio(many, p, q);
  expect(running[n - 1]).toBe(sum);
  for (const blocks of [1, 10, turns / 10, turns - 1]) {
    const error = running[1000 * blocks - 1] - blocks * Number(sequence.sum);
    expect(Math.abs(error)).toBeLessThanOrEqual(4e-16 * blocks * Number(sequence.scale));
  }
});

test("is the core's ratio of the counts", () => {
  const counts = p.map((_, k) => observations.filter((x) => x === k).length);
  const { sum } = logLikelihoodRatioOfSequence(observations, p, q);
  expect(Math.abs(sum - logLikelihoodRatio(counts, p, q))).toBeLessThanOrEqual(1e-15 * Number(sequence.scale));
});

describe("tends to KL, within its standard error", () => {
  const [a, b] = [
    [0.1, 0.2, 0.3, 0.4],
    [0.3, 0.3, 0.2, 0.2],
  ];
  test.each([
    ["drawn from p", a, klDivergence(a, b)],
    ["drawn from q", b, -klDivergence(b, a)],
  ])("%s", (_, source, limit) => {
    const draw = drawFrom(source, uniform(1951));
    let within = 0;
    for (let repetition = 0; repetition < 2000; repetition++) {
      const { mean, standardError } = logLikelihoodRatioOfSequence(Uint8Array.from({ length: 500 }, draw), a, b);
      if (Math.abs(mean - limit) <= 1.96 * standardError) within++;
    }
    // 95 % to four of its own standard errors
    expect(Math.abs(within / 2000 - 0.95)).toBeLessThanOrEqual(4 * Math.sqrt((0.95 * 0.05) / 2000));
  });

  test("of densities", () => {
    const draw = normals(uniform(1945));
    const { mean, standardError } = logLikelihoodRatioOfSequence(
      Float64Array.from({ length: 100_000 }, draw),
      normal(0),
      normal(1, 2),
    );
    // KL of normals: ln(σ'/σ) + (σ² + (μ - μ')²)/(2σ'²) - ½
    const kl = Math.log(2) + 2 / 8 - 0.5;
    expect(Math.abs(mean - kl)).toBeLessThanOrEqual(4 * standardError);
    expect(standardError).toBeLessThan(0.005);
  });
});

describe("what is impossible", () => {
  const first = [0.5, 0.5, 0, 0];
  const second = [0.5, 0, 0.5, 0];
  const objects = [first, second].map(asObject);

  test.each([
    ["arrays", first, second],
    ["objects", objects[0], objects[1]],
    ["both", first, objects[1]],
  ])("under one model, of %s", (_, x, y) => {
    const { sum, mean, standardError } = logLikelihoodRatioOfSequence([0, 1, 0], x, y);
    expect([sum, mean, standardError]).toEqual([Infinity, Infinity, Number.NaN]);
    expect(logLikelihoodRatioOfSequence([0, 2], x, y).sum).toBe(-Infinity);
    expect(cumulativeLogLikelihoodRatio([0, 1, 0, 1], x, y)).toEqual(Float64Array.of(0, Infinity, Infinity, Infinity));
    expectError(
      () => logLikelihoodRatioOfSequence([0, 3], x, y),
      RangeError,
      "logLikelihoodRatioOfSequence: observations[1] is 3, which is impossible under both p and q; the ratio of 0 to 0 is undefined",
    );
    expectError(
      () => cumulativeLogLikelihoodRatio([0, 1, 0, 2], x, y),
      RangeError,
      "cumulativeLogLikelihoodRatio: observations[3] is 2, which is impossible under p, and one before it is under q; there is no ratio of 0 to 0",
    );
    expectError(
      () => logLikelihoodRatioOfSequence([2, 1], x, y),
      RangeError,
      /\[1\] is 1, which is impossible under q, and/,
    );
  });
});

test("log-ratios whose sum or squares are beyond the largest number", () => {
  const model = { logProbability: (x: number) => x };
  const flat = { logProbability: () => 0 };
  const { sum, mean, standardError } = logLikelihoodRatioOfSequence([1e308, 1.5e308], model, flat);
  expect([sum, mean / 1.25e308, standardError / 0.25e308].map((x) => Math.fround(x))).toEqual([Infinity, 1, 1]);
  const far = logLikelihoodRatioOfSequence([-1e200, 1e200, 0], model, flat);
  expect([far.sum, far.mean, Math.fround(far.standardError / 1e200)]).toEqual([0, 0, Math.fround(1 / Math.sqrt(3))]);
});

test("a single observation has no standard error", () => {
  expect(logLikelihoodRatioOfSequence([0], [0.5, 0.5], [0.25, 0.75])).toEqual({
    sum: Math.LN2,
    mean: Math.LN2,
    standardError: Number.NaN,
    count: 1,
  });
});

describe("errors", () => {
  const name = "logLikelihoodRatioOfSequence";
  const even = [0.5, 0.5];
  const of =
    (observed: unknown, first: unknown = even, second: unknown = even, options?: object) =>
    () =>
      logLikelihoodRatioOfSequence(observed as number[], first as number[], second as number[], options);
  test.each([
    [of([]), RangeError, `${name}: observations is empty`],
    [of(3), TypeError, /observations is number/],
    [of(BigInt64Array.of(1n)), TypeError, /observations is \[object BigInt64Array\]/],
    [of([0, 2]), RangeError, `${name}: observations[1] is 2; it must be the index of a class, an integer from 0 to 1`],
    [of([0, 0.5]), RangeError, /observations\[1\] is 0.5/],
    [of([0, -1]), RangeError, /observations\[1\] is -1/],
    [of([0, Number.NaN]), RangeError, `${name}: observations[1] is NaN; observations must be numbers`],
    [of([0, "1"]), TypeError, `${name}: observations[1] is string; observations must be numbers`],
    [of([0], [0.5, -0.5]), RangeError, `${name}: p[1] is -0.5; probabilities must be finite and >= 0`],
    [of([0], even, [0.5, Infinity]), RangeError, `${name}: q[1] is Infinity; probabilities must be finite and >= 0`],
    [of([0], even, [1]), RangeError, `${name}: q has 1 numbers, p has 2; they must be of one length`],
    [
      of([0], {}),
      TypeError,
      `${name}: p is [object Object]; it must be an array of probabilities, or an object with logProbability(x)`,
    ],
    [of([0], even, null), TypeError, /q is null/],
    [
      of([0], { logProbability: () => Number.NaN }),
      RangeError,
      `${name}: p.logProbability(0) is NaN, of observations[0]; it must be a number`,
    ],
    [of([0], { logProbability: () => "1" }), TypeError, /p.logProbability\(0\) is string/],
    [
      of([7], { logProbability: () => Infinity }, { logProbability: () => Infinity }),
      RangeError,
      /observations\[0\] is 7, where both densities are infinite/,
    ],
    [of([0], even, even, { unit: 2 }), TypeError, /unknown option "unit"; It takes base/],
    [of([0], even, even, { base: 0 }), RangeError, `${name}: base is 0; it must be positive, finite and not 1`],
    [
      () => cumulativeLogLikelihoodRatio([0], even, even, { base: "2" } as never),
      TypeError,
      /^cumulativeLogLikelihoodRatio: base is string/,
    ],
  ] as const)("%s", (call, type, message) => expectError(call, type, message));
});
