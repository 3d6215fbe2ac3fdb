// The work of a call, row by row: what a thread can be given a share of.

import type { Backend, Vector } from "../backends/backend.js";
import type { Memory } from "./memory.js";

/** An array that a loop reads or writes; undefined where a call has none. */
export interface WorkArray {
  readonly array: Vector;
  /** Numbers a row; 0 for an array that all rows share. */
  readonly perRow: number;
  readonly isWritten?: boolean;
}

/** Does rows `from` … `to - 1`: `width` numbers of each row r go to `values` from (r - from)·width on. */
export type Loop<Settings> = (
  backend: Backend,
  arrays: readonly (Vector | undefined)[],
  settings: Settings,
  from: number,
  to: number,
  values: Float64Array,
) => void;

/** A call whose arguments have been checked, and what its rows make of them. */
export interface Work<Result, Settings = unknown> {
  readonly functionName: string;
  /** By which a worker finds the loop. */
  readonly loopName: string;
  readonly loop: Loop<Settings>;
  readonly rows: number;
  readonly width: number;
  readonly arrays: readonly (WorkArray | undefined)[];
  /** Plain data. */
  readonly settings: Settings;
  /** Of work that writes over arrays: overlap.ts. */
  readonly guard?: (memory: Holder, work: AnyWork) => AnyWork | undefined;
  readonly finish: (values: Float64Array) => Result;
}

/** What tells whether a buffer is an engine's. */
export type Holder = Pick<Memory, "holds">;

// biome-ignore lint/suspicious/noExplicitAny: of whatever result and settings
export type AnyWork = Work<any, any>;

/** The options that `f.async` and `f.rows.async` have in addition to those of `f` and `f.rows`. */
export interface AsideOptions {
  /** Aborts the work: rows that have begun are completed, then the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Called when rows are done, with the number of completed rows and the number of all rows. */
  onProgress?: (done: number, total: number) => void;
}

/** When other tasks have had their turn. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });

export function arraysOf({ arrays }: Pick<Work<unknown>, "arrays">): (Vector | undefined)[] {
  return arrays.map((entry) => entry?.array);
}

/** Does rows `from` … `to - 1` on this thread. */
export function doHere<S>(
  backend: Backend,
  work: Work<unknown, S>,
  values: Float64Array,
  from: number,
  to: number,
): void {
  backend.begin(work.functionName);
  try {
    const { width, settings } = work;
    // to make an array takes a tenth of a microsecond
    const own = to - from === work.rows ? values : values.subarray(from * width, to * width);
    work.loop(backend, arraysOf(work), settings, from, to, own);
  } finally {
    backend.end();
  }
}
