import { describe, expect, test } from "vitest";
import * as counts from "../src/counts/index.js";
import * as evidence from "../src/evidence/index.js";
import * as families from "../src/families/index.js";
import { createEngine, createEngineSync, Engine } from "../src/index.js";
import * as sparse from "../src/sparse/index.js";
import { DEFINITIONS } from "./definitions.js";
import { type Arrays, everyCall } from "./everyCall.js";
import { make } from "./families/made.js";
import { FUNCTIONS, type Name } from "./on.js";

// Every public function with every argument and option replaced by what it cannot be: a TypeError or a RangeError that begins with the
// function's name and names the argument, never a message of the language itself.

/** What the engine of JavaScript says by itself, of code that did not check what it was given. */
const RAW =
  /undefined \(reading|null \(reading|not iterable|not a function|Cannot |Invalid (typed )?array|incompatible receiver|not generic|revoked'|circular structure|\$\{|\bNaN labels/;

function problemWith(error: unknown, name: string, argument: string): string | undefined {
  if (!(error instanceof TypeError || error instanceof RangeError)) return `gave ${String(error).slice(0, 200)}`;
  const { message } = error;
  if (!message.startsWith(`${name}: `)) return `does not begin with the name: ${message}`;
  if (!message.includes(argument)) return `does not name ${argument}: ${message}`;
  if (RAW.test(message)) return `is raw: ${message}`;
  return message.length > 400 ? `is ${message.length} long` : undefined;
}

/** What a call throws, or the promise that it returns is rejected with; what it gives, if anything. */
async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}

/** What is wrong with the errors of some calls, in words. */
async function problemsOf(
  calls: Iterable<readonly [what: string, name: string, argument: string, call: () => unknown]>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const [what, name, argument, call] of calls) {
    const problem = problemWith(await outcomeOf(call), name, argument);
    if (problem) problems.push(`${name}, ${argument}: ${what}: ${problem}`);
  }
  return problems;
}

const circular: Record<string, unknown> = {};
circular.circular = circular;
const endless: unknown[] = [];
endless.push(endless);

const revoked = (of: object) => {
  const { proxy, revoke } = Proxy.revocable(of, {});
  revoke();
  return proxy;
};

/** What no argument can be. */
const NOTHING: Record<string, unknown> = {
  null: null,
  true: true,
  "a string": "0.5",
  "a bigint": 5n,
  "a symbol": Symbol("logits"),
  "a function": () => 0.5,
  "a circular object": circular,
  "a revoked proxy of an object": revoked({}),
  "a revoked proxy of an array": revoked([0.5, 0.5]),
  "a map": new Map([[0, 0.5]]),
  "a date": new Date(0),
  "a promise": Promise.resolve([0.5, 0.5]),
  "a regular expression": /0.5/,
  "an ArrayBuffer": new ArrayBuffer(16),
  "a DataView": new DataView(new ArrayBuffer(16)),
};

