// What every check of arguments needs: words for a value, and errors for unknown options.

import { LN2, ln } from "../numbers/scalar.js";

/** What `describe` calls a revoked proxy. */
const UNREADABLE = "an unreadable object";

/** A value in the words of an error message. */
export function describe(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  try {
    return Object.prototype.toString.call(value);
  } catch {
    // a revoked proxy
    return UNREADABLE;
  }
}

/** A property of anything; undefined where there is none or it cannot be read, as of a revoked proxy. */
export function propertyOf(value: unknown, key: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

/** Whether a value is an array or an object like one. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  if (typeof value !== "object") return false;
  const length = propertyOf(value, "length");
  return Number.isInteger(length) && (length as number) >= 0;
}

/** Whether a value is an object that may have keys: no array, and nothing unreadable. */
export function isRecord(value: unknown): value is object {
  if (typeof value !== "object" || value === null || describe(value) === UNREADABLE) return false;
  return !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** Throws a TypeError for a key that `functionName` does not take, with the nearest one that it does. */
export function checkKeys(functionName: string, options: object, known: readonly string[]): void {
  for (const key in options) if (!known.includes(key)) throw unknownKey(functionName, key, known);
}

/** The same of a value that is to be options. */
export function checkOptions(functionName: string, options: unknown, known: readonly string[]): void {
  if (!isRecord(options)) {
    throw new TypeError(`${functionName}: options is ${describe(options)}; it must be an object`);
  }
  checkKeys(functionName, options, known);
}

function unknownKey(functionName: string, key: string, known: readonly string[]): TypeError {
  const [nearest] = [...known].sort((a, b) => editDistance(key, a) - editDistance(key, b));
  // with more edits it is another word
  const isNear = editDistance(key, nearest) <= 0.4 * Math.max(key.length, nearest.length);
  return new TypeError(
    `${functionName}: unknown option "${key}"; ${isNear ? `did you mean "${nearest}"? It` : "it"} takes ${known.join(", ")}`,
  );
}

/** Levenshtein's distance: the edits that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + (a[i].toLowerCase() === b[j].toLowerCase() ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

/** ln(base). */
export function unitOf(functionName: string, base: number | undefined): number {
  if (base === undefined) return 1;
  if (typeof base !== "number") {
    throw new TypeError(`${functionName}: base is ${describe(base)}; it must be a number`);
  }
  if (!(base > 0 && base < Number.POSITIVE_INFINITY) || base === 1) {
    throw new RangeError(`${functionName}: base is ${base}; it must be positive, finite and not 1`);
  }
  return base === 2 ? LN2 : ln(base);
}
