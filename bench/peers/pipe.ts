// Peers in processes of their own: they are told what to do line by line, in JSON, and time their calls themselves, so that the
// pipe does not count and runs interleave. Numbers go by files.
//
//   {"do": "open", "measure", "type", "rows", "classes", "p", "q", "labels", "checked", "peer", "threads"} → {"ok": true or false}
//   {"do": "sample", "id", "milliseconds"} → {"nanoseconds"}    {"do": "result", "id"} → {"result"}    {"do": "close", "id"} → {}
//
// An "error" in the answer is thrown here.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Case, Entry, Peer } from "./peer.js";

/** Where PyTorch and SciPy may be, the first that is asked first. */
export const PYTHONS: readonly string[] = [process.env.PYTHON ?? [], "python3", "/usr/bin/python3"].flat();

/** What a process says of itself in its first line. */
interface Greeting {
  peers: { name: string; version: string; threads?: number }[];
}

interface Answer {
  ok?: boolean;
  nanoseconds?: number;
  /** JSON has no NaN and no infinities: they come as text. */
  result?: (number | string)[];
  error?: string;
}

/** The peers of a process; none where it cannot be had. */
export async function openPipe(command: string, parameters: readonly string[]): Promise<Peer[]> {
  const child = spawn(command, parameters, { stdio: ["pipe", "pipe", "inherit"] });
  child.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) return [];
  const { peers } = JSON.parse(first.value) as Greeting;
  if (peers.length === 0) child.stdin.end();
  const folder = mkdtempSync(join(tmpdir(), "peers-"));
  let ended = false;

  async function ask(request: Record<string, unknown>): Promise<Answer> {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} has ended`);
    const answer = JSON.parse(value) as Answer;
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  let written: Case | undefined;
  let last = 0;
  async function open(peer: string, task: Case): Promise<Entry | undefined> {
    if (written !== task) {
      writeFileSync(join(folder, "p"), task.p);
      writeFileSync(join(folder, "q"), task.q);
      written = task;
    }
    const { measure, type, rows, classes, labels, checked } = task;
    const id = ++last;
    const { ok } = await ask({
      ...{ do: "open", id, peer, measure, type, rows, classes, labels: Array.from(labels), checked },
      ...{ p: join(folder, "p"), q: join(folder, "q") },
    });
    if (!ok) return undefined;
    return {
      contestant: {
        sample: async (milliseconds) => (await ask({ do: "sample", id, milliseconds })).nanoseconds ?? Number.NaN,
      },
      result: async () => ((await ask({ do: "result", id })).result ?? []).map(Number),
      close: () => void ask({ do: "close", id }),
    };
  }

  return peers.map((peer) => ({
    ...peer,
    open: (task) => open(peer.name, task),
    close() {
      if (ended) return;
      ended = true;
      child.stdin.end();
      rmSync(folder, { recursive: true, force: true });
    },
  }));
}
