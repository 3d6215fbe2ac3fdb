// npm run fuzz -- [--files 20000] [--seed 1] [--formats CSV]
//
// Reads files that have been damaged: valid files of each format that logratio/compare and the command read, checkpoints and summaries in
// JSON among them, or the formats with that text in their names. Each has one to three changes (bits, bytes, words, parts that are missing,
// doubled or moved), and must be read as what its writer wrote, or refused:
//
//   - by a TypeError, a RangeError or an Error whose message is short, names the file (of texts the line) and has no control characters,
//   - within ten seconds, with memory for a few times the size of the file,
//   - and where the numbers themselves are as they were, with the result of before: headers, checkpoints and summaries cannot lie.
//
// A file that is not is kept, its path printed, and the exit code 1. The same seed makes the same files.

import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { readVocabulary } from "../src/cli/vocabulary.js";
import {
  type LogitSource,
  openLogits,
  openTokens,
  type RowResults,
  Summary,
  type SummaryJson,
  writeLlamaCpp,
  writeNpy,
  writeTokens,
} from "../src/compare/index.js";
import { makeNpyHeader } from "../src/compare/npy.js";
import { Charts } from "../src/shards/charts.js";
import { COMPARISON, ComparisonResults } from "../src/shards/comparison.js";
import { readGroups } from "../src/shards/groups.js";
import { identityOf } from "../src/shards/identity.js";
import { PartFile } from "../src/shards/partFile.js";
import { Passage } from "../src/shards/passage.js";
import { VERSION } from "../src/shards/version.js";
import { zip } from "../test/compare/zip.js";
import { randomNumbers } from "../test/random.js";
import { textFormats } from "./fuzzTexts.js";

const { values: options } = parseArgs({
  options: {
    files: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    formats: { type: "string", default: "" },
  },
});

/** Per file, which takes milliseconds: a busy machine is not a hang. */
const MOST_SECONDS = 10;
const MOST_MESSAGE = 3000;
/** Beyond a multiple of the file's size: tables, and what one part of a file is read into. */
const MOST_BYTES = { perByte: 40, beside: 2 ** 20 };

const folder = mkdtempSync(join(tmpdir(), "logratio-fuzz-"));
const random = randomNumbers(Number(options.seed));
const below = (n: number): number => Math.floor(n * random());
const one = <T>(choices: readonly T[]): T => choices[below(choices.length)];

interface Format {
  readonly name: string;
  readonly path: string;
  readonly original: Buffer;
  /** Bytes at the end that are numbers: another result is right if they differ. Infinity: wherever the file differs. */
  readonly data: number;
  /** Everything that the file says. */
  readonly read: (path: string) => Promise<string>;
  /** What the message of an error has in it. */
  readonly named: string | RegExp;
}

// --- valid files

const CLASSES = 60;
const CONTEXT = 9;
const ROWS = 8;
const logits = Float32Array.from({ length: ROWS * CLASSES }, () => 12 * random() - 6);
const tokens = Int32Array.from({ length: 2 * CONTEXT }, () => below(CLASSES));

async function digestOf(source: LogitSource): Promise<string> {
  const hash = createHash("sha1");
  try {
    for await (const { data, format, tokens } of source) {
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      hash.update(`${data[Symbol.toStringTag]} ${format} ${tokens && Array.from(tokens)}`);
    }
  } finally {
    await source.close();
  }
  return hash.digest("hex");
}

const readLogits = async (path: string): Promise<string> => digestOf(await openLogits(path));
const readTokens = async (path: string): Promise<string> => (await openTokens(path)).join();

function makeSummary(valueLimit: number): Summary {
  const summary = new Summary({ valueLimit, worstRows: 4 });
  const column = (make: () => number) => Float64Array.from({ length: ROWS }, make);
  const [baseTop, otherTop] = [tokens.slice(0, ROWS), tokens.slice(1, ROWS + 1)];
  const quantity = () => column(() => 2 * random());
  const rows: RowResults = {
    ...{ count: ROWS, kl: quantity(), reverseKl: quantity(), js: quantity(), tokens: baseTop, baseTop, otherTop },
    ...{ baseEntropy: quantity(), otherEntropy: quantity(), crossEntropy: quantity() },
    ...{ reverseCrossEntropy: quantity(), topOverlap: quantity(), top5Overlap: quantity(), acceptance: quantity() },
    ...{ baseTopLogProbability: column(() => -random()), otherTopLogProbability: column(() => -random()) },
    groups: Array.from({ length: ROWS }, (_, r) => `group ${r % 3}`),
    ...{ baseLogProbability: column(() => -3 * random()), otherLogProbability: column(() => -3 * random()) },
    baseLooksLikeProbabilities: Uint8Array.from({ length: ROWS }, () => below(2)),
    otherLooksLikeProbabilities: new Uint8Array(ROWS),
  };
  rows.kl[3] = Number.POSITIVE_INFINITY;
  summary.add(0, rows);
  return summary;
}

