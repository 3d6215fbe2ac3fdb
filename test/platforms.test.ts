import { afterEach, expect, test, vi } from "vitest";
import { Board } from "../src/engine/threads/board.js";
import { Pool } from "../src/engine/threads/pool.js";
import * as logratio from "../src/index.js";
import { isLong } from "./long.js";
import { FUNCTIONS, type Functions } from "./on.js";
import { runCases } from "./platforms/cases.js";
import { Digest } from "./platforms/digest.js";

// What npm run test:platforms compares between platforms is of everything, is shared out, and differs where a bit does.

afterEach(() => {
  vi.restoreAllMocks();
});

/** The functions of the package, in all forms, and how often each has been called. As an argument of another, one is itself. */
function watchedFunctions(calls: Map<string, number>): Functions {
  const originals = new Map<unknown, object>();
  const watch = (f: object, name: string): object => {
    calls.set(name, 0);
    const forms = Object.entries(f).map(([form, inner]) => [form, watch(inner, `${name}.${form}`)] as const);
    const inner = new Map<string | symbol, object>(forms);
    const watched = new Proxy(f, {
      apply(call, self, args) {
        calls.set(name, (calls.get(name) ?? 0) + 1);
        const own = args.map((argument) => originals.get(argument) ?? argument);
        return Reflect.apply(call as () => unknown, self, own);
      },
      get: (target, key) => inner.get(key) ?? Reflect.get(target, key),
    });
    originals.set(watched, f);
    return watched;
  };
  return Object.fromEntries(Object.entries(FUNCTIONS).map(([name, f]) => [name, watch(f, name)])) as Functions;
}

test("the cases are of every function, and threads have their part in them", async () => {
  const calls = new Map<string, number>();
  const watched = { ...logratio, ...watchedFunctions(calls) };
  const awake = vi.spyOn(Board.prototype, "hasSleepers", "get").mockReturnValue(false);
  const chunks = vi.spyOn(Pool.prototype, "share");
  const rows = vi.spyOn(Pool.prototype, "doRows");
  const aside = vi.spyOn(Pool.prototype, "doRowsAside");
  // of every case: npm run test:platforms, on this Node first
  const stride = isLong ? 4 : 25;
  const isBrief = !isLong;
  const run = await runCases(watched, { backend: "simd", threads: 2, isBrief }, stride);
  // 18 functions of four forms, 7 of two
  expect(calls.size).toBeGreaterThanOrEqual(18 * 4 + 7 * 2);
  expect([...calls].filter(([, count]) => count === 0)).toEqual([]);
  expect(run.cases).toBeGreaterThan(isLong ? 2e6 : 1e6);
  expect([run.backend, run.threads]).toEqual(["simd", 2]);
  expect(awake).toHaveBeenCalled();
  expect(chunks.mock.calls.length).toBeGreaterThan(100);
  expect(rows.mock.results.filter(({ value }) => value === true).length).toBeGreaterThan(20);
  expect(aside.mock.calls.length).toBeGreaterThan(80);
  vi.restoreAllMocks();

  const js = await runCases(logratio, { backend: "js", threads: 1, isBrief }, stride);
  expect([js.backend, js.threads, js.parts, js.digest]).toEqual(["js", 1, run.parts, run.digest]);
});

test("a digest is another where a bit, a type or an order is", () => {
  const digestOf = (...results: unknown[]) => {
    const digest = new Digest();
    for (const result of results) digest.add(result);
    return String(digest);
  };
  const distinct = [
    digestOf(),
    digestOf(0),
    digestOf(-0),
    digestOf(Number.NaN),
    digestOf(1),
    digestOf(1 + 2 ** -52),
    digestOf(1, 2),
    digestOf(2, 1),
    digestOf(Float64Array.of(1, 2)),
    digestOf(Float32Array.of(1, 2)),
    digestOf(Float64Array.of(1), Float64Array.of(2)),
    digestOf({ loss: 1 }),
    digestOf({ sum: 1 }),
    digestOf("q[1] is -1"),
    digestOf("q[2] is -1"),
  ];
  expect(new Set(distinct).size).toBe(distinct.length);
  // of any NaN it is that of one
  const other = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0001n]).buffer);
  expect(digestOf(other)).toBe(digestOf(Float64Array.of(Number.NaN)));
  expect(() => digestOf(undefined)).toThrow("a result is undefined");
  // 64-bit FNV-1a of words, by whole numbers
  let expected = 0xcbf29ce484222325n;
  for (const word of [2n, 0x71n, 0xffffn]) expected = ((expected ^ word) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn;
  expect(digestOf("q\uffff")).toBe(expected.toString(16).padStart(16, "0"));
});
