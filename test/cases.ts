// The rows of test/fixtures/references.json and logitReferences.json, made again bit for bit: the twin of
// scripts/makeReferences.py and scripts/makeLogitReferences.py.

import { readFileSync } from "node:fs";
import type { InputKind } from "../src/index.js";
import { thin } from "./long.js";
import { randomNumbers } from "./random.js";

export interface Case {
  shape: "independent" | "near" | "steps" | "zeros" | "wide";
  type: "f32" | "f64";
  n: number;
  eps: number;
  /** Σq is made 1/(1 + mismatch) times Σp. */
  mismatch: number;
  seed: number;
  scale?: number;
  /** The row is these n numbers, again and again. */
  repeat?: number;
  /** Exact values, as decimals; a measure that is infinite is left out. */
  exact: Record<string, string>;
}

export interface Rows {
  p: Float32Array | Float64Array;
  q: Float32Array | Float64Array;
  counts: Float32Array | Float64Array;
}

const readFixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));

/** Ten million classes take a second each time: in the quick run one such case. */
const withoutSlow = <T extends Case | LogitCase>(cases: readonly T[]): readonly T[] => {
  const isSlow = ({ n, repeat = 1 }: T) => n * repeat > 1e6;
  const kept = cases.findLast((it) => it.type === "f32" && isSlow(it));
  return thin(
    cases,
    cases.filter((it) => !isSlow(it) || it === kept),
  );
};

export const readCases = (): readonly Case[] => withoutSlow(readFixture("references"));

/** ln(p/q) as decimals. */
export const readLogRatios = (): { type: "f32" | "f64"; p: number; q: number; ln: string }[] =>
  readFixture("logRatios");

function weights({ shape, n, eps, seed }: Case): { p: number[]; q: number[]; counts: number[] } {
  const random = randomNumbers(seed);
  const p: number[] = [];
  const q: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < n; i++) {
    const u = random();
    const v = random();
    const w = random();
    let x = (u * u) / (1.0625 - u);
    let y = x;
    if (shape === "independent") {
      y = (v * v) / (1.0625 - v);
    } else if (shape === "near") {
      y = x * (1 + eps * (v - 0.5));
    } else if (shape === "steps") {
      x = 1;
      y = i % 2 === 0 ? eps : 1;
    } else if (shape === "zeros") {
      y = (v * v) / (1.0625 - v);
      if (w < 0.3) {
        x = 0;
        if (v < 0.5) y = 0;
      }
    } else {
      for (let k = 0; k < Math.floor(v * 15); k++) x /= 100;
      y = x * (w + 0.5);
    }
    p.push(x);
    q.push(y);
    counts.push(Math.floor(w * 5));
  }
  return { p, q, counts };
}

export function makeRows(test: Case): Rows {
  const { p, q, counts } = weights(test);
  let pSum = 0;
  let qSum = 0;
  for (const x of p) pSum += x;
  for (const x of q) qSum += x;
  qSum /= 1 + test.mismatch;
  const { scale = 1 } = test;
  return {
    p: rowOf(test, (i) => (p[i] / pSum) * scale),
    q: rowOf(test, (i) => (q[i] / qSum) * scale),
    counts: rowOf(test, (i) => counts[i]),
  };
}

/** Rounds n numbers to a case's type, again and again. */
function rowOf({ type, n, repeat = 1 }: Pick<Case, "type" | "n" | "repeat">, number: (i: number) => number) {
  const array = type === "f32" ? Float32Array : Float64Array;
  const one = new array(n);
  for (let i = 0; i < n; i++) one[i] = number(i);
  if (repeat === 1) return one;
  const all = new array(n * repeat);
  for (let k = 0; k < repeat; k++) all.set(one, k * n);
  return all;
}

type LogitShape = "ordinary" | "flat" | "peaked" | "outlier" | "wide" | "halves";

export interface LogitCase {
  p: LogitShape;
  /** A shape drawn independently of p, or p's own numbers, moved by up to 2·eps. */
  q: LogitShape | "near";
  type: "f32" | "f64";
  n: number;
  seed: number;
  eps?: number;
  temperature?: number;
  /** Added to every logit. */
  level?: number;
  /** Added to every logit of q. */
  offset?: number;
  /** Added to q's logit of p's largest class. */
  largest?: number;
  /** Added to q's first logit. */
  first?: number;
  /** Where some classes are impossible; `"either"`: some in p, others in q. */
  mask?: "p" | "q" | "both" | "either";
  /** Of p and q; both logits where it is left out. */
  input?: [InputKind, InputKind];
  repeat?: number;
  /** The class whose elementwise results are among the exact ones. */
  at: number;
  /** Exact values, as decimals or "Infinity". */
  exact: Record<string, string>;
}

export function readLogitCases(): readonly LogitCase[] {
  const { measures, cases } = readFixture("logitReferences") as {
    measures: string[];
    cases: (Omit<LogitCase, "exact"> & { exact: string[] })[];
  };
  return withoutSlow(
    cases.map((it) => ({ ...it, exact: Object.fromEntries(it.exact.map((value, i) => [measures[i], value])) })),
  );
}

function numberOf(shape: LogitShape, kind: InputKind, t: number, i: number, n: number): number {
  if (shape === "ordinary") return (1.2 * t) / (1.1 - Math.abs(t));
  if (shape === "flat") return t / 100;
  if (shape === "peaked") return 200 * t;
  if (shape === "outlier") return i === Math.floor(n / 3) ? 20 : t / 100;
  if (shape === "wide") return 20000 * t;
  const k = Math.floor((t + 1) * 6);
  return kind === "probabilities" ? 1 / 2 ** k : -k * 0.6931471805599453;
}

export function makeLogitRows(test: LogitCase): Rows {
  const { n, eps = 0, mask, level = 0, offset = 0 } = test;
  const [pKind, qKind] = test.input ?? ["logits", "logits"];
  const random = randomNumbers(test.seed);
  const p: number[] = [];
  const q: number[] = [];
  const counts: number[] = [];
  let largest = 0;
  for (let i = 0; i < n; i++) {
    const t = 2 * random() - 1;
    const s = 2 * random() - 1;
    const w = random();
    const count = Math.floor(random() * 5);
    let x = numberOf(test.p, pKind, t, i, n);
    let y = 0;
    if (test.q === "near") {
      y = numberOf(test.p, qKind, t, i, n);
      y = qKind === "probabilities" ? y * (1 + 2 * eps * s) : y + 2 * eps * s;
    } else {
      y = numberOf(test.q, qKind, s, i, n);
    }
    const pMasked = ((mask === "p" || mask === "both") && w < 0.3) || (mask === "either" && w < 0.2);
    const qMasked = ((mask === "q" || mask === "both") && w < 0.3) || (mask === "either" && w > 0.8);
    if (pMasked) x = pKind === "probabilities" ? 0 : -Infinity;
    if (qMasked) y = qKind === "probabilities" ? 0 : -Infinity;
    p.push(x);
    q.push(y);
    counts.push(pMasked || qMasked ? 0 : count);
    if (x > p[largest]) largest = i;
  }
  q[largest] += test.largest ?? 0;
  q[0] += test.first ?? 0;
  const row = (numbers: number[], kind: InputKind, shift: number) => {
    if (kind !== "probabilities") return rowOf(test, (i) => numbers[i] + shift);
    let sum = 0;
    for (const x of numbers) sum += x;
    return rowOf(test, (i) => numbers[i] / sum);
  };
  return { p: row(p, pKind, level), q: row(q, qKind, level + offset), counts: rowOf(test, (i) => counts[i]) };
}
