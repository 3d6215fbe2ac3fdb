// npm run bench:threads [-- --rounds 21 --quick --save file.json]
//
// Engines with 1, 2, 4 … threads in turn: one long row, matrices, calls too small to share; and what it takes to hand work out.

import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import * as logratio from "../dist/index.js";
import { measureInTurns, median, ratioOf, shownRatio } from "./harness.js";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "21" },
    quick: { type: "boolean", default: false },
    save: { type: "string" },
  },
});
const ROUNDS = flags.quick ? 2 : Number(flags.rounds);
const MILLISECONDS = flags.quick ? 1 : 25;

export interface ThreadsResult {
  what: string;
  rows: number;
  classes: number;
  threads: number;
  nanosecondsPerCall: number;
  /** Time with one thread by this one's: median and both quartiles. */
  ratio: [number, number, number];
}

interface Rows {
  p: Float32Array;
  q: Float32Array;
}

interface Case {
  what: string;
  rows: number;
  classes: number;
  /** Of rows in the memory of an engine, which computes. */
  call: (rows: Rows, rowLength: number) => unknown;
}

const klDivergence = (classes: number): Case => ({
  what: "klDivergence",
  rows: 1,
  classes,
  call: ({ p, q }) => logratio.klDivergence(p, q),
});
const logSumExp = (classes: number): Case => ({
  what: "logSumExp",
  rows: 1,
  classes,
  call: ({ p }) => logratio.logSumExp(p),
});
const softmax = (classes: number): Case => ({
  what: "softmax, into the memory",
  rows: 1,
  classes,
  call: ({ p, q }) => logratio.softmax(p, { out: q }),
});
const klDivergenceOfRows = (rows: number, classes: number): Case => ({
  what: "klDivergence.rows, logits",
  rows,
  classes,
  call: ({ p, q }, rowLength) => logratio.klDivergence.rows(p, q, { input: "logits", rowLength }),
});
const lossWithGradient = (rows: number, classes: number): Case => ({
  what: "crossEntropyLoss, with gradient",
  rows,
  classes,
  call: ({ p, q }, rowLength) => logratio.crossEntropyLoss(p, new Int32Array(rows), { rowLength, gradient: q }),
});

const CASES: Case[] = [
  ...[64, 1024, 8192].map(klDivergence),
  ...[16384, 24576, 32768, 65536, 131072, 1048576, 16777216].map(klDivergence),
  ...[24576, 131072].map(logSumExp),
  ...[24576, 131072].map(softmax),
  klDivergenceOfRows(16, 1024),
  klDivergenceOfRows(512, 32768),
  klDivergenceOfRows(512, 131072),
  lossWithGradient(512, 32768),
];

const THREADS = [1, 2, 3, 4, 6, 8, 12, 16].filter((threads) => threads <= Math.max(2, availableParallelism()));

function fill({ p, q }: Rows, classes: number): void {
  let state = 20261124;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 8) + 0.5) / 16777216;
  };
  // positive, of a sum near 1: probabilities, and logits too
  for (let i = 0; i < p.length; i++) {
    p[i] = (2 * uniform()) / classes;
    q[i] = p[i] * (0.95 + 0.1 * uniform());
  }
  for (const row of [p, q]) {
    let sum = 0;
    for (let i = 0; i < classes; i++) sum += row[i];
    for (let i = 0; i < row.length; i++) row[i] /= sum;
  }
}

async function runCase({ what, rows, classes, call }: Case): Promise<ThreadsResult[]> {
  const maxBytes = Math.max(2 ** 28, 2 * 4 * rows * classes + 2 ** 24);
  const contestants: Record<string, () => unknown> = {};
  const engines: logratio.Engine[] = [];
  for (const threads of THREADS) {
    const engine = await logratio.createEngine({ threads, maxBytes });
    const own = { p: engine.float32(rows * classes), q: engine.float32(rows * classes) };
    fill(own, classes);
    engines.push(engine);
    contestants[threads] = () => call(own, classes);
  }
  const times = await measureInTurns(contestants, ROUNDS, MILLISECONDS);
  for (const engine of engines) engine.dispose();
  return THREADS.map((threads) => ({
    what,
    rows,
    classes,
    threads,
    nanosecondsPerCall: median(times[threads]),
    ratio: ratioOf(times[1], times[threads]),
  }));
}

const results: ThreadsResult[] = [];
for (const each of CASES.filter(({ rows, classes }) => !flags.quick || rows * classes < 2 ** 21)) {
  for (const result of await runCase(each)) {
    const shape = `${result.rows} × ${result.classes}`;
    const microseconds = (result.nanosecondsPerCall / 1000).toFixed(result.nanosecondsPerCall < 1e5 ? 2 : 0);
    console.log(
      `${result.what.padEnd(32)} ${shape.padStart(14)}  ${result.threads} threads  ${microseconds.padStart(9)} µs  ` +
        `× ${shownRatio(result.ratio)}`,
    );
    results.push(result);
  }
}

/** What a call with two threads takes beyond half of that with one, where the worker is awake. */
const [single, double] = results.filter(({ what, classes }) => what === "klDivergence" && classes === 32768);
const dispatch = double.nanosecondsPerCall - single.nanosecondsPerCall / 2;
console.log(`to hand work out: ${(dispatch / 1000).toFixed(1)} µs`);

if (flags.save) {
  const machine = { cpu: cpus()[0].model.trim(), cores: cpus().length, node: process.version };
  const command = `npm run bench:threads -- ${process.argv.slice(2).join(" ")}`;
  writeFileSync(flags.save, `${JSON.stringify({ command, machine, dispatch, results }, null, 1)}\n`);
}
