import { describe, expect, test } from "vitest";
import { toBF16, toF16 } from "../../src/compare/half.js";
import {
  type CompareOptions,
  compareLogits,
  type LogitRows,
  type RowsInMemory,
  writeNpy,
  writeTokens,
} from "../../src/compare/index.js";
import { compareShard, mergeSummaries, planShards } from "../../src/shards/index.js";
import { run } from "./command.js";
import { batchesOf, CLASSES, makeModels, ROWS, sourceOf } from "./sources.js";
import { temporary } from "./temporary.js";

// Rows of different lengths, of which the first are compared; and rows as other libraries have them.

const [base, other] = makeModels();

/** Rows of CLASSES numbers as rows of `classes`, filled up. */
function padded<T extends Float32Array | Float64Array | Uint16Array>(data: T, classes: number, fill: number): T {
  const out = data.slice(0, 0).constructor as new (length: number) => T;
  const rows = data.length / CLASSES;
  const longer = new out(rows * classes).fill(fill) as T;
  for (let r = 0; r < rows; r++) longer.set(data.subarray(r * CLASSES, (r + 1) * CLASSES), r * classes);
  return longer;
}

const textOf = async (first: LogitRows, second: LogitRows, options: CompareOptions = {}) =>
  JSON.stringify(await compareLogits(first, second, { threads: 1, ...options }));

const expected = await textOf(sourceOf(base), sourceOf(other));

