// The bounds of every position and candidate, as they are computed, to a file: CSV, JSON lines or .npy.

import { extname } from "node:path";
import { makeNpyHeader } from "../compare/npy.js";
import { jsonLine } from "./jsonText.js";
import { COLUMNS, type ListPosition, MEASURES } from "./listComparison.js";
import type { Output, WritePart } from "./output.js";
import { csvLine } from "./text.js";

/** In .npy, before those of the measures: record, position, candidate, token. */
const PLACE_COLUMNS = 4;

/** What is written at once. */
const PART_BYTES = 2 ** 16;

/** Throws for a place where the number of rows, which is known at the end, cannot be written at the start. */
export function checkListRowsOut(path: string, { isFile }: Output): void {
  if (isFile || extname(path) !== ".npy") return;
  throw new RangeError(`--rows-out ${path} is no regular file, which .npy needs; write .csv or .jsonl there`);
}

export class ListRowsOut {
  readonly #format: string;
  readonly #write: WritePart;
  #text = "";
  #numbers: number[] = [];
  #rows = 0;

  constructor(path: string, write: WritePart) {
    this.#format = extname(path);
    this.#write = write;
    if (this.#format === ".csv") {
      this.#text = csvLine(["record", "position", "candidate", "token", ...COLUMNS.map(([, , name]) => name)]);
    }
  }

  get #header(): Uint8Array {
    return makeNpyHeader("<f8", [this.#rows, PLACE_COLUMNS + COLUMNS.length]);
  }

  async start(): Promise<void> {
    if (this.#format === ".npy") await this.#write(this.#header);
  }

  /** Of the candidate by its place and its label. A promise where something is written. */
  add(candidate: number, label: string, { record, index, token, bounds }: ListPosition): Promise<void> | undefined {
    this.#rows++;
    const values = COLUMNS.map(([key, end]) => bounds[key][end]);
    if (this.#format === ".npy") {
      this.#numbers.push(record, index, candidate, typeof token === "number" ? token : -1, ...values);
      return this.#numbers.length * 8 < PART_BYTES ? undefined : this.#flush();
    }
    this.#text +=
      this.#format === ".csv"
        ? csvLine([record, index, label, token ?? "", ...values])
        : jsonLine({
            ...{ record, position: index, candidate: label, token },
            ...Object.fromEntries(
              MEASURES.map(([, key]) => {
                const { lower, upper, estimate } = bounds[key];
                return [key, { lower, upper, estimate }];
              }),
            ),
          });
    return this.#text.length < PART_BYTES ? undefined : this.#flush();
  }

  async #flush(): Promise<void> {
    const part = this.#format === ".npy" ? new Uint8Array(Float64Array.from(this.#numbers).buffer) : this.#text;
    this.#text = "";
    this.#numbers = [];
    await this.#write(part);
  }

  async end(): Promise<void> {
    await this.#flush();
    if (this.#format === ".npy") await this.#write(this.#header, 0);
  }
}
