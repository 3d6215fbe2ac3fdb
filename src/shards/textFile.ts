// Text files that a command reads whole.

import { open } from "node:fs/promises";
import { shown } from "../compare/shown.js";
import { explaining } from "../compare/systemError.js";

/** The text of a regular file of at most `largest` bytes, without the mark that some editors put first. */
export async function readTextFile(path: string, what: string, largest: number): Promise<string> {
  const name = shown(path, Infinity);
  const file = await explaining(open(path), path, "read");
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new TypeError(`${name} is not a regular file`);
    if (stats.size > largest) throw new RangeError(`${name} has ${stats.size} bytes; ${what} have ${largest} at most`);
    return (await explaining(file.readFile("utf8"), path, "read")).replace(/^\ufeff/, "");
  } finally {
    await file.close();
  }
}

/** The lines of a text, of which the last may be without an end. */
export const linesOf = (text: string): string[] => text.replace(/\r?\n$/, "").split(/\r?\n/);

/** A text that begins like JSON. */
export function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`${name} begins like JSON, but is not: ${shown((cause as Error).message, 200)}`, { cause });
  }
}
