// Files that are made for tests, and gone after all of them.

import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type OpenLogitsOptions, openLogits } from "../../src/compare/openLogits.js";
import type { LogitSource } from "../../src/compare/source.js";

/** Of a process, which files of tests may share. test/build.ts removes what all of them have left. */
const directory = mkdtempSync(join(process.env.TEST_FILES as string, "process-"));

/** A source that is closed after the test. */
export async function openForTest(path: string, options?: OpenLogitsOptions): Promise<LogitSource> {
  const source = await openLogits(path, options);
  onTestFinished(() => source.close());
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
