import { expect, test } from "vitest";
import { createEngine, type Engine } from "../src/index.js";
import { BACKENDS, engines } from "./engines.js";
import { on } from "./on.js";
import { randomNumbers } from "./random.js";

// KL, cross-entropy and entropy take each chunk's own largest logits, and bring the chunks together in the end: pairs of rows whose chunks
// have little in common, or whose largest logits tell little of the rest. The numbers are multiples of 2^-12, so that b - a is exact, and
//   KL = Σ p·(e^v - 1 - v), v = (b - a)/τ - c, c = ln Σ p·e^((b - a)/τ)
// in f64, where p > 0, is right to a few of its last digits however alike the rows are.

const shared = await createEngine({ threads: 3 });

type Row = Float32Array | Float64Array;
const TYPES = [Float32Array, Float64Array] as const;
const CHUNKS = 4;
const REST = 77;
const NEVER = Number.NEGATIVE_INFINITY;

interface Pair {
  /** What is added to a normal deviate times 3, in row a, and to that in row b; noise is a normal deviate of its own. */
  readonly a?: (chunk: number, i: number) => number;
  readonly b: (chunk: number, i: number, noise: number) => number;
  readonly temperature?: number;
}

const PAIRS: Record<string, Pair> = {
  "alike to the last digits": { b: (_, i) => (i % 3 ? 0 : 2 ** -12) },
  alike: { b: (_c, _i, noise) => noise / 256 },
  "alike, but for the largest of each chunk": {
    a: (_, i) => (i % 2048 === 9 ? 14 : 0),
    b: (_, i) => (i % 4096 === 9 ? 0.25 : 0),
  },
  "alike, but for a class that is next to nothing": {
    b: (_, i) => (i % 2048 === 5 ? 16 : 0),
    a: (_, i) => (i % 2048 === 5 ? -24 : 0),
  },
  "some noise": { b: (_c, _i, noise) => noise / 8 },
  "much noise": { b: (_c, _i, noise) => 2 * noise },
  "another offset for each chunk, small": { b: (c) => c / 512 },
  "another offset for each chunk": { b: (c, _, noise) => c / 4 + noise / 16 },
  "another offset for each chunk, large": { b: (c) => 5 * (c % 2) - 9 * (c % 3) },
  "offset by much": { b: (_c, _i, noise) => 4 + noise / 8 },
  "p in one chunk, q in another": { a: (c) => (c === 1 ? 30 : 0), b: (c) => (c === 1 ? -30 : c === 2 ? 20 : 0) },
  "p in one chunk, q nearly everywhere": { a: (c) => (c === 3 ? 200 : 0), b: (c) => (c === 3 ? -199 : 0) },
  "p in one chunk, and q with it": { a: (c) => (c === 0 ? 300 : 0), b: (_c, _i, noise) => noise / 64 },
  "nothing is possible in one chunk of p": { a: (c) => (c === 0 ? NEVER : 0), b: (_c, _i, noise) => noise / 64 },
  "nothing is possible in most chunks of p": { a: (c) => (c === 2 ? 0 : NEVER), b: (c) => (c === 2 ? 0 : -16) },
  "nothing is possible in the same chunks": {
    a: (c) => (c % 2 ? NEVER : 0),
    b: (c, _, noise) => (c % 2 ? NEVER : noise / 64),
  },
  "some classes are impossible": {
    a: (_, i) => (i % 5 ? 0 : NEVER),
    b: (_, i, noise) => (i % 10 ? noise / 64 : NEVER),
  },
  hot: { b: (_c, _i, noise) => noise / 8, temperature: 8 },
  cold: { b: (_c, _i, noise) => noise / 64, temperature: 0.25 },
  "at a temperature that is no power of 2": { b: (c, _, noise) => c / 64 + noise / 64, temperature: 1.5 },
};

/** As good as normal: sums of 12 uniform numbers. */
function normals(n: number, seed: number): Float64Array {
  const random = randomNumbers(seed);
  return Float64Array.from({ length: n }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random();
    return sum;
  });
}

const grid = (x: number): number => Math.round(x * 4096) / 4096;

function rowsOf(type: (typeof TYPES)[number], { a = () => 0, b }: Pair): { a: Row; b: Row; chunk: number } {
  const chunk = 32768 / type.BYTES_PER_ELEMENT;
  const n = CHUNKS * chunk + REST;
  const deviates = normals(n, 7);
  const noise = normals(n, 8);
  const chunkOf = (i: number) => Math.floor(i / chunk);
  const first = new type(n).map((_, i) => grid(3 * deviates[i] + a(chunkOf(i), i)));
  // where nothing is possible in a, b is what it would be beside 0
  const second = first.slice().map((x, i) => {
    const from = x === NEVER ? grid(3 * deviates[i]) : x;
    return from + grid(b(chunkOf(i), i, noise[i]));
  });
  return { a: first, b: second, chunk };
}

class Total {
  value = 0;
  #rest = 0;
  add(x: number): void {
    const next = this.value + x;
    this.#rest += Math.abs(this.value) < Math.abs(x) ? x - next + this.value : this.value - next + x;
    this.value = next;
  }
  get sum(): number {
    return this.value + this.#rest;
  }
}

function largestOf(row: Row): number {
  let largest = NEVER;
  for (const x of row) largest = Math.max(largest, x);
  return largest;
}

