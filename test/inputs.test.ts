import { describe, expect, test } from "vitest";
import { gTest, keyness, mutualInformation } from "../src/evidence/index.js";
import {
  createEngineSync,
  crossEntropyLoss,
  distillationLoss,
  entropy,
  gaussianKl,
  klDivergence,
  type Matrix,
  perplexity,
  softmax,
  tokenLogProbabilities,
} from "../src/index.js";
import { type Arrays, everyCall } from "./everyCall.js";
import { FUNCTIONS } from "./on.js";

// Tensors and arrays of rows give the bits of the flat arrays that they stand for, in every function.

const CLASSES = 3;
const ROWS = 4;
const numbers = (length: number, f: (i: number) => number) => Array.from({ length }, (_, i) => f(i));

const flat: Arrays = {
  z: numbers(ROWS * CLASSES, (i) => Math.fround(Math.sin(i))),
  w: numbers(ROWS * CLASSES, (i) => Math.fround(Math.cos(2 * i))),
  p: numbers(ROWS, (i) => i).flatMap((i) => [0.5, 0.5 - i / 16, i / 16]),
  counts: numbers(ROWS * CLASSES, (i) => i),
  one: [0.25, 0.25, 0.5],
  tokens: Int32Array.of(2, 0, 1, 2),
};

type Wrap = (numbers: ArrayLike<number>, isOne: boolean) => unknown;

const types = { Float32Array, Float64Array };

const WRAPPERS: Record<string, (type: typeof Float32Array | typeof Float64Array) => Wrap> = {
  "ONNX Runtime's tensors": (type) => (data, isOne) => ({
    data: type.from(data),
    dims: isOne ? [CLASSES] : [ROWS, CLASSES],
    type: type === Float32Array ? "float32" : "float64",
    location: "cpu",
  }),
  "tensors with leading dimensions": (type) => (data, isOne) => ({
    data: type.from(data),
    dims: isOne ? [1, 1, CLASSES] : [2, ROWS / 2, CLASSES],
    location: "cpu-pinned",
  }),
  "arrays with a shape and strides": (type) => (data, isOne) => ({
    data: type.from(data),
    shape: Int32Array.from(isOne ? [CLASSES] : [ROWS, 1, CLASSES]),
    // that of a dimension of 1 says nothing
    strides: isOne ? [1] : [CLASSES, 77, 1],
    dtype: "float",
  }),
};

/** Every array of the arguments of a call but labels, by what `wrap` makes of it; and no `rowLength`. */
function wrapped(args: unknown[], wrap: Wrap, wrapLabels: (labels: Int32Array) => unknown): unknown[] {
  return args.map((argument) => {
    if (argument instanceof Int32Array) return wrapLabels(argument);
    if (Array.isArray(argument)) {
      const isPerRow = argument.length === ROWS;
      return isPerRow ? argument : wrap(argument, argument.length === CLASSES);
    }
    if (typeof argument !== "object") return argument;
    const { rowLength: _, ...options } = argument as Record<string, unknown>;
    for (const [key, value] of Object.entries(options)) if (Array.isArray(value)) options[key] = wrap(value, true);
    return options;
  });
}

describe.each(everyCall(FUNCTIONS))("$name", ({ name, args }) => {
  const [own, form] = name.split(".");
  type Form = ((...args: unknown[]) => unknown) & { rows: Form; of: Form; async: Form };
  const all = FUNCTIONS[own as "entropy"] as unknown as Form;
  const f = form ? all[form as "rows" | "of"] : all;

  describe.each(Object.entries(types))("%s", (_, type) => {
    const typed = (array: ArrayLike<number>) => type.from(array);
    const given = args(flat).map((argument) =>
      Array.isArray(argument) && argument.length !== ROWS ? typed(argument) : argument,
    );
    const options = given.at(-1) as Record<string, unknown>;
    if (typeof options === "object" && !ArrayBuffer.isView(options)) {
      given[given.length - 1] = Object.fromEntries(
        Object.entries(options).map(([key, value]) => [key, Array.isArray(value) ? typed(value) : value]),
      );
    }

    test.each(Object.entries(WRAPPERS))("%s", async (_, wrapper) => {
      const labels = (tokens: Int32Array) => ({
        data: BigInt64Array.from(tokens, BigInt),
        dims: [2, 2],
        type: "int64",
      });
      const tensors = wrapped(args(flat), wrapper(type), labels);
      expect(f(...tensors)).toEqual(f(...given));
      expect(await f.async(...tensors)).toEqual(f(...given));
    });

    // where one row is wanted there are no rows
    if (form || args(flat).some((argument) => argument === flat.z)) {
      test("arrays of rows", () => {
        const rowsOf = (data: ArrayLike<number>) =>
          numbers(data.length / CLASSES, (r) => r).map((r) =>
            typed(Array.from(data).slice(r * CLASSES, (r + 1) * CLASSES)),
          );
        const nested = wrapped(args(flat), rowsOf, (labels) => labels);
        const last = nested.at(-1) as Record<string, unknown>;
        if (last.classWeights) last.classWeights = (last.classWeights as unknown[])[0];
        expect(f(...nested)).toEqual(f(...given));
        const deep = wrapped(
          args(flat),
          (data) => [rowsOf(data)],
          (labels) => labels,
        );
        (deep.at(-1) as Record<string, unknown>).classWeights = last.classWeights;
        if (last.classWeights === undefined) delete (deep.at(-1) as Record<string, unknown>).classWeights;
        expect(f(...deep)).toEqual(f(...given));
      });
    }
  });
});

