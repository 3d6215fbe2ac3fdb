import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tableOf8, widen } from "../../src/compare/half.js";
import type { OpenLogitsOptions } from "../../src/compare/openLogits.js";
import type { LogitSource, ReadOptions } from "../../src/compare/source.js";
import { changed, FIXTURES, makeFile, openForTest as openLogits, temporary } from "./temporary.js";

interface Expected {
  logits: (number | "-Infinity")[][];
  f8: Record<"F8_E4M3" | "F8_E5M2", { values: (number | string)[]; stored: number[] }>;
  llamaCpp: { tokens: number[]; rows: number[][] };
}

const expected: Expected = JSON.parse(readFileSync(join(FIXTURES, "expected.json"), "utf8"));
const logits = expected.logits.map((row) => row.map(Number));

const fixture = (name: string, options?: OpenLogitsOptions) => openLogits(join(FIXTURES, name), options);

/** All rows that a source gives, widened, and their tokens. */
async function readAll(source: LogitSource, options?: ReadOptions) {
  const rows: number[][] = [];
  const tokens: number[] = [];
  const batches: number[] = [];
  for await (const batch of options === undefined ? source : source.read(options)) {
    const numbers = widen(batch);
    for (let at = 0; at < numbers.length; at += source.classes) {
      rows.push(Array.from(numbers.subarray(at, at + source.classes)));
    }
    tokens.push(...Array.from(batch.tokens ?? []));
    batches.push(numbers.length / source.classes);
  }
  return { rows, tokens, batches };
}

const rowsOf = async (path: string, options?: OpenLogitsOptions) =>
  (await readAll(await openLogits(path, options))).rows;

describe("files of other programs", () => {
  const all: [string, number[][], OpenLogitsOptions?][] = [
    ["f16.npy", logits],
    ["f32.npy", logits],
    ["f64.npy", logits],
    ["bf16.npy", logits, { bfloat16: true }],
    ["bigEndian.npy", logits, { bigEndian: true }],
    ["bigEndian.f2.npy", logits, { bigEndian: true }],
    ["bigEndian.f8.npy", logits, { bigEndian: true }],
    ["bigEndian.u2.npy", logits, { bfloat16: true, bigEndian: true }],
    ["halves.npy", logits, { float16: true }],
    ["columns.npy", logits],
    ["columns.f2.npy", logits],
    ["columns.f8.npy", logits],
    ["columns.big.npy", logits, { bigEndian: true }],
    ["version2.npy", logits],
    ["version3.npy", logits],
    ["oneRow.npy", [logits[1]]],
    ["threeDimensions.npy", logits.slice(0, 6)],
    ["one.safetensors", logits],
    ["several.safetensors", logits, { tensor: "half" }],
    ["several.safetensors", logits, { tensor: "brain" }],
    ["several.safetensors", logits.slice(0, 6), { tensor: "double" }],
    ["several.safetensors", [logits[0]], { tensor: "bias" }],
    ["cut.kld", expected.llamaCpp.rows],
  ];

  it.each(all)("%s", async (name, rows, options) => {
    const source = await fixture(name, options);
    expect(source.rows).toBe(rows.length);
    expect(source.classes).toBe(rows[0].length);
    expect(source.name).toBe(join(FIXTURES, name));
    expect((await readAll(source)).rows).toEqual(rows);
  });

  it.each(["F8_E4M3", "F8_E5M2"] as const)("%s of .safetensors, every number", async (tensor) => {
    const { values, stored } = expected.f8[tensor];
    const numbers: number[] = values.map(Number);
    const table = Array.from(tableOf8(tensor === "F8_E4M3" ? "f8e4m3" : "f8e5m2"));
    expect(table).toEqual(numbers);
    const source = await fixture("eight.safetensors", { tensor });
    expect([source.rows, source.classes, source.type]).toEqual([2, 256, "f32"]);
    const { rows } = await readAll(source);
    expect(rows[0]).toEqual(stored.map((byte: number) => numbers[byte]));
    expect(source.placeOf(1, 3)).toMatch(/^row 1, column 3, at byte \d+$/);
  });

  it("hands on 16 bits as they are, with their format", async () => {
    for (const [name, format] of [["f16.npy", "f16"] as const, ["bf16.npy", "bf16"] as const]) {
      for await (const batch of await fixture(name, { bfloat16: format === "bf16" })) {
        expect(batch.data).toBeInstanceOf(Uint16Array);
        expect(batch.format).toBe(format);
      }
    }
  });

  it("knows llama.cpp's tokens, and that its numbers are log-probabilities", async () => {
    const source = await fixture("cut.kld");
    expect(source.input).toBe("logProbabilities");
    expect((await readAll(source)).tokens).toEqual(expected.llamaCpp.tokens);
    expect((await readAll(source, { start: 13, end: 19, batchRows: 4 })).tokens).toEqual(
      expected.llamaCpp.tokens.slice(13, 19),
    );
  });

  it("is told what .npy files hold", async () => {
    expect((await fixture("f32.npy")).input).toBe("logits");
    expect((await fixture("f32.npy", { input: "logProbabilities" })).input).toBe("logProbabilities");
  });

  it("raw numbers, of a shape that is given or completed", async () => {
    const path = makeFile("x.raw", readFileSync(join(FIXTURES, "f32.npy")).subarray(128));
    for (const shape of [
      [7, 5],
      [7, 1, 5],
      [-1, 5],
      [-1, 7, 5],
    ]) {
      expect(await rowsOf(path, { shape, type: "f32" })).toEqual(logits);
    }
    expect(await rowsOf(path, { shape: [35], type: "f32" })).toEqual([logits.flat()]);
    const half = makeFile("x.raw", readFileSync(join(FIXTURES, "bf16.npy")).subarray(128));
    expect(await rowsOf(half, { shape: [7, 5], type: "bf16" })).toEqual(logits);
  });

  it("formats are known by their first bytes, whatever the name", async () => {
    expect(await rowsOf(makeFile("x", readFileSync(join(FIXTURES, "f32.npy"))))).toEqual(logits);
    expect(await rowsOf(makeFile("x", readFileSync(join(FIXTURES, "cut.kld"))))).toEqual(expected.llamaCpp.rows);
    expect(await rowsOf(makeFile("x", readFileSync(join(FIXTURES, "one.safetensors"))))).toEqual(logits);
    const asRaw = await rowsOf(join(FIXTURES, "f32.npy"), { format: "raw", shape: [-1, 67], type: "f32" });
    expect(asRaw[0].slice(32, 37)).toEqual(logits[0]);
  });
});

