// One column of two tables: whether it has numbers or categories, and how many values are in which bin or category. Values come
// one after the other, those of the reference first.

import { show } from "../engine/checks.js";
import { binOf, quantileEdges, widthEdges } from "./edges.js";

/** 0: the reference; 1: what is compared with it. */
export type Side = 0 | 1;

export type ColumnKind = "numeric" | "categorical";

/** What columns have in common. */
export interface ColumnSettings {
  readonly bins: "quantile" | "width";
  readonly count: number;
  /** Texts that are numbers are numbers. */
  readonly parseNumbers: boolean;
  /** Texts that stand for no value. */
  readonly missing: readonly string[];
}

/** What values are counted by: a bin or a category, what is outside of all bins, or no value. */
export interface CountedClass {
  /** Below or above all bins; a text among numbers; missing is what has no value. */
  readonly kind: "bin" | "below" | "above" | "text" | "category" | "missing";
  /** Of a category its text; of what else there is, words. */
  readonly name: string;
  /** Of a bin: its lower edge, which is in it. */
  readonly from?: number;
  /** Of a bin: its upper edge, which is in the last bin of a column only. */
  readonly to?: number;
  /** How many values of the reference. */
  readonly reference: number;
  /** How many of the table that is compared with it. */
  readonly current: number;
}

/** Values of the reference that tell the kind of a column. */
const FIRST = 1000;

/** Of a column: more are names or numbers of things, of which every table has others. */
const MOST_CATEGORIES = 200_000;

/** Numbers that are kept together. */
const CHUNK = 2 ** 14;

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf(?:inity)?|nan)\s*$/i;

