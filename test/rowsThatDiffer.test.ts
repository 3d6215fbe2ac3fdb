import { describe, expect, test } from "vitest";
import { type Definition, measureLoop, prepareRows } from "../src/call/calls.js";
import { declarationOf } from "../src/call/forms.js";
import { complete } from "../src/engine/complete.js";
import { runtimeOf } from "../src/engine/engines.js";
import {
  bhattacharyyaDistance,
  crossEntropy,
  type Engine,
  hellingerDistance,
  jeffreysDivergence,
  jsDistance,
  jsDivergence,
  klDivergence,
  neymanChiSquared,
  pearsonChiSquared,
  skewDivergence,
  totalVariationDistance,
} from "../src/index.js";
import { BACKENDS, engines } from "./engines.js";
import { thin } from "./long.js";
import { on } from "./on.js";
import { randomNumbers } from "./random.js";

// Rows of counts and weights have sums that differ. What a first pass does not tell of them, a batch computes together once more: with the
// bits that each row has by itself, which other tests compare with exact values.

const MEASURES = {
  klDivergence,
  jeffreysDivergence,
  jsDivergence,
  jsDistance,
  crossEntropy,
  hellingerDistance,
  bhattacharyyaDistance,
  totalVariationDistance,
  pearsonChiSquared,
  neymanChiSquared,
  skewDivergence,
};
type Name = keyof typeof MEASURES;
const NAMES = Object.keys(MEASURES) as Name[];
const ALPHA = 0.3;

type Row = Float32Array | Float64Array;
interface RowOptions {
  readonly rowLength: number;
  readonly normalize?: boolean;
  readonly input?: "logits" | "logProbabilities";
  readonly temperature?: number;
  readonly format?: "bf16";
}

/** Every row by itself, and nothing of a batch. */
function aloneOf(engine: Engine, name: Name, p: Row, q: Row, options: RowOptions): Float64Array {
  const { definition } = declarationOf(MEASURES[name]) as { definition: Definition };
  const alone = { ...definition, batch: undefined, batchOfLogits: undefined };
  const alpha = name === "skewDivergence" ? ALPHA : undefined;
  return complete(runtimeOf("test", engine), prepareRows(alone, measureLoop(alone), [p, q], options, alpha));
}

/** The call of rows. */
function rowsOf(
  engine: Engine,
  name: Name,
  p: Row | Uint16Array,
  q: Row | Uint16Array,
  options: RowOptions,
): Float64Array {
  const f = on(engine);
  if (name === "skewDivergence") return f.skewDivergence.rows(p, q, ALPHA, options);
  return f[name].rows(p, q, options);
}

const TYPES = [Float32Array, Float64Array] as const;
/** At lanes, groups and the longest rows that are computed together, and the number of those that have a place at once. */
const LENGTHS = thin([1, 2, 3, 5, 8, 16, 17, 33, 64, 128, 255, 256, 257], [1, 2, 5, 17, 33, 256, 257]);
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

/** Rows that are alike, to 2^-k, or not at all; with zeros, in p or q alone or in both. */
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
      p[i] = (r % 11 === 3 || r % 11 === 7) && random() < 0.3 ? 0 : x * scale;
      const isZero = (r % 11 === 3 && p[i] === 0) || (r % 13 === 5 && random() < 0.3);
      q[i] = isZero ? 0 : x * (1 + noise * (random() - 0.5)) * scale * factor;
    }
    // a sum of 0 is an error
    p[r * length] ||= scale;
    q[r * length] ||= scale * factor;
  }
  return [p, q];
}

/** Of logits: measures that take them as weights, and those that compare rows again, in f64, whose offset is large. */
const OF_LOGITS = [
  "klDivergence",
  "jeffreysDivergence",
  "jsDivergence",
  "hellingerDistance",
  "bhattacharyyaDistance",
  "totalVariationDistance",
  "skewDivergence",
  "pearsonChiSquared",
  "neymanChiSquared",
] as const;

/** Alike or not, far from 0 or from each other, with classes that are impossible, or whose e^x is no number. */
function logitsOf(type: (typeof TYPES)[number], length: number): [p: Row, q: Row] {
  const random = randomNumbers(length);
  const p = new type(ROWS * length);
  const q = new type(ROWS * length);
  for (let r = 0; r < ROWS; r++) {
    const [range, noise] = [[8, 900, 0.01, 100][r % 4], [0, 2 ** -12, 0.3, 5][r % 5] ?? 1];
    const [shift, offset] = [[0, 1000, -3][r % 3], [0, 0, 100, -1e4][r % 7] ?? 0];
    for (let i = r * length; i < (r + 1) * length; i++) {
      const z = range * (random() - 0.5);
      p[i] = r % 11 === 3 && random() < 0.3 ? -Infinity : z + shift;
      q[i] = r % 13 === 5 && random() < 0.3 ? -Infinity : z + noise * (random() - 0.5) + shift + offset;
    }
    // a row without a possible class is an error
    if (p[r * length] === -Infinity) p[r * length] = shift;
    if (q[r * length] === -Infinity) q[r * length] = shift;
  }
  return [p, q];
}

