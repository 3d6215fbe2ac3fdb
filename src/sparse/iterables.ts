/** Whether a value can be gone through, at once or as it comes. */
export function isIterable(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof value !== "object" || value === null) return false;
  try {
    if (Symbol.asyncIterator in value) return true;
    // what only has the prototype of an array throws here
    return Symbol.iterator in value && (value as Iterable<unknown>)[Symbol.iterator]() !== undefined;
  } catch {
    return false; // a revoked proxy, too
  }
}
