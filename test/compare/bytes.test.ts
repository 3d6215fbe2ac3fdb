// Files that are not on the disk: behind URLs, in Blobs, in streams, in memory.

import { appendFileSync, openAsBlob, readdirSync, readFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type ByteSource,
  compareLogits,
  type FileSource,
  openLogits,
  openTokens,
  type RowBatch,
  writeLlamaCpp,
  writeNpy,
  writeTokens,
} from "../../src/compare/index.js";
import { isLong } from "../long.js";
import { run } from "./command.js";
import { serveFiles } from "./server.js";
import { makeModels } from "./sources.js";
import { FIXTURES, makeFile, temporary } from "./temporary.js";

const CLASSES = 500;
const ROWS = 90;
const [base, other] = makeModels(ROWS, CLASSES);
const server = await serveFiles();
const paths: Record<string, string> = {};
const PARTS = ["base.npy", "other.npy", "big.npy", "base.safetensors", "base.bin", "base.kld", "tokens.npy"] as const;

/** As it is written by hand: https://huggingface.co/docs/safetensors */
function safetensorsOf(data: Float32Array): Buffer {
  const header = JSON.stringify({ x: { dtype: "F32", shape: [ROWS, CLASSES], data_offsets: [0, data.byteLength] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.from(data.buffer)]);
}

beforeAll(async () => {
  for (const name of PARTS) paths[name] = temporary(name);
  await writeNpy(paths["base.npy"], [base], { classes: CLASSES });
  await writeNpy(paths["other.npy"], [other], { classes: CLASSES });
  const big = Buffer.from(base.data.slice().buffer).swap32();
  paths["big.npy"] = makeFile("big.npy", Buffer.concat([bigEndianHeader(readFileSync(paths["base.npy"])), big]));
  paths["base.safetensors"] = makeFile("base.safetensors", safetensorsOf(base.data));
  paths["base.bin"] = makeFile("base.bin", new Uint8Array(base.data.buffer));
  // 2 chunks of 92 tokens: 45 rows each
  await writeLlamaCpp(paths["base.kld"], [base], {
    classes: CLASSES,
    context: 92,
    tokens: Int32Array.from({ length: 184 }, (_, i) => i),
  });
  await writeTokens(paths["tokens.npy"], base.tokens);
  for (const [name, path] of Object.entries(paths)) {
    server.files.set(`/${name}`, readFileSync(path));
    server.files.set(`/${name}.gz`, gzipSync(readFileSync(path)));
  }
});

const bigEndianHeader = (npy: Buffer): Buffer =>
  Buffer.from(npy.subarray(0, 128).toString("latin1").replace("<f4", ">f4"), "latin1");

// where copies are made
let folder: string;
const before = process.env.TMPDIR;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "logratio-copies-"));
  process.env.TMPDIR = folder;
});
afterEach(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  server.change = undefined;
  server.requests.length = 0;
});

const url = (name: string) => `${server.origin}/${name}`;
const bytesOf = (name: string) => new Uint8Array(readFileSync(paths[name]));

/** A source of one's own, which gives a few bytes at a time. */
function slowly(name: string): ByteSource {
  const file = bytesOf(name);
  return {
    ...{ name, size: file.length },
    async read(bytes, position) {
      const part = file.subarray(position, position + Math.min(bytes.length, 1000));
      bytes.set(part);
      return part.length;
    },
    checkUnchanged: async () => {},
    close: async () => {},
  };
}

async function* chunks(name: string): AsyncGenerator<Uint8Array> {
  const bytes = bytesOf(name);
  for (let i = 0; i < bytes.length; i += 997) yield bytes.subarray(i, i + 997);
}

