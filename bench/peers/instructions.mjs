// Under callgrind: has it write down what it has counted before, between and after a few and many calls of each kernel.

import { spawnSync } from "node:child_process";
import { createEngineSync } from "../../dist/index.js";

/** What an engine is asked to do with two rows in its memory. */
const CALLS = {
  klDivergence: (engine, p, q) => engine.klDivergence(p, q),
  jsDivergence: (engine, p, q) => engine.jsDivergence(p, q),
  entropy: (engine, p) => engine.entropy(p),
  crossEntropy: (engine, p, q) => engine.crossEntropy(p, q),
  klDivergenceOfLogits: (engine, p, q) => engine.klDivergence(p, q, { input: "logits" }),
  logSumExp: (engine, p) => engine.logSumExp(p),
  softmax: (engine, p, q) => engine.softmax(p, { out: q }),
  crossEntropyLoss: (engine, p) => engine.crossEntropyLoss(p, [7], { rowLength: p.length }),
  crossEntropyGradient: (engine, p, q) => engine.crossEntropyLoss(p, [7], { rowLength: p.length, gradient: q }),
};
const CLASSES = 16384;
const FEW = 10;
const MANY = 50;

const engine = createEngineSync({ backend: "simd" });
const dump = () => spawnSync("callgrind_control", ["-d", "-", String(process.pid)]);
const counted = [];
for (const type of ["f32", "f64"]) {
  for (const [measure, call] of Object.entries(CALLS)) {
    const place = () => (type === "f32" ? engine.float32(CLASSES) : engine.float64(CLASSES));
    const [p, q] = [place(), place()];
    // neither the same everywhere nor alike: a shortcut for equal numbers is no measure
    for (let i = 0; i < CLASSES; i++) {
      p[i] = (1 + (i % 7)) / (4 * CLASSES);
      q[i] = (1 + (i % 5)) / (3 * CLASSES);
    }
    const run = (calls) => {
      for (let i = 0; i < calls; i++) call(engine, p, q);
    };
    run(FEW);
    dump();
    run(FEW);
    dump();
    run(MANY);
    dump();
    engine.free(p);
    engine.free(q);
    counted.push({ measure, type, classes: (MANY - FEW) * CLASSES });
  }
}
console.log(JSON.stringify(counted));
