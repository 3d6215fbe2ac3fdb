// The lowest pages of a linear memory, below what it hands out:
//
//       0 …   4 KiB   constants of the module
//       4 …  12 KiB   the state of the instance: totals, fields of a family, padding (assembly/blocks.ts)
//      64 … 160 KiB   staging: three chunks of 32 KiB, whole blocks each
export const STATE = 4096;
/** Fields of a family, within the state. */
export const FAMILY = STATE + 128;
export const STAGING = 65536;
export const CHUNK_BYTES = 32768;
/** Rows that a kernel reads or writes at once. */
export const SLOTS = 3;
/** Whole pages. */
export const RESERVED_BYTES = 3 * 65536;