function makeSafetensors(dtype: "F32" | "F8_E4M3"): Buffer {
  const eight = Buffer.from(Array.from(logits, (x) => Math.floor(Math.abs(x) * 20)));
  const bytes = dtype === "F32" ? Buffer.from(logits.buffer) : eight;
  const ids = Buffer.from(tokens.buffer);
  const header = JSON.stringify({
    __metadata__: { format: "pt" },
    logits: { dtype, shape: [2, ROWS / 2, CLASSES], data_offsets: [0, bytes.length] },
    ids: { dtype: "I32", shape: [tokens.length], data_offsets: [bytes.length, bytes.length + ids.length] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), bytes, ids]);
}

async function makeFormats(): Promise<Format[]> {
  const formats: Format[] = [];
  const add = (name: string, path: string, data: number, read: Format["read"], named: string | RegExp = path) => {
    formats.push({ name, path, original: readFileSync(path), data, read, named });
  };
  for (const type of ["f16", "f32", "f64"] as const) {
    const path = join(folder, `${type}.npy`);
    await writeNpy(path, [{ data: logits }], { classes: CLASSES, type });
    add(`.npy of ${type}`, path, readFileSync(path).length - 128, readLogits);
  }
  for (const [dtype, size] of [
    ["F32", 4],
    ["F8_E4M3", 1],
  ] as const) {
    const path = join(folder, `${dtype}.safetensors`);
    writeFileSync(path, makeSafetensors(dtype));
    add(`.safetensors of ${dtype}`, path, size * logits.length + tokens.byteLength, readLogits);
  }
  const big = join(folder, "big.npy");
  const header = makeNpyHeader(">f4", [ROWS, CLASSES]);
  writeFileSync(big, Buffer.concat([header, Buffer.from(logits.slice().buffer).swap32()]));
  add(".npy, big-endian", big, logits.byteLength, async (path) =>
    digestOf(await openLogits(path, { bigEndian: true })),
  );
  const columns = join(folder, "columns.npy");
  const byColumns = Buffer.from(makeNpyHeader("<f4", [ROWS, CLASSES]));
  byColumns.write(byColumns.toString("latin1").replace("False", "True "), "latin1");
  const turned = logits.map((_, i) => logits[(i % ROWS) * CLASSES + Math.floor(i / ROWS)]);
  writeFileSync(columns, Buffer.concat([byColumns, Buffer.from(turned.buffer)]));
  add(".npy, by columns", columns, logits.byteLength, readLogits);
  const npy = readFileSync(join(folder, "f32.npy"));
  for (const method of ["stored", "deflated"] as const) {
    const path = join(folder, `${method}.npz`);
    writeFileSync(path, zip(npy, [{ method: method === "stored" ? 0 : 8 }]));
    // numbers that are stored are read as they are; those that are deflated have a checksum
    add(`.npz, ${method}`, path, method === "stored" ? Infinity : 0, readLogits);
  }
  const llamaCpp = join(folder, "x.kld");
  await writeLlamaCpp(llamaCpp, [{ data: logits }], { classes: CLASSES, context: CONTEXT, tokens });
  add("llama.cpp", llamaCpp, readFileSync(llamaCpp).length - 20, readLogits);
  const packed = join(folder, "packed.npy.gz");
  writeFileSync(packed, gzipSync(readFileSync(join(folder, "f32.npy"))));
  add(".npy.gz", packed, 0, readLogits);
  const ids = join(folder, "tokens.npy");
  await writeTokens(ids, tokens);
  add("tokens, .npy", ids, tokens.byteLength, readTokens);
  for (const [name, text] of [
    ["text", tokens.join(" ")],
    ["JSON", JSON.stringify([Array.from(tokens), [1, -1]])],
  ]) {
    const path = join(folder, `tokens.${name}`);
    writeFileSync(path, text);
    add(`tokens, ${name}`, path, Infinity, readTokens);
  }
  const groups = join(folder, "groups.json");
  writeFileSync(groups, JSON.stringify(Array.from(tokens, (token) => `group ${token}`)));
  add("groups", groups, Infinity, async (path) => JSON.stringify(await readGroups(path)));
  const vocabulary = join(folder, "tokenizer.json");
  const vocab = Object.fromEntries(Array.from(tokens, (_, i) => [`Ġword${i}`, i]));
  const special = [{ id: tokens.length, content: "<|end|>", special: true }];
  writeFileSync(
    vocabulary,
    JSON.stringify({ model: { type: "BPE", vocab }, added_tokens: special, decoder: { type: "ByteLevel" } }),
  );
  add("tokenizer.json", vocabulary, Infinity, async (path) => {
    const { size, contentOf } = await readVocabulary(path, 100);
    return JSON.stringify(Array.from({ length: size }, (_, token) => contentOf(token)));
  });
  for (const [name, valueLimit] of [
    ["exact", 100],
    ["of buckets", 3],
  ] as const) {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, JSON.stringify(makeSummary(valueLimit)));
    add(`Summary, ${name}`, path, 0, readSummary, "Summary.fromJSON: ");
  }
  const checkpoint = join(folder, "run.json");
  const base = join(folder, "base.bin");
  writeFileSync(base, "stays as it is");
  const identity = await identityOf(base, [100, 2]);
  const subject = {
    ...{ command: COMPARISON.name, logratio: VERSION },
    inputs: { base: identity, other: identity, tokens: null, groups: null },
    options: {
      ...{
        open: [{}, {}],
        input: ["logits", "logits"] as const,
        classes: 1,
        start: 2,
        end: 90,
        temperature: 1,
        topK: 10,
      },
      ...{ blockRows: 0, acceptance: true, texts: true, floors: [] },
    },
  };
  const summary = makeSummary(100);
  const charts = new Charts(2);
  const [kl, baseLogProbability, otherLogProbability] = [0.5, -1, -2].map((x) => new Float64Array(ROWS).fill(x));
  const likely = { base: tokens, baseLogProbability: kl, other: tokens, otherLogProbability: kl };
  const rows = {
    ...{ count: ROWS, kl, tokens, baseLogProbability, otherLogProbability },
    topTokens: { perRow: 1, ...likely },
  } as unknown as RowResults;
  charts.add(2, rows);
  const passage = new Passage(2, 1, 1);
  passage.add(2, [rows]);
  const results = new ComparisonResults([{ summary, charts }], passage);
  const openPart = (path: string) => PartFile.open(path, COMPARISON, subject, { start: 2, end: 90 });
  await (await openPart(checkpoint)).write({ next: 2 + ROWS, results });
  const open = async (path: string) => JSON.stringify((await openPart(path)).progress);
  add("checkpoint", checkpoint, 0, open);
  for (const { name, path, read, named } of textFormats(folder, below)) add(name, path, Infinity, read, named);
  return formats.filter(({ name }) => name.includes(options.formats));
}

