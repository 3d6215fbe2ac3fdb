// What is done of a comparison, in a file, so that it can be gone on with.

import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Summary, SummaryJson } from "../compare/index.js";
import { explained } from "../compare/systemError.js";
import type { Charts, ChartsJson } from "./charts.js";
import { writeText } from "./output.js";

const FORMAT = "logratio checkpoint";

/** Between two writes, in ms; and at least so many times as long as the last one took. */
const INTERVAL = 5000;
const PATIENCE = 20;

/** What a checkpoint is of. A file is the same if its path, size and time of writing are. */
interface Subject {
  readonly inputs: Readonly<Record<string, FileIdentity | null>>;
  readonly options: object;
}

interface FileIdentity {
  readonly path: string;
  readonly size: number;
  readonly modified: string;
}

interface Progress {
  /** The first row that is not yet in the summary. */
  readonly next: number;
  readonly summary: Summary;
  readonly charts: Charts;
}

interface CheckpointJson extends Subject {
  readonly format: typeof FORMAT;
  readonly version: 1;
  readonly next: number;
  readonly summary: SummaryJson;
  readonly charts: ChartsJson;
}

export async function identityOf(paths: Record<string, string | undefined>): Promise<Subject["inputs"]> {
  const entries = Object.entries(paths).map(async ([name, path]) => {
    if (path === undefined) return [name, null];
    const { size, mtime } = await stat(path);
    return [name, { path: resolve(path), size, modified: mtime.toISOString() }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** A file to go on from, or none, where `path` is undefined. */
export class Checkpoint {
  /** What the file had. */
  readonly state: CheckpointJson | undefined;
  readonly #path: string | undefined;
  readonly #subject: Subject;
  #due = 0;
  #writing: Promise<void> | undefined;

  private constructor(path: string | undefined, subject: Subject, state: CheckpointJson | undefined) {
    this.#path = path;
    this.#subject = subject;
    this.state = state;
  }

  /** @throws where the file is there and is of other inputs or options, or is no checkpoint. */
  static async open(path: string | undefined, subject: Subject): Promise<Checkpoint> {
    const text = path === undefined ? undefined : await readIfThere(path);
    if (path === undefined || text === undefined) return new Checkpoint(path, subject, undefined);
    const state = parse(path, text);
    // as JSON has it: without what is undefined
    checkSame(path, state, JSON.parse(JSON.stringify(subject)));
    return new Checkpoint(path, subject, state);
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

  #write({ next, summary, charts }: Progress): Promise<void> {
    if (this.#path === undefined) return Promise.resolve();
    const { inputs, options } = this.#subject;
    const state = { format: FORMAT, version: 1, inputs, options, next, summary, charts };
    return writeText(this.#path, `${JSON.stringify(state)}\n`);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw explained(error, path, "read");
  }
}

function parse(path: string, text: string): CheckpointJson {
  let state: CheckpointJson;
  try {
    state = JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`${path} is no checkpoint: ${(cause as Error).message}`, { cause });
  }
  if (state?.format !== FORMAT || state.version !== 1) throw new TypeError(`${path} is no checkpoint of version 1`);
  return state;
}

function checkSame(path: string, state: Subject, now: Subject): void {
  for (const kind of ["inputs", "options"] as const) {
    const [then, present] = [state[kind], now[kind]] as Record<string, unknown>[];
    for (const key of new Set([...Object.keys(then), ...Object.keys(present)])) {
      if (isDeepStrictEqual(then[key], present[key])) continue;
      const [was, is] = [then[key], present[key]].map((value) => JSON.stringify(value));
      throw new RangeError(`${path} is a checkpoint of another comparison: ${key} was ${was}, and is ${is} now`);
    }
  }
}
