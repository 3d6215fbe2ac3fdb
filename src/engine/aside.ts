// Work as a promise: by the workers alone, or between the caller's other tasks.

import type { Computer } from "./default.js";
import { type AsideOptions, doHere, nextTurn, type Work } from "./work.js";

/**
 * Does all rows aside, by the workers alone or in turns, and gives the result. Where it is helped, this thread does its share, a task
 * at a time.
 */
export async function completeAside<Result, S>(
  runtime: () => Computer,
  work: Work<Result, S>,
  aside: AsideOptions,
  isHelped = false,
): Promise<Result> {
  const trial = work.guard?.(runtime().memory, work);
  aside.signal?.throwIfAborted();
  const doAll = async (all: Work<unknown, S>, how: AsideOptions): Promise<Float64Array> => {
    const { backend, pool } = runtime();
    const values = new Float64Array(all.rows * all.width);
    const done = pool === undefined ? 0 : await pool.doRowsAside(backend, all, values, how, isHelped);
    await doInTurns(runtime, all, values, done, how);
    return values;
  };
  if (trial) await doAll(trial, { signal: aside.signal });
  return work.finish(await doAll(work, aside));
}

/** How long this thread computes before others have their turn. */
const TURN_MILLISECONDS = 8;

/** Does rows on this thread, as many at once as take a turn. */
async function doInTurns<S>(
  runtime: () => Computer,
  work: Work<unknown, S>,
  values: Float64Array,
  from: number,
  { signal, onProgress }: AsideOptions,
): Promise<void> {
  let count = 1;
  for (let row = from; row < work.rows; ) {
    await nextTurn();
    signal?.throwIfAborted();
    const to = Math.min(work.rows, row + count);
    const start = performance.now();
    doHere(runtime().backend, work, values, row, to);
    const elapsed = performance.now() - start;
    count = Math.max(
      1,
      Math.min(2 * (to - row), Math.floor(((to - row) * TURN_MILLISECONDS) / Math.max(1e-3, elapsed))),
    );
    row = to;
    onProgress?.(row, work.rows);
  }
}
