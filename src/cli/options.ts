// What is written after an option, as it is meant.

import { InvalidArgumentError } from "commander";
import type { ElementType, OpenLogitsOptions } from "../compare/index.js";
import type { InputKind } from "../index.js";

/** Of a file of rows, as the command line has them: of the one file, or of two. */
export interface FileOptions {
  rows?: Range;
  tensor?: readonly string[];
  bfloat16?: boolean;
  type?: readonly ElementType[];
  shape?: readonly (readonly number[])[];
}

export interface Range {
  readonly start?: number;
  readonly end?: number;
}

/** Of the first or second file: what was given once is of both. */
export function openOptionsOf({ tensor, bfloat16, type, shape }: FileOptions, side: number): OpenLogitsOptions {
  const of = <T>(values: readonly T[] | undefined): T | undefined => values?.[side] ?? values?.[0];
  return { tensor: of(tensor), bfloat16, type: of(type), shape: of(shape) };
}

/** Throws where an option is given for more files than there are. */
export function checkTimes(name: string, values: readonly unknown[] = [], files: readonly unknown[]): void {
  if (values.length <= files.length) return;
  const count = files.length === 1 ? "there is one file" : `there are ${files.length} files`;
  throw new RangeError(`--${name} is given ${values.length} times, but ${count}`);
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
