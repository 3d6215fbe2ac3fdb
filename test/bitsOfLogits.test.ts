import { describe, expect, test } from "vitest";
import { createEngineSync, type Engine, type InputKind } from "../src/index.js";
import {
  type Constructor,
  differenceOf,
  type FloatArray,
  LENGTHS,
  moved,
  OFFSETS,
  type Outcome,
  outcomeOf,
} from "./bits.js";
import { randomNumbers } from "./cases.js";

// One result from logits, to the bit, whatever computes it and wherever the numbers lie.

const js = createEngineSync({ backend: "js" });
const simd = createEngineSync({ backend: "simd" });
const plain = createEngineSync({ backend: "simd", shared: false });

const isF32 = (row: FloatArray) => row instanceof Float32Array;
const INFINITE = Number.NEGATIVE_INFINITY;
/** Numbers of a block. */
const blockOf = (row: FloatArray) => (isF32(row) ? 512 : 256);

/** Fills two rows of logits with numbers of a kind. */
const KINDS: Record<string, (random: () => number, a: FloatArray, b: FloatArray, i: number) => void> = {
  ordinary(random, a, b, i) {
    a[i] = 20 * random() - 10;
    b[i] = 20 * random() - 10;
  },
  "nearly equal"(random, a, b, i) {
    a[i] = 10 * random();
    b[i] = a[i] + (random() - 0.5) * 1e-4;
  },
  "one ulp apart"(random, a, b, i) {
    const epsilon = isF32(a) ? 2 ** -23 : 2 ** -52;
    a[i] = 10 * random();
    b[i] = a[i] * (1 + (random() < 0.5 ? epsilon : -epsilon));
  },
  identical(random, a, b, i) {
    a[i] = 10 * random() - 5;
    b[i] = a[i];
  },
  "equal up to an offset of 0.5"(random, a, b, i) {
    a[i] = 10 * random();
    b[i] = a[i] + 0.5;
  },
  "equal up to an offset of 1000"(random, a, b, i) {
    a[i] = 10 * random();
    b[i] = a[i] - 1000;
  },
  "impossible here and there in p"(random, a, b, i) {
    a[i] = random() < 0.2 ? INFINITE : 5 * random();
    b[i] = 5 * random();
  },
  "impossible here and there in both"(random, a, b, i) {
    a[i] = random() < 0.3 ? INFINITE : 5 * random();
    b[i] = a[i] === INFINITE ? INFINITE : 5 * random();
  },
  "impossible in both, and more in p"(random, a, b, i) {
    b[i] = random() < 0.3 ? INFINITE : 5 * random();
    a[i] = b[i] === INFINITE || random() < 0.3 ? INFINITE : 5 * random();
  },
  "possible in p, impossible in q"(random, a, b, i) {
    a[i] = 5 * random();
    b[i] = random() < 0.02 ? INFINITE : 5 * random();
  },
  "negligible in p, impossible in q"(random, a, b, i) {
    const isNegligible = i % 7 === 5;
    a[i] = isNegligible ? -300 - 100 * random() : 0.1 * random();
    b[i] = isNegligible && random() < 0.5 ? INFINITE : a[i];
  },
  "within ±20000"(random, a, b, i) {
    a[i] = 40000 * (random() - 0.5);
    b[i] = 40000 * (random() - 0.5);
  },
  "of a magnitude of 1e30 (f32) or 1e100 (f64)"(random, a, b, i) {
    const large = isF32(a) ? 1e30 : 1e100;
    a[i] = large * (random() - 0.5);
    b[i] = large * (random() - 0.5);
  },
  "of a magnitude of 3e38 (f32) or 1e300 (f64)"(random, a, b, i) {
    const large = isF32(a) ? 6e38 : 1e300;
    a[i] = large * (random() - 0.5);
    b[i] = large * (random() - 0.5);
  },
  "large beside numbers of next to nothing"(random, a, b, i) {
    a[i] = (random() < 0.5 ? 1 : -1) * 10 ** (60 * random() - 30);
    b[i] = random() < 0.5 ? a[i] : -(10 ** (60 * random() - 30));
  },
  "masked by the most negative number"(random, a, b, i) {
    const least = isF32(a) ? -3.4028234663852886e38 : -Number.MAX_VALUE;
    a[i] = random() < 0.2 ? least : 5 * random();
    b[i] = a[i] === least && random() < 0.8 ? least : 5 * random();
  },
  "zeros of either sign"(random, a, b, i) {
    a[i] = random() < 0.5 ? -0 : 0;
    b[i] = random() < 0.5 ? -0 : 0;
  },
  "all -0"(_, a, b, i) {
    a[i] = -0;
    b[i] = -0;
  },
  "subnormal numbers"(random, a, b, i) {
    const tiny = isF32(a) ? 1e-40 : 1e-310;
    a[i] = tiny * (random() - 0.5);
    b[i] = tiny * (random() - 0.5);
  },
  "one class on top of very negative ones"(random, a, b, i) {
    a[i] = i === a.length >> 1 ? 0 : -200 - 9800 * random();
    b[i] = i === a.length >> 2 ? 0 : -200 - 9800 * random();
  },
  "down to where an exponential is subnormal, and 0"(random, a, b, i) {
    const least = isF32(a) ? -110 : -760;
    a[i] = i === 0 ? 0 : least * random();
    b[i] = i === 0 ? 0 : least * random();
  },
  "of sums Zq << Zp"(random, a, b, i) {
    a[i] = 0.1 * random();
    b[i] = i === b.length >> 1 ? 30 : 0.1 * random();
  },
  "of sums Zp << Zq"(random, a, b, i) {
    a[i] = i === a.length >> 1 ? 30 : 0.1 * random();
    b[i] = 0.1 * random();
  },
  "one difference above 1 in each block"(random, a, b, i) {
    const block = blockOf(a);
    const at = Math.floor(i / block) * 37;
    a[i] = i === 0 ? 10 : random();
    b[i] = i === 0 ? 10 : a[i] + (i % block === at % block ? (at % 2 === 0 ? 1.5 : -1.5) : 0.9 * random() - 0.45);
  },
  "differences of 1 and just beside it"(random, a, b, i) {
    const epsilon = isF32(a) ? 2 ** -20 : 2 ** -49;
    a[i] = i === 0 ? 8 : Math.floor(8 * random());
    b[i] = i === 0 ? 8 : a[i] + (random() < 0.5 ? 1 : -1) * (1 + Math.floor(3 * random() - 1) * epsilon);
  },
  "halfway between octaves"(random, a, b, i) {
    a[i] = i === 0 ? 0 : -(Math.floor(60 * random()) + 0.5) * Math.LN2;
    b[i] = i === 0 ? 0 : a[i] + (Math.floor(5 * random()) - 2.5) * Math.LN2;
  },
};

