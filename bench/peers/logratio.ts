// logratio itself: its backends, in their memory or copied in, and its threads.

import { availableParallelism } from "node:os";
import * as logratio from "../../dist/index.js";
import { type Case, type Entry, entryOf, type Peer } from "./peer.js";

/** One row by the function of one row, several by its `rows`: computed by the engine in whose memory they are placed. */
function callOf({ measure, rows, classes, labels, p: source }: Case, place: Place) {
  const p = place(source.length);
  const isPair = /klDivergence|jsDivergence|crossEntropy$/.test(measure);
  const q = isPair ? place(source.length) : p;
  const out = measure === "softmax" || measure === "crossEntropyGradient" ? place(source.length) : p;
  const options = { rowLength: classes };
  const logits = { input: "logits" } as const;
  const single: number[] = [0];
  const one = (call: () => number) => () => {
    single[0] = call();
    return single;
  };
  const calls: Record<Case["measure"], () => ArrayLike<number>> = {
    klDivergence: () => logratio.klDivergence.rows(p, q, options),
    jsDivergence: () => logratio.jsDivergence.rows(p, q, options),
    entropy: () => logratio.entropy.rows(p, options),
    crossEntropy: () => logratio.crossEntropy.rows(p, q, options),
    klDivergenceOfLogits: () => logratio.klDivergence.rows(p, q, { ...options, ...logits }),
    logSumExp: () => logratio.logSumExp.rows(p, options),
    softmax: () => logratio.softmax.rows(p, { ...options, out }),
    crossEntropyLoss: () => logratio.crossEntropyLoss(p, labels, { ...options, reduction: "none" }).perRow ?? [],
    crossEntropyGradient: () =>
      logratio.crossEntropyLoss(p, labels, { ...options, reduction: "sum", gradient: out }).gradient ?? [],
  };
  if (rows === 1) {
    calls.klDivergence = one(() => logratio.klDivergence(p, q));
    calls.jsDivergence = one(() => logratio.jsDivergence(p, q));
    calls.entropy = one(() => logratio.entropy(p));
    calls.crossEntropy = one(() => logratio.crossEntropy(p, q));
    calls.klDivergenceOfLogits = one(() => logratio.klDivergence(p, q, logits));
    calls.logSumExp = one(() => logratio.logSumExp(p));
    calls.softmax = () => logratio.softmax(p, { out });
  }
  return { p, q, call: calls[measure] };
}

type Place = (length: number) => Float32Array | Float64Array;

/** Everything in the engine's memory, which is made large enough and given back at the end. */
function inMemory(name: string, makeEngine: (maxBytes: number) => Promise<logratio.Engine>, threads?: number): Peer {
  return {
    name,
    version: "",
    threads,
    async open(task): Promise<Entry> {
      const engine = await makeEngine(3 * task.p.byteLength + 2 ** 24);
      const place: Place = (length) => (task.type === "f32" ? engine.float32(length) : engine.float64(length));
      const { p, q, call } = callOf(task, place);
      p.set(task.p);
      if (q !== p) q.set(task.q);
      return entryOf(task, call, () => engine.dispose());
    },
  };
}

/** Arrays of JavaScript's. */
function fromOutside(name: string): Peer {
  return {
    name,
    version: "",
    open(task): Entry {
      const place: Place = (length) => (task.type === "f32" ? new Float32Array(length) : new Float64Array(length));
      const { p, q, call } = callOf(task, place);
      p.set(task.p);
      if (q !== p) q.set(task.q);
      return entryOf(task, call);
    },
  };
}

/** What all are compared with. */
export const SIMD = "logratio simd";

export async function openLogratio(): Promise<Peer[]> {
  const threads = availableParallelism();
  const peers = [
    inMemory(SIMD, async (maxBytes) => logratio.createEngineSync({ backend: "simd", maxBytes })),
    fromOutside("logratio simd, copied in"),
    inMemory("logratio js", async (maxBytes) => logratio.createEngineSync({ backend: "js", maxBytes })),
  ];
  const relaxed = await logratio.createEngine({ backend: "relaxed" });
  if (relaxed.backend === "relaxed") {
    peers.push(inMemory("logratio relaxed", (maxBytes) => logratio.createEngine({ backend: "relaxed", maxBytes })));
  }
  relaxed.dispose();
  if (threads > 1) {
    const make = (maxBytes: number) => logratio.createEngine({ backend: "simd", maxBytes, threads });
    peers.push(inMemory(`logratio simd, ${threads} threads`, make, threads));
  }
  return peers;
}
