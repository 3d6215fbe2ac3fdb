// A long row, chunk by chunk, by any thread: chunks are done in any order, and their totals added in theirs.

import type { Backend } from "../../backends/backend.js";
import { Halves, isOf16 } from "../../backends/halves.js";
import { addTo, BEFORE, BLOCKS, TOTAL } from "../../backends/js/blocks.js";
import { CHUNK, type ChunkJob } from "../../backends/kernel.js";
import { CHUNK_BYTES } from "../../backends/layout.js";
import type { Space } from "../../backends/space.js";

/** Task `index` of a job, alone: a chunk, or several. Short of it would be a call of the kernel: what surrounds it counts. */
export function doChunks(
  backend: Backend,
  { buffer }: Space,
  job: ChunkJob,
  index: number,
  results: Float64Array,
  at: number,
): void {
  const { precision, offsets, formats, out, chunksPerTask } = job;
  const first = index * chunksPerTask;
  const start = first * CHUNK_BYTES;
  const from = first * CHUNK[precision];
  const count = Math.min(chunksPerTask * CHUNK[precision], job.length - from);
  const rows: unknown[] = [];
  for (let i = 0; i < offsets.length; i++) {
    const [offset, format] = [offsets[i], formats[i]];
    if (format < 0) {
      rows.push(backend.inSpace(precision, offset + start, count));
      continue;
    }
    const data = isOf16(format)
      ? new Uint16Array(buffer, offset + 2 * from, count)
      : new Uint8Array(buffer, offset + from, count);
    backend.staged[i] = undefined;
    backend.widen(new Halves(data, format), 0, count, precision, i);
    rows.push(backend.stagingAt(precision, i, count));
  }
  backend.clear();
  if (out === undefined) {
    results[at] = backend.call(job.kernel, precision, rows, count);
  } else {
    const to = backend.inSpace(precision, out + start, count);
    results[at] = backend.callMapping(job.kernel, precision, rows, to, count);
  }
  const { totals } = backend;
  for (let i = 0, to = at + 1; i < 3 * TOTAL; i += TOTAL, to += 3) {
    results[to] = totals[i];
    results[to + 1] = totals[i + 1];
    results[to + 2] = totals[i + BLOCKS] === 0 ? 0 : 1;
  }
}

/** Adds what a chunk has left to all totals. */
export function addChunk(totals: Float64Array, results: Float64Array, at: number, isMaximum: boolean): void {
  for (let i = 0; i < 3; i++) addToTotal(totals, i * TOTAL, results, at + 1 + 3 * i, isMaximum);
}

/** Adds a chunk's pair to a total, in the order of chunks: the last stands apart from those before it, as in `addTotal`. */
function addToTotal(totals: Float64Array, total: number, results: Float64Array, at: number, isMaximum: boolean): void {
  if (results[at + 2] === 0) return;
  const sum = results[at];
  if (totals[total + BLOCKS] === 0) {
    totals[total + BLOCKS] = 1;
  } else if (isMaximum) {
    if (!(totals[total] < sum)) return;
  } else {
    addTo(totals, total + BEFORE, totals[total], totals[total + 1]);
  }
  totals[total] = sum;
  totals[total + 1] = results[at + 1];
}