function exactly(a: Row, b: Row, temperature: number) {
  const n = a.length;
  const over = (term: (i: number) => number): number => {
    const total = new Total();
    for (let i = 0; i < n; i++) if (a[i] !== NEVER) total.add(term(i));
    return total.sum;
  };
  const top = largestOf(a);
  const z = over((i) => Math.exp((a[i] - top) / temperature));
  const p = (i: number) => Math.exp((a[i] - top) / temperature) / z;
  const d = (i: number) => (b[i] - a[i]) / temperature;
  const least = (i: number) => Math.max(-700, Math.min(700, d(i)));
  // what b has where nothing is possible in a
  const own = new Total();
  for (let i = 0; i < n; i++) if (a[i] === NEVER) own.add(Math.exp((b[i] - top) / temperature) / z);
  const shift = over((i) => p(i) * Math.expm1(least(i))) + own.sum;
  const qTop = largestOf(b);
  const all = new Total();
  for (const x of b) all.add(Math.exp((x - qTop) / temperature));
  const c = shift > -0.5 ? Math.log1p(shift) : Math.log(all.sum) - Math.log(z) + (qTop - top) / temperature;
  const kl = over((i) => p(i) * (Math.expm1(least(i) - c) - (least(i) - c))) + own.sum * Math.exp(-c);
  const entropy = Math.log(z) - over((i) => p(i) * ((a[i] - top) / temperature));
  return { kl, entropy };
}

function held(engine: Engine, row: Row): Row {
  const array = row instanceof Float32Array ? engine.float32(row.length) : engine.float64(row.length);
  array.set(row);
  return array;
}

const measuresOf = (f: ReturnType<typeof on>, a: Row, b: Row, temperature: number) => {
  const options = { input: "logits", temperature } as const;
  return {
    kl: f.klDivergence(a, b, options),
    crossEntropy: f.crossEntropy(a, b, options),
    entropy: f.entropy(a, options),
    loss: f.distillationLoss(b, a, { rowLength: a.length, temperature }).loss,
  };
};

for (const [name, pair] of Object.entries(PAIRS)) {
  for (const type of TYPES) {
    test(`${name}, ${type.name}`, () => {
      const { temperature = 1 } = pair;
      const { a, b } = rowsOf(type, pair);
      const { kl, entropy } = exactly(a, b, temperature);
      const isSingle = type === Float32Array;
      const error = isSingle ? 1e-6 : 1e-13;
      const results = BACKENDS.map((backend) => {
        const f = on(engines[backend]);
        const result = measuresOf(f, a, b, temperature);
        const message = `${backend}: ${JSON.stringify(result)}, exactly ${kl}, ${entropy}`;
        expect(Math.abs(result.kl - kl), message).toBeLessThanOrEqual(error * Math.max(1, kl));
        if (kl >= 1e-9) expect(Math.abs(result.kl / kl - 1), message).toBeLessThanOrEqual(isSingle ? 1e-5 : 1e-11);
        expect(result.kl, message).toBeGreaterThanOrEqual(0);
        expect(Math.abs(result.entropy - entropy), message).toBeLessThanOrEqual(error * Math.max(1, entropy));
        const total = kl + entropy;
        expect(Math.abs(result.crossEntropy - total), message).toBeLessThanOrEqual(error * Math.max(1, total));
        expect(result.loss, message).toBe(result.kl * temperature * temperature);
        const [inA, inB] = [held(engines[backend], a), held(engines[backend], b)];
        expect(measuresOf(f, inA, inB, temperature), `${backend}, in memory`).toEqual(result);
        expect(f.klDivergence(a, inB, { input: "logits", temperature }), `${backend}, one in memory`).toBe(result.kl);
        expect(f.klDivergence(inA, inA, { input: "logits", temperature }), `${backend}, of one row`).toBe(0);
        for (const array of [inA, inB]) engines[backend].free(array);
        return result;
      });
      if (BACKENDS[0] !== "simd") return;
      for (const result of results) expect(result).toEqual(results[0]);
      const arrays = [held(shared, a), held(shared, b)];
      expect(measuresOf(on(shared), arrays[0], arrays[1], temperature), "with threads").toEqual(results[0]);
      for (const array of arrays) shared.free(array);
    });
  }
}

test.each(TYPES.map((type) => [type.name, type] as const))(
  "what p has and q has not makes KL infinite, %s",
  (_, type) => {
    const { a, b, chunk } = rowsOf(type, PAIRS.alike);
    for (const from of [0, chunk + 5, 2 * chunk, a.length - 1]) {
      const q = b.slice();
      q.fill(NEVER, from, from === 2 * chunk ? from + chunk : from + 1);
      for (const engine of [...BACKENDS.map((backend) => engines[backend]), shared]) {
        const f = on(engine);
        const [inA, inQ] = [held(engine, a), held(engine, q)];
        expect(f.klDivergence(a, q, { input: "logits" })).toBe(Infinity);
        expect(f.klDivergence(inA, inQ, { input: "logits" })).toBe(Infinity);
        expect(f.crossEntropy(inA, inQ, { input: "logits" })).toBe(Infinity);
        expect(f.klDivergence(inQ, inA, { input: "logits" })).toBeLessThan(1);
        for (const array of [inA, inQ]) engine.free(array);
      }
    }
  },
);

test.each(TYPES.map((type) => [type.name, type] as const))("what is no logit is told wherever it is, %s", (_, type) => {
  const { a, b } = rowsOf(type, PAIRS.alike);
  for (const engine of [...BACKENDS.map((backend) => engines[backend]), shared]) {
    const f = on(engine);
    for (const at of [0, a.length - REST - 1, a.length - 1]) {
      for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const array = held(engine, b);
        array[at] = wrong;
        for (const q of [array, array.slice()]) {
          expect(() => f.klDivergence(a, q, { input: "logits" })).toThrow(`q[${at}] is ${wrong}`);
          expect(() => f.crossEntropy(q, a, { input: "logits" })).toThrow(`p[${at}] is ${wrong}`);
          expect(() => f.entropy(q, { input: "logits" })).toThrow(`p[${at}] is ${wrong}`);
        }
        engine.free(array);
      }
    }
  }
});
