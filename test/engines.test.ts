import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Backend } from "../src/backends/backend.js";
import { declarationOf } from "../src/call/forms.js";
import { defaultRuntime } from "../src/engine/default.js";
import { runtimeOf } from "../src/engine/engines.js";
import type { Computer } from "../src/engine/runtime.js";
import {
  createEngine,
  createEngineSync,
  crossEntropyLoss,
  Engine,
  elbo,
  entropy,
  gaussianKl,
  jsDivergence,
  klDivergence,
  logLikelihoodRatio,
  logSumExp,
  softmax,
  tokenLogProbabilities,
} from "../src/index.js";
import { type Arrays, everyCall } from "./everyCall.js";
import { functionsOn } from "./functionsOn.js";
import { FUNCTIONS, NAMES, on } from "./on.js";

// Which engine computes a call: that of the option, that whose memory holds an array, or the default one.

const engines: Record<string, Engine> = {};
beforeAll(async () => {
  engines.simd = createEngineSync({ backend: "simd" });
  engines.other = createEngineSync({ backend: "simd" });
  engines.plain = createEngineSync({ backend: "simd", shared: false });
  engines.js = createEngineSync({ backend: "js" });
  engines.threaded = await createEngine({ threads: 2 });
  engines.threadedJs = await createEngine({ threads: 2, backend: "js" });
});
afterAll(() => {
  for (const engine of Object.values(engines)) engine.dispose();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const KINDS = ["simd", "other", "plain", "js", "threaded", "threadedJs"] as const;

/** The names of the engines that have computed something in a call, "default" among them. */
async function computing(call: () => unknown): Promise<string[]> {
  const backends = Object.entries(engines).flatMap(([name, engine]) => {
    const { backend, copying } = runtimeOf("test", engine);
    const all = copying ? [backend, (copying() as Computer).backend] : [backend];
    return all.map((each) => [name, each] as const);
  });
  const spies = [...backends, ["default", defaultRuntime().backend] as const].map(
    ([name, backend]) => [name, vi.spyOn(backend, "begin")] as const,
  );
  await call();
  const names = spies.filter(([, spy]) => spy.mock.calls.length > 0).map(([name]) => name);
  for (const [, spy] of spies) spy.mockRestore();
  return [...new Set(names)];
}

const half = [0.5, 0.5];
const rowLength = 2;
const ARRAYS: Arrays = {
  z: [1, 2, 3, 4],
  w: [2, 1, 4, 3],
  p: [0.5, 0.5, 0.25, 0.75],
  counts: [1, 2, 3, 4],
  one: half,
  tokens: Int32Array.of(0, 1),
};

/** The same arrays in an engine's memory, f32 or f64. */
function placed(engine: Engine, type: "float32" | "float64"): Arrays {
  const place = (array: ArrayLike<number>) => {
    const copy = engine[type](array.length);
    copy.set(array);
    return copy;
  };
  const arrays = Object.entries(ARRAYS).map(([name, array]) => [name, name === "tokens" ? array : place(array)]);
  return Object.fromEntries(arrays);
}

describe.each(everyCall(FUNCTIONS))("$name", ({ run, runAside }) => {
  test("is computed by the default engine where nothing says otherwise", async () => {
    expect(await computing(() => run(FUNCTIONS, ARRAYS))).toEqual(["default"]);
    expect(await computing(() => runAside(FUNCTIONS, ARRAYS))).toEqual(["default"]);
  });

  test.each(KINDS)("is computed by the engine of the option: %s", async (name) => {
    expect(await computing(() => run(on(engines[name]), ARRAYS))).toEqual([name]);
  });

  test.each(KINDS)("is computed by the engine whose memory holds its arrays: %s", async (name) => {
    for (const type of ["float32", "float64"] as const) {
      const arrays = placed(engines[name], type);
      expect(await computing(() => run(FUNCTIONS, arrays)), type).toEqual([name]);
      // with threads, the others may do it all
      const aside = await computing(() => runAside(FUNCTIONS, arrays));
      expect(aside.filter((other) => other !== name)).toEqual([]);
    }
  });

  test("is computed by the engine of the option, whatever memory holds its arrays", async () => {
    const arrays = placed(engines.simd, "float32");
    expect(await computing(() => run(on(engines.js), arrays))).toEqual(["js"]);
    expect(await computing(() => runAside(on(engines.other), arrays))).toEqual(["other"]);
  });

  test("has one result, whatever computes it", async () => {
    const expected = run(FUNCTIONS, ARRAYS);
    for (const name of KINDS) {
      expect(run(on(engines[name]), ARRAYS)).toEqual(expected);
      expect(await runAside(FUNCTIONS, placed(engines[name], "float64"))).toEqual(expected);
    }
  });

  test("says that an engine has been disposed, or is none", async () => {
    const engine = createEngineSync();
    engine.dispose();
    expect(() => run(on(engine), ARRAYS)).toThrow(/^\w+(\.rows|\.of)?: this engine has been disposed$/);
    await expect(runAside(on(engine), ARRAYS)).rejects.toThrow(/^\w+(\.rows|\.of)?: this engine has been disposed$/);
    const wrong = functionsOn({} as Engine, FUNCTIONS);
    const message = /^\w+(\.rows|\.of)?: engine is \[object Object\]; it must come from createEngine$/;
    expect(() => run(wrong, ARRAYS)).toThrow(message);
    await expect(runAside(wrong, ARRAYS)).rejects.toThrow(message);
  });
});

describe("the first array that lies in an engine's memory decides", () => {
  const inMemory = (engine: Engine) => {
    const row = engine.float64(2);
    row.set(half);
    return row;
  };

  test("at any place among the arguments, beside arrays that lie in none", async () => {
    const [p, q] = [inMemory(engines.simd), inMemory(engines.js)];
    expect(await computing(() => klDivergence(half, p))).toEqual(["simd"]);
    expect(await computing(() => klDivergence(p, half))).toEqual(["simd"]);
    expect(await computing(() => klDivergence(p, q))).toEqual(["simd"]);
    expect(await computing(() => klDivergence(q, p))).toEqual(["js"]);
    expect(await computing(() => logLikelihoodRatio(half, half, q))).toEqual(["js"]);
    expect(await computing(() => elbo(-1, half, q))).toEqual(["js"]);
    expect(await computing(() => gaussianKl(half, q))).toEqual(["js"]);
    expect(await computing(() => tokenLogProbabilities(q, [1], { rowLength }))).toEqual(["js"]);
    expect(await computing(() => crossEntropyLoss(half, p, { rowLength }))).toEqual(["simd"]);
  });

  test("parts of an array are in it too, and other types of view", async () => {
    const p = engines.js.float64(10).fill(0.5);
    expect(await computing(() => entropy(p.subarray(3, 5)))).toEqual(["js"]);
    const { buffer, byteOffset } = engines.simd.float64(10).fill(0.5);
    expect(await computing(() => logSumExp(new Float32Array(buffer, byteOffset, 4)))).toEqual(["simd"]);
  });

  test("arrays that are written to or options do not", async () => {
    const out = inMemory(engines.simd);
    expect(await computing(() => softmax(half, { out }))).toEqual(["default"]);
    const gradient = inMemory(engines.simd);
    expect(await computing(() => crossEntropyLoss(half, [1], { rowLength, gradient }))).toEqual(["default"]);
  });

  test("a view of a shared memory that comes as another object, as from another thread, is found", async () => {
    for (const name of ["simd", "other", "threaded", "threadedJs"]) {
      const row = structuredClone(inMemory(engines[name]));
      expect(row.buffer).not.toBe(engines[name].float32(1).buffer);
      expect(await computing(() => entropy(row))).toEqual([name]);
    }
  });

  test("views from before a memory grew are found", async () => {
    const engine = createEngineSync();
    engines.growing = engine;
    const before = inMemory(engine);
    const large = engine.float64(1_000_000);
    expect(large.buffer).not.toBe(before.buffer);
    expect(await computing(() => entropy(before))).toEqual(["growing"]);
    expect(await computing(() => entropy(large.subarray(0, 2).fill(0.5)))).toEqual(["growing"]);
    engine.dispose();
    delete engines.growing;
  });

  test("where two engines share one memory, either reads it in place", () => {
    const guest = Engine.from(engines.simd.share(800));
    const [p, q] = [inMemory(engines.simd), inMemory(guest)];
    expect(klDivergence(p, q)).toBe(0);
    expect(klDivergence(p, q, { engine: guest })).toBe(0);
    expect(klDivergence(q, p, { engine: engines.simd })).toBe(0);
    guest.dispose();
  });

  test("an engine with a shared memory has a plain one for calls that copy all they read", async () => {
    const relaxed = await createEngine({ backend: "relaxed" });
    for (const engine of [engines.simd, engines.threaded, relaxed]) {
      const { backend, copying } = runtimeOf("test", engine);
      const spies = [backend, copying?.()?.backend].map((each) => vi.spyOn(each as Backend, "begin"));
      const countsOf = (call: () => unknown) => {
        for (const spy of spies) spy.mockClear();
        call();
        return spies.map((spy) => spy.mock.calls.length);
      };
      const p = inMemory(engine);
      expect(countsOf(() => klDivergence(half, Float32Array.of(0.5, 0.5), { engine }))).toEqual([0, 1]);
      expect(countsOf(() => klDivergence.rows([half], [half], { engine }))).toEqual([0, 1]);
      expect(countsOf(() => klDivergence(half, p, { engine }))).toEqual([1, 0]);
      // rows of an array are put together, wherever they lie
      expect(countsOf(() => klDivergence.rows([p], [half], { engine }))).toEqual([0, 1]);
      expect(countsOf(() => entropy({ data: p, dims: [2] }, { engine }))).toEqual([1, 0]);
    }
    for (const name of ["plain", "js", "threadedJs"]) {
      expect(runtimeOf("test", engines[name]).copying).toBe(undefined);
    }
    relaxed.dispose();
  });

  test("an array that has been freed, or is of an engine that has been disposed, is one like any other", async () => {
    const freed = inMemory(engines.js);
    engines.js.free(freed);
    expect(await computing(() => entropy(freed))).toEqual(["default"]);
    const engine = createEngineSync();
    const left = inMemory(engine);
    engine.dispose();
    expect(await computing(() => entropy(left))).toEqual(["default"]);
  });
});

test("what is no engine is a TypeError that says so", async () => {
  for (const [engine, shown] of [
    [null, "null"],
    [3, "number"],
    ["simd", "string"],
    [{ backend: "simd" }, "[object Object]"],
    [createEngineSync, "function"],
    [Engine.prototype.constructor, "function"],
  ] as const) {
    const message = `engine is ${shown}; it must come from createEngine`;
    const options = { engine: engine as unknown as Engine };
    expect(() => entropy(half, options)).toThrow(new TypeError(`entropy: ${message}`));
    expect(() => entropy.rows(half, { ...options, rowLength })).toThrow(new TypeError(`entropy.rows: ${message}`));
    await expect(entropy.async(half, options)).rejects.toThrow(new TypeError(`entropy: ${message}`));
  }
  expect(entropy(half, { engine: undefined })).toBe(Math.LN2);
});

test("a call from within a call needs another engine", () => {
  const inner = (engine?: Engine) =>
    new Proxy([...half], { get: (array, key) => (key === "1" ? entropy(half, { engine }) : Reflect.get(array, key)) });
  expect(() => entropy(inner(engines.js), { engine: engines.js })).toThrow(
    new Error("entropy: this engine is in a call already; use another engine inside it"),
  );
  expect(() => entropy(inner())).toThrow("entropy: this engine is in a call already");
  expect(entropy(inner(engines.js), { normalize: true })).toBeGreaterThan(0);
  expect(entropy(half)).toBe(Math.LN2);
});

describe("functions", () => {
  test.each(NAMES)("%s has its name, and as many parameters as come before the options", (name) => {
    const f = FUNCTIONS[name];
    const declared = declarationOf(f);
    expect(f.name).toBe(name);
    expect(f.length).toBe(declared?.count);
    expect(declared?.name).toBe(name);
  });

  test("every one of them has a call in the tests", () => {
    const called = everyCall(FUNCTIONS).map(({ name }) => name);
    expect(called).toEqual(expect.arrayContaining(NAMES));
    const more = ["rows", "of"].flatMap((form) => NAMES.filter((name) => form in FUNCTIONS[name]));
    expect(called).toHaveLength(NAMES.length + more.length);
    const withNew = { ...FUNCTIONS, newLoss: FUNCTIONS.perplexity };
    expect(() => everyCall(withNew)).toThrow("newLoss, f: add its arguments to ownArguments in test/everyCall.ts");
  });

  test("an unknown option is named in every form, with the nearest known one", async () => {
    for (const [key, nearest] of [
      ["engin", "engine"],
      ["Engine", "engine"],
      ["nomalize", "normalize"],
      ["temprature", "temperature"],
    ]) {
      const options = { [key]: 1 } as object;
      const message = (name: string) =>
        `${name}: unknown option "${key}"; did you mean "${nearest}"? It takes base, input, normalize, temperature, `;
      expect(() => jsDivergence(half, half, options)).toThrow(`${message("jsDivergence")}engine`);
      const wrong = { ...options, rowLength };
      expect(() => jsDivergence.rows(half, half, wrong)).toThrow(
        `${message("jsDivergence.rows")}rowLength, classes, mask, onInvalidRow, engine`,
      );
      await expect(jsDivergence.async(half, half, options)).rejects.toThrow(message("jsDivergence"));
      await expect(jsDivergence.rows.async(half, half, wrong)).rejects.toThrow(message("jsDivergence.rows"));
    }
    expect(() => crossEntropyLoss(half, [0], { rowLength, engines: 1 } as never)).toThrow(/did you mean "engine"\?/);
    // only promises can be watched and stopped
    const watched = { onProgress: () => {} } as object;
    expect(() => entropy(half, watched)).toThrow('entropy: unknown option "onProgress"');
    expect(() => entropy.rows(half, { ...watched, rowLength })).toThrow('entropy.rows: unknown option "onProgress"');
  });
});
