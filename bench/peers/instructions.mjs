// Under callgrind, with the name of a backend: has it write down what it has counted before, between and after calls on short rows and
// on long ones, of each kernel. Their difference has nothing of what a call costs besides.

import { spawnSync } from "node:child_process";
import * as logratio from "../../dist/index.js";

/** What is done with two rows in the memory of an engine, which computes. */
const CALLS = {
  klDivergence: (p, q) => logratio.klDivergence(p, q),
  jsDivergence: (p, q) => logratio.jsDivergence(p, q),
  entropy: (p) => logratio.entropy(p),
  crossEntropy: (p, q) => logratio.crossEntropy(p, q),
  klDivergenceOfLogits: (p, q) => logratio.klDivergence(p, q, { input: "logits" }),
  logSumExp: (p) => logratio.logSumExp(p),
  softmax: (p, q) => logratio.softmax(p, { out: q }),
  crossEntropyLoss: (p) => logratio.crossEntropyLoss(p, [7], { rowLength: p.length }),
  crossEntropyGradient: (p, q) => logratio.crossEntropyLoss(p, [7], { rowLength: p.length, gradient: q }),
};
const SHORT = 16384;
const LONG = 5 * SHORT;
const CALLS_OF_EACH = 20;
/** Of which roofline.ts takes the least: garbage is collected, and code compiled, now and then. */
const TIMES = 3;

const backend = process.argv[2];
const engine = await logratio.createEngine({ backend });
if (engine.backend !== backend) throw new Error(engine.backendReason);
const dump = () => spawnSync("callgrind_control", ["-d", "calls", String(process.pid)]);
const counted = [];
for (const type of ["f32", "f64"]) {
  for (const [measure, call] of Object.entries(CALLS)) {
    const place = (length) => (type === "f32" ? engine.float32(length) : engine.float64(length));
    const pairs = [SHORT, LONG].map((length) => {
      const [p, q] = [place(length), place(length)];
      // neither the same everywhere nor alike: a shortcut for equal numbers is no measure
      for (let i = 0; i < length; i++) {
        p[i] = (1 + (i % 7)) / (4 * length);
        q[i] = (1 + (i % 5)) / (3 * length);
      }
      return [p, q];
    });
    const run = ([p, q]) => {
      for (let i = 0; i < CALLS_OF_EACH; i++) call(p, q);
    };
    for (const pair of pairs) run(pair);
    dump();
    for (let i = 0; i < TIMES; i++) {
      for (const pair of pairs) {
        run(pair);
        dump();
      }
    }
    for (const row of pairs.flat()) engine.free(row);
    counted.push({ measure, type, classes: CALLS_OF_EACH * (LONG - SHORT) });
  }
}
console.log(JSON.stringify(counted));
