// What is compared: rows of logits, wherever they come from.

import type { NumberFormat } from "../backends/halves.js";
import type { HalfFormat } from "../backends/kernel.js";
import type { Matrix } from "../call/inputs.js";

export type { HalfFormat };

/** How a number is stored: IEEE half precision, bfloat16, single or double precision, little-endian. */
export type ElementType = "f16" | "bf16" | "f32" | "f64";

/** A format of files that {@link openLogits} reads: NumPy's arrays and archives of such, safetensors, that of llama.cpp's perplexity tool, numbers alone. */
export type LogitFormat = "npy" | "npz" | "safetensors" | "llama.cpp" | "raw";

/** Some rows of logits, one after the other. */
export interface RowBatch {
  /** As many whole rows as there are; a Uint16Array holds the bits of 16-bit floats. */
  readonly data: Float32Array | Float64Array | Uint16Array;
  /** Of a Uint16Array: which of the two. */
  readonly format?: HalfFormat;
  /** The token observed after each row, if known; -1 for none. */
  readonly tokens?: ArrayLike<number>;
}

/** Rows as a model leaves them: a matrix, as {@link index!klDivergence}.rows takes it, alone or with what else is known. */
export type RowsInMemory =
  | Matrix
  | {
      /** Whole rows. */
      readonly data: Matrix;
      /** Of numbers of 8 or 16 bits, unless `data` says so itself. */
      readonly format?: NumberFormat;
      /** The token observed after each row, if known; -1 for none. */
      readonly tokens?: ArrayLike<number>;
    };

/** What {@link compareLogits} takes: a file ({@link openLogits}), a stream of batches, or rows that are all in memory. */
export type LogitRows = AsyncIterable<RowsInMemory> | RowsInMemory;

/** Rows in order, to be written. */
export type RowBatches = AsyncIterable<RowBatch> | Iterable<RowBatch>;

/** The options of {@link LogitSource.read}. */
export interface ReadOptions {
  /** The first row; 0 by default. */
  start?: number;
  /** The row after the last; all rows by default. */
  end?: number;
  /** Rows of a batch, at most; by default as many as make some megabytes. */
  batchRows?: number;
  /**
   * Where batches lie: called four times at most, for memory of as many bytes (at a multiple of 8), of which one batch after
   * the other is a view. A view onto the memory of an engine saves a copy. By default, memory of the source's own.
   */
  allocate?: (bytes: number) => Uint8Array;
}

/** Rows of one model's logits, in order. Any `AsyncIterable<RowBatch>` will do; these are what a file knows besides. */
export interface LogitSource extends AsyncIterable<RowBatch> {
  /** For messages: the path. */
  readonly name: string;
  /** Numbers of a row: the vocabulary. */
  readonly classes: number;
  /** Rows in all, if known beforehand. */
  readonly rows?: number;
  /** Of a file that is truncated, of which the whole rows are read: how many it says that it has. */
  readonly saidRows?: number;
  /** Of a file: how it is written. */
  readonly format?: LogitFormat;
  /** How its numbers are stored, where all are stored alike. */
  readonly type?: ElementType;
  /** Rows of a chunk, each of a context of its own: rows of one chunk depend on each other more than on those of another. */
  readonly blockRows?: number;
  /** What the numbers are. */
  readonly input: "logits" | "logProbabilities";
  /**
   * Rows from `start` (inclusive) to `end` (exclusive); batches hold at most `batchRows` rows. The array of a batch is reused
   * for the next one but two, or later (so that one may be computed on while another is read).
   */
  read(options?: ReadOptions): AsyncIterable<RowBatch>;
  /** Where a number is, for messages: "row 17, column 3, at byte 123456". */
  placeOf(row: number, column: number): string;
  /** Closes the file: nothing can be read any more. */
  close(): Promise<void>;
}
