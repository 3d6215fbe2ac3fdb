// Every loop over rows, by the name of its function: how a worker finds what it is to do.

import { type ArrayDefinition, arrayLoop, type Definition, measureLoop } from "./call/calls.js";
import { compareLoop } from "./compare/rows.js";
import * as definitions from "./definitions.js";
import type { Loop } from "./engine/work.js";
import { crossEntropyLoop, distillationLoop, gaussianLoop, tokenLoop } from "./losses/index.js";

const isMeasure = (definition: Definition | ArrayDefinition): definition is Definition => "distributions" in definition;

export function loopsByName(): ReadonlyMap<string, Loop<never>> {
  const loops = new Map<string, Loop<never>>([
    ["compareLogits", compareLoop],
    ["crossEntropyLoss", crossEntropyLoop],
    ["distillationLoss", distillationLoop],
    ["gaussianKl", gaussianLoop],
    ["tokens", tokenLoop],
  ]);
  for (const definition of Object.values(definitions) as (Definition | ArrayDefinition)[]) {
    loops.set(definition.name, isMeasure(definition) ? measureLoop(definition) : arrayLoop(definition));
  }
  return loops;
}
