import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { Board } from "../src/engine/threads/board.js";
import { createEngine, createEngineSync, type Engine } from "../src/index.js";
import { type Arrays, argumentsOf, type Name } from "./everyCall.js";
import { randomNumbers } from "./random.js";

// engine.async: the results of the methods, as promises, and how they can be watched and stopped.

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
const reference = createEngineSync();
// biome-ignore lint/suspicious/noExplicitAny: by name
const call = (engine: any, name: Name, args: unknown[]) => engine[name](...args);

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

describe.each([
  ["three threads", { threads: 3 }],
  ["two threads in JavaScript", { threads: 2, backend: "js" }],
  ["one thread", {}],
  ["one thread over a plain memory", { shared: false }],
] as const)("%s", (_, options) => {
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

  test.each(Object.keys(argumentsOf(ORDINARY)) as Name[])("%s", async (name) => {
    const expected = call(reference, name, argumentsOf(ORDINARY)[name]);
    expect(await call(engine.async, name, argumentsOf(ORDINARY)[name])).toEqual(expected);
    expect(await call(engine.async, name, argumentsOf(inMemory)[name])).toEqual(expected);
    expect(
      await call(engine.async, name, argumentsOf({ ...ORDINARY, z: inMemory.z, one: inMemory.one })[name]),
    ).toEqual(expected);
    // arrays of numbers are f64
    const lists = Object.fromEntries(Object.entries(ORDINARY).map(([key, array]) => [key, Array.from(array)]));
    const args = argumentsOf(lists as unknown as Arrays)[name];
    expect(await call(engine.async, name, args)).toEqual(call(reference, name, args));
  });

  test("results are written to an array that is given, ordinary or not, which may be the input", async () => {
    const expected = reference.softmaxRows(Z, { rowLength });
    const out = new Float32Array(Z.length);
    expect(await engine.async.softmaxRows(Z, { rowLength, out })).toBe(out);
    expect(out).toEqual(expected);
    const copy = Z.slice();
    expect(await engine.async.softmaxRows(copy, { rowLength, out: copy })).toEqual(expected);
    const placed = engine.float32(Z.length);
    placed.set(Z);
    expect(await engine.async.softmaxRows(placed, { rowLength, out: placed })).toEqual(expected);
    const gradient = engine.float32(Z.length);
    const loss = await engine.async.crossEntropyLoss(Z, tokens, { rowLength, gradient });
    expect(loss.gradient).toBe(gradient);
    expect(loss).toEqual(reference.crossEntropyLoss(Z, tokens, { rowLength, gradient: true }));
    engine.free(placed);
    engine.free(gradient);
  });

  test("many at once, and calls between", async () => {
    const expected = reference.klDivergenceRows(Z, W, { input: "logits", rowLength });
    const promises = Array.from({ length: 8 }, (_, i) =>
      engine.async.klDivergenceRows(i % 2 ? Z : inMemory.z, W, { input: "logits", rowLength }),
    );
    for (let i = 0; i < 5; i++) {
      expect(engine.klDivergenceRows(inMemory.z, inMemory.w, { input: "logits", rowLength })).toEqual(expected);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    for (const result of await Promise.all(promises)) expect(result).toEqual(expected);
  });

  test("options are read as the methods read them, inherited ones too", async () => {
    class Options {
      rowLength = rowLength;
    }
    const inherited = Object.assign(Object.create({ input: "logits" }), new Options());
    expect(await engine.async.entropyRows(Z, inherited)).toEqual(reference.entropyRows(Z, inherited));
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
      await expect(least.async.logSumExpRows(wrong, { rowLength })).rejects.toThrow("from within");
    }
    least.free(least.float32(200_000));
    least.dispose();
  });

  test("progress is told, up to the last row", async () => {
    const seen: [number, number][] = [];
    await engine.async.entropyRows(P, { rowLength, normalize: true, onProgress: (...args) => seen.push(args) });
    expect(seen.at(-1)).toEqual([ROWS, ROWS]);
    expect(seen.every(([done, total], i) => total === ROWS && (i === 0 || done > seen[i - 1][0]))).toBe(true);
  });

  test("a signal stops the work, and nothing else", async () => {
    const reason = new Error("enough");
    const gone = AbortSignal.abort(reason);
    await expect(engine.async.entropyRows(P, { rowLength, signal: gone })).rejects.toBe(reason);
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
    const stopped = engine.async.jsDivergenceRows(large, large, big);
    const other = engine.async.entropyRows(P, { rowLength, normalize: true });
    await expect(stopped).rejects.toBe(reason);
    expect(done).toBeLessThan(large.length / big.rowLength);
    expect(await other).toEqual(reference.entropyRows(P, { rowLength, normalize: true }));
  });

  test("a signal stops what has not had its turn yet", async () => {
    const large = engine.float32(300 * 20_000).fill(1);
    const controller = new AbortController();
    let isFirstDone = false;
    const first = engine.async.jeffreysDivergenceRows(large, large, { rowLength: 20_000, normalize: true });
    first.then(() => {
      isFirstDone = true;
    });
    const second = engine.async.logSumExp(one, { signal: controller.signal });
    const third = engine.async.logSumExp(one);
    queueMicrotask(() => controller.abort());
    await expect(second).rejects.toMatchObject({ name: "AbortError" });
    expect(isFirstDone).toBe(false);
    expect(await third).toBe(reference.logSumExp(one));
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
    const promise = engine.async.jeffreysDivergenceRows(large, large, {
      rowLength: 20_000,
      normalize: true,
      signal: controller.signal,
    });
    await expect(promise).rejects.toMatchObject({ name: "AbortError" });
    vi.restoreAllMocks();
    expect(engine.logSumExp(large)).toBe(reference.logSumExp(large));
    engine.free(large);
  });

  test("errors are those of the methods, as rejections", async () => {
    const bad = Z.slice();
    bad[3 * rowLength + 5] = Number.NaN;
    bad[70 * rowLength] = Number.NaN;
    for (const z of [bad, Array.from(bad)]) {
      await expect(engine.async.logSumExpRows(z, { rowLength })).rejects.toThrow(
        new RangeError("logSumExpRows: z[2105] (row 3, class 5) is NaN; logits must be finite or -Infinity"),
      );
    }
    const strings = Array.from(Z) as unknown[];
    strings[701] = "0.5";
    await expect(engine.async.logSumExpRows(strings as number[], { rowLength })).rejects.toThrow(
      new TypeError("logSumExpRows: z[701] (row 1, class 1) is string; logits must be numbers"),
    );
    await expect(engine.async.klDivergence([0.5, 0.5], [1])).rejects.toThrow("klDivergence: q has 1 numbers, p has 2");
    const wrong = { sgnal: 1, rowLength } as never;
    await expect(engine.async.entropyRows(P, wrong)).rejects.toThrow(/entropyRows: .*sgnal/);
    const wrongSignal = { signal: 5, rowLength } as never;
    await expect(engine.async.entropyRows(P, wrongSignal)).rejects.toThrow(
      "entropyRows: signal is number; it must be an AbortSignal",
    );
    const wrongProgress = { onProgress: 5, rowLength } as never;
    await expect(engine.async.entropyRows(P, wrongProgress)).rejects.toThrow(
      "onProgress is number; it must be a function",
    );
    const thrown = new Error("from outside");
    const onProgress = () => {
      throw thrown;
    };
    await expect(engine.async.logSumExpRows(Z, { rowLength, onProgress })).rejects.toBe(thrown);
    expect(await engine.async.logSumExp(one)).toBe(reference.logSumExp(one));
  });

  test("others have their turn meanwhile", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await engine.async.jsDivergenceRows(Array(40).fill(Array.from(Z)).flat(), one, { rowLength, input: "logits" });
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
    const expected = reference.klDivergenceRows(Z, W, logits);
    const ended = new Promise((resolve) => workers[0].once("exit", resolve));
    workers[0].terminate();
    // not even known yet
    expect(engine.klDivergenceRows(a, b, logits)).toEqual(expected);
    await ended;
    expect([engine.threads, engine.threadsReason]).toEqual([2, "2 of 3 threads: a worker ended: exit code 1"]);
    expect(engine.klDivergenceRows(a, b, logits)).toEqual(expected);
    expect(await engine.async.klDivergenceRows(a, b, logits)).toEqual(expected);
    await workers[1].terminate();
    expect([engine.threads, engine.threadsReason]).toEqual([1, "1 of 3 threads: a worker ended: exit code 1"]);
    expect(engine.klDivergenceRows(a, b, logits)).toEqual(expected);
    expect(await engine.async.klDivergenceRows(a, b, logits)).toEqual(expected);
    engine.dispose();
  });

  test.each(["simd", "js"] as const)("in the midst of work aside (%s)", async (backend) => {
    for (let i = 0; i < 6; i++) {
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
      const promise = engine.async.jsDivergenceRows(large, one, logits);
      expect(await promise).toEqual(reference.jsDivergenceRows(large, one, logits));
      await Promise.all(ends);
      expect(engine.threads).toBe(3 - doomed.length);
      expect(await engine.async.jsDivergenceRows(large, one, logits)).toEqual(await promise);
      vi.restoreAllMocks();
      engine.dispose();
    }
  });

  test("an engine that is disposed of in the midst rejects", async () => {
    for (const options of [{ threads: 2 }, {}]) {
      const engine = await createEngine(options);
      const large = engine.float32(600 * rowLength).map((_, j) => Z[j % Z.length]);
      const promises = [engine.async.jsDivergenceRows(large, one, logits), engine.async.entropyRows(large, logits)];
      setTimeout(() => engine.dispose(), 0);
      for (const promise of promises) await expect(promise).rejects.toThrow(/disposed/);
      await expect(engine.async.entropy(one)).rejects.toThrow("this engine has been disposed");
    }
  });
});
