// Files that end before they should, of which the whole rows are asked for.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type OpenLogitsOptions, openLogits, writeLlamaCpp, writeNpy, writeTokens } from "../../src/compare/index.js";
import { run } from "./command.js";
import { CLASSES, makeModels, ROWS } from "./sources.js";
import { FIXTURES, makeFile, openForTest, temporary } from "./temporary.js";

const [base, other] = makeModels();
const [basePath, otherPath, tokensPath] = ["base.npy", "other.npy", "tokens.npy"].map(temporary);
const rowBytes = 4 * CLASSES;
/** A file without what follows its first rows and some bytes. */
const cut = (path: string, header: number, rows: number, bytes: number, row = rowBytes) =>
  makeFile(path.replace(/.*\//, ""), readFileSync(path).subarray(0, header + rows * row + bytes));

beforeAll(async () => {
  await writeNpy(basePath, [base], { classes: CLASSES });
  await writeNpy(otherPath, [other], { classes: CLASSES });
  await writeTokens(tokensPath, base.tokens);
});

async function check(path: string, rows: number, saidRows: number, options: OpenLogitsOptions = {}) {
  await expect(openLogits(path, options)).rejects.toThrow("truncated");
  const source = await openForTest(path, { ...options, partial: true });
  expect([source.rows, source.saidRows]).toEqual([rows, saidRows]);
  let numbers = 0;
  for await (const { data, tokens } of source) {
    numbers += data.length;
    if (tokens !== undefined) expect(tokens.length).toBe(data.length / source.classes);
  }
  expect(numbers).toBe(rows * source.classes);
}

describe("are read up to the last whole row", () => {
  test(".npy", () => check(cut(basePath, 128, 40, 7), 40, ROWS));
  test(".npy that ends between rows", () => check(cut(basePath, 128, 40, 0), 40, ROWS));

  test("raw", async () => {
    const path = cut(basePath, 0, 40, 4);
    await check(path, 40, ROWS, { format: "raw", shape: [ROWS, CLASSES], type: "f32" });
    await check(path, 40, 41, { format: "raw", shape: [-1, CLASSES], type: "f32" });
  });

  test(".safetensors", async () => {
    const path = join(FIXTURES, "several.safetensors");
    const bytes = readFileSync(path);
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE())));
    const [begin] = header.half.data_offsets;
    const end = 8 + Number(bytes.readBigUInt64LE()) + begin + 2 * 10 * 2 + 3;
    // 5 classes of f16: four rows and a bit
    const options = { tensor: "half" };
    await check(makeFile("x.safetensors", bytes.subarray(0, end)), 4, 7, options);
    // what is before it is whole
    const bias = await openForTest(makeFile("x.safetensors", bytes.subarray(0, end)), {
      tensor: "bias",
      partial: true,
    });
    expect([bias.rows, bias.saidRows]).toEqual([1, undefined]);
    await expect(
      openLogits(makeFile("x.safetensors", bytes.subarray(0, end)), { tensor: "double", partial: true }),
    ).rejects.toThrow("truncated");
  });

  test("llama.cpp, with the tokens of those rows", async () => {
    const path = temporary("x.kld");
    const [context, chunks] = [43, 2];
    const tokens = Array.from({ length: context * chunks }, (_, i) => i % CLASSES);
    await writeLlamaCpp(path, [{ data: base.data.subarray(0, 42 * CLASSES) }], { classes: CLASSES, context, tokens });
    await check(cut(path, 20 + 4 * context * chunks, 30, 11, 8 + 2 * CLASSES), 30, 42);
  });

  test("the last of several files, and no other", async () => {
    const folder = temporary("folder");
    mkdirSync(folder);
    writeFileSync(join(folder, "1.npy"), readFileSync(basePath));
    writeFileSync(join(folder, "2.npy"), readFileSync(cut(basePath, 128, 9, 1)));
    await check(folder, ROWS + 9, 2 * ROWS);
    writeFileSync(join(folder, "3.npy"), readFileSync(basePath));
    await expect(openLogits(folder, { partial: true })).rejects.toThrow(/2\.npy is truncated, and .*3\.npy follows it/);
  });

  test("what has no whole row, or is longer, is an error as ever", async () => {
    const none = cut(basePath, 128, 0, rowBytes - 1);
    await expect(openLogits(none, { partial: true })).rejects.toThrow("truncated");
    const longer = makeFile("longer.npy", Buffer.concat([readFileSync(basePath), Buffer.alloc(3)]));
    await expect(openLogits(longer, { partial: true })).rejects.toThrow("3 more than the shape says");
    await expect(openLogits(basePath, { partial: 1 as never })).rejects.toThrow("partial is 1; it must be a boolean");
    const source = await openForTest(basePath, { partial: true });
    expect([source.rows, source.saidRows]).toEqual([ROWS, undefined]);
  });
});

test("--partial compares the rows that all files have, and says so", async () => {
  const [a, b] = [cut(basePath, 128, 50, 1), cut(otherPath, 128, 40, 2)];
  const groups = makeFile("groups.txt", Array.from({ length: ROWS }, (_, r) => `g${r % 2}`).join("\n"));
  const args = ["--tokens", tokensPath, "--groups", groups, "--json", "-"];
  const { code, stdout, stderr } = await run("compare", a, b, basePath, ...args, "--partial");
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `logratio: ${a} is truncated: 50 of its 61 rows are whole\nlogratio: ${b} is truncated: 40 of its 61 rows are whole\n`,
  });
  const { rows, end, candidates } = JSON.parse(stdout);
  expect([rows, end]).toEqual([40, 40]);
  const whole = JSON.parse((await run("compare", basePath, otherPath, ...args, "--rows", ":40")).stdout);
  expect(candidates[0].kl).toEqual(whole.candidates[0].kl);
  expect((await run("compare", a, b, ...args)).stderr).toContain("truncated");
  const few = makeFile("tokens.txt", "1 2 3");
  expect((await run("compare", a, b, "--tokens", few, "--partial")).stderr).toContain("has 3 tokens");
  expect((await run("entropy", a, "--partial")).stderr).toContain("50 of its 61 rows are whole");
});
