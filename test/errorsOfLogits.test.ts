import { describe, expect, test } from "vitest";
import type { Labels, Vector } from "../src/index.js";
import { BACKENDS, engines } from "./engines.js";
import { inTurn } from "./long.js";
import { type Functions, on } from "./on.js";

// Bad input from logits is a clear error that names function, argument, index and value.

const PAIRS = ["crossEntropy", "klDivergence", "jeffreysDivergence", "jsDivergence", "jsDistance", "logRatio"] as const;
const SOFTMAXES = ["logSumExp", "softmax", "logSoftmax"] as const;
/** One of those: their options differ. */
const softmaxOf = (f: Functions, name: (typeof SOFTMAXES)[number]) =>
  f[name] as (z: Vector, options?: { temperature: number }) => unknown;
const TYPES = {
  Float32Array: (numbers: number[]) => Float32Array.from(numbers),
  Float64Array: (numbers: number[]) => Float64Array.from(numbers),
  array: (numbers: number[]) => numbers,
};
const L = { input: "logits" } as const;
const LOG_PROBABILITIES = { input: "logProbabilities" } as const;

const ramp = (n: number) => Array.from({ length: n }, (_, i) => (i % 7) / 4);
const uniform = (n: number) => Array.from({ length: n }, () => 1 / n);
const uniformLogarithms = (n: number) => Array.from({ length: n }, () => -Math.log(n));
const impossible = (n: number) => Array.from({ length: n }, () => -Infinity);

/** An array that fails when it is read beyond its end, so that a search that has no end is found. */
const guarded = (numbers: number[]): number[] =>
  new Proxy(numbers, {
    get(target, key) {
      if (typeof key === "string" && Number(key) >= target.length) throw new Error(`read beyond the end, at ${key}`);
      return Reflect.get(target, key);
    },
  });

