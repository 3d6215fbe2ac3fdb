import { expect } from "vitest";

// Compares arrays of numbers as toEqual does (the same type, length and numbers, by Object.is), but without a list of keys of each,
// which takes most of the time where there are 100,000 numbers.

type NumberArray = Float32Array | Float64Array | Int32Array;

const isNumberArray = (value: unknown): value is NumberArray =>
  value instanceof Float32Array || value instanceof Float64Array || value instanceof Int32Array;

function areEqual(a: unknown, b: unknown): boolean | undefined {
  if (!isNumberArray(a) || !isNumberArray(b)) return undefined;
  return a.constructor === b.constructor && a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}

// once a process, though this is run for each file of tests
const shared = globalThis as { areNumbersCompared?: boolean };
if (!shared.areNumbersCompared) expect.addEqualityTesters([areEqual]);
shared.areNumbersCompared = true;
