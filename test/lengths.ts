// The lengths and places at which rows are tried.

import { thin } from "./long.js";

/** Around lanes, groups of four vectors, and blocks: 512 f32, 256 f64. */
const SHORT_LENGTHS = thin(
  [
    ...Array.from({ length: 40 }, (_, i) => i + 1),
    ...[
      63, 64, 65, 255, 256, 257, 300, 500, 511, 512, 513, 527, 528, 529, 767, 768, 1000, 1023, 1024, 1025, 1535, 1537,
    ],
  ],
  [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 255, 256, 257, 511, 512, 513, 1025],
);
/** Around chunks of the staging area: 8,192 f32, 4,096 f64. */
const CHUNKED_LENGTHS = [4095, 4096, 4097, 8191, 8192, 8193, 8704, 20011];

/** Lengths for one kind of numbers, of several that have turns: three of the longest in the long run, one in the quick one. */
export const lengthsOf = (turn: number): number[] => [
  ...SHORT_LENGTHS,
  ...thin([0, 3, 6], [0]).map((step) => CHUNKED_LENGTHS[(turn + step) % CHUNKED_LENGTHS.length]),
];

export const OFFSETS = [0, 1, 2, 3, 5];
