// The encodings of OpenAI's models, from the package gpt-tokenizer: whoever names one has it installed.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import { type Vocabulary, vocabularyOf } from "./tokenContent.js";

/** Each with the name of its ranks. */
const RANKS: ReadonlyMap<string, string> = new Map([
  ["gpt2", "r50k_base"],
  ["r50k_base", "r50k_base"],
  ["p50k_base", "p50k_base"],
  ["p50k_edit", "p50k_base"],
  ["cl100k_base", "cl100k_base"],
  ["o200k_base", "o200k_base"],
  ["o200k_harmony", "o200k_base"],
]);

export const isEncoding = (name: string): boolean => RANKS.has(name);

type Ranks = readonly (string | readonly number[] | undefined)[];
type ParametersOf = (ranks: Ranks) => { readonly specialTokensEncoder: ReadonlyMap<string, number> };

/** Where the package is looked for: in the folder where the command was started, and beside this one. */
const PLACES = [resolve("package.json"), import.meta.url];

export function encodingVocabulary(name: string, places: readonly string[] = PLACES): Vocabulary {
  const ranksName = RANKS.get(name) as string;
  const load = (path: string) => loadFrom(places, name, path);
  const { default: ranks } = load(`bpeRanks/${ranksName}`) as { default: Ranks };
  const parameters = load(`encodingParams/${name === "gpt2" ? ranksName : name}`) as Record<string, ParametersOf>;
  const special = new Map<number, string>();
  // others of its functions have names in lower case
  const [, parametersOf] = Object.entries(parameters).find(([key]) => /^[A-Z]/.test(key)) as [string, ParametersOf];
  for (const [text, token] of parametersOf(ranks).specialTokensEncoder) special.set(token, text);
  const size = Math.max(ranks.length, ...[...special.keys()].map((token) => token + 1));
  return vocabularyOf(
    name,
    size,
    (token) => special.get(token) ?? ranks[token],
    (token) => special.has(token),
  );
}

/** A module of gpt-tokenizer. */
function loadFrom(places: readonly string[], name: string, path: string): unknown {
  for (const from of places) {
    try {
      return createRequire(from)(`gpt-tokenizer/${path}`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "MODULE_NOT_FOUND" && code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw error;
    }
  }
  throw new Error(`--vocabulary ${name} needs the package gpt-tokenizer, 3 or later: npm install gpt-tokenizer`);
}
