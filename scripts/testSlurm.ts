// npm run test:slurm [-- --tasks 3]
//
// examples/slurm on a Slurm of one node (slurm-wlm and munge must be installed, and this must be root), as built in dist: an array of
// parts, of which one task is killed and one is requeued, and a job that merges them. The report must have the bytes of one process.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { writeNpy, writeTokens } from "../src/compare/index.js";
import { randomNumbers } from "../test/random.js";
import { OwnSlurm } from "./slurm.js";

const { values } = parseArgs({ options: { tasks: { type: "string", default: "3" } } });
const tasks = Number(values.tasks);

const folder = mkdtempSync(join(tmpdir(), "logratio-slurm-"));
const at = (name: string) => join(folder, name);
const command = [process.execPath, "--import", at("stop.mjs"), resolve("dist/cli.js")];
const files = ["base.npy", "q4.npy", "--tokens", "tokens.npy"];

async function makeFiles(rows: number, classes: number): Promise<void> {
  const random = randomNumbers(3);
  const base = Float32Array.from({ length: rows * classes }, () => 8 * (random() - 0.5));
  await writeNpy(at("base.npy"), [{ data: base }], { classes });
  await writeNpy(at("q4.npy"), [{ data: base.map((x) => x + 0.3 * (random() - 0.5)) }], { classes });
  await writeTokens(
    at("tokens.npy"),
    Int32Array.from({ length: rows }, () => Math.floor(classes * random())),
  );
}

/**
 * Of the first two tasks, the first runs stop by themselves when their first checkpoint is there, so that they are in their midst for
 * certain, however fast the machine is.
 */
const STOP = `import fs from "node:fs/promises";
const { rename } = fs;
const { SLURM_ARRAY_TASK_ID: task, SLURM_RESTART_COUNT: restarts = "0" } = process.env;
if ((task === "1" || task === "2") && restarts === "0") {
  fs.rename = async (...paths) => {
    await rename(...paths);
    process.kill(process.pid, "SIGSTOP");
  };
}
`;

/** The process that computes a shard. */
function processOf(task: number): number | undefined {
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const args = readFileSync(`/proc/${id}/cmdline`, "utf8").split("\0");
      if (command.some((arg, i) => args[i] !== arg) || !args.includes(at("parts"))) continue;
      const environment = readFileSync(`/proc/${id}/environ`, "utf8").split("\0");
      if (environment.includes(`SLURM_ARRAY_TASK_ID=${task}`)) return Number(id);
    } catch {
      // it has ended
    }
  }
  return undefined;
}

const partOf = (task: number): string => at(`parts/part-${task}-of-${tasks}.json`);

/** Resolves when a task has its first checkpoint. */
async function untilBegun(task: number): Promise<void> {
  for (let i = 0; !existsSync(partOf(task)); i++) {
    if (i === 3000) throw new Error(`task ${task} does not begin: ${slurm.run("squeue")}`);
    await pause(20);
  }
  const { start, next, end } = JSON.parse(readFileSync(partOf(task), "utf8"));
  assert.ok(start < next && next < end, `task ${task} is not in its midst: ${start}, ${next}, ${end}`);
}

const slurm = new OwnSlurm(folder);
try {
  writeFileSync(at("stop.mjs"), STOP);
  await makeFiles(6000, 3000);
  mkdirSync(at("parts"));
  execFileSync(command[0], [...command.slice(1), "compare", ...files, "--json", "whole.json", "--html", "whole.html"], {
    cwd: folder,
  });
  await slurm.start();

  const said = execFileSync(resolve("examples/slurm/submit.sh"), files, {
    cwd: folder,
    encoding: "utf8",
    env: { ...slurm.environment, TASKS: String(tasks), PARTS: at("parts"), LOGRATIO: command.join(" ") },
  });
  const [, array, merge] = /^parts (\d+), merged by (\d+),/.exec(said) ?? [];
  assert.ok(merge, said);

  // the first task's process is killed, the second task is requeued, both in their midst
  await untilBegun(1);
  process.kill(processOf(1) as number, "SIGKILL");
  await untilBegun(2);
  slurm.run("scontrol", "requeue", `${array}_2`);
  const stateOf = (job: string) => /JobState=(\w+)/.exec(slurm.run("scontrol", "show", "job", job))?.[1];
  for (let i = 0; stateOf(merge) === "PENDING" || stateOf(merge) === "RUNNING"; i++) {
    assert.ok(i < 600, slurm.run("squeue"));
    // what is requeued waits for two minutes by itself
    const waiting = slurm.run("squeue", "--noheader", "--format=%i %r").split("\n");
    for (const line of waiting.filter((text) => text.endsWith("(BeginTime)") || text.endsWith(" BeginTime"))) {
      slurm.run("scontrol", "update", `JobId=${line.split(" ")[0]}`, "StartTime=now");
    }
    await pause(200);
  }
  assert.equal(stateOf(merge), "COMPLETED", slurm.run("scontrol", "show", "job", array));
  for (const task of [1, 2]) {
    assert.match(slurm.run("scontrol", "show", "job", `${array}_${task}`), /Restarts=1\b/);
  }
  for (const name of ["json", "html"]) {
    assert.equal(readFileSync(at(`parts/report.${name}`), "utf8"), readFileSync(at(`whole.${name}`), "utf8"));
  }
  console.log(`${tasks} tasks, one killed and one requeued: the report has the bytes of one process`);
} finally {
  await slurm.stop();
  rmSync(folder, { recursive: true, force: true });
}
