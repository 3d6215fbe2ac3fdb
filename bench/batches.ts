// npm run bench:batches [-- --classes 10,100 --rounds 21 --quick --save bench/batches.json]
//
// Matrices of many short rows, of about 131,072 f32 numbers; single calls of a few classes; and two threads. As in run.ts every contestant
// takes a turn in each round, and ratios are taken round by round.

import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import * as logratio from "../dist/index.js";
import {
  BATCH_CASES,
  type Batch,
  type BatchCase,
  type BatchInput,
  lossWithGradient,
  SINGLE_CASES,
  type SingleCase,
} from "./batchCases.js";
import { fastestApart, makeRandom, measureInTurns, median, printTable, ratioOf, shownRatio } from "./harness.js";

const { values: flags } = parseArgs({
  options: {
    classes: { type: "string", default: "2,10,100,1000" },
    rounds: { type: "string", default: "21" },
    quick: { type: "boolean", default: false },
    save: { type: "string" },
  },
});
const ROUNDS = flags.quick ? 2 : Number(flags.rounds);
const MILLISECONDS = flags.quick ? 1 : 12;
/** Of a matrix. */
const NUMBERS = flags.quick ? 8192 : 131072;
const [FEW, SOME] = [2, 16];
const THREADS = 2;
const SHAPES_FOR_THREADS: readonly [rows: number, classes: number][] = [
  [512, 1000],
  [65536, 10],
];

export interface BatchResult {
  name: string;
  input?: BatchInput;
  mode?: string;
  rows: number;
  classes: number;
  contestant: string;
  /** Median over the rounds. */
  nanosecondsPerCall: number;
  /** Time of the first contestant by this one's, round by round: median and both quartiles. */
  ratio: [number, number, number];
}

type Subject = Pick<BatchResult, "name" | "input" | "mode" | "rows" | "classes">;

/** Measures contestants, the first of which is what the others are compared with. */
async function measure(subject: Subject, contestants: Record<string, () => unknown>): Promise<BatchResult[]> {
  const times = await measureInTurns(contestants, ROUNDS, MILLISECONDS);
  const [first] = Object.keys(contestants);
  return Object.keys(contestants).map((contestant) => ({
    ...subject,
    contestant,
    nanosecondsPerCall: median(times[contestant]),
    ratio: ratioOf(times[first], times[contestant]),
  }));
}

/** Logits, and others near them; the probabilities of both; or weights in proportion to them, whose sums are between 1 and 4. */
function makeBatch(rows: number, rowLength: number, input?: BatchInput): Batch {
  const { gaussian, uniform } = makeRandom();
  const p = Float32Array.from({ length: rows * rowLength }, () => 2 * gaussian());
  const q = p.map((z) => z + 0.5 * gaussian());
  for (let start = 0; input !== "logits" && start < p.length; start += rowLength) {
    for (const matrix of [p, q]) {
      const row = matrix.subarray(start, start + rowLength);
      const powers = Float64Array.from(row, Math.exp);
      const total = input === "weights" ? 1 + 3 * uniform() : 1;
      const sum = powers.reduce((all, x) => all + x) / total;
      row.set(powers.map((x) => x / sum));
    }
  }
  return {
    rowLength,
    p,
    q,
    out: new Float32Array(p.length),
    labels: Int32Array.from({ length: rows }, (_, r) => (7 * r) % rowLength),
    values: new Float64Array(rows),
  };
}

function inMemoryOf(engine: logratio.Engine, batch: Batch): Batch {
  const place = (array: Float32Array) => {
    const placed = engine.float32(array.length);
    placed.set(array);
    return placed;
  };
  return { ...batch, p: place(batch.p), q: place(batch.q), out: place(batch.out) };
}

const copyOf = (batch: Batch): Batch => ({
  ...batch,
  p: batch.p.slice(),
  q: batch.q.slice(),
  out: batch.out.slice(),
  values: batch.values.slice(),
});

/** A contestant that computes something else is none. */
function checkAlike(contestants: Record<string, () => unknown>, tolerance: number): void {
  const [[, first], ...others] = Object.entries(contestants);
  const numbersOf = (result: unknown) => (typeof result === "number" ? [result] : (result as ArrayLike<number>));
  const expected = Array.from(numbersOf(first()));
  for (const [name, run] of others) {
    const actual = numbersOf(run());
    const isAlike = expected.every((x, i) => Math.abs(actual[i] - x) <= tolerance * Math.max(1, Math.abs(x)));
    if (!isAlike || actual.length !== expected.length) throw new Error(`${name} is not what is expected`);
  }
}

/** Of f32 sums that the loop takes for 1. */
const TOLERANCE = 1e-5;