/** What no array of numbers can be. */
const NO_ARRAY: Record<string, unknown> = {
  ...NOTHING,
  undefined: undefined,
  "nothing in it": [],
  "an empty Float32Array": new Float32Array(),
  "one of length -1": { length: -1 },
  "one of length 0.5": { length: 0.5 },
  'one of length "2"': { length: "2", 0: 0.5, 1: 0.5 },
  "one of length 2^40": { length: 2 ** 40 },
  "one of length 2^60": { length: 2 ** 60 },
  "a tensor of strings": { data: ["0.5", "0.5", "0.5", "0.5"], dims: [2, 2] },
  "a tensor of bigints": { data: BigInt64Array.of(-7n, -7n, -7n, -7n, -7n), dims: [5] },
  "a tensor with less data than its shape": { data: Float32Array.of(0.5, 0.5, 0.5), dims: [7] },
  "a tensor on a GPU": {
    location: "gpu-buffer",
    dims: [2],
    get data(): never {
      throw new Error("not on the CPU");
    },
  },
  "a tensor that was disposed of": { location: "none", dims: [2] },
  "a tensor of TensorFlow.js": { shape: [2], data: async () => Float32Array.of(0.5, 0.5) },
  "a tensor by columns": { data: Float32Array.of(0.5, 0.5, 0.5, 0.5), shape: [2, 2], strides: [1, 2] },
  "an array of tensors": [{ data: ["0.5"], dims: [1] }],
  "ragged rows": [[0.5, 0.5], [1]],
  "rows of strings": [
    ["0.5", "0.5"],
    ["0.5", "0.5"],
  ],
  entries: [
    ["a", 0.5],
    ["b", 0.5],
  ],
  "an array of objects": [{ token: 1, probability: 1 }],
  "an array of strings": ["0.5", "0.5", "0.5", "0.5"],
  "an array of bigints": [1n, 1n, 1n, 1n],
  "an array of symbols": [Symbol(""), Symbol(""), Symbol(""), Symbol("")],
  "an array of nothing": [null, null, null, null],
  "an array of holes": new Array(4),
  "an endless array": endless,
  "a BigInt64Array": BigInt64Array.of(1n, 1n, 1n, 1n),
  "one whose prototype is that of a Float32Array": Object.create(Float32Array.prototype),
  "a proxy of a Float32Array": new Proxy(Float32Array.of(0.5, 0.5, 0.5, 0.5), {}),
};

