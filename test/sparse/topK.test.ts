import { describe, expect, test } from "vitest";
import { klDivergence, logSoftmax, softmax } from "../../src/index.js";
import { divergenceBounds, readPositions, topK } from "../../src/sparse/index.js";
import { randomNumbers } from "../random.js";

const random = randomNumbers(7);
const row = Float32Array.from({ length: 5000 }, () => 20 * random() ** 4 - 10 * random());

describe("topK", () => {
  test.each([1, 2, 20, 300, 5000])("the %d likeliest, with their log-probabilities", (k) => {
    const list = topK(row, k);
    const order = Array.from(row.keys()).sort((i, j) => row[j] - row[i]);
    expect(list.tokens).toEqual(order.slice(0, k));
    const exact = logSoftmax(Float64Array.from(row));
    for (const [i, token] of list.tokens.entries()) {
      expect(Math.abs(list.logProbabilities[i] - exact[token as number])).toBeLessThan(1e-11);
    }
    expect(list.classes).toBe(5000);
  });

  test("of any array, with a temperature", () => {
    const lists = [row, Float64Array.from(row), Array.from(row)].map((logits) => topK(logits, 5, { temperature: 2 }));
    for (const list of lists) expect(list).toEqual(lists[0]);
    expect(lists[0].logProbabilities[0]).toBeCloseTo(
      logSoftmax(Float64Array.from(row), { temperature: 2 })[lists[0].tokens[0] as number],
      11,
    );
  });

  test("of equal ones the first; impossible classes last", () => {
    const list = topK([1, -Infinity, 1, 1, -Infinity], 4);
    expect(list.tokens).toEqual([0, 2, 3, 1]);
    expect(list.logProbabilities[3]).toBe(-Infinity);
    expect(list.mostUnlisted).toBe(0);
  });

  test("extreme logits", () => {
    expect(topK([1e308, -1e308, 0], 3).logProbabilities).toEqual(Float64Array.of(0, -1e308, -Infinity));
    expect(topK(Float32Array.of(3e38, -3e38), 1).rest).toBe(0);
  });

  test("bounds of lists have the exact value between them, and come together", async () => {
    const other = row.map((z) => z + 0.3 * random());
    const exact = klDivergence(Float64Array.from(softmax(row)), Float64Array.from(softmax(other)), { normalize: true });
    let width = Number.POSITIVE_INFINITY;
    for (const k of [5, 50, 500, 5000]) {
      const { kl, js } = divergenceBounds(topK(row, k), topK(other, k));
      expect(kl.lower).toBeLessThan(exact * (1 + 1e-6));
      expect(kl.upper).toBeGreaterThan(exact * (1 - 1e-6));
      expect(js.upper - js.lower).toBeLessThan(width);
      width = js.upper - js.lower;
    }
    expect(width).toBeLessThan(1e-8);
  });

  test("a list is a line of the neutral format", async () => {
    const list = topK(row, 20);
    for await (const { distribution } of readPositions([`${JSON.stringify(list)}\n`]))
      expect(distribution).toEqual(list);
  });

  test.each<[string, () => unknown, string]>([
    ["NaN", () => topK([1, Number.NaN], 1), "topK: logits[1] is NaN; logits must be finite or -Infinity"],
    ["Infinity", () => topK([1, Infinity], 1), "topK: logits[1] is Infinity"],
    ["no possible class", () => topK([-Infinity, -Infinity], 1), "topK: every number of logits is -Infinity"],
    ["k of 0", () => topK([1], 0), "topK: k is 0; it must be an integer >= 1"],
    ["too many", () => topK([1, 2], 3), "topK: k is 3; logits has 2 numbers"],
    ["nothing", () => topK([], 1), "topK: logits is empty"],
    [
      "a temperature of 0",
      () => topK([1], 1, { temperature: 0 }),
      "topK: temperature is 0; it must be positive and finite",
    ],
  ])("%s is an error", (_, call, message) => {
    expect(call).toThrow(RangeError);
    expect(call).toThrow(message);
  });
});