interface Rows {
  a: FloatArray;
  b: FloatArray;
  counts: FloatArray;
  /** A distribution with zeros in it. */
  probabilities: FloatArray;
  /** One weight a class. */
  weights: FloatArray;
  /** Two rows of logits, of a teacher's, of soft targets, and their labels. */
  student: FloatArray;
  teacher: FloatArray;
  targets: FloatArray;
  labels: Int32Array;
}

function joined(type: Constructor, first: FloatArray, second: FloatArray): FloatArray {
  const both = new type(2 * first.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function makeRows(kind: string, type: Constructor, n: number): Rows {
  const random = randomNumbers(n * 31 + kind.length);
  const [a, b, counts, weights, probabilities] = Array.from({ length: 5 }, () => new type(n));
  const numbers = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    KINDS[kind](random, a, b, i);
    counts[i] = Math.floor(random() * 4);
    weights[i] = random();
    numbers[i] = i > 0 && random() < 0.2 ? 0 : random() ** 3;
  }
  const sum = numbers.reduce((all, x) => all + x);
  for (let i = 0; i < n; i++) probabilities[i] = numbers[i] / sum;
  const student = joined(type, a, b);
  const teacher = joined(type, b, a);
  const targets = joined(type, probabilities, probabilities.slice().reverse());
  return { a, b, counts, probabilities, weights, student, teacher, targets, labels: Int32Array.of(n >> 1, n - 1) };
}

type Calls = Record<string, (engine: Engine, rows: Rows) => number | FloatArray>;

const PAIRS = ["crossEntropy", "klDivergence", "jeffreysDivergence", "jsDivergence", "jsDistance"] as const;

/** Every measure of rows of two kinds. */
function measuresOf(first: InputKind, second: InputKind, temperature?: number): Calls {
  const p = ({ a, probabilities }: Rows) => (first === "probabilities" ? probabilities : a);
  const q = ({ b, probabilities }: Rows) => (second === "probabilities" ? probabilities : b);
  const tempered = temperature === undefined ? {} : { temperature };
  const raw = { input: [first, second], ...tempered };
  const normalize = { ...raw, normalize: true };
  const calls: Calls = {
    logLikelihoodRatio: (engine, rows) => engine.logLikelihoodRatio(rows.counts, p(rows), q(rows), raw),
    logRatio: (engine, rows) => engine.logRatio(p(rows), q(rows), raw),
  };
  for (const name of PAIRS) calls[name] = (engine, rows) => engine[name](p(rows), q(rows), normalize);
  if (first === second) calls.entropy = (engine, { a }) => engine.entropy(a, { ...normalize, input: first });
  const under = `${first}, ${second}${temperature === undefined ? "" : `, temperature ${temperature}`}`;
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [`${name} (${under})`, call]));
}

