// What a peer is, and what it is given: the same numbers as all others.

import { readFileSync } from "node:fs";
import type { FloatArray } from "../family.js";
import { type Contestant, median } from "../harness.js";

export const MEASURES = [
  "klDivergence",
  "jsDivergence",
  "entropy",
  "crossEntropy",
  "klDivergenceOfLogits",
  "logSumExp",
  "softmax",
  "crossEntropyLoss",
  "crossEntropyGradient",
] as const;
export type MeasureName = (typeof MEASURES)[number];

/** Some rows of `classes` numbers, and what is to be computed of each. */
export interface Case {
  readonly measure: MeasureName;
  readonly shape: string;
  readonly type: "f32" | "f64";
  readonly rows: number;
  readonly classes: number;
  /** Row-major. Probabilities, or logits, as the measure takes them. */
  readonly p: FloatArray;
  /** The other distributions, where the measure takes two. */
  readonly q: FloatArray;
  /** The label of each row, for the losses. */
  readonly labels: Int32Array;
  /** Indices into the result whose numbers are compared with the exact ones. */
  readonly checked: readonly number[];
}

/**
 * A peer's way to compute a case, its numbers where the peer wants them. What it gives is one number a row; the whole matrix of
 * `softmax`; of `crossEntropyGradient` the whole gradient of the sum of the rows' losses.
 */
export interface Entry {
  readonly contestant: Contestant;
  /** To be called before others have run and this one runs again. */
  enter?(): void;
  /** The checked numbers of the result. */
  result(): ArrayLike<number> | Promise<ArrayLike<number>>;
  close?(): void;
}

export interface Peer {
  readonly name: string;
  readonly version: string;
  /** More than one, if that many threads share the work. */
  readonly threads?: number;
  /** undefined where the peer has nothing of the kind. */
  open(task: Case): Entry | undefined | Promise<Entry | undefined>;
  close?(): void;
}

/** Of a result that is an array, those that are checked. */
export const pick = (task: Case, result: ArrayLike<number>): number[] => task.checked.map((i) => result[i]);

/** An entry that is one synchronous function of the whole result. */
export function entryOf(task: Case, run: () => ArrayLike<number>, close?: () => void): Entry {
  return { contestant: run, result: () => pick(task, run()), close };
}

/** A contestant of a function that has to be awaited: the median of as many runs of 100 µs or more as there is time for. */
export function awaited(run: () => Promise<unknown>): Contestant {
  const timed = async (calls: number) => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) await run();
    return ((performance.now() - start) * 1e6) / calls;
  };
  return {
    async sample(milliseconds) {
      // threads are woken by the first
      await run();
      const calls = 1 + Math.floor(1e5 / (await timed(1)));
      const end = performance.now() + milliseconds;
      const times = [await timed(calls)];
      while (performance.now() < end) times.push(await timed(calls));
      return median(times);
    },
  };
}

/** Of an installed package. */
export const versionOf = (name: string): string =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
