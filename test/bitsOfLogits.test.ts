import { describe, expect, test } from "vitest";
import { createEngineSync, type Engine } from "../src/index.js";
import { type Constructor, differenceOf, type FloatArray, moved, outcomeOf, placesOf } from "./bits.js";
import { lengthsOf, OFFSETS } from "./lengths.js";
import {
  AT_TEMPERATURES,
  type Calls,
  crossEntropyLosses,
  differencesOf,
  distillationLosses,
  expectNone,
  flat,
  KINDS,
  LOSSES,
  makeRows,
  measuresOf,
  OF_LOGITS,
  OF_OTHERS,
  type Outcomes,
  outcomesOf,
  type Rows,
} from "./logitCalls.js";
import { inTurn, isLong, thin } from "./long.js";
import { type Functions, on } from "./on.js";

// One result from logits, to the bit, whatever computes it and wherever the numbers lie.

const js = createEngineSync({ backend: "js" });
const simd = createEngineSync({ backend: "simd" });
const plain = createEngineSync({ backend: "simd", shared: false });

/** Results that are NaN, which only the ratio of 0 to 0 may be, and the error of a mean that cannot be told. */
function nansOf(outcomes: Outcomes, where: string): string[] {
  return Object.keys(outcomes).flatMap((name) => {
    const outcome = outcomes[name];
    const isNaNAllowed = name.startsWith("logRatio") || name === "logLikelihoodRatioOfTokens";
    const hasNaN = typeof outcome === "object" ? outcome.some(Number.isNaN) : Number.isNaN(outcome);
    return hasNaN && !isNaNAllowed ? [`${where}: ${name} has a NaN`] : [];
  });
}

/** Around lanes, groups and blocks: what is expensive goes through these alone. */
const fewLengthsOf = (turn: number) => [
  ...thin([1, 2, 3, 5, 8, 16, 17, 33], [1, 8, 17]),
  ...inTurn([255, 256, 257, 512, 513, 1030], turn),
];

/** What an engine differs in from JavaScript. */
function differencesAt(lengths: readonly number[], kind: string, type: Constructor, calls: Calls): string[] {
  const differences: string[] = [];
  for (const n of lengths) {
    const rows = makeRows(kind, type, n);
    const expected = outcomesOf(calls, on(js), rows);
    differences.push(...nansOf(expected, `${n} classes`));
    differences.push(...differencesOf(outcomesOf(calls, on(simd), rows), expected, `${n} classes`));
    if (n > 1100) continue;
    differences.push(...differencesOf(outcomesOf(calls, on(plain), rows), expected, `${n} classes, plain memory`));
  }
  return differences;
}

/** What may write to one of its rows, in whose place the result is to be that of a new array. */
const WRITING: Record<string, (f: Functions, rows: Rows, inPlace: boolean) => number | FloatArray> = {
  softmax: (f, { a }, inPlace) => f.softmax(a, { temperature: 2.5, ...(inPlace && { out: a }) }),
  logSoftmax: (f, { a }, inPlace) => f.logSoftmax(a, inPlace ? { out: a } : {}),
  "logRatio, to p": (f, { a, b }, inPlace) => f.logRatio(a, b, { input: "logits", ...(inPlace && { out: a }) }),
  "logRatio, to q": (f, { a, b }, inPlace) => f.logRatio(a, b, { input: "logits", ...(inPlace && { out: b }) }),
  crossEntropyLoss(f, { student, labels, a }, inPlace) {
    const options = { rowLength: a.length, gradient: inPlace ? student : true, labelSmoothing: 0.1 };
    return flat(f.crossEntropyLoss(student, labels, options));
  },
  "crossEntropyLoss of targets"(f, { student, targets, weights, a }, inPlace) {
    const options = { rowLength: a.length, gradient: inPlace ? student : true, classWeights: weights };
    return flat(f.crossEntropyLoss(student, targets, options));
  },
  ...Object.fromEntries(
    (["forward", "reverse", "js"] as const).map((direction) => [
      `distillationLoss, ${direction}`,
      (f: Functions, { student, teacher, a }: Rows, inPlace: boolean) => {
        const options = { rowLength: a.length, gradient: inPlace ? student : true, direction };
        return flat(f.distillationLoss(student, teacher, options));
      },
    ]),
  ),
};

const WRITTEN = ["a", "b", "student"] as const;

