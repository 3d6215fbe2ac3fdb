// The groups of the rows of a text (prompts, categories), from a file.

import { shown } from "../compare/shown.js";
import { shownPlace } from "../compare/urlRequest.js";
import { linesOf, parseJson, readTextFile } from "./textFile.js";

/** Bytes that are read, at most: of 64 million rows. */
const LARGEST = 2 ** 30;

/** One group a line, or a JSON array of texts or numbers. */
export async function readGroups(path: string): Promise<string[]> {
  const name = shown(shownPlace(path), Infinity);
  const text = await readTextFile(path, "groups", LARGEST);
  const groups = /^\s*\[/.test(text) ? fromJson(name, text) : linesOf(text);
  const empty = groups.indexOf("");
  if (text === "" || groups.length === 0) throw new RangeError(`${name}: there are no groups`);
  if (empty >= 0) throw new RangeError(`${name}: group ${empty} is empty; give every row one`);
  return groups;
}

function fromJson(name: string, text: string): string[] {
  return (parseJson(name, text) as unknown[]).map((group, i) => {
    if (typeof group === "string" || Number.isFinite(group)) return String(group);
    throw new TypeError(`${name}: group ${i} is ${shown(JSON.stringify(group), 100)}; it must be a text or a number`);
  });
}
