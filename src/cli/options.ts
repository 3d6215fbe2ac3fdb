// What is written after an option, as it is meant.

import { InvalidArgumentError } from "commander";
import type { ElementType, OpenLogitsOptions } from "../compare/index.js";
import type { InputKind } from "../index.js";
import { type Assignment, readBytes } from "./models.js";

/** Of a file of rows, as the command line has them: of the one file, or of two. */
export interface FileOptions {
  rows?: Range;
  tensor?: readonly string[];
  bfloat16?: boolean;
  float16?: boolean;
  bigEndian?: boolean;
  partial?: boolean;
  type?: readonly ElementType[];
  shape?: readonly (readonly number[])[];
}

export interface Range {
  readonly start?: number;
  readonly end?: number;
}

/** Of a file by its number: what was given once is of all, what was given twice is of base and of all others. */
export function openOptionsOf(
  { tensor, bfloat16, float16, bigEndian, partial, type, shape }: FileOptions,
  side: number,
): OpenLogitsOptions {
  const of = <T>(values: readonly T[] | undefined): T | undefined => valueFor(values, side);
  return { tensor: of(tensor), bfloat16, float16, bigEndian, partial, type: of(type), shape: of(shape) };
}

/** The option whose value has this name. */
export const optionOf = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export const valueFor = <T>(values: readonly T[] | undefined, side: number): T | undefined =>
  values?.[Math.min(side, values.length - 1)];

/** Throws where an option is given neither once, nor for base and for all others, nor for each file. */
export function checkTimes(name: string, values: readonly unknown[] = [], files: readonly unknown[]): void {
  const { length } = values;
  if (length <= 1 || length === files.length || (length === 2 && files.length > 2)) return;
  const count = files.length === 1 ? "there is one file" : `there are ${files.length} files`;
  const hint = files.length > 2 ? "; give it once, twice (of base, of all others), or for each" : "";
  throw new RangeError(`--${name} is given ${length} times, but ${count}${hint}`);
}

/** `name=value`. */
export function readAssignment(text: string): Assignment {
  const at = text.lastIndexOf("=");
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError("It must be like q4=VALUE.");
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** The same of a label, which may have any sign in it. */
export function readLabel(text: string): Assignment {
  const at = text.indexOf("=");
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError("It must be like q4=Q4_K_M.");
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

export function readSize(text: string): Assignment<number> {
  const { name, value } = readAssignment(text);
  const bytes = readBytes(value);
  if (bytes === undefined) throw new InvalidArgumentError("It must be like q4=2.2GB, q4=2.1GiB or q4=2200000000.");
  return { name, value: bytes };
}

export function readBits(text: string): Assignment<number> {
  const { name, value } = readAssignment(text);
  return { name, value: readPositive(value) };
}

/** Two candidates: `a,b`. */
export function readPair(text: string): readonly [first: string, second: string] {
  const parts = text.split(",");
  if (parts.length !== 2 || parts.includes("")) throw new InvalidArgumentError("It must be like q4,q6.");
  return [parts[0], parts[1]];
}

/** A reader of an option that may be given more than once. */
export const each =
  <T>(read: (text: string) => T) =>
  (text: string, before: readonly T[] = []): T[] => [...before, read(text)];

export const INPUT_KINDS: readonly InputKind[] = ["logits", "logProbabilities", "probabilities"];

/** Throws for a temperature where there are no logits to divide. */
export function checkTemperature(temperature: number | undefined, input: readonly InputKind[]): void {
  if (temperature === undefined || input.includes("logits")) return;
  throw new RangeError(
    `--temperature divides logits, and there are none with --input ${input[0]}; leave one of them out`,
  );
}

function readInteger(text: string, least: number): number {
  if (/^\d+$/.test(text) && Number(text) >= least && Number.isSafeInteger(Number(text))) return Number(text);
  throw new InvalidArgumentError(`It must be an integer of at least ${least}.`);
}

export const readCount = (text: string): number => readInteger(text, 1);

export function readPositive(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && number > 0 && number < Infinity) return number;
  throw new InvalidArgumentError("It must be a positive number.");
}

export function readBase(text: string): number {
  const base = readPositive(text);
  if (base !== 1) return base;
  throw new InvalidArgumentError("It must not be 1, whose logarithm is 0.");
}

/** A positive number, or 0. */
export const readBound = (text: string): number => (/^0*\.?0+$/.test(text.trim()) ? 0 : readPositive(text));

export const readThreads = (text: string): number | "auto" => (text === "auto" ? text : readCount(text));

export function readInput(text: string): InputKind {
  const kind = INPUT_KINDS.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw new InvalidArgumentError(`It must be ${INPUT_KINDS.slice(0, -1).join(", ")} or ${INPUT_KINDS.at(-1)}.`);
}

export function readType(text: string): ElementType {
  if (/^(f16|bf16|f32|f64)$/.test(text)) return text as ElementType;
  throw new InvalidArgumentError("It must be f16, bf16, f32 or f64.");
}

/** `a:b`, `a:`, `:b`. */
export function readRows(text: string): Range {
  const [, start, end] = text.match(/^(\d*):(\d*)$/) ?? [];
  if (start === undefined) throw new InvalidArgumentError("It must be first:end, like 0:512, or 512: for the rest.");
  const range = { start: start === "" ? 0 : readInteger(start, 0), end: end === "" ? undefined : readInteger(end, 1) };
  if (range.end !== undefined && range.end <= range.start) {
    throw new InvalidArgumentError("There are no rows in it: the second is the row after the last.");
  }
  return range;
}

/** `classes` alone is of as many rows as the file holds. */
export function readShape(text: string): readonly number[] {
  if (!/^\d+(,\d+){0,2}$/.test(text)) throw new InvalidArgumentError("It must be like 512,128256, or 128256 alone.");
  const shape = text.split(",").map(readCount);
  return shape.length === 1 ? [-1, ...shape] : shape;
}
