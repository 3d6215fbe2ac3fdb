// What every function takes, from what it was made from: plain data, by which calls of it are derived. Where nothing may be imported from
// src (test/platforms), scripts/testPlatforms.ts puts the data in place of this file.

import { declarationOf } from "../src/call/forms.js";
import type { InputKind } from "../src/index.js";
import * as losses from "../src/losses/index.js";
import * as measures from "../src/measures/index.js";

export interface Definition {
  /** A loss is declared by its file alone: its calls are written by hand. */
  kind: "measure" | "mapping" | "loss";
  /** The names of its arrays, and of those that `inputs` are about, which come last. */
  arrays: readonly string[];
  distributions: readonly string[];
  /** The largest order that it takes; 0 for a function without one. */
  mostAlpha: number;
  /** The kinds of distributions that it takes. */
  inputs: readonly InputKind[];
  /** The options of one row, besides `engine`. */
  keys: readonly string[];
}

const LOSS: Definition = { kind: "loss", arrays: [], distributions: [], mostAlpha: 0, inputs: [], keys: [] };

function definitionOf(f: object): Definition {
  const definition = declarationOf(f)?.definition;
  if (definition === undefined) return LOSS;
  const { arguments: arrays, keys } = definition;
  const isMeasure = "distributions" in definition;
  const ofProbabilities = isMeasure ? definition.measure : definition.ofProbabilities;
  const ofLogits = definition.ofLogits && (keys.includes("input") ? ["logits", "logProbabilities"] : ["logits"]);
  return {
    kind: isMeasure ? "measure" : "mapping",
    arrays,
    distributions: isMeasure ? definition.distributions : arrays,
    mostAlpha: isMeasure ? Math.min(definition.mostAlpha ?? 0, Number.MAX_VALUE) : 0,
    inputs: [...(ofProbabilities ? ["probabilities"] : []), ...(ofLogits ?? [])] as InputKind[],
    keys,
  };
}

/** Of the functions of both lists, by their names. */
export const DEFINITIONS: Record<string, Definition> = Object.fromEntries(
  Object.entries({ ...measures, ...losses }).map(([name, f]) => [name, definitionOf(f)]),
);
