import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { Board } from "../src/engine/threads/board.js";
import { Pool } from "../src/engine/threads/pool.js";
import { createEngine, createEngineSync, type Engine, type EngineOptions } from "../src/index.js";
import { type Constructor, differenceOf, type FloatArray, type Outcome, outcomeOf } from "./bits.js";
import { PACKAGE } from "./compare/paths.js";
import * as logits from "./logitCalls.js";
import { inTurn, isLong, repeats, thin } from "./long.js";
import { on } from "./on.js";
import * as probabilities from "./probabilityCalls.js";
import { randomNumbers } from "./random.js";

// Any number of threads gives the bits of one; and what becomes of threads that end.

const reference = createEngineSync({ backend: "simd" });
const TYPES = [
  ["f32", Float32Array],
  ["f64", Float64Array],
] as const;
const chunkOf = (type: Constructor) => 32768 / type.BYTES_PER_ELEMENT;

/** The arrays of a set of rows, in an engine's memory. */
function inMemory<Rows extends object>(engine: Engine, rows: Rows): { rows: Rows; free: () => void } {
  const arrays: FloatArray[] = [];
  const place = (array: unknown): unknown => {
    if (!(array instanceof Float32Array || array instanceof Float64Array)) return array;
    const copy = array instanceof Float32Array ? engine.float32(array.length) : engine.float64(array.length);
    copy.set(array);
    arrays.push(copy);
    return copy;
  };
  const placed = Object.fromEntries(Object.entries(rows).map(([name, array]) => [name, place(array)]));
  return { rows: placed as Rows, free: () => arrays.forEach((array) => void engine.free(array)) };
}

