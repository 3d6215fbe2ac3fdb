// A long row, chunk by chunk, by any thread: chunks are done in any order, and their totals added in theirs.

import type { Backend } from "../../backends/backend.js";
import { Halves, isOf16 } from "../../backends/halves.js";
import { addTo, BEFORE, BLOCKS, TOTAL } from "../../backends/js/blocks.js";
import { CHUNK, type ChunkJob, RESULT } from "../../backends/kernel.js";
import { CHUNK_BYTES } from "../../backends/layout.js";
import type { Space } from "../../backends/space.js";

/** With a kernel's flags: there is a total 0; twice that: a total 1. */
const HAS_TOTAL = 256;

/** Task `index` of a job, alone: a chunk, or several. Short of it would be a call of the kernel: what surrounds it counts. */
export function doChunks(
  backend: Backend,
  { buffer }: Space,
  job: ChunkJob,
  index: number,
  results: Float64Array,
  at: number,
): void {
  const { kernel, precision, offsets, formats, out, chunksPerTask } = job;
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
  if (job.areRows) {
    backend.runChunks(kernel, precision, rows, count, 1);
    for (let i = 0; i < RESULT; i++) results[at + i] = backend.table[i];
    return;
  }
  backend.clear();
  let flags =
    out === undefined
      ? backend.call(kernel, precision, rows, count)
      : backend.callMapping(kernel, precision, rows, backend.inSpace(precision, out + start, count), count);
  const { totals } = backend;
  for (let i = 0; i < 3; i++) {
    const total = i * TOTAL;
    if (totals[total + BLOCKS] !== 0) flags |= HAS_TOTAL << i;
    results[at + 1 + 2 * i] = totals[total];
    results[at + 2 + 2 * i] = totals[total + 1];
  }
  results[at] = flags;
}

/** Adds what a chunk has left to all totals; returns its flags. */
export function addChunk(totals: Float64Array, results: Float64Array, at: number, isMaximum: boolean): number {
  const flags = results[at];
  for (let i = 0; i < 3; i++) {
    if (flags & (HAS_TOTAL << i)) addToTotal(totals, i * TOTAL, results, at + 1 + 2 * i, isMaximum);
  }
  return flags & (HAS_TOTAL - 1);
}

/** Adds a chunk's pair to a total, in the order of chunks: the last stands apart from those before it, as in `addTotal`. */
function addToTotal(totals: Float64Array, total: number, results: Float64Array, at: number, isMaximum: boolean): void {
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
