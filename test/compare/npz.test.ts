import { readdirSync, readFileSync, truncateSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { widen } from "../../src/compare/half.js";
import { type OpenLogitsOptions, openLogits, writeNpy } from "../../src/compare/index.js";
import { run } from "./command.js";
import { CLASSES, makeModels, ROWS } from "./sources.js";
import { FIXTURES, makeFile, temporary } from "./temporary.js";
import { zip, zip64 } from "./zip.js";

// Archives of NumPy: fixtures are NumPy's own (scripts/makeFileFixtures.py), others are made here.

const expected: number[][] = JSON.parse(readFileSync(join(FIXTURES, "expected.json"), "utf8")).logits.map(
  (row: (number | string)[]) => row.map(Number),
);
const at = (name: string) => join(FIXTURES, name);

// where copies are made
let folder: string;
let before: string | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "logratio-copies-"));
  before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
});
afterEach(() => {
  expect(readdirSync(folder)).toEqual([]);
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
});

async function numbersOf(path: string, options?: OpenLogitsOptions): Promise<number[]> {
  const source = await openLogits(path, options);
  const numbers: number[] = [];
  for await (const batch of source) numbers.push(...widen(batch));
  await source.close();
  return numbers;
}

const f32 = readFileSync(at("f32.npy"));

describe("numbers of an archive", () => {
  test.each<[string, () => string, OpenLogitsOptions?]>([
    ["stored, the only one", () => at("one.npz")],
    ["stored, by its name", () => at("several.npz"), { tensor: "logits" }],
    ["without a name", () => at("several.npz"), { tensor: "arr_0" }],
    ["column by column", () => at("several.npz"), { tensor: "columns" }],
    ["deflated", () => at("deflated.npz"), { tensor: "logits" }],
    ["whatever the file is called", () => makeFile("x.zip", readFileSync(at("one.npz")))],
    ["with a comment after it", () => makeFile("x.npz", zip(f32, [{}], "PK\x05\x06 a comment"))],
    ["beside other files", () => makeFile("x.npz", zip(f32, [{ name: "README" }, {}]))],
    ["with lengths of 64 bits", () => makeFile("x.npz", zip64(f32))],
  ])("%s", async (_, path, options) => {
    expect(await numbersOf(path(), options)).toEqual(expected.flat());
  });

  test("a source knows what it is, and where its numbers are", async () => {
    const source = await openLogits(at("one.npz"));
    expect(source).toMatchObject({ name: `${at("one.npz")}#logits`, rows: 7, classes: 5, format: "npz", type: "f32" });
    expect(source.placeOf(1, 2)).toBe("row 1, column 2, at byte 156");
    await source.close();
    const packed = await openLogits(at("deflated.npz"), { tensor: "other" });
    // the copy goes when it is closed
    expect(readdirSync(folder)).toHaveLength(1);
    await packed.close();
  });

  test("in a comparison, each with --tensor", async () => {
    const [base, near] = makeModels();
    const paths = ["a.npy", "b.npy"].map(temporary);
    for (const [i, model] of [base, near].entries()) await writeNpy(paths[i], [model], { classes: CLASSES });
    const archives = paths.map((path, i) =>
      makeFile("x.npz", zip(readFileSync(path), [{ method: 8 * i }, { name: "other.npy" }])),
    );
    const kl = async (args: string[]) =>
      JSON.parse((await run("compare", ...args, "--json", "-")).stdout).candidates[0].kl;
    expect(await kl([...archives, "--tensor", "logits"])).toEqual(await kl(paths));
    expect(await kl([...archives, "--tensor", "logits", "--tensor", "other"])).toEqual(await kl(paths));
    const { code, stderr } = await run("compare", ...archives);
    expect(code).toBe(2);
    expect(stderr).toContain('x.npz has 2 arrays; name one by the option tensor: "logits", "other"');
    expect(ROWS).toBeGreaterThan(10);
  });

  test("--partial reads the whole rows of no archive: its end is missing", async () => {
    const path = makeFile("x.npz", readFileSync(at("one.npz")));
    truncateSync(path, 200);
    await expect(openLogits(path, { partial: true })).rejects.toThrow(/the end of its directory is missing/);
  });
});

