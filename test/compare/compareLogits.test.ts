import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  type CompareOptions,
  compareLogits,
  type ReadOptions,
  type RowBatch,
  type RowResults,
  Summary,
} from "../../src/compare/index.js";
import { createEngineSync } from "../../src/index.js";
import { on } from "../on.js";
import { batchesOf, CLASSES, joined, makeModels, ROWS, sourceOf } from "./sources.js";

const [base, other] = makeModels();

/** The summary as text, and every row. */
async function run(
  sources: [AsyncIterable<RowBatch>, AsyncIterable<RowBatch>] = [batchesOf(base), batchesOf(other)],
  options: CompareOptions = {},
) {
  const parts: RowResults[] = [];
  const summary = await compareLogits(...sources, {
    classes: CLASSES,
    threads: 1,
    ...options,
    onRows: (_, rows) => parts.push(rows),
  });
  return { text: JSON.stringify(summary), rows: joined(parts), summary };
}

const whole = await run();

describe("one result", () => {
  test("of rows that are what the measures say of them", () => {
    const engine = createEngineSync();
    const options = { input: "logits", rowLength: CLASSES } as const;
    const near = (column: string, expected: Float64Array, digits: number) => {
      expect(whole.rows[column].length).toBe(ROWS);
      whole.rows[column].forEach((x, r) => {
        expect(Math.abs(x - expected[r]), `${column}, row ${r}`).toBeLessThan(10 ** -digits);
      });
    };
    near("kl", on(engine).klDivergence.rows(base.data, other.data, options), 7);
    near("reverseKl", on(engine).klDivergence.rows(other.data, base.data, options), 7);
    near("js", on(engine).jsDivergence.rows(base.data, other.data, options), 7);
    near("crossEntropy", on(engine).crossEntropy.rows(base.data, other.data, options), 6);
    expect(whole.rows.baseEntropy).toEqual(Array.from(on(engine).entropy.rows(base.data, options)));
    const tokens = Array.from(base.tokens, (token) => Math.max(0, token));
    const logs = on(engine).tokenLogProbabilities(other.data, tokens, { rowLength: CLASSES });
    base.tokens.forEach((token, r) => {
      expect(whole.rows.otherLogProbability[r]).toBe(token < 0 ? Number.NaN : logs[r]);
    });
    expect(whole.rows.tokens).toEqual(Array.from(base.tokens));
  });

  test.each([
    ["2 threads", { threads: 2 }],
    ["3 threads, a row at a time", { threads: 3, batchRows: 1 }],
    ["batches of 7", { batchRows: 7 }],
    ["batches of all", { batchRows: 100 }],
    ["JavaScript", { backend: "js" }],
    ["JavaScript and 2 threads", { backend: "js", threads: 2 }],
    ["auto", { threads: "auto" }],
  ] satisfies [string, CompareOptions][])("with %s", async (_, options) => {
    const { text, rows } = await run(undefined, options);
    expect(rows).toEqual(whole.rows);
    expect(text).toBe(whole.text);
  });

  test("of sources whose batches do not fit together, and of files", async () => {
    const streams = await run([batchesOf(base, [1, 30, 2]), batchesOf(other, [11])], { batchRows: 8, threads: 2 });
    expect(streams.text).toBe(whole.text);
    const files = await run([sourceOf(base), sourceOf(other)], { classes: undefined, batchRows: 8, threads: 2 });
    expect(files.text).toBe(whole.text);
  });

  test("of arrays that lie in the memory already", async () => {
    const inPlace = (model: typeof base) => {
      const source = sourceOf(model);
      source.read = (options) => {
        const { start = 0, end = ROWS, batchRows = 8, allocate } = options as Required<ReadOptions>;
        const arrays = [0, 1, 2].map(() => {
          const { buffer, byteOffset } = allocate(4 * batchRows * CLASSES);
          return new Float32Array(buffer, byteOffset, batchRows * CLASSES);
        });
        return (async function* () {
          for (let from = start, i = 0; from < end; from += batchRows, i++) {
            const part = model.data.subarray(from * CLASSES, Math.min(end, from + batchRows) * CLASSES);
            arrays[i % 3].set(part);
            yield {
              data: arrays[i % 3].subarray(0, part.length),
              tokens: model.tokens.subarray(from).subarray(0, part.length / CLASSES),
            };
          }
        })();
      };
      return source;
    };
    for (const threads of [1, 2]) {
      expect((await run([inPlace(base), inPlace(other)], { batchRows: 8, threads })).text).toBe(whole.text);
    }
  });

  test.each(["f16", "bf16"] as const)("of %s, as of the same numbers in f32", async (format) => {
    const halves = (model: typeof base) => {
      const bits = new Uint32Array(model.data.buffer);
      // f16: numbers in [1, 2), whose bits are easily told
      return format === "bf16"
        ? Uint16Array.from(bits, (x) => x >>> 16)
        : Uint16Array.from(bits, (x) => 0x3c00 | ((x >>> 8) & 0x3ff));
    };
    const worth = (half: number) =>
      format === "f16" ? 1 + (half & 0x3ff) / 1024 : new Float32Array(Uint32Array.of(half << 16).buffer)[0];
    const pair = [halves(base), halves(other)];
    const wide = pair.map((data) => ({ data: Float32Array.from(data, worth) }));
    const expected = await run([batchesOf(wide[0]), batchesOf(wide[1])]);
    for (const threads of [1, 2]) {
      const [a, b] = pair.map((data) => batchesOf({ data }, [10], { format }));
      expect((await run([a, b], { threads })).text).toBe(expected.text);
      const mixed = await run([batchesOf({ data: pair[0] }, [10], { format }), batchesOf(wide[1])], { threads });
      expect(mixed.text).toBe(expected.text);
    }
  });

  test("of f64, alone and beside f32", async () => {
    const data = Float64Array.from(base.data);
    const { rows } = await run([batchesOf({ data, tokens: base.tokens }), batchesOf(other)], { threads: 2 });
    rows.kl.forEach((kl, r) => {
      expect(Math.abs(kl - whole.rows.kl[r])).toBeLessThan(1e-6);
    });
  });

  test("of parts, and of a comparison that stopped and went on", async () => {
    const ranges = [0, 3, 20, 21, 40, 41, 60, ROWS];
    const shards: Summary[] = [];
    for (let i = 0; i + 1 < ranges.length; i++) {
      const options = { start: ranges[i], end: ranges[i + 1] };
      const sources =
        i % 2 === 0 ? ([sourceOf(base), sourceOf(other)] as const) : ([batchesOf(base), batchesOf(other)] as const);
      shards.push((await run([...sources], options)).summary);
    }
    for (const order of [
      [0, 1, 2, 3, 4, 5, 6],
      [6, 2, 4, 0, 5, 1, 3],
    ]) {
      const merged = new Summary();
      for (const i of order) merged.merge(Summary.fromJSON(JSON.parse(JSON.stringify(shards[i]))));
      expect(JSON.stringify(merged)).toBe(whole.text);
      expect(merged.report()).toEqual(whole.summary.report());
    }

    let checkpoint = "";
    let next = 0;
    const stop = new AbortController();
    const stopped = compareLogits(batchesOf(base), batchesOf(other), {
      classes: CLASSES,
      threads: 2,
      batchRows: 8,
      signal: stop.signal,
      onRows(first, rows, summary) {
        next = first + rows.count;
        checkpoint = JSON.stringify(summary);
        if (next > 20) stop.abort(new Error("enough"));
      },
    });
    await expect(stopped).rejects.toThrow("enough");
    expect(next).toBe(24);
    const summary = Summary.fromJSON(JSON.parse(checkpoint));
    expect((await run(undefined, { start: next, summary })).text).toBe(whole.text);
  });
});

