// Starting a program, and being rid of it and of all that it started.

import { type ChildProcess, spawn } from "node:child_process";

/** How long a platform may take for all of its cases; one that hangs is ended. */
const PATIENCE = 300_000;

export interface Program {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly output: { stdout: string; stderr: string };
  /** Rejects with what it said, when it fails or has taken too long. */
  readonly ended: Promise<void>;
  end(): void;
}

export function start(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Program {
  // a group of its own, to end those that it starts too
  const child = spawn(command, args, { detached: true, env: { ...process.env, ...env } });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  const end = () => {
    clearTimeout(timer);
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // it has ended by itself
    }
  };
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, PATIENCE);
  const ended = new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${command} ${why}\n${output.stderr.slice(-3000)}`));
    child.on("error", (error) => fail(String(error)));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (isLate) fail(`took more than ${PATIENCE / 1000} s`);
      else if (code === 0) resolve();
      else fail(`ended with ${code ?? signal}`);
    });
  });
  return { child, output, ended, end };
}

/** Runs a program to its end, and gives the last line of what it said that begins as `start` says. */
export async function lastLineOf(command: string, args: string[], begin = ""): Promise<string> {
  const { output, ended } = start(command, args);
  await ended;
  const line = output.stdout.split("\n").findLast((text) => text !== "" && text.startsWith(begin));
  if (line === undefined) throw new Error(`${command} said nothing\n${output.stderr.slice(-3000)}`);
  return line;
}
