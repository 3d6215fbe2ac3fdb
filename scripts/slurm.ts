// A Slurm of one's own, of one node that is this machine: munged, slurmctld and slurmd, in a folder and on ports of their own. It needs
// neither systemd nor control groups. For root, as which the daemons run.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./redis.js";

export class OwnSlurm {
  readonly #folder: string;
  readonly #daemons: ChildProcess[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, SLURM_CONF: join(this.#folder, "slurm.conf") };
  }

  async start(): Promise<void> {
    const at = (name: string) => join(this.#folder, name);
    for (const name of ["state", "spool"]) mkdirSync(at(name));
    writeFileSync(at("munge.key"), randomBytes(1024), { mode: 0o600 });
    const node = hostname().split(".")[0];
    const [control, daemon] = [await freePort(), await freePort()];
    const lines = {
      ...{ ClusterName: "one", SlurmctldHost: `${node}(127.0.0.1)`, SlurmUser: "root", SlurmdUser: "root" },
      ...{ AuthType: "auth/munge", AuthInfo: `socket=${at("munge.socket")}`, CredType: "cred/munge" },
      ...{ SlurmctldPort: control, SlurmdPort: daemon },
      ...{ StateSaveLocation: at("state"), SlurmdSpoolDir: at("spool") },
      ...{ SlurmctldPidFile: at("slurmctld.pid"), SlurmdPidFile: at("slurmd.pid") },
      ...{ SlurmctldLogFile: at("slurmctld.log"), SlurmdLogFile: at("slurmd.log") },
      // without control groups
      ...{ ProctrackType: "proctrack/linuxproc", TaskPlugin: "task/none", JobAcctGatherType: "jobacct_gather/none" },
      ...{ AccountingStorageType: "accounting_storage/none", MpiDefault: "none", SwitchType: "switch/none" },
      ...{ SelectType: "select/cons_tres", SelectTypeParameters: "CR_Core", SchedulerParameters: "sched_interval=1" },
      ...{ ReturnToService: 2, SlurmdParameters: "config_overrides", KillWait: 1, JobRequeue: 1 },
    };
    const text = Object.entries(lines).map(([name, value]) => `${name}=${value}`);
    text.push(`NodeName=${node} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`);
    text.push("PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP");
    writeFileSync(at("slurm.conf"), `${text.join("\n")}\n`);
    const files = ["socket", "key-file", "log-file", "pid-file", "seed-file"];
    const named = files.map((name) => `--${name}=${at(`munge.${name.replace("-file", "")}`)}`);
    this.#spawn("munged", ["--force", "--foreground", ...named]);
    await pause(500);
    this.#spawn("slurmctld", ["-D"]);
    this.#spawn("slurmd", ["-D", "-N", node]);
    for (let i = 0; !this.#isIdle(); i++) {
      if (i === 100) throw new Error(`Slurm does not start: see ${this.#folder}`);
      await pause(200);
    }
  }

  #spawn(name: string, args: readonly string[]): void {
    this.#daemons.push(spawn(name, args, { env: this.environment, stdio: "ignore" }));
  }

  #isIdle(): boolean {
    try {
      return this.run("sinfo", "--noheader", "--format=%t").trim() === "idle";
    } catch {
      return false;
    }
  }

  /** What a command of Slurm says. */
  run(command: string, ...args: string[]): string {
    return execFileSync(command, args, { env: this.environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  async stop(): Promise<void> {
    for (const daemon of this.#daemons.reverse()) {
      if (daemon.exitCode !== null) continue;
      const ended = once(daemon, "exit");
      daemon.kill("SIGTERM");
      await ended;
    }
  }
}
