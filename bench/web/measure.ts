// The measurement: engines of every kind that run here, and cases one after the other.

import * as logratio from "../../dist/index.js";
import { FAMILIES } from "../families.js";
import type { Family } from "../family.js";
import { compiledApart, copyOf, inMemoryOf, measureCase, type Result } from "../harness.js";
import type { Prepared, Request } from "./prepare.js";

/** Room for the rows of a million classes; a plain memory takes it all up front. */
const MAX_BYTES = 2 ** 26;
const MOST_THREADS = 16;

/** What computes here, by contestant; and what each engine says of itself. */
export interface Engines {
  contestants: Map<string, logratio.Engine>;
  backend: string;
  relaxed: string;
  threads: string;
}

/** 2, 4, 8 … and as many as there are cores. */
function threadCounts(): number[] {
  const most = Math.min(MOST_THREADS, navigator.hardwareConcurrency);
  const counts: number[] = [];
  for (let threads = 2; threads < most; threads *= 2) counts.push(threads);
  return most > 1 ? [...counts, most] : [];
}

export async function makeEngines(): Promise<Engines> {
  const contestants = new Map<string, logratio.Engine>();
  const main = await logratio.createEngine({ maxBytes: MAX_BYTES });
  if (main.backend === "simd") contestants.set("simd", main);

  const relaxed = await logratio.createEngine({ backend: "relaxed", maxBytes: MAX_BYTES });
  if (relaxed.backend === "relaxed") contestants.set("relaxed", relaxed);
  contestants.set("js", await logratio.createEngine({ backend: "js", maxBytes: MAX_BYTES }));

  let threads = "one thread: one core";
  for (const count of threadCounts()) {
    const engine = await logratio.createEngine({ threads: count, maxBytes: MAX_BYTES });
    threads = engine.threadsReason;
    // fewer than were asked for are another contestant, or no threads at all
    if (engine.threads === count) contestants.set(`${count} threads`, engine);
    else engine.dispose();
  }
  const told = ({ backend, backendReason }: logratio.Engine) => `${backend}: ${backendReason}`;
  const relaxedTold = relaxed.backend === "relaxed" ? relaxed.backendReason : relaxed.backendReason.split("; ")[0];
  return { contestants, backend: told(main), relaxed: relaxedTold, threads };
}

export interface Settings {
  family: Family;
  type: "f32" | "f64";
  sizes: number[];
  rounds: number;
  /** Of each turn. */
  milliseconds: number;
}

export interface Watcher {
  /** What is being done; `done` of 1 is all. */
  onMoment(done: number, classes: number, moment: string): void;
  /** All contestants at one more size. */
  onResults(results: Result[]): void;
}

function prepare(request: Request, signal: AbortSignal): Promise<Prepared> {
  const worker = new Worker(new URL("./prepare.ts", import.meta.url), { type: "module" });
  return new Promise<Prepared>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Prepared>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`the exact result: ${message || "its worker did not load"}`));
    signal.addEventListener("abort", () => reject(signal.reason));
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}

/** Lets the page answer and draw. */
const pause = () => new Promise((resolve) => setTimeout(resolve));

/** Measures size by size. @throws the signal's reason, once it is aborted. */
export async function measure(
  { contestants: engines }: Engines,
  { family, type, sizes, rounds, milliseconds }: Settings,
  signal: AbortSignal,
  { onMoment, onResults }: Watcher,
): Promise<void> {
  const turnsOfSize = rounds * (engines.size + 1);
  const steps = sizes.length * (turnsOfSize + 1);
  for (const [index, classes] of sizes.entries()) {
    const before = index * (turnsOfSize + 1);
    onMoment(before / steps, classes, "computing the exact result");
    const { rows, exact } = await prepare({ family: FAMILIES.indexOf(family), type, classes }, signal);

    const loop = compiledApart(family.loop);
    const loopRows = copyOf(rows);
    const contestants: Record<string, () => unknown> = { loop: () => loop(loopRows) };
    const lent: [logratio.Engine, ReturnType<typeof copyOf>][] = [];
    for (const [name, engine] of engines) {
      const own = inMemoryOf(engine, rows);
      lent.push([engine, own]);
      contestants[name] = () => family.call(logratio, own);
    }
    try {
      let turn = 0;
      const beforeTurn = async (round: number, contestant: string) => {
        onMoment((before + 1 + turn++) / steps, classes, `round ${round + 1} of ${rounds}, ${contestant}`);
        await pause();
        signal.throwIfAborted();
      };
      onResults(await measureCase(family, rows, exact, contestants, rounds, milliseconds, beforeTurn));
    } finally {
      for (const [engine, { p, q, counts }] of lent) for (const row of [p, q, counts]) engine.free(row);
    }
  }
}
