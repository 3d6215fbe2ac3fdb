import { describe, expect, test } from "vitest";
import { createEngineSync, type Engine } from "../src/index.js";
import { bitsOf, type Constructor, type FloatArray, LENGTHS, moved, OFFSETS } from "./bits.js";
import { randomNumbers } from "./cases.js";

// One result, to the bit, whatever computes it and wherever the numbers lie.

const js = createEngineSync({ backend: "js" });
const simd = createEngineSync({ backend: "simd" });
const plain = createEngineSync({ backend: "simd", shared: false });

/** Fills p, q and counts with numbers of a kind. */
const KINDS: Record<string, (random: () => number, p: FloatArray, q: FloatArray, i: number) => void> = {
  ordinary(random, p, q, i) {
    p[i] = random() ** 3;
    q[i] = random() ** 3;
  },
  "nearly equal"(random, p, q, i) {
    p[i] = random();
    q[i] = p[i] * (1 + (random() - 0.5) * 1e-5);
  },
  "one ulp apart"(random, p, q, i) {
    const epsilon = p instanceof Float32Array ? 2 ** -23 : 2 ** -52;
    p[i] = random();
    q[i] = p[i] * (1 + (random() < 0.5 ? epsilon : -epsilon));
  },
  "with zeros on both sides"(random, p, q, i) {
    p[i] = random() < 0.3 ? 0 : random();
    q[i] = p[i] === 0 && random() < 0.7 ? 0 : random();
  },
  "with q = 0 where p > 0"(random, p, q, i) {
    p[i] = random();
    q[i] = random() < 0.02 ? 0 : random();
  },
  "with zeros of either sign"(random, p, q, i) {
    p[i] = random() < 0.4 ? -0 : random();
    q[i] = random() < 0.5 && p[i] === 0 ? -0 : random();
  },
  "thirty orders of magnitude"(random, p, q, i) {
    p[i] = random() * 10 ** (-30 * random());
    q[i] = random() * 10 ** (-30 * random());
  },
  "with subnormals"(random, p, q, i) {
    const tiny = p instanceof Float32Array ? 1e-40 : 1e-310;
    p[i] = random() < 0.1 ? tiny * random() : random();
    q[i] = random() < 0.1 ? tiny * random() : random();
  },
  "all subnormal"(random, p, q, i) {
    const tiny = p instanceof Float32Array ? 1e-39 : 1e-309;
    p[i] = tiny * (0.5 + random());
    q[i] = tiny * (0.5 + random());
  },
  huge(random, p, q, i) {
    const large = p instanceof Float32Array ? 1e38 : 1e300;
    p[i] = large * random();
    q[i] = random();
  },
  "at the edges of octaves"(random, p, q, i) {
    p[i] = 1 + (random() < 0.5 ? 0 : 2 ** -20);
    q[i] = p[i] * 2 ** Math.floor(random() * 5 - 2) * (1 + (random() - 0.5) * 2 ** -21);
  },
  "one-hot among subnormals"(random, p, q, i) {
    const tiny = (p instanceof Float32Array ? 1e-40 : 1e-310) * random();
    p[i] = i === p.length >> 1 ? 1 : tiny;
    q[i] = i === p.length >> 2 ? 1 : tiny;
  },
  "one-hot"(_, p, q, i) {
    p[i] = i === p.length >> 1 ? 1 : 0;
    q[i] = i === p.length >> 2 ? 1 : 0;
  },
  "of unequal sums"(random, p, q, i) {
    p[i] = random();
    q[i] = p[i] * 1.003 * (1 + (random() - 0.5) * 1e-3);
  },
};

interface Rows {
  p: FloatArray;
  q: FloatArray;
  counts: FloatArray;
}

function makeRows(kind: string, type: Constructor, n: number): Rows {
  const random = randomNumbers(n * 31 + kind.length);
  const [p, q, counts] = [new type(n), new type(n), new type(n)];
  for (let i = 0; i < n; i++) {
    KINDS[kind](random, p, q, i);
    counts[i] = Math.floor(random() * 4);
  }
  return { p, q, counts };
}

