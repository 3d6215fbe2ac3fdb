// The same list of cases on every platform, and one number made of all bits of their results. Nothing here is of Node: it
// runs in browsers, Bun, Deno and workerd, and is given the package.

import type { Engine, Vector } from "../../src/index.js";
import { type Constructor, type FloatArray, moved, outcomeOf } from "../bits.js";
import { everyCall } from "../everyCall.js";
import { type Functions, functionsOn } from "../functionsOn.js";
import * as gaussians from "../gaussianCalls.js";
import * as logits from "../logitCalls.js";
import * as probabilities from "../probabilityCalls.js";
import { randomNumbers } from "../random.js";
import { Digest } from "./digest.js";
import type { FilesRun } from "./files.js";
import { MISTAKES } from "./mistakes.js";

type Package = typeof import("../../src/index.js");

export interface RunOptions {
  backend: "simd" | "js";
  threads: number;
  /** Whether some will do of what takes most of the time: long rows of half of the kinds a type, no distances of a thousand rows. */
  isBrief?: boolean;
  /** Where code may not compile its own. */
  module?: WebAssembly.Module;
}

export interface Run {
  /** Numbers computed, and errors. */
  cases: number;
  digest: string;
  /** The digest after each part of the list, to tell where a difference begins. */
  parts: Record<string, string>;
  backend: string;
  backendReason: string;
  threads: number;
  threadsReason: string;
  milliseconds: number;
}

/** Around lanes, groups and blocks. */
const LENGTHS = [1, 2, 3, 4, 5, 8, 9, 16, 17, 33, 64, 255, 257, 512, 513, 1025];
const FEW_LENGTHS = [1, 7, 33, 257];
/** Around the chunks of the staging area, 8,192 f32 or 4,096 f64, one of them a kind. */
const STAGED_LENGTHS = [4095, 4097, 8191, 8193, 12301];
/** Three chunks and more, which threads share where they lie in their memory. */
const LONG_LENGTHS = [24576, 24577, 33283];
const TYPES: Constructor[] = [Float32Array, Float64Array];

/** The same rows in an engine's memory, each at an offset of its own. */
function placed<Rows extends object>(engine: Engine, rows: Rows, offset: number): { rows: Rows; free: () => void } {
  const frees: (() => void)[] = [];
  const place = ([name, row]: [string, unknown], i: number): [string, unknown] => {
    if (!(row instanceof Float32Array || row instanceof Float64Array)) return [name, row];
    const copy = moved(row, (offset + 2 * i) % 7, engine);
    frees.push(copy.free);
    return [name, copy.row];
  };
  const inMemory = Object.fromEntries(Object.entries(rows).map(place)) as Rows;
  return { rows: inMemory, free: () => frees.forEach((free) => void free()) };
}

/** An engine, and the functions of its package on it. */
interface On {
  engine: Engine;
  f: Functions;
  logratio: Package;
  isBrief: boolean;
}

type Calls<Rows> = Record<string, (f: Functions, rows: Rows) => number | FloatArray>;

/** Calls of rows outside the engine's memory, and in it. */
function addRows<Rows extends object>(digest: Digest, { engine, f }: On, calls: Calls<Rows>, rows: Rows): void {
  const inMemory = placed(engine, rows, digest.cases % 5);
  // one call soon after the other: then they are shared out
  const outcomesOf = (these: Rows) => Object.values(calls).map((call) => outcomeOf(() => call(f, these)));
  digest.add([outcomesOf(rows), outcomesOf(inMemory.rows)]);
  inMemory.free();
}

const kindsOf = (kinds: object, stride: number): string[] => Object.keys(kinds).filter((_, i) => i % stride === 0);

function addProbabilities(digest: Digest, on: On, stride: number): void {
  const kinds = kindsOf(probabilities.KINDS, stride);
  for (const type of TYPES) {
    for (const [i, kind] of kinds.entries()) {
      const lengths = [...LENGTHS, STAGED_LENGTHS[i % STAGED_LENGTHS.length]];
      for (const n of lengths) addRows(digest, on, probabilities.CALLS, probabilities.makeRows(kind, type, n));
    }
  }
}

