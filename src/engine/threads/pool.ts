// The caller's side of the threads: it posts jobs, does its share, and waits for the rest, but for no one for ever.

import { type Backend, type Row, type TakeLine, UNUSUAL, type Vector } from "../../backends/backend.js";
import { halvesOf, viewOf } from "../../backends/halves.js";
import { TOTAL } from "../../backends/js/blocks.js";
import { CHUNK, type ChunkJob, type Kernel, type Precision, RESULT } from "../../backends/kernel.js";
import { CHUNK_BYTES, RESULT_BYTES, resultsOf } from "../../backends/layout.js";
import type { LinearMemory } from "../memory.js";
import { availableThreads } from "../platform.js";
import type { Runtime, Team } from "../runtime.js";
import { type AsideOptions, arraysOf, doHere, nextTurn, type Work } from "../work.js";
import { Board, MOST_TASKS } from "./board.js";
import { addChunk, doChunks } from "./chunks.js";
import {
  bringBack,
  bytesOfRow,
  bytesOfTask,
  giveBack,
  lend,
  partsOf,
  roomFor,
  rowsOfTask,
  rowsPerSharedTask,
  rowsPerTaskOf,
  textOf,
  type Writes,
  writesOf,
} from "./rows.js";
import { type Listener, type Worker, waysToSpawn } from "./spawn.js";
import { isSharable, type SharedArray, type Start } from "./text.js";

/** Fewer chunks of a row (32 KiB of each array) cost more to share than they take: docs/performance.md, "Threads". */
const LEAST_CHUNKS = 3;
/** The same of kernels that do next to nothing a class. */
const LEAST_LIGHT_CHUNKS = 8;
const LIGHT: ReadonlySet<string> = new Set(["maximum", "scaled"]);
/** Of those a task is so many chunks: they have no sums, whose order would count. */
const LIGHT_CHUNKS = 4;
/**
 * Fewer chunks in WebAssembly, about a millisecond's work, are not worth waking a worker for, where no other call came within
 * that time: a processor that has gone to sleep may take as long to be of use.
 */
const LEAST_CHUNKS_TO_WAKE = 128;
const ALONE_MILLISECONDS = 1;
/** Fewer bytes of a matrix, likewise. */
const LEAST_BYTES = 262144;
/** The bytes that take as long as what every row takes besides its numbers. */
const BYTES_PER_ROW = 256;
/** Fewer bytes of a row that is written over, where a task is one row. */
const LEAST_ROW_BYTES = 4096;
/** Rows a thread, from which a matrix is shared by rows; fewer, and each row by chunks. */
const LEAST_ROWS = 4;
/** Tasks a thread: many, so that all end at once, but not so many that claiming them counts. */
const TASKS_PER_THREAD = 64;
/** How long a worker stays awake for the next job. */
const SPIN_MILLISECONDS = 1;
/** How long the caller waits for tasks before it does them itself: as long as they take, and this. */
const GRACE_MILLISECONDS = 0.02;
/** After this, and some of what is writing has not ended, a thread must be gone. */
const LOST_MILLISECONDS = 800;
const LOST_MILLISECONDS_PER_BYTE = 1e-4;
const LONGEST_STEP = 20;
const WATCH_MILLISECONDS = 80;
const START_MILLISECONDS = 10_000;
/** Bytes of a job that the workers do without the caller, a worker; and where they are copied, in all. */
const ASIDE_BYTES = 2 ** 24;
const COPIED_BYTES = 2 ** 22;

/** How long the caller stays awake for the last tasks of a job that it has helped with. */
const AWAKE_MILLISECONDS = 2;

/** A job that the workers do without the caller, or with its help now and then. */
interface Aside {
  readonly tasks: number;
  readonly generation: number;
  end: () => void;
  /** A worker ended while it did a task. */
  isMarred: boolean;
}

/** Time as it passes here, in small steps: while the process is stopped, or a page is frozen, none does. */
class Stopwatch {
  readonly #longestStep: number;
  #last = performance.now();
  #elapsed = 0;

  constructor(longestStep: number) {
    this.#longestStep = longestStep;
  }

  get milliseconds(): number {
    const now = performance.now();
    this.#elapsed += Math.min(now - this.#last, this.#longestStep);
    this.#last = now;
    return this.#elapsed;
  }

  reset(): void {
    this.#last = performance.now();
    this.#elapsed = 0;
  }
}

