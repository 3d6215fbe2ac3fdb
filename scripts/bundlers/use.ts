// What an application's TypeScript sees.

import {
  type AsyncEngine,
  createEngine,
  createEngineSync,
  crossEntropyLoss,
  type Engine,
  type EngineOptions,
  klDivergence,
  softmax,
} from "logratio";
import { type GTest, gTest } from "logratio/evidence";
import { type Normal, normal } from "logratio/families";
import module from "logratio/simd.wasm";

const options: EngineOptions = { threads: "auto", module };
const engine: Engine = await createEngine(options);
const asynchronous: AsyncEngine = engine.async;
const row: Float32Array = softmax(new Float32Array(2));
const { gradient } = crossEntropyLoss(row, [1], { rowLength: 2, gradient: true });
const bell: Normal = normal({ mean: 0, standardDeviation: 1 });
const { pValue }: GTest = gTest([1, 2], [1, 1]);
using other = createEngineSync({ shared: false });

export const results: [number, number | undefined, Promise<number>, string, number, number] = [
  klDivergence([0.5, 0.5], other.float32(2)),
  gradient?.[0],
  asynchronous.entropy(row, { onProgress: (done: number) => done }),
  engine.backendReason,
  bell.variance,
  pValue,
];

// @ts-expect-error: it takes `threads`
createEngineSync({ thread: 2 });
// @ts-expect-error: it takes numbers
klDivergence(["a"], [1]);
