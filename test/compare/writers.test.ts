import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { fromBF16, fromF16, toBF16, toF16, widen } from "../../src/compare/half.js";
import type { RowBatch } from "../../src/compare/source.js";
import { explaining } from "../../src/compare/systemError.js";
import { openTokens } from "../../src/compare/tokens.js";
import { writeLlamaCpp } from "../../src/compare/writeLlamaCpp.js";
import { writeNpy, writeTokens } from "../../src/compare/writeNpy.js";
import { randomNumbers } from "../random.js";
import { changed, FIXTURES, leftovers, makeFile, openForTest as openLogits, temporary } from "./temporary.js";

const fixture = (name: string) => join(FIXTURES, name);

/** All numbers of a file, widened. */
async function numbersOf(path: string, bfloat16 = false): Promise<number[]> {
  const source = await openLogits(path, { bfloat16 });
  const numbers: number[] = [];
  for await (const batch of source) numbers.push(...Array.from(widen(batch)));
  return numbers;
}

describe("16 bits", () => {
  it.each([["f16", toF16, fromF16, 0x7c00] as const, ["bf16", toBF16, fromBF16, 0x7f80] as const])(
    "%s: every number comes back, and what lies between two goes to the nearest",
    (_, to, from, infinity) => {
      for (let half = 0; half < infinity; half++) {
        const x = from(half);
        const next = half + 1 === infinity ? 2 * x - from(half - 1) : from(half + 1);
        const even = half % 2 === 0 ? half : half + 1;
        const gap = next - x;
        const found = [to(x), to(-x) & 0x7fff, to(x + 0.25 * gap), to(x + 0.5 * gap), to(x + 0.75 * gap)];
        const right = [half, half, half, even, half + 1];
        // toEqual alone takes a second for all
        if (found.some((value, i) => value !== right[i])) expect(found).toEqual(right);
      }
      expect([to(Infinity), to(-Infinity) & 0x7fff]).toEqual([infinity, infinity]);
      expect(from(to(Number.NaN))).toBeNaN();
      expect([from(infinity), from(infinity | 0x8000)]).toEqual([Infinity, -Infinity]);
    },
  );
});

/** The f64 next to x, away from 0 or towards it. */
function beside(x: number, step: 1 | -1): number {
  const bits = new BigInt64Array(Float64Array.of(x).buffer);
  bits[0] += BigInt(step);
  return new Float64Array(bits.buffer)[0];
}

describe("16 bits of f64", () => {
  it.each([["f16", toF16, fromF16, 0x7c00] as const, ["bf16", toBF16, fromBF16, 0x7f80] as const])(
    "%s: rounded once, whatever f32 would make of it",
    (_, to, from, infinity) => {
      for (let half = 0; half + 1 < infinity; half++) {
        // exact: a number of 16 bits has one bit less
        const middle = (from(half) + from(half + 1)) / 2;
        const even = half + (half % 2);
        for (const sign of [1, -1]) {
          const found = [beside(middle, -1), middle, beside(middle, 1)].map((x) => to(sign * x) & 0x7fff);
          const right = [half, even, half + 1];
          if (found.some((value, i) => value !== right[i])) expect([middle, ...found]).toEqual([middle, ...right]);
        }
      }
      const most = from(infinity - 1) + (from(infinity - 1) - from(infinity - 2)) / 2;
      expect([to(beside(most, -1)), to(most), to(Number.MAX_VALUE)]).toEqual([infinity - 1, infinity, infinity]);
      expect(from(to(Number.NaN))).toBeNaN();
      expect([to(5e-324), to(-5e-324)]).toEqual([0, 0x8000]);
    },
  );

  it("in files", async () => {
    const path = temporary("x.npy");
    await writeNpy(path, [{ data: Float64Array.of(2 ** -25 * (1 + 2 ** -52)) }], { classes: 1, type: "f16" });
    expect(await numbersOf(path)).toEqual([2 ** -24]);
    await writeNpy(path, [{ data: Float64Array.of(1 + 2 ** -8 + 2 ** -40) }], { classes: 1, type: "bf16" });
    expect(await numbersOf(path, true)).toEqual([1 + 2 ** -7]);
  });
});

