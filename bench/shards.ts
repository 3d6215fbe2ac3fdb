// npm run bench:shards [-- --rows 512 --classes 131072 --rounds 5]
//
// The same comparison by one process with two threads, by two shards with a thread each and a merge, and by two workers of a queue with a
// thread each (redis-server must be installed), as built in dist. In turns; the best of the rounds is told: it is the least disturbed.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { freePort, OwnRedis } from "../scripts/redis.js";
import { writeNpy } from "../src/compare/index.js";
import { randomNumbers } from "../test/random.js";

const { values: flags } = parseArgs({
  options: {
    rows: { type: "string", default: "512" },
    classes: { type: "string", default: "131072" },
    rounds: { type: "string", default: "5" },
  },
});
const [rows, classes, rounds] = [flags.rows, flags.classes, flags.rounds].map(Number);
const folder = mkdtempSync(join(tmpdir(), "logratio-shards-"));
const redis = new OwnRedis(await freePort(), folder);
const workers: ChildProcess[] = [];
const files = ["base.npy", "other.npy"];

const start = (args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [resolve("dist/cli.js"), ...args], { cwd: folder, stdio: "ignore" });

async function run(...args: readonly string[]): Promise<void> {
  const [code] = await once(start(args), "close");
  if (code !== 0) throw new Error(`logratio ${args.join(" ")}: exit ${code}`);
}

async function makeFiles(): Promise<void> {
  const random = randomNumbers(1);
  const rowsOf = function* (spread: number) {
    for (let r = 0; r < rows; r++) {
      yield { data: Float32Array.from({ length: classes }, (_, i) => ((i * 37 + r) % 101) / 20 + spread * random()) };
    }
  };
  for (const [i, name] of files.entries()) await writeNpy(join(folder, name), rowsOf(1 + i), { classes });
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

try {
  await makeFiles();
  await redis.start();
  for (let i = 0; i < 2; i++) workers.push(start(["worker", "--redis", redis.url, "--threads", "1"]));
  const parts = ["1.json", "2.json"];
  // a queue keeps what it has found, so each round has other shards
  let shards = 2;
  const ways: Record<string, () => Promise<void>> = {
    "one process, two threads": () => run("compare", ...files, "--threads", "2", "--json", "report.json"),
    "two shards, and a merge": async () => {
      for (const part of parts) rmSync(join(folder, part), { force: true });
      const shardOf = (part: string, i: number) =>
        run("compare", ...files, "--threads", "1", "--shard", `${i + 1}/2`, "--checkpoint", part);
      await Promise.all(parts.map(shardOf));
      await run("merge", ...parts, "--json", "report.json");
    },
    "two workers of a queue": () =>
      run("compare", ...files, "--redis", redis.url, "--shards", String(shards++), "--json", "report.json"),
  };
  const best = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of Object.entries(ways)) {
      best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, await secondsOf(work)));
    }
  }
  const whole = best.get("one process, two threads") as number;
  for (const [name, seconds] of best) {
    console.log(`${name.padEnd(25)} ${seconds.toFixed(2)} s, ${(whole / seconds).toFixed(2)} of its speed`);
  }
} finally {
  for (const worker of workers) worker.kill("SIGKILL");
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
