import { expect, test } from "vitest";
import { createEngine, type Engine } from "../src/index.js";
import { BACKENDS, engines } from "./engines.js";
import { on } from "./on.js";

// log-sum-exp takes each chunk's own largest logit for its shift, and brings the chunks together in the end: rows whose chunks have little
// in common. The logits of a chunk are all the same, so that ln Σ n e^(m/τ) over chunks of n logits m is exact but for f64's rounding.

const shared = await createEngine({ threads: 3 });

interface Shape {
  /** The logit of a chunk. */
  readonly logitOf: (chunk: number) => number;
  readonly temperature?: number;
}

const SHAPES: Record<string, Shape> = {
  "each chunk above the one before": { logitOf: (c) => c * 1.5 },
  "each chunk below the one before": { logitOf: (c) => -c * 1.5 },
  "all alike": { logitOf: () => -3 },
  "hot, and far from 0": { logitOf: (c) => 1000 + (c % 3), temperature: 7 },
  "cold: one chunk is all": { logitOf: (c) => (c === 2 ? 1 : 0), temperature: 2 ** -10 },
  "nothing is possible in the first chunk": { logitOf: (c) => (c === 0 ? Number.NEGATIVE_INFINITY : c) },
  "nothing is possible in every other": { logitOf: (c) => (c % 2 ? c / 4 : Number.NEGATIVE_INFINITY) },
  "nothing is possible but in the last": { logitOf: (c) => (c < 5 ? Number.NEGATIVE_INFINITY : 0.25) },
  "nearly nothing in some: as low as f32 goes": { logitOf: (c) => (c % 2 ? -3.4028234663852886e38 : 2) },
  "-0 and 0": { logitOf: (c) => (c % 2 ? 0 : -0) },
};

const CHUNKS = 5;
/** What is behind the last whole chunk. */
const REST = 77;

function rowOf(
  type: Float32ArrayConstructor | Float64ArrayConstructor,
  { logitOf }: Shape,
): Float32Array | Float64Array {
  const chunk = 32768 / type.BYTES_PER_ELEMENT;
  return new type(CHUNKS * chunk + REST).map((_, i) => logitOf(Math.floor(i / chunk)));
}

function expectedOf(row: Float32Array | Float64Array, temperature: number): number {
  const chunk = 32768 / row.BYTES_PER_ELEMENT;
  const most = Math.max(...Array.from({ length: CHUNKS + 1 }, (_, c) => row[c * chunk]));
  let sum = 0;
  for (let c = 0; c <= CHUNKS; c++) {
    sum += (c < CHUNKS ? chunk : REST) * Math.exp((row[c * chunk] - most) / temperature);
  }
  return most / temperature + Math.log(sum);
}

function held(engine: Engine, row: Float32Array | Float64Array): Float32Array | Float64Array {
  const array = row instanceof Float32Array ? engine.float32(row.length) : engine.float64(row.length);
  array.set(row);
  return array;
}

const TYPES = [Float32Array, Float64Array] as const;

for (const [name, shape] of Object.entries(SHAPES)) {
  for (const type of TYPES) {
    test(`${name}, ${type.name}`, () => {
      const { temperature = 1 } = shape;
      const row = rowOf(type, shape);
      const expected = expectedOf(row, temperature);
      const bound = (type === Float32Array ? 1e-6 : 1e-13) * Math.max(1, Math.abs(expected));
      const label = row.length - 1;
      for (const backend of BACKENDS) {
        const f = on(engines[backend]);
        const result = f.logSumExp(row, { temperature });
        expect(Math.abs(result - expected), `${backend}: ${result}, exactly ${expected}`).toBeLessThanOrEqual(bound);
        const array = held(engines[backend], row);
        expect(f.logSumExp(array, { temperature }), `${backend}, in memory`).toBe(result);
        const options = { rowLength: row.length, temperature };
        const { loss } = f.crossEntropyLoss(array, [label], options);
        expect(loss, `${backend}, loss`).toBe(f.crossEntropyLoss(row, [label], options).loss);
        expect(Math.abs(loss - (expected - row[label] / temperature))).toBeLessThanOrEqual(2 * bound);
        // to rounding: the sum is that of the pass which writes the gradient
        const graded = f.crossEntropyLoss(row, [label], { ...options, gradient: true }).loss;
        expect(Math.abs(loss - graded)).toBeLessThanOrEqual(2 * bound);
        engines[backend].free(array);
      }
      const own = on(engines[BACKENDS[0]]).logSumExp(row, { temperature });
      if (BACKENDS[0] === "simd") {
        expect(on(engines.js).logSumExp(row, { temperature })).toBe(own);
        const array = held(shared, row);
        expect(on(shared).logSumExp(array, { temperature })).toBe(own);
        shared.free(array);
      }
    });
  }
}

test.each(TYPES.map((type) => [type.name, type] as const))("what is no logit is told wherever it is, %s", (_, type) => {
  const row = rowOf(type, SHAPES["all alike"]);
  const places = [0, row.length - REST - 1, row.length - 1];
  for (const engine of [...BACKENDS.map((backend) => engines[backend]), shared]) {
    for (const at of places) {
      for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const array = held(engine, row);
        array[at] = wrong;
        for (const z of [array, array.slice()]) {
          expect(() => on(engine).logSumExp(z)).toThrow(`z[${at}] is ${wrong}`);
        }
        engine.free(array);
      }
    }
    const nothing = held(engine, row).fill(Number.NEGATIVE_INFINITY);
    expect(() => on(engine).logSumExp(nothing)).toThrow("every number of z is -Infinity");
    engine.free(nothing);
  }
});
