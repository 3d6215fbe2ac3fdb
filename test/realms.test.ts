import { createContext, runInContext } from "node:vm";
import { afterAll, describe, expect, test } from "vitest";
import { mutualInformation } from "../src/evidence/index.js";
import {
  createEngine,
  createEngineSync,
  crossEntropyLoss,
  Engine,
  gaussianKl,
  klDivergence,
  logRatio,
  perplexity,
  softmax,
} from "../src/index.js";
import { type Arrays, everyCall } from "./everyCall.js";
import { FUNCTIONS, on } from "./on.js";

// Typed arrays of another realm (a frame, a test's sandbox), and those over buffers that may change their size, are arrays like any other.

const context = createContext({});
const inOtherRealm = <T>(code: string): T => runInContext(code, context);

type TypeName = "Float32Array" | "Float64Array" | "Int32Array" | "BigInt64Array" | "Uint16Array";
const fromOther = (type: TypeName, numbers: ArrayLike<number> | ArrayLike<bigint>) =>
  inOtherRealm<(numbers: unknown) => never>(`(numbers) => ${type}.from(numbers)`)(Array.from(numbers as number[]));

type Resizable = new (bytes: number, options: { maxByteLength: number }) => ArrayBuffer;

/** Over a buffer that may grow. */
function over(Buffer: unknown, type: TypeName, numbers: ArrayLike<number>): never {
  const Type = globalThis[type] as Float64ArrayConstructor;
  const bytes = numbers.length * Type.BYTES_PER_ELEMENT;
  const array = new Type(new (Buffer as Resizable)(bytes, { maxByteLength: 4 * bytes }));
  array.set(numbers);
  return array as never;
}

const KINDS: Record<string, (type: TypeName, numbers: ArrayLike<number>) => never> = {
  "of another realm": fromOther,
  "that track the length of a buffer": (type, numbers) => over(ArrayBuffer, type, numbers),
  "that track the length of a shared buffer": (type, numbers) => over(SharedArrayBuffer, type, numbers),
  "that track the length of another realm's buffer": (type, numbers) =>
    inOtherRealm<(over: unknown, type: string, numbers: unknown) => never>(
      `(over, type, numbers) => over(ArrayBuffer, type, numbers)`,
    )(
      (Buffer: unknown, name: TypeName, all: ArrayLike<number>) => {
        const own = over(Buffer, name, all) as Float64Array;
        return inOtherRealm<(buffer: ArrayBufferLike) => never>(`(buffer) => new ${name}(buffer)`)(own.buffer);
      },
      type,
      Array.from(numbers),
    ),
};

const engines = {
  simd: createEngineSync({ backend: "simd" }),
  js: createEngineSync({ backend: "js" }),
  threads: await createEngine({ threads: 2 }),
};
afterAll(() => engines.threads.dispose());

const numbers = {
  z: [0, 3, 1, 2],
  w: [2, 1, 4, 3],
  p: [0.5, 0.5, 0.25, 0.75],
  counts: [1, 2, 3, 4],
  one: [0.25, 0.75],
};

function arraysBy(make: (type: TypeName, numbers: ArrayLike<number>) => unknown, type: TypeName): Arrays {
  const entries = Object.entries(numbers).map(([name, list]) => [name, make(type, list)]);
  return { ...Object.fromEntries(entries), tokens: make("Int32Array", [0, 1]) };
}

const own = (type: TypeName, list: ArrayLike<number>) => (globalThis[type] as Float64ArrayConstructor).from(list);

