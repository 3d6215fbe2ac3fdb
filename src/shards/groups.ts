// The groups of the rows of a text (prompts, categories), from a file.

import { open } from "node:fs/promises";
import { shown } from "../compare/shown.js";
import { explaining } from "../compare/systemError.js";

/** Bytes that are read, at most: of 64 million rows. */
const LARGEST = 2 ** 30;

/** One group a line, or a JSON array of texts or numbers. */
export async function readGroups(path: string): Promise<string[]> {
  const name = shown(path, Infinity);
  const file = await explaining(open(path), path, "read");
  let text: string;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new TypeError(`${name} is not a regular file`);
    if (stats.size > LARGEST) throw new RangeError(`${name} has ${stats.size} bytes; groups take ${LARGEST} at most`);
    text = await explaining(file.readFile("utf8"), path, "read");
  } finally {
    await file.close();
  }
  const bare = text.replace(/^\ufeff/, "");
  const groups = /^\s*\[/.test(bare) ? fromJson(name, bare) : bare.replace(/\r?\n$/, "").split(/\r?\n/);
  const empty = groups.indexOf("");
  if (bare === "" || groups.length === 0) throw new RangeError(`${name}: there are no groups`);
  if (empty >= 0) throw new RangeError(`${name}: group ${empty} is empty; give every row one`);
  return groups;
}

function fromJson(name: string, text: string): string[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`${name} begins like JSON, but is not: ${shown((cause as Error).message, 200)}`, { cause });
  }
  return (list as unknown[]).map((group, i) => {
    if (typeof group === "string" || Number.isFinite(group)) return String(group);
    throw new TypeError(`${name}: group ${i} is ${shown(JSON.stringify(group), 100)}; it must be a text or a number`);
  });
}
