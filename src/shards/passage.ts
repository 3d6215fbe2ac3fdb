// What a report tells of a text token by token: of its first rows, and of each candidate's worst.

import { base64Of, numbersOf } from "../compare/base64.js";
import type { RowResults } from "../compare/index.js";
import type { JsonValue } from "../compare/json.js";

/** Of the likeliest tokens of each row. */
export const TOP = 5;

/** Rows of which everything is kept, at most; and of base and all candidates together. */
const MOST_ROWS = 20_000;
const MOST_IN_ALL = 60_000;

/** As many as a report shows, which are those that a summary keeps. */
const WORST = 20;

/** A likely token. */
export interface Likely {
  readonly token: number;
  readonly logProbability: number;
}

/** One row of one candidate. */
export interface PassageRow {
  readonly row: number;
  readonly kl: number;
  readonly base: readonly Likely[];
  readonly other: readonly Likely[];
}

interface Kept {
  /** Of each row: KL, then token and ln p of the likeliest tokens of the candidate. */
  numbers: number[];
  /** Those of the largest KL, the largest first: the number of the row, KL, then the likeliest tokens of base and of the candidate. */
  worst: number[][];
}

interface PassageJson {
  readonly tokens: string;
  readonly base: string;
  readonly candidates: readonly { readonly numbers: string; readonly worst: string }[];
}

export class Passage {
  /** The number of the first row. */
  readonly #start: number;
  /** Likely tokens of a row. */
  readonly #top: number;
  /** Of all rows the observed token, or -1. */
  #tokens: number[] = [];
  /** Of the rows that are kept: token and ln p of the likeliest tokens of base. */
  #base: number[] = [];
  readonly #candidates: Kept[];

  constructor(start: number, classes: number, candidates: number) {
    this.#start = start;
    this.#top = Math.min(TOP, classes);
    this.#candidates = Array.from({ length: candidates }, () => ({ numbers: [], worst: [] }));
  }

  /** Of so many rows everything is kept. */
  get #most(): number {
    return Math.min(MOST_ROWS, Math.floor(MOST_IN_ALL / (this.#candidates.length + 1)));
  }

  add(first: number, results: readonly RowResults[]): void {
    const [{ count, tokens }] = results;
    for (let r = 0; r < count; r++) {
      const isKept = this.#tokens.length < this.#most;
      this.#tokens.push(tokens[r]);
      for (const [i, rows] of results.entries()) {
        const { numbers, worst } = this.#candidates[i];
        const kl = rows.kl[r];
        const isWorst = worst.length < WORST || kl > worst[WORST - 1][1];
        if (!isKept && !isWorst) continue;
        const [base, other] = likelyOf(rows, r);
        if (isKept) numbers.push(kl, ...other);
        if (isKept && i === 0) this.#base.push(...base);
        if (!isWorst) continue;
        // of the same KL, earlier rows come first
        const place = worst.findIndex((entry) => entry[1] < kl);
        worst.splice(place < 0 ? worst.length : place, 0, [first + r, kl, ...base, ...other]);
        worst.length = Math.min(worst.length, WORST);
      }
    }
  }

  get start(): number {
    return this.#start;
  }

  /** Rows in all. */
  get rows(): number {
    return this.#tokens.length;
  }

  /** Rows, from the first on, of which everything is kept. */
  get kept(): number {
    return Math.min(this.rows, this.#most);
  }

  /** The observed token of a row, by its number in the files; -1 where it is unknown, or not a row that was compared. */
  tokenOf(row: number): number {
    return this.#tokens[row - this.#start] ?? -1;
  }

  /** One of the rows that are kept. */
  rowOf(row: number, candidate: number): PassageRow {
    const place = row - this.#start;
    const width = 1 + 2 * this.#top;
    const [kl, ...other] = this.#candidates[candidate].numbers.slice(place * width, (place + 1) * width);
    const base = this.#base.slice(place * 2 * this.#top, (place + 1) * 2 * this.#top);
    return { row, kl, base: pairsOf(base), other: pairsOf(other) };
  }

  /** Those of the largest KL of a candidate, as a summary has them. */
  worstOf(candidate: number): PassageRow[] {
    return this.#candidates[candidate].worst.map(([row, kl, ...likely]) => ({
      ...{ row, kl },
      base: pairsOf(likely.slice(0, 2 * this.#top)),
      other: pairsOf(likely.slice(2 * this.#top)),
    }));
  }

  toJSON(): PassageJson {
    const text = (numbers: readonly number[]) => base64Of(Float64Array.from(numbers));
    return {
      tokens: text(this.#tokens),
      base: text(this.#base),
      candidates: this.#candidates.map(({ numbers, worst }) => ({ numbers: text(numbers), worst: text(worst.flat()) })),
    };
  }

  /** Takes over what `toJSON` gave of `rows` rows. */
  restore(json: JsonValue, rows: number): void {
    const { tokens, base, candidates } = json.entries(["tokens", "base", "candidates"]);
    const read = (value: JsonValue, count: number): number[] => {
      const numbers = numbersOf(value.text());
      return numbers?.length === count ? Array.from(numbers) : value.fail(`${count} numbers in base64`);
    };
    this.#tokens = read(tokens, rows);
    const width = 2 * this.#top;
    this.#base = read(base, this.kept * width);
    for (const [i, entry] of candidates.list(this.#candidates.length).entries()) {
      const { numbers, worst } = entry.entries(["numbers", "worst"]);
      const kept = this.#candidates[i];
      kept.numbers = read(numbers, this.kept * (1 + width));
      const all = read(worst, Math.min(WORST, rows) * (2 + 2 * width));
      kept.worst = Array.from({ length: Math.min(WORST, rows) }, (_, n) =>
        all.slice(n * (2 + 2 * width), (n + 1) * (2 + 2 * width)),
      );
    }
  }
}

/** Token, ln p, token, ln p, … of base and of other. */
function likelyOf({ topTokens }: RowResults, r: number): [base: number[], other: number[]] {
  if (topTokens === undefined) throw new Error("the rows are without their likeliest tokens");
  const { perRow, base, baseLogProbability, other, otherLogProbability } = topTokens;
  const list = (tokens: Int32Array, logs: Float64Array) =>
    Array.from({ length: 2 * perRow }, (_, n) => (n % 2 === 0 ? tokens : logs)[r * perRow + Math.floor(n / 2)]);
  return [list(base, baseLogProbability), list(other, otherLogProbability)];
}

const pairsOf = (numbers: readonly number[]): Likely[] =>
  Array.from({ length: numbers.length / 2 }, (_, i) => ({
    token: numbers[2 * i],
    logProbability: numbers[2 * i + 1],
  }));
