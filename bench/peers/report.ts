// What the tables and the plots take from a run.

import { readFileSync } from "node:fs";
import { median } from "../harness.js";
import type { CaseResult, PeerResult, Run } from "./results.js";
import type { Roofline } from "./roofline.js";

/** What all are compared with: as in logratio.ts, which takes the built package to import. */
export const SIMD = "logratio simd";

/** Of the case that is shown where there is place for one. */
export const CLASSES = 131072;
/** Of a class in two rows of f32, which the roofline reads. */
export const BYTES_OF_PAIR = 8;

/** What a contestant's time goes by. */
export const KINDS = ["logratio", "JavaScript", "WebAssembly", "native"] as const;
export type Kind = (typeof KINDS)[number];

export function readRun(): Run {
  const run: Run = JSON.parse(readFileSync(new URL("../peers.json", import.meta.url), "utf8"));
  // where the exact result is not a number (JSON's null), there is nothing to be held against
  return { ...run, cases: run.cases.filter(({ exact }) => Number.isFinite(exact)) };
}

export function kindOf(contestant: string): Kind {
  if (contestant.startsWith("logratio")) return "logratio";
  if (/^(Math\.log loop|math\.js|@stdlib|TensorFlow\.js CPU)/.test(contestant)) return "JavaScript";
  return /^(TensorFlow\.js WASM|ONNX Runtime Web)/.test(contestant) ? "WebAssembly" : "native";
}

/** Nanoseconds per class: the median over the rounds. */
export const timeOf = ({ rows, classes }: CaseResult, { nanoseconds }: PeerResult): number =>
  median(nanoseconds) / (rows * classes);

export const resultOf = ({ results }: CaseResult, contestant: string): PeerResult | undefined =>
  results.find((result) => result.contestant === contestant && result.nanoseconds.length > 0);

export const typicalCase = (
  { cases }: Run,
  measure: string,
  type: string,
  shape = "heavy-tailed",
): CaseResult | undefined =>
  cases.find(
    (it) => it.measure === measure && it.type === type && it.shape === shape && it.rows === 1 && it.classes === CLASSES,
  );

/** Nanoseconds per class that it takes to merely read what the case reads: at the size nearest to it, for caches differ. */
export function timeOfReading({ reading }: Roofline, { bytes, classes }: CaseResult): number {
  const distance = (size: number) => Math.abs(Math.log((BYTES_OF_PAIR * size) / bytes));
  const [nearest] = [...reading].sort((a, b) => distance(a.classes) - distance(b.classes));
  return (nearest.nanoseconds * bytes) / (BYTES_OF_PAIR * classes);
}

/** The one rule for bold: a peer's median below that of `logratio simd`. */
export function isFaster(task: CaseResult, result: PeerResult): boolean {
  const simd = resultOf(task, SIMD);
  if (simd === undefined || kindOf(result.contestant) === "logratio") return false;
  return median(result.nanoseconds) < median(simd.nanoseconds);
}
