// npm run bench:peers [-- --measures klDivergence,softmax --classes 1024,131072 --rounds 11 --only speed,shapes --quick --save]
//
// Speed and error beside every peer, in one run: all compute the same numbers, take a turn in each of several rounds, and are
// held against the exact result. --save writes bench/peers.json, which `npm run tables` and the plots are made of.

import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Contestant, measureInTurns, median, printTable, ratioOf, shownRatio } from "../harness.js";
import { bytesPerClass, exactOf, HEAVY_TAILED, makeCase, makeTokenCase, near, SHAPES } from "./cases.js";
import { openLogratio, SIMD } from "./logratio.js";
import { openLoop } from "./loop.js";
import { openMathjs } from "./mathjs.js";
import { openOnnxruntime } from "./onnxruntime.js";
import { type Case, type Entry, MEASURES, type MeasureName, type Peer } from "./peer.js";
import { openPipe, PYTHONS } from "./pipe.js";
import type { CaseResult, Curve, PeerResult, Run } from "./results.js";
import { measureRoofline, type Roofline } from "./roofline.js";
import { openSimsimd } from "./simsimd.js";
import { openStdlib } from "./stdlib.js";
import { openTensorflow } from "./tensorflow.js";

const PARTS = ["speed", "f64", "shapes", "batches", "curves", "roofline"] as const;
const { values: flags } = parseArgs({
  options: {
    measures: { type: "string", default: MEASURES.join() },
    classes: { type: "string", default: "1024,8192,32768,131072,262144,1048576" },
    rounds: { type: "string", default: "11" },
    only: { type: "string", default: PARTS.join() },
    quick: { type: "boolean", default: false },
    save: { type: "boolean", default: false },
  },
});
const measures = flags.measures.split(",") as MeasureName[];
const sizes = flags.quick ? [1000] : flags.classes.split(",").map(Number);
const parts = new Set(flags.only.split(","));
const MILLISECONDS = flags.quick ? 1 : 8;
/** Some take seconds a call: three rounds of them must do. */
const PATIENCE = 4000;
/** Large enough for a vocabulary, small enough for three rounds of all. */
const USUAL = flags.quick ? 1000 : 131072;
const BATCH = flags.quick ? 2 : 256;
/** Many rows of few classes, as classifiers have them: of the loss with its gradient alone. */
const SHORT_ROWS = flags.quick ? 16 : 4096;
const SHORT_CLASSES = [10, 100];
/** As many rows of more classes would not fit into the memory of all peers together. */
const MOST_CLASSES_OF_BATCH = 131072;

for (const name of measures) {
  if (!MEASURES.includes(name)) throw new RangeError(`no measure "${name}"; there are ${MEASURES.join(", ")}`);
}

function* makeCases(): Generator<Case> {
  const f32 = (measure: MeasureName, shape: (typeof SHAPES)[number], rows: number, classes: number) =>
    makeCase(measure, shape, "f32", rows, classes);
  for (const measure of measures) {
    if (parts.has("speed")) for (const classes of sizes) yield f32(measure, HEAVY_TAILED, 1, classes);
    if (parts.has("f64")) yield makeCase(measure, HEAVY_TAILED, "f64", 1, USUAL);
    if (parts.has("shapes") && measure.startsWith("klDivergence")) {
      for (const shape of SHAPES) if (shape !== HEAVY_TAILED) yield f32(measure, shape, 1, USUAL);
      if (measure === "klDivergence" && !flags.quick) yield makeTokenCase(measure, "f32");
    }
    if (!parts.has("batches")) continue;
    for (const classes of sizes) if (classes <= MOST_CLASSES_OF_BATCH) yield f32(measure, HEAVY_TAILED, BATCH, classes);
    if (measure !== "crossEntropyGradient") continue;
    for (const classes of SHORT_CLASSES) yield f32(measure, HEAVY_TAILED, SHORT_ROWS, classes);
  }
}

/** Largest error of the checked numbers, and what is wrong with them, if anything. */
function judge(task: Case, values: ArrayLike<number>, exact: ReturnType<typeof exactOf>): Partial<PeerResult> {
  const found = Array.from(values);
  if (found.length !== exact.values.length) return { wrong: "no result" };
  const errors = found.map((value, i) => Math.abs(value - exact.values[i]) / exact.scales[i]);
  const error = Math.max(...errors);
  const told = { value: found[0], error: Number.isFinite(error) ? error : undefined };
  if (found.some(Number.isNaN)) return { ...told, value: undefined, wrong: "NaN" };
  if (!Number.isFinite(error)) return { ...told, value: undefined, wrong: "∞" };
  const isDivergence = task.measure.includes("Divergence");
  if (isDivergence && found.some((value) => value < 0)) return { ...told, wrong: "negative" };
  if (error > 1e-3) return { ...told, wrong: `off by ${(100 * error).toPrecision(2)} %` };
  return told;
}

const rounded = (nanoseconds: number) => Number(nanoseconds.toPrecision(5));

/** The entries of those peers that compute the case; what another has thrown. */
async function openAll(peers: readonly Peer[], task: Case) {
  const entries = new Map<string, Entry>();
  const failures = new Map<string, string>();
  for (const peer of peers) {
    try {
      const entry = await peer.open(task);
      if (entry) entries.set(peer.name, entry);
    } catch (error) {
      failures.set(peer.name, String(error));
    }
  }
  return { entries, failures };
}