describe("what cannot be read of an archive", () => {
  const cases: [string, () => Uint8Array, OpenLogitsOptions, RegExp][] = [
    [
      "an array that is not there",
      () => readFileSync(at("several.npz")),
      { tensor: "logit" },
      /no array "logit"; there are "logits", "columns", "tokens", "arr_0"$/,
    ],
    [
      "several, none named",
      () => readFileSync(at("several.npz")),
      {},
      /x\.npz has 4 arrays; name one by the option tensor: "logits", "columns", "tokens", "arr_0"/,
    ],
    [
      "an array that is no logits",
      () => readFileSync(at("several.npz")),
      { tensor: "tokens" },
      /x\.npz#tokens: numbers of type "<i8"/,
    ],
    [
      "one of torch.save",
      () => zip(f32, [{ name: "archive/data.pkl" }]),
      {},
      /x\.npz is an archive without \.npy, as of torch\.save/,
    ],
    [
      "two of one name",
      () => zip(f32, [{}, {}]),
      { tensor: "logits" },
      /x\.npz#logits: there are 2 arrays of this name/,
    ],
    ["an encrypted one", () => zip(f32, [{ flags: 1 }]), {}, /x\.npz#logits is encrypted/],
    [
      "packed by another method",
      () => zip(f32, [{ method: 12 }]),
      {},
      /packed by method 12; stored \(0\) and deflated \(8\) are read/,
    ],
    ["two sizes of what is stored", () => zip(f32, [{ size: 7 }]), {}, /has 7 bytes in 268, though it is not packed/],
    ["nothing stored", () => zip(new Uint8Array()), {}, /x\.npz#logits ends at byte 0: it is truncated/],
    [
      "a checksum that does not fit",
      () => zip(f32, [{ method: 8, crc: 1 }]),
      {},
      /x\.npz#logits cannot be unpacked: its checksum does not fit/,
    ],
    [
      "more than its size",
      () => zip(f32, [{ method: 8, size: 267 }]),
      {},
      /cannot be unpacked: it has more than its 267 bytes/,
    ],
    [
      "less than its size",
      () => zip(f32, [{ method: 8, size: 269 }]),
      {},
      /cannot be unpacked: it has 268 of its 269 bytes/,
    ],
    ["no deflated bytes", () => zip(f32, [{ method: 8, packedSize: 0 }]), {}, /cannot be unpacked: /],
    [
      "damaged ones",
      () => {
        const bytes = zip(f32, [{ method: 8 }]);
        bytes.fill(0xff, 45, 60);
        return bytes;
      },
      {},
      /x\.npz#logits cannot be unpacked: /,
    ],
    ["a header elsewhere", () => zip(f32, [{ at: 7 }]), {}, /byte 7 of the \.zip is not where "logits\.npy" begins/],
    ["a header after the end", () => zip(f32, [{ at: 1e6 }]), {}, /bytes 1000000 to 1000030 of a \.zip, in a file of/],
    [
      "numbers after the end",
      () => zip(f32, [{ size: 1e6, packedSize: 1e6 }]),
      {},
      /begins "logits\.npy", which ends after the file/,
    ],
    [
      "no end",
      () => Buffer.from("PK\x03\x04 and nothing else that is there"),
      {},
      /the end of its directory is missing; it may be truncated/,
    ],
    [
      "a directory of other things",
      () => {
        const bytes = zip(f32);
        bytes.writeUInt32LE(1, bytes.length - 6);
        return bytes;
      },
      {},
      /byte 1 of the \.zip is not where an entry of the directory begins/,
    ],
    [
      "a directory that is too short",
      () => {
        const bytes = zip(f32);
        bytes.writeUInt16LE(2, bytes.length - 12);
        return bytes;
      },
      {},
      /is the end of the directory, of 1 of 2 files/,
    ],
    [
      "a file in an archive that changes what it says",
      () => zip(f32.subarray(0, 267)),
      {},
      /x\.npz#logits: \(7, 5\) of f32 takes the bytes 128 to 268, but they end/,
    ],
  ];
  test.each(cases)("%s", async (_, bytes, options, message) => {
    const path = makeFile("x.npz", bytes());
    await expect(openLogits(path, options)).rejects.toThrow(message);
    await expect(openLogits(path, options)).rejects.toThrow(path);
  });
});
