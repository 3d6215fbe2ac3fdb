// Work as a promise: by the workers alone, or between the caller's other tasks.

import type { Computer } from "./runtime.js";
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
  const live = runtime();
  const trial = work.guard?.(live.memory, work);
  aside.signal?.throwIfAborted();
  if (trial) await completeAside(runtime, trial, { signal: aside.signal }, isHelped);
  const values = new Float64Array(work.rows * work.width);
  const done = live.pool === undefined ? 0 : await live.pool.doRowsAside(live.backend, work, values, aside, isHelped);
  await doInTurns(runtime, work, values, done, aside);
  return work.finish(values);
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
