// What a part can be of: the kinds of work over rows that are split, and what their results have in common.

import type { JsonValue } from "../compare/json.js";
import type { InputIdentity } from "./identity.js";

/** What is known of rows. */
export interface Tally<Self> {
  /** How many they are. */
  readonly rows: number;
  /** Adds what is known of other rows. */
  addAll(other: Self): void;
  toJSON(): unknown;
}

/** Rows `start` to `end` - 1. */
export interface RowRange {
  /** The first row. */
  readonly start: number;
  /** The row behind the last. */
  readonly end: number;
}

/** What changes results, besides the inputs: the rows of all parts together, and what is computed of them. */
export type Options = RowRange;

export interface Kind<OfKind extends Options, Results extends Tally<Results>> {
  readonly name: string;
  /** Strictly: a part may come from anywhere. */
  optionsFrom(json: JsonValue): OfKind;
  /** Throws for what are not the inputs of this kind. */
  checkInputs(inputs: Inputs, json: JsonValue): void;
  /** Of no rows. */
  empty(options: OfKind): Results;
  /** Of the rows of a range. */
  resultsFrom(json: JsonValue, options: OfKind, range: RowRange): Results;
}

/** By their names in messages: base, other, tokens … */
export type Inputs = Readonly<Record<string, InputIdentity | null>>;

/** One that must be there, and must be a matrix: {@link Kind.checkInputs} says so of those that have to be. */
export function matrixOf(inputs: Inputs, name: string): InputIdentity & { readonly shape: readonly [number, number] } {
  const input = Object.hasOwn(inputs, name) ? inputs[name] : null;
  if (input === null || input.shape === null) throw new RangeError(`${name} is no matrix`);
  return { ...input, shape: input.shape };
}

/** What parts must have in common. */
export interface Subject<OfKind extends Options = Options> {
  /** The name of the kind. */
  readonly command: string;
  /** The version of the package. */
  readonly logratio: string;
  /** What tells each file from others, by its name in messages; null for one that is not used. */
  readonly inputs: Inputs;
  /** All that changes results. */
  readonly options: OfKind;
}
