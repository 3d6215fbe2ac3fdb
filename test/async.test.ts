import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { Board } from "../src/engine/threads/board.js";
import { createEngine, createEngineSync, type Engine, entropy } from "../src/index.js";
import { type Arrays, everyCall } from "./everyCall.js";
import { inTurn, isLong, repeats } from "./long.js";
import { FUNCTIONS, on } from "./on.js";
import { randomNumbers } from "./random.js";

// `async`: the same results as promises, and how they can be watched and stopped.

const rowLength = 700;
const ROWS = 90;
const random = randomNumbers(5);
const numbers = (count: number, value: () => number) => Float32Array.from({ length: count }, value);

const Z = numbers(ROWS * rowLength, () => 10 * random() - 5);
const W = numbers(ROWS * rowLength, () => 10 * random() - 5);
const P = numbers(ROWS * rowLength, random);
const COUNTS = numbers(ROWS * rowLength, () => Math.floor(4 * random()));
const tokens = Int32Array.from({ length: ROWS }, (_, r) => (r * 37) % rowLength);
const one = P.slice(0, rowLength).map((x) => x + 0.01);
const ORDINARY: Arrays = { z: Z, w: W, p: P, counts: COUNTS, one, tokens };
// arrays of numbers are f64
const lists = Object.fromEntries(Object.entries(ORDINARY).map(([key, array]) => [key, Array.from(array)]));
const LISTS = lists as unknown as Arrays;
const reference = createEngineSync();

// the very object from which the engine takes it
const threads = process.getBuiltinModule("node:worker_threads");
const RealWorker = threads.Worker;
const workers: InstanceType<typeof RealWorker>[] = [];

/** An engine whose workers are kept. */
async function createWatched(options: { threads: number; backend?: "simd" | "js" }): Promise<Engine> {
  workers.length = 0;
  threads.Worker = class extends RealWorker {
    constructor(...args: ConstructorParameters<typeof RealWorker>) {
      super(...args);
      workers.push(this);
    }
  };
  try {
    const engine = await createEngine(options);
    expect(workers).toHaveLength(options.threads - 1);
    return engine;
  } finally {
    threads.Worker = RealWorker;
  }
}

const ENGINES = [
  ["three threads", { threads: 3 }],
  ["two threads in JavaScript", { threads: 2, backend: "js" }],
  ["one thread", {}],
  ["one thread over a plain memory", { shared: false }],
] as const;