const p = Float32Array.of(0.5, 0.25, 0.25, 0.125, 0.125, 0.75);
const q = Float32Array.of(0.25, 0.5, 0.25);

describe("tensors", () => {
  test("of one row go with those of many, and with flat arrays", () => {
    const expected = klDivergence.rows(p, q, { rowLength: 3 });
    expect(klDivergence.rows({ data: p, dims: [2, 3] }, { data: q, dims: [3] })).toEqual(expected);
    expect(klDivergence.rows({ data: p, dims: [2, 3] }, q)).toEqual(expected);
    expect(klDivergence.rows(p, { data: q, shape: [1, 3] }, { rowLength: 3 })).toEqual(expected);
    expect(klDivergence({ data: q, dims: [1, 1, 3] }, p.subarray(3))).toBe(klDivergence(q, p.subarray(3)));
  });

  test("have an iterator, as those of transformers.js", () => {
    class Tensor {
      readonly dims = [2, 3];
      readonly type = "float32";
      readonly location = "cpu";
      readonly data = p;
      *[Symbol.iterator]() {
        yield* [this.data.subarray(0, 3), this.data.subarray(3)];
      }
    }
    expect(entropy.rows(new Tensor())).toEqual(entropy.rows(p, { rowLength: 3 }));
  });

  test("in an engine's memory are computed by that engine", () => {
    const engine = createEngineSync();
    const held = engine.float32(3);
    held.set(q);
    const before = klDivergence(
      q,
      q.map((_, i) => q[2 - i]),
    );
    expect(
      klDivergence(
        { data: held, dims: [3] },
        q.map((_, i) => q[2 - i]),
      ),
    ).toBe(before);
    engine.dispose();
  });

  test("of another shape are refused, with what to do", () => {
    const wrong: [matrix: unknown, message: RegExp, options?: object][] = [
      [{ data: p, dims: [2, 3] }, /^klDivergence\.rows: a row of p has 3 numbers; rowLength is 2$/, { rowLength: 2 }],
      [
        { data: p, dims: [3, 2] },
        /^klDivergence\.rows: a row of q has 3 numbers; that of p has 2; for the first n of each pass \{ classes: n \}$/,
      ],
      [{ data: p, dims: [3] }, /^klDivergence\.rows: p has 6 numbers for a shape of 3/],
      [{ data: p, dims: [2, 0] }, /^klDivergence\.rows: p has 6 numbers for a shape of 0/],
      [{ data: p, shape: [2, 3], strides: [1, 2] }, /^klDivergence\.rows: p has strides 1,2; it must be row-major/],
      [{ data: p, shape: [2, 3], stride: [3, -1] }, /^klDivergence\.rows: p has strides 3,-1; it must be row-major/],
      [
        { data: p, dims: [2, 3], location: "gpu-buffer" },
        /p is at "gpu-buffer"; call await tensor\.getData\(\) first$/,
      ],
      [{ data: p, dims: [2, 3], location: "texture" }, /p is at "texture"; call await tensor\.getData\(\) first$/],
      [{ dims: [2, 3], location: "none" }, /^klDivergence\.rows: p\.data is undefined/],
      [
        { data: async () => p, shape: [2, 3] },
        /p is a TensorFlow\.js tensor; pass \{ data: tensor\.dataSync\(\), shape: .* data\(\)$/,
      ],
    ];
    for (const [matrix, message, options] of wrong) {
      expect(() => klDivergence.rows(matrix as Matrix, { data: q, dims: [3] }, options)).toThrow(message);
    }
    expect(() => entropy({ data: p, dims: [2, 3] })).toThrow(
      new RangeError("entropy: p has 2 rows; it must have one; for rows use entropy.rows"),
    );
    const targets = { data: async () => p, shape: [2] } as never;
    expect(() => crossEntropyLoss({ data: p, dims: [2, 3] }, targets)).toThrow(/targets is a TensorFlow\.js tensor/);
    const far = { location: "gpu-buffer", dims: [2] } as never;
    expect(() => perplexity({ data: p, dims: [2, 3] }, far)).toThrow(/tokens is at "gpu-buffer"; call await/);
  });

  test("a bad number is named by its row and class", () => {
    expect(() => entropy.rows({ data: Float32Array.of(0.5, 0.5, -1, 2), dims: [2, 1, 2] })).toThrow(
      "entropy.rows: p[2] (row 1, class 0) is -1",
    );
  });

  test("labels of 64 bits may be negative, and are ignored as others are", () => {
    const labels = { data: BigInt64Array.of(-100n, 2n), dims: [2, 1], type: "int64" };
    const logits = { data: p, dims: [1, 2, 3] };
    const expected = crossEntropyLoss(p, [-100, 2], { rowLength: 3 });
    expect(crossEntropyLoss(logits, labels)).toEqual(expected);
    expect(expected.count).toBe(1);
    expect(tokenLogProbabilities(logits, labels, { ignoreIndex: -100 })[0]).toBeNaN();
    expect(() => tokenLogProbabilities(logits, labels)).toThrow("tokenLogProbabilities: tokens[0] is -100");
  });

  test("soft targets, class weights and priors may be tensors or rows", () => {
    const logits = { data: p, dims: [2, 3] };
    const weights = { data: q, dims: [3] };
    const expected = crossEntropyLoss(p, p, { rowLength: 3, classWeights: q });
    expect(crossEntropyLoss(logits, { data: p, shape: [2, 3] }, { classWeights: weights })).toEqual(expected);
    expect(crossEntropyLoss(logits, [p.subarray(0, 3), p.subarray(3)], { classWeights: weights })).toEqual(expected);
    // as many rows as classes: these are no labels
    const square = [
      [0.5, 0.5],
      [0, 1],
    ];
    expect(crossEntropyLoss(square, square).loss).toBe(
      crossEntropyLoss(square.flat(), Float64Array.from(square.flat()), { rowLength: 2 }).loss,
    );
    expect(() => crossEntropyLoss(logits, { data: p, dims: [3, 2] })).toThrow(
      /^crossEntropyLoss: targets has 6 numbers/,
    );
    const prior = { data: p, dims: [2, 3] };
    expect(gaussianKl(logits, prior, { priorMean: [q, q], priorLogVariance: prior }).kl).toBe(
      gaussianKl(p, p, { rowLength: 3, priorMean: Float32Array.of(...q, ...q), priorLogVariance: p }).kl,
    );
  });

  test("of evidence", () => {
    const counts = { data: Int32Array.of(1, 2, 3, 4), dims: [4] };
    expect(gTest(counts, { data: [1, 1, 1, 1], shape: [4] })).toEqual(gTest([1, 2, 3, 4], [1, 1, 1, 1]));
    expect(keyness(counts, counts)).toEqual(keyness([1, 2, 3, 4], [1, 2, 3, 4]));
    const expected = mutualInformation([0.5, 0, 0.25, 0.25], { rowLength: 2 });
    expect(mutualInformation({ data: [0.5, 0, 0.25, 0.25], dims: [2, 2] })).toBe(expected);
    expect(
      mutualInformation([
        [0.5, 0],
        [0.25, 0.25],
      ]),
    ).toBe(expected);
  });
});

describe("arrays of rows", () => {
  test("of Float32Arrays are computed in f32, others in f64", () => {
    const rows = [p.subarray(0, 3), p.subarray(3)];
    expect(softmax.rows(rows)).toEqual(softmax.rows(p, { rowLength: 3 }));
    const mixed = [rows[0], Array.from(rows[1])];
    expect(softmax.rows(mixed)).toEqual(softmax.rows(Float64Array.from(p), { rowLength: 3 }));
    expect(distillationLoss(rows, mixed)).toEqual(distillationLoss(p, Float64Array.from(p), { rowLength: 3 }));
  });

  test("may be tensors", () => {
    const rows = [p.subarray(0, 3), p.subarray(3)].map((data) => ({ data, dims: [1, 3] }));
    expect(softmax.rows(rows)).toEqual(softmax.rows(p, { rowLength: 3 }));
  });

  test("a row of another length is named", () => {
    expect(() => entropy.rows([[0.5, 0.5], [0.5, 0.5], [1]])).toThrow(
      new RangeError("entropy.rows: row 2 of p has 1 numbers, row 0 has 2; they must be of one length"),
    );
    expect(() => entropy.rows([[[0.5, 0.5]], [[0.5, 0.5], [1]]])).toThrow(/row 2 of p has 1 numbers/);
    expect(() => entropy.rows([[0.5, 0.5], []])).toThrow("entropy.rows: row 1 of p is empty");
  });

  test("what is no number is named", () => {
    const wrong = (rows: unknown) => rows as Matrix;
    expect(() =>
      entropy.rows(
        wrong([
          [0.5, 0.5],
          [0.5, "0.5"],
        ]),
      ),
    ).toThrow(new TypeError("entropy.rows: p[1][1] is string; it must be a number"));
    expect(() => entropy.rows(wrong([[0.5, 0.5], 1]))).toThrow("entropy.rows: row 1 of p is number");
    expect(() => entropy.rows(wrong([[[[0.5]]]]))).toThrow(
      "entropy.rows: row 0 of p[0] is [object Array]; pass flat numbers",
    );
    expect(() =>
      entropy.rows([
        [0.5, 0.5],
        [-1, 2],
      ]),
    ).toThrow("p[2] (row 1, class 0) is -1");
    expect(() => entropy.rows([[0.5, 0.5]], { rowLength: 3 })).toThrow("a row of p has 2 numbers; rowLength is 3");
  });
});
