// What every check of arguments needs: words for a value, and errors for unknown options.

import { LN2, ln } from "../numbers/scalar.js";

const REVOKED = "a revoked proxy";

/** What a value is, in the words of an error message. */
export function describe(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  try {
    return Object.prototype.toString.call(value);
  } catch {
    return REVOKED;
  }
}

/** The value itself where that is short, as it is written in code. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 99));
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "object" || typeof value === "function" ? describe(value) : String(value);
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

/** Whether a value may be options: an object, and no array or another collection. */
export function isOptions(value: unknown): value is object {
  try {
    return typeof value === "object" && value !== null && !(Symbol.iterator in value);
  } catch {
    return false; // a revoked proxy
  }
}

/** The same of a value that is to be options. */
export function checkOptions(functionName: string, options: unknown, known: readonly string[], name = "options"): void {
  if (!isOptions(options))
    throw new TypeError(`${functionName}: ${name} is ${describe(options)}; it must be an object`);
  checkKeys(functionName, options, known);
}

function unknownKey(functionName: string, key: string, known: readonly string[]): TypeError {
  const nearest = nearestOf(key.toLowerCase(), known);
  const suggestion = nearest === undefined ? "" : `did you mean "${nearest}"? `;
  return new TypeError(`${functionName}: unknown option "${key}"; ${suggestion}It takes ${known.join(", ")}`);
}

/** The word that a part of it may stand for, or that few edits lead to: two in five letters, and three at most. */
function nearestOf(word: string, known: readonly string[]): string | undefined {
  for (let edits = 0; edits <= Math.min(3, 0.4 * word.length); edits++) {
    for (const name of known) {
      const other = name.toLowerCase();
      if (isNear(word, other, edits) || (word.length > 2 && other.includes(word))) return name;
    }
  }
  return undefined;
}

/** Whether as many edits turn one word into the other. */
function isNear(a: string, b: string, edits: number): boolean {
  if (a === b) return true;
  if (edits === 0) return false;
  let i = 0;
  while (a[i] === b[i]) i++;
  const [x, y] = [a.slice(i), b.slice(i)];
  return [x.slice(1), x].some((rest) => isNear(rest, y.slice(1), edits - 1)) || isNear(x.slice(1), y, edits - 1);
}

/** Throws a TypeError for what is not `type`, a number, and a RangeError for one that is not as `demand` says. */
export function checkNumber(
  functionName: string,
  name: string,
  value: unknown,
  isValid: (value: number) => boolean,
  demand: string,
  type = "a number",
): asserts value is number {
  const isNumber = typeof value === "number";
  if (isNumber && isValid(value)) return;
  const words = `${functionName}: ${name} is ${show(value)}; it must be ${isNumber ? demand : type}`;
  throw new (isNumber ? RangeError : TypeError)(words);
}

/** The same of an integer. */
export function checkInteger(functionName: string, name: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && (value as number) >= least) return;
  const demand = `an integer >= ${least}`;
  checkNumber(functionName, name, value, () => false, demand, demand);
}

export const isFinitePositive = (x: number): boolean => x > 0 && x < Number.POSITIVE_INFINITY;

/** ln(base). */
export function unitOf(functionName: string, base: number | undefined): number {
  if (base === undefined) return 1;
  checkNumber(functionName, "base", base, (x) => isFinitePositive(x) && x !== 1, "positive, finite and not 1");
  return base === 2 ? LN2 : ln(base);
}
