// Tables of CSV, a batch of rows at a time.

import Papa from "papaparse";
import { shown, shownValue } from "../compare/shown.js";

/** Values of some rows, by column. */
export type Columns = Readonly<Record<string, readonly unknown[]>>;

/** What is between fields: the one that the header has most of. */
const DELIMITERS = [",", ";", "\t", "|"];

/** Characters by which the delimiter is found. */
const START = 2 ** 15;

/** Characters of a row: more are a quote that is not closed. */
const MOST_OF_ROW = 2 ** 22;

/** By Papa Parse's code. */
const FAULTS: Readonly<Record<string, string>> = {
  MissingQuotes: "a quoted field does not end; close its quote",
  InvalidQuotes: 'a quoted field goes on behind its quote; a quote in it must be doubled: ""',
};

/** What is read of a file's text so far. */
class Reading {
  readonly #name: string;
  #delimiter: string | undefined;
  #newline: "\n" | "\r" = "\n";
  #parser: Papa.Parser | undefined;
  /** Of a row that goes on. */
  #rest = "";
  /** Lines before it. */
  #lines = 0;
  #header: readonly string[] | undefined;

  constructor(name: string, delimiter: string | undefined) {
    this.#name = shown(name, Infinity);
    this.#delimiter = delimiter;
  }

  /** The rows that end with this part of the text, without the header. */
  take(text: string, isLast: boolean): Columns {
    this.#rest += text;
    if (this.#parser === undefined && this.#rest.length < START && !isLast) return {};
    this.#parser ??= this.#parserOf(this.#rest);
    const { data, errors, meta } = this.#parser.parse(this.#rest, 0, !isLast) as Papa.ParseResult<string[]>;
    // what is wrong with a row that goes on is found when all of it is there
    const error = errors.find(({ row = 0 }) => isLast || row < data.length);
    if (error !== undefined) this.#fail(data, error.row ?? 0, FAULTS[error.code] ?? error.message);
    const columns = this.#columnsOf(data);
    this.#lines += countOf(this.#rest.slice(0, meta.cursor), this.#newline);
    this.#rest = this.#rest.slice(meta.cursor);
    if (this.#rest.length > MOST_OF_ROW) {
      this.#fail([], 0, `a row is longer than ${MOST_OF_ROW} characters; is a quote not closed?`);
    }
    if (isLast && this.#header === undefined) {
      throw new RangeError(`${this.#name} is empty; its first row must have the names of its columns`);
    }
    return columns;
  }

  #parserOf(text: string): Papa.Parser {
    const bare = text.replace(/"[^"]*"/g, "");
    this.#newline = bare.includes("\r") && !bare.includes("\n") ? "\r" : "\n";
    const header = bare.split(this.#newline).find((line) => line.trim() !== "") ?? "";
    this.#delimiter ??= DELIMITERS.reduce((best, sign) =>
      countOf(header, sign) > countOf(header, best) ? sign : best,
    );
    return new Papa.Parser({ delimiter: this.#delimiter, newline: this.#newline });
  }

  #fail(data: readonly string[][], row: number, message: string): never {
    const before = data.slice(0, row).reduce((sum, fields) => sum + 1 + countOf(fields.join(""), this.#newline), 0);
    throw new RangeError(`${this.#name}:${this.#lines + before + 1}: ${message}`);
  }

  #columnsOf(data: readonly string[][]): Columns {
    let columns: string[][] | undefined;
    for (let r = 0; r < data.length; r++) {
      const fields = data[r];
      const last = fields.length - 1;
      // where lines end with both
      if (fields[last].endsWith("\r")) fields[last] = fields[last].slice(0, -1);
      if (last === 0 && fields[0] === "") continue;
      if (this.#header === undefined) {
        this.#header = this.#headerOf(fields, (message) => this.#fail(data, r, message));
        continue;
      }
      if (fields.length !== this.#header.length) {
        this.#fail(data, r, `the row has ${fields.length} fields, the header has ${this.#header.length}`);
      }
      columns ??= fields.map(() => []);
      for (let c = 0; c <= last; c++) columns[c].push(fields[c]);
    }
    return Object.fromEntries((this.#header ?? []).map((name, c) => [name, columns?.[c] ?? []]));
  }

  /** Names of columns; one without a name, as pandas writes for its index, is called by its place. */
  #headerOf(fields: readonly string[], fail: (message: string) => never): string[] {
    const names = fields.map((name, c) => (name.trim() === "" ? `column ${c + 1}` : name.trim()));
    const twice = names.find((name, c) => names.indexOf(name) < c);
    if (twice !== undefined) fail(`two columns are named ${shownValue(twice)}; rename one of them`);
    return names;
  }
}

const countOf = (text: string, sign: string): number => text.split(sign).length - 1;

/**
 * Reads a table whose first row has the names of its columns. The delimiter is found by that row, if it is not given.
 *
 * @param chunks - Of the table, in UTF-8.
 * @param name - What errors call it.
 */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  delimiter?: string,
): AsyncGenerator<Columns> {
  const reading = new Reading(name, delimiter);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let at = 0;
  const decoded = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      const where = bytes === undefined ? "at its end" : `from byte ${at} to ${at + bytes.length}`;
      throw new TypeError(`${shown(name, Infinity)} is not UTF-8 ${where}; convert it: iconv -f latin1 -t utf-8`);
    }
  };
  for await (const bytes of chunks) {
    yield reading.take(decoded(bytes), false);
    at += bytes.length;
  }
  yield reading.take(decoded(), true);
}
