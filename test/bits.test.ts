import { describe, expect, test } from "vitest";
import { createEngineSync } from "../src/index.js";
import { bitsOf, moved, placesOf } from "./bits.js";
import { lengthsOf, OFFSETS } from "./lengths.js";
import { inTurn, isLong, thin } from "./long.js";
import { on } from "./on.js";
import { KINDS, makeRows, resultsOf } from "./probabilityCalls.js";

// One result, to the bit, whatever computes it and wherever the numbers lie.

const js = createEngineSync({ backend: "js" });
const simd = createEngineSync({ backend: "simd" });
const plain = createEngineSync({ backend: "simd", shared: false });

describe.each([
  ["f32", Float32Array],
  ["f64", Float64Array],
] as const)("%s rows", (_, type) => {
  // in the quick run half of the kinds in f32, and the others in f64
  const kinds = Object.keys(KINDS).map((kind, turn) => [kind, turn] as const);
  const tried = kinds.filter(([, turn]) => inTurn([Float32Array, Float64Array], turn).includes(type));
  describe.each(tried)("%s", (kind, turn) => {
    test("have the same bits in JavaScript and in WebAssembly, over a shared and a plain memory, at every length", () => {
      for (const n of lengthsOf(turn)) {
        const rows = makeRows(kind, type, n);
        const expected = resultsOf(on(js), rows);
        expect(resultsOf(on(simd), rows), `${n} classes`).toEqual(expected);
        if (n < 2000) expect(resultsOf(on(plain), rows), `${n} classes, plain`).toEqual(expected);
      }
    });

    test("have the same bits at every offset, copied in or in the engine's memory", () => {
      for (const n of thin([1, 7, 16, 100, 511, 513, 1030, 8195], [1, 7, 16, 513, ...(turn % 4 < 2 ? [8195] : [])])) {
        const rows = makeRows(kind, type, n);
        const expected = resultsOf(on(js), rows);
        for (const offset of n > 500 ? [OFFSETS[turn % OFFSETS.length]] : thin(OFFSETS, [0, 1, 3])) {
          for (const [engine, memory] of placesOf(js, simd, plain)) {
            const p = moved(rows.p, offset, memory);
            const q = moved(rows.q, (offset * 2) % 7, memory);
            const counts = moved(rows.counts, 1, memory);
            const results = resultsOf(on(engine), { p: p.row, q: q.row, counts: counts.row });
            p.free();
            q.free();
            counts.free();
            expect(results, `${n} classes at ${offset}`).toEqual(expected);
          }
        }
      }
    });
  });

  test("have the same bits when one lies in the engine's memory and the other does not", () => {
    for (const n of [5, 600, 9000]) {
      const rows = makeRows("ordinary", type, n);
      const expected = resultsOf(on(js), rows);
      const p = moved(rows.p, 1, simd);
      expect(resultsOf(on(simd), { ...rows, p: p.row })).toEqual(expected);
      p.free();
    }
  });

  const times = isLong ? 1000 : 100;
  test(`have the same bits in ${times} times 10,007 classes`, () => {
    const one = makeRows("nearly equal", type, 10007);
    const n = 10007 * times;
    const rows = { p: new type(n), q: new type(n), counts: new type(n) };
    for (let start = 0; start < n; start += 10007) {
      rows.p.set(one.p, start);
      rows.q.set(one.q, start);
    }
    const normalize = { normalize: true };
    const expected = on(js).klDivergence(rows.p, rows.q, normalize);
    expect(Object.is(on(simd).klDivergence(rows.p, rows.q, normalize), expected)).toBe(true);
    // the same numbers again and again: the divergence of one stretch, to rounding
    expect(Math.abs(expected / on(js).klDivergence(one.p, one.q, normalize) - 1)).toBeLessThan(2e-7);
  });
});

test("mixed types are computed in f64, with the same bits as the widened array", () => {
  const { p, q } = makeRows("ordinary", Float32Array, 5000);
  const wide = Float64Array.from(q);
  const expected = bitsOf(on(js).klDivergence(Float64Array.from(p), wide, { normalize: true }));
  for (const engine of [js, simd, plain]) {
    expect(bitsOf(on(engine).klDivergence(p, wide, { normalize: true }))).toBe(expected);
    expect(bitsOf(on(engine).klDivergence(Array.from(p), q, { normalize: true }))).toBe(expected);
  }
});
