// The command line, without a process of its own and with one.

import { spawn } from "node:child_process";
import { main } from "../../src/cli/main.js";
import { COMMAND } from "./paths.js";

/** A stream that keeps what is written to it. */
export function keeping(said: Record<string, string>, name: string) {
  return {
    write(text: string, done?: () => void) {
      said[name] += text;
      done?.();
    },
  };
}

/** What a command says, without a process of its own. */
export async function run(...args: string[]) {
  const said = { stdout: "", stderr: "" };
  const code = await main(args, { stdout: keeping(said, "stdout"), stderr: keeping(said, "stderr") });
  return { code, ...said };
}

/** As a user starts it, its output in pipes. */
export function start(...args: string[]) {
  const child = spawn(process.execPath, [COMMAND, ...args]);
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => (said.stdout += text));
  child.stderr.on("data", (text) => (said.stderr += text));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, ...said }));
  });
  return { child, ended };
}
