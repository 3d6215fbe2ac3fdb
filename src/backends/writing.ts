// How results reach the array that they are for: written in place, or staged and copied. Apart from backend.ts, so that measures that
// return a number do without it.

import { type Backend, FEW, type FloatArray, OUT, OUT_SLOT, type Row, UNUSUAL } from "./backend.js";
import { CHUNK, type Kernel, type Precision } from "./kernel.js";
import { COLUMNS, SLOTS } from "./layout.js";
import { mayBeOne } from "./space.js";

/** Makes rows of an array the output of the next kernels, in place or staged. */
export function placeOut(backend: Backend, precision: Precision, out: FloatArray, start: number, length: number): void {
  if (backend.isHeld(out, precision)) {
    backend.setOperand(OUT, out, start, length);
  } else {
    backend.staged[OUT_SLOT] = undefined;
    backend.setStaged(OUT, precision, OUT_SLOT, length);
  }
}

/** Brings rows that were staged to the array that they are for: all but those that have flags. */
export function bringOut(
  backend: Backend,
  precision: Precision,
  out: FloatArray,
  start: number,
  length: number,
  count: number,
): void {
  if (!backend.isHeld(out, precision)) {
    const { table } = backend;
    const staged = backend.staging(precision, OUT_SLOT);
    let first = 0;
    for (let r = 0; r <= count; r++) {
      if (r < count && table[r * COLUMNS] === 0) continue;
      const numbers = (r - first) * length;
      const from = first * length;
      if (numbers > FEW) out.set(staged.subarray(from, from + numbers), start + from);
      else for (let i = 0; i < numbers; i++) out[start + from + i] = staged[from + i];
      first = r + 1;
    }
  }
  forget(backend, out);
}

/**
 * Writes what a kernel makes of rows to `out` from `outStart`; `out` may be one of the rows. The sums are `backend.total(…)`. Where
 * the kernel says UNUSUAL, `exception(index in the row)` gives the result of any number that it does not compute.
 */
export function map(
  backend: Backend,
  kernel: Kernel,
  precision: Precision,
  rows: readonly Row[],
  length: number,
  out: FloatArray,
  outStart: number,
  exception?: (index: number) => number | undefined,
): void {
  backend.clear();
  const isDirect = exception === undefined && backend.isHeld(out, precision);
  let step: number = CHUNK[precision];
  if (isDirect) {
    step = length;
    for (const row of rows) if (!backend.isInPlace(row, precision)) step = CHUNK[precision];
    const { crew } = backend;
    if (crew?.wants(backend, kernel, precision, rows, length)) {
      const result: Row = { source: out, start: outStart, scale: 1 };
      if (crew.share(backend, kernel, precision, rows, length, result) !== undefined) {
        forget(backend, out);
        return;
      }
    }
  }
  for (let done = 0; done < length; done += step) {
    const count = Math.min(step, length - done);
    const locations = backend.locateAll(rows, done, count, precision, 0) as unknown[];
    if (isDirect) {
      backend.callMapping(kernel, precision, locations, backend.at(out, outStart + done, count), count);
      continue;
    }
    backend.staged[OUT_SLOT] = undefined;
    const flags = backend.callMapping(
      kernel,
      precision,
      locations,
      backend.stagingAt(precision, OUT_SLOT, count),
      count,
    );
    const result = backend.staging(precision, OUT_SLOT);
    if (flags & UNUSUAL && exception) {
      for (let i = 0; i < count; i++) result[i] = exception(done + i) ?? result[i];
    }
    out.set(count === result.length ? result : result.subarray(0, count), outStart + done);
  }
  forget(backend, out);
}

/** What has been staged of an array is not what it holds now; a short row is soon staged again. */
function forget({ staged }: Backend, written: FloatArray): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    const source = staged[slot]?.source;
    if (!ArrayBuffer.isView(source)) continue;
    if (written.length <= FEW || mayBeOne(source.buffer, written.buffer)) staged[slot] = undefined;
  }
}