/** The functions that are of logits by nature. */
function softmaxes(temperature = 1): Calls {
  const options = { temperature };
  return Object.fromEntries(
    Object.entries<Calls[string]>({
      logSumExp: (engine, { a }) => engine.logSumExp(a, options),
      softmax: (engine, { a }) => engine.softmax(a, options),
      logSoftmax: (engine, { a }) => engine.logSoftmax(a, options),
    }).map(([name, call]) => [`${name} (temperature ${temperature})`, call]),
  );
}

const OF_LOGITS: Calls = { ...measuresOf("logits", "logits"), ...softmaxes() };

const OF_OTHERS: Calls = {
  ...measuresOf("logProbabilities", "logProbabilities"),
  ...measuresOf("probabilities", "logits"),
  ...measuresOf("logits", "probabilities"),
  ...measuresOf("probabilities", "logProbabilities"),
  ...measuresOf("logProbabilities", "logits", 2.5),
  ...measuresOf("probabilities", "logits", 0.3),
};

const AT_TEMPERATURES: Calls = Object.assign(
  {},
  ...[0.3, 2.5, 1e-9, 1e9].map((temperature) => ({
    ...measuresOf("logits", "logits", temperature),
    ...softmaxes(temperature),
  })),
);

/** A loss, the losses of its rows and its gradient in one array. */
function flat(result: { loss: number; perRow?: Float64Array; gradient?: FloatArray }): Float64Array {
  const { loss, perRow = [], gradient = [] } = result;
  const all = new Float64Array(1 + perRow.length + gradient.length);
  all[0] = loss;
  all.set(perRow, 1);
  all.set(gradient, 1 + perRow.length);
  return all;
}

const crossEntropyLosses: Calls = Object.fromEntries(
  Object.entries({
    plain: {},
    smoothed: { labelSmoothing: 0.1, reduction: "none" as const },
    "with zLoss": { zLoss: 1e-2, temperature: 2.5, reduction: "sum" as const },
  }).flatMap(([name, options]) => {
    const optionsFor = ({ a }: Rows) => ({ rowLength: a.length, gradient: true, ...options });
    return Object.entries<Calls[string]>({
      labels: (engine, rows) => flat(engine.crossEntropyLoss(rows.student, rows.labels, optionsFor(rows))),
      "weighted labels": (engine, rows) =>
        flat(engine.crossEntropyLoss(rows.student, rows.labels, { ...optionsFor(rows), classWeights: rows.weights })),
      targets: (engine, rows) => flat(engine.crossEntropyLoss(rows.student, rows.targets, optionsFor(rows))),
      "weighted targets": (engine, rows) =>
        flat(engine.crossEntropyLoss(rows.student, rows.targets, { ...optionsFor(rows), classWeights: rows.weights })),
    }).map(([of, call]) => [`crossEntropyLoss of ${of}, ${name}`, call]);
  }),
);

const distillationLosses: Calls = Object.fromEntries(
  Object.entries({
    forward: { direction: "forward" as const },
    reverse: { direction: "reverse" as const },
    js: { direction: "js" as const },
    "js, beta 0.1": { direction: "js" as const, beta: 0.1 },
    "js, beta 1e-12": { direction: "js" as const, beta: 1e-12 },
  }).flatMap(([name, options]) =>
    [1, 2.5].map((temperature) => [
      `distillationLoss, ${name}, temperature ${temperature}`,
      (engine: Engine, { student, teacher, a }: Rows) => {
        const all = { rowLength: a.length, reduction: "none" as const, temperature, ...options };
        const result = engine.distillationLoss(student, teacher, all);
        // an infinite reverse KL has none: errorsOfLogits.test.ts
        const gradient = options.direction !== "reverse" || Number.isFinite(result.loss);
        return flat(engine.distillationLoss(student, teacher, { ...all, gradient }));
      },
    ]),
  ),
);

