// The imports between the files of src/, types included.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.join(import.meta.dirname, "../src");

/** All files, without their ending. */
export const files: readonly string[] = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.slice(0, -".ts".length));

/** Every other file that one imports, for its types alone or when it is needed too. */
function importsOf(file: string): string[] {
  const code = readFileSync(path.join(root, `${file}.ts`), "utf8");
  const found = code.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)\.js"/g);
  return [...found].map(([, relative]) => path.join(path.dirname(file), relative));
}

export const imports: ReadonlyMap<string, readonly string[]> = new Map(files.map((file) => [file, importsOf(file)]));

/** A folder of src/, or a file that is in none. */
export const roomOf = (file: string): string => file.split("/")[0];
