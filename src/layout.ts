// The lowest pages of a linear memory, below what it hands out:
//
//       0 …   4 KiB   constants of the module
//       4 …  16 KiB   the state of the instance: totals, fields of a family, padding, scratch (assembly/blocks.ts)
//      64 … 192 KiB   staging: four chunks of 32 KiB, whole blocks each
export const STATE = 4096;
/** Fields of a family, within the state. */
export const FAMILY = STATE + 128;
export const STAGING = 65536;
export const CHUNK_BYTES = 32768;
/** Rows that a kernel reads, and one that it writes. */
export const SLOTS = 4;
export const RESERVED_BYTES = STAGING + SLOTS * CHUNK_BYTES;
