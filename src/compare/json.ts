// Parsed JSON that must have a certain shape: an error names the place of what does not fit, like quantities.kl.count.

import { shown, shownValue } from "./shown.js";

/** A number for JSON, which has no infinities. */
export const spelled = (x: number): number | string => (Number.isFinite(x) ? x : String(x));

export class JsonValue {
  readonly value: unknown;
  /** What reads it, at the start of messages. */
  readonly #reader: string;
  /** Where it is: its place in words is for messages alone. */
  readonly #parent: JsonValue | undefined;
  readonly #key: string | number;

  constructor(reader: string, value: unknown, parent?: JsonValue, key: string | number = "") {
    this.#reader = reader;
    this.value = value;
    this.#parent = parent;
    this.#key = key;
  }

  get #path(): string {
    if (this.#parent === undefined) return "";
    const before = this.#parent.#path;
    return typeof this.#key === "number" ? `${before}[${this.#key}]` : `${before}${before && "."}${shown(this.#key)}`;
  }

  fail(demand: string): never {
    throw new RangeError(`${this.#reader}: ${this.#path || "it"} is ${shownValue(this.value)}; it must be ${demand}`);
  }

  /** A message of what reads it elsewhere, at this place. */
  words(message: string): string {
    return `${this.#reader}: ${this.#path}: ${message}`;
  }

  /** An object of these keys and no others. */
  entries<Key extends string>(keys: readonly Key[]): Record<Key, JsonValue> {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.fail("an object");
    const unknown = Object.keys(value).find((key) => !keys.includes(key as Key));
    if (unknown !== undefined) return this.#at(unknown).fail(`left out: known are ${keys.join(", ")}`);
    const entries = {} as Record<Key, JsonValue>;
    for (const key of keys) entries[key] = this.#at(key);
    return entries;
  }

  /** An array, of `length` values if that is given. */
  list(length?: number): JsonValue[] {
    const { value } = this;
    if (!Array.isArray(value) || value.length !== (length ?? value.length)) {
      return this.fail(length === undefined ? "an array" : `an array of ${length}`);
    }
    return Array.from(value, (_, i) => this.#at(i));
  }

  /** An array of numbers, of `length` if that is given. */
  numbers(length?: number): number[] {
    return this.#all(length, (x) => Number.isFinite(x), "a number");
  }

  /** An array of integers from 0 on. */
  counts(length: number): number[] {
    return this.#all(length, (x) => Number.isSafeInteger(x) && (x as number) >= 0, "an integer from 0 on");
  }

  /** Without an object for each. */
  #all(length: number | undefined, fits: (x: unknown) => boolean, demand: string): number[] {
    const { value } = this;
    if (!Array.isArray(value) || value.length !== (length ?? value.length)) this.list(length);
    const numbers = value as unknown[];
    for (let i = 0; i < numbers.length; i++) if (!fits(numbers[i])) this.#at(i).fail(demand);
    return numbers as number[];
  }

  #at(key: string | number): JsonValue {
    const value = Object.hasOwn(this.value as object, key)
      ? (this.value as Record<typeof key, unknown>)[key]
      : undefined;
    return new JsonValue(this.#reader, value, this, key);
  }

  integer(least = 0, most: number = Number.MAX_SAFE_INTEGER): number {
    const { value } = this;
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
    return this.fail(`an integer from ${least} to ${most}`);
  }

  number(): number {
    return Number.isFinite(this.value) ? (this.value as number) : this.fail("a number");
  }

  text(): string {
    return typeof this.value === "string" ? this.value : this.fail("a text");
  }

  /** What `spelled` gives of a number. */
  spelled(): number {
    const { value } = this;
    if (Number.isFinite(value)) return (value as number) + 0;
    return value === "Infinity" || value === "-Infinity"
      ? Number(value)
      : this.fail("a number, or an infinity in quotes");
  }

  /** Throws unless it is what the rest of the JSON makes it. */
  equals(expected: unknown, source: string): void {
    if (this.value !== expected) this.fail(`${shownValue(expected)}, as ${source}`);
  }
}
