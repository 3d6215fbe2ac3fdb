// npm run bench:compare [-- --rounds 15] [--classes 131072] [--rows 256] [--quick]
//
// What a row of two models' logits takes, f32, in nanoseconds per class: all that compareLogits says of it beside the sum of the
// measures that say it one by one, in the engine's memory; then streams of rows, by as many threads, from arrays outside of it.

import { parseArgs } from "node:util";
import { compareLogits, type RowBatch } from "../src/compare/index.js";
import { findLargest } from "../src/compare/kernels.js";
import { widthOf } from "../src/compare/rowResults.js";
import { compareLoop } from "../src/compare/rows.js";
import { createRuntimeSync } from "../src/engine/create.js";
import { doHere } from "../src/engine/work.js";
import * as logratio from "../src/index.js";
import { makeRows, measureInTurns, median, ratioOf, shownRatio } from "./harness.js";
import { klDivergenceOfLogits } from "./klDivergenceOfLogits.bench.js";

const { values: flags } = parseArgs({
  options: {
    classes: { type: "string", default: "131072" },
    rounds: { type: "string", default: "15" },
    rows: { type: "string", default: "256" },
    quick: { type: "boolean", default: false },
  },
});
const ROUNDS = flags.quick ? 2 : Number(flags.rounds);
const MILLISECONDS = flags.quick ? 1 : 25;
const TOP_K = 10;
const classes = Number(flags.classes);

const rows = makeRows("f32", classes, klDivergenceOfLogits);
const logits = { input: "logits" } as const;

function onOneThread(): Record<string, () => unknown> {
  const engine = logratio.createEngineSync({ backend: "simd" });
  const runtime = createRuntimeSync("bench", { backend: "simd" });
  const [p, q] = [rows.p, rows.q].map((row) => {
    const place = engine.float32(classes);
    place.set(row);
    return place;
  });
  const [a, b] = [rows.p, rows.q].map((row) => {
    const place = runtime.memory.allocate(Float32Array, classes);
    place.set(row as Float32Array);
    return place;
  });
  const work = {
    functionName: "compareLogits",
    loopName: "compareLogits",
    loop: compareLoop,
    rows: 1,
    width: widthOf(0),
    arrays: [a, b, Int32Array.of(17)].map((array) => ({ array, perRow: classes })),
    settings: {
      classes,
      temperature: 1,
      topK: TOP_K,
      topTokens: 0,
      kinds: ["logits", "logits"] as const,
      formats: [null, null],
    },
    finish: () => {},
  };
  const values = new Float64Array(widthOf(0));
  const indices = new Int32Array(TOP_K);
  const apart: Record<string, () => unknown> = {
    "KL(p‖q)": () => logratio.klDivergence(p, q, logits),
    "KL(q‖p)": () => logratio.klDivergence(q, p, logits),
    JS: () => logratio.jsDivergence(p, q, logits),
    "H(p)": () => logratio.entropy(p, logits),
    "H(q)": () => logratio.entropy(q, logits),
    "ln Σ e^p": () => logratio.logSumExp(p),
    "ln Σ e^q": () => logratio.logSumExp(q),
    "k largest of p": () => findLargest(runtime.backend, a, 0, classes, indices),
    "k largest of q": () => findLargest(runtime.backend, b, 0, classes, indices),
  };
  return {
    "one by one": () => Object.values(apart).map((call) => call()),
    "a whole row": () => doHere(runtime.backend, work, values, 0, 1),
    ...apart,
  };
}

function show(times: Record<string, number[]>, numbers: number, base: string): void {
  for (const [name, all] of Object.entries(times)) {
    const nanoseconds = (median(all) / numbers).toFixed(3);
    console.log(
      `${name.padEnd(24)} ${nanoseconds.padStart(8)} ns per class  × ${shownRatio(ratioOf(times[base], all))}`,
    );
  }
}

console.log(`${classes} classes`);
show(await measureInTurns(onOneThread(), ROUNDS, MILLISECONDS), classes, "one by one");

const count = Number(flags.rows);
const matrix = (row: ArrayLike<number>) => {
  const all = new Float32Array(count * classes);
  for (let r = 0; r < count; r++) all.set(row, r * classes);
  return all;
};
const [base, other] = [matrix(rows.p), matrix(rows.q)];
async function* batches(all: Float32Array): AsyncGenerator<RowBatch> {
  for (let r = 0; r < count; r += 16) yield { data: all.subarray(r * classes, Math.min(count, r + 16) * classes) };
}
const streams: Record<string, number[]> = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const threads of [1, 2]) {
    let started = 0;
    // from the middle on: threads start while the first rows are computed
    await compareLogits(batches(base), batches(other), {
      classes,
      threads,
      topK: TOP_K,
      onRows: (first) => {
        if (first >= count / 2) started ||= performance.now();
      },
    });
    streams[`${threads} threads`] ??= [];
    streams[`${threads} threads`].push((performance.now() - started) * 1e6);
  }
}
console.log(`${count} rows in a stream`);
const batchRows = Math.max(1, Math.floor(2 ** 21 / classes));
show(streams, (count / 2 - batchRows) * classes, "1 threads");