describe.each(BACKENDS)("%s", (backend) => {
  const engine = engines[backend];
  const f = on(engine);

  const types = Object.entries(TYPES).map(([type, make], turn) => ({ type, make, turn }));
  describe.each(types)("$type", ({ make, turn }) => {
    const BAD = [
      [Number.NaN, "NaN"],
      [Infinity, "Infinity"],
    ] as const;
    const BAD_PROBABILITIES = [...BAD, [-0.5, "-0.5"], [-Infinity, "-Infinity"]] as const;
    // before, in and after the first group and the first block; the last class of all
    const PLACES = [
      [1, 0],
      [17, 3],
      [17, 16],
      [1000, 511],
      [1000, 512],
      [1000, 999],
      [20011, 8192],
      [100003, 100002],
    ];

    test.each(PLACES)("of %d classes, a bad logit at %d is named", (n, index) => {
      const good = make(ramp(n));
      const before = f.klDivergence(good, make(uniform(n)), L);
      for (const [bad, shown] of n < 1e4 ? BAD : inTurn(BAD, turn)) {
        const wrong = make(ramp(n).with(index, bad));
        const message = (name: string, argument: string, kind = "logits") =>
          new RangeError(`${name}: ${argument}[${index}] is ${shown}; ${kind} must be finite or -Infinity`);
        for (const measure of PAIRS) {
          expect(() => f[measure](wrong, good, L)).toThrow(message(measure, "p"));
          expect(() => f[measure](good, wrong, { ...L, temperature: 2 })).toThrow(message(measure, "q"));
          expect(() => f[measure](wrong, wrong, L)).toThrow(message(measure, "p"));
          const mixed = { input: ["probabilities", "logits"] } as const;
          expect(() => f[measure](make(uniform(n)), wrong, mixed)).toThrow(message(measure, "q"));
          expect(() => f[measure](wrong, good, LOG_PROBABILITIES)).toThrow(message(measure, "p", "log-probabilities"));
        }
        expect(() => f.entropy(wrong, L)).toThrow(message("entropy", "p"));
        for (const name of SOFTMAXES) expect(() => softmaxOf(f, name)(wrong)).toThrow(message(name, "z"));
        const counts = make(uniform(n));
        const ratio = "logLikelihoodRatio";
        expect(() => f[ratio](counts, wrong, good, L)).toThrow(message(ratio, "p"));
        expect(() => f[ratio](counts, good, wrong, L)).toThrow(message(ratio, "q"));
        expect(() => f[ratio](wrong, good, good, L)).toThrow(
          new RangeError(`${ratio}: counts[${index}] is ${shown}; counts must be finite and >= 0`),
        );
        const options = { rowLength: n };
        const loss = "crossEntropyLoss";
        expect(() => f[loss](wrong, [0], { ...options, gradient: true })).toThrow(message(loss, "logits"));
        expect(() => f[loss](wrong, Float64Array.from(uniform(n)), { ...options, labelSmoothing: 0.1 })).toThrow(
          message(loss, "logits"),
        );
        for (const direction of ["forward", "reverse", "js"] as const) {
          const all = { ...options, direction, gradient: true };
          const name = "distillationLoss";
          expect(() => f[name](wrong, good, all)).toThrow(message(name, "studentLogits"));
          expect(() => f[name](good, wrong, all)).toThrow(message(name, "teacherLogits"));
        }
        expect(() => f.tokenLogProbabilities(wrong, [0], options)).toThrow(message("tokenLogProbabilities", "logits"));
        expect(() => f.perplexity(wrong, [0], options)).toThrow(message("perplexity", "logits"));
        const tokens = "logLikelihoodRatioOfTokens";
        expect(() => f[tokens](good, wrong, [0], options)).toThrow(message(tokens, "logitsQ"));
      }
      // and the engine is as before
      expect(f.klDivergence(good, make(uniform(n)), L)).toBe(before);
    });

    test.each(PLACES)("of %d classes beside logits, a bad probability at %d is named", (n, index) => {
      for (const [bad, shown] of n < 1e4 ? BAD_PROBABILITIES : inTurn(BAD_PROBABILITIES, turn)) {
        const wrong = make(uniform(n).with(index, bad));
        const good = make(ramp(n));
        const forLogits = bad < 0 ? '; for logits pass { input: "logits" }' : "";
        const message = (name: string, argument: string) =>
          new RangeError(
            `${name}: ${argument}[${index}] is ${shown}; probabilities must be finite and >= 0${forLogits}`,
          );
        for (const measure of PAIRS) {
          const first = { input: ["probabilities", "logits"] } as const;
          expect(() => f[measure](wrong, good, first)).toThrow(message(measure, "p"));
          const second = { input: ["logits", "probabilities"] } as const;
          expect(() => f[measure](good, wrong, second)).toThrow(message(measure, "q"));
        }
      }
    });

    test("in a matrix, the row and the class are told", () => {
      const matrix = make([...ramp(4), ...ramp(4), 0, 1, Number.NaN, 2]);
      const place = "[10] (row 2, class 2) is NaN; logits must be finite or -Infinity";
      const options = { ...L, rowLength: 4 };
      expect(() => f.klDivergence.rows(matrix, make(ramp(4)), options)).toThrow(`klDivergence.rows: p${place}`);
      expect(() => f.klDivergence.rows(make(ramp(4)), matrix, options)).toThrow(`klDivergence.rows: q${place}`);
      expect(() => f.entropy.rows(matrix, options)).toThrow(`entropy.rows: p${place}`);
      expect(() => f.softmax.rows(matrix, { rowLength: 4 })).toThrow(`softmax.rows: z${place}`);
      expect(() => f.crossEntropyLoss(matrix, [0, 1, 2], { rowLength: 4 })).toThrow(`crossEntropyLoss: logits${place}`);
      expect(() => f.distillationLoss(matrix, make(ramp(4)), { rowLength: 4 })).toThrow(
        `distillationLoss: studentLogits${place}`,
      );
    });

    test.each([1, 3, 16, 600, 9000])("a row of %d numbers, all -Infinity, is an error", (n) => {
      const [wrong, good] = [make(impossible(n)), make(ramp(n))];
      const message = (name: string, row: string) =>
        new RangeError(`${name}: every number of ${row} is -Infinity; at least one class must be possible`);
      for (const options of [L, LOG_PROBABILITIES]) {
        for (const measure of PAIRS) {
          expect(() => f[measure](wrong, make(uniformLogarithms(n)), options)).toThrow(message(measure, "p"));
          expect(() => f[measure](make(uniformLogarithms(n)), wrong, options)).toThrow(message(measure, "q"));
          expect(() => f[measure](wrong, wrong, options)).toThrow(message(measure, "p"));
        }
        expect(() => f.entropy(wrong, options)).toThrow(message("entropy", "p"));
      }
      for (const name of SOFTMAXES) expect(() => softmaxOf(f, name)(wrong)).toThrow(message(name, "z"));
      const matrix = make([...ramp(n), ...impossible(n)]);
      expect(() => f.entropy.rows(matrix, { ...L, rowLength: n })).toThrow(message("entropy.rows", "row 1 of p"));
      expect(() => f.crossEntropyLoss(matrix, [0, 0], { rowLength: n })).toThrow(
        message("crossEntropyLoss", "row 1 of logits"),
      );
      expect(() => f.distillationLoss(good, wrong, { rowLength: n })).toThrow(
        message("distillationLoss", "teacherLogits"),
      );
      expect(() => f.perplexity(wrong, [0], { rowLength: n })).toThrow(message("perplexity", "logits"));
    });

    test("log-probabilities whose exponentials do not sum to 1 are named, with both ways out", () => {
      const good = make(uniformLogarithms(4));
      const wrong = make([0, 0, 0, 0]);
      const sum = (name: string, row: string) =>
        `${name}: the exponentials of ${row} sum to 4, not to 1; for counts or weights pass { normalize: true }; ` +
        `for logits pass { input: "logits" }`;
      for (const measure of PAIRS.filter((name) => name !== "logRatio")) {
        expect(() => f[measure](wrong, good, LOG_PROBABILITIES)).toThrow(new RangeError(sum(measure, "p")));
        expect(() => f[measure](good, wrong, LOG_PROBABILITIES)).toThrow(new RangeError(sum(measure, "q")));
        const mixed = { input: ["logits", "logProbabilities"] } as const;
        expect(() => f[measure](good, wrong, mixed)).toThrow(new RangeError(sum(measure, "q")));
        const value = f[measure](wrong, good, { ...LOG_PROBABILITIES, normalize: true });
        expect(value).toBeCloseTo(f[measure](good, good, LOG_PROBABILITIES), 6);
        const targets = { input: ["probabilities", "logProbabilities"] } as const;
        expect(() => f[measure](make(uniform(4)), wrong, targets)).toThrow(new RangeError(sum(measure, "q")));
      }
      expect(() => f.entropy(wrong, LOG_PROBABILITIES)).toThrow(new RangeError(sum("entropy", "p")));
      expect(f.entropy(wrong, { ...LOG_PROBABILITIES, normalize: true, base: 2 })).toBeCloseTo(2, 6);
      const matrix = make([...uniformLogarithms(4), 0, 0, 0, 0]);
      expect(() => f.entropy.rows(matrix, { ...LOG_PROBABILITIES, rowLength: 4 })).toThrow(
        new RangeError(sum("entropy.rows", "row 1 of p")),
      );
      // within 1e-2 of 1
      const near = make(uniformLogarithms(4).map((x) => x + 0.009));
      expect(f.entropy(near, LOG_PROBABILITIES)).toBeCloseTo(Math.log(4), 6);
      expect(() => f.entropy(make(uniformLogarithms(4).map((x) => x + 0.011)), LOG_PROBABILITIES)).toThrow(
        /^entropy: the exponentials of p sum to 1\.011/,
      );
    });

    test("probabilities beside logits must sum to 1", () => {
      const wrong = make([1, 2, 3, 4]);
      const good = make(ramp(4));
      for (const measure of PAIRS.filter((name) => name !== "logRatio")) {
        const first = { input: ["probabilities", "logits"] } as const;
        const second = { input: ["logits", "probabilities"] } as const;
        const message = (argument: string) =>
          `${measure}: ${argument} sums to 10, not to 1; for counts or weights pass { normalize: true }; ` +
          `for logits pass { input: "logits" }`;
        expect(() => f[measure](wrong, good, first)).toThrow(new RangeError(message("p")));
        expect(() => f[measure](good, wrong, second)).toThrow(new RangeError(message("q")));
        for (const input of [first, second]) {
          const [p, q] = input === first ? [wrong, good] : [good, wrong];
          const [x, y] = input === first ? [make([0.1, 0.2, 0.3, 0.4]), good] : [good, make([0.1, 0.2, 0.3, 0.4])];
          expect(f[measure](p, q, { ...input, normalize: true })).toBeCloseTo(f[measure](x, y, input), 5);
        }
        expect(() => f[measure](make([0, 0, 0, 0]), good, { ...first, normalize: true })).toThrow(
          `${measure}: p sums to 0; at least one number must be positive`,
        );
        expect(() => f[measure](good, make([0, 0, 0, 0]), { ...second, normalize: true })).toThrow(
          `${measure}: q sums to 0; at least one number must be positive`,
        );
      }
    });

    test("soft targets must be probabilities, of sum 1", () => {
      const logits = make([...ramp(4), ...ramp(4)]);
      const loss = (targets: number[], options = {}) =>
        f.crossEntropyLoss(logits, make(targets), { rowLength: 4, gradient: true, ...options });
      for (const options of [{}, { classWeights: [1, 2, 3, 4] }, { labelSmoothing: 0.1 }]) {
        expect(() => loss([...uniform(4), 1, 2, 3, 4], options)).toThrow(
          new RangeError("crossEntropyLoss: row 1 of targets sums to 10, not to 1"),
        );
        expect(() => loss([0, 0, 0, 0, ...uniform(4)], options)).toThrow("row 0 of targets sums to 0, not to 1");
        expect(() => loss([...uniform(4), 0.5, 0.75, -0.25, 0], options)).toThrow(
          new RangeError(
            "crossEntropyLoss: targets[6] (row 1, class 2) is -0.25; probabilities must be finite and >= 0",
          ),
        );
        expect(() => loss([...uniform(4), 0.5, Number.NaN, 0.25, 0], options)).toThrow(
          "targets[5] (row 1, class 1) is NaN; probabilities must be finite and >= 0",
        );
      }
      expect(() => loss([...uniform(4)])).toThrow(
        "crossEntropyLoss: targets has 4 numbers; it must have a label for each of 2 rows, or a probability for each " +
          "of 8 logits",
      );
    });

    test("no input is written to, and a gradient goes where it is asked to", () => {
      const [a, b] = [make([0, 1, -Infinity, 2, 3, -1]), make([1, 0, -Infinity, 2, 4, -1])];
      const targets = make([0.5, 0.5, 0, 0.25, 0.25, 0.5]);
      const classWeights = make([1, 2, 0]);
      const labels = Int32Array.of(0, 2);
      const all = [a, b, targets, classWeights, labels];
      const before = all.map((array) => Array.from(array));
      const options = { rowLength: 3, gradient: true };
      for (const measure of PAIRS) f[measure](a, b, { ...L, temperature: 2 });
      for (const name of SOFTMAXES) softmaxOf(f, name)(a);
      f.klDivergence.rows(a, b, { ...L, rowLength: 3 });
      f.entropy(a, { ...LOG_PROBABILITIES, normalize: true });
      f.logLikelihoodRatio(classWeights, make([1, 0, -1]), make([2, 2, 2]), L);
      f.crossEntropyLoss(a, labels, { ...options, classWeights, labelSmoothing: 0.1, zLoss: 0.1 });
      f.crossEntropyLoss(a, targets, { ...options, classWeights, labelSmoothing: 0.1 });
      for (const direction of ["forward", "reverse", "js"] as const) {
        f.distillationLoss(a, b, { ...options, direction, temperature: 2 });
      }
      f.tokenLogProbabilities(a, labels, { rowLength: 3 });
      f.perplexity(a, labels, { rowLength: 3 });
      f.logLikelihoodRatioOfTokens(a, b, labels, { rowLength: 3 });
      expect(all.map((array) => Array.from(array))).toEqual(before);
    });
  });

  test("what is not an array of numbers is a TypeError", () => {
    const good = ramp(2);
    for (const [bad, shown] of [
      [undefined, "undefined"],
      [null, "null"],
      [3, "number"],
      ["ab", "string"],
      [BigInt64Array.of(1n, 2n), "[object BigInt64Array]"],
    ] as const) {
      const vector = bad as unknown as Vector;
      const tail = `is ${shown}; it must be a Float32Array, a Float64Array or an array of numbers`;
      expect(() => f.klDivergence(good, vector, L)).toThrow(new TypeError(`klDivergence: q ${tail}`));
      expect(() => f.softmax(vector)).toThrow(new TypeError(`softmax: z ${tail}`));
      expect(() => f.crossEntropyLoss(vector, [0], { rowLength: 2 })).toThrow(
        new TypeError(`crossEntropyLoss: logits ${tail}`),
      );
      expect(() => f.distillationLoss(good, vector, { rowLength: 2 })).toThrow(
        new TypeError(`distillationLoss: teacherLogits ${tail}`),
      );
    }
    const holes = [1, undefined] as unknown as Vector;
    const words = [1, "2"] as unknown as Vector;
    expect(() => f.entropy(words, L)).toThrow(new TypeError("entropy: p[1] is string; logits must be numbers"));
    expect(() => f.logSumExp(holes)).toThrow(new TypeError("logSumExp: z[1] is undefined; logits must be numbers"));
    expect(() => f.entropy(holes, LOG_PROBABILITIES)).toThrow("p[1] is undefined; log-probabilities must be numbers");
    expect(() => f.klDivergence(holes, good, { input: ["probabilities", "logits"] })).toThrow(
      new TypeError("klDivergence: p[1] is undefined; probabilities must be numbers"),
    );
    expect(() => f.klDivergence(good, holes, { input: ["logits", "probabilities"] })).toThrow(
      new TypeError("klDivergence: q[1] is undefined; probabilities must be numbers"),
    );
    expect(() => f.crossEntropyLoss(holes, [0], { rowLength: 2 })).toThrow(
      new TypeError("crossEntropyLoss: logits[1] is undefined; logits must be numbers"),
    );
    expect(() => f.crossEntropyLoss(good, holes, { rowLength: 2 })).toThrow(
      new TypeError("crossEntropyLoss: targets[1] is undefined; probabilities must be numbers"),
    );
    expect(() => f.crossEntropyLoss(good, [0], { rowLength: 2, classWeights: holes })).toThrow(
      new TypeError("crossEntropyLoss: classWeights[1] is undefined; weights must be numbers"),
    );
    for (const empty of [[], new Float32Array()]) {
      expect(() => f.softmax(empty)).toThrow(new RangeError("softmax: z is empty"));
      expect(() => f.entropy(empty, L)).toThrow(new RangeError("entropy: p is empty"));
      expect(() => f.crossEntropyLoss(empty, [], { rowLength: 2 })).toThrow("crossEntropyLoss: logits is empty");
    }
  });

  test("a temperature is positive and finite, and for logits", () => {
    const good = ramp(2);
    const options = { rowLength: 2 };
    for (const temperature of [0, -1, Number.NaN, Infinity]) {
      const message = (name: string) =>
        new RangeError(`${name}: temperature is ${temperature}; it must be positive and finite`);
      const all = { ...options, temperature };
      expect(() => f.klDivergence(good, good, { ...L, temperature })).toThrow(message("klDivergence"));
      expect(() => f.entropy.rows(good, { ...L, ...all })).toThrow(message("entropy.rows"));
      expect(() => f.logRatio(good, good, { ...L, temperature })).toThrow(message("logRatio"));
      for (const name of SOFTMAXES) expect(() => softmaxOf(f, name)(good, { temperature })).toThrow(message(name));
      expect(() => f.crossEntropyLoss(good, [0], all)).toThrow(message("crossEntropyLoss"));
      expect(() => f.distillationLoss(good, good, all)).toThrow(message("distillationLoss"));
      expect(() => f.tokenLogProbabilities(good, [0], all)).toThrow(message("tokenLogProbabilities"));
      expect(() => f.perplexity(good, [0], all)).toThrow(message("perplexity"));
      expect(() => f.logLikelihoodRatioOfTokens(good, good, [0], all)).toThrow(message("logLikelihoodRatioOfTokens"));
    }
    const uniforms = uniform(2);
    for (const input of [undefined, "probabilities", "logProbabilities"] as const) {
      expect(() => f.klDivergence(uniforms, uniforms, { input, temperature: 2 })).toThrow(
        new RangeError('klDivergence: temperature is for logits; pass { input: "logits" } with it'),
      );
      expect(() => f.logRatio(uniforms, uniforms, { input, temperature: 2 })).toThrow(
        new RangeError('logRatio: temperature is for logits; pass { input: "logits" } with it'),
      );
    }
    expect(f.klDivergence(uniforms, [0, 0], { input: ["probabilities", "logits"], temperature: 2 })).toBe(0);
    for (const temperature of ["2", true, null, [2]]) {
      const options = { ...L, temperature } as never;
      expect(() => f.entropy(good, options), `${temperature}`).toThrow(/^entropy: temperature is /);
    }
  });

  test("an input is a kind, or a list for each distribution", () => {
    const good = uniform(2);
    const run = (input: unknown) => () => f.klDivergence(good, good, { input } as never);
    const kinds = 'it must be "probabilities" or "logits" or "logProbabilities"';
    const must = `${kinds}, or a list for p and q`;
    expect(run("odds")).toThrow(new RangeError(`klDivergence: input is "odds"; ${must}`));
    expect(run(["logits", "odds"])).toThrow(new RangeError(`klDivergence: input is [object Array]; ${must}`));
    expect(run(["logits"])).toThrow(new RangeError(`klDivergence: input is [object Array]; ${must}`));
    expect(run([])).toThrow(new RangeError(`klDivergence: input is [object Array]; ${must}`));
    expect(run(["logits", "logits", "logits"])).toThrow(RangeError);
    for (const wrong of [3, null, { 0: "logits" }, true, 5n, Symbol("")]) expect(run(wrong)).toThrow(TypeError);
    const circular: unknown[] = [];
    circular.push(circular, 5n);
    expect(run(circular)).toThrow(new RangeError(`klDivergence: input is [object Array]; ${must}`));
    expect(run(["logits", 5n])).toThrow(new RangeError(`klDivergence: input is [object Array]; ${must}`));
    expect(run([Symbol("odd")])).toThrow(new RangeError(`klDivergence: input is [object Array]; ${must}`));
    expect(run(new Array(1000).fill("logits"))).toThrow(RangeError);
    expect(run(["probabilities", "probabilities"])()).toBe(0);
    expect(() => f.entropy(good, { input: ["logits", "logits"] })).toThrow(
      new RangeError(`entropy: input is [object Array]; ${kinds}, or a list for p`),
    );
    expect(() => f.logLikelihoodRatio(good, good, good, { input: ["logits"] })).toThrow("or a list for p and q");
    expect(() => f.logRatio(good, good, { input: ["logits"] })).toThrow("a list for p and q");
    for (const input of ["logits", "logProbabilities"]) {
      expect(() => f.iDivergence(good, good, { input } as never)).toThrow(
        new RangeError(`iDivergence: input is "${input}"; it must be "probabilities", or a list for p and q`),
      );
    }
  });

  test("an unknown option is named, and the nearest known one", () => {
    const good = ramp(2);
    const rows = { rowLength: 2 };
    const cases: [string, (options: never) => unknown, object, string, string][] = [
      [
        "klDivergence",
        (it) => f.klDivergence(good, good, it),
        { temprature: 2 },
        "temperature",
        "base, input, normalize, temperature",
      ],
      ["logRatio", (it) => f.logRatio(good, good, it), { normalize: true }, "", "base, input, temperature, out"],
      ["iDivergence", (it) => f.iDivergence(good, good, it), { temperature: 2 }, "", "base, input"],
      ["softmax", (it) => f.softmax(good, it), { temprature: 2 }, "temperature", "temperature, out"],
      ["logSumExp", (it) => f.logSumExp(good, it), { base: 2 }, "", "temperature"],
      ["softmax.rows", (it) => f.softmax.rows(good, it), { rowlength: 2 }, "rowLength", "temperature, out, rowLength"],
      [
        "crossEntropyLoss",
        (it) => f.crossEntropyLoss(good, [0], it),
        { ...rows, label_smoothing: 0.1 },
        "labelSmoothing",
        "rowLength, classes, ignoreIndex, mask, zeroTargets, labelSmoothing, classWeights, temperature, zLoss, reduction, gradient",
      ],
      [
        "crossEntropyLoss",
        (it) => f.crossEntropyLoss(good, [0], it),
        { ...rows, classWeight: [1, 1] },
        "classWeights",
        "rowLength",
      ],
      [
        "distillationLoss",
        (it) => f.distillationLoss(good, good, it),
        { ...rows, betta: 0.1 },
        "beta",
        "rowLength, classes, mask, temperature, direction, beta, reduction, gradient",
      ],
      [
        "tokenLogProbabilities",
        (it) => f.tokenLogProbabilities(good, [0], it),
        { ...rows, reduction: "mean" },
        "",
        "rowLength, temperature, base",
      ],
      [
        "perplexity",
        (it) => f.perplexity(good, [0], it),
        { ...rows, ignoreindex: 3 },
        "ignoreIndex",
        "rowLength, temperature, ignoreIndex, classes, mask",
      ],
      [
        "logLikelihoodRatioOfTokens",
        (it) => f.logLikelihoodRatioOfTokens(good, good, [0], it),
        { ...rows, basis: 2 },
        "base",
        "rowLength, temperature, base",
      ],
    ];
    for (const [name, run, options, nearest, known] of cases) {
      const key = Object.keys(options).at(-1);
      const call = () => run(options as never);
      expect(call, name).toThrow(TypeError);
      const suggestion = nearest === "" ? "" : `did you mean "${nearest}"? `;
      expect(call, name).toThrow(`${name}: unknown option "${key}"; ${suggestion}It takes ${known}`);
      expect(call, name).toThrow(`It takes ${known}`);
      expect(() => run(null as never), name).toThrow(new TypeError(`${name}: options is null; it must be an object`));
      expect(() => run(2 as never), name).toThrow(new TypeError(`${name}: options is number; it must be an object`));
    }
    expect(() => f.softmax.rows(good, undefined as never)).toThrow(TypeError);
    expect(() => f.crossEntropyLoss(good, [0], undefined as never)).toThrow(TypeError);
    expect(() => f.crossEntropyLoss(good, [0], {} as never)).toThrow(
      new TypeError("crossEntropyLoss: rowLength is undefined; it must be an integer >= 1"),
    );
    expect(() => f.crossEntropyLoss(good, [0], { rowLength: 3 })).toThrow(
      "crossEntropyLoss: logits has 2 numbers, not a multiple of rowLength 3",
    );
    for (const rowLength of [0, -1, 1.5, Number.NaN]) {
      expect(() => f.distillationLoss(good, good, { rowLength })).toThrow(RangeError);
      expect(() => f.perplexity(good, [0], { rowLength })).toThrow(RangeError);
    }
  });

  /** Each function that takes labels, of two rows of three classes. */
  const OF_LABELS: Record<string, (labels: Labels) => unknown> = {
    crossEntropyLoss: (labels) => f.crossEntropyLoss(ramp(6), labels, { rowLength: 3 }).loss,
    tokenLogProbabilities: (labels) => Array.from(f.tokenLogProbabilities(ramp(6), labels, { rowLength: 3 })),
    perplexity: (labels) => f.perplexity(ramp(6), labels, { rowLength: 3 }),
    logLikelihoodRatioOfTokens: (labels) =>
      f.logLikelihoodRatioOfTokens(ramp(6), uniform(6), labels, { rowLength: 3 }).sum,
  };

  describe.each(Object.keys(OF_LABELS))("labels of %s", (name) => {
    const run = OF_LABELS[name];
    const argument = name === "crossEntropyLoss" ? "targets" : "tokens";

    test("may be in any array of integers", () => {
      const expected = run([2, 1]);
      for (const labels of [
        Int8Array.of(2, 1),
        Uint8Array.of(2, 1),
        Int16Array.of(2, 1),
        Uint16Array.of(2, 1),
        Int32Array.of(2, 1),
        Uint32Array.of(2, 1),
        BigInt64Array.of(2n, 1n),
        BigUint64Array.of(2n, 1n),
        Uint8ClampedArray.of(2, 1) as unknown as Labels,
        [2n, 1n],
      ]) {
        expect(run(labels)).toEqual(expected);
      }
    });

    test("must be classes", () => {
      const takesIgnored = name === "crossEntropyLoss" || name === "perplexity";
      const tail = `it must be an integer from 0 to 2${takesIgnored ? ", or -100 to ignore the row" : ""}`;
      for (const [label, shown] of [
        [3, "3"],
        [-1, "-1"],
        [-101, "-101"],
        [1.5, "1.5"],
        [Number.NaN, "NaN"],
        [Infinity, "Infinity"],
        [2 ** 53, "9007199254740992"],
      ] as const) {
        expect(() => run([0, label])).toThrow(new RangeError(`${name}: ${argument}[1] is ${shown}; ${tail}`));
      }
      expect(() => run(Uint8Array.of(255, 0))).toThrow(`${argument}[0] is 255; ${tail}`);
      expect(() => run(BigInt64Array.of(0n, -7n))).toThrow(`${argument}[1] is -7; ${tail}`);
      expect(() => run(BigUint64Array.of(2n ** 64n - 1n, 0n))).toThrow(`${argument}[0] is 18446744073709551615; `);
      expect(() => run([0n, 3n])).toThrow(new RangeError(`${name}: ${argument}[1] is 3; ${tail}`));
      expect(() => run([2n ** 4000n, 0n])).toThrow(RangeError);
      if (!takesIgnored) expect(() => run([0, -100])).toThrow(`${argument}[1] is -100; ${tail}`);
    });

    test("must be numbers, one a row", () => {
      for (const wrong of [
        [0, null],
        [0, "1"],
        [0, true],
        [0, undefined],
        [0, [1]],
        [0, ""],
        [0, {}],
      ]) {
        expect(() => run(wrong as unknown as Labels), JSON.stringify(wrong)).toThrow(/\[1\] is /);
      }
      expect(() => run(Uint8Array.of(0))).toThrow(new RangeError(`${name}: ${argument} has 1 labels for 2 rows`));
      expect(() => run(Int32Array.of(0, 1, 2))).toThrow(`${name}: ${argument} has 3 labels for 2 rows`);
      for (const wrong of [[0], [0, 1, 2], []]) expect(() => run(wrong)).toThrow(RangeError);
      for (const wrong of [undefined, null, 1, "01", {}, new DataView(new ArrayBuffer(2)), new Set([0, 1])]) {
        expect(() => run(wrong as unknown as Labels)).toThrow(TypeError);
      }
      const nested = [[0], [1]] as unknown as Labels;
      expect(() => run(nested)).toThrow(
        new TypeError(
          argument === "targets"
            ? `${name}: targets is [object Array]; labels must be in an array of integers`
            : `${name}: ${argument}[0] is [object Array]; labels must be integers, one a row`,
        ),
      );
      if (argument === "targets") {
        expect(() => run(Float32Array.of(2, 1) as unknown as Labels)).toThrow(
          new TypeError(`${name}: targets is [object Float32Array]; labels must be in an array of integers`),
        );
        expect(() => run(Int32Array.of(0, 0, 1, 0, 1, 0))).toThrow(
          new RangeError(`${name}: targets has 6 labels for 2 rows; one-hot targets must be in a Float32Array`),
        );
        return;
      }
      for (const wrong of [Float32Array.of(0, 1), Float64Array.of(0, 1)]) {
        expect(() => run(wrong as unknown as Labels)).toThrow(
          `${name}: ${argument} is ${Object.prototype.toString.call(wrong)}; it must be an array of integers, one a row`,
        );
      }
    });
  });

  test("rows with the label to ignore do not count, and something must be left", () => {
    const logits = ramp(6);
    const options = { rowLength: 3 };
    const one = f.crossEntropyLoss(logits.slice(0, 3), [2], options);
    const both = f.crossEntropyLoss(logits, [2, -100], { ...options, gradient: true, reduction: "none" });
    expect(both.loss).toBe(one.loss);
    expect(both.count).toBe(1);
    expect(Array.from(both.perRow ?? [])).toEqual([one.loss, 0]);
    expect(Array.from(both.gradient ?? []).slice(3)).toEqual([0, 0, 0]);
    expect(f.crossEntropyLoss(logits, [2, 0], { ...options, ignoreIndex: 0 }).loss).toBe(one.loss);
    expect(f.crossEntropyLoss(logits, BigInt64Array.of(2n, -100n), options).loss).toBe(one.loss);
    expect(f.perplexity(logits, [2, -100], options)).toBe(f.perplexity(logits.slice(0, 3), [2], options));
    // an ignored row is not looked at
    const unread = [...logits.slice(0, 3), Number.NaN, 0, 0];
    expect(f.crossEntropyLoss(unread, [2, -100], options).loss).toBe(one.loss);
    for (const name of ["crossEntropyLoss", "perplexity"] as const) {
      expect(() => f[name](logits, [-100, -100], options)).toThrow(
        new RangeError(`${name}: every row is ignored, which leaves no mean`),
      );
    }
    expect(f.crossEntropyLoss(logits, [-100, -100], { ...options, reduction: "sum" })).toEqual({
      loss: 0,
      count: 0,
    });
  });

  test("options of the losses are of their kind and within their bounds", () => {
    const logits = ramp(6);
    const loss = (options: object) => () => f.crossEntropyLoss(logits, [0, 1], { rowLength: 3, ...options } as never);
    const distil = (options: object) => () => f.distillationLoss(logits, logits, { rowLength: 3, ...options } as never);
    for (const labelSmoothing of [-0.1, 1.1, Number.NaN]) {
      expect(loss({ labelSmoothing })).toThrow(
        new RangeError(`crossEntropyLoss: labelSmoothing is ${labelSmoothing}; it must be from 0 to 1`),
      );
    }
    for (const zLoss of [-1, Number.NaN, Infinity]) {
      expect(loss({ zLoss })).toThrow(
        new RangeError(`crossEntropyLoss: zLoss is ${zLoss}; it must be finite and >= 0`),
      );
    }
    for (const name of ["crossEntropyLoss", "perplexity"] as const) {
      const run = (ignoreIndex: unknown) => () => f[name](logits, [0, 1], { rowLength: 3, ignoreIndex } as never);
      for (const ignoreIndex of [0.5, Number.NaN, Infinity]) {
        expect(run(ignoreIndex)).toThrow(
          new RangeError(`${name}: ignoreIndex is ${ignoreIndex}; it must be an integer`),
        );
      }
      for (const ignoreIndex of ["-100", null, -100n, true, [1]]) expect(run(ignoreIndex)).toThrow(TypeError);
      expect(run(7)).not.toThrow();
    }
    expect(loss({ zLoss: "1" })).toThrow(new TypeError("crossEntropyLoss: zLoss is string; it must be a number"));
    expect(loss({ labelSmoothing: true })).toThrow(TypeError);
    expect(loss({ reduction: "average" })).toThrow(
      new RangeError('crossEntropyLoss: reduction is "average"; it must be "mean", "sum" or "none"'),
    );
    expect(loss({ reduction: "batchmean" })).toThrow(RangeError);
    expect(loss({ classWeights: [1, 2] })).toThrow(
      new RangeError("crossEntropyLoss: classWeights has 2 numbers for 3 classes"),
    );
    expect(loss({ classWeights: [1, 2, 3, 4, 5, 6] })).toThrow("classWeights has 6 numbers for 3 classes");
    for (const bad of [-1, Number.NaN, Infinity]) {
      expect(loss({ classWeights: [1, bad, 2] })).toThrow(
        new RangeError(`crossEntropyLoss: classWeights[1] is ${bad}; weights must be finite and >= 0`),
      );
    }
    for (const classWeights of [3, "abc", {}, null, 0]) expect(loss({ classWeights })).toThrow(TypeError);
    expect(loss({ classWeights: [0, 0, 1] })).toThrow(
      new RangeError("crossEntropyLoss: the weights of all labels are 0, which leaves no mean"),
    );
    expect(loss({ classWeights: [0, 0, 1], reduction: "sum" })().loss).toBe(0);

    for (const beta of [1.5, 2 ** -301, -0.5, Number.NaN]) {
      expect(distil({ direction: "js", beta })).toThrow(
        new RangeError(`distillationLoss: beta is ${beta}; it must be from 0 to 1`),
      );
    }
    expect(distil({ direction: "backward" })).toThrow(
      new RangeError('distillationLoss: direction is "backward"; it must be "forward", "reverse" or "js"'),
    );
    expect(distil({ reduction: "average" })).toThrow(
      new RangeError('distillationLoss: reduction is "average"; it must be "mean", "batchmean", "sum" or "none"'),
    );
    for (const base of [0, 1, -2, Number.NaN, Infinity]) {
      expect(() => f.tokenLogProbabilities(logits, [0, 1], { rowLength: 3, base })).toThrow(
        `tokenLogProbabilities: base is ${base}; it must be positive, finite and not 1`,
      );
    }
  });

  test("a gradient must be of the logits' type and length, and be the logits or apart from them", () => {
    const whole = Float32Array.from(ramp(10));
    const logits = whole.subarray(0, 6);
    const runs: Record<string, (logits: Vector, gradient: unknown) => { gradient?: Float32Array | Float64Array }> = {
      crossEntropyLoss: (z, gradient) => f.crossEntropyLoss(z, [0, 1], { rowLength: 3, gradient } as never),
      distillationLoss: (z, gradient) => f.distillationLoss(z, ramp(6), { rowLength: 3, gradient } as never),
    };
    for (const [name, run] of Object.entries(runs)) {
      expect(() => run(logits, new Float64Array(6))).toThrow(
        new TypeError(`${name}: gradient must be a Float32Array, the type of the result, or a Float16Array`),
      );
      expect(() => run(ramp(6), new Float32Array(6))).toThrow(
        new TypeError(`${name}: gradient must be a Float64Array, the type of the result, or a Float16Array`),
      );
      for (const length of [5, 7, 3]) {
        expect(() => run(logits, new Float32Array(length))).toThrow(
          new RangeError(`${name}: gradient has ${length} numbers, the result 6`),
        );
      }
      expect(() => run(logits, whole.subarray(2, 8))).toThrow(
        new RangeError(`${name}: gradient overlaps an input without being the same array`),
      );
      for (const [wrong, shown] of [
        ["yes", "string"],
        [1, "number"],
        [null, "null"],
        [[0, 0, 0, 0, 0, 0], "[object Array]"],
        [new Int32Array(6), "[object Int32Array]"],
      ] as const) {
        expect(() => run(logits, wrong)).toThrow(
          new TypeError(`${name}: gradient is ${shown}; it must be true or an array to write it to`),
        );
      }
      expect(run(logits, false).gradient).toBeUndefined();
      expect(run(logits, undefined).gradient).toBeUndefined();
      const expected = run(logits, true).gradient;
      expect(expected).toBeInstanceOf(Float32Array);
      const given = new Float32Array(6);
      expect(run(logits, given).gradient).toBe(given);
      expect(given).toEqual(expected);
      const place = logits.slice();
      expect(run(place, place).gradient).toBe(place);
      expect(place).toEqual(expected);
    }
  });

  test("out must be of the result's type and length, and be an input or apart from it", () => {
    const z = Float32Array.from(ramp(8));
    for (const name of ["softmax", "logSoftmax"] as const) {
      expect(() => f[name](z, { out: new Float64Array(8) })).toThrow(`${name}: out must be a Float32Array`);
      expect(() => f[name](ramp(8), { out: new Float32Array(8) })).toThrow("out must be a Float64Array");
      expect(() => f[name](z, { out: new Float32Array(7) })).toThrow("out has 7 numbers, the result 8");
      expect(() => f[name](z.subarray(0, 6), { out: z.subarray(1, 7) })).toThrow("overlaps an input");
      const expected = f[name](z);
      const place = z.slice();
      expect(f[name](place, { out: place })).toBe(place);
      expect(place).toEqual(expected);
    }
    const options = { ...L, out: new Float32Array(7) };
    expect(() => f.logRatio(z, z, options)).toThrow("logRatio: out has 7 numbers, the result 8");
  });

  test("a gradient is not written to targets, weights or a teacher", () => {
    const options = { rowLength: 3 };
    const logits = Float64Array.from(ramp(3));
    const targets = Float64Array.of(0.5, 0.25, 0.25);
    expect(() => f.crossEntropyLoss(logits, targets, { ...options, gradient: targets })).toThrow(RangeError);
    expect(Array.from(targets)).toEqual([0.5, 0.25, 0.25]);
    const classWeights = Float64Array.of(1, 2, 3);
    expect(() =>
      f.crossEntropyLoss(logits, [1], { ...options, classWeights, gradient: classWeights, labelSmoothing: 0.1 }),
    ).toThrow(RangeError);
    expect(Array.from(classWeights)).toEqual([1, 2, 3]);
    const labels = new Int32Array(6);
    const over = new Float64Array(labels.buffer);
    expect(() => f.crossEntropyLoss(logits, labels.subarray(0, 1), { ...options, gradient: over })).toThrow(RangeError);

    const teacher = Float64Array.of(3, 1, 2);
    for (const student of [logits, teacher]) {
      expect(() => f.distillationLoss(student, teacher, { ...options, gradient: teacher })).toThrow(
        new RangeError("distillationLoss: gradient overlaps teacherLogits, which it would overwrite"),
      );
    }
    expect(Array.from(teacher)).toEqual([3, 1, 2]);
    const matrix = Float64Array.from(ramp(6));
    expect(() => f.distillationLoss(ramp(6), matrix.subarray(3), { ...options, gradient: matrix })).toThrow(
      new RangeError("distillationLoss: gradient overlaps teacherLogits, which it would overwrite"),
    );
  });

  test("a student has a row for each of the teacher's", () => {
    const options = { rowLength: 3 };
    expect(() => f.distillationLoss(ramp(3), ramp(6), options)).toThrow(
      new RangeError("distillationLoss: studentLogits has one row; it must have the 2 of teacherLogits"),
    );
    expect(() => f.distillationLoss(ramp(9), ramp(6), options)).toThrow(
      new RangeError("distillationLoss: teacherLogits has 2 rows; it must have one row or 3"),
    );
    expect(() => f.distillationLoss(ramp(6), ramp(5), options)).toThrow(
      "distillationLoss: teacherLogits has 5 numbers, not a multiple of rowLength 3",
    );
    expect(f.distillationLoss(ramp(6), ramp(3), options).count).toBe(2);
    for (const [p, q] of [
      [ramp(3), ramp(6)],
      [ramp(6), ramp(3)],
    ]) {
      expect(() => f.logLikelihoodRatioOfTokens(p, q, [0, 1], options)).toThrow(
        new RangeError(
          `logLikelihoodRatioOfTokens: ${p.length === 3 ? "logitsP" : "logitsQ"} has one row; it must have as many as ` +
            "the other, 2",
        ),
      );
    }
  });

  test("an infinite reverse KL has no gradient; other infinite losses have theirs", () => {
    const [student, teacher] = [
      [0, 1, 2, 0, 1, 2],
      [0, 1, 2, 0, -Infinity, 2],
    ];
    const options = { rowLength: 3, reduction: "none" as const };
    expect(f.distillationLoss(student, teacher, { ...options, direction: "reverse" }).loss).toBe(Infinity);
    expect(() => f.distillationLoss(student, teacher, { ...options, direction: "reverse", gradient: true })).toThrow(
      new RangeError(
        "distillationLoss: row 1 of studentLogits gives a probability to class 1, which teacherLogits makes " +
          "impossible: the loss is infinite, and its gradient undefined",
      ),
    );
    const forward = f.distillationLoss(teacher, student, { ...options, gradient: true });
    expect(Array.from(forward.perRow ?? [])).toEqual([0, Infinity]);
    expect(Array.from(forward.gradient ?? []).every(Number.isFinite)).toBe(true);
    for (const direction of ["forward", "js"] as const) {
      const { loss, gradient } = f.distillationLoss(student, teacher, { ...options, direction, gradient: true });
      expect(loss).toBeLessThan(Infinity);
      expect(Array.from(gradient ?? []).every(Number.isFinite)).toBe(true);
    }
    const label = f.crossEntropyLoss(teacher, [0, 1], { rowLength: 3, gradient: true });
    expect(label.loss).toBe(Infinity);
    expect(Array.from(label.gradient ?? []).every(Number.isFinite)).toBe(true);
    const soft = f.crossEntropyLoss(teacher, [1, 0, 0, 0, 0.5, 0.5], { rowLength: 3, gradient: true });
    expect(soft.loss).toBe(Infinity);
    expect(Array.from(soft.gradient ?? []).every(Number.isFinite)).toBe(true);
    expect(f.perplexity(teacher, [0, 1], { rowLength: 3 })).toBe(Infinity);
    expect(Array.from(f.tokenLogProbabilities(teacher, [0, 1], { rowLength: 3 }))[1]).toBe(-Infinity);
  });

  test("a reverse KL that overflows without an impossible class comes to an end", () => {
    for (const [teacher, temperature] of [
      [[0, -1e300, 0, 0, 0], 1e-9],
      [[0, -1e308, -1e308, -1e308, -1e308], 1],
    ] as const) {
      const student = guarded([0, 0, 0, 0, 0]);
      const options = { rowLength: 5, temperature, direction: "reverse", gradient: true } as const;
      let message = "";
      try {
        f.distillationLoss(student, guarded([...teacher]), options);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).not.toMatch(/read beyond the end/);
    }
  });

  test("tokens that are impossible under both models are named, and under one are evidence", () => {
    const options = { rowLength: 2 };
    const ratio = f.logLikelihoodRatioOfTokens.bind(engine);
    expect(() => ratio([0, 0, -Infinity, 0], [0, 0, -Infinity, 0], [0, 0], options)).toThrow(
      new RangeError("logLikelihoodRatioOfTokens: token 0 of row 1 is impossible under both models"),
    );
    expect(() => ratio([-Infinity, 0, 0, 0], [0, 0, -Infinity, 0], [0, 0], options)).toThrow(
      "logLikelihoodRatioOfTokens: some token is impossible under one model, another under the other",
    );
    expect(ratio([0, 0], [-Infinity, 0], [0], options).sum).toBe(Infinity);
    expect(ratio([-Infinity, 0], [0, 0], [0], options).sum).toBe(-Infinity);
  });

  test("counts of impossible classes are errors, counts of 0 are not", () => {
    const ratio = (counts: number[], p: number[], q: number[]) => f.logLikelihoodRatio(counts, p, q, L);
    expect(() => ratio([1, 2], [0, -Infinity], [0, -Infinity])).toThrow(
      "logLikelihoodRatio: counts[1] is 2 where p and q are both 0",
    );
    expect(() => ratio([1, 1], [0, -Infinity], [-Infinity, 0])).toThrow("p[1] and q[0] are 0 where there are counts");
    expect(ratio([1, 0], [0, -Infinity], [0, -Infinity])).toBe(0);
    expect(ratio([1, 2], [0, -Infinity], [0, 0])).toBe(-Infinity);
    expect(ratio([1, 2], [0, 0], [0, -Infinity])).toBe(Infinity);
    expect(() => ratio([1, -2], [0, 0], [0, 0])).toThrow("counts[1] is -2; counts must be finite and >= 0");
  });

  test("a sum of exponentials that is no number is told as what it is", () => {
    // its sum is beyond the largest number, or below the smallest: with normalize there is no way out to offer
    for (const [numbers, bare] of [
      [[800, 800], /sum to Infinity, not to 1; .* pass \{ normalize: true \}/],
      [[-800, -800], /sum to 0, not to 1; .* pass \{ normalize: true \}/],
    ] as const) {
      const options = { ...LOG_PROBABILITIES, normalize: true };
      let message = "";
      try {
        expect(f.entropy(numbers, options)).toBeCloseTo(Math.LN2, 12);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).not.toMatch(/pass \{ normalize: true \}/);
      expect(() => f.entropy(numbers, LOG_PROBABILITIES)).toThrow(bare);
    }
  });
});