const held = (engine: Engine, row: Row): Row => {
  const array = row instanceof Float32Array ? engine.float32(row.length) : engine.float64(row.length);
  array.set(row);
  return array;
};

const normalize = true;

describe.each(BACKENDS)("%s", (backend) => {
  const engine = engines[backend];

  for (const name of NAMES) {
    for (const type of TYPES) {
      test(`${name}, ${type.name}: each row as by itself`, () => {
        for (const length of LENGTHS) {
          const [p, q] = pairsOf(type, length, name.length);
          const options = { rowLength: length, normalize };
          const alone = aloneOf(engine, name, p, q, options);
          expect(rowsOf(engine, name, p, q, options), `rows of ${length}`).toEqual(alone);
          const [inP, inQ] = [held(engine, p), held(engine, q)];
          expect(rowsOf(engine, name, inP, inQ, options), `rows of ${length}, in memory`).toEqual(alone);
          expect(rowsOf(engine, name, inP, q, options), `rows of ${length}, p in memory`).toEqual(alone);
          // one row beside all
          const one = q.slice(7 * length, 8 * length);
          const ofOne = aloneOf(engine, name, p, one, options);
          expect(rowsOf(engine, name, p, one, options), `rows of ${length} beside one`).toEqual(ofOne);
          const inOne = held(engine, one);
          expect(rowsOf(engine, name, inP, inOne, options), `rows of ${length} beside one, in memory`).toEqual(ofOne);
          for (const array of [inP, inQ, inOne]) engine.free(array);
        }
      });
    }
  }

  for (const name of OF_LOGITS) {
    for (const type of TYPES) {
      test(`${name} of logits, ${type.name}: each row as by itself`, () => {
        for (const length of LENGTHS) {
          const [p, q] = logitsOf(type, length);
          for (const temperature of [1, 0.7]) {
            const options = { rowLength: length, input: "logits", temperature } as const;
            const alone = aloneOf(engine, name, p, q, options);
            expect(rowsOf(engine, name, p, q, options), `rows of ${length}`).toEqual(alone);
            const [inP, inQ] = [held(engine, p), held(engine, q)];
            expect(rowsOf(engine, name, inP, inQ, options), `rows of ${length}, in memory`).toEqual(alone);
            for (const array of [inP, inQ]) engine.free(array);
            const one = q.slice(7 * length, 8 * length);
            const ofOne = aloneOf(engine, name, p, one, options);
            expect(rowsOf(engine, name, p, one, options), `rows of ${length} beside one`).toEqual(ofOne);
          }
          const logs = [p, q].map((row) => on(engine).logSoftmax.rows(row, { rowLength: length })) as [Row, Row];
          const options = { rowLength: length, input: "logProbabilities" } as const;
          const alone = aloneOf(engine, name, ...logs, options);
          expect(rowsOf(engine, name, ...logs, options), `rows of ${length}, log-probabilities`).toEqual(alone);
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
    const options = { rowLength: length, normalize };
    for (const name of NAMES) {
      const expected = aloneOf(engine, name, rounded(a), rounded(b), options);
      expect(rowsOf(engine, name, a, b, { ...options, format: "bf16" }), name).toEqual(expected);
    }
  });

  test("an error is that of the row by itself", () => {
    const rowLength = 6;
    const [p, q] = pairsOf(Float32Array, rowLength, 2);
    const wrong = q.slice();
    wrong[5 * rowLength + 2] = -1;
    const messageOf = (call: () => unknown): string => {
      try {
        return `${call()}`;
      } catch (error) {
        return `${error}`;
      }
    };
    for (const name of NAMES) {
      // one number is wrong; sums are not 1
      for (const [second, options] of [
        [wrong, { rowLength, normalize }],
        [q, { rowLength, normalize: false }],
      ] as const) {
        const message = messageOf(() => rowsOf(engine, name, p, second, options));
        expect(message, name).toMatch(/^RangeError/);
        expect(message, name).toBe(messageOf(() => aloneOf(engine, name, p, second, options)));
      }
    }
  });
});
