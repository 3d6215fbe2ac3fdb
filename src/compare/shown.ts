// Values from outside in the words of a message: short, and without characters that a terminal obeys.

import { describe } from "../engine/checks.js";

/** Control characters, and invisible ones, which may turn the direction of writing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text with such characters spelled as JSON spells them, \u001b, and with `most` of its characters. */
export function shown(text: string, most = 100): string {
  const cut = text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
  return spelled(cut, UNSEEN);
}

/** A text with some of its characters spelled as JSON spells them. */
export const spelled = (text: string, characters: RegExp): string =>
  text.replace(characters, (character) => character.split("").map(spelledUnit).join(""));

const spelledUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A value: numbers as they are, texts in quotes. */
export function shownValue(value: unknown): string {
  if (typeof value === "string") return `"${shown(value)}"`;
  if (typeof value === "bigint") return `${shown(String(value))}n`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return isPromise(value) ? "a Promise; await it first" : describe(value);
}

export const isPromise = (value: unknown): boolean =>
  typeof (value as PromiseLike<unknown> | null)?.then === "function";
