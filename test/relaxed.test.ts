import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createEngine, createEngineSync } from "../src/index.js";
import { engines, hasRelaxed } from "./engines.js";
import { on } from "./on.js";
import { randomNumbers } from "./random.js";

// The choice of the relaxed backend, and what takes its place. That its values are right: the tests over `BACKENDS`.

const random = randomNumbers(22);
const p = Float32Array.from({ length: 5000 }, random);
const q = Float32Array.from({ length: 5000 }, random);
const normalize = { normalize: true };
const simd = on(engines.simd).klDivergence(p, q, normalize);

const readModule = (name: string) => readFileSync(new URL(`../build/${name}`, import.meta.url));

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** What `createEngine` makes of it where relaxed SIMD is not available: an engine of `backend`, with its bits. */
async function expectInstead(backend: "simd" | "js", reason: RegExp): Promise<void> {
  const engine = await createEngine({ backend: "relaxed" });
  expect(engine.backend).toBe(backend);
  expect(engine.backendReason).toMatch(reason);
  expect(on(engine).klDivergence(p, q, normalize)).toBe(simd);
}

describe("without a module", () => {
  test("takes createEngine: its binary is loaded on request", () => {
    expect(() => createEngineSync({ backend: "relaxed" })).toThrow(
      new Error(
        'createEngineSync: backend "relaxed" is loaded on request: use createEngine, or pass its compiled module',
      ),
    );
  });

  test("is not what auto chooses", async () => {
    expect((await createEngine()).backend).toBe("simd");
    expect(createEngineSync({ backend: "auto" }).backend).toBe("simd");
  });

  test("reserves memory and keeps to its bounds, whatever takes its place", async () => {
    const engine = await createEngine({ backend: "relaxed", maxBytes: 2 ** 20, reserve: 2 ** 19 });
    expect(engine.float32(2 ** 17)).toHaveLength(2 ** 17);
    expect(() => engine.float32(2 ** 19)).toThrow(RangeError);
    await expect(createEngine({ backend: "relaxed", maxBytes: 1000 })).rejects.toThrow(
      "createEngine: maxBytes is 1000",
    );
  });
});

describe("where there is none", () => {
  test("the platform's SIMD takes its place", async () => {
    const validate = WebAssembly.validate;
    const relaxed = readModule("relaxed.wasm");
    vi.spyOn(WebAssembly, "validate").mockImplementation((bytes) => {
      return bytes.byteLength !== relaxed.length && validate(bytes);
    });
    await expectInstead(
      "simd",
      /^this platform's WebAssembly has no relaxed SIMD; WebAssembly SIMD over a shared memory$/,
    );
  });

  test("JavaScript does where there is no SIMD either", async () => {
    vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
    await expectInstead("js", /^this platform's WebAssembly has no relaxed SIMD; .* has no SIMD$/);
  });

  test("JavaScript does where there is no WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    await expectInstead("js", /^this platform has no WebAssembly$/);
  });

  test("what its memory or its module says is told", async () => {
    vi.spyOn(WebAssembly, "validate").mockReturnValue(true);
    vi.spyOn(WebAssembly, "compile").mockRejectedValueOnce(new WebAssembly.CompileError("too much of it"));
    await expectInstead("simd", /^relaxed SIMD is not available: too much of it; WebAssembly SIMD over/);
  });
});

if (hasRelaxed) {
  describe("this platform, which has relaxed SIMD", () => {
    test.each([true, false])("computes with it (shared: %s)", async (shared) => {
      const engine = await createEngine({ backend: "relaxed", shared });
      expect(engine.backend).toBe("relaxed");
      expect(engine.backendReason).toBe(`WebAssembly relaxed SIMD over a ${shared ? "shared" : "plain"} memory`);
      const result = on(engine).klDivergence(p, q, normalize);
      expect(Math.abs(result - simd)).toBeLessThanOrEqual(2e-7 * simd);
      // another binary: f32 terms that are rounded once, and summed in another order
      expect(result).not.toBe(simd);
      const [x, y] = [engine.float32(5000), engine.float32(5000)];
      x.set(p);
      y.set(q);
      expect(on(engine).klDivergence(x, y, normalize)).toBe(result);
      expect(x.buffer).toBeInstanceOf(shared ? SharedArrayBuffer : ArrayBuffer);
    });

    test("has the same bits with threads", async () => {
      const threaded = await createEngine({ backend: "relaxed", threads: 3 });
      const n = 100_003;
      const rows = [threaded, engines.relaxed].map((engine) => {
        const [a, b] = [engine.float32(n), engine.float32(n)];
        for (let i = 0; i < n; i++) [a[i], b[i]] = [Math.sin(i), Math.cos(i)];
        return { engine, a, b };
      });
      const [logits, rowLength] = [{ input: "logits" } as const, 1009];
      const [actual, expected] = rows.map(({ engine, a, b }) => [
        on(engine).klDivergence(a, b, logits),
        on(engine).klDivergence.rows(a.subarray(0, 99 * rowLength), b.subarray(0, 99 * rowLength), {
          ...logits,
          rowLength,
        }),
      ]);
      expect([threaded.threads, threaded.backend]).toEqual([3, "relaxed"]);
      expect(actual).toEqual(expected);
      threaded.dispose();
    });

    test("takes a module compiled elsewhere, at once or in time", async () => {
      const expected = on(engines.relaxed).klDivergence(p, q, normalize);
      for (const name of ["relaxed.wasm", "relaxed-shared.wasm"]) {
        const module = new WebAssembly.Module(readModule(name));
        for (const engine of [
          createEngineSync({ backend: "relaxed", module }),
          await createEngine({ backend: "relaxed", module }),
        ]) {
          expect(engine.backend).toBe("relaxed");
          expect(on(engine).klDivergence(p, q, normalize)).toBe(expected);
        }
      }
    });
  });
} else {
  test("this platform, which has none, says so", async () => {
    expect(WebAssembly.validate(readModule("relaxed.wasm"))).toBe(false);
    await expectInstead(
      "simd",
      /^this platform's WebAssembly has no relaxed SIMD; WebAssembly SIMD over a shared memory$/,
    );
  });
}
