// A call of every function of the package in each of its forms. Portable: test/platforms.

import type { Vector } from "../src/index.js";
import { DEFINITIONS, type Definition } from "./definitions.js";
import type { Functions, Name } from "./functionsOn.js";

/** What the calls are of: matrices, but for `one`. */
export interface Arrays {
  z: Vector;
  w: Vector;
  p: Vector;
  counts: Vector;
  /** A single row. */
  one: Vector;
  /** A class a row. */
  tokens: Int32Array;
}

/** The arguments of the function itself, and those of its `rows` and its `of`, if it has them. */
interface Arguments {
  f: unknown[];
  rows?: unknown[];
  of?: unknown[];
}

/** Those written by hand: of every loss, and of measures that were there before the others were derived. */
function ownArguments(
  { z, w, p, counts, one, tokens }: Arrays,
  functions: Functions,
): Partial<Record<Name, Arguments>> {
  const rowLength = one.length;
  const ofLogits = { input: "logits", temperature: 1.5 };
  const normalize = { normalize: true, base: 2 };
  const loss = { rowLength, labelSmoothing: 0.1, reduction: "none", gradient: true };
  return {
    entropy: { f: [one, normalize], rows: [p, { ...normalize, rowLength }] },
    crossEntropy: { f: [one, one, normalize], rows: [p, p, { ...normalize, rowLength }] },
    klDivergence: { f: [one, one, ofLogits], rows: [z, w, { ...ofLogits, rowLength }] },
    jeffreysDivergence: { f: [one, one, normalize], rows: [one, p, { ...normalize, rowLength }] },
    jsDivergence: {
      f: [one, one, ofLogits],
      rows: [z, one, { ...ofLogits, rowLength }],
      of: [p, { ...normalize, rowLength }],
    },
    jsDistance: { f: [one, one, normalize], rows: [p, one, { ...normalize, rowLength }] },
    renyiDivergence: { f: [one, one, 0.7, ofLogits], rows: [p, one, 2, { ...normalize, rowLength }] },
    skewDivergence: { f: [one, one, 0.99, normalize], rows: [z, w, 0.3, { ...ofLogits, rowLength }] },
    renyiEntropy: { f: [one, 0.3, normalize], rows: [z, Number.POSITIVE_INFINITY, { ...ofLogits, rowLength }] },
    tsallisEntropy: { f: [one, 2, ofLogits], rows: [p, 0.99, { normalize: true, rowLength }] },
    hellingerDistance: { f: [one, one, ofLogits], rows: [one, p, { normalize: true, rowLength }] },
    bhattacharyyaDistance: { f: [one, one, normalize], rows: [z, w, { ...ofLogits, rowLength }] },
    totalVariationDistance: { f: [one, one, ofLogits], rows: [p, one, { normalize: true, rowLength }] },
    distanceMatrix: { f: [p, functions.jsDistance, { ...normalize, rowLength }] },
    iDivergence: { f: [one, one], rows: [p, p, { rowLength }] },
    logLikelihoodRatio: { f: [one, one, one], rows: [counts, p, one, { rowLength }] },
    logRatio: { f: [one, one], rows: [p, one, { rowLength }] },
    logSumExp: { f: [one], rows: [z, { rowLength, temperature: 0.5 }] },
    softmax: { f: [one, { temperature: 2 }], rows: [z, { rowLength }] },
    logSoftmax: { f: [one], rows: [w, { rowLength }] },
    crossEntropyLoss: {
      f: [z, tokens, { ...loss, classWeights: Array.from({ length: rowLength }, (_, i) => i + 1) }],
    },
    distillationLoss: { f: [z, w, { rowLength, gradient: true, direction: "js" }] },
    gaussianKl: {
      f: [z, w, { rowLength, priorMean: one, priorLogVariance: one, reduction: "none", gradient: true }],
    },
    elbo: { f: [Array.from(tokens, (token) => -token), z, w, { rowLength, beta: 0.5, gradient: true }] },
    tokenLogProbabilities: { f: [z, tokens, { rowLength }] },
    perplexity: { f: [z, Array.from(tokens), { rowLength }] },
    logLikelihoodRatioOfTokens: { f: [z, w, tokens, { rowLength }] },
  };
}

/** Those of a measure or mapping, from its definition: single rows, and a matrix and one row for all. */
function derivedArguments({ p, z, counts, one }: Arrays, definition: Definition): Arguments | undefined {
  const { kind, arrays, distributions, mostAlpha, inputs, keys } = definition;
  if (kind === "loss") return undefined;
  const isOf = (array: string) => distributions.includes(array);
  const matrix = inputs.includes("probabilities") ? p : z;
  const alpha = mostAlpha > 0 ? [0.5] : [];
  const options = keys.includes("normalize") ? { normalize: true } : {};
  const second = arrays.filter(isOf)[1];
  const inRows = arrays.map((array) => (array === second ? one : isOf(array) ? matrix : counts));
  return {
    f: [...arrays.map(() => one), ...alpha, options],
    rows: [...inRows, ...alpha, { ...options, rowLength: one.length }],
    of: [matrix, ...alpha, { ...options, rowLength: one.length }],
  };
}

/** A form of one of `functions`, as `klDivergence.rows`. */
export interface EveryCall {
  name: string;
  args(arrays: Arrays): unknown[];
  /** At once. */
  run(functions: Functions, arrays: Arrays): unknown;
  /** As a promise. */
  runAside(functions: Functions, arrays: Arrays): Promise<unknown>;
}

type Forms = ((...args: unknown[]) => unknown) & {
  async(...args: unknown[]): Promise<unknown>;
  rows?: Forms;
  of?: Forms;
};

const NO_ARRAYS: Arrays = { z: [], w: [], p: [], counts: [], one: [], tokens: new Int32Array(0) };

/** All of them: where a form has no arguments here and none can be derived, this fails. */
export function everyCall(functions: Functions, definitions: Record<string, Definition> = DEFINITIONS): EveryCall[] {
  const known = Object.keys(ownArguments(NO_ARRAYS, functions));
  const all = functions as unknown as Record<string, Forms>;
  const computed = Object.keys(all).filter((name) => typeof all[name] === "function" && "async" in all[name]);
  const placeOf = (name: string) => (known.includes(name) ? known.indexOf(name) : known.length);
  // in the order above: a module's names come in the alphabet's
  const names = computed.sort((a, b) => placeOf(a) - placeOf(b)) as Name[];
  return names.flatMap((name) =>
    (["f", "rows", "of"] as const)
      .filter((form) => form === "f" || form in all[name])
      .map((form) => {
        const args = (arrays: Arrays) => {
          const definition = definitions[name];
          const derived = definition && derivedArguments(arrays, definition);
          const found = (ownArguments(arrays, functions)[name] ?? derived)?.[form];
          if (found === undefined)
            throw new Error(`${name}, ${form}: add its arguments to ownArguments in test/everyCall.ts`);
          return found;
        };
        args(NO_ARRAYS);
        const formOf = (these: Functions) => {
          const f = these[name] as unknown as Forms;
          return form === "f" ? f : (f[form] as Forms);
        };
        return {
          name: form === "f" ? name : `${name}.${form}`,
          args,
          run: (these: Functions, arrays: Arrays) => formOf(these)(...args(arrays)),
          runAside: (these: Functions, arrays: Arrays) => formOf(these).async(...args(arrays)),
        };
      }),
  );
}
