// A matrix whose rows are in several files: shards, in a folder or by their names.

import { builtin } from "./node.js";
import { shown } from "./shown.js";
import type { LogitSource, ReadOptions, RowBatch } from "./source.js";
import { explaining } from "./systemError.js";

/** Files of a folder that are rows of logits. */
const ENDINGS = /\.(npy|npz|safetensors|kld|bin|raw)(\.gz|\.zst)?$/i;

/** `base-00002-of-00003.safetensors`, as Hugging Face and llama.cpp have it. */
const OF_MANY = /^(.*-)(\d+)(-of-(\d+))(\.[^-]+)?$/;

/**
 * The files that a path stands for, in order: those of a folder by their names (numbers in them as numbers), all parts of
 * `…-00001-of-00003…`, or the file itself. Throws where one is missing.
 */
export async function shardsOf(path: string): Promise<readonly string[]> {
  const { basename, dirname, join } = builtin("node:path");
  const stats = await builtin("node:fs/promises")
    .stat(path)
    .catch(() => undefined);
  if (stats?.isDirectory()) return shardsIn(path);
  const [, start, number, , count, ending = ""] = OF_MANY.exec(basename(path)) ?? [];
  if (count === undefined || Number(number) !== 1 || Number(count) < 2) return [path];
  const names = Array.from(
    { length: Number(count) },
    (_, i) => `${start}${String(i + 1).padStart(number.length, "0")}-of-${count}${ending}`,
  );
  return names.map((name) => join(dirname(path), name));
}

async function shardsIn(folder: string): Promise<readonly string[]> {
  const { join } = builtin("node:path");
  const { readdir } = builtin("node:fs/promises");
  const entries = await explaining(readdir(folder, { withFileTypes: true }), folder, "read");
  // made where it is used, for that takes milliseconds
  const collator = new Intl.Collator("en", { numeric: true });
  const names = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith(".") && ENDINGS.test(entry.name))
    .map(({ name }) => name)
    .sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
  if (names.length === 0) throw new RangeError(`${shown(folder, Infinity)} is a folder without files of logits`);
  checkWhole(folder, names);
  return names.map((name) => join(folder, name));
}

/** Throws where the names are alike but for a number, and one of these numbers is left out. */
function checkWhole(folder: string, names: readonly string[]): void {
  const numbers = names.map((name) => /^(.*?)(\d+)((?:-of-\d+)?\.\D+)$/.exec(name));
  if (numbers.some((match) => match?.[1] !== numbers[0]?.[1] || match?.[3] !== numbers[0]?.[3])) return;
  const fail = (what: string): never => {
    throw new RangeError(`${shown(folder, Infinity)} is not whole: ${what}`);
  };
  for (const [i, match] of numbers.entries()) {
    const before = numbers[i - 1];
    if (before && match && Number(match[2]) !== Number(before[2]) + 1) {
      fail(`after ${shown(before[0])} comes ${shown(match[0])}`);
    }
  }
  const count = /^-of-(\d+)/.exec(numbers[0]?.[3] ?? "")?.[1];
  if (count !== undefined && (names.length !== Number(count) || Number(numbers[0]?.[2]) !== 1)) {
    fail(`there are ${names.length} of ${Number(count)} files`);
  }
}

interface Shard {
  readonly path: string;
  readonly first: number;
  readonly rows: number;
}

/** The rows of several files, one after the other, of which one is open at a time. Throws where they do not fit together. */
export async function joinedSource(
  name: string,
  paths: readonly string[],
  open: (path: string) => Promise<LogitSource>,
): Promise<LogitSource> {
  const shards: Shard[] = [];
  let head: LogitSource | undefined;
  let blockRows: number | undefined;
  let rows = 0;
  let saidRows: number | undefined;
  for (const path of paths) {
    const source = await open(path);
    await source.close();
    if (saidRows !== undefined) {
      throw new RangeError(
        `${shown(shards[shards.length - 1].path, Infinity)} is truncated, and ${source.name} follows it`,
      );
    }
    if (source.saidRows !== undefined) saidRows = rows + source.saidRows;
    head ??= source;
    for (const key of ["classes", "format", "type", "input"] as const) {
      if (source[key] === head[key]) continue;
      throw new RangeError(
        `${source.name} is of another kind than ${head.name}: ${key} is ${source[key]}, not ${head[key]}`,
      );
    }
    // of files whose chunks are alike, and whole
    if (shards.length === 0) blockRows = source.blockRows;
    else if (source.blockRows !== blockRows) blockRows = undefined;
    const own = source.rows as number;
    shards.push({ path, first: rows, rows: own });
    rows += own;
  }
  const { classes, format, type, input } = head as LogitSource;

  async function* read({
    start = 0,
    end = rows,
    batchRows,
  }: ReadOptions = {}): AsyncGenerator<RowBatch, void, undefined> {
    if (!(start >= 0 && start <= end && end <= rows)) {
      throw new RangeError(`${name}: rows ${start} to ${end} were asked for; it has rows 0 to ${rows}`);
    }
    for (const { path, first, rows: own } of shards) {
      const range = { start: Math.max(0, start - first), end: Math.min(own, end - first) };
      if (range.start >= range.end) continue;
      const source = await open(path);
      try {
        if (source.rows !== own || source.classes !== classes)
          throw new Error(`${source.name} changed while it was read`);
        // into memory of its own: that of the reader is for one source
        yield* source.read({ ...range, batchRows });
      } finally {
        await source.close();
      }
    }
  }

  return {
    name,
    ...{ classes, rows, input, format, type },
    ...(blockRows !== undefined && { blockRows }),
    ...(saidRows !== undefined && { saidRows }),
    read,
    [Symbol.asyncIterator]: () => read()[Symbol.asyncIterator](),
    placeOf(row, column) {
      const { path, first } = shards.findLast((shard) => shard.first <= row) as Shard;
      return `row ${row}, column ${column}: row ${row - first} of ${shown(path, Infinity)}`;
    },
    close: async () => {},
  };
}