async function runBatch(each: BatchCase, classes: number): Promise<BatchResult[]> {
  const { name, input, mode } = each;
  const rows = Math.round(NUMBERS / classes);
  const batch = makeBatch(rows, classes, input);
  const simd = logratio.createEngineSync({ backend: "simd" });
  const js = logratio.createEngineSync({ backend: "js" });
  const [own, ofJs, copied, ofLoop] = [inMemoryOf(simd, batch), inMemoryOf(js, batch), copyOf(batch), copyOf(batch)];
  const loop = fastestApart(each.loop, ofLoop);
  const contestants = {
    loop: () => loop(ofLoop),
    "simd, in its memory": () => each.call(logratio, own),
    "simd, copied": () => each.call(logratio, copied),
    js: () => each.call(logratio, ofJs),
  };
  checkAlike(contestants, TOLERANCE);
  const results = await measure({ name, input, mode, rows, classes }, contestants);
  for (const engine of [simd, js]) engine.dispose();
  return results;
}

/** Calls of 2 and of 16 classes, beside a loop over 16. */
async function runSingle({ name, input, call, loop }: SingleCase): Promise<BatchResult[]> {
  const ofLength = (classes: number) => {
    const { p, q } = makeBatch(1, classes, input);
    return { f32: [p, q] as const, plain: [Array.from(p), Array.from(q)] as const };
  };
  const [few, some] = [ofLength(FEW), ofLength(SOME)];
  const apart = fastestApart(loop, ...some.f32);
  const contestants = {
    [`loop over ${SOME}`]: () => apart(...some.f32),
    [`${SOME} classes, f32`]: () => call(logratio, ...some.f32),
    [`${SOME} classes, array`]: () => call(logratio, ...some.plain),
    [`${FEW} classes, f32`]: () => call(logratio, ...few.f32),
    [`${FEW} classes, array`]: () => call(logratio, ...few.plain),
  };
  const [theLoop, f32, array] = Object.entries(contestants);
  checkAlike(Object.fromEntries([theLoop, f32, array]), TOLERANCE);
  const results = await measure({ name, input, rows: 1, classes: SOME }, contestants);
  return results.map((result) => ({ ...result, classes: result.contestant.startsWith(`${FEW} `) ? FEW : SOME }));
}

/** One thread and two, in the memory of an engine of each. */
async function runThreads(rows: number, classes: number): Promise<BatchResult[]> {
  const { name, input, mode, call } = lossWithGradient;
  const batch = makeBatch(rows, classes, input);
  const engines = [await logratio.createEngine({ threads: 1 }), await logratio.createEngine({ threads: THREADS })];
  const [one, two] = engines.map((engine) => inMemoryOf(engine, batch));
  const contestants = {
    "1 thread": () => call(logratio, one),
    [`${THREADS} threads`]: () => call(logratio, two),
  };
  checkAlike(contestants, 0);
  const results = await measure({ name, input, mode, rows, classes }, contestants);
  for (const engine of engines) engine.dispose();
  return results;
}

const columns: [string, (result: BatchResult) => string][] = [
  ["rows × classes", ({ rows, classes }) => `${rows} × ${classes}`],
  ["", ({ contestant }) => contestant.padEnd(20)],
  ["ns per row", ({ nanosecondsPerCall, rows }) => (nanosecondsPerCall / rows).toFixed(1)],
  ["ns per number", ({ nanosecondsPerCall, rows, classes }) => (nanosecondsPerCall / rows / classes).toFixed(3)],
  ["times as fast", ({ ratio }) => shownRatio(ratio)],
];

function show(title: string, { name, input, mode }: Omit<Subject, "rows" | "classes">, results: BatchResult[]): void {
  console.log(`\n${[title, name, input && `from ${input}`, mode].filter(Boolean).join(", ")}`);
  printTable(columns, results);
}

/** Programs that wanted to run in the minute before this one: where they have no cores of their own, ratios are wrong. */
const [load] = loadavg();
if (load > cpus().length / 2)
  console.log(`Other work is going on (load average ${load.toFixed(1)}): ratios will be wrong`);

// before there is an engine, which every call looks for its arrays in
const singles: BatchResult[] = [];
for (const each of SINGLE_CASES) {
  const results = await runSingle(each);
  show("single calls", each, results);
  singles.push(...results);
}

const batches: BatchResult[] = [];
for (const each of BATCH_CASES) {
  const results: BatchResult[] = [];
  for (const classes of flags.classes.split(",").map(Number)) results.push(...(await runBatch(each, classes)));
  show("batches", each, results);
  batches.push(...results);
}

const threads: BatchResult[] = [];
for (const [rows, classes] of SHAPES_FOR_THREADS) threads.push(...(await runThreads(rows, classes)));
show("threads", lossWithGradient, threads);

if (flags.save) {
  const machine = { cpu: cpus()[0].model.trim(), cores: cpus().length, node: process.version, load };
  const command = `npm run bench:batches -- ${process.argv.slice(2).join(" ")}`;
  writeFileSync(flags.save, `${JSON.stringify({ command, machine, singles, batches, threads }, null, 1)}\n`);
}
