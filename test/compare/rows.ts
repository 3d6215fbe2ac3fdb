// One row beside another, without streams.

import { Column, widthOf } from "../../src/compare/rowResults.js";
import { compareLoop } from "../../src/compare/rows.js";
import { createRuntime, createRuntimeSync } from "../../src/engine/create.js";
import type { Runtime } from "../../src/engine/runtime.js";
import { doHere } from "../../src/engine/work.js";

export type FloatArray = Float32Array | Float64Array;

const make = (backend: "simd" | "js") => createRuntimeSync("test", { backend, maxBytes: 2 ** 26 });
export const runtimes = {
  simd: make("simd"),
  js: make("js"),
  relaxed: await createRuntime("createEngine", { backend: "relaxed" }),
} as const;

/** All columns of one row. */
export function compareRow(
  { backend }: Runtime,
  a: FloatArray,
  b: FloatArray,
  { temperature = 1, token = -1, topK = 10 } = {},
): Record<keyof typeof Column, number> {
  const values = new Float64Array(widthOf(0));
  const work = {
    functionName: "compareLogits",
    loopName: "compareLogits",
    loop: compareLoop,
    rows: 1,
    width: widthOf(0),
    arrays: [a, b, Int32Array.of(token), undefined, undefined].map((array) => array && { array, perRow: array.length }),
    settings: {
      ...{ classes: a.length, kinds: ["logits", "logits"] as const, temperature, topK, topTokens: 0 },
      formats: [null, null],
    },
    finish: () => {},
  };
  doHere(backend, work, values, 0, 1);
  return Object.fromEntries(Object.entries(Column).map(([name, at]) => [name, values[at]])) as never;
}
