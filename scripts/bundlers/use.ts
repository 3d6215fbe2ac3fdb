// What an application's TypeScript sees.

import {
  createEngine,
  createEngineSync,
  crossEntropyLoss,
  type Engine,
  type EngineOptions,
  entropy,
  klDivergence,
  type Measure,
  type MeasureOptions,
  softmax,
  type Vector,
} from "logratio";
import { type ByteSource, compareLogits, type FileSource, type LogitSource, openLogits } from "logratio/compare";
import { type GTest, gTest } from "logratio/evidence";
import { type Normal, normal } from "logratio/families";
import module from "logratio/simd.wasm";
import { type Bounds, divergenceBounds, type TopKDistribution, topKDistribution } from "logratio/sparse";

const options: EngineOptions = { threads: "auto", module };
const engine: Engine = await createEngine(options);
const measure: Measure<[p: Vector], MeasureOptions> = entropy;
const row: Float32Array = softmax(new Float32Array(2), { engine });
const { gradient } = crossEntropyLoss(row, [1], { rowLength: 2, gradient: true });
const bell: Normal = normal({ mean: 0, standardDeviation: 1 });
const { pValue }: GTest = gTest([1, 2], [1, 1]);
const list: TopKDistribution = topKDistribution([{ token: "a", logprob: -1 }], { classes: 10 });
const { kl }: { kl: Bounds } = divergenceBounds(list, topKDistribution(new Map([["a", -2]])));
const bytes: ByteSource = {
  ...{ name: "x.npy", size: 0 },
  read: async (into: Uint8Array, position: number) => into.length - position,
  checkUnchanged: async () => {},
  close: async () => {},
};
const files: FileSource[] = ["x.npy", "https://example.org/x.npy", new Uint8Array(8), new ArrayBuffer(8), bytes];
const sources: LogitSource[] = await Promise.all(files.map((file) => openLogits(file, { partial: true })));
const { kl: klOfFiles } = (await compareLogits(sources[0], sources[1])).report();
using other = createEngineSync({ shared: false });

export const results: [number, Float64Array, number | undefined, Promise<number>, string, number, number, number] = [
  klDivergence([0.5, 0.5], other.float32(2)),
  measure.rows(row, { rowLength: 1 }),
  gradient?.[0],
  measure.async(row, { onProgress: (done: number) => done }),
  engine.backendReason,
  bell.variance,
  pValue,
  kl.lower + klOfFiles.mean,
];

// @ts-expect-error: it takes `threads`
createEngineSync({ thread: 2 });
// @ts-expect-error: it takes numbers
klDivergence(["a"], [1]);
// @ts-expect-error: it takes `engine`
klDivergence([1], [1], { engines: other });