describe.each([["f32.npy", logits] as const, ["cut.kld", expected.llamaCpp.rows] as const])(
  "ranges of %s",
  (name, rows) => {
    const last = rows.length;

    it("any start, end and size of batches", async () => {
      const source = await fixture(name);
      for (const start of [0, 1, 3, last - 1, last]) {
        for (const end of [start, start + 1, last - 2, last].filter((end) => end >= start && end <= last)) {
          for (const batchRows of [1, 2, 3, last, 1000, undefined]) {
            const read = await readAll(source, { start, end, batchRows });
            expect(read.rows).toEqual(rows.slice(start, end));
            if (batchRows !== undefined) expect(Math.max(0, ...read.batches)).toBeLessThanOrEqual(batchRows);
          }
        }
      }
    });

    it("two batches at a time are whole, in three arrays in all", async () => {
      const source = await fixture(name);
      const buffers = new Set<ArrayBufferLike>();
      let before: { data: ArrayLike<number>; row: number } | undefined;
      let row = 0;
      for await (const { data } of source.read({ batchRows: 1 })) {
        buffers.add(data.buffer);
        // long enough for what is read ahead to arrive
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (before !== undefined) expect(Array.from(before.data)).toEqual(rows[before.row]);
        expect(Array.from(data)).toEqual(rows[row]);
        before = { data, row };
        row++;
      }
      expect(row).toBe(last);
      expect(buffers.size).toBe(3);
    });

    it("memory of the caller's, shared too", async () => {
      const source = await fixture(name);
      const memory = new SharedArrayBuffer(4096);
      let given = 0;
      const allocate = (bytes: number) => {
        given += 1024;
        return new Uint8Array(memory, given - 1016, bytes);
      };
      const read: number[][] = [];
      for await (const { data } of source.read({ batchRows: 1, allocate })) {
        expect(data.buffer).toBe(memory);
        read.push(Array.from(data));
      }
      expect(read).toEqual(rows);
      expect(given).toBe(3 * 1024);
    });

    it("may be left early, and read several times at once", async () => {
      const source = await fixture(name);
      for await (const _ of source.read({ batchRows: 1 })) break;
      const [front, back] = await Promise.all([
        readAll(source, { end: 3, batchRows: 1 }),
        readAll(source, { start: 3, batchRows: 2 }),
      ]);
      expect([...front.rows, ...back.rows]).toEqual(rows);
      await source.close();
    });

    it("refuses others", async () => {
      const source = await fixture(name);
      const ranges = [{ start: -1 }, { end: last + 1 }, { start: 3, end: 2 }, { start: 0.5 }, { end: Number.NaN }];
      for (const range of ranges) await expect(readAll(source, range)).rejects.toThrow(RangeError);
      for (const batchRows of [0, -1, 1.5]) {
        await expect(readAll(source, { batchRows })).rejects.toThrow("must be an integer >= 1");
      }
      for (const memory of [new Uint8Array(8), new Uint8Array(1001).subarray(1)]) {
        await expect(readAll(source, { batchRows: 1, allocate: () => memory })).rejects.toThrow("allocate gave");
      }
      await expect(readAll(source, { ends: 1 } as ReadOptions)).rejects.toThrow('did you mean "end"');
      await expect(readAll(source, { begin: 1 } as ReadOptions)).rejects.toThrow('unknown option "begin"');
      const wrong: [unknown, RegExp][] = [
        [null, /: read: options is null; it must be an object/],
        [{ start: "0" }, /: read: start is "0"; it must be an integer >= 0/],
        [{ end: 2 ** 53 }, /: read: end is 9007199254740992; it must be an integer below 2\^53/],
        [{ batchRows: 1n }, /: read: batchRows is 1n; it must be an integer >= 1/],
        [{ allocate: true }, /: read: allocate is true; it must be a function/],
        [{ allocate: () => undefined }, /: allocate gave undefined; it must give a Uint8Array/],
        [{ allocate: (bytes: number) => new ArrayBuffer(bytes) }, /: allocate gave \[object ArrayBuffer\]/],
      ];
      for (const [options, message] of wrong) {
        const failure = await readAll(source, options as ReadOptions).catch((error: unknown) => error);
        expect((failure as Error).message).toMatch(message);
      }
    });
  },
);

