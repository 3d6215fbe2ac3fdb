import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { CrossEntropyLossOptions, DistillationLossOptions, FloatArray, Labels, Vector } from "../src/index.js";
import { BACKENDS, engines } from "./engines.js";
import { thin } from "./long.js";
import { type Functions, on } from "./on.js";
import { randomNumbers } from "./random.js";

// Losses and their gradients: against PyTorch, finite differences, formulas; simd against js, in place against not.

const TYPES = { f32: Float32Array, f64: Float64Array };
type Constructor = Float32ArrayConstructor | Float64ArrayConstructor;

interface Expected {
  loss?: number;
  perRow?: number[];
  gradient?: number[];
}

interface Fixture {
  rowLength: number;
  masked: number[];
  logits: number[];
  teacher: number[];
  labels: number[];
  otherLabels: number[];
  targets: number[];
  classWeights: number[];
  crossEntropies: (Expected & {
    targets: "labels" | "otherLabels" | "targets";
    weighted: boolean;
    masked: boolean;
    options: Omit<CrossEntropyLossOptions, "rowLength">;
  })[];
  distillations: (Expected & { options: Omit<DistillationLossOptions, "rowLength"> })[];
  softmaxes: { temperature: number; logSoftmax: number[]; logSumExp: number[] }[];
}

const torch: Fixture = JSON.parse(readFileSync(new URL("fixtures/torch.json", import.meta.url), "utf8"));
const { rowLength } = torch;
const rows = torch.logits.length / rowLength;
const indices = Array.from({ length: rows }, (_, r) => r);

const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);
const rowOf = <T extends Vector>(matrix: T, r: number, length: number) =>
  Array.from({ length }, (_, i) => matrix[r * length + i]);

/** Every number within `bound` of the largest of those expected. */
function expectClose(result: ArrayLike<number>, expected: ArrayLike<number>, bound: number): void {
  expect(result.length).toBe(expected.length);
  let most = 0;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    most = Math.max(most, Math.abs(expected[i]));
    error = Math.max(error, Math.abs(result[i] - expected[i])); // NaN stays
  }
  expect(error / most).toBeLessThanOrEqual(bound);
}

describe.each(BACKENDS)("as PyTorch has it, in %s", (backend) => {
  const engine = engines[backend];
  const f = on(engine);

  describe.each([
    ["f32", 1e-6],
    ["f64", 1e-12],
  ] as const)("%s", (type, bound) => {
    const make = (numbers: number[]) => TYPES[type].from(numbers);

    function compare(result: { loss: number; perRow?: Float64Array; gradient?: FloatArray }, expected: Expected) {
      if (expected.loss !== undefined) expectClose([result.loss], [expected.loss], bound);
      expect(result.perRow === undefined).toBe(expected.perRow === undefined);
      if (expected.perRow) {
        expectClose(result.perRow as Float64Array, expected.perRow, bound);
        expectClose([result.loss], [sum(expected.perRow)], bound);
      }
      expect(result.gradient).toBeInstanceOf(TYPES[type]);
      // ln(q/m), of which a mixture's gradient is made, is small where one weight is: f32 leaves 1e-6 of it and no more
      if (expected.gradient) expectClose(result.gradient as FloatArray, expected.gradient, 2 * bound);
    }

    test.each(
      torch.crossEntropies.map((it) => {
        const { targets, weighted, masked, options } = it;
        const name = `${targets}${weighted ? ", weighted" : ""}${masked ? ", masked" : ""}`;
        return [`${name}, ${JSON.stringify(options)}`, it] as const;
      }),
    )("crossEntropyLoss of %s", (_, it) => {
      const logits = make(torch.logits);
      if (it.masked) for (const r of indices) for (const i of torch.masked) logits[r * rowLength + i] = -Infinity;
      const targets = it.targets === "targets" ? make(torch.targets) : torch[it.targets];
      const classWeights = it.weighted ? { classWeights: torch.classWeights } : {};
      const options = { ...it.options, ...classWeights, rowLength, gradient: true };
      const result = f.crossEntropyLoss(logits, targets, options);
      const { ignoreIndex = -100 } = it.options;
      expect(result.count).toBe(
        it.targets === "targets" ? rows : torch[it.targets].filter((label) => label !== ignoreIndex).length,
      );
      compare(result, it);
      expect(f.crossEntropyLoss(logits, targets, { ...options, gradient: false })).toEqual({
        loss: result.loss,
        count: result.count,
        ...(result.perRow && { perRow: result.perRow }),
      });
    });

    test.each(torch.distillations.map((it) => [JSON.stringify(it.options), it] as const))(
      "distillationLoss, %s",
      (_, it) => {
        const options = { ...it.options, rowLength, gradient: true };
        const result = f.distillationLoss(make(torch.logits), make(torch.teacher), options);
        expect(result.count).toBe(rows);
        compare(result, it);
      },
    );

    // PyTorch's own reduction "none" has been compared; its gradient is that of the sum
    test.each([{ temperature: 0.7 }, { temperature: 2 }])('the gradient of "none" is that of "sum", %j', (options) => {
      const logits = make(torch.logits);
      const common = { ...options, rowLength, gradient: true } as const;
      for (const loss of [
        (reduction: "none" | "sum") => f.crossEntropyLoss(logits, torch.labels, { ...common, reduction }),
        (reduction: "none" | "sum") => f.distillationLoss(logits, make(torch.teacher), { ...common, reduction }),
      ]) {
        expect(loss("none").gradient).toEqual(loss("sum").gradient);
        expect(loss("none").loss).toBe(loss("sum").loss);
      }
    });

    test.each(torch.softmaxes)("softmax and log-sum-exp at $temperature", ({ temperature, logSoftmax, logSumExp }) => {
      const logits = make(torch.logits);
      expectClose(f.logSoftmax.rows(logits, { rowLength, temperature }), logSoftmax, bound);
      expectClose(f.softmax.rows(logits, { rowLength, temperature }), logSoftmax.map(Math.exp), bound);
      expectClose(f.logSumExp.rows(logits, { rowLength, temperature }), logSumExp, bound);
    });
  });
});

