// The work of a call, row by row: what a thread can be given a share of.

import type { Backend, Vector } from "./backend.js";
import type { Runtime } from "./runtime.js";

/** An array that a loop reads or writes; undefined where a call has none. */
export interface WorkArray {
  readonly array: Vector;
  /** Numbers a row; 0 for an array that all rows share. */
  readonly perRow: number;
  readonly isWritten?: boolean;
}

/** Does rows `from` … `to - 1`: `width` numbers of each row r go to `values` from r·width on. */
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
  readonly finish: (values: Float64Array) => Result;
}

function arraysOf({ arrays }: Pick<Work<unknown>, "arrays">): (Vector | undefined)[] {
  return arrays.map((entry) => entry?.array);
}

/** Does all rows, and gives the result. */
export function complete<Result, Settings>(runtime: Runtime, work: Work<Result, Settings>): Result {
  const { rows, width, loop, settings } = work;
  const { backend } = runtime;
  const values = new Float64Array(rows * width);
  backend.begin(work.functionName);
  try {
    loop(backend, arraysOf(work), settings, 0, rows, values);
  } finally {
    backend.end();
  }
  return work.finish(values);
}