describe.each(ENGINES.map(([name, options], place) => ({ name, options, place })))("$name", ({ options, place }) => {
  let engine: Engine;
  let inMemory: Arrays;

  beforeAll(async () => {
    engine = await createEngine(options);
    const place = (array: Float32Array) => {
      const copy = engine.float32(array.length);
      copy.set(array);
      return copy;
    };
    inMemory = { z: place(Z), w: place(W), p: place(P), counts: place(COUNTS), one: place(one), tokens };
  });
  afterAll(() => engine.dispose());

  const calls = everyCall(FUNCTIONS).map((call, turn) => ({ ...call, turn }));
  test.each(calls)("$name", async ({ run, runAside, turn }) => {
    const mixed = { ...ORDINARY, z: inMemory.z, one: inMemory.one };
    // in the quick run each engine takes another one
    for (const arrays of inTurn([ORDINARY, inMemory, mixed, LISTS], turn + place)) {
      expect(await runAside(on(engine), arrays)).toEqual(run(on(reference), arrays === LISTS ? LISTS : ORDINARY));
    }
  });

  test("results are written to an array that is given, ordinary or not, which may be the input", async () => {
    const expected = on(reference).softmax.rows(Z, { rowLength });
    const out = new Float32Array(Z.length);
    expect(await on(engine).softmax.rows.async(Z, { rowLength, out })).toBe(out);
    expect(out).toEqual(expected);
    const copy = Z.slice();
    expect(await on(engine).softmax.rows.async(copy, { rowLength, out: copy })).toEqual(expected);
    const placed = engine.float32(Z.length);
    placed.set(Z);
    expect(await on(engine).softmax.rows.async(placed, { rowLength, out: placed })).toEqual(expected);
    const gradient = engine.float32(Z.length);
    const loss = await on(engine).crossEntropyLoss.async(Z, tokens, { rowLength, gradient });
    expect(loss.gradient).toBe(gradient);
    expect(loss).toEqual(on(reference).crossEntropyLoss(Z, tokens, { rowLength, gradient: true }));
    engine.free(placed);
    engine.free(gradient);
  });

  test("many at once, and calls between", async () => {
    const expected = on(reference).klDivergence.rows(Z, W, { input: "logits", rowLength });
    const promises = Array.from({ length: 8 }, (_, i) =>
      on(engine).klDivergence.rows.async(i % 2 ? Z : inMemory.z, W, { input: "logits", rowLength }),
    );
    for (let i = 0; i < 5; i++) {
      expect(on(engine).klDivergence.rows(inMemory.z, inMemory.w, { input: "logits", rowLength })).toEqual(expected);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    for (const result of await Promise.all(promises)) expect(result).toEqual(expected);
  });

  test("options are read as in the other forms, inherited ones too", async () => {
    class Options {
      rowLength = rowLength;
    }
    const inherited = Object.assign(Object.create({ input: "logits", engine }), new Options());
    const expected = on(reference).entropy.rows(Z, { input: "logits", rowLength });
    expect(await entropy.rows.async(Z, inherited)).toEqual(expected);
    expect(entropy.rows(Z, inherited)).toEqual(expected);
  });

  test("an array that throws as it is read takes no memory along", async () => {
    const wrong = new Proxy(Array.from(Z), {
      get: (array, key) => {
        if (key === "60000") throw new Error("from within");
        return Reflect.get(array, key);
      },
    });
    const least = await createEngine({ ...options, maxBytes: 2 ** 21 });
    const before = least.float32(200_000);
    least.free(before);
    for (let i = 0; i < 5; i++) {
      await expect(on(least).logSumExp.rows.async(wrong, { rowLength })).rejects.toThrow("from within");
    }
    least.free(least.float32(200_000));
    least.dispose();
  });

  test("progress is told, up to the last row", async () => {
    const seen: [number, number][] = [];
    await on(engine).entropy.rows.async(P, { rowLength, normalize: true, onProgress: (...args) => seen.push(args) });
    expect(seen.at(-1)).toEqual([ROWS, ROWS]);
    expect(seen.every(([done, total], i) => total === ROWS && (i === 0 || done > seen[i - 1][0]))).toBe(true);
  });

  test("a signal stops the work, and nothing else", async () => {
    const reason = new Error("enough");
    const gone = AbortSignal.abort(reason);
    await expect(on(engine).entropy.rows.async(P, { rowLength, signal: gone })).rejects.toBe(reason);
    // more than is copied at once
    const large = new Float32Array(4000 * rowLength).fill(1);
    const controller = new AbortController();
    let done = 0;
    const onProgress = (rows: number) => {
      done = rows;
      controller.abort(reason);
    };
    const options = { rowLength, normalize: true, signal: controller.signal, onProgress };
    const big = { ...options, rowLength: 4000 * 7 };
    const stopped = on(engine).jsDivergence.rows.async(large, large, big);
    const other = on(engine).entropy.rows.async(P, { rowLength, normalize: true });
    await expect(stopped).rejects.toBe(reason);
    expect(done).toBeLessThan(large.length / big.rowLength);
    expect(await other).toEqual(on(reference).entropy.rows(P, { rowLength, normalize: true }));
  });

  test("a signal stops what has not had its turn yet", async () => {
    const large = engine.float32(300 * 20_000).fill(1);
    const controller = new AbortController();
    let isFirstDone = false;
    const first = on(engine).jeffreysDivergence.rows.async(large, large, { rowLength: 20_000, normalize: true });
    first.then(() => {
      isFirstDone = true;
    });
    const second = on(engine).logSumExp.async(one, { signal: controller.signal });
    const third = on(engine).logSumExp.async(one);
    queueMicrotask(() => controller.abort());
    await expect(second).rejects.toMatchObject({ name: "AbortError" });
    expect(isFirstDone).toBe(false);
    expect(await third).toBe(on(reference).logSumExp(one));
    await first;
    engine.free(large);
  });

  test("a signal stops rows that have been given out, but not begun", async () => {
    const rows = 200;
    const large = engine.float32(rows * 20_000).fill(1);
    const controller = new AbortController();
    if (engine.threads > 1) {
      const post = Board.prototype.post;
      vi.spyOn(Board.prototype, "post").mockImplementationOnce(function (this: Board, ...args) {
        queueMicrotask(() => controller.abort());
        return post.apply(this, args);
      });
    } else {
      setTimeout(() => controller.abort(), 1);
    }
    const promise = on(engine).jeffreysDivergence.rows.async(large, large, {
      rowLength: 20_000,
      normalize: true,
      signal: controller.signal,
    });
    await expect(promise).rejects.toMatchObject({ name: "AbortError" });
    vi.restoreAllMocks();
    expect(on(engine).logSumExp(large)).toBe(on(reference).logSumExp(large));
    engine.free(large);
  });

  test("errors are those of the methods, as rejections", async () => {
    const bad = Z.slice();
    bad[3 * rowLength + 5] = Number.NaN;
    bad[70 * rowLength] = Number.NaN;
    for (const z of [bad, Array.from(bad)]) {
      await expect(on(engine).logSumExp.rows.async(z, { rowLength })).rejects.toThrow(
        new RangeError("logSumExp.rows: z[2105] (row 3, class 5) is NaN; logits must be finite or -Infinity"),
      );
    }
    const strings = Array.from(Z) as unknown[];
    strings[701] = "0.5";
    await expect(on(engine).logSumExp.rows.async(strings as number[], { rowLength })).rejects.toThrow(
      new TypeError("logSumExp.rows: z[701] (row 1, class 1) is string; logits must be numbers"),
    );
    await expect(on(engine).klDivergence.async([0.5, 0.5], [1])).rejects.toThrow(
      "klDivergence: q has 1 numbers, p has 2",
    );
    const wrong = { sgnal: 1, rowLength } as never;
    await expect(on(engine).entropy.rows.async(P, wrong)).rejects.toThrow(/entropy\.rows: .*sgnal/);
    const wrongSignal = { signal: 5, rowLength } as never;
    await expect(on(engine).entropy.rows.async(P, wrongSignal)).rejects.toThrow(
      "entropy.rows: signal is number; it must be an AbortSignal",
    );
    const wrongProgress = { onProgress: 5, rowLength } as never;
    await expect(on(engine).entropy.rows.async(P, wrongProgress)).rejects.toThrow(
      "onProgress is number; it must be a function",
    );
    const thrown = new Error("from outside");
    const onProgress = () => {
      throw thrown;
    };
    await expect(on(engine).logSumExp.rows.async(Z, { rowLength, onProgress })).rejects.toBe(thrown);
    expect(await on(engine).logSumExp.async(one)).toBe(on(reference).logSumExp(one));
  });

  test("others have their turn meanwhile", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const list = Array(isLong ? 40 : 15)
      .fill(Array.from(Z))
      .flat();
    await on(engine).jsDivergence.rows.async(list, one, { rowLength, input: "logits" });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });
});

