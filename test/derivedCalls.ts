// Calls of the functions that a list of calls does not name, from their definitions: a new measure is in all lists as soon as it is
// declared. Portable: test/platforms.

import type { InputKind } from "../src/index.js";
import type { FloatArray } from "./bits.js";
import { DEFINITIONS, type Definition } from "./definitions.js";
import type { Functions } from "./functionsOn.js";

/** Orders of each way in which a power may be computed, of those that a function takes. */
export const ordersUpTo = (most: number): number[] => [0, 0.1, 0.75, 1, 2].filter((order) => order <= most);

/** The function that a call is of: of "f", "f of 0.5", "f (logits, logits)" and "f, gradient in mean" it is f. */
export const functionOf = (call: string): string => /^\w+/.exec(call)?.[0] ?? call;

type Call<Rows> = (f: Functions, rows: Rows) => number | FloatArray;

export interface Derivation<Rows> {
  /** The kinds of p and q. Without, the functions are those of logits by nature, which have no option `input`. */
  kinds?: readonly [InputKind, InputKind];
  /** What a call gets for distribution i, or for another array, of that name. */
  arrayOf: (rows: Rows, distribution: number, name: string) => FloatArray;
  /** Those that a function does not take are left out. */
  options: Record<string, unknown>;
}

function takes({ inputs, distributions, keys }: Definition, kinds: Derivation<never>["kinds"]): boolean {
  const isOfLogits = !keys.includes("input") && inputs.includes("logits");
  if (kinds === undefined) return isOfLogits;
  // of a single distribution there are no two kinds
  if (distributions.length === 1 && kinds[0] !== kinds[1]) return false;
  return !isOfLogits && kinds.every((kind) => inputs.includes(kind));
}

/** Calls of the measures and mappings of which there are none among `calls`, which are their names. */
export function missingCalls<Rows>(
  calls: readonly string[],
  { kinds, arrayOf, options }: Derivation<Rows>,
  definitions: Record<string, Definition> = DEFINITIONS,
): Record<string, Call<Rows>> {
  const called = new Set(calls.map(functionOf));
  const added: Record<string, Call<Rows>> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    if (called.has(name) || !takes(definition, kinds)) continue;
    const { arrays, distributions, mostAlpha, keys } = definition;
    const own = Object.fromEntries(Object.entries(options).filter(([key]) => keys.includes(key)));
    if (kinds?.some((kind) => kind !== "probabilities")) own.input = kinds.slice(0, distributions.length);
    for (const alpha of mostAlpha > 0 ? ordersUpTo(mostAlpha) : [undefined]) {
      added[alpha === undefined ? name : `${name} of ${alpha}`] = (functions, rows) => {
        const f = functions[name as keyof Functions] as unknown as (...args: unknown[]) => number | FloatArray;
        const first = arrays.length - distributions.length;
        const sources = arrays.map((array, i) => arrayOf(rows, i - first, array));
        return f(...sources, ...(alpha === undefined ? [] : [alpha]), own);
      };
    }
  }
  return added;
}