async function readSummary(path: string): Promise<string> {
  let json: SummaryJson;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new TypeError("Summary.fromJSON: not asked");
  }
  return JSON.stringify(Summary.fromJSON(json));
}

// --- damage

const WORDS = [
  ..."0 1 9 -1 255 65535 4294967296 9007199254740993 1e999 NaN Infinity null true {} [] , : ' \" ( ) [ ] { }".split(
    " ",
  ),
  ...[
    "__proto__",
    "constructor",
    "toString",
    "[[[[[[[[[[",
    "\\u0000",
    "\u001b[31m",
    "\u00ff\u00fe",
    "\n",
    "\r",
    "\r\n",
    " ",
    ";",
    '""',
    "\u00ef\u00bb\u00bf",
    "'shape': (1, 2), ",
  ],
];

const joined = (...parts: (Buffer | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));

/** Of bytes, at a place that is in the first 400 half of the time: there are the headers. */
function damaged(bytes: Buffer): Buffer {
  const at = below(random() < 0.5 ? Math.min(bytes.length, 400) : bytes.length);
  const end = Math.min(bytes.length, at + 1 + below(random() < 0.5 ? 4 : 100));
  const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  const changed = Buffer.from(bytes);
  switch (below(9)) {
    case 0:
    case 1:
      changed[at] ^= 1 << below(8);
      return changed;
    case 2:
      changed[at] = below(256);
      return changed;
    case 3:
      return before;
    case 4:
      return joined(before, after);
    case 5:
      return joined(before, part, part, after);
    case 6:
      return joined(before, one(WORDS), part, after);
    case 7:
      return joined(before, one(WORDS), after);
    default: {
      const to = below(after.length + 1);
      return joined(before, after.subarray(0, to), part, after.subarray(to));
    }
  }
}

