// Tokens as the lists of APIs name them: by their ids, their texts or their bytes.

import { isList, show } from "../engine/checks.js";

/**
 * A token: its id, or its text. Bytes that are no text are a text too: each byte that does not decode stands as the lone surrogate
 * U+DC00 + byte, which no text has (as Python's `surrogateescape` does it).
 */
export type Token = number | string;

/** The escape of a byte. */
const ESCAPE = 0xdc00;

const MOST_ID = 2 ** 31;

/** How many bytes a character has that begins with this one; 0 for what begins none. */
function lengthOf(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/** The least code point that needs so many bytes. */
const LEAST = [0, 0, 0x80, 0x800, 0x10000];

/** The text of bytes in UTF-8, those that do not decode escaped. */
export function textOfBytes(bytes: ArrayLike<number>): string {
  let text = "";
  for (let i = 0; i < bytes.length; ) {
    const length = lengthOf(bytes[i]);
    let code = length === 1 ? bytes[i] : bytes[i] & (0x7f >> length);
    let j = 1;
    for (; j < length && (bytes[i + j] & 0xc0) === 0x80; j++) code = code * 64 + (bytes[i + j] & 0x3f);
    const isCharacter = j === length && code >= LEAST[length] && code < 0x110000 && (code < 0xd800 || code >= 0xe000);
    text += isCharacter ? String.fromCodePoint(code) : String.fromCharCode(ESCAPE + bytes[i]);
    i += isCharacter ? length : 1;
  }
  return text;
}

const isByte = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 256;

/** Whether a value is a list of bytes. */
export function isBytes(value: unknown): value is ArrayLike<number> {
  if (value instanceof Uint8Array) return true;
  if (!isList(value) || value.length === 0) return false;
  for (let i = 0; i < value.length; i++) if (!isByte(value[i])) return false;
  return true;
}

/** A token of what names it; undefined for what names none. */
export function tokenOf(value: unknown): Token | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 && value < MOST_ID ? value : undefined;
  return isBytes(value) ? textOfBytes(value) : undefined;
}

/** A token in a message. */
export const shownToken = (token: Token): string => show(token);
