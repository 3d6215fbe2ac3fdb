// Text files that a command reads whole.

import { withFile } from "../compare/file.js";
import { openStored } from "../compare/openBytes.js";
import { shown } from "../compare/shown.js";

/** The text of a file of at most `largest` bytes, without the mark that some editors put first. */
export const readTextFile = (place: string, what: string, largest: number): Promise<string> =>
  withFile(openStored(place), async (file) => {
    const { name, size } = file;
    if (size > largest) throw new RangeError(`${name} has ${size} bytes; ${what} have ${largest} at most`);
    const bytes = await file.readBytes(0, size);
    await file.close();
    return new TextDecoder().decode(bytes);
  });

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
