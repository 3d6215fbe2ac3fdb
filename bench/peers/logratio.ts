// logratio itself: its backends, in their memory or copied in, and its threads.

import { availableParallelism } from "node:os";
import * as logratio from "../../dist/index.js";
import { type Case, type Entry, entryOf, type Peer } from "./peer.js";

type Functions = Pick<
  logratio.Engine,
  | "klDivergenceRows"
  | "jsDivergenceRows"
  | "entropyRows"
  | "crossEntropyRows"
  | "logSumExpRows"
  | "softmaxRows"
  | "crossEntropyLoss"
> &
  Pick<logratio.Engine, "klDivergence" | "jsDivergence" | "entropy" | "crossEntropy" | "logSumExp" | "softmax">;

/** One row by the function of one row, several by its `…Rows` twin. */
function callOf(functions: Functions, { measure, rows, classes, labels, p: source }: Case, place: Place) {
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
    klDivergence: () => functions.klDivergenceRows(p, q, options),
    jsDivergence: () => functions.jsDivergenceRows(p, q, options),
    entropy: () => functions.entropyRows(p, options),
    crossEntropy: () => functions.crossEntropyRows(p, q, options),
    klDivergenceOfLogits: () => functions.klDivergenceRows(p, q, { ...options, ...logits }),
    logSumExp: () => functions.logSumExpRows(p, options),
    softmax: () => functions.softmaxRows(p, { ...options, out }),
    crossEntropyLoss: () => functions.crossEntropyLoss(p, labels, { ...options, reduction: "none" }).perRow ?? [],
    crossEntropyGradient: () =>
      functions.crossEntropyLoss(p, labels, { ...options, reduction: "sum", gradient: out }).gradient ?? [],
  };
  if (rows === 1) {
    calls.klDivergence = one(() => functions.klDivergence(p, q));
    calls.jsDivergence = one(() => functions.jsDivergence(p, q));
    calls.entropy = one(() => functions.entropy(p));
    calls.crossEntropy = one(() => functions.crossEntropy(p, q));
    calls.klDivergenceOfLogits = one(() => functions.klDivergence(p, q, logits));
    calls.logSumExp = one(() => functions.logSumExp(p));
    calls.softmax = () => functions.softmax(p, { out });
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
      const { p, q, call } = callOf(engine, task, place);
      p.set(task.p);
      if (q !== p) q.set(task.q);
      return entryOf(task, call, () => engine.dispose());
    },
  };
}

/** Arrays of JavaScript's. */
function fromOutside(name: string, functions: Functions): Peer {
  return {
    name,
    version: "",
    open(task): Entry {
      const place: Place = (length) => (task.type === "f32" ? new Float32Array(length) : new Float64Array(length));
      const { p, q, call } = callOf(functions, task, place);
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
    fromOutside("logratio simd, copied in", logratio),
    fromOutside("logratio js", logratio.createEngineSync({ backend: "js" })),
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