function addLogits(digest: Digest, on: On, stride: number): void {
  const kinds = kindsOf(logits.KINDS, stride);
  const others = { ...logits.AT_TEMPERATURES, ...logits.OF_OTHERS, ...logits.LOSSES };
  for (const type of TYPES) {
    for (const [i, kind] of kinds.entries()) {
      // every other length a kind
      const isIts = (_: number, j: number) => (i + j) % 2 === 0;
      for (const n of LENGTHS.filter(isIts)) addRows(digest, on, logits.OF_LOGITS, logits.makeRows(kind, type, n));
      for (const n of FEW_LENGTHS.filter(isIts)) addRows(digest, on, others, logits.makeRows(kind, type, n));
      const n = STAGED_LENGTHS[i % STAGED_LENGTHS.length];
      addRows(digest, on, i === 0 ? logits.LOSSES : logits.OF_LOGITS, logits.makeRows(kind, type, n));
    }
  }
}

function addGaussians(digest: Digest, on: On, stride: number): void {
  for (const type of TYPES) {
    for (const [i, kind] of kindsOf(gaussians.KINDS, stride).entries()) {
      const lengths = [...LENGTHS, STAGED_LENGTHS[i % STAGED_LENGTHS.length], LONG_LENGTHS[i % LONG_LENGTHS.length]];
      for (const n of lengths) addRows(digest, on, gaussians.CALLS, gaussians.makeGaussians(kind, type, n));
    }
  }
}

/** Rows that threads share by chunks, results written to their memory, and over their input. */
function addLongRows(digest: Digest, { engine, f, isBrief }: On): void {
  for (const [turn, type] of TYPES.entries()) {
    const isLeftOut = (i: number) => isBrief && i % TYPES.length !== turn;
    for (const [i, kind] of ["ordinary", "with zeros on both sides", "of unequal sums"].entries()) {
      if (isLeftOut(i)) continue;
      const rows = placed(engine, probabilities.makeRows(kind, type, LONG_LENGTHS[i]), i);
      digest.add(Object.values(probabilities.CALLS).map((call) => outcomeOf(() => call(f, rows.rows))));
      rows.free();
    }
    for (const [i, kind] of ["ordinary", "nearly equal", "impossible here and there in both"].entries()) {
      if (isLeftOut(i)) continue;
      const { rows, free } = placed(engine, logits.makeRows(kind, type, LONG_LENGTHS[i]), i);
      digest.add(Object.values(logits.OF_LOGITS).map((call) => outcomeOf(() => call(f, rows))));
      const { a, b, student, teacher, labels } = rows;
      const rowLength = a.length;
      digest.add(f.logRatio(a, b, { input: "logits", out: b }));
      digest.add(f.softmax(a, { out: a }));
      digest.add(f.distillationLoss(student, teacher, { rowLength, gradient: student }));
      digest.add(f.crossEntropyLoss(teacher, labels, { rowLength, gradient: teacher }));
      free();
    }
  }
  // so long that a call that comes alone is shared out too
  const n = 129 * 8192 + 77;
  const random = randomNumbers(7);
  const p = new Float32Array(n).map(random);
  const q = p.map((x) => x * (1 + 1e-3 * random()));
  const { rows, free } = placed(engine, { p, q }, 0);
  digest.add(f.klDivergence(rows.p, rows.q, { normalize: true }));
  digest.add(f.logSumExp(rows.q));
  free();
}

function makeMatrices(type: Constructor, count: number, rowLength: number) {
  const random = randomNumbers(count * rowLength);
  const numbers = (length: number, value: () => number): FloatArray => new type(length).map(value);
  const logit = () => 10 * random() - 5;
  return {
    z: numbers(count * rowLength, logit),
    w: numbers(count * rowLength, logit),
    p: numbers(count * rowLength, random),
    counts: numbers(count * rowLength, () => Math.floor(4 * random())),
    one: numbers(rowLength, random),
    tokens: Int32Array.from({ length: count }, (_, r) => (r * 37) % rowLength),
  };
}

