// A part in a file: of a run that goes on from there after an interruption, or of a shard.

import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { writeWhole } from "../compare/outputFile.js";
import { shown } from "../compare/shown.js";
import { explained } from "../compare/systemError.js";
import type { Kind, Options, RowRange, Subject, Tally } from "./kind.js";
import { BEGINNING, BEGINNING_LENGTH, PartReader, partText } from "./part.js";

/** Between two writes, in ms; and at least so many times as long as the last one took. */
const INTERVAL = 5000;
const PATIENCE = 20;

const ANEW = "remove it to start from the first row";

/** What is done of a range. */
export interface Progress<Results> {
  /** The first row that is not yet in the results. */
  readonly next: number;
  readonly results: Results;
}

/** A file to go on from, or none, where `path` is undefined. */
export class PartFile<OfKind extends Options, Results extends Tally<Results>> {
  /** What the file had. */
  readonly progress: Progress<Results> | undefined;
  readonly #path: string | undefined;
  readonly #subject: Subject<OfKind>;
  readonly #range: RowRange;
  #due = 0;
  #writing: Promise<void> | undefined;

  private constructor(
    path: string | undefined,
    subject: Subject<OfKind>,
    range: RowRange,
    progress: Progress<Results> | undefined,
  ) {
    this.#path = path;
    this.#subject = subject;
    this.#range = range;
    this.progress = progress;
  }

  /** @throws where the file is there and is of other inputs, options or rows, or is no part. */
  static async open<OfKind extends Options, Results extends Tally<Results>>(
    path: string | undefined,
    kind: Kind<OfKind, Results>,
    subject: Subject<OfKind>,
    range: RowRange,
  ): Promise<PartFile<OfKind, Results>> {
    const text = path === undefined ? undefined : readIfThere(path);
    if (path === undefined || text === undefined) return new PartFile(path, subject, range, undefined);
    const name = shown(path, Infinity);
    const reader = PartReader.ofText(name, text, ANEW);
    if (reader.command !== kind.name) {
      throw new RangeError(`${name} is a checkpoint of logratio ${shown(reader.command)}; ${ANEW}`);
    }
    reader.checkSame(subject, "is a checkpoint of another comparison", "now");
    const part = reader.read(kind);
    if (part.range.start !== range.start || part.range.end !== range.end) {
      throw new RangeError(
        `${name} is of the rows ${part.range.start} to ${part.range.end - 1}, not of ${range.start} to ${range.end - 1}; ${ANEW}`,
      );
    }
    return new PartFile(path, subject, range, part);
  }

  /** How to go on, for someone who has interrupted. */
  get advice(): string {
    return this.#path === undefined
      ? "with --checkpoint FILE, they would have been kept"
      : `the same command goes on from ${this.#path}`;
  }

  /** Writes if it is time to, aside. */
  offer(progress: () => Progress<Results>): void {
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

  async write(progress: Progress<Results>): Promise<void> {
    await this.settled();
    await this.#write(progress);
  }

  #write(progress: Progress<Results>): Promise<void> {
    if (this.#path === undefined) return Promise.resolve();
    const text = partText({ subject: this.#subject, range: this.#range, ...progress });
    return writeWhole(this.#path, (file) => file.writeFile(text));
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readPartText(path, "checkpoint");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The text of what begins like a part. At once: of thousands of small files, most of the time would be spent on waiting for each. */
export function readPartText(path: string, what: "checkpoint" | "part"): string {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    // what is no part may be a file of any size
    const beginning = Buffer.alloc(BEGINNING_LENGTH);
    const length = readSync(file, beginning, 0, BEGINNING_LENGTH, 0);
    if (!BEGINNING.test(beginning.toString("latin1", 0, length))) {
      throw new TypeError(`${shown(path, Infinity)} is no ${what}: it does not begin like one`);
    }
    return readFileSync(file, "utf8");
  } catch (error) {
    throw explained(error, path, "read");
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
