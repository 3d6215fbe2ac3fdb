// npm run bench:counts [-- --rounds 21 --quick --save bench/counts.json]
//
// Measures of raw counts: how often each of 200,006 tokens occurs in State of the Union addresses. Most counts are 0, and totals differ. As in
// run.ts every contestant takes a turn in each round, and ratios are taken round by round. The loop skips zeros.

import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import * as logratio from "../dist/index.js";
import { addOne, countTokens, readAddresses } from "../examples/corpus.js";
import { fastestApart, makeRandom, measureInTurns, median, printTable, ratioOf, shownRatio } from "./harness.js";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "21" },
    quick: { type: "boolean", default: false },
    save: { type: "string" },
  },
});
const ROUNDS = flags.quick ? 2 : Number(flags.rounds);
const MILLISECONDS = flags.quick ? 1 : 12;

const MEASURES = {
  klDivergence: logratio.klDivergence,
  jsDivergence: logratio.jsDivergence,
  entropy: (p: Row, _: Row, options: logratio.MeasureOptions) => logratio.entropy(p, options),
  crossEntropy: logratio.crossEntropy,
  totalVariationDistance: logratio.totalVariationDistance,
  hellingerDistance: logratio.hellingerDistance,
};

type Row = Float32Array | Uint32Array;
type Loop = (p: Row, q: Row) => number;

export interface CountsResult {
  measure: string;
  rows: string;
  contestant: string;
  /** Median over the rounds. */
  nanosecondsPerClass: number;
  /** Time of the loop by this one's, round by round: median and both quartiles. */
  ratio: [number, number, number];
}

// each makes the two sums first
const kl: Loop = (p, q) => {
  let [pSum, qSum, sum] = [0, 0, 0];
  for (let i = 0; i < p.length; i++) {
    pSum += p[i];
    qSum += q[i];
  }
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += p[i] * Math.log(p[i] / q[i]);
  return sum / pSum + Math.log(qSum / pSum);
};

const crossEntropy: Loop = (p, q) => {
  let [pSum, qSum, sum] = [0, 0, 0];
  for (let i = 0; i < p.length; i++) {
    pSum += p[i];
    qSum += q[i];
  }
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += p[i] * Math.log(q[i]);
  return Math.log(qSum) - sum / pSum;
};

const entropy: Loop = (p) => {
  let [pSum, sum] = [0, 0];
  for (let i = 0; i < p.length; i++) pSum += p[i];
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += p[i] * Math.log(p[i]);
  return Math.log(pSum) - sum / pSum;
};

const js: Loop = (p, q) => {
  let [pSum, qSum, sum] = [0, 0, 0];
  for (let i = 0; i < p.length; i++) {
    pSum += p[i];
    qSum += q[i];
  }
  for (let i = 0; i < p.length; i++) {
    const x = p[i] / pSum;
    const y = q[i] / qSum;
    if (x > 0) sum += x * Math.log((2 * x) / (x + y));
    if (y > 0) sum += y * Math.log((2 * y) / (x + y));
  }
  return sum / 2;
};

const totalVariation: Loop = (p, q) => {
  let [pSum, qSum, sum] = [0, 0, 0];
  for (let i = 0; i < p.length; i++) {
    pSum += p[i];
    qSum += q[i];
  }
  for (let i = 0; i < p.length; i++) sum += Math.abs(p[i] / pSum - q[i] / qSum);
  return sum / 2;
};

const hellinger: Loop = (p, q) => {
  let [pSum, qSum, sum] = [0, 0, 0];
  for (let i = 0; i < p.length; i++) {
    pSum += p[i];
    qSum += q[i];
  }
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += Math.sqrt((p[i] / pSum) * (q[i] / qSum));
  return Math.sqrt(1 - sum);
};

// --- the rows

const addresses = readAddresses(() => {});
const of = (from: number, to: number) => countTokens(addresses.filter(({ year }) => year >= from && year <= to));
const [early, late, one, all] = [of(1790, 1829), of(1990, 2021), of(2019, 2019), of(1790, 2021)];
const { uniform, gaussian } = makeRandom();
const order = Uint32Array.from(all, (_, i) => i);
for (let i = order.length - 1; i > 0; i--) {
  const j = Math.floor((i + 1) * uniform());
  [order[i], order[j]] = [order[j], order[i]];
}
const shuffled = (row: Float64Array) => Float64Array.from(order, (i) => row[i]);
const weights = Float64Array.from(all, () => 100 * Math.exp(2 * gaussian()));
const others = weights.map((x) => 3.3 * x * Math.exp(0.5 * gaussian()));

