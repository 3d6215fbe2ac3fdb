import { describe, expect, test } from "vitest";
import { createEngine, type Vector } from "../src/index.js";
import * as measures from "../src/measures/index.js";
import { BACKENDS, engines } from "./engines.js";
import { inTurn, isLong } from "./long.js";
import { on } from "./on.js";
import { randomNumbers } from "./random.js";

// Every entry has the bits of the measure of its two rows; what is right of those, their own tests say.

const random = randomNumbers(19);

function rowsOf(type: Float32ArrayConstructor | Float64ArrayConstructor, count: number, length: number) {
  const numbers = Array.from({ length: count * length }, () => (random() < 0.1 ? 0 : random()));
  return type.from(numbers);
}

const SYMMETRIC = [
  "jeffreysDivergence",
  "jsDivergence",
  "jsDistance",
  "hellingerDistance",
  "bhattacharyyaDistance",
  "totalVariationDistance",
] as const;
const DIRECTED = ["klDivergence", "crossEntropy", "pearsonChiSquared", "neymanChiSquared"] as const;
const OF_ORDERS = ["renyiDivergence", "tsallisDivergence", "alphaDivergence", "skewDivergence"] as const;
const normalize = { normalize: true };

describe.each(BACKENDS)("%s", (backend) => {
  const engine = engines[backend];
  const f = on(engine);

  const shapes = [
    ["one row", Float64Array, 1, 5],
    ["two", Float32Array, 2, 3],
    ["an odd number", Float32Array, 7, 33],
    ["an even number", Float64Array, 8, 17],
    ["more than a block", Float64Array, 5, 20000],
    ["rows longer than a block", Float32Array, 3, 70000],
    ["many short ones", Float32Array, 60, 4],
  ] as const;
  test.each(shapes.map((shape, turn) => [...shape, turn] as const))("%s", (_, type, count, rowLength, turn) => {
    const data = rowsOf(type, count, rowLength);
    const rows = Array.from({ length: count }, (_, r) => data.subarray(r * rowLength, (r + 1) * rowLength));
    const held = type === Float32Array ? engine.float32(data.length) : engine.float64(data.length);
    held.set(data);
    const few = ["jsDivergence", "klDivergence"] as const;
    const names = rowLength > 1000 ? few : [...SYMMETRIC, ...DIRECTED];
    // in the quick run every other one, in turns
    for (const name of names.filter((_, i) => isLong || i % 2 === turn % 2)) {
      const measure = f[name];
      const expected = Float64Array.from(
        rows.flatMap((p) => Array.from(measure.rows(p, data, { rowLength, ...normalize }))),
      );
      expect(f.distanceMatrix(data, measure, { rowLength, ...normalize }), name).toEqual(expected);
      expect(f.distanceMatrix(held, measure, { rowLength, ...normalize }), name).toEqual(expected);
      if (count * rowLength > 1000) continue;
      expect(f.distanceMatrix(rows, measure, normalize), name).toEqual(expected);
      expect(f.distanceMatrix(Array.from(data), measure, { rowLength, ...normalize })).toEqual(
        f.distanceMatrix(Float64Array.from(data), measure, { rowLength, ...normalize }),
      );
    }
    engine.free(held);
  });

  test("is symmetric for symmetric measures, and 0 on its diagonal", () => {
    const [n, rowLength] = [9, 40];
    const data = rowsOf(Float32Array, n, rowLength);
    for (const name of [...SYMMETRIC, ...DIRECTED]) {
      const result = f.distanceMatrix(data, f[name], { rowLength, ...normalize });
      const isSymmetric = (SYMMETRIC as readonly string[]).includes(name);
      for (let i = 0; i < n; i++) {
        if (name === "crossEntropy") {
          const row = data.subarray(i * rowLength, (i + 1) * rowLength);
          expect(Math.abs(result[i * n + i] - f.entropy(row, normalize))).toBeLessThan(1e-6);
        } else expect(result[i * n + i]).toBe(0);
        for (let j = 0; j < n && isSymmetric; j++) expect(result[i * n + j]).toBe(result[j * n + i]);
      }
    }
  });

  test("passes the options of the measure on", () => {
    const rowLength = 6;
    const data = rowsOf(Float64Array, 3, rowLength);
    const rows = Array.from({ length: 3 }, (_, r) => data.subarray(r * rowLength, (r + 1) * rowLength));
    const each = (measure: (p: Vector, q: Vector) => number) =>
      Float64Array.from(rows.flatMap((p) => rows.map((q) => measure(p, q))));
    for (const name of OF_ORDERS) {
      const options = { ...normalize, alpha: 0.3 };
      expect(f.distanceMatrix(rows, f[name], options), name).toEqual(each((p, q) => f[name](p, q, 0.3, normalize)));
    }
    const logits = { input: "logits", temperature: 2.5, base: 2 } as const;
    for (const name of ["klDivergence", "jsDivergence"] as const) {
      expect(f.distanceMatrix(rows, f[name], logits)).toEqual(each((p, q) => f[name](p, q, logits)));
    }
    expect(f.distanceMatrix(rows, f.iDivergence, { base: 2 })).toEqual(
      each((p, q) => f.iDivergence(p, q, { base: 2 })),
    );
    const bits = Uint16Array.of(0x3800, 0x3800, 0x3a00, 0x3400);
    const format = { rowLength: 2, format: "f16" } as const;
    expect(f.distanceMatrix(bits, f.totalVariationDistance, format)).toEqual(Float64Array.of(0, 0.25, 0.25, 0));
  });

  test("is a promise of the same, with progress", async () => {
    const data = rowsOf(Float32Array, 20, 50);
    const done: number[] = [];
    const options = { rowLength: 50, ...normalize };
    const result = await f.distanceMatrix.async(data, f.jsDistance, {
      ...options,
      onProgress: (rows) => done.push(rows),
    });
    expect(result).toEqual(f.distanceMatrix(data, f.jsDistance, options));
    expect(done.at(-1)).toBe(20);
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(f.distanceMatrix.async(data, f.jsDistance, { ...options, signal })).rejects.toThrow("stopped");
  });

  test("errors name the row of the matrix", () => {
    const good = [0.5, 0.5];
    for (const bad of [Number.NaN, -0.5, Infinity]) {
      for (const name of [...SYMMETRIC, ...DIRECTED]) {
        const message = `distanceMatrix: distributions[5] (row 2, class 1) is ${bad}; probabilities must be finite and >= 0`;
        expect(() => f.distanceMatrix([good, good, [0.5, bad], good], f[name])).toThrow(
          new RegExp(`^${message.replace(/[[\]()]/g, "\\$&")}`),
        );
      }
    }
    const cases: [call: () => unknown, message: string, type?: ErrorConstructor][] = [
      [() => f.distanceMatrix([good, [3, 4]], f.klDivergence), "row 1 of distributions sums to 7, not to 1"],
      [() => f.distanceMatrix([1.5, 0.5], f.klDivergence, { rowLength: 2 }), "distributions sums to 2, not to 1"],
      [() => f.distanceMatrix(good, f.klDivergence), "rowLength is undefined", TypeError],
      [
        () => f.distanceMatrix([0.5, 0.5, 1], f.klDivergence, { rowLength: 2 }),
        "distributions has 3 numbers, not a multiple of rowLength 2",
      ],
      [
        () => f.distanceMatrix(new Float32Array(16385), f.klDivergence, { rowLength: 1 }),
        "distributions has 16385 rows; it may have 16384",
      ],
      [() => f.distanceMatrix([good], f.renyiDivergence), "alpha is undefined; it must be a number", TypeError],
      [
        () => f.distanceMatrix([good], f.renyiDivergence, { alpha: -1 }),
        "alpha is -1; it must be a number from 0 to Infinity",
      ],
      [() => f.distanceMatrix([good], f.klDivergence, { alpha: 1 }), 'unknown option "alpha"', TypeError],
      [() => f.distanceMatrix([good], f.totalVariationDistance, { base: 2 }), 'unknown option "base"', TypeError],
      [
        () => f.distanceMatrix([good], measures.entropy as never),
        "measure is entropy; it must be a measure of two",
        TypeError,
      ],
      [
        () => f.distanceMatrix([good], measures.logLikelihoodRatio as never),
        "measure is logLikelihoodRatio; it must",
        TypeError,
      ],
      [() => f.distanceMatrix([good], measures.logRatio as never), "measure is logRatio; it must", TypeError],
      [
        () => f.distanceMatrix([good], Math.max as never),
        "measure is function; it must be a measure of two",
        TypeError,
      ],
      [() => f.distanceMatrix([good], "klDivergence" as never), "measure is string; it must be a measure", TypeError],
      [() => f.distanceMatrix([good], undefined as never), "measure is undefined; it must be a measure", TypeError],
    ];
    for (const [call, message, type = RangeError] of cases) {
      expect(call).toThrow(`distanceMatrix: ${message}`);
      expect(call).toThrow(type);
    }
  });
});

