import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Board } from "../src/engine/threads/board.js";
import type { Listener } from "../src/engine/threads/spawn.js";
import { createEngine, createEngineSync, type Engine, type FloatArray } from "../src/index.js";
import { thin } from "./long.js";
import { on } from "./on.js";

// Workers that claim a task and are never heard of again: each call ends, with the right bits or with a clear error.

const terminate = vi.hoisted(() => vi.fn());

vi.mock("../src/engine/threads/spawn.js", async (importOriginal) => ({
  ...(await importOriginal<typeof import("../src/engine/threads/spawn.js")>()),
  waysToSpawn: () => [
    (listener: Listener) => ({
      post: () => queueMicrotask(() => listener.message("ready")),
      terminate,
      hold: () => {},
    }),
  ],
}));

const reference = createEngineSync({ backend: "simd" });
const N = 100_000;
const rowLength = 1000;
const lost = "a worker stopped while it wrote over the numbers it read, which are lost; the engine goes on without it";

// a second each, in which nothing happens
describe.each(thin<"simd" | "js">(["simd", "js"], ["simd"]))("%s", (backend) => {
  let engine: Engine;
  /** Jobs that the worker does before it is lost. */
  let answered = 0;
  let a: FloatArray;
  let b: FloatArray;
  const ordinary = () => [a.slice(), b.slice()];

  beforeEach(async () => {
    terminate.mockClear();
    answered = 0;
    engine = await createEngine({ backend, threads: 2 });
    [a, b] = [engine.float32(N), engine.float32(N)];
    for (let i = 0; i < N; i++) [a[i], b[i]] = [Math.sin(i), Math.cos(i)];
    const post = Board.prototype.post;
    vi.spyOn(Board.prototype, "post").mockImplementation(function (this: Board, tasks, isAside) {
      const generation = post.call(this, tasks, isAside);
      if (answered-- > 0) {
        for (let task = 0; task < tasks; task++) this.settle(task, generation, 1, this.claim(task, generation, 1));
        return generation;
      }
      // two tasks of the worker, one of them the last
      expect(this.claim(tasks - 1, generation, 1)).toBe(true);
      expect(this.claim(1, generation, 1)).toBe(true);
      return generation;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    engine.dispose();
  });

  test("what only computes is computed by the caller, at once", () => {
    const [p, q] = ordinary();
    const logits = { input: "logits" } as const;
    const rows = { ...logits, rowLength };
    const start = performance.now();
    expect(on(engine).klDivergence(a, b, logits)).toBe(on(reference).klDivergence(p, q, logits));
    expect(on(engine).klDivergence.rows(a, b, rows)).toEqual(on(reference).klDivergence.rows(p, q, rows));
    expect(performance.now() - start).toBeLessThan(5000);
    expect(engine.threads).toBe(2);
  });

  test("what writes elsewhere is written by the caller, after a second", () => {
    const [z] = ordinary();
    expect(on(engine).softmax(a, { out: b })).toEqual(on(reference).softmax(z));
    expect(terminate).toHaveBeenCalledTimes(1);
    expect([engine.threads, engine.threadsReason]).toEqual([1, "1 of 2 threads: a worker stopped answering"]);
    expect(on(engine).softmax(a, { out: b })).toEqual(on(reference).softmax(z));
  });

  test("rows too", () => {
    const [z] = ordinary();
    expect(on(engine).softmax.rows(a, { rowLength, out: b })).toEqual(on(reference).softmax.rows(z, { rowLength }));
    expect(engine.threads).toBe(1);
  });

  test("what is written over is lost, and the caller is told", () => {
    expect(() => on(engine).softmax(a, { out: a })).toThrow(new Error(`softmax: ${lost}`));
    expect(engine.threads).toBe(1);
    const [, q] = ordinary();
    expect(on(engine).softmax(b, { out: b })).toEqual(on(reference).softmax(q));
  });

  test("work aside ends by the caller's doing it", async () => {
    const [p, q] = ordinary();
    const rows = { input: "logits", rowLength } as const;
    const seen: number[] = [];
    const result = await on(engine).klDivergence.rows.async(a, b, { ...rows, onProgress: (done) => seen.push(done) });
    expect(result).toEqual(on(reference).klDivergence.rows(p, q, rows));
    expect(seen.at(-1)).toBe(N / rowLength);
    expect([engine.threads, engine.threadsReason]).toEqual([1, "1 of 2 threads: a worker stopped answering"]);
  });

  test("with other workers, they are left", async () => {
    const three = await createEngine({ backend, threads: 3 });
    const [z, out] = [three.float32(N), three.float32(N)];
    z.set(a);
    // nobody else is there in truth: the caller does the rest
    expect(on(three).softmax.rows(z, { rowLength, out })).toEqual(on(reference).softmax.rows(z.slice(), { rowLength }));
    expect([three.threads, three.threadsReason]).toEqual([2, "2 of 3 threads: a worker stopped answering"]);
    three.dispose();
  });

  test("an ordinary array that is written over is not lost: what was written is a copy", async () => {
    const [z] = ordinary();
    const expected = on(reference).softmax.rows(z.slice(), { rowLength });
    expect(await on(engine).softmax.rows.async(z, { rowLength, out: z })).toEqual(expected);
  });

  test("or by an error where it was written over", async () => {
    answered = 1; // when the rows are tried
    await expect(on(engine).softmax.rows.async(a, { rowLength, out: a })).rejects.toThrow(
      new Error(`softmax.rows: ${lost}`),
    );
  });

  test("rows that are written over are tried first, by which a worker that does not answer is found", async () => {
    const [z] = ordinary();
    const expected = on(reference).softmax.rows(z, { rowLength });
    expect(await on(engine).softmax.rows.async(a, { rowLength, out: a })).toEqual(expected);
  });
});