describe("padded rows", () => {
  const wide = { data: padded(base.data, 320, -40), tokens: base.tokens };
  const wider = { data: padded(other.data, 307, Number.NEGATIVE_INFINITY), tokens: other.tokens };
  const options = { classes: CLASSES };

  test.each([
    [{ threads: 1 }],
    [{ threads: 2, batchRows: 7 }],
    [{ batchRows: 100 }],
    [{ threads: 1, backend: "js" as const }],
  ])("of files, with %o", async (more) => {
    const [first, second] = [sourceOf(wide, { classes: 320 }), sourceOf(wider, { classes: 307 })];
    expect(await textOf(first, second, { ...options, ...more })).toBe(expected);
    expect(await textOf(first, sourceOf(other), { ...options, ...more })).toBe(expected);
  });

  test("of files that give less than all, and of several", async () => {
    const first = sourceOf(wide, { classes: 320 });
    const part = { start: 5, end: 40 };
    const all = await compareLogits(first, [sourceOf(wider, { classes: 307 }), sourceOf(other)], {
      ...{ ...options, ...part },
    });
    const text = await textOf(sourceOf(base), sourceOf(other), part);
    expect(all.map((summary) => JSON.stringify(summary))).toEqual([text, text]);
  });

  test("of 16 bits, and of f64", async () => {
    const of = (data: Float32Array) => Uint16Array.from(data, toF16);
    const half = await textOf(
      batchesOf({ ...base, data: of(base.data) }, [9], { format: "f16" }),
      sourceOf(other),
      options,
    );
    const tensor = { data: padded(of(base.data), 320, 0xfc00), dims: [ROWS, 320], type: "float16" };
    expect(await textOf(tensor, sourceOf(wider, { classes: 307 }), options)).toBe(half);
    const double = await textOf({ data: Float64Array.from(base.data) }, sourceOf(other), options);
    expect(
      await textOf(
        { data: padded(Float64Array.from(base.data), 320, -50), shape: [ROWS, 320] },
        sourceOf(other),
        options,
      ),
    ).toBe(double);
  });

  test("what is left out may have 1e-6 of the mass, at the temperature", async () => {
    const spoilt = wide.data.slice();
    const row = spoilt.subarray(17 * 320, 18 * 320);
    const mass = row.reduce((sum, z) => sum + Math.exp(z), 0);
    row[310] = Math.log(mass * 0.99e-6);
    const source = () => sourceOf({ ...wide, data: spoilt }, { classes: 320 });
    expect(await textOf(source(), sourceOf(other), options)).toBe(expected);
    await expect(textOf(source(), sourceOf(other), { ...options, temperature: 2 })).rejects.toThrow(
      "that are left out",
    );
    row[310] = Math.log(mass * 1.01e-6);
    const message = "compareLogits: the 20 classes of row 17 of file.npy that are left out have 0.00000100";
    await expect(textOf(source(), sourceOf(other), options)).rejects.toThrow(message);
    // of probabilities, sums
    const p = [0.5, 0.25, 0.25, 0, 0.25, 0.5, 0.25, 0];
    const input = { input: "probabilities", classes: 3 } as const;
    const bare = {
      data: [
        [0.5, 0.25, 0.25],
        [0.25, 0.5, 0.25],
      ],
    };
    expect(await textOf({ data: p, shape: [2, 4] }, bare, input)).toBe(await textOf(bare, bare, input));
    p[7] = 2e-6;
    await expect(textOf({ data: p, shape: [2, 4] }, bare, input)).rejects.toThrow("the 1 classes of row 1 of base");
  });

  test("an error names the option, and rows that are too short", async () => {
    await expect(textOf(sourceOf(wide, { classes: 320 }), sourceOf(other))).rejects.toThrow(
      "compareLogits: file.npy has 320 classes, file.npy has 300; for the first n of each row pass { classes: n }",
    );
    await expect(textOf(sourceOf(base), sourceOf(other), { classes: 301 })).rejects.toThrow(
      "compareLogits: classes is 301; a row of file.npy has 300 numbers",
    );
    await expect(textOf(sourceOf(base), sourceOf(other), { classes: 299 })).rejects.toThrow("that are left out");
    const stream = (async function* () {
      yield { data: base.data, dims: [ROWS, CLASSES] };
    })();
    await expect(textOf(stream, sourceOf(other, { classes: 305 }), { classes: 305 })).rejects.toThrow(
      "compareLogits: a row of the batch of base from row 0 on has 300 numbers; classes is 305",
    );
  });

  test("tokens are of what is compared", async () => {
    const tokens = base.tokens.map(() => CLASSES);
    await expect(textOf(sourceOf({ ...wide, tokens }, { classes: 320 }), sourceOf(other), options)).rejects.toThrow(
      `it must be an integer from 0 to ${CLASSES - 1}`,
    );
  });

  test("in the command", async () => {
    const paths = ["wide.npy", "plain.npy", "cut.npy", "tokens.npy"].map(temporary);
    await writeNpy(paths[0], [wide], { classes: 320 });
    await writeNpy(paths[1], [other], { classes: CLASSES });
    await writeNpy(paths[2], [base], { classes: CLASSES });
    await writeTokens(paths[3], base.tokens);
    const checkpoint = temporary("classes.json");
    const compare = (first: string, ...more: string[]) =>
      run("compare", first, paths[1], "--tokens", paths[3], ...more);
    const cut = await compare(paths[2]);
    const args = ["--classes", `${CLASSES}`, "--checkpoint", checkpoint];
    const { code, stdout, stderr } = await compare(paths[0], ...args);
    expect(code, stderr).toBe(0);
    expect(stdout.replaceAll(paths[0], paths[2])).toBe(cut.stdout);
    expect((await compare(paths[0], ...args)).stdout).toBe(stdout);
    const without = await compare(paths[0]);
    expect(without.code).toBe(2);
    expect(without.stderr).toContain(
      `for the first ${CLASSES} of each row, if the others are padding, add --classes 300`,
    );
    const other299 = await compare(paths[0], "--classes", "299", "--checkpoint", checkpoint);
    expect(other299.stderr).toContain("is a checkpoint of another comparison");
  });

  test("in shards", async () => {
    const paths = ["wide.npy", "plain.npy", "cut.npy"].map(temporary);
    await writeNpy(paths[0], [wide], { classes: 320 });
    await writeNpy(paths[1], [other], { classes: CLASSES });
    await writeNpy(paths[2], [base], { classes: CLASSES });
    const summariesOf = async (path: string, classes?: number) => {
      const shards = await planShards({ base: path, others: [paths[1]] }, { shards: 2, classes });
      const parts = await Promise.all(shards.map((shard) => compareShard(shard, { threads: 1 })));
      return JSON.stringify(await mergeSummaries(parts));
    };
    expect(await summariesOf(paths[0], CLASSES)).toBe(await summariesOf(paths[2]));
    await expect(summariesOf(paths[0])).rejects.toThrow("if the others are padding, add classes: 300");
    await expect(summariesOf(paths[0], 301)).rejects.toThrow(`have ${CLASSES} numbers, fewer than classes: 301`);
    await expect(summariesOf(paths[0], 0)).rejects.toThrow("planShards: classes is 0; it must be an integer >= 1");
  });
});

