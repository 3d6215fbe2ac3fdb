import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createEngine, logSumExp } from "../src/index.js";
import { engines } from "./engines.js";
import { on } from "./on.js";

// logSumExp with weights, beside mpmath (scripts/makeWeightReferences.py).

interface Case {
  readonly name: string;
  readonly z: (number | string)[];
  readonly weights: number[];
  readonly temperature: number;
  readonly value: string;
}

const cases: Case[] = JSON.parse(readFileSync("test/fixtures/weights.json", "utf8"));
const logitsOf = ({ z }: Case) => Float64Array.from(z, Number);

describe.each(["simd", "js"] as const)("%s", (backend) => {
  const engine = engines[backend];
  test.each(cases)("$name", (it) => {
    const { weights, temperature, value } = it;
    const z = logitsOf(it);
    const most = Math.max(...z.filter((_, i) => weights[i] > 0)) / temperature;
    const size = Math.max(
      1,
      Math.abs(Number(value) - most),
      ...weights.map((w) => (w > 0 ? Math.abs(Math.log(w)) : 0)),
    );
    const bound = 1e-13 * size + 2 ** -52 * Math.abs(Number(value));
    const result = on(engine).logSumExp(z, { weights, temperature });
    expect(Math.abs(result - Number(value))).toBeLessThanOrEqual(bound);
    expect(result).toBe(logSumExp(z, { weights, temperature }));
  });
});

const Z = [1, 2, 3, 4, 0, -1];
const W = [0.5, 2, 0, 3, 1, 1];
const one = (r: number, w = W.slice(3 * r, 3 * r + 3)) => logSumExp(Z.slice(3 * r, 3 * r + 3), { weights: w });

test("rows have weights of their own, or share them", async () => {
  const own = Float64Array.of(one(0), one(1));
  const nested = [W.slice(0, 3), W.slice(3)];
  for (const weights of [W, nested, Float64Array.from(W), { data: W, dims: [2, 3] }]) {
    expect(logSumExp.rows(Z, { rowLength: 3, weights })).toEqual(own);
    expect(await logSumExp.rows.async(Z, { rowLength: 3, weights })).toEqual(own);
  }
  const weights = W.slice(0, 3);
  expect(logSumExp.rows(Z, { rowLength: 3, weights })).toEqual(Float64Array.of(one(0), one(1, weights)));
  expect(await logSumExp.async(Z.slice(0, 3), { weights })).toBe(one(0));
  expect(logSumExp.rows(Z, { rowLength: 3, weights: W, mask: [0, 1] })).toEqual(Float64Array.of(Number.NaN, one(1)));
  expect(logSumExp(Z.slice(0, 3), { weights: Uint16Array.of(1, 2, 0) })).toBe(one(0, [1, 2, 0]));
});

test("threads share rows with weights", async () => {
  using engine = await createEngine({ threads: 2 });
  const z = engine.float32(60000).map((_, i) => Math.sin(i));
  const rows = Float32Array.from(z);
  const weights = rows.map(Math.abs);
  const options = { rowLength: 300, weights };
  expect(logSumExp.rows(rows, { ...options, engine })).toEqual(logSumExp.rows(rows, options));
  expect(await logSumExp.rows.async(rows, { ...options, engine })).toEqual(logSumExp.rows(rows, options));
});

test("a class of weight 0 is left out, whatever its logit is", () => {
  for (const x of [Number.POSITIVE_INFINITY, Number.NaN, Number.NEGATIVE_INFINITY, 1e300]) {
    expect(logSumExp([2, x], { weights: [1, 0] })).toBe(2);
  }
  expect(logSumExp([Number.NaN, 2], { weights: [0, 0] })).toBe(Number.NEGATIVE_INFINITY);
});

test.each([
  [[1, 2], [1], RangeError, "logSumExp: z has 2 numbers, weights has 1"],
  [[1, 2], [1, -0.5], RangeError, "logSumExp: weights[1] is -0.5; weights must be finite and >= 0"],
  [[1, 2], [1, Number.NaN], RangeError, "logSumExp: weights[1] is NaN; weights must be finite and >= 0"],
  [[1, 2], [Number.POSITIVE_INFINITY, 1], RangeError, "logSumExp: weights[0] is Infinity"],
  [[1, 2], ["1", 2], TypeError, "logSumExp: weights[0] is"],
  [[1, 2], 3, TypeError, "logSumExp: weights is number; it must be"],
  [[Number.NaN, Number.NaN], [0, 1], RangeError, "logSumExp: z[1] is NaN; logits must be finite or -Infinity"],
  [[Number.NEGATIVE_INFINITY, 1], [1, 0], RangeError, "logSumExp: every number of z is -Infinity"],
])("z = %o with the weights %o is an error", (z, weights, type, message) => {
  const act = () => logSumExp(z, { weights: weights as never });
  expect(act).toThrow(type);
  expect(act).toThrow(message);
});

test("in a matrix, an error names the row", () => {
  const bad = [1, 2, 3, 4, Number.NaN, Number.NaN];
  expect(() => logSumExp.rows(bad, { rowLength: 3, weights: [1, 0, 1] })).toThrow(
    "logSumExp.rows: z[5] (row 1, class 2) is NaN; logits must be finite or -Infinity",
  );
  expect(logSumExp.rows(bad, { rowLength: 3, weights: [1, 0, 1], onInvalidRow: "NaN" })[1]).toBe(Number.NaN);
});
