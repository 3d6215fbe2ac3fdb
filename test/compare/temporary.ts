// Files that are made for a test, and gone after it.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll } from "vitest";
import { type OpenLogitsOptions, openLogits } from "../../src/compare/openLogits.js";
import type { LogitSource } from "../../src/compare/source.js";

const directory = mkdtempSync(join(tmpdir(), "logratio-"));
const opened: LogitSource[] = [];
afterAll(async () => {
  await Promise.all(opened.map((source) => source.close()));
  rmSync(directory, { recursive: true });
});

/** A source that is closed after the tests. */
export async function openForTest(path: string, options?: OpenLogitsOptions): Promise<LogitSource> {
  const source = await openLogits(path, options);
  opened.push(source);
  return source;
}

export const FIXTURES = "test/fixtures/compare";

let made = 0;

/** A path that nothing is at. */
export const temporary = (name: string): string => join(directory, `${made++}.${name}`);

/** What lies beside a path under a longer name: what was to become the file. */
export const leftovers = (path: string): string[] =>
  readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)) && name !== basename(path));

export function makeFile(name: string, contents: string | Uint8Array): string {
  const path = temporary(name);
  writeFileSync(path, contents);
  return path;
}

/** A fixture, changed. */
export function changed(fixture: string, change: (bytes: Buffer) => Uint8Array | undefined): string {
  const bytes = readFileSync(join(FIXTURES, fixture));
  return makeFile(fixture, change(bytes) ?? bytes);
}
