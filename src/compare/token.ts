// Tokens as callers and files have them: numbers or BigInts, with -1 or -100 (PyTorch's ignore_index) for none.

import { shownValue } from "./shown.js";

/** A token from 0 to classes - 1; -1 for none. */
export function readToken(value: unknown, classes: number, nameOf: () => string): number {
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw new TypeError(`${nameOf()} is ${shownValue(value)}; tokens must be integers`);
  }
  const token = Number(value);
  if (token === -1 || token === -100) return -1;
  if (Number.isInteger(token) && token >= 0 && token < classes) return token;
  throw new RangeError(
    `${nameOf()} is ${value}; it must be an integer from 0 to ${classes - 1}, or -1 (or -100) for none`,
  );
}

/** All tokens of an array. */
export function readTokens(functionName: string, tokens: unknown, classes: number): Int32Array {
  const array = tokens as ArrayLike<unknown>;
  if (typeof tokens !== "object" || !Number.isInteger(array?.length) || array.length < 0) {
    throw new TypeError(`${functionName}: tokens is ${shownValue(tokens)}; it must be an array of integers`);
  }
  const read = (i: number): number => readToken(array[i], classes, () => `${functionName}: tokens[${i}]`);
  // what only has a length is no reason to allocate memory
  if (!ArrayBuffer.isView(tokens) && !Array.isArray(tokens) && array.length > 0) read(array.length - 1);
  const all = new Int32Array(array.length);
  for (let i = 0; i < all.length; i++) all[i] = read(i);
  return all;
}