/** The outcomes of calls each of which may write to its rows, which are as before for the next. */
function outcomesInPlace(f: Functions, rows: Rows, inPlace = true): Outcomes {
  const before = Object.fromEntries(WRITTEN.map((name) => [name, rows[name].slice()]));
  const outcomes: Outcomes = {};
  for (const name in WRITING) {
    const outcome = outcomeOf(() => WRITING[name](f, rows, inPlace));
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
  /** In the quick run, half of the kinds in f32 and the others in f64. */
  const isTried = (turn: number) => inTurn([Float32Array, Float64Array], turn).includes(type);

  const kinds = Object.keys(KINDS).map((kind, turn) => [kind, turn] as const);
  describe.each(kinds.filter(([, turn]) => isTried(turn)))("%s", (kind, turn) => {
    // the others by each kind in one of the types, in the long run too
    const others = [
      ["measures of logits at other temperatures", AT_TEMPERATURES, fewLengthsOf(turn)],
      ["measures of log-probabilities, and of two kinds", OF_OTHERS, fewLengthsOf(turn + 1)],
      ["losses", LOSSES, fewLengthsOf(turn + 2)],
    ] as const;
    test.each([
      ["measures of logits", OF_LOGITS, lengthsOf(turn)] as const,
      // in the quick run one of them
      ...(type === [Float32Array, Float64Array][turn % 2] ? inTurn(others, turn) : []),
    ])("%s have the same bits in JavaScript and in WebAssembly, at every length", (_, calls, lengths) =>
      expectNone(differencesAt(lengths, kind, type, calls)),
    );
  });

  const staged = ["ordinary", "impossible here and there in both", "one class on top of very negative ones"];
  test.each(staged.map((kind, turn) => ({ kind, turn })))(
    "$kind: all have the same bits where they are staged by chunks",
    ({ kind, turn }) => {
      const lengths = thin([4097, 8193], type === Float32Array ? [8193] : [4097]);
      for (const calls of inTurn([AT_TEMPERATURES, OF_OTHERS, LOSSES], turn)) {
        expectNone(differencesAt(lengths, kind, type, calls));
      }
    },
  );

  const placed = [
    "ordinary",
    "nearly equal",
    "impossible here and there in both",
    "of a magnitude of 3e38 (f32) or 1e300 (f64)",
  ];
  describe.each(placed.map((kind, turn) => ({ kind, turn })).filter(({ turn }) => isTried(turn)))(
    "$kind",
    ({ kind, turn }) => {
      test("all have the same bits at every offset, copied in or in the engine's memory, and in place", () => {
        const differences: string[] = [];
        for (const n of thin([1, 7, 16, 100, 511, 513, 1030, 8195], [1, 16, 513, ...(turn < 2 ? [8195] : [])])) {
          const rows = makeRows(kind, type, n);
          const calls = n < 1000 ? PLACED : OF_LOGITS;
          const outcomes = (engine: Engine, at: Rows, inPlace = true) => ({
            ...outcomesOf(calls, on(engine), at),
            ...outcomesInPlace(on(engine), at, inPlace),
          });
          const expected = outcomes(js, rows, false);
          for (const offset of n < 1000 ? thin(OFFSETS, n > 500 ? [1, 2] : [0, 1, 3]) : [1]) {
            for (const [engine, memory] of placesOf(js, simd, plain)) {
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
    },
  );

  test("one lies in the engine's memory and the others do not", () => {
    for (const n of thin([5, 600, 9000], [5, 9000])) {
      const rows = makeRows("impossible in both, and more in p", type, n);
      const calls = { ...OF_LOGITS, ...crossEntropyLosses };
      const expected = outcomesOf(calls, on(js), rows);
      for (const name of ["a", "b", "student", "weights"] as const) {
        const { row, free } = moved(rows[name], 1, simd);
        expectNone(differencesOf(outcomesOf(calls, on(simd), { ...rows, [name]: row }), expected, `${n}, ${name}`));
        free();
      }
    }
  });

  test("a gradient may lie in the engine's memory, or outside it, whatever the logits do", () => {
    for (const n of thin([3, 700, 8200], [3, 8200])) {
      const { student, teacher, labels } = makeRows("ordinary", type, n);
      const results = [js, simd].flatMap((engine) => {
        const [inside, logits] = [moved(student, 1, engine), moved(student, 2, engine)];
        const outside = moved(student, 3);
        const all = [inside, outside].flatMap(({ row }) =>
          [student, logits.row].flatMap((z) => {
            const options = { rowLength: n, gradient: row, temperature: 2 };
            const first = flat(on(engine).crossEntropyLoss(z, labels, options));
            return [first, flat(on(engine).distillationLoss(z, teacher, options))];
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

  const times = isLong ? 1000 : 100;
  test(`${times} times 10,007 classes`, () => {
    const one = makeRows("nearly equal", type, 10007);
    const n = 10007 * times;
    const [a, b] = [new type(n), new type(n)];
    for (let start = 0; start < n; start += 10007) {
      a.set(one.a, start);
      b.set(one.b, start);
    }
    const options = { input: "logits" } as const;
    const expected = on(js).klDivergence(a, b, options);
    expect(on(simd).klDivergence(a, b, options)).toBe(expected);
    // the same numbers again and again: the divergence of one stretch, to rounding
    const error = Math.abs(expected / on(js).klDivergence(one.a, one.b, options) - 1);
    expect(error).toBeLessThan(type === Float32Array ? 1e-5 : 1e-11);
  });
});

test("mixed types and plain arrays are computed in f64, with the same bits as the widened array", () => {
  const { a, b } = makeRows("ordinary", Float32Array, 5000);
  const labels = [7, 2499];
  const [x, y] = [Float64Array.from(a), Float64Array.from(b)];
  const options = { input: "logits", temperature: 2.5 } as const;
  const rows = { rowLength: 2500, gradient: true } as const;
  const calls: Record<string, (f: Functions, p: ArrayLike<number>, q: ArrayLike<number>) => number | FloatArray> = {
    klDivergence: (f, p, q) => f.klDivergence(p, q, options),
    jsDivergence: (f, p, q) => f.jsDivergence(p, q, options),
    crossEntropy: (f, p, q) => f.crossEntropy(p, q, options),
    logRatio: (f, p, q) => f.logRatio(p, q, options),
    softmax: (f, p) => f.softmax(Array.from(p)),
    logSoftmax: (f, p) => f.logSoftmax(Array.from(p)),
    crossEntropyLoss: (f, p) => flat(f.crossEntropyLoss(Array.from(p), labels, rows)),
    distillationLoss: (f, p, q) => Float64Array.of(f.distillationLoss(p, q, { rowLength: 2500 }).loss),
  };
  for (const name in calls) {
    const expected = calls[name](on(js), x, y);
    for (const engine of [js, simd, plain]) {
      for (const [p, q] of [
        [a, y],
        [x, b],
        [Array.from(a), b],
        [a, Array.from(b)],
        [Array.from(a), Array.from(b)],
      ]) {
        expect(differenceOf(calls[name](on(engine), p, q), expected), name).toBeUndefined();
      }
    }
  }
});