// --- memory that is asked for

let asked = 0;

/** Counts the bytes of arrays, which a header that lies could make large without their being written to. */
function countAllocations(): void {
  const types = { ArrayBuffer, Uint8Array, Uint16Array, Uint32Array, Int32Array, Float32Array, Float64Array } as const;
  for (const [name, type] of Object.entries(types)) {
    const construct = (target: typeof Uint8Array, args: never[], newTarget: typeof Uint8Array) => {
      if (typeof args[0] === "number") asked += args[0] * (target.BYTES_PER_ELEMENT ?? 1);
      return Reflect.construct(target, args, newTarget);
    };
    Object.assign(globalThis, { [name]: new Proxy(type as unknown as typeof Uint8Array, { construct }) });
  }
}

// --- the run

interface Outcome {
  readonly result?: string;
  readonly error?: unknown;
  readonly seconds: number;
}

async function tryToRead({ read, path }: Format): Promise<Outcome> {
  asked = 0;
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    return { result: await read(path), seconds: seconds() };
  } catch (error) {
    return { error, seconds: seconds() };
  }
}

const INTERNAL =
  /reading '|not iterable|not a function|call stack|Invalid (typed )?array|Cannot (mix|convert|destructure)/;

const isNamed = (message: string, named: string | RegExp): boolean =>
  typeof named === "string" ? message.includes(named) : named.test(message);

/** What is wrong with the outcome of a file. */
function problemOf(
  format: Format,
  bytes: Buffer,
  expected: string,
  { result, error, seconds }: Outcome,
): string | undefined {
  if (seconds > MOST_SECONDS) return `it took ${seconds.toFixed(2)} s`;
  if (asked > MOST_BYTES.perByte * bytes.length + MOST_BYTES.beside) return `arrays of ${asked} bytes were asked for`;
  if (error !== undefined) {
    if (!(error instanceof Error)) return `${error} was thrown`;
    const { name, message } = error;
    if (!["Error", "TypeError", "RangeError"].includes(name)) return `${name}: ${message}`;
    if (!isNamed(message, format.named)) return `the message does not name the place: ${message}`;
    if (message.length > MOST_MESSAGE) return `the message has ${message.length} characters`;
    if (/\p{Cc}/u.test(message)) return `the message has control characters: ${JSON.stringify(message)}`;
    return INTERNAL.test(message) ? message : undefined;
  }
  const { original, data } = format;
  const isDataSame =
    bytes.length >= data && bytes.subarray(bytes.length - data).equals(original.subarray(original.length - data));
  return isDataSame && result !== expected ? `the result is another:\n${result}\nfor\n${expected}` : undefined;
}

async function run(): Promise<number> {
  const formats = await makeFormats();
  countAllocations();
  const counts = new Map(formats.map(({ name }) => [name, { refused: 0, same: 0, other: 0, slowest: 0 }]));
  const expected = new Map<string, string>();
  for (const format of formats) {
    const { result, error } = await tryToRead(format);
    if (result === undefined) throw error;
    expected.set(format.name, result);
  }
  const files = Number(options.files);
  for (let i = 0; i < files; i++) {
    const format = formats[i % formats.length];
    let bytes = format.original;
    for (let changes = 1 + below(3); changes > 0; changes--) if (bytes.length > 0) bytes = damaged(bytes);
    writeFileSync(format.path, bytes);
    const right = expected.get(format.name) as string;
    const outcome = await tryToRead(format);
    const problem = problemOf(format, bytes, right, outcome);
    if (problem !== undefined) {
      const kept = join(tmpdir(), `logratio-fuzz-${options.seed}-${i}`);
      copyFileSync(format.path, kept);
      console.error(`${format.name}, file ${i} of seed ${options.seed}, kept as ${kept}: ${problem}`);
      return 1;
    }
    const count = counts.get(format.name) as { refused: number; same: number; other: number; slowest: number };
    count[outcome.error !== undefined ? "refused" : outcome.result === right ? "same" : "other"]++;
    count.slowest = Math.max(count.slowest, outcome.seconds);
  }
  console.table(Object.fromEntries(counts));
  return 0;
}

try {
  process.exitCode = await run();
} finally {
  rmSync(folder, { recursive: true });
}
