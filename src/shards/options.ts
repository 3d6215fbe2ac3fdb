// Options of a part, read strictly: a part may come from anywhere.

import { ELEMENT_TYPES } from "../compare/elements.js";
import type { OpenLogitsOptions } from "../compare/index.js";
import type { JsonValue } from "../compare/json.js";
import type { InputKind } from "../index.js";

const INPUTS: readonly InputKind[] = ["logits", "logProbabilities", "probabilities"];

export const flagFrom = (json: JsonValue): boolean =>
  typeof json.value === "boolean" ? json.value : json.fail("true or false");

function choiceFrom<Choice extends string>(json: JsonValue, choices: readonly Choice[]): Choice {
  return choices.find((choice) => choice === json.value) ?? json.fail(choices.join(", "));
}

export const inputKindFrom = (json: JsonValue): InputKind => choiceFrom(json, INPUTS);

const FLAGS = ["bfloat16", "float16", "bigEndian", "partial"] as const;
const OPEN_KEYS = [...FLAGS, "format", "type", "tensor", "shape", "input"] as const;

/** Those that are there. */
export function openOptionsFrom(json: JsonValue): OpenLogitsOptions {
  const entries = json.entries(OPEN_KEYS);
  const read: Record<(typeof OPEN_KEYS)[number], (value: JsonValue) => unknown> = {
    ...{ bfloat16: flagFrom, float16: flagFrom, bigEndian: flagFrom, partial: flagFrom },
    format: (value) => choiceFrom(value, ["npy", "safetensors", "llama.cpp", "raw"]),
    type: (value) => choiceFrom(value, ELEMENT_TYPES),
    tensor: (value) => value.text(),
    shape: (value) => value.list().map((length) => length.integer(-1)),
    input: (value) => choiceFrom(value, ["logits", "logProbabilities"]),
  };
  const given = OPEN_KEYS.filter((key) => entries[key].value !== undefined);
  return Object.fromEntries(given.map((key) => [key, read[key](entries[key])]));
}
