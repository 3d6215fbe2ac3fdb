// Work, done at once: by all threads of an engine, or by the caller's.

import type { Computer } from "./runtime.js";
import { arraysOf, doHere, type Work } from "./work.js";

const NO_VALUES = /* @__PURE__ */ new Float64Array(0);

/** Does all rows, by all threads, and gives the result. */
export function complete<Result, S>(runtime: Computer, work: Work<Result, S>): Result {
  const { backend, pool, memory } = runtime;
  const { rows, width } = work;
  const trial = work.guard?.(memory, work);
  if (trial) complete(runtime, trial);
  const values = width === 0 ? NO_VALUES : new Float64Array(rows * width);
  if (pool === undefined || rows === 1) doHere(backend, work, values, 0, rows);
  else {
    backend.begin(work.functionName);
    try {
      if (!pool.doRows(backend, work, values)) work.loop(backend, arraysOf(work), work.settings, 0, rows, values);
    } finally {
      backend.end();
    }
  }
  return work.finish(values);
}
