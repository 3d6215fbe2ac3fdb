import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bitsOf } from "./bits.js";
import { BACKENDS, engines } from "./engines.js";
import { every, thin } from "./long.js";
import { on } from "./on.js";
import { randomNumbers } from "./random.js";

// Counts: integers, most of them 0, whose totals differ. References by scripts/makeCountReferences.py. Of such pairs 1e-5 (f32) and 1e-11
// (f64) of a divergence are promised, 1e-6 and 1e-13 are kept; 2e-7 and 4e-15 of max(1, entropy).

interface Case {
  readonly n: number;
  readonly density: number;
  readonly factor: number;
  readonly eps: number;
  readonly seed: number;
  readonly sums: readonly [number, number];
  readonly exact: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = JSON.parse(readFileSync(new URL("fixtures/counts.json", import.meta.url), "utf8"));

/** The twin of `counts_of` in the script. */
function countsOf({ n, density, factor, eps, seed }: Case): [p: number[], q: number[]] {
  const random = randomNumbers(seed);
  const p: number[] = [];
  const q: number[] = [];
  for (let i = 0; i < n; i++) {
    const [u, v, w, z] = [random(), random(), random(), random()];
    const x = w < density ? Math.floor(1 + (3 * u) / (1.0625 - u)) : 0;
    const near = x * (1 + eps * (v - 0.5));
    const y = x > 0 ? near * factor : z < density ? Math.floor(1 + 4 * v) : 0;
    p.push(x);
    q.push(x > 0 ? Math.max(1, Math.floor(y + 0.5)) : y);
  }
  return [p, q];
}

const sum = (row: readonly number[]) => row.reduce((total, x) => total + x, 0);
const nameOf = ({ n, density, factor, eps }: Case) =>
  `${n} classes, ${density} of them, totals × ${factor}, eps ${eps}`;
const ENTROPIES = ["entropy", "crossEntropy"];
const normalize = { normalize: true };

describe.each(BACKENDS)("counts against 50 digits, in %s", (backend) => {
  const f = on(engines[backend]);

  // JavaScript takes its time, and has the bits of simd
  test.each(every(backend === "js" ? 5 : 1, CASES).map((it) => [nameOf(it), it] as const))("%s", (_, it) => {
    const [p, q] = countsOf(it);
    expect([sum(p), sum(q)]).toEqual(it.sums);
    for (const [name, text] of Object.entries(it.exact)) {
      const measure = name as "klDivergence";
      const value = Number(text);
      const on = (type: (row: number[]) => Float32Array | Float64Array | Uint32Array | Int32Array) =>
        name === "entropy" ? f.entropy(type(p), normalize) : f[measure](type(p), type(q), normalize);
      const error = (result: number) =>
        Math.abs(result - value) / (ENTROPIES.includes(name) ? Math.max(1, value) : value);
      const inF64 = on((row) => Float64Array.from(row));
      if (value >= 1e-9) {
        const [f32, f64] = ENTROPIES.includes(name) ? [2e-7, 4e-15] : [1e-6, 1e-13];
        expect(error(on((row) => Float32Array.from(row))), `${name} in f32`).toBeLessThanOrEqual(f32);
        expect(error(inF64), `${name} in f64`).toBeLessThanOrEqual(f64);
      }
      // integers are numbers of f64 like any other
      for (const type of [Uint32Array, Int32Array]) {
        expect(bitsOf(on((row) => type.from(row))), `${name} of ${type.name}`).toBe(bitsOf(inF64));
      }
    }
  });
});

// Zeros are left out vector by vector: where they stand must not matter. Each row is all zeros but for `live` classes.
describe("rows of zeros, whatever else they hold", () => {
  const LENGTHS = [
    1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 33, 63, 64, 65, 255, 257, 511, 512, 513, 520, 1023, 1029, 8191, 8200, 9000,
  ];
  const MEASURES = [
    "klDivergence",
    "jsDivergence",
    "crossEntropy",
    "jeffreysDivergence",
    "iDivergence",
    "hellingerDistance",
    "totalVariationDistance",
  ] as const;
  const SPECIAL = [1, 3, 7e-39, -0, 2 ** 24, 1e-30, 0.1, 65535];

  test.each(thin(LENGTHS, [1, 4, 5, 16, 17, 512, 513, 1029, 8200]))(
    "%i classes: simd, js, in memory and copied have one result, or one error",
    (length) => {
      const random = randomNumbers(length);
      const outcome = (run: () => number): string => {
        try {
          return bitsOf(run());
        } catch (error) {
          return String(error);
        }
      };
      for (const type of [Float32Array, Float64Array]) {
        const memory =
          type === Float32Array ? engines.simd.float32(2 * length + 8) : engines.simd.float64(2 * length + 8);
        for (let round = 0; round < 6; round++) {
          const [p, q] = [new type(length), new type(length)];
          for (let live = Math.ceil(length * [0.02, 0.1, 0.5][round % 3]); live > 0; live--) {
            const at = Math.floor(length * random());
            const x = round < 3 ? Math.floor(1 + 20 * random()) : SPECIAL[Math.floor(SPECIAL.length * random())];
            if (random() < 0.9) p[at] = x;
            if (random() < 0.95) q[at] = Math.ceil(x * (0.5 + random()));
          }
          if (round === 5) q[Math.floor(length * random())] = -1;
          const start = 1 + (round % 4);
          const [x, y] = [memory.subarray(start, start + length), memory.subarray(start + length, start + 2 * length)];
          x.set(p);
          y.set(q);
          for (const name of MEASURES) {
            const options = name === "iDivergence" ? {} : normalize;
            const expected = outcome(() => on(engines.js)[name](p, q, options));
            expect(
              outcome(() => on(engines.simd)[name](p, q, options)),
              name,
            ).toBe(expected);
            expect(
              outcome(() => on(engines.simd)[name](x, y, options)),
              `${name} in memory`,
            ).toBe(expected);
          }
          const expected = outcome(() => on(engines.js).entropy(p, normalize));
          expect(outcome(() => on(engines.simd).entropy(x, normalize))).toBe(expected);
          for (const alpha of [0.3, 2, 3.7]) {
            const ofEntropy = outcome(() => on(engines.js).renyiEntropy(p, alpha, normalize));
            expect(outcome(() => on(engines.simd).renyiEntropy(p, alpha, normalize))).toBe(ofEntropy);
            expect(outcome(() => on(engines.simd).renyiEntropy(x, alpha, normalize))).toBe(ofEntropy);
            const ofPair = outcome(() => on(engines.js).renyiDivergence(p, q, alpha, normalize));
            expect(outcome(() => on(engines.simd).renyiDivergence(p, q, alpha, normalize))).toBe(ofPair);
            expect(outcome(() => on(engines.simd).renyiDivergence(x, y, alpha, normalize))).toBe(ofPair);
          }
        }
        engines.simd.free(memory);
      }
    },
  );
});

test("sums that are more octaves apart than f32 has", () => {
  const p = Float32Array.of(0, 0, 0, 0, 1.7548623637584878e29, 0);
  const q = Float32Array.of(3.22e-12, 7.6e-14, 4.596e-12, 3.485e-12, 1.535e-12, 5.9e-12);
  const expected = on(engines.js).klDivergence(p, q, normalize);
  // ln(Σq/q₄)
  expect(expected).toBeCloseTo(Math.log(q.reduce((total, x) => total + x) / q[4]), 6);
  expect(bitsOf(on(engines.simd).klDivergence(p, q, normalize))).toBe(bitsOf(expected));
  expect(bitsOf(on(engines.simd).klDivergence.rows(p, q, { rowLength: 6, ...normalize })[0])).toBe(bitsOf(expected));
});

// of a long row, the first 2,048 classes tell how large its sum is: they may tell nothing, or less than they seem to
describe.each(BACKENDS)("long rows that begin with other numbers, in %s", (backend) => {
  const [n, head] = [40_000, 3_000];
  const { klDivergence, entropy, crossEntropy } = on(engines[backend]);

  describe.each([
    [Float32Array, 6],
    [Float64Array, 11],
  ] as const)("%o", (type, digits) => {
    test("zeros", () => {
      const all = new type(n).fill(3);
      const some = new type(n).fill(1, head);
      expect(klDivergence(some, all, normalize)).toBeCloseTo(Math.log(n / (n - head)), digits);
      expect(klDivergence(all, some, normalize)).toBe(Number.POSITIVE_INFINITY);
      expect(klDivergence(some, some.slice(), normalize)).toBe(0);
      expect(entropy(some, normalize)).toBeCloseTo(Math.log(n - head), digits);
      expect(crossEntropy(some, all, normalize)).toBeCloseTo(Math.log(n), digits);
      expect(crossEntropy(all, some, normalize)).toBe(Number.POSITIVE_INFINITY);
    });

    test.each([
      [1, 2 ** 30],
      [2 ** 30, 1],
      [2 ** -30, 1],
      [2 ** 30, 2 ** -30],
    ])("%d before %d", (x, y) => {
      const row = new type(n).fill(x, 0, head).fill(y, head);
      const other = new type(n).fill(5);
      const [before, behind] = [x * head, y * (n - head)];
      const sum = before + behind;
      const exact = -(before / sum) * Math.log(x / sum) - (behind / sum) * Math.log(y / sum);
      expect(entropy(row, normalize)).toBeCloseTo(exact, digits);
      expect(crossEntropy(row, row.slice(), normalize)).toBeCloseTo(exact, digits);
      expect(crossEntropy(row, other, normalize)).toBeCloseTo(Math.log(n), digits);
      expect(klDivergence(row, other, normalize)).toBeCloseTo(Math.log(n) - exact, digits);
    });
  });
});

describe("integer arrays", () => {
  const random = randomNumbers(5);
  const wide = (n: number) => Uint32Array.from({ length: n }, () => Math.floor(random() ** 8 * 2 ** 32));

  test.each([1, 2, 3, 47, 48, 49, 4095, 4096, 4097, 10_001])(
    "%i of any size, at any offset, alone and in rows",
    (n) => {
      for (const offset of [0, 1, 3]) {
        const p = wide(n + offset).subarray(offset);
        const q = p.map((x, i) => Math.max(1, x + (i % 3)));
        for (const backend of ["simd", "js"] as const) {
          const f = on(engines[backend]);
          const expected = f.klDivergence(Float64Array.from(p), Float64Array.from(q), normalize);
          expect(bitsOf(f.klDivergence(p, q, normalize))).toBe(bitsOf(expected));
          expect(bitsOf(f.klDivergence.rows(p, q, { rowLength: n, ...normalize })[0])).toBe(bitsOf(expected));
          expect(bitsOf(f.klDivergence(p, Float64Array.from(q), normalize))).toBe(bitsOf(expected));
        }
      }
      expect(() => on(engines.simd).entropy(Int32Array.of(1, -2, 3), normalize)).toThrow(/p\[1\] is -2/);
    },
  );
});