const LOSSES: Calls = {
  ...crossEntropyLosses,
  ...distillationLosses,
  "distillationLoss of one teacher": (engine, { student, b }) =>
    flat(engine.distillationLoss(student, b, { rowLength: b.length, gradient: true })),
  tokenLogProbabilities: (engine, { student, labels, a }) =>
    engine.tokenLogProbabilities(student, labels, { rowLength: a.length, temperature: 0.3 }),
  perplexity: (engine, { student, labels, a }) => engine.perplexity(student, labels, { rowLength: a.length }),
  logLikelihoodRatioOfTokens(engine, { student, teacher, labels, a }) {
    const options = { rowLength: a.length };
    const { sum, mean, standardError } = engine.logLikelihoodRatioOfTokens(student, teacher, labels, options);
    return Float64Array.of(sum, mean, standardError);
  },
};

type Outcomes = Record<string, Outcome>;

function outcomesOf(calls: Calls, engine: Engine, rows: Rows): Outcomes {
  const outcomes: Outcomes = {};
  for (const name in calls) outcomes[name] = outcomeOf(() => calls[name](engine, rows));
  return outcomes;
}

/** What differs between two engines, in words. */
function differencesOf(actual: Outcomes, expected: Outcomes, where: string): string[] {
  return Object.keys(expected).flatMap((name) => {
    const difference = differenceOf(actual[name], expected[name]);
    return difference === undefined ? [] : [`${where}: ${name} is ${difference}`];
  });
}

/** Results that are NaN, which only the ratio of 0 to 0 may be, and the error of a mean that cannot be told. */
function nansOf(outcomes: Outcomes, where: string): string[] {
  return Object.keys(outcomes).flatMap((name) => {
    const outcome = outcomes[name];
    const isNaNAllowed = name.startsWith("logRatio") || name === "logLikelihoodRatioOfTokens";
    const hasNaN = typeof outcome === "object" ? outcome.some(Number.isNaN) : Number.isNaN(outcome);
    return hasNaN && !isNaNAllowed ? [`${where}: ${name} has a NaN`] : [];
  });
}

/** Fails with what differs, of each call the first place and how many there are. */
function expectNone(differences: string[]): void {
  if (differences.length > 0) expect.fail(differences.join("\n"));
}

/** Around lanes, groups and blocks: what is expensive goes through these alone. */
const FEW_LENGTHS = [1, 2, 3, 5, 8, 16, 17, 33, 255, 256, 257, 512, 513, 1030];

/** What an engine differs in from JavaScript. */
function differencesAt(lengths: readonly number[], kind: string, type: Constructor, calls: Calls): string[] {
  const differences: string[] = [];
  for (const n of lengths) {
    const rows = makeRows(kind, type, n);
    const expected = outcomesOf(calls, js, rows);
    differences.push(...nansOf(expected, `${n} classes`));
    differences.push(...differencesOf(outcomesOf(calls, simd, rows), expected, `${n} classes`));
    if (n > 1100) continue;
    differences.push(...differencesOf(outcomesOf(calls, plain, rows), expected, `${n} classes, plain memory`));
  }
  return differences;
}

/** What may write to one of its rows, in whose place the result is to be that of a new array. */
const WRITING: Record<string, (engine: Engine, rows: Rows, inPlace: boolean) => number | FloatArray> = {
  softmax: (engine, { a }, inPlace) => engine.softmax(a, { temperature: 2.5, ...(inPlace && { out: a }) }),
  logSoftmax: (engine, { a }, inPlace) => engine.logSoftmax(a, inPlace ? { out: a } : {}),
  "logRatio, to p": (engine, { a, b }, inPlace) =>
    engine.logRatio(a, b, { input: "logits", ...(inPlace && { out: a }) }),
  "logRatio, to q": (engine, { a, b }, inPlace) =>
    engine.logRatio(a, b, { input: "logits", ...(inPlace && { out: b }) }),
  crossEntropyLoss(engine, { student, labels, a }, inPlace) {
    const options = { rowLength: a.length, gradient: inPlace ? student : true, labelSmoothing: 0.1 };
    return flat(engine.crossEntropyLoss(student, labels, options));
  },
  "crossEntropyLoss of targets"(engine, { student, targets, weights, a }, inPlace) {
    const options = { rowLength: a.length, gradient: inPlace ? student : true, classWeights: weights };
    return flat(engine.crossEntropyLoss(student, targets, options));
  },
  ...Object.fromEntries(
    (["forward", "reverse", "js"] as const).map((direction) => [
      `distillationLoss, ${direction}`,
      (engine: Engine, { student, teacher, a }: Rows, inPlace: boolean) => {
        const options = { rowLength: a.length, gradient: inPlace ? student : true, direction };
        return flat(engine.distillationLoss(student, teacher, options));
      },
    ]),
  ),
};