describe.each(Object.entries(KINDS))("arrays %s", (_, make) => {
  describe.each(["Float32Array", "Float64Array"] as const)("%s", (type) => {
    test.each(everyCall(FUNCTIONS))("$name has the same result", async ({ run, runAside }) => {
      const expected = run(FUNCTIONS, arraysBy(own, type));
      const arrays = arraysBy(make, type);
      expect(run(FUNCTIONS, arrays)).toEqual(expected);
      expect(await runAside(FUNCTIONS, arrays)).toEqual(expected);
      for (const engine of Object.values(engines)) {
        expect(run(on(engine), arrays)).toEqual(expected);
        expect(await runAside(on(engine), arrays)).toEqual(expected);
      }
    });

    test("are written to", () => {
      const options = { rowLength: 2 };
      for (const engine of Object.values(engines)) {
        const f = on(engine);
        const expected = f.softmax.rows(own(type, numbers.z), options);
        const [z, out] = [make(type, numbers.z) as Float64Array, make(type, numbers.w) as Float64Array];
        expect(f.softmax.rows(z, { ...options, out })).toBe(out);
        expect(Array.from(out)).toEqual(Array.from(expected));
        expect(f.softmax.rows(z, { ...options, out: z })).toBe(z);
        expect(Array.from(z)).toEqual(Array.from(expected));
        const ofLoss = f.crossEntropyLoss(own(type, numbers.z), [1, 0], { ...options, gradient: true }).gradient;
        const gradient = make(type, numbers.z) as Float64Array;
        expect(f.crossEntropyLoss(gradient, [1, 0], { ...options, gradient }).gradient).toBe(gradient);
        expect(Array.from(gradient)).toEqual(Array.from(ofLoss ?? []));
        const parts = { mean: make(type, numbers.z), logVariance: make(type, numbers.w) };
        const ofGaussians = f.gaussianKl(own(type, numbers.z), own(type, numbers.w), { gradient: true }).gradient;
        f.gaussianKl(numbers.z, numbers.w, {
          gradient: { mean: new Float64Array(4), logVariance: new Float64Array(4) },
        });
        f.gaussianKl(make(type, numbers.z), make(type, numbers.w), { gradient: parts });
        expect(Array.from(parts.mean as Float64Array)).toEqual(Array.from(ofGaussians?.mean ?? []));
      }
    });
  });

  test("are of the type that they are", () => {
    expect(softmax(make("Float32Array", numbers.z))).toBeInstanceOf(Float32Array);
    expect(logRatio(make("Float32Array", numbers.z), make("Float32Array", numbers.w))).toBeInstanceOf(Float32Array);
    expect(logRatio(make("Float32Array", numbers.z), make("Float64Array", numbers.w))).toBeInstanceOf(Float64Array);
    const wrong = make("Float64Array", numbers.z);
    expect(() => softmax(own("Float32Array", numbers.z), { out: wrong })).toThrow("out must be a Float32Array");
    // soft targets are no labels
    const z = [0, 1, 1, 0];
    const soft = crossEntropyLoss(z, make("Float32Array", [0, 1, 1, 0]), { rowLength: 2 });
    expect(soft).toEqual(crossEntropyLoss(z, [1, 0], { rowLength: 2 }));
    expect(perplexity(z, make("Int32Array", [1, 0]), { rowLength: 2 })).toBe(perplexity(z, [1, 0], { rowLength: 2 }));
    const elements = gaussianKl(make("Float32Array", [1]), make("Float32Array", [0]), { gradient: true }).gradient;
    expect(elements?.mean).toBeInstanceOf(Float32Array);
    expect(() => klDivergence(make("Uint16Array", [1, 2]), [0.5, 0.5])).toThrow(/^klDivergence: p is \[object Uint16/);
    expect(mutualInformation(make("Float64Array", [0.5, 0, 0, 0.5]), { rowLength: 2, base: 2 })).toBe(1);
  });
});

test("labels of another realm, of 64 bits too", () => {
  const z = [0, 1, 1, 0];
  const labels = fromOther("BigInt64Array", [1n, -100n]);
  const options = { rowLength: 2 };
  expect(crossEntropyLoss(z, labels, options)).toEqual(crossEntropyLoss(z, [1, -100], options));
  expect(() => klDivergence(z, labels)).toThrow("klDivergence: q is [object BigInt64Array]");
});

test("a signal and a module of another realm", async () => {
  // as a test's sandbox has one of its own
  const signal = Object.create(null, {
    [Symbol.toStringTag]: { value: "AbortSignal" },
    aborted: { value: false },
    throwIfAborted: { value: () => {} },
    addEventListener: { value: () => {} },
    removeEventListener: { value: () => {} },
  }) as AbortSignal;
  expect(await klDivergence.async([0.5, 0.5], [0.25, 0.75], { signal })).toBe(klDivergence([0.5, 0.5], [0.25, 0.75]));
  const memory = inOtherRealm<WebAssembly.Memory>("new WebAssembly.Memory({ initial: 8, maximum: 64, shared: true })");
  const handle = { ...createEngineSync().share(), memory };
  // of another memory, whose bytes are too few
  expect(() => Engine.from({ ...handle, end: 2 ** 30 })).toThrow("Engine.from: handle is [object Object]");
  expect(klDivergence([0.5, 0.5], [0.5, 0.5], { engine: Engine.from(handle) })).toBe(0);
});