it("tells where a number is", async () => {
  const places: [LogitSource, string][] = [
    [await fixture("f16.npy"), `row 3, column 2, at byte ${128 + 2 * 17}`],
    [await fixture("f64.npy"), `row 3, column 2, at byte ${128 + 8 * 17}`],
    [await fixture("cut.kld"), `row 3, column 2, at byte ${20 + 4 * 64 + 3 * 132 + 8 + 4}`],
  ];
  for (const [source, place] of places) expect(source.placeOf(3, 2)).toBe(place);
  const tensor = await fixture("one.safetensors");
  const byte = Number(/byte (\d+)/.exec(tensor.placeOf(6, 4))?.[1]);
  expect(readFileSync(tensor.name).readFloatLE(byte)).toBe(logits[6][4]);
});

/** A .safetensors file with this header, and some bytes of numbers. */
function safetensors(header: string, dataBytes = 16): string {
  const bytes = Buffer.alloc(8 + header.length + dataBytes);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  return makeFile("x.safetensors", bytes);
}

const tensor = (begin: number, end: number, shape = [1, (end - begin) / 4]) => ({
  dtype: "F32",
  shape,
  data_offsets: [begin, end],
});

/** .npy with a header of one's own; as many numbers as a file of 7 × 5. */
const npy = (header: string) =>
  changed("f32.npy", (bytes) => {
    bytes.fill(0x20, 10, 127);
    bytes.write(header, 10);
    return bytes;
  });

/** Whose values NumPy does not take either, or takes for something else. */
const badHeaders: [string, string, typeof Error, RegExp][] = [
  [
    "a key twice",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (7, 5), 'descr': '<f8'}",
    TypeError,
    /the key "descr" twice/,
  ],
  [
    "text after the dictionary",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (7, 5)} or more",
    TypeError,
    /goes on after its dictionary/,
  ],
  ["no brace at the end", "{'descr': '<f4', 'fortran_order': False, 'shape': (7, 5)", TypeError, /"}" is missing/],
  ["no brace at the start", "'descr': '<f4', 'fortran_order': False, 'shape': (7, 5)}", TypeError, /"{" is missing/],
  ["no comma", "{'descr': '<f4' 'fortran_order': False, 'shape': (7, 5)}", TypeError, /"}" is missing/],
  ["no value", "{'descr': , 'fortran_order': False, 'shape': (7, 5)}", TypeError, /a value is missing/],
  ["brackets that differ", "{'descr': [(']', ], 'fortran_order': False, 'shape': (7, 5)}", TypeError, /brackets/],
  ["a text that does not end", "{'descr': '<f4, 'fortran_order': False, 'shape': (7, 5)}", TypeError, /"}" is missing/],
  ["another key", "{'descr': '<f4', 'fortran_order': False, 'shape': (7, 5), 'x': 1}", TypeError, /unknown key, "x"/],
  [
    "a length that is no tuple",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (35)}",
    TypeError,
    /shape of \(35\)/,
  ],
  [
    "lengths without comma",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3 5,)}",
    TypeError,
    /shape of \(3 5,\)/,
  ],
  ["lengths in a list", "{'descr': '<f4', 'fortran_order': False, 'shape': [7, 5]}", TypeError, /shape of \[7, 5\]/],
  ["an order of 0", "{'descr': '<f4', 'fortran_order': 0, 'shape': (7, 5)}", TypeError, /fortran_order of 0/],
  ...["constructor", "toString", "__proto__"].map((name): [string, string, typeof Error, RegExp] => [
    `numbers of ${name}`,
    `{'descr': '${name}', 'fortran_order': False, 'shape': (7, 5)}`,
    TypeError,
    new RegExp(`numbers of type "${name}"`),
  ]),
  [
    "control characters",
    "{'descr': '\u001b[2J', 'fortran_order': False, 'shape': (7, 5)}",
    TypeError,
    /numbers of type "\\u001b\[2J"/,
  ],
];