describe("writeNpy", () => {
  const source = () => openLogits(fixture("f64.npy"));

  it.each(["f16", "f32", "f64"] as const)("%s: NumPy's own bytes, from any size of batches", async (type) => {
    for (const batchRows of [1, 2, 7]) {
      const path = temporary("x.npy");
      const rows = (await source()).read({ batchRows });
      expect(await writeNpy(path, rows, { classes: 5, type })).toBe(7);
      expect(readFileSync(path)).toEqual(readFileSync(fixture(`${type}.npy`)));
    }
  });

  it("bf16, which is read by being told so, and 16 bits as they come", async () => {
    const path = temporary("x.npy");
    await writeNpy(path, await source(), { classes: 5, type: "bf16" });
    expect(readFileSync(path)).toEqual(readFileSync(fixture("bf16.npy")));
    for (const type of ["bf16", "f16", "f32", "f64"] as const) {
      await writeNpy(path, await openLogits(fixture("bf16.npy"), { bfloat16: true }), { classes: 5, type });
      expect(await numbersOf(path, true)).toEqual(await numbersOf(fixture("f64.npy")));
    }
  });

  it("f32 is the default, of arrays in an array too", async () => {
    const path = temporary("x.npy");
    expect(await writeNpy(path, [{ data: new Float64Array([0.1, -Infinity]) }], { classes: 1 })).toBe(2);
    expect(await numbersOf(path)).toEqual([Math.fround(0.1), -Infinity]);
  });

  it("leaves nothing of what it cannot write, and what was there as it was", async () => {
    const bad: [RowBatch[], { classes: number; type?: "f16" }, RegExp][] = [
      [[{ data: new Float32Array(5) }], { classes: 2 }, /batch of 5 numbers, from row 0 on; a row has 2/],
      [[], { classes: 2 }, /no rows/],
      [[{ data: new Float32Array(5) }], { classes: 0 }, /classes is 0/],
      [
        [{ data: new Float32Array(4) }, { data: new Float32Array([1, 70000]) }],
        { classes: 2, type: "f16" },
        /row 2, column 1 is 70000, which f16 does not reach/,
      ],
      [[{ data: new Uint16Array(2) }], { classes: 2 }, /from row 0 on has a Uint16Array with the format undefined/],
    ];
    for (const [rows, options, message] of bad) {
      const path = makeFile("x.npy", "before");
      await expect(writeNpy(path, rows, options)).rejects.toThrow(message);
      expect(readFileSync(path, "utf8")).toBe("before");
      expect(leftovers(path)).toEqual([]);
    }
  });
});

