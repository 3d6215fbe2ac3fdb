// The formats of npm run fuzz that are texts: tables and lists of log-probabilities, as logratio drift reads them.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCsv } from "../src/cli/csv.js";
import { drift } from "../src/cli/drift.js";
import { Exit, type Io } from "../src/cli/io.js";
import { hasAnswers, readRecords } from "../src/cli/records.js";
import { readPositions } from "../src/sparse/index.js";

interface TextFormat {
  readonly name: string;
  readonly path: string;
  readonly read: (path: string) => Promise<string>;
  /** Of an error's message: the file, and where it is known the line. */
  readonly named: RegExp;
}

const LISTS = "test/fixtures/sparse";

/** What a command writes, and the code that it ends with. */
async function outputOf(run: (io: Io) => Promise<void>): Promise<string> {
  let text = "";
  const stream = {
    write(part: string, done?: () => void) {
      text += part;
      done?.();
    },
  };
  try {
    await run({ stdout: stream, stderr: stream });
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    text += error.message;
  }
  return text;
}

async function everyOf(values: AsyncIterable<unknown>): Promise<string> {
  const parts: string[] = [];
  for await (const value of values) parts.push(JSON.stringify(value));
  return parts.join("\n");
}

/** Bytes in parts of a size that no character, quote or row ends with. */
async function* partsOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The rows of a table, however it is cut into parts. */
async function rowsOfCsv(path: string): Promise<string> {
  const bytes = readFileSync(path);
  const rowsBy = async (size: number): Promise<string> => {
    const columns = new Map<string, unknown[]>();
    for await (const part of readCsv(partsOf(bytes, size), path)) {
      for (const [name, values] of Object.entries(part)) columns.set(name, [...(columns.get(name) ?? []), ...values]);
    }
    return JSON.stringify([...columns]);
  };
  const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
  const [whole, cut] = await Promise.allSettled([rowsBy(bytes.length + 1), rowsBy(997)]);
  const [ofWhole, ofCut] = [whole, cut].map((one) => (one.status === "fulfilled" ? one.value : messageOf(one.reason)));
  // bytes that are no UTF-8 are told by the part that has them
  if (ofWhole !== ofCut && !/is not UTF-8/.test(ofWhole))
    throw new Error(`in one part: ${ofWhole}\nin parts: ${ofCut}`);
  if (whole.status === "rejected") throw whole.reason;
  return ofWhole;
}

/** A table with quotes, line ends within them, and letters of two and three bytes. */
function csvOf(rows: number, below: (n: number) => number): string {
  const plans = ["free", "paid", '"team, ""large"""', '"two\nlines"', "größe", "価格", ""];
  const lines = Array.from({ length: rows }, (_, i) =>
    [i, (below(1000) - 300) / 8, plans[below(plans.length)], below(2) === 0, below(9) === 0 ? "" : below(50)].join(","),
  );
  return `${["id,amount,plan,is new,age", ...lines].join("\n")}\n`;
}

/** The same as JSON, a record per line. */
function recordsOf(rows: number, below: (n: number) => number): string {
  const plans = ["free", "paid", 'team, "large"', "two\nlines", "größe", "価格", null];
  const lines = Array.from({ length: rows }, (_, id) =>
    JSON.stringify({ id, amount: (below(1000) - 300) / 8, plan: plans[below(plans.length)], isNew: below(2) === 0 }),
  );
  return `${lines.join("\n")}\n`;
}

/** Formats, whose files are in the folder. */
export function textFormats(folder: string, below: (n: number) => number): TextFormat[] {
  const formats: TextFormat[] = [];
  const escaped = (path: string) => path.replace(/[.\\]/g, "\\$&");
  const add = (name: string, file: string, text: string, read: TextFormat["read"], place = "") => {
    const path = join(folder, file);
    writeFileSync(path, text);
    formats.push({ name, path, read, named: new RegExp(escaped(path) + place) });
  };
  /** The whole command, with the file as it was before the damage. */
  const addDrift = (name: string, file: string, text: string, prompts?: number) => {
    const before = join(folder, `before-${file}`);
    writeFileSync(before, text);
    add(name, file, text, (after) =>
      outputOf((io) => drift({ before, after, prompts, ...(prompts && { permutations: 19 }) }, "", io)),
    );
  };
  // rows are told by their line, what is wrong with all of a file by its name
  const line = "(:\\d+: | is empty| is not UTF-8)";
  add(
    "CSV",
    "table.csv",
    csvOf(12, below),
    (path) => everyOf(readCsv(partsOf(readFileSync(path), 2 ** 16), path)),
    line,
  );
  add("CSV, in parts", "long.csv", csvOf(1200, below), rowsOfCsv, line);
  addDrift("drift of CSV", "drift.csv", csvOf(30, below));
  const records = recordsOf(12, below);
  add("records", "table.jsonl", records, (path) => everyOf(readRecords(path, () => true)), ":\\d+:\\d+: ");
  addDrift("drift of records", "drift.jsonl", recordsOf(30, below));
  for (const file of readdirSync(LISTS)) {
    const text = readFileSync(join(LISTS, file), "utf8");
    const read = async (path: string) => `${await hasAnswers(path)} ${await everyOf(readPositions(path))}`;
    add(`lists, ${file}`, file, text, read, ":\\d+:\\d+: ");
  }
  addDrift("drift of lists", "drift-lists.jsonl", readFileSync(join(LISTS, "openai-chat.jsonl"), "utf8"), 1);
  return formats;
}
