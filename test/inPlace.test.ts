import { afterAll, describe, expect, test } from "vitest";
import { createEngine, createEngineSync, type Engine } from "../src/index.js";
import { inTurn } from "./long.js";
import { FUNCTIONS, type Functions, on } from "./on.js";

// Where the result goes to the place of an input, an error leaves that as it was, however late it is found.

type FloatArray = Float32Array | Float64Array;
type Make = (numbers: number[]) => FloatArray;

const engines: Record<string, Engine | undefined> = {
  default: undefined,
  simd: createEngineSync({ backend: "simd" }),
  js: createEngineSync({ backend: "js" }),
  threads: await createEngine({ threads: 2 }),
  "threads of js": await createEngine({ backend: "js", threads: 2 }),
};
afterAll(() => {
  for (const engine of Object.values(engines)) engine?.dispose();
});

const ramp = (n: number) => Array.from({ length: n }, (_, i) => (i % 7) / 4);
const even = (n: number, rowLength: number) => Array.from({ length: n }, () => 1 / rowLength);

interface Case {
  /** What is written over, with a fault in its last row, or in that of another array. */
  inPlace: (n: number, rowLength: number) => number[];
  run: (
    f: Functions,
    z: FloatArray,
    rowLength: number,
    make: Make,
  ) => [at: () => unknown, aside: () => Promise<unknown>];
  message: RegExp;
}

const lastIs =
  (x: number, all = ramp) =>
  (n: number) =>
    all(n).with(-1, x);
const lastRowIs = (x: number) => (n: number, rowLength: number) => ramp(n).fill(x, n - rowLength);

const ofLabels =
  (options: object): Case["run"] =>
  (f, z, rowLength) => {
    const labels = new Int32Array(z.length / rowLength);
    const all = { rowLength, gradient: z, ...options };
    return [() => f.crossEntropyLoss(z, labels, all), () => f.crossEntropyLoss.async(z, labels, all)];
  };

const ofTargets =
  (targets: (n: number, rowLength: number) => number[]): Case["run"] =>
  (f, z, rowLength, make) => {
    const soft = make(targets(z.length, rowLength));
    const all = { rowLength, gradient: z };
    return [() => f.crossEntropyLoss(z, soft, all), () => f.crossEntropyLoss.async(z, soft, all)];
  };

const ofTeacher =
  (teacher: (n: number, rowLength: number) => number[], direction: "forward" | "reverse" | "js"): Case["run"] =>
  (f, z, rowLength, make) => {
    const other = make(teacher(z.length, rowLength));
    const all = { rowLength, gradient: z, direction };
    return [() => f.distillationLoss(z, other, all), () => f.distillationLoss.async(z, other, all)];
  };

const ofMapping =
  (name: "softmax" | "logSoftmax"): Case["run"] =>
  (f, z, rowLength) => [
    () => f[name].rows(z, { rowLength, out: z }),
    () => f[name].rows.async(z, { rowLength, out: z }),
  ];

const ofRatio =
  (other: (n: number, rowLength: number) => number[], isFirst: boolean, options: object = {}): Case["run"] =>
  (f, z, rowLength, make) => {
    const second = make(other(z.length, rowLength));
    const [p, q] = isFirst ? [z, second] : [second, z];
    const all = { rowLength, out: z, ...options };
    return [() => f.logRatio.rows(p, q, all), () => f.logRatio.rows.async(p, q, all)];
  };

const ofGaussians =
  (isMean: boolean, other: (n: number, rowLength: number) => number[]): Case["run"] =>
  (f, z, rowLength, make) => {
    const second = make(other(z.length, rowLength));
    const [mean, logVariance] = isMean ? [z, second] : [second, z];
    const all = { rowLength, reduction: "none" as const, gradient: { mean, logVariance } };
    return [() => f.gaussianKl(mean, logVariance, all), () => f.gaussianKl.async(mean, logVariance, all)];
  };

const logits = { input: "logits" };

