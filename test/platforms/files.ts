// The same files on every platform, read in all the ways that it has, and one number made of all statistics. Nothing here is of Node.

import type { FileSource, OpenLogitsOptions } from "../../src/compare/index.js";
import { Digest } from "./digest.js";

type Compare = typeof import("../../src/compare/index.js");

/** What scripts/platforms/files.ts writes. */
export const FILES = {
  "base.npy": {},
  "base.f64.npy": {},
  "base.bf16.npy": { bfloat16: true },
  "base.safetensors": {},
  "base.bin": { shape: [-1, 3000], type: "f16" },
  "base.kld": {},
  "base.npy.gz": {},
} as const satisfies Record<string, OpenLogitsOptions>;

export interface FilesRun {
  /** Comparisons. */
  count: number;
  digest: string;
}

/** `waysTo` gives what a file can be opened by, afresh each time; each way has to give the same as the first. */
export async function runFiles(
  compare: Compare,
  waysTo: (name: string) => Promise<Record<string, FileSource | undefined>>,
): Promise<FilesRun> {
  const { compareLogits, openLogits, openTokens } = compare;
  const digest = new Digest();
  const firsts = new Map<string, string>();
  let count = 0;
  const names = Object.keys(FILES) as (keyof typeof FILES)[];
  for (const way of Object.keys(await waysTo("base.npy"))) {
    const tokens = await openTokens((await waysTo("tokens.npy"))[way] as FileSource);
    for (const name of names) {
      const source = (await waysTo(name))[way];
      if (source === undefined) continue;
      const base = await openLogits(source, FILES[name] as OpenLogitsOptions);
      const other = await openLogits((await waysTo("other.npy"))[way] as FileSource);
      const report = await compareLogits(base, other, { ...(name !== "base.kld" && { tokens }), acceptance: true });
      await base.close();
      await other.close();
      const text = JSON.stringify(report);
      const first = firsts.get(name) ?? text;
      if (text !== first) throw new Error(`${name}, opened by ${way}, gives ${text} instead of ${first}`);
      if (!firsts.has(name)) digest.add(text);
      firsts.set(name, text);
      count++;
    }
  }
  return { count, digest: String(digest) };
}
