// @stdlib has no such measure of arrays, but special functions to write it with: xlogy as SciPy's, exp and ln.

import exp from "@stdlib/math-base-special-exp";
import ln from "@stdlib/math-base-special-ln";
import xlogy from "@stdlib/math-base-special-xlogy";
import type { FloatArray } from "../family.js";
import { entryOf, type MeasureName, type Peer, versionOf } from "./peer.js";

function logSumExp(z: FloatArray): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < z.length; i++) if (z[i] > most) most = z[i];
  let sum = 0;
  for (let i = 0; i < z.length; i++) sum += exp(z[i] - most);
  return most + ln(sum);
}

const MEASURES: Partial<Record<MeasureName, (p: FloatArray, q: FloatArray, label: number) => number>> = {
  klDivergence: (p, q) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum += xlogy(p[i], p[i] / q[i]);
    return sum;
  },
  jsDivergence: (p, q) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      const mean = (p[i] + q[i]) / 2;
      sum += xlogy(p[i], p[i] / mean) + xlogy(q[i], q[i] / mean);
    }
    return sum / 2;
  },
  entropy: (p) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum -= xlogy(p[i], p[i]);
    return sum;
  },
  crossEntropy: (p, q) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum -= xlogy(p[i], q[i]);
    return sum;
  },
  klDivergenceOfLogits: (p, q) => {
    const [pTotal, qTotal] = [logSumExp(p), logSumExp(q)];
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      const log = p[i] - pTotal;
      sum += exp(log) * (log - (q[i] - qTotal));
    }
    return sum;
  },
  logSumExp,
  crossEntropyLoss: (p, _, label) => logSumExp(p) - p[label],
};

export const openStdlib = (): Peer => ({
  name: "@stdlib",
  version: versionOf("@stdlib/math-base-special-xlogy"),
  open(task) {
    const measure = MEASURES[task.measure];
    if (measure === undefined) return undefined;
    const rows = Array.from({ length: task.rows }, (_, row) => {
      const [from, to] = [row * task.classes, (row + 1) * task.classes];
      return [task.p.subarray(from, to), task.q.subarray(from, to)];
    });
    return entryOf(task, () => rows.map(([p, q], row) => measure(p, q, task.labels[row])));
  },
});