test("tokens of the caller's, of one source, of none", async () => {
  const bare = (model: typeof base) => batchesOf({ data: model.data });
  expect((await run([bare(base), bare(other)], { tokens: base.tokens })).text).toBe(whole.text);
  expect((await run([bare(base), batchesOf(other)])).text).toBe(whole.text);
  const { summary } = await run([bare(base), bare(other)]);
  const { tokens, perplexity, deltaP } = summary.report();
  expect([tokens, perplexity.base.value, deltaP.mean, deltaP.rms.value]).toEqual([0, NaN, NaN, NaN]);
});

test("rows and tokens of another realm, and of memory that can grow", async () => {
  const foreign = (name: string, numbers: ArrayLike<number | bigint>) =>
    runInNewContext(`${name}.from(numbers)`, { numbers: Array.from(numbers as ArrayLike<number>) });
  const growing = runInNewContext("new Float32Array(new ArrayBuffer(bytes, { maxByteLength: 2 ** 24 }))", {
    bytes: base.data.byteLength,
  });
  growing.set(base.data);
  for (const data of [foreign("Float32Array", base.data), growing]) {
    const sources = (): [AsyncIterable<RowBatch>, AsyncIterable<RowBatch>] => [
      batchesOf({ data }),
      batchesOf({ data: other.data }),
    ];
    const tokens = foreign("BigInt64Array", Array.from(base.tokens, BigInt));
    expect((await run(sources(), { tokens })).text).toBe(whole.text);
    const all = (async function* () {
      yield { data, tokens: foreign("Int32Array", base.tokens) };
    })();
    expect((await run([all, sources()[1]], { threads: 2 })).text).toBe(whole.text);
  }
});

