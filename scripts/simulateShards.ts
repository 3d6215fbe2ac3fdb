// npm run simulate [-- --shards 10000 --rows 100 --workers 1000 --failures 0.02 --seed 1]
//
// What many shards come to: makes the parts of a comparison of random results, in files, and merges them by the command as built in
// dist: time, memory, bytes. The times of the shards, with stragglers and failures, are drawn at random; so is the order of the parts.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { RowResults } from "../src/compare/index.js";
import { ln } from "../src/numbers/scalar.js";
import { COMPARISON, type ComparisonOptions } from "../src/shards/comparison.js";
import type { Subject } from "../src/shards/kind.js";
import { partText } from "../src/shards/part.js";
import { shardRange } from "../src/shards/plan.js";
import { VERSION } from "../src/shards/version.js";
import { randomNumbers } from "../test/random.js";

const { values } = parseArgs({
  options: {
    shards: { type: "string", default: "10000" },
    rows: { type: "string", default: "100" },
    workers: { type: "string", default: "1000" },
    failures: { type: "string", default: "0.02" },
    seed: { type: "string", default: "1" },
  },
});
const [shards, rows, workers, failures, seed] = [
  ...[values.shards, values.rows, values.workers, values.failures, values.seed],
].map(Number);
const random = randomNumbers(seed);
/** Positive, of mean 1. */
const exponential = (): number => -ln(random());

function resultsOf(first: number, count: number): RowResults {
  const column = (of: () => number) => Float64Array.from({ length: count }, of);
  const tokens = Int32Array.from({ length: count }, () => Math.floor(50_000 * random()));
  const tops = Int32Array.from(tokens, (token) => (random() < 0.6 ? token : token + 1));
  const kl = column(() => 0.01 * exponential());
  return {
    ...{ count, kl, reverseKl: kl.map((x) => x * (1 + 0.1 * random())), js: kl.map((x) => x / 8) },
    ...{ baseEntropy: column(exponential), otherEntropy: column(exponential) },
    ...{ crossEntropy: column(exponential), reverseCrossEntropy: column(exponential), tokens },
    ...{ baseLogProbability: column(() => -exponential()), otherLogProbability: column(() => -exponential()) },
    ...{ baseTop: tops, otherTop: first % 3 === 0 ? tops : tokens },
    ...{ topOverlap: column(() => Math.floor(11 * random()) / 10), top5Overlap: column(() => 1) },
    ...{ baseTopLogProbability: column(() => -exponential()), otherTopLogProbability: column(() => -exponential()) },
    acceptance: column(() => Number.NaN),
    baseLooksLikeProbabilities: new Uint8Array(count),
    otherLooksLikeProbabilities: new Uint8Array(count),
  };
}

/** When each shard ends, in mean times of a shard: every worker takes the next one; one that fails is done again, after all others. */
function endsOf(): { ends: readonly number[]; attempts: number } {
  const free = new Array<number>(Math.min(workers, shards)).fill(0);
  const ends = new Array<number>(shards).fill(0);
  const queue = Array.from({ length: shards }, (_, i) => i);
  let attempts = 0;
  for (let at = 0; at < queue.length; at++) {
    const worker = free.indexOf(Math.min(...free));
    attempts++;
    // one in a hundred takes ten times as long
    const time = (0.8 + 0.2 * exponential()) * (random() < 0.01 ? 10 : 1);
    const isLost = random() < failures;
    free[worker] += isLost ? time * random() : time;
    if (isLost) queue.push(queue[at]);
    else ends[queue[at]] = free[worker];
  }
  return { ends, attempts };
}

const folder = mkdtempSync(join(tmpdir(), "logratio-simulated-"));
try {
  const { ends, attempts } = endsOf();
  const span = Math.max(...ends);
  const ideal = shards / Math.min(workers, shards);
  console.log(
    `${shards} shards by ${workers} workers: ${attempts} attempts, done after ${span.toFixed(1)} mean times of a shard ` +
      `(${ideal.toFixed(1)} if all were alike and none failed)`,
  );
  const options: ComparisonOptions = {
    ...{
      open: [{}, {}],
      input: ["logits", "logits"],
      classes: 131_072,
      start: 0,
      end: shards * rows,
      temperature: 1,
      topK: 10,
    },
    ...{ blockRows: 0, acceptance: false, texts: false, floors: [] },
  };
  const file = { name: "base.npy", size: 1, sha256: "0".repeat(64) };
  const model = { path: "base.npy", files: [file], shape: [shards * rows, 131_072] as const };
  const inputs = { base: model, other: { ...model, path: "other.npy" }, tokens: null, groups: null };
  const subject: Subject<ComparisonOptions> = { command: "compare", logratio: VERSION, inputs, options };
  let bytes = 0;
  const paths: string[] = [];
  for (let i = 0; i < shards; i++) {
    const range = shardRange(options, i, shards);
    const results = COMPARISON.empty(options);
    const own = resultsOf(range.start, range.end - range.start);
    const [{ summary, charts }] = results.candidates;
    summary.add(range.start, own);
    charts.add(range.start, own);
    paths.push(join(folder, `${i}.json`));
    writeFileSync(paths[i], partText({ subject, range, next: range.end, results }));
    bytes += statSync(paths[i]).size;
  }
  // in the order in which they would be there
  const order = paths.map((_, i) => i).sort((a, b) => ends[a] - ends[b]);
  const report = join(folder, "report.json");
  const program = `const start = performance.now();
process.argv.splice(1, 0, ${JSON.stringify(resolve("dist/cli.js"))});
process.on("exit", () => console.error(JSON.stringify({ seconds: (performance.now() - start) / 1000, ...process.resourceUsage() })));
await import(${JSON.stringify(resolve("dist/cli.js"))});`;
  const args = ["merge", ...order.map((i) => paths[i]), "--json", report];
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program, "--", ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  const { seconds, maxRSS } = JSON.parse(stderr.trim().split("\n").at(-1) as string);
  console.log(`parts: ${(bytes / 1e6).toFixed(0)} MB, ${(bytes / shards / rows).toFixed(0)} bytes a row`);
  console.log(`merge: ${seconds.toFixed(1)} s, ${(maxRSS / 1024).toFixed(0)} MB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