describe("bad files", () => {
  const at = (name: string) => join(FIXTURES, name);
  const raw = (shape: number[], type: string) => ({ shape, type }) as OpenLogitsOptions;
  const threeRows = { type: "f32", shape: [3, 5] } as const;

  type Case = [string, () => string, OpenLogitsOptions | undefined, typeof Error, RegExp];
  const cases: Case[] = [
    ["nothing", () => makeFile("x.npy", ""), {}, RangeError, /x\.npy is empty/],
    ["a folder of other files", () => "test/compare", {}, RangeError, /compare is a folder without files of logits/],
    ["a device", () => "/dev/null", {}, TypeError, /null is not a regular file/],
    ["no file", () => temporary("x.npy"), {}, Error, /x\.npy cannot be read: .*check the path \(ENOENT\)$/],
    [
      "an unknown format",
      () => makeFile("x", "hello there"),
      {},
      TypeError,
      /begins, at byte 0, with 68 65 6c 6c 6f.* shape/,
    ],
    [
      "an archive",
      () => makeFile("x.npz", "PK\x03\x04........"),
      {},
      RangeError,
      /the end of its directory is missing/,
    ],
    ["an option that there is not", () => at("f32.npy"), { tensors: "a" } as OpenLogitsOptions, TypeError, /"tensor"/],
    [
      "a format that there is not",
      () => at("f32.npy"),
      { format: "csv" } as unknown as OpenLogitsOptions,
      TypeError,
      /npy, npz, safe/,
    ],
    ["a shape of .npy", () => at("f32.npy"), threeRows, TypeError, /shape and type are of raw files; this is npy/],

    [".npy: another magic", () => makeFile("x.npy", "not numpy at all"), {}, TypeError, /x\.npy.*at byte 0.*NUMPY/],
    [
      ".npy: a version to come",
      () => changed("f32.npy", (b) => b.fill(4, 6, 7)),
      {},
      TypeError,
      /version 4\.0.*byte 6/,
    ],
    [
      ".npy: ends within the magic",
      () => changed("f32.npy", (b) => b.subarray(0, 7)),
      {},
      RangeError,
      /ends at byte 7/,
    ],
    [
      ".npy: a header past the end",
      () => changed("f32.npy", (b) => b.fill(255, 8, 10)),
      {},
      RangeError,
      /header of 65535.*268/,
    ],
    [
      ".npy: a huge header",
      () => changed("version2.npy", (b) => b.fill(255, 8, 12)),
      {},
      RangeError,
      /header of 4294967295/,
    ],
    [".npy: a broken header", () => npy("{'descr': '<f4'}"), {}, TypeError, /byte 10, has no fortran_order/],
    [
      ".npy: no shape",
      () => npy("{'descr': '<f4', 'fortran_order': False, 'shape': (x,)}"),
      {},
      TypeError,
      /a shape of \(x,\)/,
    ],
    ...badHeaders.map(
      ([what, header, kind, message]) => [`.npy: ${what}`, () => npy(header), {}, kind, message] satisfies Case,
    ),
    [".npy: a version to come, the minor", () => changed("f32.npy", (b) => b.fill(1, 7, 8)), {}, TypeError, /1\.1/],
    [
      ".npy: columns of three dimensions",
      () => at("columns3.npy"),
      {},
      TypeError,
      /\(2, 3, 5\) column by column.*ascontigu/,
    ],
    [
      ".npy: columns, truncated",
      () => changed("columns.npy", (b) => b.subarray(0, 128 + 4 * 23)),
      { partial: true },
      RangeError,
      /end in row 2, column 3, at byte 220: truncated/,
    ],
    [".npy: integers", () => at("i32.npy"), {}, TypeError, /"<i4".*f16, f32, f64/],
    [".npy: structures", () => at("structured.npy"), {}, TypeError, /type "\[\('a', '<f4'\), \('b', '<i4'\)\]"/],
    [".npy: bfloat16, not said", () => at("bf16.npy"), {}, TypeError, /"<u2".*option bfloat16, or float16/],
    [".npy: bfloat16, big-endian, not said", () => at("bigEndian.u2.npy"), {}, TypeError, /">u2".*option bfloat16/],
    [
      ".npy: big-endian, not said",
      () => at("bigEndian.f8.npy"),
      {},
      TypeError,
      />f8" are big-endian.*option bigEndian/,
    ],
    [".npy: little-endian", () => at("f64.npy"), { bigEndian: true }, TypeError, /<f8" are little-endian: leave out/],
    [".npy: no rows", () => at("noRows.npy"), {}, RangeError, /\(0, 5\).*no rows/],
    [
      ".npy: no classes",
      () => npy("{'descr': '<f4', 'fortran_order': False, 'shape': (5, 0), }"),
      {},
      RangeError,
      /no classes/,
    ],
    [
      ".npy: four dimensions",
      () => npy("{'descr': '<f4', 'fortran_order': False, 'shape': (7, 1, 1, 5), }"),
      {},
      RangeError,
      /\(7, 1, 1, 5\).*\[batch, sequence, classes\]/,
    ],
    [".npy: one number", () => npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }"), {}, RangeError, /\(\)/],
    [
      ".npy: more numbers than any file",
      () => npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }"),
      {},
      RangeError,
      /more than any file holds/,
    ],
    [
      ".npy: truncated",
      () => changed("f32.npy", (b) => b.subarray(0, 200)),
      {},
      RangeError,
      /bytes 128 to 268, but they end in row 3, column 3, at byte 200: truncated/,
    ],
    [
      ".npy: too long",
      () => changed("f32.npy", (b) => Buffer.concat([b, b])),
      {},
      RangeError,
      /268 more than the shape/,
    ],

    [".safetensors: ends within the length", () => makeFile("x.safetensors", "abc"), {}, RangeError, /ends at byte 3/],
    [
      ".safetensors: a huge header",
      () => makeFile("x.safetensors", Buffer.alloc(64, 255)),
      {},
      RangeError,
      /header of 18446744073709551615/,
    ],
    [
      ".safetensors: a header past the end",
      () => changed("one.safetensors", (b) => b.fill(9, 1, 2)),
      {},
      RangeError,
      /header of 2/,
    ],
    [".safetensors: no JSON", () => safetensors("{oh no}"), {}, TypeError, /byte 8, is not JSON/],
    [".safetensors: a list", () => safetensors("[1]"), {}, TypeError, /not an object of JSON/],
    [".safetensors: a tensor of null", () => safetensors('{"a":null}'), {}, TypeError, /"a" is described by null/],
    [
      ".safetensors: negative offsets",
      () => safetensors(JSON.stringify({ a: tensor(-16, 0, [1, 4]) })),
      {},
      TypeError,
      /"a" is described by .*-16/,
    ],
    [
      ".safetensors: overlapping tensors",
      () => safetensors(JSON.stringify({ a: tensor(0, 12), b: tensor(8, 16) })),
      {},
      RangeError,
      /"b", at byte \d+, overlaps the tensor before it/,
    ],
    [
      ".safetensors: a gap",
      () => safetensors(JSON.stringify({ a: tensor(0, 8), b: tensor(12, 16) })),
      {},
      RangeError,
      /"b", at byte \d+, leaves a gap/,
    ],
    [
      ".safetensors: past the end",
      () => safetensors(JSON.stringify({ a: tensor(0, 20) })),
      {},
      RangeError,
      /"a" ends.*truncated/,
    ],
    [
      ".safetensors: too long",
      () => safetensors(JSON.stringify({ a: tensor(0, 12) })),
      {},
      RangeError,
      /last tensor ends/,
    ],
    [
      ".safetensors: another shape",
      () => safetensors(JSON.stringify({ a: tensor(0, 16, [2, 3]) })),
      {},
      RangeError,
      /\(2, 3\) of f32 .* row 1, column 1, at byte \d+: truncated/,
    ],
    [
      ".safetensors: a tensor that is not there",
      () => at("one.safetensors"),
      { tensor: "z" },
      RangeError,
      /no tensor "z".*"logits" F32 \(7, 5\), "input_ids" I64/,
    ],
    [".safetensors: several", () => at("several.safetensors"), {}, TypeError, /3 tensors.*option tensor.*"half" F16/],
    [
      ".safetensors: the same tensor twice",
      () => safetensors(`{"a":${JSON.stringify(tensor(0, 16))},"a":${JSON.stringify(tensor(0, 16))}}`),
      {},
      TypeError,
      /"a" is there twice/,
    ],
    [
      ".safetensors: the same key twice, spelled in two ways",
      () => safetensors('{"a":{"dtype":"F32","shape":[1,4],"dtyp\\u0065":"F16","data_offsets":[0,16]}}'),
      {},
      TypeError,
      /"dtype" is there twice/,
    ],
    [
      ".safetensors: three offsets",
      () => safetensors(JSON.stringify({ a: { ...tensor(0, 16), data_offsets: [0, 16, 32] } })),
      {},
      TypeError,
      /"a" is described by .*\[0,16,32\]/,
    ],
    [
      ".safetensors: 10,000 brackets",
      () => safetensors(`{"a":{"shape":${"[".repeat(10_000)}${"]".repeat(10_000)}}}`),
      {},
      TypeError,
      /x\.safetensors: the header, at byte 8, is not JSON of tensors: more than 8 brackets/,
    ],
    ...["toString", "constructor", "__proto__"].map(
      (dtype) =>
        [
          `.safetensors: a type of ${dtype}`,
          () => safetensors(JSON.stringify({ a: { ...tensor(0, 16), dtype } })),
          { tensor: "a" },
          TypeError,
          new RegExp(`is of ${dtype}; F16`),
        ] satisfies Case,
    ),
    [
      ".safetensors: a tensor of that name is not there",
      () => at("one.safetensors"),
      { tensor: "toString" },
      RangeError,
      /no tensor "toString"/,
    ],
    [
      ".safetensors: control characters in a name",
      () => safetensors(JSON.stringify({ "\u001b[2J": tensor(0, 16, [16]) })),
      {},
      TypeError,
      /"\\u001b\[2J" F32/,
    ],
    [".safetensors: none", () => safetensors("{}", 0), {}, TypeError, /no tensor of rows.*There are none/],
    [".safetensors: integers", () => at("one.safetensors"), { tensor: "input_ids" }, TypeError, /is of I64; F16, BF16/],

    ["raw: no type", () => makeFile("x", "12345678"), { shape: [1, 2] }, TypeError, /shape.*and type/],
    ["raw: another type", () => makeFile("x", "12345678"), raw([1, 2], "i8"), TypeError, /type is "i8"/],
    [
      "raw: too short",
      () => makeFile("x", "12345678"),
      raw([2, 2], "f32"),
      RangeError,
      /row 1, column 0, at byte 8: trunc/,
    ],
    ["raw: too long", () => makeFile("x", "12345678"), raw([1, 1], "f32"), RangeError, /4 more than the shape says/],
    [
      "raw: no whole rows",
      () => makeFile("x", "12345678"),
      raw([-1, 3], "f16"),
      RangeError,
      /row 1, column 1, at byte 8/,
    ],
    ["raw: no classes", () => makeFile("x", "12345678"), raw([-1, 0], "f16"), RangeError, /shape/],
    ["raw: half a row", () => makeFile("x", "12345678"), raw([0.5, 8], "f16"), RangeError, /0\.5/],

    ["llama.cpp: another magic", () => at("f32.npy"), { format: "llama.cpp" }, TypeError, /byte 0, with "_logits_"/],
    [
      "llama.cpp: ends in its header",
      () => changed("cut.kld", (b) => b.subarray(0, 15)),
      {},
      RangeError,
      /ends at byte 15/,
    ],
    ["llama.cpp: no chunks", () => changed("cut.kld", (b) => b.fill(0, 16, 20)), {}, RangeError, /0 chunks.*no rows/],
    ["llama.cpp: negative classes", () => changed("cut.kld", (b) => b.fill(255, 12, 16)), {}, RangeError, /-1 classes/],
    [
      "llama.cpp: chunks past the end",
      () => changed("cut.kld", (b) => b.fill(127, 16, 20)),
      {},
      RangeError,
      /2139062143 chunks/,
    ],
    [
      "llama.cpp: truncated",
      () => changed("cut.kld", (b) => b.subarray(0, -1)),
      {},
      RangeError,
      /30 rows.*ends in row 29, at byte 4235/,
    ],
    ["llama.cpp: too long", () => changed("cut.kld", (b) => Buffer.concat([b, b])), {}, RangeError, /goes on to 8472/],
    [
      "llama.cpp: a token that is none",
      () => changed("cut.kld", (b) => b.fill(61, 20 + 4 * 33, 21 + 4 * 33)),
      {},
      RangeError,
      /token 33, at byte 152, is 61; there are 61 classes/,
    ],
    [
      "llama.cpp: probabilities above 1, by one bit of a step",
      () =>
        changed("cut.kld", (b) => {
          b[276 + 132 * 17 + 3] ^= 2; // sixteen times the step
        }),
      {},
      RangeError,
      /row 17, at byte 2520, has ln p = [1-9]\d.* for its likeliest class/,
    ],
    [
      "llama.cpp: probabilities that sum to next to nothing, by one bit of a step",
      () =>
        changed("cut.kld", (b) => {
          b[276 + 132 * 17 + 3] ^= 1; // a quarter of the step
        }),
      {},
      RangeError,
      /row 17, at byte 2520, has ln p = -1\d.* for its likeliest class/,
    ],
    [
      "llama.cpp: an odd number of classes less",
      () => changed("cut.kld", (b) => b.fill(7, 276 + 132 * 17 + 8 + 122, 276 + 132 * 17 + 8 + 123)),
      {},
      RangeError,
      /row 17, at byte 2520, has 7 after its 61 classes/,
    ],
    [
      "llama.cpp: a step of NaN",
      () => changed("cut.kld", (b) => b.fill(255, 276 + 132 * 17, 280 + 132 * 17)),
      {},
      RangeError,
      /row 17, at byte 2520, has a step of NaN/,
    ],
  ];

  it.each(cases)("%s", async (_, path, options, kind, message) => {
    const failure = await rowsOf(path(), options).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(kind);
    expect((failure as Error).message).toMatch(message);
  });
});