/** The pools of engines, which end when those are collected. */
const owned = /* @__PURE__ */ new FinalizationRegistry<Pool>((pool) => pool.dispose());

export class Pool implements Team {
  readonly #memory: LinearMemory;
  readonly #board: Board;
  /** The workers that live, by their index. */
  readonly #workers = new Map<number, Worker>();
  /** Results of each thread. */
  readonly #results: Float64Array[];
  readonly #asked: number;
  /** Of a row that is done in chunks. */
  readonly #totals = new Float64Array(3 * TOTAL);
  #lost: string | undefined;
  #isBusy = false;
  #aside: Aside | undefined;
  /** The last of the jobs that wait for their turn aside. */
  #queue: Promise<void> = Promise.resolve();
  #isDisposed = false;
  /** The last call of a long row, when it began, and whether it did long after the one before. */
  #call = 0;
  #calledAt = Number.NEGATIVE_INFINITY;
  #isAlone = true;
  #leastToWake = LEAST_CHUNKS;

  private constructor(memory: LinearMemory, threads: number) {
    const { buffer } = memory.space;
    this.#memory = memory;
    this.#asked = threads;
    this.#board = new Board(buffer);
    this.#results = Array.from({ length: threads }, (_, index) =>
      index === 0 ? new Float64Array(RESULT_BYTES / 8) : new Float64Array(buffer, resultsOf(index), RESULT_BYTES / 8),
    );
  }

  get threads(): number {
    return this.#workers.size + 1;
  }

  get reason(): string {
    const { threads } = this;
    if (threads === this.#asked) return `${threads} threads over one memory, the caller's among them`;
    return `${threads} of ${this.#asked} threads: ${this.#lost}`;
  }

  /** A pool whose workers have started, as many as can be, or as have when `signal` says that it is enough. */
  static async start(
    memory: LinearMemory,
    threads: number,
    backend: Runtime["name"],
    module: WebAssembly.Module | undefined,
    signal?: AbortSignal,
  ): Promise<Pool> {
    const pool = new Pool(memory, threads);
    await pool.#start(backend, module, signal);
    return pool;
  }

  async #start(
    backend: Runtime["name"],
    module: WebAssembly.Module | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    this.#leastToWake = backend === "js" ? LEAST_CHUNKS : LEAST_CHUNKS_TO_WAKE;
    const { WORKER_SOURCE } = await import("../../generated/workerSource.js");
    const ways = waysToSpawn(WORKER_SOURCE);
    if (ways.length === 0) this.#lost = "this platform has no workers";
    const threads = this.#asked;
    const { memory } = this.#memory.space;
    const spinMilliseconds = threads <= availableThreads() ? SPIN_MILLISECONDS : 0;
    const start = async (index: number): Promise<void> => {
      for (const spawn of ways) {
        const message: Start = { memory, backend, module, index, threads, spinMilliseconds };
        if (signal?.aborted || (await this.#startOne(spawn, message, signal))) return;
      }
    };
    await Promise.all(Array.from({ length: threads - 1 }, (_, i) => start(i + 1)));
  }

  #startOne(spawn: (listener: Listener) => Worker, message: Start, signal: AbortSignal | undefined): Promise<boolean> {
    const { index } = message;
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
      };
      const fail = (reason: string) => {
        settle();
        this.#lost ??= reason;
        resolve(false);
      };
      let worker: Worker | undefined;
      const giveUp = (reason: string) => {
        worker?.terminate();
        fail(reason);
      };
      const stop = () => giveUp("it was not needed any more");
      const timer = setTimeout(
        () => giveUp(`a worker did not start within ${START_MILLISECONDS / 1000} s`),
        START_MILLISECONDS,
      );
      signal?.addEventListener("abort", stop);
      const ready = (started: Worker) => {
        settle();
        started.hold(false);
        this.#workers.set(index, started);
        resolve(true);
      };
      try {
        worker = spawn({
          message: (data) => (data === "ready" ? ready(worker as Worker) : this.#finishAside(data as number)),
          end: (reason) => {
            if (this.#workers.has(index)) this.#bury(index, reason);
            else fail(`a worker ended at its start: ${reason}`);
          },
        });
        worker.hold(true);
        worker.post(message);
      } catch (error) {
        giveUp(`a worker could not start: ${error instanceof Error ? error.message : error}`);
      }
    });
  }

  /** A worker is no more: what it has begun is not done. */
  #bury(index: number, reason: string): void {
    this.#workers.get(index)?.terminate();
    this.#workers.delete(index);
    this.#lost = `a worker ended: ${reason}`;
    const aside = this.#aside;
    if (aside === undefined) return;
    if (this.#board.revokeClaimed(aside.tasks, aside.generation, index)) aside.isMarred = true;
    if (this.#workers.size === 0) this.#board.revokeOpen(aside.tasks, aside.generation);
    if (this.#board.countSettled(aside.tasks) === aside.tasks) aside.end();
  }

  endWith(owner: object): void {
    owned.register(owner, this);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#endAll("this engine has been disposed");
    this.#aside?.end();
  }

  #endAll(reason: string): void {
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    this.#lost = reason;
    for (const worker of workers) worker.terminate();
  }

  /** One that does not answer: what it does cannot be waited for. */
  #end(index: number | undefined): void {
    const worker = index === undefined ? undefined : this.#workers.get(index);
    if (worker === undefined) return;
    this.#workers.delete(index as number);
    this.#lost = "a worker stopped answering";
    worker.terminate();
  }

  get #isFree(): boolean {
    return this.#workers.size > 0 && !this.#isBusy && this.#aside === undefined;
  }

  // Long rows, by chunks.

  wants(backend: Backend, kernel: Kernel, precision: Precision, rows: readonly Row[], length: number): boolean {
    const chunks = length / CHUNK[precision];
    if (chunks < LEAST_CHUNKS || !this.#isFree) return false;
    if (!rows.every((row) => backend.isInPlace(row, precision) || this.#holdsHalves(row))) return false;
    if (backend.callNumber !== this.#call) this.#notice();
    this.#call = backend.callNumber;
    return (chunks >= LEAST_LIGHT_CHUNKS || !LIGHT.has(kernel.name)) && this.#isWorthWaking(chunks);
  }

  #notice(): void {
    const now = performance.now();
    this.#isAlone = now - this.#calledAt > ALONE_MILLISECONDS;
    this.#calledAt = now;
  }

  /** Of short calls that follow each other the second wakes the workers, and the rest finds them awake. */
  #isWorthWaking(chunks: number): boolean {
    return !this.#isAlone || chunks >= this.#leastToWake || !this.#board.hasSleepers;
  }

  /** Whether a row is of halves that a thread can widen chunk by chunk. */
  #holdsHalves({ source, scale, as, weights }: Row): boolean {
    const halves = halvesOf(source);
    if (!halves || scale !== 1 || as !== undefined || weights !== undefined) return false;
    return this.#memory.holds(halves.data.buffer);
  }

  #offsetOf(source: Vector, start: number): number | undefined {
    const array = viewOf(source) as SharedArray;
    return this.#memory.holds(array.buffer) ? array.byteOffset + start * array.BYTES_PER_ELEMENT : undefined;
  }

  share(
    backend: Backend,
    kernel: Kernel,
    precision: Precision,
    rows: readonly Row[],
    length: number,
    result?: Row,
    take?: TakeLine,
  ): number | undefined {
    const offsets: number[] = [];
    const formats: number[] = [];
    for (const { source, start } of rows) {
      const offset = this.#offsetOf(source, start);
      if (offset === undefined) return undefined;
      offsets.push(offset);
      formats.push(halvesOf(source)?.format ?? -1);
    }
    const out = result && this.#offsetOf(result.source, result.start);
    if (result && out === undefined) return undefined;
    const totals = this.#totals.fill(0);
    let flags = 0;
    const isLight = LIGHT.has(kernel.name) && formats.every((format) => format < 0);
    const chunksPerTask = isLight ? LIGHT_CHUNKS : 1;
    const areRows = take !== undefined;
    const job = { kernel, precision, offsets, formats, length, out, chunksPerTask, areRows };
    const isMaximum = kernel.name === "maximum";
    const add: TakeLine = (results, at) => {
      flags |= addChunk(totals, results, at, isMaximum);
    };
    this.#doChunks(backend, job, take ?? add);
    backend.totals.set(totals);
    return flags & UNUSUAL ? UNUSUAL : flags;
  }

  /** Gives the results of each task to `take`, in their order. */
  #doChunks(backend: Backend, job: ChunkJob, take: TakeLine): void {
    const { out, offsets, chunksPerTask } = job;
    const all = Math.ceil(job.length / (chunksPerTask * CHUNK[job.precision]));
    const writes = out === undefined ? "nothing" : offsets.includes(out) ? "in place" : "elsewhere";
    const [own] = this.#results;
    for (let from = 0; from < all; from += MOST_TASKS) {
      const tasks = Math.min(MOST_TASKS, all - from);
      this.#board.writeChunks(job, from, (parameters) => backend.writeParameters(parameters));
      this.#run(
        backend.functionName,
        tasks,
        writes,
        (task) => doChunks(backend, this.#memory.space, job, from + task, own, task * RESULT),
        (task, results) => take(results, task * RESULT),
      );
    }
  }

  // Matrices, by rows.

  /** Does all rows of a work, if they are worth sharing and lie where they can be. */
  doRows<S>(backend: Backend, work: Work<unknown, S>, values: Float64Array): boolean {
    const { functionName, rows, width } = work;
    if (!this.#isFree || rows < LEAST_ROWS * this.threads) return false;
    const rowBytes = bytesOfRow(work);
    const bytes = rowBytes * rows;
    if (bytes < LEAST_BYTES) return false;
    this.#notice();
    if (!this.#isWorthWaking((bytes + rows * BYTES_PER_ROW) / CHUNK_BYTES)) return false;
    const writes = writesOf(this.#memory, work);
    if (writes === "in place" && bytes < rows * LEAST_ROW_BYTES) return false;
    const lent = lend(this.#memory, work, 0, rows, false);
    if (lent === undefined) return false;
    try {
      const text = textOf(work, lent);
      const room = Math.min(rows, roomFor(width));
      const { threads } = this;
      const rowsPerTask = rowsPerSharedTask(room, writes, TASKS_PER_THREAD * threads, threads, rowBytes);
      const most = Math.min(room, MOST_TASKS * rowsPerTask);
      const arrays = arraysOf(work);
      const [own] = this.#results;
      for (let from = 0; from < rows; from += most) {
        const count = Math.min(most, rows - from);
        const tasks = Math.ceil(count / rowsPerTask);
        this.#board.writeRows({ text, from, rows: count, rowsPerTask, width });
        const ofTask = (task: number, results: Float64Array): Float64Array => {
          const [first, last] = rowsOfTask(task, rowsPerTask, count);
          return results.subarray(first * width, last * width);
        };
        this.#run(
          functionName,
          tasks,
          writes,
          (task) => {
            const [first, last] = rowsOfTask(task, rowsPerTask, count);
            work.loop(backend, arrays, work.settings, from + first, from + last, ofTask(task, own));
          },
          (task, results) => values.set(ofTask(task, results), (from + task * rowsPerTask) * width),
        );
      }
    } finally {
      giveBack(this.#memory, lent.owned);
    }
    return true;
  }

  /**
   * Does rows of a work on the workers alone, or with the caller's help between its other tasks, from the first on, until all are
   * done, or nothing more can be: there are no workers left, or no memory for copies of what lies elsewhere. Returns how many
   * have been done.
   */
  async doRowsAside<S>(
    backend: Backend,
    work: Work<unknown, S>,
    values: Float64Array,
    { signal, onProgress }: AsideOptions,
    isHelped: boolean,
  ): Promise<number> {
    const turn = this.#queue;
    let pass = (): void => {};
    this.#queue = new Promise((resolve) => {
      pass = resolve;
    });
    try {
      await orAborted(turn, signal);
      const writes = writesOf(this.#memory, work);
      let from = 0;
      while (from < work.rows && this.#workers.size > 0) {
        signal?.throwIfAborted();
        const rows = Math.min(work.rows - from, this.#rowsAside(work, writes));
        if (!(await this.#doJobAside(backend, work, values, from, rows, writes, signal, isHelped))) break;
        from += rows;
        onProgress?.(from, work.rows);
      }
      return from;
    } finally {
      turn.then(pass);
    }
  }

  /** Rows of one job: few where they must be copied, which holds up the caller. */
  #rowsAside({ arrays, width }: Pick<Work<unknown>, "arrays" | "width">, writes: Writes): number {
    let isCopied = false;
    for (const entry of arrays) {
      if (entry === undefined || entry.perRow <= 1) continue; // labels are copied in no time
      const view = viewOf(entry.array);
      isCopied ||= !(isSharable(view) && this.#memory.holds(view.buffer));
    }
    const most = isCopied ? COPIED_BYTES : ASIDE_BYTES * this.#workers.size;
    const rows = Math.max(this.#workers.size, Math.floor(most / Math.max(1, bytesOfRow({ arrays }))));
    return Math.min(rows, roomFor(width), writes === "in place" ? MOST_TASKS : Number.POSITIVE_INFINITY);
  }

  async #doJobAside<S>(
    backend: Backend,
    work: Work<unknown, S>,
    values: Float64Array,
    from: number,
    rows: number,
    writes: Writes,
    signal: AbortSignal | undefined,
    isHelped: boolean,
  ): Promise<boolean> {
    const lent = lend(this.#memory, work, from, rows, true);
    if (lent === undefined) return false;
    try {
      const { width } = work;
      const text = textOf(work, lent);
      const rowsPerTask = rowsPerTaskOf(rows, writes, MOST_TASKS);
      const tasks = Math.ceil(rows / rowsPerTask);
      this.#board.writeRows({ text, from: 0, rows, rowsPerTask, width });
      const [own] = this.#results;
      const doTask = (task: number) => {
        const [first, last] = rowsOfTask(task, rowsPerTask, rows);
        const part = { ...work, arrays: partsOf(work, lent) };
        doHere(backend, part, own, first, last);
      };
      const help = isHelped ? doTask : undefined;
      const isMarred = await this.#runAside(tasks, bytesOfTask(work, lent, tasks), signal, help);
      if (this.#isDisposed) throw new Error(`${work.functionName}: the engine has been disposed`);
      signal?.throwIfAborted();
      if (isMarred && writes === "in place") throw lostError(work.functionName);
      const failed: number[] = [];
      for (let task = 0; task < tasks; task++) {
        const doer = this.#board.doerOf(task);
        const [first, last] = rowsOfTask(task, rowsPerTask, rows);
        if (doer === undefined) failed.push(task);
        else {
          values.set(this.#results[doer].subarray(first * width, last * width), (from + first) * width);
          bringBack(work, lent, from, first, last);
        }
      }
      // what has failed, in order: it throws what there is to throw
      for (const task of failed) {
        const [first, last] = rowsOfTask(task, rowsPerTask, rows);
        doHere(backend, work, values, from + first, from + last);
      }
    } finally {
      giveBack(this.#memory, lent.owned);
    }
    return true;
  }

  /** Posts what has been written to the board, and resolves when the workers have done it, or what they began once `signal` says so. */
  async #runAside(
    tasks: number,
    bytes: number,
    signal: AbortSignal | undefined,
    help: ((task: number) => void) | undefined,
  ): Promise<boolean> {
    const board = this.#board;
    const generation = board.post(tasks, true);
    const aside: Aside = { tasks, generation, end: () => {}, isMarred: false };
    const end = new Promise<void>((resolve) => {
      aside.end = resolve;
    });
    this.#aside = aside;
    const hold = (isHeld: boolean) => {
      for (const worker of this.#workers.values()) worker.hold(isHeld);
    };
    const stop = () => {
      board.revokeOpen(tasks, generation);
      if (board.countSettled(tasks) === tasks) aside.end();
    };
    // a worker may be gone without a word
    const patience = LOST_MILLISECONDS + bytes * LOST_MILLISECONDS_PER_BYTE;
    const silence = new Stopwatch(2 * WATCH_MILLISECONDS);
    let settled = 0;
    const watch = () => {
      const now = board.countSettled(tasks);
      if (now === tasks) aside.end();
      else if (now === settled && silence.milliseconds <= patience) return;
      else if (now === settled) this.#endSilent(aside);
      settled = now;
      silence.reset();
    };
    const timer = setInterval(watch, WATCH_MILLISECONDS);
    hold(true);
    signal?.addEventListener("abort", stop);
    try {
      if (help) await this.#help(aside, help);
      await end;
    } finally {
      clearInterval(timer);
      signal?.removeEventListener("abort", stop);
      this.#aside = undefined;
      hold(false);
    }
    return aside.isMarred;
  }

  /** Does what tasks it can claim, and gives way after each; then waits for the others awake, but not for long. */
  async #help(aside: Aside, doTask: (task: number) => void): Promise<void> {
    const board = this.#board;
    const { tasks, generation } = aside;
    for (let task = 0; task < tasks && this.#aside === aside; task++) {
      if (!board.claim(task, generation, 0)) continue;
      let isDone = true;
      try {
        doTask(task);
      } catch {
        isDone = false; // it is done again, and throws what there is to throw
      }
      board.settle(task, generation, 0, isDone);
      await nextTurn();
    }
    const waited = performance.now();
    while (board.countSettled(tasks) < tasks && performance.now() - waited < AWAKE_MILLISECONDS) await nextTurn();
    if (board.countSettled(tasks) === tasks) aside.end();
  }

  /** Ends those that have begun what they do not end; all, where nobody has begun anything. */
  #endSilent(aside: Aside): void {
    const { tasks, generation } = aside;
    const claimers = new Set(Array.from({ length: tasks }, (_, task) => this.#board.claimerOf(task)));
    claimers.delete(undefined);
    for (const index of claimers.size > 0 ? claimers : [...this.#workers.keys()]) {
      this.#end(index);
      if (this.#board.revokeClaimed(tasks, generation, index as number)) aside.isMarred = true;
    }
    if (this.#workers.size === 0) this.#board.revokeOpen(tasks, generation);
    if (this.#board.countSettled(tasks) === tasks) aside.end();
  }

  #finishAside(generation: number): void {
    if (this.#aside?.generation === generation) this.#aside.end();
  }

  // Jobs.

  /** Posts what has been written to the board, does a share of its tasks, and gives the results of all to `take`, in their order. */
  #run(
    functionName: string,
    tasks: number,
    writes: Writes,
    doTask: (task: number) => void,
    take: (task: number, results: Float64Array) => void,
  ): void {
    const board = this.#board;
    const attempt = (task: number): boolean => {
      try {
        doTask(task);
        return true;
      } catch {
        return false;
      }
    };
    this.#isBusy = true;
    try {
      const generation = board.post(tasks);
      const start = performance.now();
      let own = 0;
      for (let task = 0; task < tasks; task++) {
        if (!board.claim(task, generation, 0)) continue;
        board.settle(task, generation, 0, attempt(task));
        own++;
      }
      const share = (performance.now() - start) / Math.max(1, own);
      const waited = new Stopwatch(LONGEST_STEP);
      let taken = 0;
      for (let task = 0; task < tasks; task++) {
        this.#wait(functionName, task, generation, writes, waited, share, attempt);
        if (taken === task && board.doerOf(task) !== undefined) take(taken++, this.#resultsOf(task));
      }
      // what has failed, when all have ended: it throws what there is to throw
      for (; taken < tasks; taken++) {
        if (board.doerOf(taken) === undefined) doTask(taken);
        take(taken, this.#resultsOf(taken));
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** Until a task that another thread has claimed is done; `share` is what one takes here. */
  #wait(
    functionName: string,
    task: number,
    generation: number,
    writes: Writes,
    stopwatch: Stopwatch,
    share: number,
    attempt: (task: number) => boolean,
  ): void {
    const board = this.#board;
    for (;;) {
      for (let i = 0; i < 50; i++) if (board.isSettled(task)) return;
      const waited = stopwatch.milliseconds;
      if (waited < GRACE_MILLISECONDS + 2 * share) continue;
      if (writes === "nothing") {
        // its thread may have no processor, or be no more: nothing is lost by doing it here
        board.takeOver(task, generation, attempt(task));
      } else if (waited > LOST_MILLISECONDS + 10 * share) {
        this.#end(board.claimerOf(task));
        if (writes === "in place") throw lostError(functionName);
        board.takeOver(task, generation, attempt(task));
      } else if (this.#maySleep) {
        this.#sleep(task);
      }
    }
  }

  #maySleep = true;

  #sleep(task: number): void {
    try {
      this.#board.watch(task, 10);
    } catch {
      this.#maySleep = false; // a page's main thread
    }
  }

  #resultsOf(task: number): Float64Array {
    return this.#results[this.#board.doerOf(task) ?? 0];
  }
}

const lostError = (functionName: string): Error =>
  new Error(
    `${functionName}: a worker stopped while it wrote over the numbers it read, which are lost; the engine goes on without it`,
  );

/** What `promise` gives, or the reason of the signal if it comes first. */
function orAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop);
    promise.then(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
  });
}
