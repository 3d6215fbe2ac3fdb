import { readFileSync } from "node:fs";

// What scripts/makeSampleReferences.py has computed at 50 digits.

interface Sum {
  readonly terms: readonly string[];
  readonly value: string;
}

export interface References {
  readonly contributions: readonly { a: number[]; b: number[]; measures: Readonly<Record<string, Sum>> }[];
  readonly keywords: readonly { a: number[]; b: number[]; words: Readonly<Record<string, string>>[] }[];
  readonly corrections: readonly Readonly<Record<"pValues" | "benjaminiHochberg" | "holm", number[]>>[];
}

export const references: References = JSON.parse(
  readFileSync(new URL("../fixtures/samples.json", import.meta.url), "utf8"),
);
