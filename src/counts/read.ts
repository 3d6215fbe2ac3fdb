// Counts as callers have them, by key or as an array: gone through one by one, each checked under its key.

import type { Vector } from "../backends/backend.js";
import { openRow } from "../call/inputs.js";
import { describe, isList, isObject, show } from "../engine/checks.js";

/**
 * Counts: a Map, a plain object, an iterable of entries `[key, count]`, or an array of counts, whose keys are its indices 0, 1, … Numbers
 * >= 0, finite. The counts of entries with the same key add up.
 */
export type Counts<Key = unknown> =
  | ReadonlyMap<Key, number>
  | Iterable<readonly [key: Key, count: number]>
  | Readonly<Record<string, number>>
  | ArrayLike<number>;

const KINDS = "a Map, a plain object, an iterable of [key, count], or an array of counts";

/** Way out of those who pass what is still to be counted. */
const TO_COUNT = "; to count keys use tally";

/** Throws for a count that is none. */
function check(functionName: string, argument: string, key: unknown, count: unknown): asserts count is number {
  if (typeof count === "number" && count >= 0 && count < Number.POSITIVE_INFINITY) return;
  const place = `${functionName}: the count of ${show(key)} in ${argument}`;
  if (typeof count === "number") throw new RangeError(`${place} is ${count}; counts must be finite and >= 0`);
  const hint = typeof count === "string" && typeof key === "number" ? TO_COUNT : "";
  throw new TypeError(`${place} is ${show(count)}; counts must be numbers${hint}`);
}

/** Whether an object has counts by name: it is one that `{…}` makes, of whichever realm, or has no prototype, and is no iterable. */
function isByName(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value);
  return (prototype === null || Object.getPrototypeOf(prototype) === null) && !(Symbol.iterator in value);
}

/** Whether a value is a Map, of whichever realm. */
export function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  try {
    Map.prototype.has.call(value as Map<unknown, unknown>, undefined);
    return true;
  } catch {
    // what only looks like one throws
    return false;
  }
}

/** Whether each key comes once. */
export const hasUniqueKeys = (counts: unknown): boolean =>
  isMap(counts) || (isObject(counts) && (isByName(counts) || (isList(counts) && !isList(counts[0]))));

/** An array of counts; undefined of what has keys of its own. */
function arrayOf(functionName: string, argument: string, counts: object): Vector | undefined {
  if (!isList(counts)) return undefined;
  if (counts.length === 0) return [];
  return isList(counts[0]) ? undefined : openRow(functionName, argument, counts, undefined, true);
}

/** Goes through counts in their order. */
export function forEachCount(
  functionName: string,
  argument: string,
  counts: unknown,
  visit: (count: number, key: unknown) => void,
): void {
  if (isMap(counts)) {
    counts.forEach((count, key) => {
      check(functionName, argument, key, count);
      visit(count, key);
    });
    return;
  }
  if (!isObject(counts))
    throw new TypeError(`${functionName}: ${argument} is ${describe(counts)}; it must be ${KINDS}`);
  if (isByName(counts)) {
    for (const key of Object.keys(counts)) {
      const count = counts[key];
      check(functionName, argument, key, count);
      visit(count, key);
    }
    return;
  }
  const array = arrayOf(functionName, argument, counts);
  if (array) {
    for (let i = 0; i < array.length; i++) {
      const count: unknown = array[i];
      check(functionName, argument, i, count);
      visit(count, i);
    }
    return;
  }
  let i = 0;
  for (const entry of iterableOf(functionName, argument, counts, KINDS)) {
    if (!isList(entry) || entry.length !== 2) {
      const hint = isList(entry) ? "" : TO_COUNT;
      throw new TypeError(
        `${functionName}: entry ${i} of ${argument} is ${show(entry)}; it must be [key, count]${hint}`,
      );
    }
    const [key, count] = entry as ArrayLike<unknown> as readonly unknown[];
    check(functionName, argument, key, count);
    visit(count, key);
    i++;
  }
}

/** What can be gone through; throws for anything else. */
export function iterableOf(functionName: string, argument: string, value: unknown, demand: string): Iterable<unknown> {
  try {
    // what only has the prototype of an array throws here, and a revoked proxy
    if ((value as Iterable<unknown>)[Symbol.iterator]() !== undefined) return value as Iterable<unknown>;
  } catch {}
  throw new TypeError(`${functionName}: ${argument} is ${describe(value)}; it must be ${demand}`);
}