describe("options of the wrong kind", () => {
  const at = join(FIXTURES, "f32.npy");
  it.each<[unknown, unknown, typeof Error, RegExp]>([
    [undefined, {}, TypeError, /^openLogits: source is undefined; it must be a path, a URL/],
    ["", {}, RangeError, /^openLogits: source is ""/],
    [at, null, TypeError, /^openLogits: options is null/],
    [at, "npy", TypeError, /^openLogits: options is string/],
    [at, { input: "probabilities" }, TypeError, /input is "probabilities"; .*logits, logProbabilities/],
    [at, { bfloat16: "no" }, TypeError, /bfloat16 is "no"; it must be a boolean/],
    [at, { float16: 1 }, TypeError, /float16 is 1; it must be a boolean/],
    [at, { bfloat16: true, float16: true }, RangeError, /bfloat16 and float16 are both true/],
    [at, { tensor: 5 }, TypeError, /tensor is 5; it must be a string/],
    [at, { format: "raw", type: "f32", shape: "24" }, TypeError, /shape is "24"; it must be an array/],
    [at, { format: "raw", type: "f32", shape: ["7", 5] }, TypeError, /shape is \["7", 5\]/],
    [at, { format: "raw", type: "f32", shape: new Array(2) }, TypeError, /shape is \[undefined, undefined\]/],
    ...["__proto__", "constructor", "toString"].flatMap((name): [unknown, unknown, typeof Error, RegExp][] => [
      [at, { format: "raw", type: name, shape: [-1, 5] }, TypeError, new RegExp(`type is "${name}"`)],
      [at, { format: name }, TypeError, new RegExp(`format is "${name}"`)],
      [at, { input: name }, TypeError, new RegExp(`input is "${name}"`)],
    ]),
  ])("%j, %j", async (path, options, kind, message) => {
    const failure = await openLogits(path as string, options as OpenLogitsOptions).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(kind);
    expect((failure as Error).message).toMatch(message);
  });
});

