// The rows of test/fixtures/references.json, made again bit for bit: the twin of scripts/makeReferences.py.

import { readFileSync } from "node:fs";

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

/** Uniform numbers in (0, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 8) + 0.5) / 16777216;
  };
}

const readFixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));

export const readCases = (): Case[] => readFixture("references");

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
  const { scale = 1, repeat = 1, n } = test;
  const type = test.type === "f32" ? Float32Array : Float64Array;
  const row = (number: (i: number) => number) => {
    const one = new type(n);
    for (let i = 0; i < n; i++) one[i] = number(i);
    if (repeat === 1) return one;
    const all = new type(n * repeat);
    for (let k = 0; k < repeat; k++) all.set(one, k * n);
    return all;
  };
  return {
    p: row((i) => (p[i] / pSum) * scale),
    q: row((i) => (q[i] / qSum) * scale),
    counts: row((i) => counts[i]),
  };
}