async function batchesIn(batches: AsyncIterable<RowBatch>): Promise<RowBatch[]> {
  const found: RowBatch[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}

const WAYS: [string, (name: string) => FileSource | Promise<FileSource>][] = [
  ["a URL in a text", url],
  ["a URL", (name) => new URL(url(name))],
  ["a Request", (name) => new Request(url(name))],
  ["a file: URL", (name) => pathToFileURL(paths[name])],
  ["a Blob", (name) => new Blob([bytesOf(name)])],
  ["a file as a Blob", (name) => openAsBlob(paths[name])],
  ["a File", (name) => new File([bytesOf(name)], name)],
  ["a packed File", (name) => new File([gzipSync(bytesOf(name))], `${name}.gz`)],
  ["a Response", (name) => fetch(url(name))],
  ["a packed Response", (name) => fetch(url(`${name}.gz`))],
  ["a packed URL", (name) => url(`${name}.gz`)],
  ["a ReadableStream", (name) => new Blob([bytesOf(name)]).stream()],
  ["an iterable", chunks],
  ["bytes", bytesOf],
  ["an ArrayBuffer", (name) => bytesOf(name).buffer],
  ["a source of one's own", slowly],
];

const FORMATS = [
  ["base.npy", {}],
  ["big.npy", { bigEndian: true }],
  ["base.safetensors", {}],
  ["base.bin", { shape: [-1, CLASSES], type: "f32" }],
  ["base.kld", {}],
] as const;

async function reportOf(source: FileSource, options: object) {
  const [a, b] = [await openLogits(source, options), await openLogits(paths["other.npy"])];
  const summary = await compareLogits(a, b, { threads: 1 });
  // from the middle on, too
  const [{ data }] = await batchesIn(a.read({ start: 60, end: 61 }));
  const row = data.slice();
  await a.close();
  await b.close();
  return { summary: summary.toJSON(), row };
}

const expected: Record<string, Awaited<ReturnType<typeof reportOf>>> = {};

describe.each(WAYS)("%s", (_, sourceOf) => {
  test("has the same statistics as the file, in each format, and leaves nothing behind", async () => {
    for (const [name, options] of FORMATS) {
      expected[name] ??= await reportOf(paths[name], options);
      expect(await reportOf(await sourceOf(name), options)).toEqual(expected[name]);
    }
    expect(await openTokens(await sourceOf("tokens.npy"))).toEqual(base.tokens);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a URL", () => {
  const read = async (source: FileSource) => {
    const logits = await openLogits(source);
    try {
      for await (const _ of logits.read({ batchRows: 20 }));
    } finally {
      await logits.close();
    }
  };
  const changedBy = (headers: Record<string, string>) => (answer: { headers: Record<string, string> }) => {
    Object.assign(answer.headers, headers);
    return answer as never;
  };

  test("loads what is read, and no more", async () => {
    const logits = await openLogits(url("base.npy"));
    expect(server.requests.map(({ headers }) => headers.range)).toEqual(["bytes=0-65535"]);
    for await (const _ of logits.read({ start: 80, end: 82 }));
    await logits.close();
    const [from, to] = [128 + 80 * CLASSES * 4, 128 + 82 * CLASSES * 4 - 1];
    const size = bytesOf("base.npy").length;
    expect(server.requests.slice(1).map(({ headers }) => headers.range)).toEqual([
      `bytes=${from}-${to}`,
      `bytes=${size - 1}-${size - 1}`,
    ]);
    // each only of the version that was opened
    for (const { headers } of server.requests.slice(1)) expect(headers["if-range"]).toMatch(/^"[0-9a-f]{16}"$/);
  });

  test("tokens of many chunks take few requests", async () => {
    const path = temporary("many.kld");
    const tokens = new Int32Array(6 * 400);
    await writeLlamaCpp(path, [{ data: new Float32Array(2 * 400 * 4) }], { classes: 4, context: 6, tokens });
    server.files.set("/many.kld", readFileSync(path));
    const logits = await openLogits(url("many.kld"));
    expect([logits.rows, server.requests.length]).toEqual([800, 1]);
    await logits.close();
  });

  test.each<[string, () => void]>([
    ["another version", () => server.files.set("/changing.npy", readFileSync(paths["other.npy"]))],
    [
      "another version under a server that knows no If-Range",
      () => {
        server.change = (answer, { headers }) => {
          const file = server.files.get("/changing.npy") as Buffer;
          const [, first, last] = /(\d+)-(\d+)/.exec(headers.range as string) as RegExpExecArray;
          const range = { "Content-Range": `bytes ${first}-${last}/${file.length}` };
          return {
            ...{ status: 206, body: file.subarray(Number(first), Number(last) + 1) },
            headers: { ...answer.headers, ...range, ETag: '"another"' },
          };
        };
      },
    ],
    ["it is gone", () => server.files.delete("/changing.npy")],
  ])("that changes is an error: %s", async (_, change) => {
    server.files.set("/changing.npy", readFileSync(paths["base.npy"]));
    const logits = await openLogits(url("changing.npy"));
    const reading = (async () => {
      let first = true;
      for await (const _ of logits.read({ batchRows: 60 })) {
        if (first) change();
        first = false;
      }
    })();
    await expect(reading).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:\d+\/changing\.npy (changed while it was read|cannot be read: the server answers 404)/,
    );
  });

  test("that changes its time alone is an error, where there is no ETag", async () => {
    let time = "Sat, 01 Jan 2022 00:00:00 GMT";
    server.change = ({ headers: { ETag: _, ...headers }, ...answer }) => ({
      ...answer,
      headers: { ...headers, "Last-Modified": time },
    });
    await read(url("base.npy"));
    const logits = await openLogits(url("base.npy"));
    time = "Sat, 01 Jan 2022 00:00:01 GMT";
    await expect(batchesIn(logits.read())).rejects.toThrow("base.npy changed while it was read");
  });

  test.each<[string, NonNullable<typeof server.change>, RegExp]>([
    [
      "ignores ranges",
      (answer) => ({ ...answer, status: 200, body: readFileSync(paths["base.npy"]) }),
      /base\.npy cannot be read by ranges: .*; load it as a whole: pass await fetch\(url\)$/,
    ],
    [
      "tells no version",
      (answer) => {
        delete answer.headers.ETag;
        return answer;
      },
      /base\.npy has neither an ETag nor a time of change .*; load it as a whole/,
    ],
    [
      "gives fewer bytes than it says",
      (answer) => ({
        ...answer,
        // in the long run it keeps the connection, until nothing has been asked for five seconds
        headers: isLong ? answer.headers : { ...answer.headers, Connection: "close" },
        body: answer.body.subarray(0, 100),
      }),
      /base\.npy: the answer ended after 100 of 65336 bytes \(bytes 300 to 65535, 3 times\)$/,
    ],
    ["gives more", (answer) => ({ ...answer, body: Buffer.concat([answer.body, answer.body]) }), /more bytes came/],
    ["gives others", changedBy({ "Content-Range": "bytes 10-65545/180128" }), /cannot be read by ranges/],
    [
      "gives more than was asked for, and says so",
      () => {
        const body = readFileSync(paths["base.npy"]);
        return { status: 206, headers: { ETag: '"1"', "Content-Range": "bytes 0-180127/180128" }, body };
      },
      /base\.npy: bytes 0 to 65535 were asked for, others came$/,
    ],
    [
      "hangs up",
      (answer, _, response) => {
        response.writeHead(206, { ...answer.headers, "Content-Length": "65536" });
        response.write(answer.body.subarray(0, 1000), () => response.destroy());
        return false;
      },
      /^http:\/\/127\.0\.0\.1:\d+\/base\.npy cannot be read: /,
    ],
  ])("of a server that %s is an error", async (_, change, message) => {
    server.change = change;
    await expect(read(url("base.npy"))).rejects.toThrow(message);
  });

  test("that is not there is an error", async () => {
    await expect(read(url("none.npy"))).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:\d+\/none\.npy cannot be read: the server answers 404 Not Found$/,
    );
    await expect(read(await fetch(url("none.npy")))).rejects.toThrow("none.npy cannot be read: the server answers 404");
    await expect(read("http://127.0.0.1:1/none.npy")).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:1\/none\.npy cannot be read: /,
    );
    server.files.set("/empty.npy", Buffer.alloc(0));
    await expect(read(url("empty.npy"))).rejects.toThrow("empty.npy is empty");
  });

  test("keeps names, passwords and signatures out of all messages, and asks with them", async () => {
    const secret = url("none.npy?signature=hidden").replace("//", "//user:p%40ss@");
    const causes = (error: unknown): unknown[] =>
      error instanceof Error ? [error.message, error.stack, ...causes(error.cause)] : [error];
    for (const source of [
      secret,
      new URL(secret),
      secret.replace(/:\d+/, ":1"),
      secret.replace(/:\d+/, ":999999"),
      secret.replace("none.npy", "none.npy.gz"),
    ]) {
      const error = await read(source).catch((error) => error);
      expect(error).toBeInstanceOf(Error);
      expect(causes(error).join()).not.toMatch(/p%40ss|p@ss|hidden/);
    }
    await read(secret.replace("none.npy", "base.npy"));
    for (const { headers, url: asked } of server.requests) {
      expect(headers.authorization).toBe(`Basic ${Buffer.from("user:p@ss").toString("base64")}`);
      expect(asked).toContain("?signature=hidden");
    }
    expect((await openLogits(secret.replace("none.npy", "base.npy"))).name).toBe(url("base.npy"));
  });

  test("keeps the headers of a Request", async () => {
    await read(new Request(url("base.npy"), { headers: { Authorization: "Bearer token" } }));
    for (const { headers } of server.requests) expect(headers.authorization).toBe("Bearer token");
    expect(server.requests.length).toBe(3);
  });

  test("is a file of the command line", async () => {
    const files = await run("compare", paths["base.npy"], paths["other.npy"], "--csv", "-");
    const { code, stdout, stderr } = await run("compare", url("base.npy"), url("other.npy"), "--csv", "-");
    expect([code, stderr]).toEqual([0, ""]);
    const numbers = (csv: string) => csv.split("\n")[1].split(",").slice(2);
    expect(numbers(stdout)).toEqual(numbers(files.stdout));
  });
});

