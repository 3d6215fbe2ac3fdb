// What every check of arguments needs: words for a value, and errors for unknown options.

import { LN2, ln } from "../numbers/scalar.js";

const REVOKED = "a revoked proxy";

/** What a value is, in the words of an error message. */
export function describe(value: unknown): string {
  const type = value === null ? "null" : typeof value;
  try {
    return type === "object" ? Object.prototype.toString.call(value) : type;
  } catch {
    return REVOKED;
  }
}

/** The same, but the text or the number itself. */
export const show = (value: unknown): string =>
  typeof value === "string"
    ? JSON.stringify(value.slice(0, 99))
    : typeof value === "number"
      ? `${value}`
      : describe(value);

/** An error that names what is wrong: the kind of a thing, or the value of a number. */
export function mustBe(functionName: string, name: string, value: unknown, demand: string, isRange = false): Error {
  const words = `${functionName}: ${name} is ${isRange ? value : describe(value)}; it must be ${demand}`;
  return isRange ? new RangeError(words) : new TypeError(words);
}

/** A new array of zeros; throws where there is no memory for as many. */
export function allocate<T>(functionName: string, type: new (length: number) => T, length: number): T {
  try {
    return new type(length);
  } catch (cause) {
    throw new RangeError(`${functionName}: there is no memory for a result of ${length} numbers`, { cause });
  }
}

/** Throws a TypeError for a key that `functionName` does not take, with the nearest one that it does. */
export function checkKeys(functionName: string, options: object, known: readonly string[]): void {
  for (const key in options) if (!known.includes(key)) throw unknownKey(functionName, key, known);
}

/** Whether a value is an object whose properties can be read. */
export const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && describe(value) !== REVOKED;

/** A property of anything; undefined where there is none or it cannot be read. */
export function propertyOf(value: unknown, key: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

/** Whether a value is an array or an object like one. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  const length = typeof value === "object" ? propertyOf(value, "length") : undefined;
  return Number.isInteger(length) && (length as number) >= 0;
}

/** Whether a value may be options: an object, and no array or another collection. */
export function isOptions(value: unknown): value is object {
  try {
    return typeof value === "object" && value !== null && !(Symbol.iterator in value);
  } catch {
    return false; // a revoked proxy
  }
}

/** The same of a value that is to be options. */
export function checkOptions(functionName: string, options: unknown, known: readonly string[]): void {
  if (!isOptions(options)) throw mustBe(functionName, "options", options, "an object");
  checkKeys(functionName, options, known);
}

function unknownKey(functionName: string, key: string, known: readonly string[]): TypeError {
  let hint = "";
  for (let edits = 3; edits >= 0; edits--) {
    for (const name of known) {
      if (edits <= 0.4 * key.length && isNear(key, name, edits)) hint = `did you mean "${name}"? `;
    }
  }
  return new TypeError(`${functionName}: unknown option "${key}"; ${hint}It takes ${known.join(", ")}`);
}

/** Whether so few edits turn one word into the other. */
const isNear = (a: string, b: string, edits: number): boolean =>
  a === b ||
  (a[0] === b[0]
    ? isNear(a.slice(1), b.slice(1), edits)
    : edits > 0 &&
      [
        [1, 1],
        [1, 0],
        [0, 1],
      ].some(([i, j]) => isNear(a.slice(i), b.slice(j), edits - 1)));

/** Throws for what is no number, or one that is not as `demand` says. */
export function checkNumber(
  functionName: string,
  name: string,
  value: unknown,
  isValid: (value: number) => boolean,
  demand: string,
): asserts value is number {
  if (typeof value !== "number") throw mustBe(functionName, name, value, "a number");
  if (!isValid(value)) throw mustBe(functionName, name, value, demand, true);
}

/** The same of an integer. */
export function checkInteger(functionName: string, name: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && (value as number) >= least) return;
  throw mustBe(functionName, name, value, `an integer >= ${least}`, typeof value === "number");
}

export const isFinitePositive = (x: number): boolean => x > 0 && x < Number.POSITIVE_INFINITY;

/** ln(base). */
export function unitOf(functionName: string, base: number | undefined): number {
  if (base === undefined) return 1;
  checkNumber(functionName, "base", base, (x) => isFinitePositive(x) && x !== 1, "positive, finite and not 1");
  return base === 2 ? LN2 : ln(base);
}