// Rows for what follows: logits from -3 to 3, labels, targets that sum to 1.
function makeMatrices(classes: number, count: number, type: Constructor = Float64Array, seed = 99) {
  const random = randomNumbers(seed);
  const numbers = (length: number, number: () => number) => new type(length).map(number);
  const matrix = (number: () => number) => numbers(classes * count, number);
  const targets = matrix(random);
  for (let r = 0; r < count; r++) {
    const row = targets.subarray(r * classes, (r + 1) * classes);
    const total = sum(row);
    row.set(row.map((x) => x / total));
  }
  return {
    logits: matrix(() => 6 * random() - 3),
    teacher: matrix(() => 6 * random() - 3),
    targets,
    labels: Int32Array.from({ length: count }, () => Math.floor(random() * classes)),
    classWeights: numbers(classes, () => random() + 0.25),
  };
}

type Matrices = ReturnType<typeof makeMatrices>;
type Loss = (
  f: Functions,
  it: Matrices,
  logits: FloatArray,
  gradient: boolean | FloatArray,
) => { loss: number; perRow?: Float64Array; gradient?: FloatArray };

/** Cross-entropies and distillations over their options; each of the numbers of `makeMatrices(classes, …)`. */
function lossesOf(classes: number): [name: string, loss: Loss][] {
  const result: [string, Loss][] = [];
  for (const options of [
    {},
    { temperature: 0.7, reduction: "sum" },
    { labelSmoothing: 0.1, zLoss: 1e-2 },
    { labelSmoothing: 1 },
    { zLoss: 0.3, temperature: 2, reduction: "none" },
  ] as const) {
    for (const kind of ["labels", "targets"] as const) {
      for (const isWeighted of [false, true]) {
        const name = `crossEntropyLoss of ${kind}${isWeighted ? ", weighted" : ""}, ${JSON.stringify(options)}`;
        result.push([
          name,
          (f, { [kind]: targets, classWeights }, logits, gradient) =>
            f.crossEntropyLoss(logits, targets, {
              ...options,
              ...(isWeighted && { classWeights }),
              rowLength: classes,
              gradient,
            }),
        ]);
      }
    }
  }
  const directions = [{}, { direction: "reverse" }, { direction: "js" }, { direction: "js", beta: 0.1 }] as const;
  for (const direction of directions) {
    for (const more of [{}, { temperature: 2, reduction: "sum" }, { temperature: 0.7, reduction: "none" }] as const) {
      const options = { ...direction, ...more };
      result.push([
        `distillationLoss, ${JSON.stringify(options)}`,
        (f, { teacher }, logits, gradient) =>
          f.distillationLoss(logits, teacher, { ...options, rowLength: classes, gradient }),
      ]);
    }
  }
  return result;
}

