// The entropies of a file's rows, of which any range can be computed by itself.

import { widen } from "../compare/half.js";
import type { LogitSource, OpenLogitsOptions } from "../compare/index.js";
import type { JsonValue } from "../compare/json.js";
import { Moments, type MomentsJson } from "../compare/moments.js";
import { looksLikeProbabilities, problemOf, wordsOf } from "../compare/rowChecks.js";
import { createEngine, entropy, type InputKind } from "../index.js";
import type { Kind, Options, RowRange, Tally } from "./kind.js";
import { inputKindFrom, openOptionsFrom } from "./options.js";

/** All that changes results, besides the file. */
export interface EntropyOptions extends Options {
  readonly open: OpenLogitsOptions;
  readonly input: InputKind;
  readonly temperature: number;
  /** Of the logarithm. */
  readonly base: number;
}

/** Entropies that are kept for exact quantiles. */
const VALUES = 2 ** 18;

/** Fewer take less time on one thread than others take to start. */
const LEAST_NUMBERS = 2 ** 27;

export class EntropyResults implements Tally<EntropyResults> {
  readonly moments: Moments;
  /** Of logits, rows that look like probabilities. */
  probabilityRows: number;

  constructor(moments: Moments = new Moments(VALUES), probabilityRows = 0) {
    this.moments = moments;
    this.probabilityRows = probabilityRows;
  }

  get rows(): number {
    return this.moments.count;
  }

  addAll({ moments, probabilityRows }: EntropyResults): void {
    this.moments.addAll(moments);
    this.probabilityRows += probabilityRows;
  }

  toJSON(): { moments: MomentsJson; probabilityRows: number } {
    return { moments: this.moments.toJSON(), probabilityRows: this.probabilityRows };
  }
}

export const ENTROPIES: Kind<EntropyOptions, EntropyResults> = {
  name: "entropy",
  optionsFrom(json) {
    const { open, input, start, end, temperature, base } = json.entries([
      ...(["open", "input", "start", "end", "temperature", "base"] as const),
    ]);
    const positive = (value: JsonValue) => (value.number() > 0 ? value.number() : value.fail("positive"));
    const first = start.integer();
    return {
      ...{ open: openOptionsFrom(open), input: inputKindFrom(input), start: first, end: end.integer(first + 1) },
      ...{ temperature: positive(temperature), base: positive(base) },
    };
  },
  checkInputs(inputs, json) {
    if (Object.keys(inputs).join() !== "file" || !inputs.file?.shape) json.fail("one file, of rows and classes");
  },
  empty: () => new EntropyResults(),
  resultsFrom(json) {
    const { moments, probabilityRows } = json.entries(["moments", "probabilityRows"]);
    const read = Moments.from(moments, VALUES);
    return new EntropyResults(read, probabilityRows.integer(0, read.count));
  },
};

/** Adds the entropies of a range to the results; `onRows` is called with how many of its rows are done. */
export async function addEntropies(
  source: LogitSource,
  { start, end }: RowRange,
  { input, temperature, base }: EntropyOptions,
  results: EntropyResults,
  { signal, onRows }: { readonly signal: AbortSignal; readonly onRows: (next: number) => void },
): Promise<void> {
  const { classes } = source;
  const options = { input, base, ...(input === "logits" && { temperature }), rowLength: classes, signal };
  const engine = await createEngine({ threads: (end - start) * classes < LEAST_NUMBERS ? 1 : "auto" });
  let row = start;
  try {
    for await (const batch of source.read({ start, end })) {
      const numbers = widen(batch);
      const entropies = await entropy.rows.async(numbers, { ...options, engine }).catch((error) => {
        signal.throwIfAborted();
        throw placed(error, source, row, numbers, input);
      });
      for (const [r, value] of entropies.entries()) {
        results.moments.add(value);
        if (input === "logits" && looksLikeProbabilities(numbers, r * classes, classes)) results.probabilityRows++;
      }
      row += entropies.length;
      onRows(row);
    }
  } finally {
    engine.dispose();
  }
}

/** An error of a batch whose first row is `first`, with the place in the file. */
function placed(error: Error, source: LogitSource, first: number, numbers: ArrayLike<number>, kind: InputKind): Error {
  const { name, classes } = source;
  for (let row = first, at = 0; at < numbers.length; row++, at += classes) {
    const problem = problemOf(kind, numbers, at, classes);
    if (problem === undefined) continue;
    const place = source.placeOf(row, problem.column);
    return new RangeError(wordsOf(problem, kind, name, row, place), { cause: error });
  }
  return error;
}
