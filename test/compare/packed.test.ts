// Packed files, and standard input.

import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openLogits, openTokens, writeNpy, writeTokens } from "../../src/compare/index.js";
import { run, start } from "./command.js";
import { CLASSES, makeModels, ROWS } from "./sources.js";
import { makeFile, temporary } from "./temporary.js";

const [base, other] = makeModels();
const [basePath, otherPath, tokensPath] = ["base.npy", "other.npy", "tokens.npy"].map(temporary);
const packed = (path: string) => makeFile("packed.npy.gz", zlib.gzipSync(readFileSync(path)));
let folder: string;
let before: string | undefined;

beforeAll(async () => {
  await writeNpy(basePath, [base], { classes: CLASSES });
  await writeNpy(otherPath, [other], { classes: CLASSES });
  await writeTokens(tokensPath, base.tokens);
});

// where copies are made
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "logratio-copies-"));
  before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
});
afterEach(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
});

test(".gz is read as what is in it, and leaves nothing behind", async () => {
  const expected = await run("compare", basePath, otherPath, "--tokens", tokensPath, "--csv", "-");
  const [a, b, tokens] = [basePath, otherPath, tokensPath].map(packed);
  const names = [b, otherPath].map((path) => path.replace(/.*\//, "").replace(/\.npy.*/, ""));
  const { code, stdout, stderr } = await run("compare", a, b, "--tokens", tokens, "--csv", "-");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.replace(b, otherPath).replace(names[0], names[1])).toBe(expected.stdout);
  expect(readdirSync(folder)).toEqual([]);
  const source = await openLogits(a);
  expect(source).toMatchObject({ name: a, rows: ROWS, classes: CLASSES, format: "npy" });
  expect(readdirSync(folder)).toHaveLength(1);
  await source.close();
  expect(readdirSync(folder)).toEqual([]);
});

test(".zst is read where Node can, else told", async () => {
  const compress = (zlib as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array }).zstdCompressSync;
  const path = makeFile("tokens.npy.zst", compress?.(readFileSync(tokensPath)) ?? "none");
  if (compress === undefined)
    await expect(openTokens(path)).rejects.toThrow(`${path}: .zst needs Node 22.15 or later, this is v`);
  else expect(await openTokens(path)).toEqual(base.tokens);
  expect(readdirSync(folder)).toEqual([]);
});

describe("what is no such file is an error, and leaves nothing behind", () => {
  test.each<[string, () => string]>([
    ["x.npy.gz cannot be unpacked: incorrect header check", () => makeFile("x.npy.gz", "none")],
    [
      "x.npy.gz cannot be unpacked: unexpected end of file",
      () => {
        const bytes = readFileSync(packed(basePath));
        return makeFile("x.npy.gz", bytes.subarray(0, bytes.length - 9));
      },
    ],
    [
      "x.npy.gz cannot be unpacked: incorrect data check",
      () => {
        const bytes = readFileSync(packed(basePath));
        bytes[bytes.length - 6] ^= 1;
        return makeFile("x.npy.gz", bytes);
      },
    ],
    ["no .npy file: it does not begin", () => makeFile("x.npy.gz", zlib.gzipSync("hello there, hello"))],
    ["x.npy.gz is empty", () => makeFile("x.npy.gz", zlib.gzipSync(""))],
    ["none.npy.gz cannot be read: there is no such file", () => temporary("none.npy.gz")],
    [
      "loop.npy.gz cannot be read: its symbolic links lead in a circle",
      () => {
        const path = temporary("loop.npy.gz");
        symlinkSync(path, path);
        return path;
      },
    ],
    [
      "is not a regular file",
      () => {
        const path = temporary("device.npy.gz");
        symlinkSync("/dev/null", path);
        return path;
      },
    ],
  ])("%s", async (message, make) => {
    await expect(openLogits(make())).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("one that is written to while it is read", async () => {
    const path = packed(basePath);
    const source = await openLogits(path);
    writeFileSync(path, readFileSync(packed(otherPath)));
    const read = async () => {
      for await (const { data } of source) expect(data.length).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toThrow(/packed\.npy\.gz (was written to|shrank|grew)/);
    await source.close();
  });
});

describe("standard input", () => {
  test("is one of the files", async () => {
    const { child, ended } = start("compare", "-", otherPath, "--json", "-");
    child.stdin.end(readFileSync(basePath));
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const report = JSON.parse(stdout);
    const whole = JSON.parse((await run("compare", basePath, otherPath, "--json", "-")).stdout);
    expect(report.candidates).toEqual(whole.candidates);
    expect(readdirSync(folder).filter((name) => name.startsWith("logratio-"))).toEqual([]);
  });

  test("can be read once, and not again from a checkpoint", async () => {
    expect((await run("compare", "-", "-")).stderr).toContain('"-" is standard input, which can be read once');
    const { code, stderr } = await run("compare", "-", otherPath, "--checkpoint", temporary("run.json"));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("standard input is gone") });
  });
});
