// What the threads of an engine tell each other, in the memory that they share.
//
// One thread, the caller's, posts a job: what to do, and the number of tasks it is cut into. Any thread claims tasks, does
// them, and settles them. The word of a task holds the job's generation and the task's state, and changes by
// compare-and-exchange alone: a thread that comes late, with an old job in its hands, can neither claim nor settle anything,
// whatever it has read meanwhile. What it computes it leaves in a place of its own, where nobody looks unless it has settled
// the task. So any task may be done twice, and a thread that has stopped holds up nobody.

import { type ChunkJob, PARAMETERS } from "../../backends/kernel.js";
import { BOARD, BOARD_BYTES } from "../../backends/layout.js";

/** Tasks of a job. */
export const MOST_TASKS = 256;
/** Words of a cache line: words that different threads write share none. */
const LINE = 16;
/** Words from one task to the next: a thread begins with tasks of its own, and to fetch a line takes 0.1 µs. */
const WORD = 4;
const GENERATION = 0;
const SLEEPERS = LINE;
const IS_WATCHED = 2 * LINE;
const FIRST_TASK = 3 * LINE;
const HEADER_BYTES = 4 * (FIRST_TASK + MOST_TASKS * WORD);
const MESSAGE_NUMBERS = 24;
const TEXT = BOARD + HEADER_BYTES + 8 * (MESSAGE_NUMBERS + PARAMETERS);
const TEXT_BYTES = BOARD + BOARD_BYTES - TEXT;

// The word of a task: generation << 8 | state | thread.
const OPEN = 0x00;
const CLAIMED = 0x20;
const DONE = 0x40;
const FAILED = 0x60;
const STATE = 0x60;
const THREAD = 0x1f;
/** Generations are even; between two of them the next job is being written. */
const LAST_GENERATION = 2 ** 23 - 2;

/** Rows of a work, as a job tells of them. */
export interface RowJob {
  /** A `WorkText` in JSON. */
  readonly text: string;
  readonly from: number;
  readonly rows: number;
  readonly rowsPerTask: number;
  readonly width: number;
}

/** What a worker reads. */
export type Job = { readonly tasks: number; readonly isAside: boolean } & (
  | { readonly kind: "chunks"; readonly kernel: string; readonly job: Omit<ChunkJob, "kernel">; readonly from: number }
  | { readonly kind: "rows"; readonly job: RowJob }
);

export class Board {
  readonly #words: Int32Array;
  readonly #message: Float64Array;
  readonly #text: Uint8Array;
  /** What a family needs to know besides its rows. */
  readonly #parameters: Float64Array;
  #lastText = "";

  constructor(buffer: ArrayBuffer) {
    this.#words = new Int32Array(buffer, BOARD, HEADER_BYTES / 4);
    this.#message = new Float64Array(buffer, BOARD + HEADER_BYTES, MESSAGE_NUMBERS);
    this.#parameters = new Float64Array(buffer, BOARD + HEADER_BYTES + 8 * MESSAGE_NUMBERS, PARAMETERS);
    this.#text = new Uint8Array(buffer, TEXT, TEXT_BYTES);
  }

  // The caller's side. All tasks of the job before are settled when the next is written.

  #beginWriting(): void {
    Atomics.store(this.#words, GENERATION, this.#words[GENERATION] | 1);
  }

  /** Tasks from `from` on. */
  writeChunks(
    { kernel, precision, offsets, formats, length, out, chunksPerTask, areRows }: ChunkJob,
    from: number,
    writeParameters: (to: Float64Array) => void,
  ): void {
    const message = this.#message;
    this.#beginWriting();
    writeParameters(this.#parameters);
    message[2] = 0;
    message[3] = from;
    message[4] = this.#write(kernel.name);
    message[5] = precision === "f32" ? 0 : 1;
    message[6] = length;
    message[7] = out ?? -1;
    message[8] = chunksPerTask;
    message[9] = areRows ? 1 : 0;
    message[10] = offsets.length;
    for (let i = 0; i < offsets.length; i++) {
      message[11 + i] = offsets[i];
      message[11 + offsets.length + i] = formats[i];
    }
  }

  writeRows({ text, from, rows, rowsPerTask, width }: RowJob): void {
    const message = this.#message;
    this.#beginWriting();
    message[2] = 1;
    message[3] = this.#write(text);
    message[4] = from;
    message[5] = rows;
    message[6] = rowsPerTask;
    message[7] = width;
  }

  /** A text's length, in bytes. */
  #write(text: string): number {
    for (let i = 0; i < text.length; i++) this.#text[i] = text.charCodeAt(i);
    return text.length;
  }

  /** Opens the tasks of what has been written, and wakes who sleeps. Returns the generation. */
  post(tasks: number, isAside = false): number {
    const words = this.#words;
    const last = words[GENERATION];
    const generation = last > LAST_GENERATION ? 2 : last + 1;
    this.#message[0] = tasks;
    this.#message[1] = isAside ? 1 : 0;
    words[IS_WATCHED] = 0;
    // seen by whoever sees the generation; who comes late can change neither what was here nor this
    for (let task = 0; task < tasks; task++) words[wordOf(task)] = (generation << 8) | OPEN;
    Atomics.store(words, GENERATION, generation);
    if (Atomics.load(words, SLEEPERS) > 0) Atomics.notify(words, GENERATION, tasks);
    return generation;
  }

