// npm run bench:shards [-- --rows 512 --classes 131072 --rounds 9]
//
// The same comparison by one process with two threads, by two shards with a thread each and a merge, by two workers of a queue with a
// thread each (redis-server must be installed), and from a server of files on loopback: as built in dist, in turns. And what a shard
// of one row takes longer than an empty script. Medians, with the quartiles of the ratios of each round.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { freePort, OwnRedis } from "../scripts/redis.js";
import { writeNpy } from "../src/compare/index.js";
import { randomNumbers } from "../test/random.js";
import { median, quantile, ratioOf, shownRatio } from "./harness.js";

const { values: flags } = parseArgs({
  options: {
    rows: { type: "string", default: "512" },
    classes: { type: "string", default: "131072" },
    rounds: { type: "string", default: "9" },
  },
});
const [rows, classes, rounds] = [flags.rows, flags.classes, flags.rounds].map(Number);
const folder = mkdtempSync(join(tmpdir(), "logratio-shards-"));
const redis = new OwnRedis(await freePort(), folder);
const others: ChildProcess[] = [];
const files = ["base.npy", "other.npy"];

const start = (args: readonly string[]): ChildProcess =>
  spawn(process.execPath, args, { cwd: folder, stdio: "ignore" });
const command = (...args: readonly string[]): readonly string[] => [resolve("dist/cli.js"), ...args];

async function done(args: readonly string[]): Promise<void> {
  const [code] = await once(start(args), "close");
  if (code !== 0) throw new Error(`node ${args.join(" ")}: exit ${code}`);
}

const run = (...args: readonly string[]): Promise<void> => done(command(...args));

/** A process of its own that serves the files; its origin. */
async function serve(): Promise<string> {
  const server = spawn(process.execPath, ["--import", "tsx", resolve("bench/rangeServer.ts"), folder, ...files], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  others.push(server);
  const [line] = await once(server.stdout, "data");
  return String(line).trim();
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

async function millisecondsOf(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

async function inTurns(ways: Record<string, () => Promise<void>>): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of Object.entries(ways)) times[name].push(await millisecondsOf(work));
  }
  return times;
}

try {
  await makeFiles();
  await redis.start();
  const origin = await serve();
  for (let i = 0; i < 2; i++) others.push(start(command("worker", "--redis", redis.url, "--threads", "1")));
  const urls = files.map((name) => `${origin}/${name}`);
  const parts = ["1.json", "2.json"];
  // a queue keeps what it has found, so each round asks for something else
  let blockRows = 32;
  const ways: Record<string, () => Promise<void>> = {
    "one process, two threads": () => run("compare", ...files, "--threads", "2", "--json", "report.json"),
    "two shards, and a merge": async () => {
      for (const part of parts) rmSync(join(folder, part), { force: true });
      const shardOf = (part: string, i: number) =>
        run("compare", ...files, "--threads", "1", "--shard", `${i + 1}/2`, "--checkpoint", part);
      await Promise.all(parts.map(shardOf));
      await run("merge", ...parts, "--json", "report.json");
    },
    "two workers of a queue": () => {
      const other = ["--block-rows", String(blockRows++)];
      return run("compare", ...files, "--redis", redis.url, "--shards", "4", ...other, "--json", "report.json");
    },
    "two threads, from loopback": () => run("compare", ...urls, "--threads", "2", "--json", "report.json"),
    // here the server has a core to itself, of two
    "one process, one thread": () => run("compare", ...files, "--threads", "1", "--json", "report.json"),
    "one thread, from loopback": () => run("compare", ...urls, "--threads", "1", "--json", "report.json"),
  };
  const times = await inTurns(ways);
  for (const [name, all] of Object.entries(times)) {
    const reference = name.includes("one thread") ? "one process, one thread" : "one process, two threads";
    const ratio = shownRatio(ratioOf(times[reference], all));
    console.log(`${name.padEnd(26)} ${(median(all) / 1000).toFixed(2)} s, ${ratio} of the speed of ${reference}`);
  }
  writeFileSync(join(folder, "empty.mjs"), "");
  const starts = await inTurns({
    empty: () => done(["empty.mjs"]),
    shard: async () => {
      rmSync(join(folder, "one.json"), { force: true });
      await run("compare", ...files, "--shard", `1/${rows}`, "--checkpoint", "one.json");
    },
  });
  const added = starts.shard.map((time, round) => time - starts.empty[round]);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(added, share).toFixed(0));
  console.log(`a shard of one row takes ${middle} ms (${low} to ${high}) more than an empty script`);
} finally {
  for (const other of others) other.kill("SIGKILL");
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
