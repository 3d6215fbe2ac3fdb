import { describe, expect, test } from "vitest";
import type { Engine } from "../src/index.js";
import { BACKENDS, engines } from "./engines.js";
import { thin } from "./long.js";
import { on } from "./on.js";
import { randomNumbers } from "./random.js";

// Rows of counts and weights have sums that differ. What a first pass does not tell of them, a batch computes together once more: with the
// bits that each row has by itself, which other tests compare with exact values.

const MEASURES = {
  klDivergence: (f, p, q, o) => [f.klDivergence(p, q, o), f.klDivergence.rows],
  jeffreysDivergence: (f, p, q, o) => [f.jeffreysDivergence(p, q, o), f.jeffreysDivergence.rows],
  jsDivergence: (f, p, q, o) => [f.jsDivergence(p, q, o), f.jsDivergence.rows],
  jsDistance: (f, p, q, o) => [f.jsDistance(p, q, o), f.jsDistance.rows],
  crossEntropy: (f, p, q, o) => [f.crossEntropy(p, q, o), f.crossEntropy.rows],
  hellingerDistance: (f, p, q, o) => [f.hellingerDistance(p, q, o), f.hellingerDistance.rows],
  bhattacharyyaDistance: (f, p, q, o) => [f.bhattacharyyaDistance(p, q, o), f.bhattacharyyaDistance.rows],
  totalVariationDistance: (f, p, q, o) => [f.totalVariationDistance(p, q, o), f.totalVariationDistance.rows],
  pearsonChiSquared: (f, p, q, o) => [f.pearsonChiSquared(p, q, o), f.pearsonChiSquared.rows],
  neymanChiSquared: (f, p, q, o) => [f.neymanChiSquared(p, q, o), f.neymanChiSquared.rows],
  skewDivergence: (f, p, q, o) => [
    f.skewDivergence(p, q, 0.3, o),
    (x, y, more) => f.skewDivergence.rows(x, y, 0.3, more),
  ],
} satisfies Record<string, Measured>;

type Row = Float32Array | Float64Array;
type F = ReturnType<typeof on>;
type Rows = (p: Row, q: Row, options: { rowLength: number; normalize: true }) => Float64Array;
type Measured = (f: F, p: Row, q: Row, options: { normalize: true }) => [number, Rows];

const TYPES = [Float32Array, Float64Array] as const;
/** At lanes, groups and the longest rows that are computed together, and the number of those that have a place at once. */
const LENGTHS = thin(
  [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 48, 64, 100, 127, 128, 129, 255, 256, 257, 300],
  [1, 2, 5, 16, 33, 128, 256, 257],
);
/** What a row of q is multiplied by: on both sides of every limit of a sum, and beyond. */
const FACTORS = [
  1,
  1 + 2 ** -22,
  1.001,
  1.1,
  0.7,
  1.4,
  1.5,
  2,
  3.7,
  0.26,
  1 / 100,
  1000,
  1025,
  2 ** -11,
  2 ** 13,
  1e-6,
  3e9,
  2 ** -45,
  2 ** 80,
  1e-30,
];
const ROWS = 140;

/** Rows that are alike, to 2^-k, or not at all; with zeros, in one row or both. */
function pairsOf(type: (typeof TYPES)[number], length: number, seed: number): [p: Row, q: Row] {
  const random = randomNumbers(seed + length);
  const p = new type(ROWS * length);
  const q = new type(ROWS * length);
  for (let r = 0; r < ROWS; r++) {
    const noise = [0, 2 ** -14, 2 ** -7, 0.25, 1][r % 5];
    const factor = FACTORS[(r * 7) % FACTORS.length];
    const scale = [1, 1, 50, 1e-3][r % 4];
    for (let i = r * length; i < (r + 1) * length; i++) {
      const x = random() + 0.01;
      p[i] = r % 11 === 3 && random() < 0.3 ? 0 : x * scale;
      q[i] = (p[i] === 0 || (r % 13 === 5 && random() < 0.3) ? 0 : x * (1 + noise * (random() - 0.5))) * scale * factor;
    }
    // a sum of 0 is an error
    p[r * length] ||= scale;
    q[r * length] ||= scale * factor;
  }
  return [p, q];
}

const held = (engine: Engine, row: Row): Row => {
  const array = row instanceof Float32Array ? engine.float32(row.length) : engine.float64(row.length);
  array.set(row);
  return array;
};

const normalize = true;
const at = (row: Row, r: number, length: number): Row => row.subarray(r * length, (r + 1) * length);

describe.each(BACKENDS)("%s", (backend) => {
  const engine = engines[backend];
  const f = on(engine);

  for (const [name, measured] of Object.entries(MEASURES) as [string, Measured][]) {
    for (const type of TYPES) {
      test(`${name}, ${type.name}: each row as by itself`, () => {
        for (const length of LENGTHS) {
          const [p, q] = pairsOf(type, length, name.length);
          const alone = Float64Array.from(
            { length: ROWS },
            (_, r) => measured(f, at(p, r, length), at(q, r, length), { normalize })[0],
          );
          const [, rows] = measured(f, at(p, 0, length), at(q, 0, length), { normalize });
          const options = { rowLength: length, normalize } as const;
          expect(rows(p, q, options), `rows of ${length}`).toEqual(alone);
          const [inP, inQ] = [held(engine, p), held(engine, q)];
          expect(rows(inP, inQ, options), `rows of ${length}, in memory`).toEqual(alone);
          expect(rows(inP, q, options), `rows of ${length}, p in memory`).toEqual(alone);
          // one row beside all
          const one = at(q, 7, length);
          const ofOne = Float64Array.from(
            { length: ROWS },
            (_, r) => measured(f, at(p, r, length), one, { normalize })[0],
          );
          expect(rows(p, one, options), `rows of ${length} beside one`).toEqual(ofOne);
          expect(rows(inP, held(engine, one), options), `rows of ${length} beside one, in memory`).toEqual(ofOne);
          for (const array of [inP, inQ]) engine.free(array);
        }
      });
    }
  }

  test("rows of bfloat16", () => {
    const length = 12;
    const [p, q] = pairsOf(Float32Array, length, 1);
    const halvesOf = (row: Row) => Uint16Array.from(new Uint32Array(row.slice().buffer), (bits) => bits >>> 16);
    const rounded = (halves: Uint16Array) => new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
    const [a, b] = [halvesOf(p), halvesOf(q)];
    const options = { rowLength: length, normalize } as const;
    for (const g of [f.klDivergence, f.jsDivergence, f.totalVariationDistance, f.hellingerDistance]) {
      expect(g.rows(a, b, { ...options, format: "bf16" })).toEqual(g.rows(rounded(a), rounded(b), options));
    }
  });

  test("an error names its row, and rows that are not to be normalised are told", () => {
    const length = 6;
    const [p, q] = pairsOf(Float32Array, length, 2);
    for (const [name, measured] of Object.entries(MEASURES) as [string, Measured][]) {
      const [, rows] = measured(f, at(p, 0, length), at(q, 0, length), { normalize });
      const wrong = q.slice();
      wrong[5 * length + 2] = -1;
      expect(() => rows(p, wrong, { rowLength: length, normalize }), name).toThrow(
        /q\[32\] \(row 5, class 2\) is -1|q\[32\] is -1|row 5/,
      );
      const options = { rowLength: length } as { rowLength: number; normalize: true };
      expect(() => rows(p, q, options), name).toThrow(RangeError);
    }
  });
});
