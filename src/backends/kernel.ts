// A kernel: one name for a loop in WebAssembly and its twin in JavaScript, and the unit of work that any thread can be given of it.

import type { ModuleText } from "../generated/modules.js";
import { CHUNK_BYTES } from "./layout.js";

/** The type in which a row is computed. */
export type Precision = "f32" | "f64";

/** How the numbers of a Uint16Array are to be read. */
export type HalfFormat = "f16" | "bf16";

/** A twin takes rows (typed arrays), the state of the backend, and the array to write to where it is a mapping; it returns flags. */
// biome-ignore lint/suspicious/noExplicitAny: each takes its own
export type Twin = (...parameters: any[]) => any;

export interface Kernel {
  readonly module: ModuleText;
  /** By which its module exports it, with the type of a lane behind it. */
  readonly name: string;
  /** The place of its functions in a backend's list. */
  readonly index: number;
  /** Rows that it reads. */
  readonly inputs: number;
  /** Whether it writes a row. */
  readonly isMapping: boolean;
  readonly f32: Twin;
  readonly f64: Twin;
}

let count = 0;

/** A reduction: flags and totals come of it. */
export const kernel = (module: ModuleText, name: string, inputs: number, f32: Twin, f64: Twin): Kernel => ({
  module,
  name,
  index: count++,
  inputs,
  isMapping: false,
  f32,
  f64,
});

/** One that writes a row. */
export const mapping = (module: ModuleText, name: string, inputs: number, f32: Twin, f64: Twin): Kernel => ({
  ...kernel(module, name, inputs, f32, f64),
  isMapping: true,
});

/** Numbers of a chunk. */
export const CHUNK = { f32: CHUNK_BYTES / 4, f64: CHUNK_BYTES / 8 } as const;

/** A kernel over rows that lie in a memory shared by threads: what is done chunk by chunk, by any of them. */
export interface ChunkJob {
  readonly kernel: Kernel;
  readonly precision: Precision;
  /** Where the rows are, in bytes. */
  readonly offsets: readonly number[];
  /** How their numbers are stored: indices of formats, -1 for numbers as the kernels read them. */
  readonly formats: readonly number[];
  readonly length: number;
  /** Where a mapping writes. */
  readonly out: number | undefined;
  /** Chunks that make a task. */
  readonly chunksPerTask: number;
  /** Whether each chunk is a row of a batch: `Backend.reduceChunks`. */
  readonly areRows: boolean;
}

/**
 * f64s that are left of a chunk: its flags, and which totals there are; of each its sum and its error. Of one that is a row of a batch, what
 * its line of the table begins with. A cache line: to fetch one takes 0.1 µs.
 */
export const RESULT = 8;
/** Those of what a family needs to know besides its rows. */
export const PARAMETERS = 16;