/** The number that a text is, NaN for "nan"; undefined of what is none. */
function numberOf(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const x = Number(text);
  if (!Number.isNaN(x) || /n\s*$/i.test(text)) return x;
  return text.includes("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Whether a text would lose what it is if it were a number: 007. */
const isCode = (text: string): boolean => /^\s*[+-]?0\d/.test(text);

type Room = (length: number) => Float64Array;

interface Counter {
  /** Whether it is a value; NaN is none. */
  add(side: Side, value: unknown): boolean;
  /** All values of the reference are there. `room` gives memory for so many numbers, which may have been another column's. */
  endReference(room: Room): void;
  /** Undefined where there are more categories than are counted. */
  classes(): CountedClass[] | undefined;
}

class NumberCounter implements Counter {
  readonly #settings: ColumnSettings;
  /** Numbers of the reference, until the bins are laid by them. */
  #chunks: Float64Array[] = [];
  #length = 0;
  #edges: Float64Array = new Float64Array(0);
  /** Per side: below all bins, in each bin, above all. */
  #counts: readonly [Float64Array, Float64Array] = [this.#edges, this.#edges];
  readonly #texts: [number, number] = [0, 0];

  constructor(settings: ColumnSettings) {
    this.#settings = settings;
  }

  add(side: Side, value: unknown): boolean {
    const x = typeof value === "string" && this.#settings.parseNumbers ? numberOf(value) : value;
    if (typeof x !== "number") this.#texts[side]++;
    else if (Number.isNaN(x)) return false;
    else if (side === 1) this.#count(1, x);
    else {
      const at = this.#length++ % CHUNK;
      if (at === 0) this.#chunks.push(new Float64Array(CHUNK));
      this.#chunks[this.#chunks.length - 1][at] = x + 0;
    }
    return true;
  }

  #count(side: Side, x: number): void {
    this.#counts[side][binOf(this.#edges, x) + 1]++;
  }

  endReference(room: Room): void {
    const numbers = room(this.#length);
    for (const [i, chunk] of this.#chunks.entries())
      numbers.set(chunk.subarray(0, this.#length - i * CHUNK), i * CHUNK);
    this.#chunks = [];
    numbers.sort();
    this.#edges = this.#edgesOf(numbers);
    this.#counts = [new Float64Array(this.#edges.length + 1), new Float64Array(this.#edges.length + 1)];
    for (const x of numbers) this.#count(0, x);
  }

  #edgesOf(sorted: Float64Array): Float64Array {
    const { bins, count } = this.#settings;
    const first = sorted.findIndex((x) => x > Number.NEGATIVE_INFINITY);
    const finite = sorted.subarray(Math.max(0, first), sorted.findLastIndex((x) => x < Number.POSITIVE_INFINITY) + 1);
    // without a number to lay bins by, one has all
    if (finite.length === 0) return Float64Array.of(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    return bins === "quantile" ? quantileEdges(finite, count) : widthEdges(finite[0], finite[finite.length - 1], count);
  }

  classes(): CountedClass[] {
    const edges = this.#edges;
    const last = edges.length - 2;
    const [reference, current] = this.#counts;
    const countsOf = (i: number) => ({ reference: reference[i], current: current[i] });
    const bins = Array.from({ length: last + 1 }, (_, i): CountedClass => {
      const [from, to] = [edges[i], edges[i + 1]];
      const name = from === to ? `${from}` : `[${from}, ${to}${i === last ? "]" : ")"}`;
      return { kind: "bin", name, from, to, ...countsOf(i + 1) };
    });
    return [
      { kind: "below", name: `below ${edges[0]}`, ...countsOf(0) },
      ...bins,
      { kind: "above", name: `above ${edges[last + 1]}`, ...countsOf(last + 2) },
      { kind: "text", name: "no number", reference: this.#texts[0], current: this.#texts[1] },
    ];
  }
}

/** A copy that does not keep the text alive of which it is a part: a line, or a whole part of a file. */
const copied = (text: string): string => (text.length < 13 ? text : JSON.parse(JSON.stringify(text)));

class CategoryCounter implements Counter {
  readonly #places = new Map<string, number>();
  readonly #counts: readonly [number[], number[]] = [[], []];
  #areTooMany = false;

  add(side: Side, value: unknown): boolean {
    if (this.#areTooMany) return true;
    const key = typeof value === "string" ? value : String(value);
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(copied(key), place);
      for (const counts of this.#counts) counts.push(0);
      if (place === MOST_CATEGORIES) this.#giveUp();
    }
    this.#counts[side][place]++;
    return true;
  }

  #giveUp(): void {
    this.#areTooMany = true;
    this.#places.clear();
  }

  endReference(): void {}

  classes(): CountedClass[] | undefined {
    if (this.#areTooMany) return undefined;
    const [reference, current] = this.#counts;
    return Array.from(this.#places, ([name, i]) => ({
      ...({ kind: "category", name } as const),
      ...{ reference: reference[i], current: current[i] },
    }));
  }
}

export class DriftColumn {
  readonly name: string;
  readonly #settings: ColumnSettings;
  #kind: ColumnKind | undefined;
  #counter: Counter | undefined;
  /** Values of the reference that wait for the kind. */
  #first: unknown[] = [];
  /** Values that are there, per side. */
  readonly #present: [number, number] = [0, 0];
  /** Whether each side has this column. */
  readonly isIn: [boolean, boolean] = [false, false];

  /** Without a kind, the first values of the reference tell it. */
  constructor(name: string, settings: ColumnSettings, kind: ColumnKind | undefined) {
    this.name = name;
    this.#settings = settings;
    if (kind !== undefined) this.#begin(kind);
  }

  get kind(): ColumnKind {
    return this.#kind as ColumnKind;
  }

  #begin(kind: ColumnKind): void {
    this.#kind = kind;
    const counter = kind === "numeric" ? new NumberCounter(this.#settings) : new CategoryCounter();
    this.#counter = counter;
    for (const value of this.#first) this.#count(counter, 0, value);
    this.#first = [];
  }

  #count(counter: Counter, side: Side, value: unknown): void {
    if (counter.add(side, value)) this.#present[side]++;
  }

  /** Throws for what is no number, text or boolean; `placeOf` says where it is. */
  add(side: Side, value: unknown, placeOf: () => string): void {
    this.isIn[side] = true;
    if (this.#isMissing(value)) return;
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
      throw new TypeError(`${placeOf()} is ${show(value)}; it must be a number, a text, a boolean, or null`);
    }
    if (this.#counter !== undefined) this.#count(this.#counter, side, value);
    else if (this.#first.push(value) === FIRST) this.#begin(this.#guess());
  }

  #isMissing(value: unknown): boolean {
    if (typeof value === "string") return this.#settings.missing.includes(value);
    return value === undefined || value === null || Number.isNaN(value);
  }

  #guess(): ColumnKind {
    const { parseNumbers } = this.#settings;
    const isNumber = (value: unknown) =>
      typeof value === "number" ||
      (parseNumbers && typeof value === "string" && !isCode(value) && numberOf(value) !== undefined);
    return this.#first.length > 0 && this.#first.every(isNumber) ? "numeric" : "categorical";
  }

  endReference(room: Room): void {
    if (this.#counter === undefined) this.#begin(this.#guess());
    this.#counter?.endReference(room);
  }

  /** What has values, of tables of so many rows. Undefined where there are more categories than are counted. */
  classes(rows: readonly [number, number]): CountedClass[] | undefined {
    const counted = this.#counter?.classes();
    if (counted === undefined) return undefined;
    const [reference, current] = rows.map((count, side) => count - this.#present[side]);
    const all: CountedClass[] = [...counted, { kind: "missing", name: "missing", reference, current }];
    return all.filter(({ kind, reference, current }) => kind === "bin" || reference + current > 0);
  }
}