test("tokens as BigInts, as numbers of f64, with -100 for none", async () => {
  const bare = (): [AsyncIterable<RowBatch>, AsyncIterable<RowBatch>] => [
    batchesOf({ data: base.data }),
    batchesOf({ data: other.data }),
  ];
  const none = (token: number) => (token < 0 ? -100 : token);
  for (const tokens of [
    BigInt64Array.from(base.tokens, BigInt),
    BigInt64Array.from(base.tokens, (token) => BigInt(none(token))),
    Float64Array.from(base.tokens, none),
    Array.from(base.tokens, none),
  ]) {
    expect((await run(bare(), { tokens })).text).toBe(whole.text);
    if (Array.isArray(tokens)) continue;
    const own = { data: base.data, tokens: tokens as unknown as Int32Array };
    expect((await run([batchesOf(own), bare()[1]])).text).toBe(whole.text);
  }
});

test("a temperature divides both", async () => {
  const { rows, summary } = await run(undefined, { temperature: 2 });
  const halved = (model: typeof base) => ({ ...model, data: model.data.map((z) => z / 2) });
  const expected = await run([batchesOf(halved(base)), batchesOf(halved(other))]);
  expect(rows.kl[0]).toBeCloseTo(expected.rows.kl[0], 7);
  expect(summary.report().temperature).toBe(2);
});

test("progress is told", async () => {
  const told: [number, number | undefined][] = [];
  const onProgress = (done: number, total: number | undefined) => told.push([done, total]);
  await run(undefined, { batchRows: 30, onProgress });
  await run([sourceOf(base), sourceOf(other)], { start: 1, batchRows: 30, onProgress });
  expect(told).toEqual([
    [30, undefined],
    [60, undefined],
    [61, undefined],
    [30, 60],
    [60, 60],
  ]);
});

describe("infinity", () => {
  test("of a class that is impossible in the other, and of an impossible token", async () => {
    const data = other.data.slice();
    data[5 * CLASSES + 7] = Number.NEGATIVE_INFINITY;
    data[6 * CLASSES + base.tokens[6]] = Number.NEGATIVE_INFINITY;
    for (const threads of [1, 2]) {
      const { rows, summary } = await run([batchesOf(base), batchesOf({ ...other, data })], { threads });
      expect([rows.kl[5], rows.kl[6], rows.otherLogProbability[6]]).toEqual([Infinity, Infinity, -Infinity]);
      expect(Number.isFinite(rows.reverseKl[5]) && Number.isFinite(rows.js[5])).toBe(true);
      const { kl, reverseKl, otherLogProbability, perplexity, worst } = summary.report();
      expect(kl).toMatchObject({ infinite: 2, mean: Infinity, standardError: NaN, max: Infinity, count: ROWS });
      expect(Number.isFinite(kl.median)).toBe(true);
      expect(reverseKl.infinite).toBe(0);
      expect(otherLogProbability).toMatchObject({ infinite: 1, mean: -Infinity, min: -Infinity });
      expect(perplexity.other.value).toBe(Infinity);
      expect(perplexity.logRatio.value).toBe(Infinity);
      expect(Number.isFinite(perplexity.base.standardError)).toBe(true);
      expect(worst.slice(0, 2).map(({ row }) => row)).toEqual([5, 6]);
    }
  });
});