/** What no number can be. */
const NO_NUMBER: Record<string, unknown> = {
  ...NOTHING,
  "an array": [0.5],
  "an object": {},
  NaN: Number.NaN,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** What no option can be: each is also no number, no array, no engine and no word that is known. */
const NO_OPTION: Record<string, unknown> = {
  ...NOTHING,
  "an empty array": [],
  "an object": {},
  NaN: Number.NaN,
};

const ARRAYS: Arrays = {
  z: Float64Array.of(0, 3, 1, 2),
  w: Float64Array.of(2, 1, 4, 3),
  p: Float64Array.of(0.5, 0.5, 0.25, 0.75),
  counts: Float64Array.of(1, 2, 3, 4),
  one: Float64Array.of(0.25, 0.75),
  tokens: Int32Array.of(0, 1),
};

/** Of calls that no definition of a measure is about. */
const OF_LOSSES: Partial<Record<string, string[]>> = {
  crossEntropyLoss: ["logits", "targets"],
  distillationLoss: ["studentLogits", "teacherLogits"],
  gaussianKl: ["mean", "logVariance"],
  elbo: ["logLikelihood", "mean", "logVariance"],
  tokenLogProbabilities: ["logits", "tokens"],
  perplexity: ["logits", "tokens"],
  logLikelihoodRatioOfTokens: ["logitsP", "logitsQ", "tokens"],
  distanceMatrix: ["distributions", "measure"],
  "jsDivergence.of": ["distributions"],
  "jensenRenyiDivergence.of": ["distributions", "alpha"],
};

const OPTIONS_OF_LOSSES: Partial<Record<string, string[]>> = {
  distanceMatrix: ["base", "input", "normalize", "temperature"],
  "jsDivergence.of": ["base", "input", "normalize", "temperature", "weights"],
  "jensenRenyiDivergence.of": ["base", "input", "normalize", "temperature", "weights"],
  crossEntropyLoss: [
    "ignoreIndex",
    "mask",
    "labelSmoothing",
    "classWeights",
    "temperature",
    "zLoss",
    "reduction",
    "gradient",
  ],
  distillationLoss: ["mask", "temperature", "direction", "beta", "reduction", "gradient"],
  gaussianKl: ["mask", "priorMean", "priorLogVariance", "reduction", "gradient"],
  elbo: ["mask", "priorMean", "priorLogVariance", "reduction", "gradient", "beta"],
  tokenLogProbabilities: ["temperature", "base", "ignoreIndex", "mask"],
  perplexity: ["temperature", "ignoreIndex", "mask"],
  logLikelihoodRatioOfTokens: ["temperature", "base", "ignoreIndex", "mask"],
};

type Form = (...args: unknown[]) => unknown;

describe.each(everyCall(FUNCTIONS))("$name", ({ name, args }) => {
  const [own, form] = name.split(".") as [Name, "rows" | "of" | undefined];
  const { arrays, mostAlpha, keys } = DEFINITIONS[own];
  const names = OF_LOSSES[name] ?? [...arrays, ...(mostAlpha > 0 ? ["alpha"] : [])];
  const options = [
    ...(OPTIONS_OF_LOSSES[name] ?? keys),
    "format",
    ...(form === "rows" ? ["mask", "onInvalidRow"] : []),
  ];
  const isLoss = OF_LOSSES[name] !== undefined;
  const all = FUNCTIONS[own] as unknown as Form & Record<"rows" | "of", Form & { async: Form }> & { async: Form };
  const f = form === undefined ? all : all[form];
  const given = args(ARRAYS);
  const before = given.slice(0, names.length);
  const last = (given[names.length] ?? {}) as object;

  const withArgument = (i: number, value: unknown) => [...before.with(i, value), last];
  const withOption = (key: string, value: unknown) => [...before, { ...last, [key]: value }];

  /** Each call at once and as a promise. */
  function* both(calls: Iterable<readonly [what: string, argument: string, args: readonly unknown[]]>) {
    for (const [what, argument, all] of calls) {
      yield [what, name, argument, () => f(...all)] as const;
      yield [`${what}, as a promise`, name, argument, () => f.async(...all)] as const;
    }
  }

  test("an argument that is none is named", async () => {
    const calls = names.flatMap((argument, i) =>
      Object.entries(argument === "alpha" ? { ...NO_NUMBER, undefined } : NO_ARRAY).map(
        ([what, value]) => [what, argument, withArgument(i, value)] as const,
      ),
    );
    expect(await problemsOf(both(calls))).toEqual([]);
  });

  test("an argument that is missing is named", async () => {
    // of a loss without all of them, the options are missing first
    const first = names.includes("alpha") ? "alpha" : undefined;
    const calls = names.map((name, i) => ["missing", isLoss ? "" : (first ?? name), before.slice(0, i)] as const);
    const withOptions = form === "rows" ? [] : calls;
    expect(await problemsOf(both(withOptions))).toEqual([]);
    const before1 = names.map((argument, i) => {
      const short = [...before.slice(0, i), ...new Array(names.length - i).fill(undefined), last];
      return ["missing", first ?? argument, short] as const;
    });
    expect(await problemsOf(both(before1))).toEqual([]);
  });

  test("options that are none are said to be", async () => {
    const none = { ...NOTHING, "an array": [2], "a Float32Array": Float32Array.of(2), "a number": 2 };
    const calls = Object.entries(none)
      .filter(([what]) => !/circular|date|promise|expression|Buffer|DataView/.test(what))
      .map(([what, value]) => [what, "options", [...before, value]] as const);
    expect(await problemsOf(both(calls))).toEqual([]);
    const unknown = [["unknown", '"nonsense"', withOption("nonsense", 1)]] as const;
    expect(await problemsOf(both(unknown))).toEqual([]);
  });

  test("an option that is none is named", async () => {
    const all = [...options, "engine", ...("rowLength" in last ? ["rowLength"] : [])];
    const calls = all.flatMap((key) =>
      Object.entries(NO_OPTION)
        .filter(([, value]) => !(value === true && (key === "normalize" || key === "gradient")))
        // its key is unknown
        .filter(([, value]) => !(value === circular && key === "gradient"))
        .map(([what, value]) => [what, key, withOption(key, value)] as const),
    );
    expect(await problemsOf(both(calls))).toEqual([]);
    const ofPromises = ["signal", "onProgress"].flatMap((key) =>
      Object.entries(NO_OPTION)
        .filter(([, value]) => !(key === "onProgress" && typeof value === "function"))
        .map(([what, value]) => [what, name, key, () => f.async(...withOption(key, value))] as const),
    );
    expect(await problemsOf(ofPromises)).toEqual([]);
  });

  test("numbers out of range are named", async () => {
    const ranges: Record<string, unknown[]> = {
      rowLength: [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2", [2], 2 ** 60],
      base: [0, 1, -1, Number.POSITIVE_INFINITY, "2"],
      temperature: [0, -1, Number.POSITIVE_INFINITY, "1"],
      ignoreIndex: [0.5, Number.POSITIVE_INFINITY, "-100", -100n],
      labelSmoothing: [-0.1, 1.1, "0.1"],
      zLoss: [-1, Number.POSITIVE_INFINITY, "0"],
      beta: [-1, Number.POSITIVE_INFINITY, "0.5"],
      input: ["odds", ["logits", "logits", "logits"], [], [5n], [Symbol("")], [endless], endless, [circular]],
      reduction: ["average"],
      direction: ["backward"],
    };
    const calls = [...options, "rowLength"].flatMap((key) =>
      (key === "rowLength" && !("rowLength" in last) ? [] : (ranges[key] ?? [])).map(
        (value) => ["out of range", key, withOption(key, value)] as const,
      ),
    );
    expect(await problemsOf(both(calls))).toEqual([]);
  });
});

test("engines", async () => {
  const bytes = 2 ** 18;
  const wrong: Record<string, unknown[]> = {
    backend: Object.values(NO_OPTION),
    threads: [...Object.values(NO_OPTION), 0, -1, 1.5, 33],
    maxBytes: [...Object.values(NO_OPTION), -1, bytes - 1, 2 ** 33, String(2 ** 20), 2n ** 20n],
    reserve: [...Object.values(NO_OPTION), -1, 2 ** 40, "0"],
    shared: Object.values(NO_OPTION).filter((value) => value !== true),
    module: Object.values(NO_OPTION),
    nonsense: [1],
  };
  const makers = { createEngine, createEngineSync };
  const calls = Object.entries(makers).flatMap(([name, create]) => [
    ...Object.entries(wrong).flatMap(([key, values]) =>
      values.map((value) => [String(typeof value), name, key, () => create({ [key]: value } as never)] as const),
    ),
    ...[null, 5, "simd", 5n, Symbol("simd"), () => {}, ["simd"], new Map(), revoked({})].map(
      (value) => [String(typeof value), name, "options", () => create(value as never)] as const,
    ),
  ]);
  expect(await problemsOf(calls)).toEqual([]);

  const engine = createEngineSync();
  const lengths = [...Object.values(NO_NUMBER), undefined, "5", -1, 0.5, 2 ** 40, Number.POSITIVE_INFINITY];
  const others = [...Object.values(NO_OPTION), undefined, 5, new Float32Array(5), engine.float32(5).subarray(1)];
  const ofMemory = [
    ...(["float32", "float64"] as const).flatMap((name) =>
      lengths.map((value) => [String(typeof value), name, "", () => engine[name](value as never)] as const),
    ),
    ...lengths
      .filter((value) => value !== undefined)
      .map((value) => [String(typeof value), "share", "", () => engine.share(value as never)] as const),
    ...others.map((value) => [String(typeof value), "free", "", () => engine.free(value as never)] as const),
    ...[...others, engine, { memory: 5 }].map(
      (value) => [String(typeof value), "Engine.from", "handle", () => Engine.from(value as never)] as const,
    ),
    ...[undefined, null, {}, 5, revoked({})].map(
      (value) => [String(typeof value), "Engine", "createEngine", () => new Engine(value as never)] as const,
    ),
  ];
  expect(await problemsOf(ofMemory)).toEqual([]);
});

describe("logratio/evidence", () => {
  const { gTest, keyness, mutualInformation, normalizedMutualInformation, estimateKlDivergence, chiSquaredTail } =
    evidence;
  const { logLikelihoodRatioOfSequence, cumulativeLogLikelihoodRatio, sequentialTest } = evidence;
  const half = [0.5, 0.5];
  const table = [1, 2, 3, 4];
  type Case = [name: string, f: unknown, args: unknown[], names: string[]];
  test.each<Case>([
    ["gTest", gTest, [[3, 4], half], ["counts", "expected"]],
    [
      "keyness",
      keyness,
      [
        [3, 4],
        [1, 2],
      ],
      ["countsA", "countsB"],
    ],
    ["mutualInformation", mutualInformation, [table, { rowLength: 2, normalize: true }], ["joint", "options"]],
    ["normalizedMutualInformation", normalizedMutualInformation, [table, { rowLength: 2, normalize: true }], ["joint"]],
    [
      "estimateKlDivergence",
      estimateKlDivergence,
      [
        [-1, -2],
        [-2, -1],
      ],
      ["logProbabilitiesP", "logProbabilitiesQ"],
    ],
    ["chiSquaredTail", chiSquaredTail, [1, 1], ["statistic"]],
    ["logLikelihoodRatioOfSequence", logLikelihoodRatioOfSequence, [[0, 1], half, half], ["observations", "p", "q"]],
    ["cumulativeLogLikelihoodRatio", cumulativeLogLikelihoodRatio, [[0, 1], half, half], ["observations", "p", "q"]],
    ["sequentialTest", sequentialTest, [{ p: half, q: [0.25, 0.75] }], ["options"]],
  ])("%s", async (name, f, args, names) => {
    const run = f as Form;
    expect(await outcomeOf(() => run(...args))).not.toBeInstanceOf(Error);
    const calls = names.flatMap((argument, i) => {
      const none = argument === "options" ? NOTHING : argument === "statistic" ? NO_NUMBER : NO_ARRAY;
      // without expected numbers, all classes are expected alike
      const given = Object.entries(none).filter(([what]) => !(argument === "expected" && what === "undefined"));
      return given.map(
        ([what, value]) =>
          // what is no array is gTest's options
          [what, name, /options|expected/.test(argument) ? "" : argument, () => run(...args.with(i, value))] as const,
      );
    });
    expect(await problemsOf(calls)).toEqual([]);
  });
});

describe("logratio/counts", () => {
  const { align, estimateEntropy, smooth, tally } = counts;
  const laplace = { method: "addConstant", constant: "laplace" };
  type Case = [name: string, f: unknown, args: unknown[], names: string[]];
  test.each<Case>([
    ["tally", tally, [["a", "b"]], ["keys"]],
    ["align", align, [[1, 2], { a: 1 }], ["sources[0]", "sources[1]"]],
    ["smooth", smooth, [[1, 2], laplace], ["counts", "options"]],
    [
      "smooth",
      (...args: never[]) => smooth([1, 2], { method: "wittenBell", background: args[0] }),
      [[1, 2]],
      ["background"],
    ],
    ["estimateEntropy", estimateEntropy, [[1, 2], {}], ["counts", "options"]],
    [
      "mutualInformationOfCounts",
      (...args: never[]) => counts.mutualInformationOfCounts(args[0], { rowLength: 1 }),
      [[1, 2]],
      ["table"],
    ],
  ])("%s", async (name, f, args, names) => {
    const run = f as Form;
    expect(await outcomeOf(() => run(...args))).not.toBeInstanceOf(Error);
    const values = {
      ...NO_ARRAY,
      "a function": () => 0.5,
      "a negative number": [-1],
      "a NaN": new Map([["a", Number.NaN]]),
    };
    const calls = names.flatMap((argument, i) =>
      Object.entries(values).flatMap(([what, value]) => {
        const call = () => run(...args.with(i, value));
        try {
          call();
          return [];
        } catch {
          // without keys or counts they are options; a count is named by its key; empty counts are no source that is wrong
          return [[what, name, argument === "options" ? "" : argument, call] as const];
        }
      }),
    );
    expect(calls.length).toBeGreaterThan(8);
    expect(await problemsOf(calls)).toEqual([]);
  });

  test("options", async () => {
    const of = {
      smooth: { method: ["addOne"], constant: [-1, "one"], classes: [0, 1.5, 1] },
      estimateEntropy: { estimator: ["best"], base: [0, 1, -2], classes: [0, 1.5, 1] },
    };
    const calls = Object.entries(of).flatMap(([name, keys]) =>
      Object.entries(keys).flatMap(([key, values]) =>
        [...Object.values(NO_OPTION), ...values].map((value) => {
          const others = name === "smooth" ? laplace : { estimator: "nsb" };
          const call = () =>
            (counts as unknown as Record<string, Form>)[name]([1, 2], { ...others, [key]: value } as never);
          return [key, name, key, call] as const;
        }),
      ),
    );
    expect(await problemsOf(calls)).toEqual([]);
  });
});

describe("logratio/sparse", () => {
  const { compareLists, topKDistribution, divergenceBounds, permutationTest, positionsOf, readPositions, topK } =
    sparse;
  const list = [["a", -1]] as const;
  const known = topKDistribution(list);
  type Case = [name: string, f: unknown, args: unknown[], names: string[]];
  test.each<Case>([
    ["topKDistribution", topKDistribution, [list, {}], ["entries", "options"]],
    ["divergenceBounds", divergenceBounds, [known, known, {}], ["p", "q", "options"]],
    ["positionsOf", positionsOf, [{ top: list }, {}], ["", "options"]],
    ["permutationTest", permutationTest, [[[known, known]], [[known]], {}], ["before", "after", "options"]],
    ["topK", topK, [[1, 2, 3, 4], 2, {}], ["logits", "", "options"]],
    [
      "compareLists",
      compareLists,
      [positionsOf({ top: list }), positionsOf({ top: list }), {}],
      ["base", "other", "options"],
    ],
    [
      "readPositions",
      (...args: never[]) => readPositions(...(args as unknown as [string[]])).next(),
      [[JSON.stringify({ top: list })], {}],
      ["", "options"],
    ],
  ])("%s", async (name, f, args, names) => {
    const run = f as Form;
    expect(await outcomeOf(() => run(...args))).not.toBeInstanceOf(Error);
    const calls = names.flatMap((argument, i) =>
      // "" is looked at below
      Object.entries(argument === "" ? {} : { ...NO_ARRAY, "a list": list, "an array of numbers": [0.5] })
        // without entries or keys, they are options
        .filter(
          ([what]) =>
            !(
              argument === "options" &&
              /undefined|circular|date|promise|expression|Buffer|DataView|length|tensor/.test(what)
            ),
        )
        .filter(([what]) => !(argument === "entries" && /^a list|length -1/.test(what)))
        .map(([what, value]) => [what, name, argument, () => run(...args.with(i, value))] as const),
    );
    expect(await problemsOf(calls)).toEqual([]);
  });

  test("options", async () => {
    const ofList: Record<string, unknown[]> = {
      topK: [...Object.values(NO_OPTION).filter((value) => value !== true), 0, 1.5, -1],
      classes: [...Object.values(NO_OPTION), 0, 1.5],
      input: [...Object.values(NO_OPTION), "logits"],
      rounding: [...Object.values(NO_OPTION), -1e-9, 0.6, "0"],
    };
    const calls = Object.entries(ofList).flatMap(([key, values]) =>
      values.map((value) => [key, "topKDistribution", key, () => topKDistribution(list, { [key]: value })] as const),
    );
    const ofBounds = [...Object.values(NO_OPTION), 0, 1, 0.5, Number.POSITIVE_INFINITY].map(
      (base) => ["base", "divergenceBounds", "base", () => divergenceBounds(known, known, { base } as never)] as const,
    );
    const ofReaders = Object.entries({
      ...ofList,
      input: [1],
      name: Object.values(NO_OPTION).filter((value) => typeof value !== "string"),
    }).flatMap(([key, values]) =>
      values.flatMap((value) => [
        [key, "positionsOf", key, () => positionsOf({ top: list }, { [key]: value })] as const,
        [key, "readPositions", key, () => readPositions([""], { [key]: value }).next()] as const,
      ]),
    );
    const ofTest = {
      statistic: [...Object.values(NO_OPTION), "kl"],
      permutations: [...Object.values(NO_OPTION), 0, 1.5],
      seed: [...Object.values(NO_OPTION), -1, 0.5],
    };
    const ofOthers = [
      ...Object.entries(ofTest).flatMap(([key, values]) =>
        values.map(
          (value) =>
            [
              key,
              "permutationTest",
              key,
              () => permutationTest([[known, known]], [[known]], { [key]: value }),
            ] as const,
        ),
      ),
      ...[...Object.values(NO_OPTION), 0, -1, Number.POSITIVE_INFINITY].map(
        (value) => ["temperature", "topK", "temperature", () => topK([1], 1, { temperature: value } as never)] as const,
      ),
      ...[...Object.values(NO_NUMBER), undefined, 0, 1.5, 5].map(
        (k) => ["k", "topK", "k is", () => topK([1], k as never)] as const,
      ),
    ];
    const noSource = Object.entries({ ...NOTHING, undefined, "a number": 5 })
      .filter(([what]) => !/string|map/.test(what))
      .map(([what, value]) => [what, "readPositions", "source", () => readPositions(value as never).next()] as const);
    const noResponse = [...[null, undefined, 5, "{}", true, Symbol(""), () => {}, revoked({})]].map(
      (value) => ["none", "positionsOf", "response", () => positionsOf(value as never)] as const,
    );
    const unknown = [
      ["unknown", "topKDistribution", '"rounded"', () => topKDistribution(list, { rounded: 1 } as never)],
      ["unknown", "divergenceBounds", '"bases"', () => divergenceBounds(known, known, { bases: 2 } as never)],
    ] as const;
    expect(
      await problemsOf([...calls, ...ofBounds, ...ofReaders, ...ofOthers, ...noSource, ...noResponse, ...unknown]),
    ).toEqual([]);
  });
});

describe("logratio/families", () => {
  const all: Record<string, unknown> = { ...families };

  test.each(Object.keys(make) as (keyof typeof make)[])("%s", async (name) => {
    const construct = all[name] as Form;
    const calls = Object.entries({ ...NOTHING, undefined, "a number": 2, "an array": [2] })
      .filter(([what]) => !/circular|date|promise|expression|Buffer|DataView/.test(what))
      .map(([what, value]) => [what, name, "parameters", () => construct(value)] as const);
    expect(await problemsOf(calls)).toEqual([]);
  });

  test.each(["entropy", "crossEntropy", "klDivergence"] as const)("%s", async (name) => {
    const p = families.normal({ mean: 0, standardDeviation: 1 });
    const f = all[name] as Form;
    const count = name === "entropy" ? 1 : 2;
    const calls = Object.entries({ ...NOTHING, undefined, "an array": [1] }).flatMap(([what, value]) =>
      ["p", "q"]
        .slice(0, count)
        .map(
          (argument, i) => [what, name, argument, () => f(...[p, p].slice(0, count).with(i, value as never))] as const,
        ),
    );
    expect(await problemsOf(calls)).toEqual([]);
  });
});