describe("rows in memory", () => {
  const rowsOf = ({ data }: { data: Float32Array }, from = 0, to = ROWS) =>
    Array.from({ length: to - from }, (_, r) => data.subarray((from + r) * CLASSES, (from + r + 1) * CLASSES));
  const { tokens } = base;

  test("tensors, rows and flat arrays, alone", async () => {
    const dims = [1, ROWS, CLASSES];
    const plain = rowsOf(base).map((row) => Array.from(row));
    const double = await textOf({ data: Float64Array.from(base.data) }, other, { classes: CLASSES, tokens });
    for (const first of [{ data: base.data, dims }, { data: base.data, shape: dims }, rowsOf(base), [rowsOf(base)]]) {
      expect(await textOf(first, { data: rowsOf(other) }, { tokens, threads: 2 })).toBe(expected);
    }
    expect(await textOf(base.data, other, { tokens, classes: CLASSES })).toBe(expected);
    expect(await textOf(plain, other, { tokens })).toBe(double);
    expect(await textOf(plain.flat(), other, { tokens, classes: CLASSES })).toBe(double);
    const [summary] = await compareLogits(base, [{ data: other.data, dims }], { tokens });
    expect(JSON.stringify(summary)).toBe(expected);
  });

  test("a stream of them, with tokens", async () => {
    async function* stream(model: typeof base, wrap: (rows: Float32Array[], length: number) => RowsInMemory) {
      for (let from = 0; from < ROWS; from += 10) {
        const to = Math.min(ROWS, from + 10);
        const rows = wrap(rowsOf(model, from, to), to - from);
        yield model === base ? ({ data: rows, tokens: tokens.subarray(from, to) } as RowsInMemory) : rows;
      }
    }
    const flat = (rows: Float32Array[]) => Float32Array.from(rows.flatMap((row) => Array.from(row)));
    const tensor = (rows: Float32Array[], length: number) => ({ data: flat(rows), dims: [length, CLASSES] });
    for (const wrap of [tensor, (rows: Float32Array[]) => rows]) {
      expect(await textOf(stream(base, wrap), stream(other, wrap), { classes: CLASSES, batchRows: 7 })).toBe(expected);
    }
  });

  test.each([
    ["f16", "float16", Uint16Array.from(base.data, toF16)],
    ["bf16", "bfloat16", Uint16Array.from(base.data, toBF16)],
  ] as const)("tensors of %s", async (format, type, data) => {
    const bits = await textOf({ data, format }, { data: other.data }, { classes: CLASSES });
    expect(await textOf({ data, dims: [ROWS, CLASSES], type }, { data: other.data })).toBe(bits);
    expect(await textOf(sourceOf(base), { data: other.data })).not.toBe(bits);
  });

  test("numbers of 8 bits", async () => {
    // 1, 0, 2, -1.5 in E4M3 and in E5M2
    const wide = { data: Float32Array.of(1, 0, 2, -1.5) };
    const classes = 4;
    const expected = await textOf(wide, wide, { classes });
    for (const [format, bytes] of [
      ["e4m3", [0x38, 0, 0x40, 0xbc]],
      ["e5m2", [0x3c, 0, 0x40, 0xbe]],
    ] as const) {
      expect(await textOf({ data: Uint8Array.from(bytes), format }, wide, { classes })).toBe(expected);
    }
  });

  test.each([
    [
      new Map(),
      "base is [object Map]: it must be an AsyncIterable of rows, as openLogits gives, a tensor, or { data }",
    ],
    [{ data: base.data, dims: [ROWS, 4] }, `base has ${base.data.length} numbers for a shape of ${4 * ROWS}`],
    [{ data: [1, "2"] }, "number 1 of base is string; it must be a number"],
    [{ data: [[1, 2], [3]] }, "row 1 of base has 1 numbers, row 0 has 2; they must be of one length"],
    [{ data: () => {}, shape: [1, 2] }, "base is a TensorFlow.js tensor; pass { data: tensor.dataSync()"],
    [{ data: Uint16Array.of(1, 2) }, '16-bit floats need format: "f16" or "bf16"'],
  ])("%o is refused", async (rows, message) => {
    await expect(textOf(rows as never, other, { classes: CLASSES })).rejects.toThrow(message);
  });
});
