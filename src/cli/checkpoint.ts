// What is done of a comparison, in a file, so that it can be gone on with.

import { open, readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { checksumOf } from "../compare/checksum.js";
import { Summary, type SummaryJson } from "../compare/index.js";
import { JsonValue } from "../compare/json.js";
import { shardsOf } from "../compare/shards.js";
import { shown } from "../compare/shown.js";
import type { HalfFormat } from "../compare/source.js";
import { explained } from "../compare/systemError.js";
import type { InputKind } from "../index.js";
import { Charts } from "./charts.js";
import { writeText } from "./output.js";
import type { Passage } from "./passage.js";

const FORMAT = "logratio checkpoint";

/** Between two writes, in ms; and at least so many times as long as the last one took. */
const INTERVAL = 5000;
const PATIENCE = 20;

/** What a checkpoint is of. A file is the same if its path, size and time of writing are. */
interface Subject {
  readonly inputs: Readonly<Record<string, FileIdentity | readonly FileIdentity[] | null>>;
  /** Those of the rows, and all others that change results. */
  readonly options: {
    readonly input: readonly InputKind[];
    /** Of each row; all without it. */
    readonly classes?: number;
    readonly start: number;
    readonly end: number;
    readonly temperature: number;
    readonly topK: number;
    readonly blockRows: number;
    readonly acceptance: boolean;
    /** Whether there is a passage. */
    readonly texts: boolean;
    /** What base is rounded to, beside the candidates. */
    readonly floors: readonly HalfFormat[];
  };
}

interface FileIdentity {
  readonly path: string;
  readonly size: number;
  readonly modified: string;
}

/** What is known of a candidate. */
export interface Results {
  readonly summary: Summary;
  readonly charts: Charts;
}

interface Progress {
  /** The first row that is not yet in the summaries. */
  readonly next: number;
  /** Of each candidate. */
  readonly results: readonly Results[];
  /** What is kept of the text, if there is a vocabulary. */
  readonly passage: Passage | undefined;
}

async function identityAt(path: string): Promise<FileIdentity> {
  const { size, mtime } = await stat(path);
  return { path: resolve(path), size, modified: mtime.toISOString() };
}

async function identityOf(paths: Record<string, string | undefined>): Promise<Subject["inputs"]> {
  const entries = Object.entries(paths).map(async ([name, path]) => {
    if (path === undefined) return [name, null];
    const identities = await Promise.all((await shardsOf(path)).map(identityAt));
    return [name, identities.length === 1 ? identities[0] : identities];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** A file to go on from, or none, where `path` is undefined. */
export class Checkpoint {
  /** What the file had. */
  readonly progress: Progress | undefined;
  readonly #path: string | undefined;
  readonly #subject: Subject;
  #due = 0;
  #writing: Promise<void> | undefined;

  private constructor(path: string | undefined, subject: Subject, progress: Progress | undefined) {
    this.#path = path;
    this.#subject = subject;
    this.progress = progress;
  }

  /** @throws where the file is there and is of other inputs or options, or is no checkpoint. */
  static async open(
    path: string | undefined,
    { files, ...rest }: Omit<Subject, "inputs"> & { readonly files: Readonly<Record<string, string | undefined>> },
    passage?: Passage,
  ): Promise<Checkpoint> {
    const subject = { inputs: path === undefined ? {} : await identityOf(files), ...rest };
    const text = path === undefined ? undefined : await readIfThere(path);
    if (path === undefined || text === undefined) return new Checkpoint(path, subject, undefined);
    const content = parse(path, text);
    const { inputs, options } = content;
    // as JSON has it: without what is undefined
    const now: Subject = JSON.parse(JSON.stringify(subject));
    checkSame(path, "inputs", inputs, now.inputs);
    checkSame(path, "options", options, now.options);
    return new Checkpoint(path, subject, progressFrom(path, content, now, passage));
  }

  /** How to go on, for someone who has interrupted. */
  get advice(): string {
    return this.#path === undefined
      ? "with --checkpoint FILE, they would have been kept"
      : `the same command goes on from ${this.#path}`;
  }

  /** Writes if it is time to, aside. */
  offer(progress: () => Progress): void {
    if (this.#path === undefined || this.#writing !== undefined || performance.now() < this.#due) return;
    const start = performance.now();
    this.#writing = this.#write(progress()).finally(() => {
      const now = performance.now();
      this.#due = now + Math.max(INTERVAL, PATIENCE * (now - start));
      this.#writing = undefined;
    });
    // it is told when the next is written, at the end
    this.#writing.catch(() => {});
  }

  /** Once nothing is being written any more. */
  async settled(): Promise<void> {
    await this.#writing?.catch(() => {});
  }

  async write(progress: Progress): Promise<void> {
    await this.settled();
    await this.#write(progress);
  }

  #write({ next, results, passage }: Progress): Promise<void> {
    if (this.#path === undefined) return Promise.resolve();
    const { inputs, options } = this.#subject;
    // as it is read again, without what is undefined
    const text = JSON.stringify({
      format: FORMAT,
      version: 2,
      inputs,
      options,
      next,
      results,
      passage: passage ?? null,
    });
    return writeText(this.#path, `${text.slice(0, -1)},"checksum":"${checksumOf(text)}"}\n`);
  }
}

/** How the text of a checkpoint begins, and how long that is at most. */
const BEGINNING = new RegExp(`^\\s*\\{\\s*"format"\\s*:\\s*"${FORMAT}"`);
const BEGINNING_LENGTH = 200;

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    const file = await open(path);
    try {
      // what is no checkpoint may be a file of any size
      const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_LENGTH), 0, BEGINNING_LENGTH, 0);
      if (!BEGINNING.test(buffer.toString("latin1", 0, bytesRead))) {
        throw new TypeError(`${shown(path, Infinity)} is no checkpoint: it does not begin like one`);
      }
      return await readFile(file, "utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw explained(error, path, "read");
  }
}

const KEYS = ["format", "version", "inputs", "options", "next", "results", "passage", "checksum"] as const;

/** The content of a checkpoint that is as it was written. */
function parse(path: string, text: string): Record<(typeof KEYS)[number], JsonValue> {
  const name = shown(path, Infinity);
  const startAnew = "remove it to start from the first row";
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    const { message } = cause as Error;
    throw new TypeError(`${name} is no whole checkpoint (${shown(message, 200)}); ${startAnew}`, { cause });
  }
  const content = new JsonValue(name, parsed).entries(KEYS);
  if (content.version.value !== 2) content.version.fail("2");
  const { checksum, ...rest } = parsed as Record<string, unknown>;
  if (checksumOf(JSON.stringify(rest)) !== checksum) {
    throw new RangeError(`${name} is not as it was written: its checksum does not fit; ${startAnew}`);
  }
  return content;
}

function checkSame(path: string, kind: string, json: JsonValue, now: object): void {
  const then = Object(json.value);
  for (const key of new Set([...Object.keys(then), ...Object.keys(now)])) {
    const [was, is] = [then, now].map((object) => (Object.hasOwn(object, key) ? object[key as never] : undefined));
    if (isDeepStrictEqual(was, is)) continue;
    const [before, present] = [was, is].map((value) => shown(JSON.stringify(value) ?? "not there", 500));
    throw new RangeError(
      `${shown(path, Infinity)} is a checkpoint of another comparison: ${shown(key)}, of its ${kind}, was ${before}, and is ${present} now`,
    );
  }
}

/** What has been done, if it is what the options say. */
function progressFrom(
  path: string,
  { next, results, passage: json }: Record<"next" | "results" | "passage", JsonValue>,
  { options }: Pick<Subject, "options">,
  passage: Passage | undefined,
): Progress {
  const { start, end, input } = options;
  const row = next.integer(start, end);
  const read = results.list(input.length - 1).map((entry): Results => {
    const { summary, charts } = entry.entries(["summary", "charts"]);
    const own = summaryFrom(path, summary);
    for (const key of ["topK", "temperature", "blockRows"] as const) {
      if (own.options[key] !== options[key]) summary.fail("of the options");
    }
    next.equals(start + own.rows, `its summary has ${own.rows} rows from ${start} on`);
    return { summary: own, charts: Charts.from(charts, own.rows, own.report().tokens) };
  });
  if (passage === undefined) json.equals(null, "there is no vocabulary");
  else passage.restore(json, row - start);
  return { next: row, results: read, passage };
}

function summaryFrom(path: string, json: JsonValue): Summary {
  try {
    return Summary.fromJSON(json.value as SummaryJson);
  } catch (cause) {
    throw new RangeError(`${shown(path, Infinity)}: its summary: ${(cause as Error).message}`, { cause });
  }
}
