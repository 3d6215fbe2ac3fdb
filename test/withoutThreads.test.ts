import { afterEach, expect, test, vi } from "vitest";

// Where threads cannot be had, an engine that was asked for them has one, and says why.

afterEach(() => {
  vi.doUnmock("../src/engine/threads/pool.js");
  vi.doUnmock("../src/engine/platform.js");
  vi.resetModules();
});

const p = new Float32Array(98304).fill(1 / 98304);

async function expectOneThread(reason: RegExp): Promise<void> {
  vi.resetModules();
  const { createEngine, klDivergence } = await import("../src/index.js");
  const engine = await createEngine({ threads: 2 });
  expect(engine.threads).toBe(1);
  expect(engine.threadsReason).toMatch(reason);
  expect(klDivergence(p, p, { engine })).toBe(0);
  expect(await klDivergence.async(p, p, { engine })).toBe(0);
}

test("what starts workers cannot be loaded", async () => {
  vi.doMock("../src/engine/threads/pool.js", () => {
    throw new Error("import() is disallowed");
  });
  await expectOneThread(/^one thread: what starts others cannot be loaded: /);
});

test("there are no workers, and nothing is loaded to start them", async () => {
  const load = vi.fn(() => {
    throw new Error("loaded");
  });
  vi.doMock("../src/engine/threads/pool.js", load);
  vi.doMock("../src/engine/platform.js", async (original) => ({ ...(await original()), hasWorkers: () => false }));
  await expectOneThread(/^one thread: this platform has no workers$/);
  expect(load).not.toHaveBeenCalled();
});