const WRITTEN = ["a", "b", "student"] as const;

/** The outcomes of calls each of which may write to its rows, which are as before for the next. */
function outcomesInPlace(engine: Engine, rows: Rows, inPlace = true): Outcomes {
  const before = Object.fromEntries(WRITTEN.map((name) => [name, rows[name].slice()]));
  const outcomes: Outcomes = {};
  for (const name in WRITING) {
    const outcome = outcomeOf(() => WRITING[name](engine, rows, inPlace));
    outcomes[`${name}, in place`] = typeof outcome === "object" ? outcome.slice() : outcome;
    for (const written of WRITTEN) rows[written].set(before[written]);
  }
  return outcomes;
}

/** Calls whose rows lie at all places. */
const PLACED: Calls = {
  ...OF_LOGITS,
  ...measuresOf("probabilities", "logits", 2.5),
  ...crossEntropyLosses,
  ...distillationLosses,
};

/** All rows moved to places of their own. */
function movedRows(rows: Rows, offset: number, memory: Engine | undefined) {
  const names = Object.keys(rows).filter((name) => name !== "labels") as Exclude<keyof Rows, "labels">[];
  const all = names.map((name, i) => moved(rows[name], (offset + 2 * i) % 7, memory));
  const placed = { ...rows };
  names.forEach((name, i) => {
    placed[name] = all[i].row;
  });
  return {
    rows: placed,
    isIntact: () => all.every((one) => one.isIntact()),
    free: () => {
      for (const one of all) one.free();
    },
  };
}