async function judgeAll(task: Case, entries: Map<string, Entry>, failures: Map<string, string>) {
  const exact = exactOf(task);
  const judged = new Map<string, Partial<PeerResult>>();
  for (const [name, entry] of entries) {
    try {
      entry.enter?.();
      judged.set(name, judge(task, await entry.result(), exact));
    } catch (error) {
      failures.set(name, String(error));
    }
  }
  return { judged, exact: exact.values[0] };
}

async function runCase(peers: readonly Peer[], task: Case): Promise<CaseResult> {
  const { entries, failures } = await openAll(peers, task);
  const { judged, exact } = await judgeAll(task, entries, failures);
  const contestants: Record<string, Contestant> = {};
  for (const name of judged.keys()) contestants[name] = (entries.get(name) as Entry).contestant;
  const times = await measureInTurns(
    contestants,
    flags.quick ? 2 : Number(flags.rounds),
    MILLISECONDS,
    async (_, name) => entries.get(name)?.enter?.(),
    PATIENCE,
  );
  for (const entry of entries.values()) entry.close?.();
  const { measure, shape, type, rows, classes } = task;
  const results = [...judged].map(
    ([contestant, told]): PeerResult => ({ contestant, nanoseconds: times[contestant].map(rounded), ...told }),
  );
  for (const [contestant, wrong] of failures) results.push({ contestant, nanoseconds: [], wrong });
  return { measure, shape, type, rows, classes, bytes: rows * classes * bytesPerClass(task), exact, results };
}

/** What each says of pairs ever nearer, without the clock. */
async function runCurve(peers: readonly Peer[], measure: MeasureName): Promise<Curve> {
  const points: Curve["points"] = [];
  const step = flags.quick ? 2 : 0.25;
  for (let exponent = 0.5; exponent >= -6; exponent -= step) {
    const task = makeCase(measure, near(10 ** exponent), "f32", 1, flags.quick ? 1000 : 32768);
    const { entries, failures } = await openAll(peers, task);
    const { judged, exact } = await judgeAll(task, entries, failures);
    for (const entry of entries.values()) entry.close?.();
    const values = [...judged].map(([name, { value }]): [string, number | undefined] => [name, value]);
    points.push({ exact, values: Object.fromEntries(values) });
  }
  return { measure, points };
}

function show({ results, measure, shape, type, rows, classes, bytes }: CaseResult): void {
  console.log(
    `\n${measure}, ${shape}, ${type}, ${rows === 1 ? "" : `${rows} × `}${classes.toLocaleString("en")} classes`,
  );
  const timed = results.filter(({ nanoseconds }) => nanoseconds.length > 0);
  const simd = results.find(({ contestant }) => contestant === SIMD)?.nanoseconds ?? [];
  printTable<PeerResult>(
    [
      ["", ({ contestant }) => contestant.padEnd(28)],
      ["ns per class", ({ nanoseconds }) => (median(nanoseconds) / (rows * classes)).toFixed(3)],
      ["GB/s", ({ nanoseconds }) => (bytes / median(nanoseconds)).toFixed(2)],
      // how many times as fast simd is
      ["simd is", ({ nanoseconds }) => shownRatio(ratioOf(nanoseconds, simd))],
      ["error", ({ error }) => error?.toExponential(1) ?? ""],
      ["", ({ wrong = "" }) => wrong],
    ],
    timed,
  );
  for (const { contestant, wrong } of results.filter((result) => !timed.includes(result))) {
    console.log(`${contestant}: ${wrong}`);
  }
}

/** Those of the first Python that has SciPy and PyTorch, or of the last that has one of them. */
async function openPython(): Promise<Peer[]> {
  const script = fileURLToPath(new URL("peers.py", import.meta.url));
  let found: Peer[] = [];
  for (const python of PYTHONS) {
    const peers = await openPipe(python, [script]);
    // a process that is not closed keeps this one from its end
    const isMore = peers.length > found.length;
    (isMore ? found : peers)[0]?.close?.();
    if (isMore) found = peers;
  }
  if (found.length === 0) console.log("no Python with SciPy or PyTorch: no rows for them");
  return found;
}

const cores = availableParallelism();
const child = fileURLToPath(new URL("child.ts", import.meta.url));
const peers: Peer[] = [
  ...(await openLogratio()),
  openLoop(),
  openMathjs(),
  openStdlib(),
  ...openSimsimd(),
  ...(await openTensorflow()),
  openOnnxruntime(),
  ...(cores > 1 ? await openPipe(process.execPath, ["--import", "tsx", child, String(cores)]) : []),
  ...(await openPython()),
];

const cases: CaseResult[] = [];
for (const task of makeCases()) {
  const result = await runCase(peers, task);
  show(result);
  cases.push(result);
}
const curves: Curve[] = [];
if (parts.has("curves")) {
  const alone = peers.filter(({ threads, name }) => !threads && name !== "logratio simd, copied in");
  for (const measure of measures) if (measure.includes("Divergence")) curves.push(await runCurve(alone, measure));
}
for (const peer of peers) peer.close?.();

const roofline: Roofline | undefined = parts.has("roofline") ? await measureRoofline(flags.quick) : undefined;
if (flags.save) {
  const run: Run = {
    command: `npm run bench:peers -- ${process.argv.slice(2).join(" ")}`,
    machine: { cpu: cpus()[0].model.trim(), cores, node: process.version, v8: process.versions.v8 },
    peers: peers.map(({ name, version, threads = 1 }) => ({ name, version, threads })),
    cases,
    curves,
    roofline,
  };
  writeFileSync("bench/peers.json", `${JSON.stringify(run)}\n`);
}