describe("headers of 1 MiB", () => {
  const fill = (text: string) => text.repeat(Math.ceil(2 ** 20 / text.length));
  /** .npy of version 2, whose header says that it is that long. */
  const version2 = (start: string, part: string, length: number) => {
    const header = (start + fill(part)).slice(0, length);
    const bytes = Buffer.concat([Buffer.from("\x93NUMPY\x02\x00....", "latin1"), Buffer.from(header, "latin1")]);
    bytes.writeUInt32LE(header.length, 8);
    return makeFile("x.npy", bytes);
  };
  const starts = [
    "{'descr':[\"",
    "{'descr': '",
    "{'descr': ",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1",
    "",
  ];
  const parts = ["'descr':[\"", "[", "(", "\\\\", " ", "1,", "1, ", "'", "'a': 1,", "9", "]", "a", "\"'"];
  const longName = JSON.stringify({ ["\u001b".repeat(2 ** 20 / 6)]: tensor(0, 16, [16]) });
  const manyTensors = `{${Array.from({ length: 16_000 }, (_, i) => `"tensor.${i}":${JSON.stringify(tensor(0, 0, [0]))}`)}}`;
  const files: [string, () => string][] = [
    ...starts.flatMap((start) =>
      parts.flatMap((part): [string, () => string][] => [
        [`.npy: ${start}${part} …`, () => version2(start, part, 10_000)],
        [`.npy: ${start}${part} … of 1 MiB`, () => version2(start, part, 2 ** 20)],
      ]),
    ),
    ...['{"a":', "[", '{"', '"\\', "{", '{"a":[', '{"a":{},"', " "].map((start): [string, () => string] => [
      `.safetensors: ${start} …`,
      () => safetensors(fill(start)),
    ]),
    [".safetensors: a long name", () => safetensors(longName)],
    [".safetensors: 16,000 tensors", () => safetensors(manyTensors)],
  ];

  it.each(files)("%s", async (_, make) => {
    const path = make();
    const start = process.cpuUsage();
    const failure = await openLogits(path).catch((error: Error) => error);
    const seconds = process.cpuUsage(start).user / 1e6;
    expect(failure).toBeInstanceOf(Error);
    expect((failure as Error).message).toContain(path);
    expect((failure as Error).message.length).toBeLessThan(4000);
    // milliseconds, where a parser that reads parts again and again takes a minute
    expect(seconds).toBeLessThan(2);
  });
});