/** Every function in each form: of the package, on the engine, aside; of what lies where and is shared by rows. */
async function addEveryCall(digest: Digest, { engine, f, logratio, isBrief }: On): Promise<void> {
  for (const [type, count, rowLength] of [
    [Float32Array, 130, 515],
    [Float64Array, 1100, 31],
    [Float64Array, 2, 12289],
  ] as const) {
    const ordinary = makeMatrices(type, count, rowLength);
    const inMemory = placed(engine, ordinary, 0);
    for (const { name, run, runAside } of everyCall(logratio)) {
      if (isBrief && name === "distanceMatrix" && count > 1000) continue;
      digest.add(name);
      digest.add([run(f, inMemory.rows), run(logratio, ordinary)]);
      digest.add(await runAside(f, inMemory.rows));
      if (count === 2) digest.add(await runAside(f, ordinary));
    }
    digest.add(await addWritten(f, inMemory.rows));
    inMemory.free();
  }
  // any array of numbers, and what has been done at the end
  const z: Vector = [1, 2, 3, 4, 5, 6];
  let progress: number[] = [];
  const onProgress = (...args: number[]) => {
    progress = args;
  };
  digest.add(await f.softmax.rows.async(z, { rowLength: 2, onProgress }));
  digest.add(progress);
}

/** Matrices over their own input, at once and aside. */
async function addWritten(f: Functions, { z, w, p, one }: ReturnType<typeof makeMatrices>): Promise<unknown[]> {
  const rowLength = one.length;
  const results = [
    f.softmax.rows(z, { rowLength, out: z, temperature: 0.7 }).slice(),
    f.logRatio.rows(p, one, { rowLength, out: p }).slice(),
    f.distillationLoss(z, w, { rowLength, gradient: z, direction: "reverse" }).gradient?.slice(),
  ];
  await f.logSoftmax.rows.async(w, { rowLength, out: w });
  return [...results, w];
}

async function addMistakes(digest: Digest, { f, ...place }: On): Promise<void> {
  for (const mistake of MISTAKES) {
    const error = await Promise.resolve()
      .then(() => mistake(f, place))
      .then(
        () => undefined,
        (error: Error) => error,
      );
    if (error === undefined) throw new Error(`no error: ${mistake}`);
    digest.add(`${error.name}: ${error.message}`);
  }
}

/** Every case, on an engine of its own; of the kinds of numbers every `stride`-th. */
export async function runCases(
  logratio: Package,
  { isBrief = false, ...options }: RunOptions,
  stride = 1,
): Promise<Run> {
  const start = performance.now();
  const engine = await logratio.createEngine(options);
  const { backend, backendReason, threads, threadsReason } = engine;
  const on: On = { engine, f: functionsOn(engine, logratio), logratio, isBrief };
  const digest = new Digest();
  const parts: Record<string, string> = {};
  for (const [name, add] of Object.entries({
    probabilities: addProbabilities,
    logits: addLogits,
    gaussians: addGaussians,
    longRows: addLongRows,
    everyCall: addEveryCall,
    mistakes: addMistakes,
  })) {
    await add(digest, on, stride);
    parts[name] = String(digest);
  }
  const lost = threads - engine.threads;
  if (lost > 0) throw new Error(`${lost} of ${threads} threads have ended: ${engine.threadsReason}`);
  engine.dispose();
  const milliseconds = Math.round(performance.now() - start);
  const { cases } = digest;
  return { cases, digest: String(digest), parts, backend, backendReason, threads, threadsReason, milliseconds };
}

/** What a platform tells of itself. */
export interface Report {
  /** What an engine is that nothing was asked of. */
  backend: string;
  backendReason: string;
  runs: Run[];
  /** Where there are files. */
  files?: FilesRun;
}

/** Every case on each backend, with one thread and with two where there can be. */
export async function runPlatform(logratio: Package, module?: WebAssembly.Module): Promise<Report> {
  const { backend, backendReason } = await logratio.createEngine({ module });
  const runs: Run[] = [];
  for (const asked of ["simd", "js"] as const) {
    for (const threads of [1, 2]) runs.push(await runCases(logratio, { backend: asked, threads, module }));
  }
  return { backend, backendReason, runs };
}
