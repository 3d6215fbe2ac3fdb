// A process of its own for ONNX Runtime Web with several threads: `node --import tsx child.ts 2`. What it is told is in pipe.ts.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { openOnnxruntime } from "./onnxruntime.js";
import type { Case, Entry } from "./peer.js";

const peer = openOnnxruntime(Number(process.argv[2]));
const entries = new Map<number, Entry>();

function read(path: string, type: Case["type"]): Case["p"] {
  const { buffer } = new Uint8Array(readFileSync(path));
  return type === "f32" ? new Float32Array(buffer) : new Float64Array(buffer);
}

async function answer(request: Record<string, never>): Promise<unknown> {
  const { id } = request;
  if (request.do === "open") {
    const { type, labels } = request;
    const task = { ...(request as unknown as Case), labels: Int32Array.from(labels) };
    const entry = await peer.open({ ...task, p: read(request.p, type), q: read(request.q, type) });
    if (entry) entries.set(id, entry);
    return { ok: entry !== undefined };
  }
  const entry = entries.get(id) as Entry;
  const { contestant } = entry;
  switch (request.do as string) {
    case "sample":
      if (typeof contestant === "function") throw new Error("it has to be awaited");
      return { nanoseconds: await contestant.sample(request.milliseconds) };
    case "result":
      return { result: Array.from(await entry.result(), (x) => (Number.isFinite(x) ? x : String(x))) };
    default:
      entry.close?.();
      entries.delete(id);
      return {};
  }
}

const { name, version, threads } = peer;
console.log(JSON.stringify({ peers: [{ name, version, threads }] }));
for await (const line of createInterface({ input: process.stdin })) {
  const reply = await answer(JSON.parse(line)).catch((error) => ({ error: String(error) }));
  console.log(JSON.stringify(reply));
}
