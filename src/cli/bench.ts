// logratio bench: how fast this machine is.

import { availableParallelism, cpus } from "node:os";
import {
  createEngine,
  type Engine,
  type EngineOptions,
  entropy,
  jsDivergence,
  klDivergence,
  logSumExp,
  softmax,
} from "../index.js";
import { type Io, print } from "./io.js";
import { formatCount } from "./numbers.js";
import { tableText } from "./text.js";

/** Of one measurement, in ms. */
const TIME = 60;
/** Each is the best of so many. */
const ROUNDS = 3;
const ROWS = 8;

const CALLS: readonly (readonly [name: string, call: Call])[] = [
  ["KL of probabilities", ([p, q], rowLength) => klDivergence.rows(p, q, { rowLength })],
  ["KL of logits", ([p, q], rowLength) => klDivergence.rows(p, q, { rowLength, input: "logits" })],
  ["JS of logits", ([p, q], rowLength) => jsDivergence.rows(p, q, { rowLength, input: "logits" })],
  ["entropy of logits", ([p], rowLength) => entropy.rows(p, { rowLength, input: "logits" })],
  ["log-sum-exp", ([p], rowLength) => logSumExp.rows(p, { rowLength })],
];

/** Rows of an engine's memory, which is what computes them. */
type Call = (rows: readonly Float32Array[], rowLength: number) => unknown;

export async function bench({ classes = 131072 }: { classes?: number }, io: Io): Promise<void> {
  const threads = availableParallelism();
  const wanted: readonly (readonly [name: string, options: EngineOptions])[] = [
    ["js", { backend: "js" }],
    ["simd", { backend: "simd" }],
    ["relaxed", { backend: "relaxed" }],
    ...(threads > 1 ? [[`simd, ${threads} threads`, { backend: "simd", threads }] as const] : []),
  ];
  const columns: { name: string; times: number[] }[] = [];
  for (const [name, options] of wanted) {
    const engine = await createEngine({ ...options, maxBytes: 2 ** 30 });
    // where it is not to be had, it is simd again
    if (name !== "relaxed" || engine.backend === "relaxed")
      columns.push({ name, times: await measure(engine, classes) });
    engine.dispose();
  }
  const table = {
    title: `Nanoseconds per class, of ${ROWS} rows of ${formatCount(classes)} classes in f32`,
    head: ["", ...columns.map(({ name }) => name)],
    rows: CALLS.map(([name], i) => [name, ...columns.map(({ times }) => times[i].toFixed(3))]),
    note: "The best of three rounds; a class is one number of each row that is compared.",
  };
  const machine = `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${threads} threads, Node ${process.version}`;
  await print(io, `${machine}\n\n${tableText(table)}\n`);
}

/** Nanoseconds per class of each call. */
async function measure(engine: Engine, classes: number): Promise<number[]> {
  const logits = [1, 2].map((seed) => fill(engine.float32(ROWS * classes), seed));
  const probabilities = logits.map((rows) =>
    softmax.rows(rows, { rowLength: classes, out: engine.float32(rows.length) }),
  ) as Float32Array[];
  return CALLS.map(([name, call]) => {
    const rows = name.endsWith("probabilities") ? probabilities : logits;
    call(rows, classes);
    const times = Array.from({ length: ROUNDS }, () => secondsOf(() => call(rows, classes)));
    return (Math.min(...times) / (ROWS * classes)) * 1e9;
  });
}

/** Of one call. */
function secondsOf(call: () => unknown): number {
  const start = performance.now();
  let calls = 0;
  let passed = 0;
  do {
    call();
    calls++;
    passed = performance.now() - start;
  } while (passed < TIME);
  return passed / calls / 1000;
}

/** Logits between 0 and 16, by a linear congruential generator. */
function fill(rows: Float32Array, seed: number): Float32Array {
  let state = seed;
  for (let i = 0; i < rows.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    rows[i] = (state >>> 8) / 2 ** 20;
  }
  return rows;
}
