import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { Space } from "../src/backends/space.js";
import { createEngine, createEngineSync, Engine, type EngineHandle, logSumExp, softmax } from "../src/index.js";
import { PACKAGE } from "./compare/paths.js";
import { on } from "./on.js";
import { randomNumbers } from "./random.js";

// One memory, several engines. A structured clone is what another thread gets.

const random = randomNumbers(3);
const N = 60_000;
const Z = Float32Array.from({ length: N }, () => 10 * random());
const W = Float32Array.from({ length: N }, () => 10 * random());
const logits = { input: "logits" } as const;
const expected = on(createEngineSync()).klDivergence(Z, W, logits);

/** Arrays in an engine's memory with those numbers. */
function place(engine: Engine): [Float32Array, Float32Array] {
  const arrays: [Float32Array, Float32Array] = [engine.float32(N), engine.float32(N)];
  arrays[0].set(Z);
  arrays[1].set(W);
  return arrays;
}

describe.each([{ backend: "simd" }, { backend: "simd", threads: 2 }, { backend: "js", threads: 2 }] as const)(
  "%o",
  (options) => {
    test("an engine over another's memory reads and writes arrays of the other, in place", async () => {
      const owner = await createEngine(options);
      const [a, b] = place(owner);
      const handle = owner.share();
      const guest = Engine.from(structuredClone(handle));
      expect([guest.backend, guest.threads]).toEqual([owner.backend, 1]);
      // posted with the handle or after it: another object for the same bytes
      const [posted, alone] = [structuredClone({ handle, a }).a, structuredClone(b)];
      expect(posted.buffer).not.toBe(a.buffer);
      const out = owner.float32(N);
      for (let i = 0; i < 3; i++) expect(on(guest).klDivergence(posted, alone, logits)).toBe(expected);
      on(guest).softmax(posted, { out: structuredClone(out) });
      expect(out).toEqual(on(owner).softmax(a));
      expect(on(owner).klDivergence(structuredClone(a), b, logits)).toBe(expected);
      // what the owner's memory grows by is there too
      const large = owner.float32(3_000_000).fill(0.5);
      expect(on(guest).logSumExp(structuredClone(large))).toBe(on(owner).logSumExp(large));
      guest.dispose();
      expect(on(owner).klDivergence(a, b, logits)).toBe(expected);
      owner.dispose();
    });

    test("a guest has arrays of its own where bytes are set aside", async () => {
      const owner = await createEngine(options);
      const guest = Engine.from(structuredClone(owner.share(4 * N + 64)));
      const own = guest.float32(N);
      expect(own.every((x) => x === 0)).toBe(true);
      own.set(Z);
      const [a] = place(owner);
      expect(on(owner).klDivergence(structuredClone(own), a, logits)).toBe(0);
      expect(() => guest.float32(100)).toThrow(
        new RangeError(
          `float32: 100 numbers (400 bytes) do not fit: ${4 * N} of maxBytes = ${4 * N + 64} are in use; ` +
            "free() arrays or create the engine with a larger maxBytes",
        ),
      );
      guest.free(own);
      expect(guest.float32(N)).toEqual(new Float32Array(N));
      expect(() => guest.free(a)).toThrow(RangeError);
      owner.dispose();
    });

    test("two guests and the owner have each their own place to work in", async () => {
      const owner = await createEngine(options);
      const [a, b] = place(owner);
      const [one, other] = [owner.share(), owner.share()].map((handle) => Engine.from(structuredClone(handle)));
      const [x, y] = structuredClone([a, b]);
      // a call within a call, of another engine over the same memory
      const calling = new Proxy(Array.from(Z), {
        get: (array, key) => {
          if (key === "30000") expect(on(other).klDivergence(x, y, logits)).toBe(expected);
          return Reflect.get(array, key);
        },
      });
      const ofLists = on(owner).klDivergence(Array.from(Z), Array.from(W), logits);
      expect(on(one).klDivergence(calling, Array.from(W), logits)).toBe(ofLists);
      owner.dispose();
    });

    test("the place of a handle is given back", async () => {
      const owner = await createEngine({ ...options, maxBytes: 2 ** 20 });
      for (let i = 0; i < 100; i++) owner.free(owner.share(100_000));
      const handle = owner.share();
      owner.free(handle);
      expect(() => owner.free(handle)).toThrow(
        new RangeError("free: this handle is not one of this engine's, or has been freed already"),
      );
      owner.dispose();
    });
  },
);

test("a memory is known under any object that stands for it, also while others look", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 8, shared: true });
  const clone = structuredClone(memory);
  const [here, there] = [new Space(memory, 64), new Space(clone, 128)];
  const posted = () => structuredClone(new Float32Array(memory.buffer)).buffer;
  for (const space of [here, there, here]) {
    expect(space.holds(posted())).toBe(true);
    expect(space.holds(memory.buffer)).toBe(true);
    expect(space.holds(clone.buffer)).toBe(true);
  }
  const before = posted();
  memory.grow(3);
  expect([before, posted()].map((buffer) => there.holds(buffer))).toEqual([true, true]);
  expect(there.buffer.byteLength).toBe(4 * 65536);
  const other = new WebAssembly.Memory({ initial: 1, maximum: 8, shared: true });
  for (const buffer of [other.buffer, new SharedArrayBuffer(65536), new SharedArrayBuffer(8), new ArrayBuffer(65536)]) {
    expect(here.holds(buffer)).toBe(false);
  }
});

