// What the tests of bits share: the lengths and places at which rows are tried, and how results are compared.

import type { Engine } from "../src/index.js";

export type FloatArray = Float32Array | Float64Array;
export type Constructor = Float32ArrayConstructor | Float64ArrayConstructor;

export const LENGTHS = [
  // lanes and groups of four vectors
  ...Array.from({ length: 40 }, (_, i) => i + 1),
  // blocks: 512 f32, 256 f64
  ...[63, 64, 65, 255, 256, 257, 300, 500, 511, 512, 513, 527, 528, 529, 767, 768, 1000, 1023, 1024, 1025, 1535, 1537],
  // chunks of the staging area: 8,192 f32, 4,096 f64
  ...[4095, 4096, 4097, 8191, 8192, 8193, 8704, 20011],
];

export const OFFSETS = [0, 1, 2, 3, 5];

/** A result as text that differs where a bit does. */
export function bitsOf(result: number | FloatArray): string {
  if (typeof result === "number") return new BigUint64Array(new Float64Array([result]).buffer)[0].toString(16);
  // a NaN's payload is not portable; that it is one is
  return Array.from(result, (x) => (Number.isNaN(x) ? "NaN" : Object.is(x, -0) ? "-0" : x)).join();
}

interface Moved {
  row: FloatArray;
  /** Whether nothing beside the row has been written to. */
  isIntact: () => boolean;
  free: () => void;
}

/** The same numbers at an offset inside a larger array, ordinary or of an engine. */
export function moved(row: FloatArray, offset: number, engine?: Engine): Moved {
  const length = row.length + offset + 3;
  const isF32 = row instanceof Float32Array;
  const whole = engine
    ? isF32
      ? engine.float32(length)
      : engine.float64(length)
    : isF32
      ? new Float32Array(length)
      : new Float64Array(length);
  whole.fill(Number.NaN);
  const part = whole.subarray(offset, offset + row.length);
  part.set(row);
  const isIntact = () => whole.every((x, i) => Number.isNaN(x) || (i >= offset && i < offset + row.length));
  return { row: part, isIntact, free: () => engine?.free(whole) };
}

/** What a call gives: a result, or the message of its error, which must be one of ours: it begins with a function's name. */
export type Outcome = number | FloatArray | string;

export function outcomeOf(call: () => number | FloatArray): Outcome {
  try {
    return call();
  } catch (error) {
    const { message } = error as Error;
    if (!/^\w+: /.test(message)) throw error;
    return message;
  }
}

/** Where two outcomes differ in a bit, in words; undefined where they do not. All NaNs are one. */
export function differenceOf(actual: Outcome, expected: Outcome): string | undefined {
  if (typeof actual !== "object" || typeof expected !== "object") {
    return Object.is(actual, expected) ? undefined : `${shown(actual)} instead of ${shown(expected)}`;
  }
  if (actual.constructor !== expected.constructor || actual.length !== expected.length) {
    return `${actual.constructor.name}(${actual.length}) instead of ${expected.constructor.name}(${expected.length})`;
  }
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(actual[i], expected[i])) return `at ${i}: ${shown(actual[i])} instead of ${shown(expected[i])}`;
  }
  return undefined;
}

const shown = (outcome: Outcome): string => {
  if (typeof outcome === "object") return `an array of ${outcome.length}`;
  return Object.is(outcome, -0) ? "-0" : String(outcome);
};
