// A matrix in several files.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { compareLogits, type LogitSource, openLogits, writeLlamaCpp, writeNpy } from "../../src/compare/index.js";
import { run } from "./command.js";
import { CLASSES, makeModels, ROWS } from "./sources.js";
import { openForTest, temporary } from "./temporary.js";

const [base, other] = makeModels();
const whole = temporary("whole.npy");
const otherPath = temporary("other.npy");
const classes = CLASSES;

beforeAll(async () => {
  await writeNpy(whole, [base], { classes });
  await writeNpy(otherPath, [other], { classes });
});

/** A folder with the rows cut at some places. */
async function folderOf(names: readonly string[], cuts: readonly number[]): Promise<string> {
  const folder = temporary("folder");
  mkdirSync(folder);
  for (const [i, name] of names.entries()) {
    const data = base.data.subarray(cuts[i] * CLASSES, cuts[i + 1] * CLASSES);
    await writeNpy(join(folder, name), [{ data }], { classes });
  }
  return folder;
}

async function numbersOf(source: LogitSource, options = {}): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { data } of source.read(options)) numbers.push(...data);
  return numbers;
}

describe("are one matrix", () => {
  test("in a folder, in the order of the numbers in their names", async () => {
    const folder = await folderOf(["row_9.npy", "row_10.npy", "row_11.npy"], [0, 7, 40, ROWS]);
    writeFileSync(join(folder, "config.json"), "{}");
    writeFileSync(join(folder, ".hidden.npy"), "");
    mkdirSync(join(folder, "more.npy"));
    const source = await openForTest(folder);
    expect(source).toMatchObject({ name: folder, rows: ROWS, classes, format: "npy", type: "f32" });
    expect(await numbersOf(source)).toEqual(Array.from(base.data));
    for (const [start, end] of [
      [0, 3],
      [5, 9],
      [7, 40],
      [39, 61],
      [61, 61],
    ]) {
      const expected = Array.from(base.data.subarray(start * CLASSES, end * CLASSES));
      expect(await numbersOf(source, { start, end, batchRows: 4 })).toEqual(expected);
    }
    await expect(numbersOf(source, { end: 62 })).rejects.toThrow("rows 0 to 62 were asked for; it has rows 0 to 61");
    expect(source.placeOf(8, 3)).toBe(`row 8, column 3: row 1 of ${join(folder, "row_10.npy")}`);
  });

  test("by the name of the first of many", async () => {
    const names = [1, 2, 3].map((n) => `base-0000${n}-of-00003.npy`);
    const folder = await folderOf(names, [0, 20, 21, ROWS]);
    const source = await openForTest(join(folder, names[0]));
    expect(await numbersOf(source)).toEqual(Array.from(base.data));
    // one that is not the first is meant by itself
    expect((await openForTest(join(folder, names[2]))).rows).toBe(ROWS - 21);
    expect((await openForTest(folder)).rows).toBe(ROWS);
  });

  test("of llama.cpp, with their tokens and chunks", async () => {
    const folder = temporary("folder");
    mkdirSync(folder);
    const [context, chunks] = [43, 2];
    const tokens = Array.from({ length: context * chunks }, (_, i) => (7 * i) % CLASSES);
    for (const name of ["a1.kld", "a2.kld"]) {
      await writeLlamaCpp(join(folder, name), [{ data: base.data.subarray(0, 42 * CLASSES) }], {
        classes,
        context,
        tokens,
      });
    }
    const source = await openForTest(folder);
    expect([source.rows, source.blockRows]).toEqual([84, 21]);
    const observed: number[] = [];
    for await (const batch of source) observed.push(...Array.from(batch.tokens as ArrayLike<number>));
    expect(observed.slice(42)).toEqual(observed.slice(0, 42));
  });

  test("with the bits of one file", async () => {
    const folder = await folderOf(["1.npy", "2.npy", "3.npy"], [0, 1, 33, ROWS]);
    const sources = [whole, folder, otherPath].map((path) => openForTest(path));
    const [one, many, candidate] = await Promise.all(sources);
    for (const options of [{}, { batchRows: 5, threads: 2 }, { start: 30, end: 50 }]) {
      const expected = JSON.stringify(await compareLogits(one, candidate, options));
      expect(JSON.stringify(await compareLogits(many, candidate, options))).toBe(expected);
      expect(JSON.stringify(await compareLogits(many, [candidate, many], options).then(([first]) => first))).toBe(
        expected,
      );
    }
  });
});

