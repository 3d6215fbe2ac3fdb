// Long rows of logits in one pass: each chunk has its own largest logits, A and B, and its sums are brought to those of the whole rows, a
// and b, in the end. To find a and b first would take a pass, a copy and a hand-out to threads more.

import { type Backend, UNUSUAL } from "../../backends/backend.js";
import { DECLINED, LARGEST, TOTALS } from "../../backends/batch.js";
import { CHUNK, type Kernel } from "../../backends/kernel.js";
import type { Call, FoundLogits, NamedRow } from "../../call/arguments.js";
import {
  type Chunk,
  isFine,
  type Logits,
  MOST_F32,
  MOST_F64,
  precisionFor,
  runChunks,
  sumsOf,
  topOf,
} from "./logits.js";

export interface ChunkedLogits extends Logits {
  readonly chunks: readonly Chunk[];
}

/** What takes the exponents of a chunk to those of row `index`. */
export const gap = ({ scale, found }: Logits, index: number, top: number): number => (top - found[index].top) * scale;

/**
 * Runs a kernel of one row or two over each chunk. undefined for short rows, for those that must be staged in another form, and for all
 * that is unusual: rows then go the long way, which tells errors.
 */
export function chunksOf(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  kernel: Kernel,
): ChunkedLogits | undefined {
  const precision = precisionFor(call, rows);
  if (call.length <= CHUNK[precision]) return undefined;
  const temperature = rows.some(({ kind }) => kind === "logits") ? call.temperature : 1;
  const most = precision === "f32" ? MOST_F32 : MOST_F64;
  if (!(temperature >= 1 / most && temperature <= most)) return undefined;
  for (const { kind } of rows) {
    if (kind === "probabilities" || (kind === "logProbabilities" && temperature !== 1)) return undefined;
  }
  const scale = 1 / temperature;
  const chunks = runChunks(backend, kernel, precision, rows, call.length, scale);
  if (chunks === undefined) return undefined;
  const found: FoundLogits[] = [];
  for (let i = 0; i < rows.length; i++) {
    const top = topOf(chunks, i);
    // not for NaN either
    if (!(Math.abs(top) <= Number.MAX_VALUE && isFine(precision, top, temperature))) return undefined;
    found.push({ row: rows[i], precision, shift: 0, largest: top, top });
  }
  for (const chunk of chunks) {
    const flags = chunk[0];
    if (flags & UNUSUAL || (flags & DECLINED && chunk[LARGEST] !== Number.NEGATIVE_INFINITY)) return undefined;
  }
  return { precision, scale, lift: 1, found, chunks };
}

/** The same of pairs: total 2 of a chunk without a possible class in the first row is Σ e^y. */
export function chunksOfPair(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  kernel: Kernel,
): ChunkedLogits | undefined {
  const logits = chunksOf(backend, call, rows, kernel);
  if (logits === undefined) return undefined;
  const { precision, scale, chunks } = logits;
  const step = CHUNK[precision];
  for (let c = 0; c < chunks.length; c++) {
    if (!(chunks[c][0] & DECLINED)) continue;
    const rest = { ...rows[1], start: rows[1].start + c * step };
    const length = Math.min(step, call.length - c * step);
    chunks[c][TOTALS + 2] = sumsOf(backend, length, rest, precision, scale, 1).sum;
  }
  return logits;
}