test("all engines tell of the same things in the same words", () => {
  const calls: ((f: Functions) => unknown)[] = [
    (f) => f.entropy([1, Number.NaN, 2], L),
    (f) => f.klDivergence([1, 2], [Infinity, Number.NaN], L),
    (f) => f.klDivergence([-Infinity], [Number.NaN], L),
    (f) => f.jsDivergence([5, 5], [1, 1], LOG_PROBABILITIES),
    (f) => f.crossEntropy([5, 5], [1, 1], { input: ["probabilities", "logProbabilities"] }),
    (f) => f.crossEntropy([0.5, -1], [Number.NaN, 1], { input: ["probabilities", "logits"] }),
    (f) => f.crossEntropyLoss([1, Number.NaN], [-1, 2], { rowLength: 2 }),
    (f) => f.crossEntropyLoss([1, Number.NaN], [5], { rowLength: 2 }),
    (f) => f.distillationLoss([Number.NaN, 1], [1, Infinity], { rowLength: 2 }),
  ];
  for (const call of calls) {
    const wordsOf = (engine: (typeof engines)["js"]) => {
      try {
        return call(on(engine));
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`;
      }
    };
    const expected = wordsOf(engines.js);
    expect(expected).toMatch(/Error: /);
    for (const engine of Object.values(engines)) expect(wordsOf(engine)).toBe(expected);
  }
});
