// The lengths and places at which rows are tried.

import { isLong } from "./long.js";

/** Around lanes, groups of four vectors, and blocks: 512 f32, 256 f64. */
const SHORT_LENGTHS = [
  ...Array.from({ length: 40 }, (_, i) => i + 1),
  ...[63, 64, 65, 255, 256, 257, 300, 500, 511, 512, 513, 527, 528, 529, 767, 768, 1000, 1023, 1024, 1025, 1535, 1537],
];
/** Of which the quick run takes a third for each kind of numbers. */
const QUICK_LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 255, 256, 257, 511, 512, 513, 1025];
/** Around chunks of the staging area: 8,192 f32, 4,096 f64. */
const CHUNKED_LENGTHS = [4095, 4096, 4097, 8191, 8192, 8193, 8704, 20011];

/** Lengths for one kind of numbers, of several that have turns: three of the longest in the long run, one of every third kind in the quick one. */
export function lengthsOf(turn: number): number[] {
  const longOf = (step: number) => CHUNKED_LENGTHS[(turn + step) % CHUNKED_LENGTHS.length];
  if (isLong) return [...SHORT_LENGTHS, ...[0, 3, 6].map(longOf)];
  return [...QUICK_LENGTHS.filter((_, i) => i % 3 === turn % 3), ...(turn % 3 === 0 ? [longOf(turn / 3)] : [])];
}

export const OFFSETS = [0, 1, 2, 3, 5];
