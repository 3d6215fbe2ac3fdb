import { readFileSync } from "node:fs";
import type { ComparisonMeasure } from "../../src/counts/index.js";

// What scripts/makeSampleReferences.py has computed at 50 digits.

interface Sum {
  readonly terms: readonly string[];
  readonly value: string;
}

type Estimate = readonly [value: string, standardError: string];

export interface References {
  readonly informations: readonly {
    table: number[];
    rowLength: number;
    plugIn: string;
    shrinkage: string;
    maximumLikelihood: Estimate;
    millerMadow: Estimate;
    shrinkageEstimate: Estimate;
  }[];
  readonly fromCounts: readonly { x: number[]; y: number[]; estimate: string; standardError: string }[];
  readonly dependences: readonly { table: number[]; rowLength: number; ends: string[] }[];
  readonly comparisons: readonly {
    a: number[];
    b: number[];
    measure: ComparisonMeasure;
    /** The value, and the ends of the interval. */
    ends: [string, string, string];
  }[];
  readonly contributions: readonly { a: number[]; b: number[]; measures: Readonly<Record<string, Sum>> }[];
  readonly keywords: readonly { a: number[]; b: number[]; words: Readonly<Record<string, string>>[] }[];
  readonly corrections: readonly Readonly<Record<"pValues" | "benjaminiHochberg" | "holm", number[]>>[];
}

export const references: References = JSON.parse(
  readFileSync(new URL("../fixtures/samples.json", import.meta.url), "utf8"),
);
