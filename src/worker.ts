// A thread beside the caller's: it waits for jobs on the board and does its share of them. Built to one file of its own.

import type { Backend } from "./backends/backend.js";
import { exportsOf } from "./backends/binary.js";
import { numbersOf } from "./backends/halves.js";
import { JsBackend } from "./backends/js/backend.js";
import { type Kernel, PARAMETERS, RESULT } from "./backends/kernel.js";
import * as kernels from "./backends/kernels.js";
import { probeOf, RESULT_BYTES, regionOf, resultsOf } from "./backends/layout.js";
import { SimdBackend } from "./backends/simd.js";
import { Space } from "./backends/space.js";
import { declarationOf } from "./call/forms.js";
import { compareLoop } from "./compare/rows.js";
import { loopNamed } from "./engine/selection.js";
import { Board, type Job } from "./engine/threads/board.js";
import { doChunks } from "./engine/threads/chunks.js";
import { type ArrayText, readText, type Start, typeOf } from "./engine/threads/text.js";
import type { Loop } from "./engine/work.js";
import * as losses from "./losses/index.js";
import * as measures from "./measures/index.js";

/** Every loop over rows, by the name under which a job asks for it. */
function loopsByName(): ReadonlyMap<string, Loop<never>> {
  const loops = new Map<string, Loop<never>>([["compareLogits", compareLoop]]);
  for (const f of [...Object.values(measures), ...Object.values(losses)]) {
    for (const form of "of" in f ? [f, f.of as object] : [f]) {
      const declared = declarationOf(form);
      if (declared) loops.set(declared.loopName, declared.loop);
    }
  }
  return loops;
}

class Worker {
  readonly #start: Start;
  readonly #space: Space;
  readonly #board: Board;
  readonly #backend: Backend;
  readonly #results: Float64Array;
  readonly #parameters = new Float64Array(PARAMETERS);
  readonly #loops = loopsByName();
  readonly #kernels = new Map<string, Kernel>(Object.entries(kernels));

  constructor(start: Start) {
    this.#start = start;
    const region = regionOf(start.index);
    this.#space = new Space(start.memory, probeOf(region));
    const { buffer } = this.#space;
    this.#board = new Board(buffer);
    this.#backend =
      start.backend === "js"
        ? new JsBackend(this.#space)
        : new SimdBackend(start.module && exportsOf(start.module, start.memory), this.#space, region);
    this.#results = new Float64Array(buffer, resultsOf(start.index), RESULT_BYTES / 8);
  }

  serve(post: (message: unknown) => void): never {
    const board = this.#board;
    for (let seen = 0; ; ) {
      seen = board.next(seen, this.#start.spinMilliseconds);
      const job = board.read(seen, this.#parameters);
      if (job === undefined) continue;
      this.#do(job, seen);
      if (job.isAside && board.countSettled(job.tasks) === job.tasks) post(seen);
    }
  }

  /** Claims tasks from its own part of them on, and round: each thread then stays in one stretch of a row. */
  #do(job: Job, generation: number): void {
    const { index, threads } = this.#start;
    const { tasks } = job;
    let doTask: ((task: number) => void) | undefined;
    for (let i = 0, task = Math.floor((index * tasks) / threads); i < tasks; i++, task = (task + 1) % tasks) {
      if (!this.#board.claim(task, generation, index)) continue;
      let isDone = true;
      try {
        doTask ??= this.#tasksOf(job);
        doTask(task);
      } catch {
        isDone = false; // the caller does it again, and throws what there is to throw
      }
      this.#board.settle(task, generation, index, isDone);
    }
  }

  #tasksOf(job: Job): (task: number) => void {
    return job.kind === "chunks" ? this.#chunks(job) : this.#rows(job);
  }

  #chunks({ kernel: name, job: rest, from }: Job & { kind: "chunks" }): (task: number) => void {
    const { precision, offsets, formats, length, out, chunksPerTask, areRows } = rest;
    const kernel = this.#kernels.get(name) as Kernel;
    const job = { kernel, precision, offsets, formats, length, out, chunksPerTask, areRows };
    const bytes = job.length * (job.precision === "f32" ? 4 : 8);
    let last = job.out ?? 0;
    for (const offset of job.offsets) last = Math.max(last, offset);
    this.#space.reach(last + bytes);
    this.#backend.readParameters(this.#parameters);
    return (task) => doChunks(this.#backend, this.#space, job, from + task, this.#results, task * RESULT);
  }

  #rows({ job }: Job & { kind: "rows" }): (task: number) => void {
    const { text, from, rows, rowsPerTask, width } = job;
    const { loop, arrays, settings } = readText(text);
    const run = loopNamed(this.#loops, loop);
    if (run === undefined) throw new Error(`no loop is called ${loop}`);
    const views = arrays.map((array) => (array === null ? undefined : this.#viewOf(array)));
    return (task) => {
      const first = task * rowsPerTask;
      const last = Math.min(rows, first + rowsPerTask);
      const values = this.#results.subarray(first * width, last * width);
      this.#backend.begin(loop);
      try {
        run(this.#backend, views, settings as never, from + first, from + last, values);
      } finally {
        this.#backend.end();
      }
    };
  }

  #viewOf({ type, offset, length, format }: ArrayText) {
    const make = typeOf(type);
    this.#space.reach(offset + length * make.BYTES_PER_ELEMENT);
    const view = new make(this.#space.buffer, offset, length);
    return format === undefined ? view : numbersOf(view as Uint16Array, format);
  }
}

const parent = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort;
const post = (message: unknown) => (parent ? parent.postMessage(message) : globalThis.postMessage(message));
const begin = (start: Start): void => {
  const worker = new Worker(start);
  post("ready");
  worker.serve(post);
};
if (parent) parent.once("message", begin);
else globalThis.onmessage = ({ data }) => begin(data as Start);