describe("workers that end", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const logits = { input: "logits", rowLength } as const;

  test("between two calls: the others go on, and the engine says so", async () => {
    const engine = await createWatched({ threads: 3 });
    const [a, b] = [engine.float32(Z.length), engine.float32(W.length)];
    a.set(Z);
    b.set(W);
    const expected = on(reference).klDivergence.rows(Z, W, logits);
    const ended = new Promise((resolve) => workers[0].once("exit", resolve));
    workers[0].terminate();
    // not even known yet
    expect(on(engine).klDivergence.rows(a, b, logits)).toEqual(expected);
    await ended;
    expect([engine.threads, engine.threadsReason]).toEqual([2, "2 of 3 threads: a worker ended: exit code 1"]);
    expect(on(engine).klDivergence.rows(a, b, logits)).toEqual(expected);
    expect(await on(engine).klDivergence.rows.async(a, b, logits)).toEqual(expected);
    await workers[1].terminate();
    expect([engine.threads, engine.threadsReason]).toEqual([1, "1 of 3 threads: a worker ended: exit code 1"]);
    expect(on(engine).klDivergence.rows(a, b, logits)).toEqual(expected);
    expect(await on(engine).klDivergence.rows.async(a, b, logits)).toEqual(expected);
    engine.dispose();
  });

  test.each(["simd", "js"] as const)("in the midst of work aside (%s)", async (backend) => {
    for (let i = 0; i < repeats(6); i++) {
      const engine = await createWatched({ threads: 3, backend });
      const post = Board.prototype.post;
      let posts = 0;
      const doomed = workers.slice(0, 1 + (i % 2));
      const ends = doomed.map((worker) => new Promise((resolve) => worker.once("exit", resolve)));
      vi.spyOn(Board.prototype, "post").mockImplementation(function (this: Board, ...args) {
        if (posts++ === 0) for (const worker of doomed) setTimeout(() => worker.terminate(), i);
        return post.apply(this, args);
      });
      const large = engine.float32(600 * rowLength).map((_, j) => Z[j % Z.length]);
      const promise = on(engine).jsDivergence.rows.async(large, one, logits);
      expect(await promise).toEqual(on(reference).jsDivergence.rows(large, one, logits));
      await Promise.all(ends);
      expect(engine.threads).toBe(3 - doomed.length);
      expect(await on(engine).jsDivergence.rows.async(large, one, logits)).toEqual(await promise);
      vi.restoreAllMocks();
      engine.dispose();
    }
  });

  test("an engine that is disposed of in the midst rejects", async () => {
    for (const options of [{ threads: 2 }, {}]) {
      const engine = await createEngine(options);
      const large = engine.float32(600 * rowLength).map((_, j) => Z[j % Z.length]);
      const promises = [
        on(engine).jsDivergence.rows.async(large, one, logits),
        on(engine).entropy.rows.async(large, logits),
      ];
      setTimeout(() => engine.dispose(), 0);
      for (const promise of promises) await expect(promise).rejects.toThrow(/disposed/);
      await expect(on(engine).entropy.async(one)).rejects.toThrow("this engine has been disposed");
    }
  });
});
