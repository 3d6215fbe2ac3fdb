import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fromBF16, fromF16, toBF16, toF16, widen } from "../../src/compare/half.js";
import type { RowBatch } from "../../src/compare/source.js";
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
      [[{ data: new Uint16Array(2) }], { classes: 2 }, /format \(f16 or bf16\) must be given/],
    ];
    for (const [rows, options, message] of bad) {
      const path = makeFile("x.npy", "before");
      await expect(writeNpy(path, rows, options)).rejects.toThrow(message);
      expect(readFileSync(path, "utf8")).toBe("before");
      expect(leftovers(path)).toEqual([]);
    }
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
      [batches.slice(1), tokens, /7 rows; 2 chunks of 9 tokens make 8/],
      [withNumber(Number.NaN), tokens, /row 0, column 3 is NaN/],
      [withNumber(Infinity), tokens, /row 0, column 3 is Infinity/],
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
    ["[1, 2", TypeError, /begins like JSON/],
    ['[1, "2"]', TypeError, /token 1, at byte 4, is/],
    ["[1, null]", TypeError, /token 1, at byte 4, is "null"/],
    ['{"a": 1}', TypeError, /token 0, at byte 0, is/],
  ])("bad text: %j", async (text, kind, message) => {
    const failure = await openTokens(makeFile("tokens.txt", text)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(kind);
    expect((failure as Error).message).toMatch(message);
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