/** How often work has been shared out. */
function countSharing() {
  // calls that come alone are not worth waking workers for: here they are
  vi.spyOn(Board.prototype, "hasSleepers", "get").mockReturnValue(false);
  const chunks = vi.spyOn(Pool.prototype, "share");
  const rows = vi.spyOn(Pool.prototype, "doRows");
  return {
    get chunks() {
      return chunks.mock.calls.length;
    },
    get rows() {
      return rows.mock.results.filter(({ value }) => value === true).length;
    },
  };
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** Softmaxes and gradients written to arrays in the engine's memory, which may be their input. */
function written(engine: Engine, { a, b, student, teacher, labels }: logits.Rows): Record<string, Outcome> {
  const copies: FloatArray[] = [];
  const fresh = (like: FloatArray): FloatArray => {
    const array = like instanceof Float32Array ? engine.float32(like.length) : engine.float64(like.length);
    array.set(like);
    copies.push(array);
    return array;
  };
  const ordinary = (array: FloatArray) => array.slice();
  const rowLength = a.length;
  const gradientOf = (name: "crossEntropyLoss" | "distillationLoss", gradient: FloatArray, z = student): Outcome => {
    const options = { rowLength, gradient };
    return outcomeOf(() => {
      if (name === "crossEntropyLoss") on(engine).crossEntropyLoss(z, labels, options);
      else on(engine).distillationLoss(z, teacher, options);
      return ordinary(gradient);
    });
  };
  const inPlace = (name: "crossEntropyLoss" | "distillationLoss") => {
    const z = fresh(student);
    return gradientOf(name, z, z);
  };
  const here = fresh(a);
  const logit = { input: "logits" } as const;
  const results = {
    softmax: outcomeOf(() => ordinary(on(engine).softmax(a, { out: fresh(a) }))),
    "softmax in place": outcomeOf(() => ordinary(on(engine).softmax(here, { out: here }))),
    logSoftmax: outcomeOf(() => ordinary(on(engine).logSoftmax(b, { out: fresh(b), temperature: 0.7 }))),
    logRatio: outcomeOf(() => ordinary(on(engine).logRatio(a, b, { ...logit, out: fresh(a) }))),
    crossEntropyLoss: gradientOf("crossEntropyLoss", fresh(student)),
    "crossEntropyLoss in place": inPlace("crossEntropyLoss"),
    distillationLoss: gradientOf("distillationLoss", fresh(student)),
    "distillationLoss in place": inPlace("distillationLoss"),
  };
  for (const copy of copies) engine.free(copy);
  return results;
}

describe.each(["simd", "js"] as const)("%s", (backend) => {
  const engines: Engine[] = [];
  const THREADS = thin([1, 2, 3, 4, 5, 8, 16], [1, 2, 3, 4, 16]);
  /** One with threads, in turns. */
  const engineOf = (turn: number) => engines[1 + (turn % (engines.length - 1))];
  const last = () => engines[engines.length - 1];

  beforeAll(async () => {
    for (const threads of THREADS) engines.push(await createEngine({ backend, threads }));
  });
  afterAll(() => {
    for (const engine of engines) engine.dispose();
  });

  test("an engine has the threads that were asked for, and says so", () => {
    expect(engines.map(({ threads }) => threads)).toEqual(THREADS);
    expect(engines[0].threadsReason).toBe("one thread, the caller's");
    expect(engines[3].threadsReason).toBe("4 threads over one memory, the caller's among them");
    expect(engines.every((engine) => engine.backend === backend)).toBe(true);
  });

  test.each(["f16", "bf16", "e4m3"] as const)("long rows of %s", (format) => {
    const chunk = chunkOf(Float32Array);
    const isByte = format === "e4m3";
    const most = isByte ? 0x7e : format === "f16" ? 0x4c00 : 0x4180;
    const random = randomNumbers(3);
    const lengths = [3 * chunk, 3 * chunk + 1, 9 * chunk + 515];
    // the longest of one format in the quick run
    for (const [i, length] of thin(lengths, format === "f16" ? lengths : lengths.slice(0, 2)).entries()) {
      const engine = engines[1 + (i % 3)];
      const make = () => {
        const numbers = Array.from({ length }, () => Math.floor(random() * most));
        return isByte ? Uint8Array.from(numbers) : Uint16Array.from(numbers);
      };
      const given = [make(), make(), make()];
      const memory = [engine.float32(length), engine.float32(length), engine.float32(length)];
      const placed = given.map((bits, j) => {
        const { buffer, byteOffset } = memory[j];
        // halves and bytes as they may lie: behind others
        const held = isByte
          ? new Uint8Array(buffer, byteOffset + 3, length)
          : new Uint16Array(buffer, byteOffset + 6, length);
        held.set(bits);
        return held;
      });
      const out = engine.float32(length);
      const resultsOf = ([a, b, counts]: (Uint8Array | Uint16Array)[], own: Engine, target?: Float32Array) => {
        const f = on(own);
        const ofLogits = { input: "logits", format } as const;
        return [
          f.klDivergence(a, b, ofLogits),
          f.klDivergence(a, b, { normalize: true, format }),
          f.entropy(a, { ...ofLogits, temperature: 3 }),
          f.iDivergence(a, Float32Array.from(b), { format }),
          f.logLikelihoodRatio(Float32Array.from(counts), a, b, { format, input: "logits" }),
          f.softmax(a, { format, out: target }).slice(),
          f.logSumExp(a, { format }),
        ];
      };
      const sharing = countSharing();
      expect(resultsOf(placed, engine, out), `${engine.threads} threads`).toEqual(resultsOf(given, reference));
      expect(sharing.chunks).toBeGreaterThan(5);
      const spoilt = placed[0];
      spoilt[length - 2] = isByte ? 0x7f : 0x7fff;
      expect(() => on(engine).klDivergence(spoilt, placed[1], { input: "logits", format })).toThrow(
        `klDivergence: p[${length - 2}] is NaN`,
      );
      for (const array of [...memory, out]) engine.free(array);
    }
  });

  describe.each(TYPES)("%s", (_, type) => {
    const chunk = chunkOf(type);
    // rows that are shared: at, before and after the ends of chunks, blocks and groups
    const LENGTHS = [3 * chunk, 3 * chunk + 1, 4 * chunk - 1, 9 * chunk + 515, 3 * chunk + 256];
    let turn = 0;
    let shared = 0;
    const nextOf = <T>(list: readonly T[]): T => list[turn++ % list.length];
    /** Every `stride`-th of the kinds, others of f32 than of f64. */
    const someOf = (kinds: object, stride: number) =>
      Object.keys(kinds).filter((_, i) => i % stride === (type === Float32Array ? 0 : 1) % stride);
    // JavaScript takes its time
    const stride = backend === "simd" ? 2 : 4;

    test.each(thin(someOf(probabilities.KINDS, stride), someOf(probabilities.KINDS, 32)))(
      "long rows of probabilities, %s",
      (kind) => {
        const sharing = countSharing();
        for (let i = 0; i < repeats(2); i++) {
          const rows = probabilities.makeRows(kind, type, nextOf(LENGTHS));
          const expected = probabilities.resultsOf(on(reference), rows);
          const engine = engineOf(turn);
          const placed = inMemory(engine, rows);
          expect(probabilities.resultsOf(on(engine), placed.rows), `${engine.threads} threads`).toEqual(expected);
          placed.free();
        }
        expect(sharing.chunks).toBeGreaterThan(2);
      },
    );

    const kinds = thin(someOf(logits.KINDS, stride), someOf(logits.KINDS, 32));
    test.each(kinds)("long rows of logits, %s", (kind) => {
      const sharing = countSharing();
      const rows = logits.makeRows(kind, type, nextOf(LENGTHS));
      const engine = engineOf(turn);
      const placed = inMemory(engine, rows);
      const calls = { ...logits.OF_LOGITS, ...logits.LOSSES };
      const differences = logits.differencesOf(
        logits.outcomesOf(calls, on(engine), placed.rows),
        logits.outcomesOf(calls, on(reference), rows),
        `${engine.threads} threads`,
      );
      differences.push(
        ...logits.differencesOf(written(engine, placed.rows), written(reference, rows), `${engine.threads} threads`),
      );
      placed.free();
      logits.expectNone(differences);
      shared += sharing.chunks;
    });

    test("which were shared, most of them: rows are not where they go through the staging area", () => {
      expect(shared).toBeGreaterThan(30 * kinds.length);
    });

    test("a row of more chunks than there are tasks", () => {
      const n = 256 * chunk + 3 * chunk + 77;
      const engine = engines[2];
      const random = randomNumbers(7);
      const [p, q] = [0, 1].map(() => (type === Float32Array ? engine.float32(n) : engine.float64(n)));
      for (let i = 0; i < n; i++) {
        p[i] = random();
        q[i] = p[i] * (1 + 1e-3 * random());
      }
      const sharing = countSharing();
      const normalize = { normalize: true };
      expect(on(engine).klDivergence(p, q, normalize)).toBe(on(reference).klDivergence(p, q, normalize));
      expect(on(engine).logSumExp(p)).toBe(on(reference).logSumExp(p));
      const expected = on(reference).softmax(p);
      expect(differenceOf(on(engine).softmax(p, { out: p }), expected)).toBeUndefined();
      expect(sharing.chunks).toBe(5);
      engine.free(p);
      engine.free(q);
    });

    test("matrices of any shape, by rows", () => {
      const sharing = countSharing();
      const random = randomNumbers(11);
      for (let i = 0; i < 14; i += isLong ? 1 : 4) {
        const engine = engineOf(i);
        const rowLength = [1, 3, 17, 100, 515, 1000, 2000][i % 7];
        const rows = 1 + Math.floor(random() * Math.min(6000, 100_000 / rowLength));
        expectSameMatrices(engine, type, rows, rowLength, random);
      }
      expect(sharing.rows).toBeGreaterThan(isLong ? 30 : 5);
    });
  });

  test("the first error, in the order of rows, whoever finds it", () => {
    const [rows, rowLength] = [500, 300];
    for (const engine of thin(engines, [engines[0], engines[1], last()])) {
      const z = engine.float32(rows * rowLength).fill(0.5);
      const p = engine.float64(rows * rowLength).fill(1 / rowLength);
      for (const bad of [499, 250, 3]) {
        z[bad * rowLength + 7] = Number.NaN;
        p[bad * rowLength + 9] = -1;
        expect(() => on(engine).logSumExp.rows(z, { rowLength })).toThrow(
          new RangeError(
            `logSumExp.rows: z[${bad * rowLength + 7}] (row ${bad}, class 7) is NaN; logits must be finite or -Infinity`,
          ),
        );
        expect(() => on(engine).klDivergence.rows(p, p, { rowLength })).toThrow(
          `p[${bad * rowLength + 9}] (row ${bad}`,
        );
        expect(() => on(engine).softmax.rows(z, { rowLength, out: z })).toThrow(`(row ${bad}, class 7) is NaN`);
        z.fill(0.5);
        z[bad * rowLength + 7] = Number.NaN;
      }
      const long = engine.float32(100_003).fill(0.5);
      long[90_000] = Number.NaN;
      expect(() => on(engine).entropy(long, { input: "logits" })).toThrow("entropy: p[90000] is NaN");
      expect(() => on(engine).entropy(long, { normalize: true })).toThrow("entropy: p[90000] is NaN");
      // and the engine is as before
      long[90_000] = 0.5;
      expect(on(engine).logSumExp(long)).toBe(on(reference).logSumExp(long));
      for (const array of [z, p, long]) engine.free(array);
    }
  });

  test("a memory that grows after the workers have started", () => {
    const engine = engines[3];
    for (const n of thin([50_000, 1_000_000, 3_000_000], [50_000, 1_000_000])) {
      const rows = probabilities.makeRows("ordinary", Float32Array, n);
      const placed = inMemory(engine, rows);
      const normalize = { normalize: true };
      const { p, q } = placed.rows;
      expect(on(engine).jsDivergence(p, q, normalize)).toBe(on(reference).jsDivergence(rows.p, rows.q, normalize));
      expect(on(engine).entropy.rows(p, { ...normalize, rowLength: n / 1000 })).toEqual(
        on(reference).entropy.rows(rows.p, { ...normalize, rowLength: n / 1000 }),
      );
      if (n < 3_000_000) engine.float32(10); // what follows does not find the same place
      placed.free();
    }
  });

  test("a load that starves the workers changes nothing", async () => {
    const loads = Array.from({ length: isLong ? 6 : 2 }, () =>
      spawn(process.execPath, ["-e", "console.log(); for (;;);"]),
    );
    try {
      await Promise.all(loads.map(({ stdout }) => once(stdout, "data")));
      const random = randomNumbers(13);
      const engine = last();
      const rows = logits.makeRows("ordinary", Float32Array, isLong ? 40_000 : 25_000);
      const placed = inMemory(engine, rows);
      const outcomesBy = (by: Engine, these: logits.Rows) => ({
        ...logits.outcomesOf(logits.OF_LOGITS, on(by), these),
        ...written(by, these),
      });
      const longRows = () =>
        logits.expectNone(
          logits.differencesOf(outcomesBy(engine, placed.rows), outcomesBy(reference, rows), "starved"),
        );
      const matrices = () => expectSameMatrices(engine, Float32Array, isLong ? 200 : 80, 400, random);
      for (let i = 0; i < repeats(3); i++) {
        for (const expectSame of inTurn([longRows, matrices], backend === "simd" ? 0 : 1)) expectSame();
      }
      placed.free();
      expect(engine.threads).toBe(16);
    } finally {
      for (const load of loads) load.kill("SIGKILL");
    }
  });
});

/** All functions of rows, of a matrix in the engine's memory and of an ordinary one. */
function expectSameMatrices(
  engine: Engine,
  type: Constructor,
  rows: number,
  rowLength: number,
  random: () => number,
): void {
  const make = (value: (i: number) => number) => new type(rows * rowLength).map((_, i) => value(i));
  const z = make(() => 10 * random() - 5);
  const w = make((i) => z[i] + random() - 0.5);
  const p = make(() => random() + 1e-3);
  const one = new type(rowLength).map(() => random());
  const weights = Array.from({ length: rowLength }, random);
  const labels = Int32Array.from({ length: rows }, (_, r) => (r > 0 && random() < 0.1 ? -100 : r % rowLength));
  const tokens = labels.map((label) => Math.max(0, label));
  const placed = inMemory(engine, { z, w, p, one });
  const outcomes = (by: Engine, arrays: { z: FloatArray; w: FloatArray; p: FloatArray; one: FloatArray }) => {
    const f = on(by);
    const ofLogits = { rowLength, input: "logits", temperature: 1.5 } as const;
    const soft = { rowLength, temperature: 0.5 };
    const normalize = { rowLength, normalize: true };
    const isOurs = by === engine;
    const space = (like: FloatArray) =>
      isOurs
        ? like instanceof Float32Array
          ? by.float32(like.length)
          : by.float64(like.length)
        : new type(like.length);
    const outs = [space(z), space(z), space(z), space(z)];
    outs[3].set(z);
    const loss = { rowLength, labelSmoothing: 0.1, classWeights: weights, reduction: "none" } as const;
    const result: Record<string, Outcome> = {};
    const add = (name: string, call: () => number | FloatArray) => {
      result[name] = outcomeOf(call);
    };
    add("klDivergence.rows", () => f.klDivergence.rows(arrays.z, arrays.w, ofLogits));
    add("klDivergence.rows of one", () => f.klDivergence.rows(arrays.one, arrays.w, ofLogits));
    add("entropy.rows", () => f.entropy.rows(arrays.p, { ...normalize, base: 2 }));
    add("jsDistance.rows", () => f.jsDistance.rows(arrays.p, arrays.one, normalize));
    add("crossEntropy.rows", () =>
      f.crossEntropy.rows(arrays.p, arrays.z, { ...normalize, input: ["probabilities", "logits"] }),
    );
    add("logSumExp.rows", () => f.logSumExp.rows(arrays.z, soft));
    add("softmax.rows", () => f.softmax.rows(arrays.z, { ...soft, out: outs[0] }).slice());
    add("softmax.rows in place", () => f.softmax.rows(outs[3], { ...soft, out: outs[3] }).slice());
    add("logRatio.rows", () => f.logRatio.rows(arrays.p, arrays.one, { rowLength, out: outs[1] }).slice());
    add("crossEntropyLoss", () => f.crossEntropyLoss(arrays.z, labels, loss).perRow as Float64Array);
    add("crossEntropyLoss, gradient", () =>
      (f.crossEntropyLoss(arrays.z, labels, { ...loss, gradient: outs[2] }).gradient as FloatArray).slice(),
    );
    add("distillationLoss", () => f.distillationLoss(arrays.z, arrays.w, { rowLength, temperature: 2 }).loss);
    add("distillationLoss in place", () => {
      outs[3].set(z);
      return f.distillationLoss(outs[3], arrays.w, { rowLength, gradient: outs[3] }).gradient?.slice() as FloatArray;
    });
    add("tokenLogProbabilities", () => f.tokenLogProbabilities(arrays.z, tokens, { rowLength }));
    add("perplexity", () => f.perplexity(arrays.z, labels, { rowLength }));
    add(
      "logLikelihoodRatioOfTokens",
      () => f.logLikelihoodRatioOfTokens(arrays.z, arrays.w, tokens, { rowLength }).sum,
    );
    if (isOurs) for (const out of outs) by.free(out);
    return result;
  };
  const where = `${engine.threads} threads, ${rows} rows of ${rowLength}`;
  const differences = logits.differencesOf(outcomes(engine, placed.rows), outcomes(reference, { z, w, p, one }), where);
  placed.free();
  logits.expectNone(differences);
}

test("results outside the engine's memory are written where they are, whatever the length of a row", async () => {
  const engine = await createEngine({ threads: 2 });
  countSharing();
  const z = Float32Array.from({ length: 100_000 }, (_, i) => i % 11);
  const own = engine.float32(100_000);
  own.set(z);
  for (const rowLength of [1, 2, 400]) {
    const out = new Float32Array(z.length);
    expect(on(engine).softmax.rows(own, { rowLength, out })).toBe(out);
    expect(out).toEqual(on(reference).softmax.rows(z, { rowLength }));
    const labels = new Int32Array(z.length / rowLength);
    const { gradient } = on(engine).crossEntropyLoss(own, labels, { rowLength, gradient: true });
    expect(gradient).toEqual(on(reference).crossEntropyLoss(z, labels, { rowLength, gradient: true }).gradient);
  }
  engine.dispose();
});

test("threads are for what is worth it", async () => {
  const engine = await createEngine({ threads: 2 });
  const sharing = countSharing();
  const sleepers = vi.spyOn(Board.prototype, "hasSleepers", "get").mockReturnValue(false);
  const z = engine.float32(1_100_000).fill(1e-5);
  const chunksOf = (call: () => unknown): number => {
    const before = sharing.chunks;
    call();
    return sharing.chunks - before;
  };
  const one = (length: number) => () => on(engine).iDivergence(z.subarray(0, length), z.subarray(0, length));
  const out = engine.float32(200_000);
  const three = (length: number) => () => on(engine).softmax(z.subarray(0, length), { out: out.subarray(0, length) });
  expect(chunksOf(one(24_575))).toBe(0);
  expect(chunksOf(one(24_576))).toBe(1);
  // the largest of so few is found sooner than it is handed out, and so is each number times a factor
  expect(chunksOf(three(24_576))).toBe(1);
  expect(chunksOf(three(200_000))).toBe(3);
  // the largest and the sum of a chunk are found in one go
  expect(chunksOf(() => on(engine).logSumExp(z.subarray(0, 24_576)))).toBe(1);
  // an ordinary array is read where it is
  expect(chunksOf(() => on(engine).logSumExp(z.slice()))).toBe(0);
  // with workers asleep, a short call that comes alone does not wake them; the second does, and so does a long one
  sleepers.mockReturnValue(true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(chunksOf(one(24_576))).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(chunksOf(() => Array.from({ length: 50 }, one(24_576)))).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(chunksOf(one(1_100_000))).toBe(1);
  engine.dispose();
});

test("two engines with threads side by side do not disturb each other", async () => {
  const [one, other] = [await createEngine({ threads: 3 }), await createEngine({ threads: 2, backend: "js" })];
  const rows = probabilities.makeRows("nearly equal", Float32Array, isLong ? 60_000 : 25_000);
  const [inOne, inOther] = [inMemory(one, rows), inMemory(other, rows)];
  const expected = probabilities.resultsOf(on(reference), rows);
  for (let i = 0; i < (isLong ? 20 : 1); i++) {
    expect(probabilities.resultsOf(on(one), inOne.rows)).toEqual(expected);
    expect(probabilities.resultsOf(on(other), inOther.rows)).toEqual(expected);
  }
  // one reads arrays of the other as any ordinary array
  expect(probabilities.resultsOf(on(one), inOther.rows)).toEqual(expected);
  one.dispose();
  expect(probabilities.resultsOf(on(other), inOther.rows)).toEqual(expected);
  other.dispose();
});

describe("threads that there cannot be", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("without SharedArrayBuffer an engine has one, and says what would change it", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    for (const backend of ["auto", "simd", "js"] as const) {
      const engine = await createEngine({ threads: 4, backend });
      expect(engine.threads).toBe(1);
      expect(engine.threadsReason).toMatch(/no SharedArrayBuffer.*Cross-Origin-Opener-Policy: same-origin.*Embedder/);
      expect(on(engine).klDivergence([0.5, 0.5], [0.25, 0.75])).toBe(
        on(reference).klDivergence([0.5, 0.5], [0.25, 0.75]),
      );
      engine.dispose();
    }
  });

  test("a page that is isolated, and has none all the same, is not told to be", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    vi.stubGlobal("crossOriginIsolated", true);
    const engine = await createEngine({ threads: 2 });
    expect(engine.threadsReason).toBe(
      "one thread: there is no SharedArrayBuffer here, though the page is cross-origin isolated",
    );
  });

  test("nor with a plain memory, or where WebAssembly is not", async () => {
    const plain = await createEngine({ threads: 2, shared: false });
    expect([plain.threads, plain.threadsReason]).toEqual([1, "one thread: shared: false was asked for"]);
    vi.stubGlobal("WebAssembly", undefined);
    const js = await createEngine({ threads: 2 });
    expect([js.backend, js.threads, js.threadsReason]).toEqual(["js", 1, "one thread: there is no WebAssembly memory"]);
  });

  test("a number that is none is an error, and so is one where nobody waits", async () => {
    for (const threads of [0, -1, 1.5, 33, Number.NaN, "2", "all"] as never[]) {
      await expect(createEngine({ threads })).rejects.toThrow(
        `createEngine: threads is ${typeof threads === "number" ? threads : JSON.stringify(threads)}; it must be "auto" or an integer from 1 to 32`,
      );
    }
    expect(() => createEngineSync({ threads: 2 } as EngineOptions)).toThrow(
      "createEngineSync: threads start while the caller waits; use await createEngine({ threads })",
    );
    expect(createEngineSync({ threads: 1 }).threads).toBe(1);
    await expect(createEngine({ threads: 16, maxBytes: 2 ** 20 })).rejects.toThrow(
      /maxBytes is 1048576; it must be from/,
    );
  });

  test("auto is as many as run at once", async () => {
    const engine = await createEngine({ threads: "auto" });
    const { availableParallelism } = await import("node:os");
    expect(engine.threads).toBe(Math.min(16, availableParallelism()));
    engine.dispose();
  });
});

