// The loop that a user would write, over Math.log and Math.exp.

import { crossEntropy } from "../crossEntropy.bench.js";
import { crossEntropyLoss, crossEntropyLossWithGradient } from "../crossEntropyLoss.bench.js";
import { entropy } from "../entropy.bench.js";
import type { Family } from "../family.js";
import { fastestApart } from "../harness.js";
import { jsDivergence } from "../jsDivergence.bench.js";
import { klDivergence } from "../klDivergence.bench.js";
import { klDivergenceOfLogits } from "../klDivergenceOfLogits.bench.js";
import { logSumExp } from "../logSumExp.bench.js";
import { softmax } from "../softmax.bench.js";
import { entryOf, type MeasureName, type Peer } from "./peer.js";

const LOOPS: Record<MeasureName, Family> = {
  klDivergence,
  jsDivergence,
  entropy,
  crossEntropy,
  klDivergenceOfLogits,
  logSumExp,
  softmax,
  crossEntropyLoss,
  crossEntropyGradient: crossEntropyLossWithGradient,
};

export const openLoop = (): Peer => ({
  name: "Math.log loop",
  version: `V8 ${process.versions.v8}`,
  open(task) {
    const isMatrix = task.measure === "softmax" || task.measure === "crossEntropyGradient";
    const out = isMatrix ? task.p.slice() : task.p;
    const rows = Array.from({ length: task.rows }, (_, row) => {
      const [from, to] = [row * task.classes, (row + 1) * task.classes];
      return { p: task.p.subarray(from, to), q: task.q.subarray(from, to), counts: out.subarray(from, to) };
    });
    const loop = fastestApart(LOOPS[task.measure].loop, rows[0]);
    const results = new Float64Array(task.rows);
    return entryOf(task, () => {
      for (let row = 0; row < rows.length; row++) results[row] = loop(rows[row]) as number;
      return isMatrix ? out : results;
    });
  },
});