describe("what cannot be is an error", () => {
  const withNumber = (x: number, at: number) => ({ ...other, data: other.data.map((z, i) => (i === at ? x : z)) });
  const at = 17 * CLASSES + 3;

  test.each([1, 2])("NaN, Infinity, nothing possible; %d threads", async (threads) => {
    const run17 = (x: number) => run([sourceOf(base), sourceOf(withNumber(x, at), { name: "other.npy" })], { threads });
    await expect(run17(NaN)).rejects.toThrow(
      `other.npy has NaN in row 17, column 3, at byte ${128 + 4 * at}; logits must be finite or -Infinity`,
    );
    await expect(run17(Infinity)).rejects.toThrow("other.npy has Infinity in row 17, column 3");
    await expect(run([batchesOf(base), batchesOf(withNumber(NaN, at))], { threads })).rejects.toThrow(
      "other has NaN in row 17, column 3;",
    );
    const data = base.data.slice().fill(Number.NEGATIVE_INFINITY, 2 * CLASSES, 3 * CLASSES);
    await expect(run([batchesOf({ ...base, data }), batchesOf(other)], { threads })).rejects.toThrow(
      "every number of row 2 of base is -Infinity",
    );
    const halves = Uint16Array.from(base.data, (_, i) => (i === at ? 0x7e00 : 0x3c00));
    await expect(
      run([batchesOf({ data: halves }, [10], { format: "f16" }), batchesOf(other)], { threads }),
    ).rejects.toThrow("base has NaN in row 17, column 3");
  });

  const shorter = { data: other.data.slice(0, 50 * CLASSES), tokens: other.tokens.slice(0, 50) };
  test.each<[string, () => Promise<unknown>]>([
    ["other ends after 50 rows, base goes on", () => run([batchesOf(base), batchesOf(shorter)])],
    ["base ends after 50 rows, other goes on", () => run([batchesOf(shorter), batchesOf(other)], { batchRows: 25 })],
    ["file.npy has 61 rows, file.npy has 50", () => run([sourceOf(base), sourceOf(shorter)])],
    [
      "ends after 50 rows, up to row 55 were asked for",
      () => run([batchesOf(shorter), batchesOf(shorter)], { end: 55 }),
    ],
    ["end is 55, but file.npy has 50 rows", () => run([sourceOf(base), sourceOf(shorter)], { end: 55 })],
    ["ends after 50 rows, there should be more", () => run([sourceOf(shorter, { rows: 61 }), batchesOf(shorter)])],
    ["ends before other", () => run([sourceOf(shorter), batchesOf(other)])],
    ["there are no rows from row 61 on", () => run(undefined, { start: 61 })],
    ["start is 61, but there are 61 rows", () => run([sourceOf(base), sourceOf(other)], { start: 61 })],
    ["classes is undefined, and no source says", () => run(undefined, { classes: undefined })],
    ["gave 3000 numbers from row 0 on, no multiple of its 299 classes", () => run(undefined, { classes: 299 })],
    ["tokens has 60 tokens; row 60 has none", () => run(undefined, { tokens: base.tokens.slice(1) })],
    [
      "tokens[0] is 300; it must be an integer from 0 to 299",
      () => run(undefined, { tokens: new Int32Array(ROWS).fill(300) }),
    ],
    ["tokens[0] is 0.5", () => run(undefined, { tokens: new Array(ROWS).fill(0.5) })],
    [
      "the token of row 0 of base is 300",
      () => run([batchesOf({ ...base, tokens: base.tokens.map(() => 300) }), batchesOf(other)]),
    ],
    [
      "the token of row 0 is 1 in base and 2 in other: they are not of one text",
      () =>
        run([
          batchesOf({ ...base, tokens: base.tokens.map(() => 1) }),
          batchesOf({ ...other, tokens: base.tokens.map(() => 2) }),
        ]),
    ],
    [
      "gave 61 tokens with 10 rows",
      () =>
        run([
          (async function* () {
            yield { data: base.data.subarray(0, 3000), tokens: base.tokens };
          })(),
          batchesOf(other),
        ]),
    ],
    [
      "goes on with f64 after f32",
      () =>
        run([
          (async function* () {
            yield { data: base.data.subarray(0, 3000) };
            yield { data: new Float64Array(300) };
          })(),
          batchesOf(other),
        ]),
    ],
    [
      'the batch of base from row 0 on has a Uint16Array with the format undefined; 16-bit floats need format: "f16" or "bf16"',
      () => run([batchesOf({ data: new Uint16Array(3000) }), batchesOf(other)]),
    ],
    ["base is 5: it must be an AsyncIterable", () => run([5 as never, batchesOf(other)])],
    ['unknown option "thread"; did you mean "threads"', () => run(undefined, { thread: 1 } as never)],
    ["threads is 0", () => run(undefined, { threads: 0 })],
    [
      "compareLogits: base is a Promise; await it first: await openLogits(…)",
      () => compareLogits(Promise.resolve(sourceOf(base)) as never, sourceOf(other)),
    ],
    [
      "compareLogits: others[0] is [object Object]: it must be an AsyncIterable of rows, as openLogits gives",
      () => compareLogits(sourceOf(base), [{}] as never),
    ],
    [
      "compareLogits: options is null; it must be an object",
      () => compareLogits(sourceOf(base), sourceOf(other), null as never),
    ],
    ["compareLogits: onProgress is true; it must be a function", () => run(undefined, { onProgress: true } as never)],
    [
      "compareLogits: onRows is 0; it must be a function",
      () => compareLogits(sourceOf(base), sourceOf(other), { onRows: 0, signal: 0 } as never),
    ],
    ["compareLogits: signal is 0; it must be an AbortSignal", () => run(undefined, { signal: 0 } as never)],
    ["compareLogits: signal is null; it must be an AbortSignal", () => run(undefined, { signal: null } as never)],
    ["compareLogits: summary is [object Object]; it must be a Summary", () => run(undefined, { summary: {} } as never)],
    ['compareLogits: backend is "gpu"; it must be one of auto', () => run(undefined, { backend: "gpu" } as never)],
    ['compareLogits: classes is "300"; it must be an integer', () => run(undefined, { classes: "300" } as never)],
    ["compareLogits: batchRows is 1.5", () => run(undefined, { batchRows: 1.5 })],
    [
      "compareLogits: tokens has 62 tokens, file.npy 61 rows; there must be one a row",
      () => run([sourceOf(base), batchesOf(other)], { tokens: [...base.tokens, 5] }),
    ],
    [
      "compareLogits: tokens has 62 tokens for 61 rows; there must be one a row",
      () => run(undefined, { tokens: [...base.tokens, 5] }),
    ],
    [
      'compareLogits: tokens[60] is "1"; tokens must be integers',
      () => run(undefined, { tokens: [...base.tokens.slice(1), "1"] as never }),
    ],
    [
      "compareLogits: tokens is a Promise; await it first",
      () => run(undefined, { tokens: Promise.resolve([]) as never }),
    ],
    ["compareLogits: tokens is 5; it must be an array of integers", () => run(undefined, { tokens: 5 as never })],
    [
      "compareLogits: tokens[0] is -2; it must be an integer from 0 to 299, or -1 (or -100) for none",
      () => run(undefined, { tokens: base.tokens.map(() => -2) }),
    ],
    [
      'compareLogits: the batch of base from row 0 on has a Float32Array with the format "f16"; a format is for a Uint16Array',
      () => run([batchesOf(base, [10], { format: "f16" }), batchesOf(other)]),
    ],
    ...[undefined, 5, {}].map((batch): [string, () => Promise<unknown>] => [
      "it must be { data }, with an array of numbers",
      () =>
        run([
          batchesOf(base),
          (async function* () {
            yield batch as never;
          })(),
        ]),
    ]),
    [
      "other gave [object Object] tokens with 1 rows",
      () =>
        run([
          batchesOf(base),
          (async function* () {
            yield { data: new Float32Array(CLASSES), tokens: {} as never };
          })(),
        ]),
    ],
    ["topK is 257; it must be an integer from 1 to 256", () => run(undefined, { topK: 257 })],
    ["temperature is 0", () => run(undefined, { temperature: 0 })],
    [
      "the summary is of topK 5, the rows are to be of 10",
      () => run(undefined, { summary: new Summary({ topK: 5 }), topK: 10 }),
    ],
    [
      "a source's own",
      () =>
        run(
          [
            (async function* () {
              yield { data: base.data.subarray(0, 3000) };
              throw new Error("a source's own");
            })(),
            batchesOf(other),
          ],
          { threads: 2 },
        ),
    ],
    [
      "what onRows throws",
      () =>
        compareLogits(batchesOf(base), batchesOf(other), {
          classes: CLASSES,
          onRows() {
            throw new Error("what onRows throws");
          },
        }),
    ],
  ])("%s", (message, act) => expect(act()).rejects.toThrow(message));

  test("a source is let go of, and an abort does not wait for it", async () => {
    let isEnded = false;
    async function* hanging(): AsyncGenerator<RowBatch> {
      try {
        yield { data: base.data.subarray(0, 3000) };
        await new Promise(() => {});
      } finally {
        isEnded = true;
      }
    }
    const stopped = run([hanging(), batchesOf(other)], { signal: AbortSignal.timeout(50), batchRows: 10 });
    await expect(stopped).rejects.toThrow("timeout");
    await expect(run([batchesOf(base), batchesOf(other)], { signal: AbortSignal.abort() })).rejects.toThrow("abort");
    const failing = run([
      (async function* () {
        try {
          yield { data: base.data };
        } finally {
          isEnded = true;
        }
      })(),
      batchesOf(withNumber(NaN, at)),
    ]);
    await expect(failing).rejects.toThrow("NaN");
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(isEnded).toBe(true);
  });
});