describe("what ends", () => {
  const run = (script: string) =>
    execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: new URL("..", import.meta.url),
      timeout: 30_000,
      encoding: "utf8",
    });

  test("an engine that is not disposed of does not keep Node alive", () => {
    const output = run(`
      import { createEngine, klDivergence } from "${PACKAGE}";
      const engine = await createEngine({ threads: 3 });
      const p = engine.float32(100_000).fill(1e-5);
      console.log(engine.threads, klDivergence(p, p));
    `);
    expect(output).toBe("3 0\n");
  });

  test("work aside does, until it is done", () => {
    const output = run(`
      import { createEngine, logSumExp } from "${PACKAGE}";
      const engine = await createEngine({ threads: 2 });
      const z = engine.float32(3_000_000);
      logSumExp.rows.async(z, { rowLength: 300 }).then((sums) => console.log(sums.length));
    `);
    expect(output).toBe("10000\n");
  });

  test("a process that is stopped for a while loses nothing", async () => {
    const stops = repeats(3);
    const script = `
      import { createEngine, softmax } from "${PACKAGE}";
      const engine = await createEngine({ threads: 2 });
      const rowLength = 1_500_000;
      const z = engine.float32(9 * rowLength);
      console.log("begun");
      const end = performance.now() + ${700 + 1500 * stops};
      while (performance.now() < end) softmax.rows(z, { rowLength, out: z });
      console.log(engine.threads, z[0] === z[8 * rowLength]);
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      cwd: new URL("..", import.meta.url),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    while (!output.includes("begun")) await pause(20);
    for (let i = 0; i < stops; i++) {
      await pause(173);
      child.kill("SIGSTOP");
      await pause(1300);
      child.kill("SIGCONT");
    }
    await new Promise((resolve) => child.once("exit", resolve));
    expect(output).toBe("begun\n2 true\n");
  });

  test("dispose ends the workers", () => {
    const output = run(`
      import { createEngine, entropy } from "${PACKAGE}";
      import threads from "node:worker_threads";
      const ended = [];
      const { Worker } = threads;
      threads.Worker = class extends Worker {
        constructor(...args) { super(...args); this.on("exit", () => ended.push(1)); }
      };
      const engine = await createEngine({ threads: 3 });
      engine.dispose();
      engine.dispose();
      while (ended.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      try { entropy([1], { engine }); } catch (error) { console.log(error.message); }
    `);
    expect(output).toBe("entropy: this engine has been disposed\n");
  });
});
