import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test, vi } from "vitest";
import { RESERVED_BYTES } from "../src/backends/layout.js";
import { LinearMemory } from "../src/engine/memory.js";
import { Pool } from "../src/engine/threads/pool.js";
import {
  createEngine,
  createEngineSync,
  crossEntropyLoss,
  distillationLoss,
  type Engine,
  jsDivergence,
  klDivergence,
  logSumExp,
  softmax,
} from "../src/index.js";
import { isLong, repeats } from "./long.js";
import { type Functions, on } from "./on.js";
import { randomNumbers } from "./random.js";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Two collections: buffers that the first has found are swept in the background until the second. */
function bytesInUse(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Bytes that each call leaves behind: by how much more are in use eight batches of calls later. Of two readings before these it takes
 * the larger, of two after them the smaller: what comes once or goes again, as compiled code, is no growth.
 */
function bytesKeptBy(call: () => void, batch: number): number {
  const readings = Array.from({ length: 12 }, () => {
    for (let i = 0; i < batch; i++) call();
    return bytesInUse();
  });
  return (Math.min(readings[10], readings[11]) - Math.max(readings[1], readings[2])) / (8 * batch);
}

/** Bytes per call: half of the least that can be kept, an object or a number on V8's heap. */
const NO_LEAK = 8;

describe("a leak is found", () => {
  const list: unknown[] = ["of anything"];
  const numbers = [0.5];
  test.each<[string, () => void]>([
    ["a number", () => list.push(Math.random())],
    ["16 bytes of a list of numbers", () => numbers.push(0.5, 0.25)],
    ["an empty object", () => list.push({})],
    ["a view", () => list.push(new Float32Array(1))],
  ])("%s", (_, leak) => {
    expect(bytesKeptBy(leak, isLong ? 20_000 : 8000)).toBeGreaterThan(NO_LEAK);
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const kinds = [
  ["simd, shared", {}],
  ["simd, plain", { shared: false }],
  ["js", { backend: "js" }],
] as const;

/** Whether to count bytes over a hundred thousand calls or of a large matrix, which takes its time: of every kind in the long run. */
const isCounted = (kind: string): boolean => isLong || kind === kinds[0][0];

describe.each(kinds)("the memory of an engine (%s)", (kind, options) => {
  test("hands out zeros, also where others have been", () => {
    const engine = createEngineSync(options);
    const first = engine.float32(1000);
    expect(first).toHaveLength(1000);
    first.fill(7);
    engine.free(first);
    expect(engine.float32(1000).every((x) => x === 0)).toBe(true);
    expect(engine.float64(3)).toEqual(new Float64Array(3));
    expect(engine.float64(0)).toHaveLength(0);
    engine.free(engine.float64(0));
    engine.dispose();
  });

  test("is read in place, at any offset of an array", () => {
    const engine = createEngineSync(options);
    const all = engine.float64(100);
    all.fill(0.25);
    expect(on(engine).entropy(all.subarray(3, 7), { base: 2 })).toBe(2);
    engine.dispose();
  });

  test("tells of what is not its own, or has been freed already", () => {
    const engine = createEngineSync(options);
    const array = engine.float32(10);
    engine.free(array);
    for (const wrong of [array, new Float32Array(10), createEngineSync(options).float32(10)]) {
      expect(() => engine.free(wrong)).toThrow(/^free: this array is not one of this engine's/);
    }
    const other = engine.float32(10);
    expect(() => engine.free(other.subarray(4))).toThrow(RangeError);
    expect(() => engine.float32(-1)).toThrow("float32: length is -1; it must be an integer >= 0");
    expect(() => engine.float64(1.5)).toThrow("float64: length is 1.5");
    engine.dispose();
  });

  test("frees the array that it has handed out, and no other at its place", () => {
    const engine = createEngineSync(options);
    const freed = engine.float32(10);
    engine.free(freed);
    const next = engine.float32(10).fill(7);
    expect(() => engine.free(freed)).toThrow(RangeError);
    const last = engine.float32(10).fill(8);
    expect(next.every((x) => x === 7)).toBe(true);
    for (const part of [next.subarray(0), next.subarray(0, 5), new Float32Array(next.buffer, next.byteOffset, 10)]) {
      expect(() => engine.free(part)).toThrow(RangeError);
    }
    engine.free(next);
    engine.free(last);
    engine.dispose();
  });

  test("keeps to maxBytes, and says so", () => {
    const engine = createEngineSync({ ...options, maxBytes: 2 ** 20 });
    const array = engine.float32(150_000);
    expect(() => engine.float64(98_000)).toThrow(
      /^float64: 98000 numbers \(784000 bytes\) do not fit: \d+ of maxBytes = 1048576 are in use; free\(\) arrays or create/,
    );
    engine.free(array);
    expect(engine.float64(98_000)).toHaveLength(98_000);
    engine.dispose();
  });

  test("never gives two arrays one place, and is whole again when all are freed", () => {
    const engine = createEngineSync({ ...options, maxBytes: 8 * 2 ** 20 });
    const random = randomNumbers(8);
    const live: { array: Float32Array | Float64Array; mark: number }[] = [];
    for (let step = 0; step < repeats(20_000); step++) {
      if (live.length > 0 && (random() < 0.5 || live.length > 60)) {
        const [{ array, mark }] = live.splice(Math.floor(random() * live.length), 1);
        expect(array.every((x) => x === mark)).toBe(true);
        engine.free(array);
      } else {
        const length = Math.floor(random() ** 4 * 8000);
        const array = random() < 0.5 ? engine.float32(length) : engine.float64(length);
        array.fill(step);
        live.push({ array, mark: step });
      }
    }
    for (const { array } of live) engine.free(array);
    expect(engine.float32(2_000_000)).toHaveLength(2_000_000);
    engine.dispose();
  });

  test("leaves the views from before a growth alive", () => {
    const engine = createEngineSync(options);
    const n = 5000;
    const [p, q] = [engine.float32(n), engine.float32(n)];
    p.fill(1 / n);
    q.fill(1 / n);
    q[0] = 1.5 / n;
    const before = on(engine).klDivergence(p, q);
    const large = Array.from({ length: 20 }, () => engine.float64(100_000));
    expect(p[0]).toBe(Math.fround(1 / n));
    expect(on(engine).klDivergence(p, q)).toBe(before);
    // what is written to an old view is seen, and a new one beside it
    q[0] = 1 / n;
    const r = engine.float32(n);
    r.set(p);
    expect(on(engine).klDivergence(p, q)).toBe(0);
    expect(on(engine).klDivergence(r, q)).toBe(0);
    for (const array of large) engine.free(array);
    engine.free(p);
    expect(() => engine.free(p)).toThrow(RangeError);
    engine.dispose();
  });

  test("does not grow with the vocabulary, nor with calls", () => {
    const engine = createEngineSync(options);
    const byteLength = () => {
      const probe = engine.float32(1);
      const bytes = kind === "js" ? 0 : probe.buffer.byteLength;
      engine.free(probe);
      return bytes;
    };
    const before = byteLength();
    const row = new Float32Array(10_000_000).fill(1e-7);
    on(engine).klDivergence(row, row, { normalize: true });
    on(engine).jsDivergence(Float64Array.of(0.5, 0.5), row.subarray(0, 2), { normalize: true });
    expect(byteLength()).toBe(before);

    const [p, q] = [Float32Array.of(0.5, 0.5), Float32Array.of(0.25, 0.75)];
    const calls = () => {
      klDivergence(p, q, { engine });
      engine.free(engine.float32(100));
    };
    if (isCounted(kind)) expect(bytesKeptBy(calls, 10_000)).toBeLessThan(NO_LEAK);
    expect(byteLength()).toBe(before);
    engine.dispose();
  });
});

test("arrays by the hundred thousand come and go as in a model: first fit, neighbours merged, zeros", () => {
  // the model knows the live arrays in order, and looks for the first place between two of them
  const memory = LinearMemory.create(2 ** 22, true);
  const end = 2 ** 22;
  const first = RESERVED_BYTES;
  const live: { start: number; end: number; array: Float32Array; mark: number }[] = [];
  const placeFor = (bytes: number): [start: number, at: number] => {
    let start = first;
    for (let at = 0; at < live.length; at++) {
      if (live[at].start - start >= bytes) return [start, at];
      start = live[at].end;
    }
    return [start + bytes <= end ? start : -1, live.length];
  };
  const random = randomNumbers(20261124);
  let failures = 0;
  let most = 0;
  for (let step = 0; step < (isLong ? 1_000_000 : 100_000); step++) {
    // phases of growth and of shrinking, so that the memory is full at times, and in many pieces at others
    const isFreeing = random() < (step % 20_000 < 10_000 ? 0.45 : 0.55);
    if (isFreeing && live.length > 0) {
      const [{ array, mark }] = live.splice(Math.floor(random() * live.length), 1);
      if (array.length > 0 && (array[0] !== mark || array[array.length - 1] !== mark)) throw new Error("overwritten");
      memory.free(array);
      continue;
    }
    const length = Math.floor(random() ** 6 * 200_000);
    const bytes = Math.max(64, Math.ceil(length / 16) * 64);
    const [start, at] = placeFor(bytes);
    if (start < 0) {
      expect(() => memory.allocate(Float32Array, length)).toThrow("do not fit");
      failures++;
      continue;
    }
    const array = memory.allocate(Float32Array, length);
    if (array.byteOffset !== start) throw new Error(`step ${step}: at ${array.byteOffset}, not at ${start}`);
    if (length > 0 && (array[0] !== 0 || array[length - 1] !== 0)) throw new Error(`step ${step}: not zeros`);
    const mark = 1 + (step % 1000);
    if (length > 0) array[0] = array[length - 1] = mark;
    live.splice(at, 0, { start, end: start + bytes, array, mark });
    most = Math.max(most, live.length);
  }
  expect(failures).toBeGreaterThan(1000);
  expect(most).toBeGreaterThan(100);
  for (const { array } of live) memory.free(array);
  expect(memory.allocate(Float32Array, (end - first) / 4).every((x) => x === 0)).toBe(true);
}, 60_000);

describe.each([
  ["shared", { shared: true }],
  ["plain", { shared: false }],
] as const)("4 GiB (%s)", (_, options) => {
  test("can be handed out, and rows at its very end be compared", () => {
    const engine = createEngineSync({ ...options, maxBytes: 2 ** 32 });
    const lower = engine.float64(2 ** 28); // 2 GiB, untouched
    const [p, q] = [engine.float32(2 ** 28), engine.float32(2 ** 27)];
    // all that is left but the last page
    const rest = engine.float32((2 ** 32 - 65536 - (q.byteOffset + q.byteLength)) / 4);
    expect(rest.byteOffset + rest.byteLength).toBe(2 ** 32 - 65536);
    expect(() => engine.float32(1)).toThrow("do not fit");
    const rows = [p.subarray(-1000), rest.subarray(-1000), lower.subarray(-1000)];
    for (const row of rows) row.fill(1);
    rows[1][999] = 2;
    const ordinary = rows.map((row) => row.slice());
    const compare = (f: Functions, [a, b, c]: typeof rows) =>
      [f.klDivergence(a, b, { normalize: true }), f.jsDivergence(b, c, { normalize: true }), f.logSumExp(b)].join();
    const js = on(createEngineSync({ backend: "js" }));
    expect(compare(on(engine), rows)).toBe(compare(js, ordinary));
    const out = on(engine).softmax(rows[1] as Float32Array, { out: rest.subarray(0, 1000) });
    expect(out).toEqual(js.softmax(ordinary[1]));
    engine.free(lower);
    engine.dispose();
  });

  test("reserve makes sure of it up front", () => {
    const engine = createEngineSync({ ...options, maxBytes: 2 ** 24, reserve: 2 ** 23 });
    expect(engine.float32(1).buffer.byteLength).toBeGreaterThanOrEqual(2 ** 23);
    expect(createEngineSync({ ...options, maxBytes: 2 ** 20, reserve: 2 ** 20 - 262144 }).backend).toBe("simd");
    expect(() => createEngineSync({ ...options, maxBytes: 2 ** 20, reserve: 2 ** 20 })).toThrow(
      "createEngineSync: reserve is 1048576; it must be from 0 to maxBytes - 262144, which is 786432",
    );
    vi.spyOn(WebAssembly.Memory.prototype, "grow").mockImplementation(() => {
      throw new RangeError("no more");
    });
    if (options.shared)
      expect(() => createEngineSync({ reserve: 2 ** 22 })).toThrow("reserve: the platform gave no 4194304 bytes");
  });
});

test.each(kinds)("engines that nobody has any more leave nothing behind (%s)", async (_kind, options) => {
  const p = [0.5, 0.5];
  const q = [0.25, 0.75];
  const expected = klDivergence(p, q, { engine: createEngineSync(options) });
  // whether it is collected, not how much memory the process has: that grows and shrinks as it likes
  const references: WeakRef<object>[] = [];
  for (let i = 0; i < 200; i++) {
    const engine = createEngineSync({ ...options, maxBytes: 2 ** 20 });
    // not by on(engine), whose functions would be kept with the engine to the end of the loop
    if (klDivergence(p, q, { engine }) !== expected) throw new Error(`engine ${i} differs`);
    references.push(new WeakRef(engine), new WeakRef(engine.float32(1).buffer));
    if (i % 2 === 0) engine.dispose();
  }
  // what a WeakRef has given is kept to the end of the task
  await new Promise((resolve) => setTimeout(resolve));
  collectGarbage();
  collectGarbage();
  const kept = references.filter((reference) => reference.deref() !== undefined);
  // what the stack or a cache of the last call still has
  expect(kept.length).toBeLessThanOrEqual(4);
});

/** Until it holds, as for what comes after a collection. */
async function comes(holds: () => boolean): Promise<boolean> {
  for (let i = 0; i < 200 && !holds(); i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return holds();
}

test("an engine that is dropped ends its threads once it is collected, and not before", async () => {
  const ended = vi.spyOn(Pool.prototype, "dispose");
  const z = new Float32Array(1_000_000).fill(1);
  // in a function, whose variables are gone when it returns
  const start = async () => {
    const engine = await createEngine({ threads: 2 });
    expect(engine.threads).toBe(2);
    return logSumExp.rows.async(z, { rowLength: 1000, engine });
  };
  const promise = start();
  expect(await promise).toHaveLength(1000);
  expect(await comes(() => ended.mock.calls.length > 0)).toBe(true);
  const kept = await createEngine({ threads: 2 });
  ended.mockClear();
  collectGarbage();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(ended).not.toHaveBeenCalled();
  expect(kept.threads).toBe(2);
  kept.dispose();
});

describe("an engine", () => {
  const p = [0.5, 0.5];
  const q = [0.25, 0.75];
  const expected = on(createEngineSync({ backend: "js" })).klDivergence(p, q);

  test("is of no use once disposed, and is at the end of its scope", () => {
    let kept: Engine;
    {
      using engine = createEngineSync();
      kept = engine;
      expect(on(engine).klDivergence(p, q)).toBe(expected);
    }
    for (const use of [
      () => on(kept).klDivergence(p, q),
      () => kept.float32(3),
      () => on(kept).entropy.rows(p, { rowLength: 2 }),
    ]) {
      expect(use).toThrow("this engine has been disposed");
    }
    kept.dispose();
  });

  test("does not disturb another", () => {
    const [a, b] = [createEngineSync(), createEngineSync()];
    const [x, y] = [a.float64(2), b.float64(2)];
    x.set(p);
    y.set(q);
    expect(on(a).klDivergence(x, y)).toBe(expected);
    expect(on(b).klDivergence(x, y)).toBe(expected);
    a.dispose();
    expect(on(b).klDivergence(x, y)).toBe(expected);
    b.dispose();
  });

  test("can be had at once or in time, over a memory of either kind, from a module compiled elsewhere", async () => {
    const engines = [
      await createEngine(),
      await createEngine({ shared: false }),
      await createEngine({ backend: "js" }),
      ...["simd.wasm", "simd-shared.wasm"].map((name) => {
        const module = new WebAssembly.Module(readFileSync(new URL(`../build/${name}`, import.meta.url)));
        return createEngineSync({ module });
      }),
    ];
    expect(engines.map((engine) => engine.backend)).toEqual(["simd", "simd", "js", "simd", "simd"]);
    expect(engines.map((engine) => engine.backendReason)).toEqual([
      "WebAssembly SIMD over a shared memory",
      "WebAssembly SIMD over a plain memory",
      "as asked",
      "WebAssembly SIMD over a plain memory",
      "WebAssembly SIMD over a shared memory",
    ]);
    for (const engine of engines) expect(on(engine).klDivergence(p, q)).toBe(expected);
    expect(engines[0].float32(1).buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(engines[1].float32(1).buffer).toBeInstanceOf(ArrayBuffer);
  });

  test("says what options it cannot take", async () => {
    expect(() => createEngineSync({ backend: "gpu" as "js" })).toThrow(
      'backend is "gpu"; it must be "auto", "relaxed", "simd" or "js"',
    );
    expect(on(createEngineSync({ maxBytes: 262144 })).entropy([0.5, 0.5], { base: 2 })).toBe(1);
    expect(() => createEngineSync({ maxBytes: 1000 })).toThrow(
      "createEngineSync: maxBytes is 1000; it must be from 262144 to 2^32",
    );
    expect(() => createEngineSync({ module: {} as WebAssembly.Module })).toThrow(TypeError);
    expect(() => createEngineSync({ thread: 2 } as object)).toThrow('createEngineSync: unknown option "thread"');
    await expect(createEngine({ maxBytes: Number.NaN })).rejects.toThrow("createEngine: maxBytes is NaN");
  });
});

describe("where WebAssembly is missing or forbidden, JavaScript does the same", () => {
  const p = [0.5, 0.5];
  const q = [0.25, 0.75];
  const expected = on(createEngineSync()).klDivergence(p, q);

  async function expectFallback(reason: RegExp): Promise<void> {
    for (const engine of [createEngineSync(), await createEngine()]) {
      expect(engine.backend).toBe("js");
      expect(engine.backendReason).toMatch(reason);
      expect(on(engine).klDivergence(p, q)).toBe(expected);
    }
    expect(() => createEngineSync({ backend: "simd" })).toThrow(reason);
    await expect(createEngine({ backend: "simd" })).rejects.toThrow(reason);
  }

  test("no WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    await expectFallback(/no WebAssembly/);
  });

  test("no SIMD", async () => {
    vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
    await expectFallback(/no SIMD/);
  });

  test("a page whose policy forbids to compile", async () => {
    const refuse = () => {
      throw new WebAssembly.CompileError("violates the Content Security policy directive");
    };
    vi.stubGlobal("WebAssembly", {
      ...describeOf(WebAssembly),
      Module: class {
        constructor() {
          refuse();
        }
      },
      compile: async () => refuse(),
    });
    await expectFallback(/WebAssembly may not be compiled here: violates/);
  });

  test("no memory to be had", async () => {
    const refuse = class {
      constructor() {
        throw new RangeError("could not allocate memory");
      }
    };
    vi.stubGlobal("WebAssembly", { ...describeOf(WebAssembly), Memory: refuse });
    await expectFallback(/could not allocate memory/);
  });

  test("no Buffer, as in a browser", () => {
    vi.stubGlobal("Buffer", undefined);
    expect(createEngineSync().backend).toBe("simd");
  });

  test("no SharedArrayBuffer: a plain memory", () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const engine = createEngineSync();
    expect(engine.backendReason).toBe("WebAssembly SIMD over a plain memory");
    expect(on(engine).klDivergence(p, q)).toBe(expected);
  });
});

/** The properties of a namespace that are not enumerable. */
function describeOf(namespace: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.getOwnPropertyNames(namespace).map((name) => [name, namespace[name as keyof object]]),
  );
}

describe.each(kinds)("the memory of an engine (%s) with logits", (kind, options) => {
  const engine = createEngineSync(options);
  const byteLength = () => {
    const probe = engine.float32(1);
    const bytes = kind === "js" ? 0 : probe.buffer.byteLength;
    engine.free(probe);
    return bytes;
  };

  test("does not grow with the matrix of a loss", () => {
    // 16 MiB of logits, 128 times the staging area; 4 MiB in the quick run
    const [rows, rowLength] = [isLong ? 32 : 8, 131072];
    const logits = new Float32Array(rows * rowLength).map((_, i) => (i % 17) - 8);
    const gradient = new Float32Array(rows * rowLength);
    const labels = Int32Array.from({ length: rows }, (_, r) => r);
    const all = { rowLength, labelSmoothing: 0.1, zLoss: 1e-4 };
    const before = byteLength();
    for (const run of [
      () => on(engine).crossEntropyLoss(logits, labels, all),
      () => on(engine).crossEntropyLoss(logits, labels, { ...all, gradient }),
      () => on(engine).distillationLoss(logits, logits.subarray(0, rowLength), { rowLength, gradient }),
    ]) {
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      run();
      // garbage counts: a copy of the matrix is 16 MiB (4), that of one row half a MiB for each of 32 (8)
      expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(1_000_000);
      collectGarbage();
      expect(process.memoryUsage().heapUsed - heapUsed).toBeLessThan(1_000_000);
    }
    expect(byteLength()).toBe(before);
  });

  test("does not grow with a softmax of halves", () => {
    // 33 MB in and 66 MB out, or 2 and 4 in the quick run of all but the first kind
    const [rows, rowLength] = [isCounted(kind) ? 512 : 32, 32000];
    const bits = Uint16Array.from({ length: rows * rowLength }, (_, i) => 0x3c00 + (i % 1031));
    const { Float16Array } = globalThis as unknown as { Float16Array?: typeof Uint16Array };
    const options = { rowLength, format: "f16", engine } as const;
    const outs = [undefined, new Float32Array(bits.length), Float16Array && new Float16Array(bits.length)];
    softmax.rows(bits.subarray(0, rowLength), options);
    const before = byteLength();
    for (const [i, out] of outs.entries()) {
      if (i > 0 && out === undefined) continue;
      collectGarbage();
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      const result = softmax.rows(bits, { ...options, out: out as Float32Array });
      // with all that is garbage by now; of JavaScript's objects the young generation alone holds 16 MB
      const used = process.memoryUsage();
      const beyond = used.arrayBuffers - arrayBuffers - (out ? 0 : result.byteLength);
      expect(beyond).toBeLessThan(1_000_000);
      if (kind !== "js") expect(beyond + Math.max(0, used.heapUsed - heapUsed)).toBeLessThan(8_000_000);
      collectGarbage();
      expect(process.memoryUsage().heapUsed - heapUsed).toBeLessThan(1_000_000);
    }
    expect(byteLength()).toBe(before);
  });

  test("does not grow with calls", () => {
    const [p, q, gradient] = [Float32Array.of(1, 2, -Infinity), Float32Array.of(3, 1, -1), new Float32Array(3)];
    const before = byteLength();
    const calls = () => {
      klDivergence(p, q, { input: "logits", temperature: 2, engine });
      jsDivergence(p, [0.5, 0.25, 0.25], { input: ["logits", "probabilities"], engine });
      softmax(q, { out: gradient, engine });
      crossEntropyLoss(p, [1], { rowLength: 3, gradient, engine });
      distillationLoss(p, q, { rowLength: 3, direction: "js", gradient, engine });
    };
    if (isCounted(kind)) expect(bytesKeptBy(calls, 4000)).toBeLessThan(NO_LEAK);
    expect(byteLength()).toBe(before);
    engine.dispose();
  });
});