test("a Blob of a file that changes is an error", async () => {
  const path = makeFile("changing.npy", bytesOf("base.npy"));
  const logits = await openLogits(await openAsBlob(path));
  appendFileSync(path, "more");
  await expect(batchesIn(logits.read())).rejects.toThrow("the Blob cannot be read, or has changed since");
});

test.each<[string, FileSource, RegExp]>([
  ["nothing", null as never, /^openLogits: source is null; it must be a path, a URL, a Request, a Blob/],
  ["a number", 5 as never, /^openLogits: source is 5; it must be/],
  ["an object", {} as never, /^openLogits: source is \[object Object\]; it must be/],
  ["a URL that is none", "http://", /^openLogits: source is no valid URL; check it$/],
  ["an empty Blob", new Blob([]), /^the Blob is empty$/],
  [
    "a stream of texts",
    (async function* () {
      yield "text";
    })() as never,
    /the stream gives "text"; it must give bytes/,
  ],
  [
    "a packed File that is not",
    new File(["none"], "x.npy.gz"),
    /^x\.npy\.gz cannot be unpacked: incorrect header check/,
  ],
  [
    "a File that is cut",
    new File([readFileSync(join(FIXTURES, "f32.npy")).subarray(0, 200)], "x.npy"),
    /^x\.npy: .*: truncated$/,
  ],
])("%s is an error", async (_, source, message) => {
  const error = await openLogits(source).catch((error: unknown) => error);
  expect((error as Error).message).toMatch(message);
  expect(readdirSync(folder)).toEqual([]);
});

test("a stream that fails is an error, and leaves nothing behind", async () => {
  const failing = (async function* () {
    yield new Uint8Array(1000);
    throw new RangeError("it broke");
  })();
  await expect(openLogits(failing)).rejects.toThrow("it broke");
  expect(readdirSync(folder)).toEqual([]);
});
