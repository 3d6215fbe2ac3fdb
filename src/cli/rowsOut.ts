// The results of every row and candidate, as they are computed, to a file: CSV, JSON lines or .npy.

import { extname } from "node:path";
import type { RowResults } from "../compare/index.js";
import { makeNpyHeader } from "../compare/npy.js";
import { jsonLine } from "./jsonText.js";
import type { WritePart } from "./output.js";
import { csvLine } from "./text.js";

/** Columns after those of the row and the candidate; in .npy in this order from the third on. */
const COLUMNS = [
  ...["tokens", "kl", "reverseKl", "js", "baseEntropy", "otherEntropy"],
  ...["baseLogProbability", "otherLogProbability", "baseTop", "otherTop"],
  ...["baseTopLogProbability", "otherTopLogProbability", "topOverlap", "top5Overlap", "acceptance"],
] as const satisfies (keyof RowResults)[] as readonly (keyof Omit<RowResults, "count" | "groups" | "topTokens">)[];

const nameOf = (column: (typeof COLUMNS)[number]): string => (column === "tokens" ? "token" : column);

const FORMATS = [".csv", ".jsonl", ".npy"];

export function checkRowsOut(path: string | undefined): void {
  if (path === undefined || FORMATS.includes(extname(path))) return;
  throw new RangeError(`--rows-out ${path} must end in ${FORMATS.slice(0, -1).join(", ")} or ${FORMATS.at(-1)}`);
}

/** Writes in turns, each part when the one before it is written. */
export class RowsOut {
  readonly #format: string;
  readonly #labels: readonly string[];
  readonly #write: WritePart;
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /** Of so many rows. */
  constructor(path: string, labels: readonly string[], rows: number, write: WritePart) {
    this.#format = extname(path);
    this.#labels = labels;
    this.#write = write;
    if (this.#format === ".npy") this.#append(makeNpyHeader("<f8", [rows, labels.length, COLUMNS.length + 2]));
    if (this.#format === ".csv") this.#append(csvLine(["row", "candidate", ...COLUMNS.map(nameOf), "group"]));
  }

  #append(part: Uint8Array | string): void {
    this.#last = this.#last
      .then(() => (this.#failure === undefined ? this.#write(part) : undefined))
      .catch((error) => {
        this.#failure ??= { error };
      });
  }

  /** Throws where what came before could not be written. */
  add(first: number, results: readonly RowResults[]): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#format === ".npy") {
      const { count } = results[0];
      const numbers = new Float64Array(count * results.length * (COLUMNS.length + 2));
      let at = 0;
      for (let r = 0; r < count; r++) {
        for (const [candidate, rows] of results.entries()) {
          numbers[at++] = first + r;
          numbers[at++] = candidate;
          for (const column of COLUMNS) numbers[at++] = rows[column][r];
        }
      }
      this.#append(new Uint8Array(numbers.buffer));
      return;
    }
    let text = "";
    for (let r = 0; r < results[0].count; r++) {
      for (const [candidate, rows] of results.entries()) {
        const [label, group] = [this.#labels[candidate], rows.groups?.[r] ?? ""];
        const values = COLUMNS.map((column) => rows[column][r]);
        text +=
          this.#format === ".csv"
            ? csvLine([first + r, label, ...values, group])
            : jsonLine({
                ...{ row: first + r, candidate: label },
                ...Object.fromEntries(COLUMNS.map((column, i) => [nameOf(column), values[i]])),
                ...(group !== "" && { group }),
              });
      }
    }
    this.#append(text);
  }

  /** Once all is written. */
  async end(): Promise<void> {
    await this.#last;
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