/** The first index at which two arrays differ in a bit; -1 for none. */
function firstDifference(a: FloatArray, b: FloatArray): number {
  const [x, y] = [a, b].map((array) => new Uint32Array(array.slice().buffer));
  if (x.length !== y.length) return 0;
  const word = x.findIndex((bits, i) => bits !== y[i]);
  return word < 0 ? -1 : Math.floor((word * 4) / a.BYTES_PER_ELEMENT);
}

describe.each(BACKENDS)("by finite differences, in %s", (backend) => {
  const f = on(engines[backend]);
  const STEP = 1e-5;

  test.each(lossesOf(11))("%s", (_, loss) => {
    const matrices = makeMatrices(11, 3);
    const { logits } = matrices;
    const gradient = loss(f, matrices, logits, true).gradient as FloatArray;
    for (let i = 0; i < logits.length; i++) {
      const at = (step: number) => loss(f, matrices, logits.with(i, logits[i] + step), false).loss;
      const slope = (at(STEP) - at(-STEP)) / (2 * STEP);
      expect(Math.abs(gradient[i] - slope), `of logit ${i}: ${gradient[i]}, ${slope}`).toBeLessThanOrEqual(1e-8);
    }
  });
});

// one block and many, whole ones and not, and more than the staging area holds
describe.each(thin([1, 2, 37, 256, 513, 3000, 9001], [1, 37, 256, 513, 9001]))("of %d classes", (classes) => {
  describe.each(Object.entries(TYPES))("%s", (_, type) => {
    const count = 2;
    const matrices = makeMatrices(classes, count, type);
    test.each(lossesOf(classes))("the same bits in simd, js and in place: %s", (_, loss) => {
      const simd = loss(on(engines.simd), matrices, matrices.logits, true);
      const js = loss(on(engines.js), matrices, matrices.logits, true);
      expect(js.loss).toBe(simd.loss);
      expect(js.perRow).toEqual(simd.perRow);
      expect(firstDifference(js.gradient as FloatArray, simd.gradient as FloatArray)).toBe(-1);
      for (const engine of [engines.simd, engines.js]) {
        const logits = matrices.logits.slice();
        const inPlace = loss(on(engine), matrices, logits, logits);
        expect(inPlace.gradient).toBe(logits);
        expect(inPlace.loss).toBe(simd.loss);
        expect(firstDifference(logits, simd.gradient as FloatArray)).toBe(-1);
      }
    });
  });
});

test("in place within the engine's memory, and to another array of the caller's", () => {
  const engine = engines.simd;
  const matrices = makeMatrices(1500, 3, Float32Array);
  for (const [, loss] of lossesOf(1500)) {
    const expected = loss(on(engine), matrices, matrices.logits, true);
    const logits = engine.float32(4500);
    logits.set(matrices.logits);
    expect(loss(on(engine), matrices, logits, logits).loss).toBe(expected.loss);
    expect(firstDifference(logits, expected.gradient as FloatArray)).toBe(-1);
    engine.free(logits);
    const given = new Float32Array(4500);
    expect(loss(on(engine), matrices, matrices.logits, given).gradient).toBe(given);
    expect(firstDifference(given, expected.gradient as FloatArray)).toBe(-1);
  }
});