describe.each([
  ["f32", Float32Array],
  ["f64", Float64Array],
] as const)("%s rows", (_, type) => {
  describe.each(Object.keys(KINDS))("%s", (kind) => {
    test.each([
      ["measures of logits", OF_LOGITS, LENGTHS],
      ["measures of logits at other temperatures", AT_TEMPERATURES, FEW_LENGTHS],
      ["measures of log-probabilities, and of two kinds", OF_OTHERS, FEW_LENGTHS],
      ["losses", LOSSES, FEW_LENGTHS],
    ] as const)("%s have the same bits in JavaScript and in WebAssembly, at every length", (_, calls, lengths) =>
      expectNone(differencesAt(lengths, kind, type, calls)),
    );
  });

  test.each(["ordinary", "impossible here and there in both", "one class on top of very negative ones"])(
    "%s: all have the same bits where they are staged by chunks",
    (kind) => expectNone(differencesAt([4097, 8193], kind, type, { ...AT_TEMPERATURES, ...OF_OTHERS, ...LOSSES })),
  );

  describe.each([
    "ordinary",
    "nearly equal",
    "impossible here and there in both",
    "of a magnitude of 3e38 (f32) or 1e300 (f64)",
  ])("%s", (kind) => {
    test("all have the same bits at every offset, copied in or in the engine's memory, and in place", () => {
      const differences: string[] = [];
      for (const n of [1, 7, 16, 100, 511, 513, 1030, 8195]) {
        const rows = makeRows(kind, type, n);
        const calls = n < 1000 ? PLACED : OF_LOGITS;
        const outcomes = (engine: Engine, at: Rows, inPlace = true) => ({
          ...outcomesOf(calls, engine, at),
          ...outcomesInPlace(engine, at, inPlace),
        });
        const expected = outcomes(js, rows, false);
        for (const offset of n < 1000 ? OFFSETS : [1]) {
          for (const [engine, memory] of [
            [js, undefined],
            [simd, undefined],
            [simd, simd],
            [plain, plain],
          ] as const) {
            const placed = movedRows(rows, offset, memory);
            const where = `${n} classes at ${offset}, ${engine.backendReason}, ${memory ? "its own" : "copied in"}`;
            differences.push(...differencesOf(outcomes(engine, placed.rows), expected, where));
            if (!placed.isIntact()) differences.push(`${where}: something beside a row is written to`);
            placed.free();
          }
        }
      }
      expectNone(differences);
    });
  });

  test("one lies in the engine's memory and the others do not", () => {
    for (const n of [5, 600, 9000]) {
      const rows = makeRows("impossible in both, and more in p", type, n);
      const calls = { ...OF_LOGITS, ...crossEntropyLosses };
      const expected = outcomesOf(calls, js, rows);
      for (const name of ["a", "b", "student", "weights"] as const) {
        const { row, free } = moved(rows[name], 1, simd);
        expectNone(differencesOf(outcomesOf(calls, simd, { ...rows, [name]: row }), expected, `${n}, ${name}`));
        free();
      }
    }
  });

  test("a gradient may lie in the engine's memory, or outside it, whatever the logits do", () => {
    for (const n of [3, 700, 8200]) {
      const { student, teacher, labels } = makeRows("ordinary", type, n);
      const results = [js, simd].flatMap((engine) => {
        const [inside, logits] = [moved(student, 1, engine), moved(student, 2, engine)];
        const outside = moved(student, 3);
        const all = [inside, outside].flatMap(({ row }) =>
          [student, logits.row].flatMap((z) => {
            const options = { rowLength: n, gradient: row, temperature: 2 };
            const first = flat(engine.crossEntropyLoss(z, labels, options));
            return [first, flat(engine.distillationLoss(z, teacher, options))];
          }),
        );
        expect(inside.isIntact() && outside.isIntact() && logits.isIntact()).toBe(true);
        inside.free();
        logits.free();
        return all;
      });
      results.forEach((result, i) => {
        expect(differenceOf(result, results[i % 2]), `${n} classes`).toBeUndefined();
      });
    }
  });

  test("ten million classes", () => {
    const one = makeRows("nearly equal", type, 10007);
    const times = 1000;
    const n = 10007 * times;
    const [a, b] = [new type(n), new type(n)];
    for (let start = 0; start < n; start += 10007) {
      a.set(one.a, start);
      b.set(one.b, start);
    }
    const options = { input: "logits" } as const;
    const expected = js.klDivergence(a, b, options);
    expect(simd.klDivergence(a, b, options)).toBe(expected);
    // the same numbers again and again: the divergence of one stretch, to rounding
    const error = Math.abs(expected / js.klDivergence(one.a, one.b, options) - 1);
    expect(error).toBeLessThan(type === Float32Array ? 1e-5 : 1e-11);
  });
});

test("mixed types and plain arrays are computed in f64, with the same bits as the widened array", () => {
  const { a, b } = makeRows("ordinary", Float32Array, 5000);
  const labels = [7, 2499];
  const [x, y] = [Float64Array.from(a), Float64Array.from(b)];
  const options = { input: "logits", temperature: 2.5 } as const;
  const rows = { rowLength: 2500, gradient: true } as const;
  const calls: Record<string, (engine: Engine, p: ArrayLike<number>, q: ArrayLike<number>) => number | FloatArray> = {
    klDivergence: (engine, p, q) => engine.klDivergence(p, q, options),
    jsDivergence: (engine, p, q) => engine.jsDivergence(p, q, options),
    crossEntropy: (engine, p, q) => engine.crossEntropy(p, q, options),
    logRatio: (engine, p, q) => engine.logRatio(p, q, options),
    softmax: (engine, p) => engine.softmax(Array.from(p)),
    logSoftmax: (engine, p) => engine.logSoftmax(Array.from(p)),
    crossEntropyLoss: (engine, p) => flat(engine.crossEntropyLoss(Array.from(p), labels, rows)),
    distillationLoss: (engine, p, q) => Float64Array.of(engine.distillationLoss(p, q, { rowLength: 2500 }).loss),
  };
  for (const name in calls) {
    const expected = calls[name](js, x, y);
    for (const engine of [js, simd, plain]) {
      for (const [p, q] of [
        [a, y],
        [x, b],
        [Array.from(a), b],
        [a, Array.from(b)],
        [Array.from(a), Array.from(b)],
      ]) {
        expect(differenceOf(calls[name](engine, p, q), expected), name).toBeUndefined();
      }
    }
  }
});
