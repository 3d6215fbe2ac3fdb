// Checks of what callers pass. Messages begin with the name of the function.

import { shownValue } from "./shown.js";

export function checkPath(functionName: string, path: unknown): void {
  if (typeof path === "string" && path !== "") return;
  const error = typeof path === "string" ? RangeError : TypeError;
  throw new error(`${functionName}: path is ${shownValue(path)}; it must be the path of a file`);
}

export function checkInteger(functionName: string, key: string, value: unknown, least: number, most?: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least && !((value as number) > (most ?? Infinity))) return;
  const error = typeof value === "number" ? RangeError : TypeError;
  const isLarge = typeof value === "number" && value > Number.MAX_SAFE_INTEGER;
  const range = most !== undefined ? `from ${least} to ${most}` : isLarge ? "below 2^53" : `>= ${least}`;
  throw new error(`${functionName}: ${key} is ${shownValue(value)}; it must be an integer ${range}`);
}

/** Throws a TypeError for what is not of a type, unless it is undefined. */
export function checkType(
  functionName: string,
  key: string,
  value: unknown,
  type: "string" | "boolean" | "function",
): void {
  if (value === undefined || typeof value === type) return;
  throw new TypeError(`${functionName}: ${key} is ${shownValue(value)}; it must be a ${type}`);
}

/** Throws a TypeError for what is none of `choices`, unless it is undefined. */
export function checkChoice(functionName: string, key: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  throw new TypeError(`${functionName}: ${key} is ${shownValue(value)}; it must be one of ${choices.join(", ")}`);
}