describe.each(BACKENDS)("by formula, in %s", (backend) => {
  const engine = engines[backend];
  const f = on(engine);
  const classes = 50;
  const count = 6;
  const matrices = makeMatrices(classes, count);
  const { logits, teacher, labels } = matrices;
  const lnSumExp = (matrix: Vector, r: number, temperature = 1) =>
    Math.log(sum(rowOf(matrix, r, classes).map((z) => Math.exp(z / temperature))));
  const lnProbability = (matrix: Vector, r: number, temperature = 1) =>
    matrix[r * classes + labels[r]] / temperature - lnSumExp(matrix, r, temperature);
  const each = <T>(of: (r: number) => T) => Array.from({ length: count }, (_, r) => of(r));

  test.each([{ temperature: 1 }, { temperature: 2 }, { temperature: 0.7 }])("zLoss, %j", ({ temperature }) => {
    const zLoss = 0.01;
    const common = { rowLength: classes, temperature };
    const without = f.crossEntropyLoss(logits, labels, { ...common, reduction: "none" }).perRow as Float64Array;
    const expected = each((r) => without[r] + zLoss * lnSumExp(logits, r, temperature) ** 2);
    const withZ = (reduction: "mean" | "sum" | "none", ignored: Labels = labels) =>
      f.crossEntropyLoss(logits, ignored, { ...common, zLoss, reduction });
    expectClose(withZ("none").perRow as Float64Array, expected, 1e-12);
    expectClose([withZ("sum").loss], [sum(expected)], 1e-12);
    expectClose([withZ("mean").loss], [sum(expected) / count], 1e-12);
    // an ignored row has neither loss
    const ignored = [...labels].with(2, -100);
    expectClose([withZ("mean", ignored).loss], [sum(expected.toSpliced(2, 1)) / (count - 1)], 1e-12);
    // the mean is divided by the weights of the labels, what zLoss adds too
    const { classWeights } = matrices;
    const weights = each((r) => classWeights[labels[r]]);
    const weighted = f.crossEntropyLoss(logits, labels, { ...common, zLoss, classWeights });
    const squares = sum(each((r) => lnSumExp(logits, r, temperature) ** 2));
    const own = sum(each((r) => weights[r] * without[r])) / sum(weights);
    expectClose([weighted.loss], [own + (zLoss * squares) / sum(weights)], 1e-12);
  });

  test.each([{ temperature: 1 }, { temperature: 2 }])("tokenLogProbabilities and perplexity, %j", ({ temperature }) => {
    const options = { rowLength: classes, temperature };
    const expected = each((r) => lnProbability(logits, r, temperature));
    expectClose(f.tokenLogProbabilities(logits, labels, options), expected, 1e-13);
    const bits = expected.map((ln) => ln / Math.LN2);
    expectClose(f.tokenLogProbabilities(logits, labels, { ...options, base: 2 }), bits, 1e-13);
    expectClose([f.perplexity(logits, labels, options)], [Math.exp(-sum(expected) / count)], 1e-13);
    const ignored = [...labels].with(1, -100);
    const mean = -sum(expected.toSpliced(1, 1)) / (count - 1);
    expectClose([f.perplexity(logits, ignored, options)], [Math.exp(mean)], 1e-13);
    const other = [...labels].with(1, -1);
    expectClose([f.perplexity(logits, other, { ...options, ignoreIndex: -1 })], [Math.exp(mean)], 1e-13);
  });

  test.each([
    { temperature: 1, unit: 1 },
    { temperature: 2, base: 2, unit: Math.LN2 },
  ])("logLikelihoodRatioOfTokens, %j", ({ unit, ...options }) => {
    const ratios = each((r) => {
      const { temperature } = options;
      return (lnProbability(logits, r, temperature) - lnProbability(teacher, r, temperature)) / unit;
    });
    const result = f.logLikelihoodRatioOfTokens(logits, teacher, labels, { ...options, rowLength: classes });
    const mean = sum(ratios) / count;
    const standardError = Math.sqrt(sum(ratios.map((x) => (x - mean) ** 2)) / (count - 1) / count);
    expect(result.count).toBe(count);
    expectClose([result.sum], [sum(ratios)], 1e-12);
    expectClose([result.mean], [mean], 1e-12);
    expectClose([result.standardError], [standardError], 1e-12);
    expect(f.logLikelihoodRatioOfTokens(logits, logits, labels, { rowLength: classes })).toEqual({
      sum: 0,
      mean: 0,
      standardError: 0,
      count,
    });
  });

  test("a single token has no standard error", () => {
    const result = f.logLikelihoodRatioOfTokens([0, 0], [0, Math.log(3)], [1], { rowLength: 2 });
    expectClose([result.mean], [Math.log(2 / 3)], 1e-15);
    expect(result.standardError).toBeNaN();
  });

  test("impossible tokens and targets are infinite", () => {
    const masked = [0, -Infinity, 0, 0];
    const options = { rowLength: 2 };
    expect(f.tokenLogProbabilities(masked, [1, 0], options)).toEqual(Float64Array.of(-Infinity, -0.6931471805599453));
    expect(f.perplexity(masked, [1, 0], options)).toBe(Infinity);
    expect(f.crossEntropyLoss(masked, [1, 0], options).loss).toBe(Infinity);
    expect(f.crossEntropyLoss(masked, [0.5, 0.5, 0.5, 0.5], options).loss).toBe(Infinity);
    expect(f.crossEntropyLoss(masked, [0, 0], { ...options, labelSmoothing: 0.1 }).loss).toBe(Infinity);
    expect(f.distillationLoss(masked, [0, 0, 0, 0], options).loss).toBe(Infinity);
    expect(f.distillationLoss([0, 0, 0, 0], masked, { ...options, direction: "reverse" }).loss).toBe(Infinity);
    expect(f.logLikelihoodRatioOfTokens(masked, [0, 0, 0, 0], [1, 0], options).mean).toBe(-Infinity);
    // what is impossible and not a target costs nothing
    const result = f.crossEntropyLoss(masked, [1, 0, 0.5, 0.5], { ...options, gradient: true });
    expectClose([result.loss], [Math.LN2 / 2], 1e-15);
    expect(result.gradient).toEqual(Float64Array.of(0, 0, 0, 0));
  });

  test("one row of a teacher is for every student", () => {
    const one = rowOf(teacher, 0, classes);
    const all = each(() => one).flat();
    const options = { rowLength: classes, gradient: true };
    expect(f.distillationLoss(logits, one, options)).toEqual(f.distillationLoss(logits, all, options));
  });

  test("equal rows have a loss of 0", () => {
    for (const direction of ["forward", "reverse", "js"] as const) {
      const options = { rowLength: classes, direction, temperature: 2, gradient: true };
      const result = f.distillationLoss(logits, logits.slice(), options);
      expect(result.loss).toBe(0);
      for (const slope of result.gradient as FloatArray) expect(Math.abs(slope)).toBeLessThanOrEqual(1e-16);
    }
  });

  test("labels may come in any array of integers", () => {
    const options = { rowLength: classes, gradient: true, ignoreIndex: 3 };
    const expected = f.crossEntropyLoss(logits, labels, options);
    for (const array of [Int8Array, Uint8Array, Int16Array, Uint16Array, Uint32Array]) {
      expect(f.crossEntropyLoss(logits, array.from(labels), options)).toEqual(expected);
    }
    for (const array of [BigInt64Array, BigUint64Array]) {
      const big = array.from(Array.from(labels, BigInt));
      expect(f.crossEntropyLoss(logits, big, options)).toEqual(expected);
    }
    expect(f.crossEntropyLoss(logits, [...labels], options)).toEqual(expected);
  });

  test("where every row is ignored there is no mean, and a sum of 0", () => {
    const ignored = [-100, -100];
    const options = { rowLength: 2 };
    expect(() => f.crossEntropyLoss([0, 1, 2, 3], ignored, options)).toThrow(
      new RangeError("crossEntropyLoss: every row is ignored, which leaves no mean"),
    );
    expect(() => f.perplexity([0, 1, 2, 3], ignored, options)).toThrow(
      new RangeError("perplexity: every row is ignored, which leaves no mean"),
    );
    expect(f.crossEntropyLoss([0, 1, 2, 3], ignored, { ...options, reduction: "none", gradient: true })).toEqual({
      loss: 0,
      count: 0,
      perRow: new Float64Array(2),
      gradient: new Float64Array(4),
    });
  });

  const BAD_LABELS: [label: number, shown: string][] = [
    [2, "2"],
    [-1, "-1"],
    [0.5, "0.5"],
    [Number.NaN, "NaN"],
  ];
  test.each(BAD_LABELS)("a label of %d is named", (label, shown) => {
    const z = [0, 1, 2, 3];
    const options = { rowLength: 2 };
    const message = (name: string, argument: string, exception = "") =>
      new RangeError(`${name}: ${argument}[1] is ${shown}; it must be an integer from 0 to 1${exception}`);
    const orIgnored = ", or -100 to ignore the row";
    expect(() => f.crossEntropyLoss(z, [0, label], options)).toThrow(message("crossEntropyLoss", "targets", orIgnored));
    expect(() => f.perplexity(z, [0, label], options)).toThrow(message("perplexity", "tokens", orIgnored));
    expect(() => f.tokenLogProbabilities(z, [0, label], options)).toThrow(message("tokenLogProbabilities", "tokens"));
    expect(() => f.logLikelihoodRatioOfTokens(z, z, [0, label], options)).toThrow(
      message("logLikelihoodRatioOfTokens", "tokens"),
    );
  });

  const z = [0, 1, 2, 3];
  const infinite = [0, -Infinity, 0, 0];
  test.each<[message: string, call: () => unknown]>([
    [
      "crossEntropyLoss: targets has 1 labels for 2 rows",
      () => f.crossEntropyLoss(z, Int32Array.of(0), { rowLength: 2 }),
    ],
    [
      "crossEntropyLoss: targets has 3 numbers; it must have a label for each of 2 rows, or a probability for each of 4 logits",
      () => f.crossEntropyLoss(z, [0, 1, 0], { rowLength: 2 }),
    ],
    [
      "crossEntropyLoss: row 1 of targets sums to 0.75, not to 1",
      () => f.crossEntropyLoss(z, [0.5, 0.5, 0.5, 0.25], { rowLength: 2 }),
    ],
    [
      "crossEntropyLoss: targets[3] (row 1, class 1) is -0.5; probabilities must be finite and >= 0",
      () => f.crossEntropyLoss(z, [0.5, 0.5, 1.5, -0.5], { rowLength: 2 }),
    ],
    [
      "crossEntropyLoss: logits[2] (row 1, class 0) is NaN; logits must be finite or -Infinity",
      () => f.crossEntropyLoss([0, 1, Number.NaN, 3], [0, 0], { rowLength: 2 }),
    ],
    [
      "crossEntropyLoss: classWeights has 3 numbers for 2 classes",
      () => f.crossEntropyLoss(z, [0, 0], { rowLength: 2, classWeights: [1, 1, 1] }),
    ],
    [
      "crossEntropyLoss: the weights of all labels are 0, which leaves no mean",
      () => f.crossEntropyLoss(z, [0, 0], { rowLength: 2, classWeights: [0, 1] }),
    ],
    [
      "crossEntropyLoss: labelSmoothing is 1.5; it must be from 0 to 1",
      () => f.crossEntropyLoss(z, [0, 0], { rowLength: 2, labelSmoothing: 1.5 }),
    ],
    [
      "crossEntropyLoss: zLoss is -1; it must be finite and >= 0",
      () => f.crossEntropyLoss(z, [0, 0], { rowLength: 2, zLoss: -1 }),
    ],
    [
      "distillationLoss: beta is 1.5; it must be from 0 to 1",
      () => f.distillationLoss(z, z, { rowLength: 2, direction: "js", beta: 1.5 }),
    ],
    [
      "distillationLoss: studentLogits has one row; it must have the 2 of teacherLogits",
      () => f.distillationLoss([0, 1], z, { rowLength: 2 }),
    ],
    [
      "distillationLoss: row 0 of studentLogits gives a probability to class 1, which teacherLogits makes impossible: " +
        "the loss is infinite, and its gradient undefined",
      () => f.distillationLoss(z, infinite, { rowLength: 2, direction: "reverse", gradient: true }),
    ],
    [
      "logLikelihoodRatioOfTokens: token 1 of row 0 is impossible under both models",
      () => f.logLikelihoodRatioOfTokens(infinite, infinite, [1, 0], { rowLength: 2 }),
    ],
  ])("%s", (message, call) => {
    expect(call).toThrow(new RangeError(message));
  });

  test("a gradient does not overwrite the teacher", () => {
    const shared = Float64Array.from(z);
    expect(() => f.distillationLoss([3, 2, 1, 0], shared, { rowLength: 2, gradient: shared })).toThrow(
      new RangeError("distillationLoss: gradient overlaps teacherLogits, which it would overwrite"),
    );
    expect([...shared]).toEqual(z);
  });
});