test("arrays of another memory are not taken for one's own", () => {
  const [one, other] = [createEngineSync(), createEngineSync()];
  const [a] = place(one);
  const [, b] = place(other);
  // at the same places, in another memory
  const [p, q] = [one.float32(N).fill(1 / N), other.float32(N)];
  q.set(Z);
  expect(p.byteOffset).toBe(q.byteOffset);
  const normalize = { normalize: true };
  expect(on(one).jsDivergence(p, q, normalize)).toBe(on(other).jsDivergence(p.slice(), q.slice(), normalize));
  expect(on(one).klDivergence(a, b, logits)).toBe(expected);
  expect(on(one).klDivergence(structuredClone(a), structuredClone(b), logits)).toBe(expected);
  const small = new Float32Array(new SharedArrayBuffer(400_000), 300_000, 10).fill(0.1);
  expect(on(one).entropy(small)).toBe(on(one).entropy(small.slice()));
});

test("a guest of some bytes has an array of as many, of zeros whoever was there before", () => {
  const handle = createEngineSync().share(40);
  for (let i = 0; i < 2; i++) {
    const guest = Engine.from(structuredClone(handle));
    const array = guest.float32(10);
    expect(array).toEqual(new Float32Array(10));
    array.fill(7);
    guest.dispose();
  }
});

test("what is written over part of what is read is an error, under whatever object it is known", async () => {
  const engine = await createEngine({ threads: 2 });
  const a = engine.float32(1000);
  const posted = structuredClone(a);
  const [z, out, rowLength] = [posted.subarray(0, 800), a.subarray(200), 400];
  const message = "softmax.rows: out overlaps an input without being the same array";
  expect(() => on(engine).softmax.rows(z, { rowLength, out })).toThrow(new RangeError(message));
  await expect(on(engine).softmax.rows.async(z, { rowLength, out })).rejects.toThrow(new RangeError(message));
  // from the same place on, but fewer bytes
  const halves = new Uint16Array(posted.buffer, posted.byteOffset, 800);
  expect(() => on(engine).softmax.rows(halves, { rowLength, format: "f16", out: a.subarray(0, 800) })).toThrow(
    new RangeError(message),
  );
  const apart = { rowLength: 200, out: a.subarray(400, 800) };
  expect(on(engine).softmax.rows(posted.subarray(0, 400), apart)).toEqual(new Float32Array(400).fill(1 / 200));
  expect(on(engine).softmax(posted, { out: a })).toEqual(
    on(engine).softmax(
      a
        .slice()
        .fill(0)
        .fill(1 / 200, 400, 800),
    ),
  );
  engine.dispose();
});

test("what cannot be shared is an error that says why", async () => {
  expect(() => createEngineSync({ shared: false }).share()).toThrow(
    new Error("share: this engine's memory cannot be shared: shared: false was asked for"),
  );
  expect(() => createEngineSync({ backend: "js" }).share()).toThrow(
    new Error(
      'share: this engine\'s memory cannot be shared: with one thread, the arrays of backend "js" are ordinary ones',
    ),
  );
  const engine = createEngineSync({ maxBytes: 2 ** 20 });
  expect(() => engine.share(2 ** 20)).toThrow(RangeError);
  expect(() => engine.share(-1)).toThrow("share: bytes is -1; it must be an integer >= 0");
  for (const wrong of [undefined, null, 5, {}, engine] as unknown as EngineHandle[]) {
    expect(() => Engine.from(wrong)).toThrow(/^Engine.from: handle is .*; it must come from engine.share\(\)$/);
  }
  const handle = engine.share(64);
  const { region, start, end } = handle;
  for (const part of [
    { region: undefined, start: undefined, end: undefined },
    { memory: undefined },
    { memory: handle.memory.buffer },
    { backend: undefined },
    { backend: "gpu" },
    { module: {} },
    { region: undefined },
    { region: 0, start: start - region },
    { region: region + 8, start: start + 8 },
    { region: String(region) },
    { start: start + 64 },
    { end: start - 64 },
    { end: 2 ** 32 },
    { end: String(end) },
    { end: Number.NaN },
  ]) {
    const wrong = { ...handle, ...part } as unknown as EngineHandle;
    expect(() => Engine.from(wrong), JSON.stringify(part)).toThrow(
      new TypeError("Engine.from: handle is [object Object]; it must come from engine.share()"),
    );
  }
  expect(Engine.from(handle).float64(8)).toHaveLength(8);
});

test("from one thread to another", async () => {
  const engine = await createEngine({ threads: 2 });
  const z = engine.float32(50_000);
  for (let i = 0; i < z.length; i++) z[i] = i % 17;
  const out = engine.float32(50_000);
  const code = `
    import { parentPort } from "node:worker_threads";
    import { Engine, logSumExp, softmax } from "${PACKAGE}";
    parentPort.once("message", ({ handle, z, out }) => {
      const engine = Engine.from(handle);
      softmax(z, { out, engine });
      parentPort.postMessage(logSumExp(z, { engine }));
    });
  `;
  const worker = new Worker(code, { eval: true, execArgv: ["--input-type=module"] });
  worker.postMessage({ handle: engine.share(), z, out });
  const [sum] = await once(worker, "message");
  await worker.terminate();
  expect(sum).toBe(logSumExp(z));
  expect(out).toEqual(softmax(z));
  engine.dispose();
});
