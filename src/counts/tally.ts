import { isMap, iterableOf } from "./read.js";

const NAME = "tally";

/**
 * Counts how often each key occurs: words, labels, numbers, whatever a Map can have as a key.
 *
 * @param keys - Any iterable: an array, a Set, a generator. A text is an iterable of its characters; split it for words.
 * @returns A Map of counts, its keys in the order of their first appearance.
 * @throws TypeError for what is no iterable, and for a Map: {@link align} takes counts that are there already. Complexity O(keys).
 * @example
 * tally(["to", "be", "or", "not", "to", "be"]).get("be"); // 2
 */
export function tally<Key>(keys: Iterable<Key>): Map<Key, number> {
  if (isMap(keys)) throw new TypeError(`${NAME}: keys is a Map; align takes counts that are there already`);
  const counts = new Map<Key, number>();
  for (const key of iterableOf(NAME, "keys", keys, "an iterable of keys") as Iterable<Key>) {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