const NAMES = [
  "entropy",
  "crossEntropy",
  "klDivergence",
  "jeffreysDivergence",
  "jsDivergence",
  "jsDistance",
  "iDivergence",
  "logLikelihoodRatio",
  "logRatio",
] as const;

/** Every result as bits; an error as its message. */
function resultsOf(engine: Engine, { p, q, counts }: Rows): Record<string, string> {
  const results: Record<string, string> = {};
  const normalize = { normalize: true };
  for (const name of NAMES) {
    try {
      let result: number | FloatArray;
      if (name === "entropy") result = engine.entropy(p, normalize);
      else if (name === "logLikelihoodRatio") result = engine.logLikelihoodRatio(counts, p, q);
      else if (name === "logRatio") result = engine.logRatio(p, q);
      else if (name === "iDivergence") result = engine.iDivergence(p, q);
      else result = engine[name](p, q, normalize);
      results[name] = bitsOf(result);
    } catch (error) {
      results[name] = (error as Error).message;
    }
  }
  return results;
}

describe.each([
  ["f32", Float32Array],
  ["f64", Float64Array],
] as const)("%s rows", (_, type) => {
  describe.each(Object.keys(KINDS))("%s", (kind) => {
    test("have the same bits in JavaScript and in WebAssembly, over a shared and a plain memory, at every length", () => {
      for (const n of LENGTHS) {
        const rows = makeRows(kind, type, n);
        const expected = resultsOf(js, rows);
        expect(resultsOf(simd, rows), `${n} classes`).toEqual(expected);
        if (n < 2000) expect(resultsOf(plain, rows), `${n} classes, plain`).toEqual(expected);
      }
    });

    test("have the same bits at every offset, copied in or in the engine's memory", () => {
      for (const n of [1, 7, 16, 100, 511, 513, 1030, 8195]) {
        const rows = makeRows(kind, type, n);
        const expected = resultsOf(js, rows);
        for (const offset of OFFSETS) {
          for (const [engine, memory] of [
            [js, undefined],
            [simd, undefined],
            [simd, simd],
            [plain, plain],
          ] as const) {
            const p = moved(rows.p, offset, memory);
            const q = moved(rows.q, (offset * 2) % 7, memory);
            const counts = moved(rows.counts, 1, memory);
            const results = resultsOf(engine, { p: p.row, q: q.row, counts: counts.row });
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
      const expected = resultsOf(js, rows);
      const p = moved(rows.p, 1, simd);
      expect(resultsOf(simd, { ...rows, p: p.row })).toEqual(expected);
      p.free();
    }
  });

  test("have the same bits in ten million classes", () => {
    const one = makeRows("nearly equal", type, 10007);
    const n = 10007 * 1000;
    const rows = { p: new type(n), q: new type(n), counts: new type(n) };
    for (let start = 0; start < n; start += 10007) {
      rows.p.set(one.p, start);
      rows.q.set(one.q, start);
    }
    const normalize = { normalize: true };
    const expected = js.klDivergence(rows.p, rows.q, normalize);
    expect(Object.is(simd.klDivergence(rows.p, rows.q, normalize), expected)).toBe(true);
    // the same numbers again and again: the divergence of one stretch, to rounding
    expect(Math.abs(expected / js.klDivergence(one.p, one.q, normalize) - 1)).toBeLessThan(2e-7);
  });
});

test("mixed types are computed in f64, with the same bits as the widened array", () => {
  const { p, q } = makeRows("ordinary", Float32Array, 5000);
  const wide = Float64Array.from(q);
  const expected = bitsOf(js.klDivergence(Float64Array.from(p), wide, { normalize: true }));
  for (const engine of [js, simd, plain]) {
    expect(bitsOf(engine.klDivergence(p, wide, { normalize: true }))).toBe(expected);
    expect(bitsOf(engine.klDivergence(Array.from(p), q, { normalize: true }))).toBe(expected);
  }
});