describe("wrong arguments", () => {
  const data = Float32Array.of(1, 2, 3);
  const good = [{ data }];
  const tokens = [0, 1, 2, 0, 1, 2];
  const llama = { classes: 3, context: 3, tokens };
  const npy = (rows: unknown, options: unknown) => (path: string) => writeNpy(path, rows as [], options as never);
  const ids = (tokens: unknown) => (path: string) => writeTokens(path, tokens as []);
  const kld = (options: object) => (path: string) =>
    writeLlamaCpp(path, [...good, ...good], { ...llama, ...options } as never);
  type Case = [string, (path: string) => Promise<unknown>, typeof Error, RegExp];

  it.each<Case>([
    ["no options", npy(good, undefined), TypeError, /^writeNpy: options is undefined; it must be an object/],
    ["options of null", npy(good, null), TypeError, /^writeNpy: options is null/],
    ["dtype", npy(good, { classes: 3, dtype: "f16" }), TypeError, /^writeNpy: unknown option "dtype".*type/],
    ["no classes", npy(good, {}), TypeError, /^writeNpy: classes is undefined; it must be an integer from 1/],
    ["classes in quotes", npy(good, { classes: "3" }), TypeError, /^writeNpy: classes is "3"; it must be an integer/],
    ["half a class", npy(good, { classes: 1.5 }), RangeError, /^writeNpy: classes is 1.5/],
    ...["float16", "__proto__", "constructor", "toString", "F32", 5, null].map(
      (type): Case => [
        `a type of ${type}`,
        npy(good, { classes: 3, type }),
        TypeError,
        /^writeNpy: type is .*; it must be one of f16, bf16, f32, f64/,
      ],
    ),
    ["a batch", npy({ data }, { classes: 3 }), TypeError, /rows is \[object Object\].*put it into one: \[\{ data \}\]/],
    ["no rows", npy(undefined, { classes: 3 }), TypeError, /^writeNpy: rows is undefined; it must be an iterable/],
    ["a path as rows", npy("rows.npy", { classes: 3 }), TypeError, /^writeNpy: rows is "rows.npy"/],
    ["a promise", npy(Promise.resolve(good), { classes: 3 }), TypeError, /rows is a Promise; await it first/],
    [
      "a file of other classes",
      async (path) => writeNpy(path, await openLogits(fixture("f32.npy")), { classes: 7 }),
      RangeError,
      /^writeNpy: classes is 7, but rows has 5 classes/,
    ],
    ["numbers", npy(data, { classes: 3 }), TypeError, /the batch from row 0 on is 1; it must be \{ data \}/],
    [
      "arrays",
      npy([data], { classes: 3 }),
      TypeError,
      /from row 0 on is \[object Float32Array\]; it must be \{ data \}/,
    ],
    ...[
      [1, 2, 3],
      new Array(3),
      ["1", "2", "3"],
      [[1, 2, 3]],
      new Int32Array(3),
      new DataView(new ArrayBuffer(3)),
      "123",
      {},
      null,
    ].map(
      (data): Case => [
        `data of ${Object.prototype.toString.call(data)}`,
        npy([{ data }], { classes: 3 }),
        TypeError,
        /from row 0 on has data that is .*; it must be a Float32Array \(Float32Array.from/,
      ],
    ),
    ...["float16", "f32", undefined, "toString"].map(
      (format): Case => [
        `16 bits with the format ${format}`,
        npy([{ data: new Uint16Array(3), format }], { classes: 3 }),
        TypeError,
        /has a Uint16Array with the format .*; 16-bit floats need format: "f16" or "bf16"/,
      ],
    ),
    ...[data, Float64Array.from(data)].map(
      (data): Case => [
        "a format for other numbers",
        npy([{ data, format: "f16" }], { classes: 3, type: "f16" }),
        TypeError,
        /has a Float(32|64)Array with the format "f16"; a format is for a Uint16Array/,
      ],
    ),
    ["no path", () => writeNpy(undefined as never, good, { classes: 3 }), TypeError, /^writeNpy: path is undefined/],

    ["fractions", ids([0, 1.9]), RangeError, /^writeTokens: tokens\[1\] is 1.9; it must be an integer from 0/],
    ["NaN", ids([Number.NaN]), RangeError, /^writeTokens: tokens\[0\] is NaN/],
    ["past 2^32", ids([2 ** 32 + 3]), RangeError, /is 4294967299/],
    ["past 2^31", ids([2 ** 31]), RangeError, /is 2147483648/],
    ["past 2^63", ids(BigUint64Array.of(2n ** 63n + 1n)), RangeError, /is 9223372036854775809; it must be/],
    ["under -1", ids([-2]), RangeError, /is -2; it must be .* or -1 \(or -100\) for none/],
    ["a hole", ids(new Array(2)), TypeError, /tokens\[0\] is undefined; tokens must be integers/],
    ["text", ids(["1"]), TypeError, /tokens\[0\] is "1"; tokens must be integers/],
    ["nested", ids([[1, 2]]), TypeError, /tokens\[0\] is \[object Array\]/],
    ["null", ids(null), TypeError, /^writeTokens: tokens is null; it must be an array/],
    ["a number", ids(5), TypeError, /^writeTokens: tokens is 5/],
    ["a string", ids("12"), TypeError, /^writeTokens: tokens is "12"/],
    ["a promise", ids(Promise.resolve([1])), TypeError, /tokens is a Promise; await it/],
    ["nothing but a length", ids({ length: 2 ** 40 }), TypeError, /tokens\[1099511627775\] is undefined/],
    ["a length of -1", ids({ length: -1 }), TypeError, /tokens is \[object Object\]/],
    ["none", ids([]), RangeError, /^writeTokens: tokens is empty/],

    [
      "llama.cpp: no options",
      (path) => writeLlamaCpp(path, good, undefined as never),
      TypeError,
      /options is undefined/,
    ],
    ["llama.cpp: another option", kld({ dept: 16 }), TypeError, /unknown option "dept"; did you mean "depth"/],
    ["llama.cpp: no tokens", kld({ tokens: undefined }), TypeError, /^writeLlamaCpp: tokens is undefined/],
    ["llama.cpp: an unknown token", kld({ tokens: [0, 1, 2, 0, 1, -1] }), RangeError, /tokens\[5\] is -1.*all tokens/],
    [
      "llama.cpp: a token too large",
      kld({ tokens: [0, 1, 2, 0, 3, 1] }),
      RangeError,
      /tokens\[4\] is 3; .*from 0 to 2/,
    ],
    ["llama.cpp: half a token", kld({ tokens: [0, 1, 2, 0, 0.5, 1] }), RangeError, /tokens\[4\] is 0.5/],
    ["llama.cpp: tokens in quotes", kld({ tokens: "012012" }), TypeError, /tokens is "012012"/],
    ["llama.cpp: a context of 2", kld({ context: 2 }), RangeError, /context is 2; it must be an integer from 3/],
    ["llama.cpp: a context in quotes", kld({ context: "3" }), TypeError, /context is "3"/],
    ...[0, -1, Number.NaN, Infinity, 1e39].map(
      (depth): Case => [
        `llama.cpp: a depth of ${depth}`,
        kld({ depth }),
        RangeError,
        /depth is .*; it must be a positive/,
      ],
    ),
    ["llama.cpp: a depth in quotes", kld({ depth: "16" }), TypeError, /depth is "16"/],
    ["llama.cpp: classes in quotes", kld({ classes: "3" }), TypeError, /classes is "3"/],
  ])("%s", async (_, write, kind, message) => {
    const path = temporary("x");
    const failure = await write(path).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(kind);
    expect((failure as Error).message).toMatch(message);
    expect(existsSync(path)).toBe(false);
  });

  it("names the file where the system fails", async () => {
    const path = `${temporary("folder")}/x.npy`;
    for (const write of [npy(good, { classes: 3 }), ids(tokens), kld({})]) {
      await expect(write(path)).rejects.toMatchObject({
        code: "ENOENT",
        message: expect.stringMatching(/x\.npy.* cannot be written: .*; check the path \(ENOENT\)$/),
      });
    }
    if (!existsSync("/dev/full")) return;
    const full = await open("/dev/full", "w");
    const failure = explaining(full.writeFile("x"), "report.npy", "written");
    await expect(failure).rejects.toThrow(/^report\.npy cannot be written: no space is left .*\(ENOSPC\)$/);
    await full.close();
  });
});

describe("arrays of another realm", () => {
  it("are what they are", async () => {
    const path = temporary("x.npy");
    const data = runInNewContext("new Float64Array([1, 2])");
    expect(await writeNpy(path, [{ data }], { classes: 2, type: "f64" })).toBe(1);
    expect(await numbersOf(path)).toEqual([1, 2]);
    const halves = runInNewContext("new Uint16Array([0x3c00, 0x4000])");
    expect(await writeNpy(path, [{ data: halves, format: "f16" }], { classes: 2 })).toBe(1);
    expect(await numbersOf(path)).toEqual([1, 2]);
    await writeTokens(path, runInNewContext("new BigInt64Array([3n, -1n])"));
    expect(Array.from(await openTokens(path))).toEqual([3, -1]);
  });
});

describe("writeLlamaCpp", () => {
  const random = randomNumbers(1790);
  const classes = 101;
  const context = 9;
  const tokens = Int32Array.from({ length: 2 * context }, () => Math.floor(random() * classes));
  /** Eight rows, four a chunk, over a span of 30 nats. */
  const rows = Array.from({ length: 8 }, () => Float32Array.from({ length: classes }, () => 30 * random()));
  const batches = rows.map((data): RowBatch => ({ data }));

  it.each([undefined, 24])("log-probabilities to half a step, down to a depth of %s nats", async (depth) => {
    const path = temporary("x.kld");
    expect(await writeLlamaCpp(path, batches, { classes, context, tokens, depth })).toBe(8);
    const source = await openLogits(path);
    let row = 0;
    for await (const { data, tokens: observed } of source.read({ batchRows: 1 })) {
      const z = rows[row];
      const largest = Math.max(...z);
      const lse = largest + Math.log(z.reduce((sum, x) => sum + Math.exp(x - largest), 0));
      const deep = depth ?? 16;
      for (let i = 0; i < classes; i++) {
        const right = Math.max(z[i], largest - deep) - lse;
        expect(Math.abs(data[i] - right)).toBeLessThan(deep / 131070 + 4e-6);
      }
      // what is said after the tokens 4 to 7 of a chunk
      expect(Array.from(observed ?? [])).toEqual([tokens[context * Math.floor(row / 4) + 5 + (row % 4)]]);
      row++;
    }
    expect(row).toBe(8);
  });

  it("writes a file of the tool's again, to within a step", async () => {
    const path = temporary("x.kld");
    const before = readFileSync(fixture("cut.kld"));
    const [context, classes, chunks] = new Int32Array(before.buffer, before.byteOffset + 8, 3);
    const tokens = new Int32Array(before.buffer, before.byteOffset + 20, context * chunks);
    const source = await openLogits(fixture("cut.kld"));
    await writeLlamaCpp(path, source, { classes, context, tokens, depth: 24 });
    const after = readFileSync(path);
    expect(after.length).toBe(before.length);
    expect(after.subarray(0, 276)).toEqual(before.subarray(0, 276));
    // rows of a cut vocabulary do not add up to 1 before, but do afterwards: they are moved as a whole
    const [was, is] = [await numbersOf(fixture("cut.kld")), await numbersOf(path)];
    for (let start = 0; start < is.length; start += classes) {
      const moves = is.slice(start, start + classes).map((x, i) => x - was[start + i]);
      expect(Math.max(...moves) - Math.min(...moves)).toBeLessThan(24 / 65535);
    }
  });

  it("a row that is the same everywhere", async () => {
    const path = temporary("x.kld");
    const flat = [{ data: new Float32Array(8 * classes).fill(3) }];
    await writeLlamaCpp(path, flat, { classes, context, tokens });
    expect(new Set(await numbersOf(path))).toEqual(new Set([Math.fround(-Math.fround(Math.log(classes)))]));
  });

  it("-Infinity is the floor", async () => {
    const path = temporary("x.kld");
    const data = Float32Array.from(rows[0]).fill(-Infinity, 7, 8);
    await writeLlamaCpp(path, [{ data }, ...batches.slice(1)], { classes, context, tokens });
    const numbers = await numbersOf(path);
    const row = numbers.slice(0, classes);
    expect(row[7]).toBe(Math.min(...row));
    expect(Math.max(...row) - row[7]).toBeCloseTo(16, 4);
  });

  it("refuses what it cannot write", async () => {
    const withNumber = (x: number) => [{ data: Float32Array.from(rows[0]).fill(x, 3, 4) }, ...batches.slice(1)];
    const bad: [RowBatch[], ArrayLike<number>, RegExp][] = [
      [batches, tokens.subarray(1), /17 tokens; they must be chunks of 9/],
      [batches, [], /0 tokens/],
      [batches.slice(1), tokens, /7 rows; 2 chunks of 9 tokens make 8/],
      [withNumber(Number.NaN), tokens, /row 0, column 3 is NaN/],
      [withNumber(Infinity), tokens, /row 0, column 3 is Infinity/],
      [
        [{ data: Float64Array.from(rows[0], (x, i) => (i === 3 ? 1e39 : x)) }],
        tokens,
        /row 0, column 3 is 1e\+39.*in f32/,
      ],
      [[{ data: new Float32Array(8 * classes).fill(-Infinity) }], tokens, /row 0 is -Infinity everywhere/],
    ];
    for (const [rows, tokens, message] of bad) {
      const path = temporary("x.kld");
      await expect(writeLlamaCpp(path, rows, { classes, context, tokens })).rejects.toThrow(message);
      expect(existsSync(path)).toBe(false);
      expect(leftovers(path)).toEqual([]);
    }
  });
});

describe("tokens", () => {
  const expected: number[] = JSON.parse(readFileSync(fixture("expected.json"), "utf8")).tokens;

  it("of NumPy's types", async () => {
    const unsigned = expected.map((token) => (token < 0 ? 40000 : token));
    for (const type of ["i4", "i8"])
      expect(Array.from(await openTokens(fixture(`tokens.${type}.npy`)))).toEqual(expected);
    for (const type of ["u2", "u4"])
      expect(Array.from(await openTokens(fixture(`tokens.${type}.npy`)))).toEqual(unsigned);
  });

  it("as BigInts, and with PyTorch's -100", async () => {
    const path = temporary("x.npy");
    await writeTokens(
      path,
      BigInt64Array.from(expected, (token) => BigInt(token < 0 ? -100 : token)),
    );
    expect(readFileSync(path)).toEqual(readFileSync(fixture("tokens.i4.npy")));
    await writeTokens(path, [0, -0, 2 ** 31 - 1, 7n]);
    expect(Array.from(await openTokens(path))).toEqual([0, 0, 2 ** 31 - 1, 7]);
  });

  it("as text of more than one part, wherever the parts end", async () => {
    const path = temporary("x.txt");
    for (const [start, separator, end] of [
      ["", " ", ""],
      ["", ",\r\n", "\n"],
      ["[", ", ", "]"],
      ["\u00ef\u00bb\u00bf[[", "],\n[", "]]"],
    ]) {
      const many = Int32Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 200_003);
      writeFileSync(path, `${start}${many.join(separator)}${end}`, "latin1");
      expect(Buffer.from((await openTokens(path)).buffer).equals(Buffer.from(many.buffer))).toBe(true);
    }
  });

  it("as they are written here, of more than one part too", async () => {
    const path = temporary("x.npy");
    await writeTokens(path, expected);
    expect(readFileSync(path)).toEqual(readFileSync(fixture("tokens.i4.npy")));
    const many = Int32Array.from({ length: 600_000 }, (_, i) => i * 3);
    await writeTokens(path, many);
    expect(Buffer.from((await openTokens(path)).buffer).equals(Buffer.from(many.buffer))).toBe(true);
  });

  it.each([
    ["1 2\n3\t-1 4"],
    ["1,2,3,-1,4\n"],
    ["[1, 2, 3, -1, 4]"],
    [" [[1, 2], [3, -1, 4]] "],
    ["1\r\n2\r\n3\r\n-100\r\n4"],
    ["\ufeff1 2 3 -1 4"],
    ["\ufeff[1, 2, 3, -1, 4]"],
    ["1, 2, 3, -1, 4,\n"],
  ])("as text: %j", async (text) => {
    expect(Array.from(await openTokens(makeFile("tokens.txt", text)))).toEqual([1, 2, 3, -1, 4]);
  });

  it.each([
    ["", RangeError, /no tokens/],
    ["[]", RangeError, /no tokens/],
    ["1 2 x3", TypeError, /token 2, at byte 4, is "x3"/],
    ["1 2.5", TypeError, /token 1, at byte 2, is "2.5"/],
    ["1 -2", RangeError, /token 1, at byte 2, is -2/],
    ["7 2147483648", RangeError, /token 1, at byte 2, is 2147483648/],
    ["[1, 2", TypeError, /begins like JSON, but is not: it ends within brackets/],
    ["[1, 2] 3", TypeError, /begins like JSON, but is not: a comma is missing at byte 7/],
    ["[1, 2], [3]", TypeError, /begins like JSON, but is not: there is a "," too many at byte 6/],
    ["[1,, 2]", TypeError, /there is a "," too many at byte 3/],
    ["[1, 2,]", TypeError, /there is a "\]" too many at byte 6/],
    ["[1 2]", TypeError, /a comma is missing at byte 3/],
    ["[[1][2]]", TypeError, /there is a "\[" too many at byte 4/],
    ["[1]]", TypeError, /there is a "\]" too many at byte 3/],
    ["1,,2", TypeError, /there is a "," too many at byte 2/],
    [", 1", TypeError, /there is a "," too many at byte 0/],
    ["1 [2]", TypeError, /there is a "\[" too many at byte 2/],
    ["\ufeff1 x", TypeError, /token 1, at byte 5, is "x"/],
    ["\ufeffx", TypeError, /token 0, at byte 3, is "x"/],
    ["1 \u001b[2J", TypeError, /token 1, at byte 2, is "\\u001b"/],
    [`1 ${"9".repeat(5000)}`, TypeError, /^.{1,300}\(5000 characters\)"; it must be an integer$/],
    ['[1, "2"]', TypeError, /token 1, at byte 4, is/],
    ["[1, null]", TypeError, /token 1, at byte 4, is "null"/],
    ['{"a": 1}', TypeError, /token 0, at byte 0, is/],
  ])("bad text: %j", async (text, kind, message) => {
    const failure = await openTokens(makeFile("tokens.txt", text)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(kind);
    expect((failure as Error).message).toMatch(message);
  });

  it("text in UTF-16", async () => {
    const path = makeFile("tokens.txt", Buffer.from("\ufeff1 2 3", "utf16le"));
    await expect(openTokens(path)).rejects.toThrow(/tokens\.txt is text in UTF-16; save it as UTF-8/);
  });

  it("wrong arguments", async () => {
    await expect(openTokens(undefined as never)).rejects.toThrow(/^openTokens: source is undefined/);
    const path = changed("tokens.i4.npy", (bytes) => {
      bytes.fill(0x20, 10, 127);
      bytes.write("{'descr': 'constructor', 'fortran_order': False, 'shape': (7,)}", 10);
      return bytes;
    });
    await expect(openTokens(path)).rejects.toThrow('tokens of type "constructor"');
  });

  it("bad .npy files", async () => {
    const bad: [string, RegExp][] = [
      [fixture("f32.npy"), /tokens of type "<f4"/],
      [changed("tokens.i4.npy", (bytes) => bytes.subarray(0, -1)), /\(7\) ends at byte 156, the file at 155/],
      [changed("tokens.i4.npy", (bytes) => bytes.fill(0x80, 136, 140)), /token 2, at byte 136, is -2139062144/],
      [changed("tokens.i8.npy", (bytes) => bytes.fill(0x7f, 136, 144)), /token 1, at byte 136, is 91872019504357\d+/],
      [makeFile("tokens.npy", "1 2 3"), /ends at byte 5/],
    ];
    for (const [path, message] of bad) await expect(openTokens(path)).rejects.toThrow(message);
  });

  it("what is not there", async () => {
    await expect(openTokens(temporary("x.npy"))).rejects.toThrow("ENOENT");
    const path = temporary("x.txt");
    writeFileSync(path, "1 2 3");
    expect(Array.from(await openTokens(path))).toEqual([1, 2, 3]);
  });
});
