// The lowest pages of a linear memory, below what it hands out:
//
//       0 …   4 KiB   constants of the module
//       4 …  16 KiB   the state of the instance: totals, fields of a family, padding, scratch (assembly/blocks.ts)
//      16 …  32 KiB   the table: a line for each row of a batch
//      32 …  80 KiB   what threads tell each other (src/engine/threads/board.ts)
//      80 … 240 KiB   staging: five chunks of 32 KiB, whole blocks each
//     256 …           a region for each thread besides the caller's: its state, its table, its results, its staging

/** Where an instance of the kernels works. */
export interface Region {
  readonly state: number;
  readonly staging: number;
}

export const CHUNK_BYTES = 32768;
/** Rows that a kernel reads, and one that it writes. */
export const SLOTS = 5;
/** Fields of a family, within the state. */
export const FAMILY = 128;
/** What a kernel works on, within the state; where `largest` leaves its indices. */
const SCRATCH = 6400;
export const LARGEST: number = SCRATCH + 2048;
export const MOST_LARGEST = 256;
/** A word of the state by which a memory is known under another object. */
const PROBE = 12280;
/** Where the rows of a batch are, within the state: a pointer and a step for each operand and for the output, then `most`. */
export const JOB = 10496;
/** The table, behind the state: a line of so many f64 for each of so many rows. */
export const TABLE = 12288;
export const COLUMNS = 16;
export const ROWS = 128;
const STATE_BYTES = TABLE + ROWS * COLUMNS * 8;
export const RESULT_BYTES = 131072;
const STAGING_BYTES = SLOTS * CHUNK_BYTES;

/** Threads of an engine: what the states of tasks have room for (src/engine/threads/board.ts). */
export const MOST_THREADS = 32;

export const BOARD = 32768;
export const BOARD_BYTES = 49152;
const STAGING = BOARD + BOARD_BYTES;
/** Whole pages. */
const CALLER_BYTES = 262144;
const WORKER_BYTES = STATE_BYTES + RESULT_BYTES + STAGING_BYTES;

/** What the kernels and `threads` threads need for themselves. */
export const reservedBytes = (threads: number): number => CALLER_BYTES + (threads - 1) * WORKER_BYTES;

/** Where there are no threads besides the caller's. */
export const RESERVED_BYTES = CALLER_BYTES;
export const CALLER_REGION: Region = { state: 4096, staging: STAGING };

/** That of thread `index`: 0 is the caller's. */
export function regionOf(index: number): Region {
  if (index === 0) return CALLER_REGION;
  const state = reservedBytes(index);
  return { state, staging: state + STATE_BYTES + RESULT_BYTES };
}

/** The bytes of a region anywhere, and that region. */
export const REGION_BYTES: number = STATE_BYTES + STAGING_BYTES;
export const regionAt = (state: number): Region => ({ state, staging: state + STATE_BYTES });

export const probeOf = ({ state }: Region): number => state + PROBE;

/** Where thread `index` > 0 leaves its results. */
export const resultsOf = (index: number): number => reservedBytes(index) + STATE_BYTES;
