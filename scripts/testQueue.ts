// npm run test:queue [-- --kills 50 --seed 1]
//
// logratio/queue over a real Redis (redis-server must be installed), as built in dist: four workers are killed at random and started
// again, Redis is restarted once, a producer is killed. Every report must have the bytes of one process.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Queue } from "bullmq";
import { writeNpy, writeTokens } from "../src/compare/index.js";
import { randomNumbers } from "../test/random.js";
import { freePort, OwnRedis } from "./redis.js";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "50" }, seed: { type: "string", default: "1" } },
});
const KILLS = Number(values.kills);
const WORKERS = 4;
/** In seconds, until a killed worker's shard is taken over. */
const TAKEOVER = 1;

const random = randomNumbers(Number(values.seed));
const folder = mkdtempSync(join(tmpdir(), "logratio-queue-"));
const at = (name: string) => join(folder, name);
const CLI = resolve("dist/cli.js");
const running = new Set<ChildProcess>();

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

function start(args: readonly string[], cli = CLI): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  const ended = once(child, "close").then(([code]) => {
    running.delete(child);
    return { code, said };
  });
  return { child, ended };
}

const run = (args: readonly string[]) => start(args).ended;

const files = ["base.npy", "q4.npy", "q2.npy", "--tokens", "tokens.npy", "--groups", "groups.txt"];

/** All reports, of one process or of a queue. */
async function reportsOf(args: readonly string[]): Promise<string> {
  const outputs = ["json", "html", "markdown", "csv"].map((name) => [`--${name}`, at(`report.${name}`)]);
  const { code, said } = await run(["compare", ...files, ...args, ...outputs.flat()]);
  assert.equal(code, 0, said);
  return [said, ...outputs.map(([, path]) => readFileSync(path, "utf8"))].join("\n");
}

async function makeFiles(rows: number, classes: number): Promise<void> {
  const base = Float32Array.from({ length: rows * classes }, () => 8 * (random() - 0.5));
  for (const [name, spread] of Object.entries({ base: 0, q4: 0.2, q2: 1 })) {
    const data = base.map((x) => x + spread * (random() - 0.5));
    await writeNpy(at(`${name}.npy`), [{ data }], { classes });
  }
  await writeTokens(
    at("tokens.npy"),
    Int32Array.from({ length: rows }, () => Math.floor(classes * random())),
  );
  writeFileSync(at("groups.txt"), Array.from({ length: rows }, (_, r) => `group ${r % 7}`).join("\n"));
}

const redis = new OwnRedis(await freePort(), folder);
const worker = (...args: string[]) => ["worker", "--redis", redis.url, "--takeover", String(TAKEOVER), ...args];
const queued = (shards: number) => ["--redis", redis.url, "--shards", String(shards)];

async function countJobs(): Promise<number> {
  const queue = new Queue("logratio", { connection: { url: redis.url } });
  const counts = await queue.getJobCounts("wait", "active", "delayed", "waiting-children", "prioritized");
  await queue.close();
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Kills workers, and restarts Redis once, in the middle. */
class Chaos {
  kills = 0;
  isEnough = false;

  async run(): Promise<void> {
    const workers = Array.from({ length: WORKERS }, () => start(worker("--threads", "1")));
    let isRestarted = false;
    while (!this.isEnough) {
      // some have computed for a while by then, some have not begun
      await pause(100 + 900 * random());
      if (this.kills >= KILLS) continue;
      const i = Math.floor(WORKERS * random());
      workers[i].child.kill("SIGKILL");
      await workers[i].ended;
      workers[i] = start(worker("--threads", "1"));
      this.kills++;
      if (isRestarted || this.kills < KILLS / 2) continue;
      isRestarted = true;
      await redis.stop("SIGKILL");
      await pause(500);
      await redis.start();
      console.log("Redis was killed, and started again");
    }
    // what is asked to end, ends after its job
    for (const { child } of workers) child.kill("SIGTERM");
    for (const { ended } of workers) assert.equal((await ended).code, 0);
  }
}

try {
  await makeFiles(1500, 5000);
  await redis.start();
  const whole = await reportsOf([]);

  // without workers: what is cancelled is taken from the queue
  const cancelled = start(["compare", ...files, ...queued(10)]);
  for (let i = 0; (await countJobs()) < 11; i++) {
    assert.ok(i < 200, "nothing was put into the queue");
    await pause(100);
  }
  cancelled.child.kill("SIGINT");
  assert.deepEqual(await cancelled.ended, {
    code: 130,
    said: "logratio: interrupted; what had not begun was taken from the queue\n",
  });
  assert.equal(await countJobs(), 0);
  console.log("cancelled");

  // a worker reads in its folder alone
  mkdirSync(at("elsewhere"));
  symlinkSync(at("base.npy"), at("elsewhere/link.npy"));
  const narrow = start(worker("--root", at("elsewhere")));
  for (const path of ["base.npy", at("elsewhere/link.npy"), "elsewhere/../base.npy"]) {
    const { code, said } = await run(["compare", path, "q4.npy", "--redis", redis.url, "--shards", "1"]);
    assert.equal(code, 2);
    assert.match(said, /is not in .*elsewhere, which this worker reads/);
  }
  narrow.child.kill("SIGTERM");
  assert.equal((await narrow.ended).code, 0);
  console.log("kept in its folder");

  // a worker of another version is refused, and the work is done by others
  const other = at("other/node_modules");
  mkdirSync(join(other, "logratio"), { recursive: true });
  cpSync("dist", join(other, "logratio/dist"), { recursive: true });
  const description = JSON.parse(readFileSync("package.json", "utf8"));
  writeFileSync(join(other, "logratio/package.json"), JSON.stringify({ ...description, version: "9.9.9" }));
  for (const name of ["bullmq", "ioredis"]) symlinkSync(resolve("node_modules", name), join(other, name));
  const stranger = start(worker(), join(other, "logratio/dist/cli.js"));
  const beside = reportsOf(queued(11));
  const refused = await stranger.ended;
  assert.equal(refused.code, 2, refused.said);
  assert.match(refused.said, /this worker is refused: .*is of logratio .*, and this is 9\.9\.9/);
  const right = start(worker());
  assert.equal(await beside, whole);
  right.child.kill("SIGTERM");
  await right.ended;
  console.log("refused another version");

  // the same bytes, whoever is killed
  let reports = 0;
  const chaos = new Chaos();
  const disturbed = chaos.run();
  disturbed.catch(() => {});
  const started = performance.now();
  for (let shards = 20; reports === 0 || chaos.kills < KILLS; shards++) {
    if (shards % 5 === 1) {
      // whoever asked is killed too, and asks again
      const first = start(["compare", ...files, ...queued(shards)]);
      await pause(1500 * random());
      first.child.kill("SIGKILL");
      await first.ended;
    }
    // other shards are other jobs
    assert.equal(await reportsOf(queued(shards)), whole);
    reports++;
  }
  chaos.isEnough = true;
  await disturbed;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${reports} reports of the same bytes in ${seconds} s, while workers were killed ${chaos.kills} times`);
} finally {
  for (const child of running) child.kill("SIGKILL");
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
