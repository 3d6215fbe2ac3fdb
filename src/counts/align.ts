import { isFloat64 } from "../backends/arrays.js";
import { allocate } from "../engine/checks.js";
import { type Counts, forEachCount, hasUniqueKeys, isMap } from "./read.js";

/** The keys of counts. */
export type KeyOf<Source> =
  Source extends ReadonlyMap<infer Key, number>
    ? Key
    : Source extends ArrayLike<number>
      ? number
      : Source extends Iterable<readonly [infer Key, number]>
        ? Key
        : Source extends Readonly<Record<infer Key, number>>
          ? Key
          : number;

/** Counts of the same keys: what {@link align} returns. */
export interface Aligned<Key, Sources extends readonly unknown[] = readonly unknown[]> {
  /** Each key once, in the order of first appearance: those of the first source, then those that are new in the second, … */
  readonly keys: Key[];
  /** One array per source, one count per key: 0 where the source does not have the key. */
  readonly counts: { [Index in keyof Sources]: Float64Array };
}

const NAME = "align";

/** A copy with more room, or less. */
function resized(functionName: string, array: Float64Array, length: number): Float64Array {
  if (array.length === length) return array;
  const copy = allocate(functionName, Float64Array, length);
  copy.set(length < array.length ? array.subarray(0, length) : array);
  return copy;
}

/** The keys of all sources, and the counts of each. */
function gather(
  functionName: string,
  names: readonly string[],
  sources: readonly unknown[],
  check?: (count: number, key: unknown) => void,
): { keys: unknown[]; counts: Float64Array[] } {
  const keys: unknown[] = [];
  const places = new Map<unknown, number>();
  const counts = sources.map((source, s) => {
    // keys that come once need not be looked up where they are the first, nor be kept where they are the last
    const areUnique = hasUniqueKeys(source);
    const isFirst = areUnique && keys.length === 0;
    const isLast = areUnique && s === sources.length - 1;
    let own: Float64Array = allocate(functionName, Float64Array, keys.length + (isMap(source) ? source.size : 0));
    forEachCount(functionName, names[s], source, (count, key) => {
      check?.(count, key);
      let place = isFirst ? undefined : places.get(key);
      if (place === undefined) {
        place = keys.push(key) - 1;
        if (!isLast) places.set(key, place);
        if (place >= own.length) own = resized(functionName, own, 2 * place + 16);
      }
      own[place] += count;
    });
    return own;
  });
  return { keys, counts: counts.map((own) => resized(functionName, own, keys.length)) };
}

/** Whether a Map is looked up as all are: a class of one's own may give what it does not have. */
const isPlainMap = (value: unknown): value is ReadonlyMap<unknown, number> =>
  isMap(value) && Object.getPrototypeOf(value) === Map.prototype;

/**
 * The same of two Maps, each of which is looked up in the other: an index of all keys, which takes longer than that, is not made. Loops
 * over Maps are twice as fast as their `forEach` (measured).
 */
function gatherMaps(
  functionName: string,
  names: readonly string[],
  [a, b]: readonly ReadonlyMap<unknown, number>[],
): { keys: unknown[]; counts: Float64Array[] } {
  const keys = Array.from(a.keys());
  const ofA = allocate(functionName, Float64Array, keys.length);
  const ofB = allocate(functionName, Float64Array, keys.length);
  let place = 0;
  forEachCount(functionName, names[0], a, (count) => {
    ofA[place++] = count;
  });
  forEachCount(functionName, names[1], b, () => {});
  let shared = 0;
  place = 0;
  for (const key of a.keys()) {
    const count = b.get(key);
    if (count !== undefined) {
      ofB[place] = count;
      shared++;
    }
    place++;
  }
  const counts = [ofA, ofB].map((own) => resized(functionName, own, keys.length + b.size - shared));
  for (const [key, count] of b) if (!a.has(key)) counts[1][keys.push(key) - 1] = count;
  return { keys, counts };
}

/** {@link align} for another function, which names its arguments so. */
export function alignAs<const Sources extends readonly Counts[]>(
  functionName: string,
  names: readonly string[],
  sources: Sources,
): Aligned<KeyOf<Sources[number]>, Sources> {
  const maps = (sources as readonly unknown[]).filter(isPlainMap);
  const areTwo = sources.length === 2 && maps.length === 2;
  const { keys, counts } = areTwo ? gatherMaps(functionName, names, maps) : gather(functionName, names, sources);
  return { keys: keys as KeyOf<Sources[number]>[], counts: counts as Aligned<unknown, Sources>["counts"] };
}

/**
 * Makes arrays of counts by key, so that the same index means the same key in all of them: what every measure takes, with
 * `{ normalize: true }`, and `smooth`.
 *
 * @param sources - One or more of: a Map of counts, as {@link tally} makes it; a plain object; an iterable of entries `[key, count]`, of
 * which those with the same key add up; an array of counts, with keys 0, 1, … Counts are finite and >= 0. Keys are equal as those of a Map
 * are: 1 and "1" are not, and the keys of a plain object are texts.
 * @returns The keys in the order of first appearance, and one Float64Array per source. (Integers among the keys of a plain object come
 * first, as JavaScript has it.)
 * @throws TypeError for what has no counts, or a count that is no number.
 * @throws RangeError for a count that is negative, NaN or infinite: the error names the source and the key. Complexity O(entries), in one
 * pass: a Map from key to index, which two Maps do without, and 8 bytes per key and source.
 * @example
 * const { keys, counts } = align(new Map([["a", 3], ["b", 1]]), { b: 2, c: 5 });
 * keys; // ["a", "b", "c"]
 * counts[1]; // Float64Array [0, 2, 5]
 */
export function align<const Sources extends readonly Counts[]>(
  ...sources: Sources
): Aligned<KeyOf<Sources[number]>, Sources> {
  const names = sources.map((_, s) => `sources[${s}]`);
  return alignAs(NAME, names, sources);
}

function areCounts(numbers: Float64Array): boolean {
  for (const x of numbers) if (!(x >= 0 && x < Number.POSITIVE_INFINITY)) return false;
  return true;
}

/** The counts of one argument, in the order of its keys, each looked at by `check`; an array may be returned as it is. @internal */
export function countsOf(
  functionName: string,
  argument: string,
  counts: unknown,
  check?: (count: number, key: unknown) => void,
): Float64Array {
  if (!isFloat64(counts)) return gather(functionName, [argument], [counts], check).counts[0];
  // which of them is none is asked where one is
  if (check !== undefined || !areCounts(counts)) forEachCount(functionName, argument, counts, check ?? (() => {}));
  return counts;
}
