// Values of the wrong kind, and what an error of them must be: the sweeps of logratio/families and logratio/evidence.

import { expect } from "vitest";

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const circular: Record<string, unknown> = {};
circular.self = circular;

const spiteful = {
  toString: () => {
    throw new Error("toString was called");
  },
  [Symbol.toPrimitive]: () => {
    throw new Error("toPrimitive was called");
  },
};

type Named = readonly [what: string, value: unknown];

/** Nothing that is an array, a number, or empty. */
const neither: readonly Named[] = [
  ["null", null],
  ["a boolean", true],
  ["a text", "2"],
  ["a bigint", 1n],
  ["a symbol", Symbol("s")],
  ["a function", () => 0],
  ["a class", class {}],
  ["a circular object", circular],
  ["an object that throws", spiteful],
  ["a revoked proxy", revoked({})],
  ["a revoked proxy of an array", revoked([1, 2])],
  ["a revoked proxy of a function", revoked(() => 0)],
  ["a length below 0", { length: -1 }],
  ["a length of a text", { length: "2" }],
  ["a tensor on a GPU", { location: "gpu-buffer", dims: [2] }],
  ["a tensor of TensorFlow.js", { shape: [2], data: async () => Float32Array.of(0.5, 0.5) }],
];

/** Objects without keys, which as options are none. */
const keyless: readonly Named[] = [
  ["an object", {}],
  ["an object without a prototype", Object.create(null)],
  ["a map", new Map()],
  ["a date", new Date(0)],
  ["a promise", Promise.resolve(1)],
];

const arrays: readonly Named[] = [
  ["an array", [0.5, 0.5]],
  ["a Float32Array", Float32Array.of(0.5, 0.5)],
];

/** Arrays of something else than numbers. */
const badArrays: readonly Named[] = [
  [
    "an array of arrays",
    [
      [0.5, "0.5"],
      [1, 1],
    ],
  ],
  ["an array of texts", ["0.5", "0.5"]],
  ["an array of symbols", [Symbol("s"), Symbol("s")]],
  ["an array of objects", [spiteful, spiteful]],
  ["an array of revoked proxies", [revoked({}), revoked([])]],
  ["an array with a hole", Object.assign(new Array(2), { 1: 0.5 })],
  ["an array of nothing", [undefined, null]],
  ["a BigInt64Array", BigInt64Array.of(1n, 1n)],
  ["a length of 2^40", { length: 2 ** 40 }],
  ["an object of text", new String("ab")],
];

/** What is no number. */
export const noNumbers: readonly Named[] = [["undefined", undefined], ...neither, ...keyless, ...arrays, ...badArrays];

/** What is no array of numbers. */
export const noArrays: readonly Named[] = [
  ["undefined", undefined],
  ["a number", 3],
  ...neither,
  ...keyless,
  ...badArrays,
];

/** What is no object of options; one without keys is one. */
export const noOptions: readonly Named[] = [["a number", 3], ...neither, ...arrays, ...badArrays];

/** What no kind of argument is. */
export const noObjects: readonly Named[] = [["undefined", undefined], ...noOptions];

/** Keys that are near none. */
export const strangeKeys = ["std", "axis", "sigma", "mu", "keepdims", "zzz"];

/** Throws a TypeError or a RangeError that begins with the function's name and names the argument, in our own words. */
export function expectClear(call: () => unknown, functionName: string, argument: string): Error {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  expect([TypeError, RangeError]).toContain((error as Error | undefined)?.constructor);
  const { message } = error as Error;
  expect(message.startsWith(`${functionName}: `), message).toBe(true);
  expect(message).toContain(argument);
  expect(message).not.toMatch(
    /\(reading|not iterable|[Cc]annot (convert|read|mix|destructure|perform)|Invalid |not a function|was called|private/,
  );
  return error as Error;
}
