import { describe, expect, test } from "vitest";
import { findLargest, widen } from "../../src/compare/kernels.js";
import type { HalfFormat } from "../../src/compare/source.js";
import { KINDS, makeRows } from "../logitCalls.js";
import { runtimes } from "./rows.js";

const ALL = Uint16Array.from({ length: 65536 }, (_, i) => i);

/** What a 16-bit float is worth, from its definition. */
function worthOf(bits: number, format: HalfFormat): number {
  const [exponentBits, mantissaBits] = format === "f16" ? [5, 10] : [8, 7];
  const bias = 2 ** (exponentBits - 1) - 1;
  const sign = bits >>> 15 === 1 ? -1 : 1;
  const exponent = (bits >>> mantissaBits) & (2 ** exponentBits - 1);
  const mantissa = (bits & (2 ** mantissaBits - 1)) / 2 ** mantissaBits;
  if (exponent === 2 ** exponentBits - 1) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** (1 - bias) : sign * (1 + mantissa) * 2 ** (exponent - bias);
}

describe.each(["simd", "js"] as const)("in %s", (name) => {
  const { backend, memory } = runtimes[name];

  test.each(["f16", "bf16"] as const)("every %s is widened exactly, at every length", (format) => {
    const halves = memory.allocate(Uint16Array, 65536 + 1);
    halves.set(ALL, 1);
    const wide = memory.allocate(Float32Array, 65536 + 1);
    widen(backend, format, halves.subarray(1), wide.subarray(1));
    expect(wide.subarray(1).every((x, i) => Object.is(x, worthOf(i, format)))).toBe(true);
    for (let length = 0; length < 40; length++) {
      wide.fill(-7);
      widen(backend, format, halves.subarray(17000, 17000 + length), wide.subarray(3, 3 + length));
      const expected = Array.from({ length }, (_, i) => worthOf(16999 + i, format));
      expect(Array.from(wide.subarray(3, 3 + length))).toEqual(expected);
      expect([wide[2], wide[3 + length]]).toEqual([-7, -7]);
    }
    memory.free(halves);
    memory.free(wide);
  });

  test.each(Object.keys(KINDS))("the largest numbers of rows %s", (kind) => {
    for (const type of [Float32Array, Float64Array]) {
      for (const n of [1, 2, 15, 16, 17, 64, 257, 1030, 9000]) {
        const { a } = makeRows(kind, type, n);
        const held = memory.allocate<Float32ArrayConstructor | Float64ArrayConstructor>(type, 3 * n);
        held.fill(Number.POSITIVE_INFINITY);
        held.set(a, n);
        const sorted = Array.from(a.keys()).sort((i, j) => (a[i] === a[j] ? i - j : a[i] < a[j] ? 1 : -1));
        for (const k of [1, 2, 10, 256]) {
          if (k > n) continue;
          const indices = new Int32Array(k);
          findLargest(backend, held, n, n, indices);
          expect(Array.from(indices), `${k} of ${n}`).toEqual(sorted.slice(0, k));
          findLargest(backend, a, 0, n, indices);
          expect(Array.from(indices), `${k} of ${n}, elsewhere`).toEqual(sorted.slice(0, k));
        }
        memory.free(held);
      }
    }
  });
});
