// What the tests of bits share: rows at other places, and how results are compared. Portable: test/platforms.

import type { Engine } from "../src/index.js";

export type FloatArray = Float32Array | Float64Array;
export type Constructor = Float32ArrayConstructor | Float64ArrayConstructor;

/** A result as text that differs where a bit does. */
export function bitsOf(result: number): string {
  return new BigUint64Array(new Float64Array([result]).buffer)[0].toString(16);
}

interface Moved {
  row: FloatArray;
  /** Whether nothing beside the row has been written to. */
  isIntact: () => boolean;
  free: () => void;
}

/** Who computes, and in whose memory the numbers lie; undefined where they are copied in. */
export const placesOf = (
  js: Engine,
  simd: Engine,
  plain: Engine,
): readonly [engine: Engine, memory: Engine | undefined][] => [
  [js, undefined],
  [simd, undefined],
  [simd, simd],
  [plain, plain],
];

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
    if (!/^\w+(\.rows|\.of)?: /.test(message)) throw error;
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
