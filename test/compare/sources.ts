// Rows of two made-up models, and streams of them.

import type { LogitSource, RowBatch, RowResults } from "../../src/compare/index.js";
import { randomNumbers } from "../random.js";

export const CLASSES = 300;
export const ROWS = 61;

export interface Model {
  readonly data: Float32Array;
  readonly tokens: Int32Array;
}

/** Both of one text; every seventh token is unknown. */
export function makeModels(rows = ROWS, classes = CLASSES, seed = 5): [base: Model, other: Model] {
  const random = randomNumbers(seed);
  const normal = () => random() + random() + random() + random() - 2;
  const base = Float32Array.from({ length: rows * classes }, () => 6 * normal());
  const other = base.map((z) => z + 0.6 * normal());
  const tokens = Int32Array.from({ length: rows }, (_, r) => (r % 7 === 3 ? -1 : Math.floor(random() * classes)));
  return [
    { data: base, tokens },
    { data: other, tokens },
  ];
}

/** Batches of as many rows as `sizes` says, again and again; the array of each is written over for the next. */
export async function* batchesOf(
  { data, tokens }: { data: RowBatch["data"]; tokens?: Int32Array },
  sizes: readonly number[] = [10],
  { classes = CLASSES, format = undefined as RowBatch["format"] } = {},
): AsyncGenerator<RowBatch> {
  const rows = data.length / classes;
  const own = data.slice(0, Math.max(...sizes) * classes);
  for (let from = 0, i = 0; from < rows; from += sizes[i++ % sizes.length]) {
    const to = Math.min(rows, from + sizes[i % sizes.length]);
    own.set(data.subarray(from * classes, to * classes));
    await Promise.resolve();
    yield { data: own.subarray(0, (to - from) * classes), format, tokens: tokens?.subarray(from, to) };
    own.fill(Number.NaN);
  }
}

/** As a file is. */
export function sourceOf(
  { data, tokens }: Model,
  { name = "file.npy", classes = CLASSES, rows = (data.length / classes) as number | undefined } = {},
): LogitSource {
  return {
    name,
    classes,
    rows,
    input: "logits",
    async *read({ start = 0, end = data.length / classes, batchRows = 8 } = {}) {
      for (let from = start; from < end; from += batchRows) {
        const to = Math.min(end, from + batchRows);
        yield { data: data.slice(from * classes, to * classes), tokens: tokens.subarray(from, to) };
      }
    },
    [Symbol.asyncIterator]() {
      return this.read()[Symbol.asyncIterator]();
    },
    placeOf: (row, column) => `row ${row}, column ${column}, at byte ${128 + 4 * (row * classes + column)}`,
    close: async () => {},
  };
}

/** Rows joined. */
export function joined(parts: readonly RowResults[]): Record<string, number[]> {
  const all: Record<string, number[]> = {};
  for (const part of parts) {
    for (const [name, column] of Object.entries(part)) {
      if (name !== "count") all[name] = [...(all[name] ?? []), ...(column as Float64Array)];
    }
  }
  return all;
}