  /** Some worker would have to be woken. */
  get hasSleepers(): boolean {
    return Atomics.load(this.#words, SLEEPERS) > 0;
  }

  /** Settles a task that another thread has claimed, and may never finish. */
  takeOver(task: number, generation: number, isDone: boolean): void {
    const word = Atomics.load(this.#words, wordOf(task));
    if ((word & STATE) === CLAIMED) this.#change(task, word, (generation << 8) | (isDone ? DONE : FAILED));
  }

  /** Fails what nobody has begun. */
  revokeOpen(tasks: number, generation: number): void {
    for (let task = 0; task < tasks; task++) this.#change(task, (generation << 8) | OPEN, (generation << 8) | FAILED);
  }

  /** Fails what a thread that is gone has begun; whether there was any. */
  revokeClaimed(tasks: number, generation: number, thread: number): boolean {
    let isAny = false;
    for (let task = 0; task < tasks; task++) {
      isAny = this.#change(task, (generation << 8) | CLAIMED | thread, (generation << 8) | FAILED) || isAny;
    }
    return isAny;
  }

  /** Who did a settled task; undefined where it failed. */
  doerOf(task: number): number | undefined {
    const word = Atomics.load(this.#words, wordOf(task));
    return (word & STATE) === DONE ? word & THREAD : undefined;
  }

  /** Who has begun a task that is not settled. */
  claimerOf(task: number): number | undefined {
    const word = Atomics.load(this.#words, wordOf(task));
    return (word & STATE) === CLAIMED ? word & THREAD : undefined;
  }

  isSettled(task: number): boolean {
    return (Atomics.load(this.#words, wordOf(task)) & DONE) !== 0;
  }

  countSettled(tasks: number): number {
    let count = 0;
    for (let task = 0; task < tasks; task++) if (this.isSettled(task)) count++;
    return count;
  }

  /** Sleeps until a task is settled, or some time has passed. Throws where this thread may not sleep. */
  watch(task: number, milliseconds: number): void {
    const words = this.#words;
    Atomics.store(words, IS_WATCHED, 1);
    const word = Atomics.load(words, wordOf(task));
    if ((word & STATE) === CLAIMED) Atomics.wait(words, wordOf(task), word, milliseconds);
  }

  // Every thread's side.

  claim(task: number, generation: number, thread: number): boolean {
    // a look first: to exchange takes the line from its owner even where it fails
    const open = (generation << 8) | OPEN;
    if (Atomics.load(this.#words, wordOf(task)) !== open) return false;
    return this.#change(task, open, (generation << 8) | CLAIMED | thread);
  }

  settle(task: number, generation: number, thread: number, isDone: boolean): void {
    const claimed = (generation << 8) | CLAIMED | thread;
    this.#change(task, claimed, (generation << 8) | (isDone ? DONE : FAILED) | thread);
    if (Atomics.load(this.#words, IS_WATCHED) === 1) Atomics.notify(this.#words, wordOf(task));
  }

  #change(task: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#words, wordOf(task), from, to) === from;
  }

  // The workers' side.

  /** Waits for a job other than `seen`: awake for some time, then asleep. Returns its generation. */
  next(seen: number, spinMilliseconds: number): number {
    const generation = this.#nextWord(seen, spinMilliseconds);
    return generation % 2 === 0 ? generation : this.next(generation, spinMilliseconds);
  }

  #nextWord(seen: number, spinMilliseconds: number): number {
    const words = this.#words;
    const end = performance.now() + spinMilliseconds;
    do {
      for (let i = 0; i < 100; i++) {
        const generation = Atomics.load(words, GENERATION);
        if (generation !== seen) return generation;
      }
    } while (performance.now() < end);
    Atomics.add(words, SLEEPERS, 1);
    while (Atomics.load(words, GENERATION) === seen) Atomics.wait(words, GENERATION, seen);
    Atomics.sub(words, SLEEPERS, 1);
    return Atomics.load(words, GENERATION);
  }

  /** The job of a generation and its parameters; undefined where it is over, and what was read may be half of the next. */
  read(generation: number, parameters: Float64Array): Job | undefined {
    const message = this.#message;
    for (let i = 0; i < PARAMETERS; i++) parameters[i] = this.#parameters[i];
    const job = message[2] === 1 ? this.#readRows() : this.#readChunks();
    return Atomics.load(this.#words, GENERATION) === generation ? job : undefined;
  }

  #readRows(): Job {
    const message = this.#message;
    const text = this.#textOf(message[3]);
    const job = { text, from: message[4], rows: message[5], rowsPerTask: message[6], width: message[7] };
    return { tasks: message[0], isAside: message[1] === 1, kind: "rows", job };
  }

  #readChunks(): Job {
    const message = this.#message;
    const count = message[10];
    const offsets: number[] = [];
    const formats: number[] = [];
    for (let i = 11; i < 11 + count; i++) {
      offsets.push(message[i]);
      formats.push(message[i + count]);
    }
    const job: Omit<ChunkJob, "kernel"> = {
      precision: message[5] === 0 ? "f32" : "f64",
      offsets,
      formats,
      length: message[6],
      out: message[7] < 0 ? undefined : message[7],
      chunksPerTask: message[8],
      areRows: message[9] === 1,
    };
    const kernel = this.#textOf(message[4]);
    return { tasks: message[0], isAside: message[1] === 1, kind: "chunks", kernel, job, from: message[3] };
  }

  /** The text, of so many bytes. Most are that of the job before: to decode one takes longer than to look. */
  #textOf(length: number): string {
    const text = this.#text;
    const last = this.#lastText;
    let isLast = last.length === length;
    for (let i = 0; isLast && i < length; i++) isLast = text[i] === last.charCodeAt(i);
    // a decoder takes no shared bytes
    if (!isLast) this.#lastText = new TextDecoder().decode(text.slice(0, length));
    return this.#lastText;
  }
}

const wordOf = (task: number): number => FIRST_TASK + task * WORD;