const CASES: Record<string, Case> = {
  "softmax, NaN": { inPlace: lastIs(Number.NaN), run: ofMapping("softmax"), message: /^softmax.rows: z\[.* is NaN/ },
  "logSoftmax, Infinity": { inPlace: lastIs(Infinity), run: ofMapping("logSoftmax"), message: /is Infinity/ },
  "softmax, no class": {
    inPlace: lastRowIs(-Infinity),
    run: ofMapping("softmax"),
    message: /every number of row \d+ of z/,
  },
  "logSoftmax, no class": {
    inPlace: lastRowIs(-Infinity),
    run: ofMapping("logSoftmax"),
    message: /every number of row/,
  },
  "logRatio, a negative p": { inPlace: lastIs(-1), run: ofRatio(ramp, true), message: /^logRatio.rows: p\[.* is -1/ },
  "logRatio, q is NaN": {
    inPlace: ramp,
    run: ofRatio(lastIs(Number.NaN), true),
    message: /^logRatio.rows: q\[.* is NaN/,
  },
  "logRatio over q, p is NaN": { inPlace: ramp, run: ofRatio(lastIs(Number.NaN), false), message: /: p\[.* is NaN/ },
  "logRatio of logits": { inPlace: ramp, run: ofRatio(lastIs(Infinity), true, logits), message: /: q\[.* is Infinity/ },
  "logRatio of logits, no class": {
    inPlace: ramp,
    run: ofRatio(lastRowIs(-Infinity), false, logits),
    message: /every number of row \d+ of p/,
  },
  "crossEntropyLoss, NaN": {
    inPlace: lastIs(Number.NaN),
    run: ofLabels({}),
    message: /^crossEntropyLoss: logits\[.* is NaN/,
  },
  "crossEntropyLoss, weighted": {
    inPlace: lastIs(Infinity),
    run: ofLabels({ labelSmoothing: 0.1, zLoss: 0.1, reduction: "sum" }),
    message: /is Infinity/,
  },
  "crossEntropyLoss, no class": { inPlace: lastRowIs(-Infinity), run: ofLabels({}), message: /every number of row/ },
  "crossEntropyLoss of targets, a bad sum": {
    inPlace: ramp,
    run: ofTargets((n, rowLength) => even(n, rowLength).fill(2, n - rowLength)),
    message: /of targets sums to/,
  },
  "crossEntropyLoss of targets, a bad one": {
    inPlace: ramp,
    run: ofTargets((n, rowLength) => even(n, rowLength).with(-1, -1)),
    message: /targets\[.* is -1/,
  },
  "distillationLoss, NaN": {
    inPlace: lastIs(Number.NaN),
    run: ofTeacher(ramp, "forward"),
    message: /studentLogits\[.* is NaN/,
  },
  "distillationLoss, the teacher's NaN": {
    inPlace: ramp,
    run: ofTeacher(lastIs(Number.NaN), "js"),
    message: /teacherLogits\[/,
  },
  "distillationLoss, without a gradient": {
    inPlace: ramp,
    run: ofTeacher(lastIs(-Infinity), "reverse"),
    message: /row \d+ of studentLogits gives a probability to class/,
  },
  "gaussianKl, a mean": {
    inPlace: lastIs(Number.NaN),
    run: ofGaussians(true, ramp),
    message: /^gaussianKl: mean\[.* is NaN/,
  },
  "gaussianKl, a log-variance": {
    inPlace: ramp,
    run: ofGaussians(true, lastIs(Infinity)),
    message: /^gaussianKl: logVariance\[.* is Infinity/,
  },
};

describe.each(Object.entries(engines))("%s", (_, engine) => {
  const f = engine ? on(engine) : FUNCTIONS;
  const makers: Record<string, Make> = {
    Float32Arrays: (numbers) => Float32Array.from(numbers),
    Float64Arrays: (numbers) => Float64Array.from(numbers),
    ...(engine && {
      "Float32Arrays of the engine": (numbers: number[]) => {
        const array = engine.float32(numbers.length);
        array.set(numbers);
        return array;
      },
    }),
  };

  describe.each(Object.entries(makers))("%s", (kind, make) => {
    const cases = Object.entries(CASES).map(([name, it], turn) => ({ name, ...it, turn }));
    test.each(cases)("$name", async ({ inPlace, run, message, turn }) => {
      // short rows, rows of more than a chunk, and as many as threads share
      const longer = [[3, 600], [3, 9000], ...(kind.includes("engine") ? [[64, 2000]] : [])];
      for (const [rows, rowLength] of [[3, 2], ...inTurn(longer, turn)]) {
        const z = make(inPlace(rows * rowLength, rowLength));
        const before = z.slice();
        const [at, aside] = run(f, z, rowLength, make);
        expect(at).toThrow(message);
        expect(z).toEqual(before);
        await expect(aside()).rejects.toThrow(message);
        expect(z).toEqual(before);
      }
    });

    test("without an error, the result is that of another place", () => {
      for (const [rows, rowLength] of [
        [1, 5],
        [3, 5],
        [64, 2000],
      ]) {
        const z = make(ramp(rows * rowLength));
        const options = { rowLength };
        const expected = f.softmax.rows(z, options);
        const labels = new Int32Array(rows);
        const loss = f.crossEntropyLoss(z, labels, { ...options, gradient: true });
        const place = make(ramp(rows * rowLength));
        expect(f.crossEntropyLoss(place, labels, { ...options, gradient: place })).toEqual(loss);
        expect(f.softmax.rows(z, { ...options, out: z })).toEqual(expected);
      }
    });
  });

  test("a single long row, of which a later part is wrong", () => {
    for (const make of Object.values(makers)) {
      for (const isFirst of [true, false]) {
        const [z, other] = [make(ramp(20_000)), make(lastIs(-1)(20_000))];
        const before = z.slice();
        const [p, q] = isFirst ? [z, other] : [other, z];
        expect(() => f.logRatio(p, q, { out: z })).toThrow(/\[19999\] is -1/);
        expect(z).toEqual(before);
      }
    }
  });
});