const share = (row: Float64Array) => `${((100 * row.filter((x) => x > 0).length) / row.length).toFixed(1)} %`;
const ERA = `an era (${share(early)} not 0), all addresses (${share(all)})`;
const ERAS = `two eras (${share(early)}, ${share(late)})`;
const DENSE = "dense weights";

const CASES: readonly [measure: keyof typeof MEASURES, loop: Loop, rows: string, p: Float64Array, q: Float64Array][] = [
  ["klDivergence", kl, ERA, early, all],
  ["klDivergence", kl, "the same, shuffled", shuffled(early), shuffled(all)],
  ["klDivergence", kl, `an address (${share(one)}), all addresses`, one, all],
  ["klDivergence", kl, "two eras, the second plus 1", early, addOne(late)],
  ["klDivergence", kl, DENSE, weights, others],
  ["jsDivergence", js, ERAS, early, late],
  ["jsDivergence", js, "the same, shuffled", shuffled(early), shuffled(late)],
  ["jsDivergence", js, DENSE, weights, others],
  ["entropy", entropy, ERA, early, all],
  ["entropy", entropy, DENSE, weights, others],
  ["crossEntropy", crossEntropy, ERA, early, all],
  ["totalVariationDistance", totalVariation, ERAS, early, late],
  ["hellingerDistance", hellinger, ERAS, early, late],
];

// --- the run

const columns: [string, (result: CountsResult) => string][] = [
  ["", ({ measure }) => measure.padEnd(24)],
  ["", ({ rows }) => rows.padEnd(50)],
  ["", ({ contestant }) => contestant.padEnd(26)],
  ["ns per class", ({ nanosecondsPerClass }) => nanosecondsPerClass.toFixed(3)],
  ["times as fast", ({ ratio }) => shownRatio(ratio)],
];

const [load] = loadavg();
if (load > cpus().length / 2)
  console.log(`Other work is going on (load average ${load.toFixed(1)}): ratios will be wrong`);

const simd = logratio.createEngineSync({ backend: "simd" });
const inJs = logratio.createEngineSync({ backend: "js" });
const results: CountsResult[] = [];
for (const [name, loop, rows, x, y] of CASES) {
  const call = (p: Row, q: Row, engine?: logratio.Engine) => MEASURES[name](p, q, { normalize: true, engine });
  const [p, q] = [Float32Array.from(x), Float32Array.from(y)];
  const [pOwn, qOwn] = [simd.float32(p.length), simd.float32(q.length)];
  pOwn.set(p);
  qOwn.set(q);
  const [pLoop, qLoop, pJs, qJs] = [p.slice(), q.slice(), p.slice(), q.slice()];
  const apart = fastestApart(loop, pLoop, qLoop);
  const contestants: Record<string, () => number> = {
    "a loop that skips zeros": () => apart(pLoop, qLoop),
    "simd, in its memory": () => call(pOwn, qOwn),
    "simd, copied": () => call(p, q, simd),
    ...(rows !== DENSE && {
      "simd, from Uint32Array": (
        (a: Row, b: Row) => () =>
          call(a, b, simd)
      )(Uint32Array.from(x), Uint32Array.from(y)),
    }),
    js: () => call(pJs, qJs, inJs),
  };
  const expected = apart(pLoop, qLoop);
  for (const [contestant, run] of Object.entries(contestants)) {
    if (!(Math.abs(run() - expected) <= 1e-5 * expected))
      throw new Error(`${name}, ${contestant}: ${run()} is not ${expected}`);
  }
  const times = await measureInTurns(contestants, ROUNDS, MILLISECONDS);
  const first = times["a loop that skips zeros"];
  const measured = Object.keys(contestants).map((contestant) => ({
    measure: name,
    rows,
    contestant,
    nanosecondsPerClass: median(times[contestant]) / p.length,
    ratio: ratioOf(first, times[contestant]),
  }));
  printTable(columns, measured);
  results.push(...measured);
  for (const view of [pOwn, qOwn]) simd.free(view);
}

if (flags.save) {
  const machine = { cpu: cpus()[0].model.trim(), cores: cpus().length, node: process.version, load };
  const command = `npm run bench:counts -- ${process.argv.slice(2).join(" ")}`;
  writeFileSync(flags.save, `${JSON.stringify({ command, machine, results }, null, 1)}\n`);
}