it("names the file and what to do where the system fails", async () => {
  await expect(openLogits(join(temporary("folder"), "x.npy"))).rejects.toMatchObject({
    code: "ENOENT",
    message: expect.stringMatching(/x\.npy cannot be read: .*; check the path \(ENOENT\)$/),
  });
  const strange = makeFile("\u001b[2J.npy", "");
  await expect(openLogits(strange)).rejects.toThrow("\\u001b[2J.npy is empty");
  await expect(openLogits(strange.replace("2J", "3J"))).rejects.toThrow(/\\u001b\[3J\.npy cannot be read: /);
});

describe("files that change while they are read", () => {
  /** Reads rows one by one; after the first, the file is changed. */
  async function readWhile(change: (path: string) => void, name = "f32.npy"): Promise<number> {
    const path = changed(name, () => undefined);
    const source = await openLogits(path);
    let rows = 0;
    try {
      for await (const _ of source.read({ batchRows: 1 })) if (++rows === 1) change(path);
    } catch (error) {
      throw new Error(`after ${rows} rows: ${(error as Error).message}`);
    }
    return rows;
  }

  it("one that does not change", async () => {
    expect(await readWhile(() => {})).toBe(7);
  });

  it.each(["f32.npy", "cut.kld"])("shrinks: %s", async (name) => {
    const shrink = (path: string) => truncateSync(path, 200);
    await expect(readWhile(shrink, name)).rejects.toThrow(/after [1-4] rows: .* shrank from \d+ to 200 bytes while/);
  });

  it("grows, is written to, replaced or removed", async () => {
    await expect(readWhile((path) => appendFileSync(path, "more"))).rejects.toThrow(
      /rows: .* grew from 268 to 272 bytes/,
    );
    const overwrite = (path: string) => {
      const file = openSync(path, "r+");
      writeSync(file, "x", 267);
      closeSync(file);
    };
    await expect(readWhile(overwrite)).rejects.toThrow(/after 7 rows: .* was written to while it was read/);
    const replace = (path: string) =>
      renameSync(
        changed("f32.npy", () => undefined),
        path,
      );
    await expect(readWhile(replace)).rejects.toThrow(/after 7 rows: .* was replaced by another file/);
    await expect(readWhile((path) => rmSync(path))).rejects.toThrow(/after 7 rows: .* was removed/);
  });
});

it("reads the end of a file of 5 GB", async () => {
  // a hole of five billion zeros takes no room on the disk
  const classes = 2 ** 18;
  const rows = 5000;
  const path = changed("f32.npy", (bytes) => {
    bytes.fill(0x20, 10, 127);
    bytes.write(`{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${classes}), }`, 10);
    return bytes.subarray(0, 128);
  });
  truncateSync(path, 128 + rows * classes * 4);
  const file = openSync(path, "r+");
  writeSync(file, new Float32Array([1.5, 2.5]), 0, 8, 128 + (rows * classes - 2) * 4);
  closeSync(file);

  const source = await openLogits(path);
  expect(source.rows).toBe(rows);
  expect(source.placeOf(rows - 1, classes - 1)).toBe(
    `row 4999, column 262143, at byte ${128 + rows * classes * 4 - 4}`,
  );
  const sums: number[] = [];
  for await (const { data } of source.read({ start: rows - 2, batchRows: 1 })) {
    sums.push((data as Float32Array).reduce((sum, x) => sum + x, 0));
    expect(Array.from(data.subarray(-2))).toEqual(sums.length === 2 ? [1.5, 2.5] : [0, 0]);
  }
  expect(sums).toEqual([0, 4]);
});
