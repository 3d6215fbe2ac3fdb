import { describe, expect, test } from "vitest";
import { createEngineSync, entropy, klDivergence, softmax } from "../src/index.js";
import { differenceOf, type FloatArray, outcomeOf } from "./bits.js";
import { DEFINITIONS } from "./definitions.js";
import { FUNCTIONS, type Functions } from "./on.js";
import { ofAnyMagnitude, randomNumbers } from "./random.js";

// A call of few numbers and without options goes a way of its own (`callFew`). It must give what the same call with options gives, which
// goes the way of all others: to the bit, and to the letter of its errors.

type Call = (...args: unknown[]) => number | FloatArray;
const NAMES = Object.keys(DEFINITIONS).filter(
  (name) => DEFINITIONS[name].kind !== "loss" && DEFINITIONS[name].mostAlpha === 0,
);

/** Few are 48. */
const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 20, 31, 32, 33, 47, 48, 49, 50];

const random = randomNumbers(42);
const orZero = (next: () => number) => () => (random() < 0.3 ? 0 : next());
const KINDS: Record<string, () => number> = {
  weights: random,
  "weights and zeros": orZero(random),
  "numbers of any magnitude": () => ofAnyMagnitude(random, -40, 30),
  "subnormal numbers and zeros": orZero(() => ofAnyMagnitude(random, -320, -300)),
  logits: () => 20 * random() - 10,
  "large logits": () => 1e30 * (random() - 0.5),
  "logits and -Infinity": () => (random() < 0.3 ? Number.NEGATIVE_INFINITY : 5 * random()),
  "weights and NaN": () => (random() < 0.05 ? Number.NaN : random()),
};

/** Some rows sum to 1, some do not. */
function rowOf(length: number, next: () => number, isScaled: boolean): number[] {
  const row = Array.from({ length }, next);
  const sum = row.reduce((total, x) => total + x, 0);
  return isScaled && sum > 0 && sum < Number.POSITIVE_INFINITY ? row.map((x) => x / sum) : row;
}

const f32 = (row: number[]) => Float32Array.from(row);
const f64 = (row: number[]) => Float64Array.from(row);
const array = (row: number[]) => row;
/** The types of a call's arguments. */
const TYPES = {
  "all Float32Array": [f32, f32, f32],
  "all Float64Array": [f64, f64, f64],
  "all arrays": [array, array, array],
  "Float32Array, array, Float64Array": [f32, array, f64],
  "array, Float32Array, Float32Array": [array, f32, f32],
};

describe.each(NAMES)("%s", (name) => {
  const f = FUNCTIONS[name as keyof Functions] as unknown as Call;
  test.each(Object.entries(KINDS))("without options is what it is with them, of few %s", (_, next) => {
    for (const length of LENGTHS) {
      for (const isScaled of [true, false]) {
        const rows = DEFINITIONS[name].arrays.map(() => rowOf(length, next, isScaled));
        for (const [types, made] of Object.entries(TYPES)) {
          const args = rows.map((row, i) => made[i](row));
          const difference = differenceOf(
            outcomeOf(() => f(...args)),
            outcomeOf(() => f(...args, {})),
          );
          expect(difference, `${types}, ${length} numbers: ${rows.join(" | ")}`).toBeUndefined();
        }
      }
    }
  });

  test.each([
    [],
    [[]],
    [[1], [0.5, 0.5], [1]],
    [["1"], ["1"], ["1"]],
    [new Array(3)],
    [[1n]],
    [null],
    ["12"],
    [[[0.5, 0.5]]],
    [{ length: 2 }],
  ])("has the same errors: %o", (...args) => {
    const { arrays } = DEFINITIONS[name];
    const all = arrays.map((_, i) => args[i % Math.max(1, args.length)]);
    expect(outcomeOf(() => f(...all))).toEqual(outcomeOf(() => f(...all, {})));
  });
});

test("an array that calls again while it is read", () => {
  const half = [0.5, 0.5];
  const inner = (call: () => unknown) => Object.defineProperty([...half], 1, { get: () => call() });
  const message = "entropy: this engine is in a call already; use another engine inside it";
  expect(() =>
    klDivergence(
      half,
      inner(() => entropy(half)),
    ),
  ).toThrow(new Error(message));
  expect(() =>
    klDivergence(
      half,
      inner(() => entropy([0.3, 0.7], {})),
    ),
  ).toThrow(new Error(message));
  const engine = createEngineSync();
  const other = inner(() => entropy([0.3, 0.7], { engine }));
  expect(klDivergence(half, other, { normalize: true })).toBeGreaterThan(0);
  engine.dispose();
  expect(klDivergence(half, half)).toBe(0);
});

test("a result is an array of its own", () => {
  const z = Float32Array.of(1, 2, 3);
  const first = softmax(z);
  const second = softmax(Float32Array.of(3, 2, 1));
  expect(first).toEqual(Float32Array.from([...second].reverse()));
  expect(first.buffer).not.toBe(second.buffer);
  expect([...z]).toEqual([1, 2, 3]);
});

test("numbers of an engine's memory are its to compute", () => {
  const engine = createEngineSync({ backend: "js" });
  const p = engine.float32(2);
  p.set([0.25, 0.75]);
  expect(entropy(p)).toBe(entropy(p, { engine }));
  engine.dispose();
  expect(() => entropy(p, { engine })).toThrow("has been disposed");
  expect(entropy(p)).toBe(entropy(Float32Array.of(0.25, 0.75)));
});
