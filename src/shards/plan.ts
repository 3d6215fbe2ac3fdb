// Which rows a shard has: as many as the others, or one less or more.

import type { RowRange } from "./kind.js";

/** The rows of one of `count` shards, counted from 0. There may be none, where there are fewer rows than shards. */
export function shardRange({ start, end }: RowRange, index: number, count: number): RowRange {
  const [rows, rest] = [Math.floor((end - start) / count), (end - start) % count];
  // the first `rest` have one more
  const at = (i: number) => start + i * rows + Math.min(i, rest);
  return { start: at(index), end: at(index + 1) };
}
