// Files that a command writes.

import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { writeWhole } from "../compare/outputFile.js";

/** Throws if nothing can be written beside `path`: before the work is done, not after. */
export async function checkWritable(path: string): Promise<void> {
  if (path !== "-") await access(dirname(path), constants.W_OK);
}

export const writeText = (path: string, text: string): Promise<void> =>
  writeWhole(path, (file) => file.writeFile(text));

/** JSON has neither infinities, which become strings, nor NaN, which becomes null. */
const spell = (_: string, value: unknown): unknown =>
  value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? String(value) : value;

export const jsonOf = (value: object): string => `${JSON.stringify(value, spell, 2)}\n`;