describe("that do not fit together are an error", () => {
  const cuts = [0, 10, 20, ROWS];
  test.each<[string, () => Promise<string>]>([
    [
      "is a folder without files of logits",
      async () => {
        const folder = temporary("folder");
        mkdirSync(folder);
        return folder;
      },
    ],
    ["is not whole: after row_2.npy comes row_4.npy", () => folderOf(["row_1.npy", "row_2.npy", "row_4.npy"], cuts)],
    ["is not whole: after q4.npy comes q8.npy", () => folderOf(["q4.npy", "q8.npy"], cuts)],
    ["is not whole: there are 2 of 3 files", () => folderOf(["x-1-of-3.npy", "x-2-of-3.npy"], cuts)],
    [
      "x-2-of-2.npy cannot be read: there is no such file",
      async () => join(await folderOf(["x-1-of-2.npy"], cuts), "x-1-of-2.npy"),
    ],
    [
      "b.npy is of another kind than",
      async () => {
        const folder = await folderOf(["a.npy"], cuts);
        await writeNpy(join(folder, "b.npy"), [{ data: base.data }], { classes: CLASSES * ROWS });
        return folder;
      },
    ],
    [
      "type is f64, not f32",
      async () => {
        const folder = await folderOf(["a.npy"], cuts);
        await writeNpy(join(folder, "b.npy"), [{ data: base.data }], { classes, type: "f64" });
        return folder;
      },
    ],
    [
      "b.npy is empty",
      async () => {
        const folder = await folderOf(["a.npy"], cuts);
        writeFileSync(join(folder, "b.npy"), "");
        return folder;
      },
    ],
  ])("%s", async (message, make) => {
    const path = await make();
    await expect(openLogits(path)).rejects.toThrow(message);
  });

  test("a number that cannot be, with its file", async () => {
    const folder = await folderOf(["1.npy", "2.npy"], [0, 30, ROWS]);
    const path = join(folder, "2.npy");
    const bytes = readFileSync(path);
    bytes.writeFloatLE(Number.NaN, 128 + 4 * (2 * CLASSES + 5));
    writeFileSync(path, bytes);
    const { code, stderr } = await run("compare", otherPath, folder);
    expect(code).toBe(2);
    expect(stderr).toContain(`${folder} has NaN in row 32, column 5: row 2 of ${path}`);
  });

  test("one that changes between two looks", async () => {
    const folder = await folderOf(["1.npy", "2.npy"], [0, 30, ROWS]);
    const source = await openForTest(folder);
    await writeNpy(join(folder, "2.npy"), [{ data: base.data.subarray(0, 3 * CLASSES) }], { classes });
    await expect(numbersOf(source)).rejects.toThrow("2.npy changed while it was read");
  });
});

describe("on the command line", () => {
  test("no output takes the place of one, and a checkpoint knows them all", async () => {
    const folder = await folderOf(["1.npy", "2.npy"], [0, 30, ROWS]);
    const link = temporary("link.json");
    symlinkSync(join(folder, "2.npy"), link);
    for (const output of [join(folder, "1.npy"), link]) {
      const { code, stderr } = await run("compare", folder, otherPath, "--json", output);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("is the same as base, ") });
    }
    const path = temporary("run.json");
    const args = ["compare", folder, otherPath, "--checkpoint", path];
    expect((await run(...args)).code).toBe(0);
    expect(JSON.parse(readFileSync(path, "utf8")).inputs.base.files).toHaveLength(2);
    expect((await run(...args)).code).toBe(0);
    const other = base.data.map((x, i) => (i === 31 * CLASSES ? x + 1 : x));
    await writeNpy(join(folder, "2.npy"), [{ data: other.subarray(30 * CLASSES) }], { classes, type: "f32" });
    expect((await run(...args)).stderr).toContain("is a checkpoint of another comparison: base, of its inputs");
  });

  test("entropy reads them too", async () => {
    const folder = await folderOf(["1.npy", "2.npy"], [0, 30, ROWS]);
    const entropies = [await run("entropy", folder, "--json", "-"), await run("entropy", whole, "--json", "-")];
    const [many, one] = entropies.map(({ stdout }) => JSON.parse(stdout).entropy);
    expect(many).toEqual(one);
  });
});
