// What goes from thread to thread as text or as a message.

import { typeNameOf } from "../../backends/arrays.js";
import type { Vector } from "../../backends/backend.js";
import { halvesOf, numbersOf } from "../../backends/halves.js";

/** To a worker, at first. */
export interface Start {
  readonly memory: WebAssembly.Memory;
  readonly backend: "relaxed" | "simd" | "js";
  /** The one that all kernels are in; undefined for backend "js". */
  readonly module: WebAssembly.Module | undefined;
  readonly index: number;
  readonly threads: number;
  /** How long it stays awake after a job. */
  readonly spinMilliseconds: number;
}

const TYPES = { Float32Array, Float64Array, Int32Array, Uint16Array, Uint8Array } as const;
type TypeName = keyof typeof TYPES;

export const typeOf = (name: TypeName): (typeof TYPES)[TypeName] => TYPES[name];

/** A typed array of the kinds that loops read. */
export type SharedArray = Float32Array | Float64Array | Int32Array | Uint16Array | Uint8Array;

export const isSharable = (array: unknown): array is SharedArray => (typeNameOf(array) ?? "") in TYPES;

/** An array in the memory that threads share. */
export interface ArrayText {
  readonly type: TypeName;
  readonly offset: number;
  readonly length: number;
  /** Of numbers of fewer bits. */
  readonly format?: number;
}

export const describeArray = (array: SharedArray): ArrayText => ({
  type: typeNameOf(array) as TypeName,
  offset: array.byteOffset,
  length: array.length,
});

/** What an array of numbers of fewer bits is with other bits, and any other array itself. */
export function withBits(array: unknown, bits: SharedArray): Vector {
  const halves = halvesOf(array);
  return halves ? numbersOf(bits as Uint16Array, halves.format) : bits;
}

/** What a worker must know to do rows of a work. */
export interface WorkText {
  /** Its name. */
  readonly loop: string;
  readonly arrays: readonly (ArrayText | null)[];
  readonly settings: unknown;
}

/** JSON has no infinities. */
const spellNumber = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;

export const writeText = (text: WorkText): string => JSON.stringify(text, spellNumber);

const reviveNumber = (_key: string, value: unknown): unknown =>
  value === "Infinity" || value === "-Infinity" || value === "NaN" ? Number(value) : value;

export const readText = (text: string): WorkText => JSON.parse(text, reviveNumber) as WorkText;