// of many rows threads get a part after the other
test.each([
  [60, 3000],
  [300, 40],
])(
  "threads give the same bits, of a matrix in the engine's memory or elsewhere: %i rows of %i",
  async (count, rowLength) => {
    const data = rowsOf(Float32Array, count, rowLength);
    const options = { rowLength, ...normalize };
    for (const measure of inTurn([measures.jsDivergence, measures.klDivergence], count === 60 ? 0 : 1)) {
      const expected = measures.distanceMatrix(data, measure, options);
      const engine = await createEngine({ threads: 3 });
      const held = engine.float32(data.length);
      held.set(data);
      expect(measures.distanceMatrix(held, measure, options)).toEqual(expected);
      expect(await measures.distanceMatrix.async(held, measure, options)).toEqual(expected);
      expect(await measures.distanceMatrix.async(data, measure, { ...options, engine })).toEqual(expected);
      const r = count - 53;
      held[r * rowLength + 5] = Number.NaN;
      const place = `distributions[${r * rowLength + 5}] (row ${r}, class 5) is NaN`;
      expect(() => measures.distanceMatrix(held, measure, options)).toThrow(place);
      await expect(measures.distanceMatrix.async(held, measure, options)).rejects.toThrow(place);
      engine.dispose();
    }
  },
);
