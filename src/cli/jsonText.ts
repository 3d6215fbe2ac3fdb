// Data as the text that a command writes.

import { printable, printableLines } from "./printable.js";

/** JSON has neither infinities, which become strings, nor NaN, which becomes null. */
const spell = (_: string, value: unknown): unknown =>
  value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? String(value) : value;

/** One line. */
export const jsonLine = (value: object): string => `${printable(JSON.stringify(value, spell))}\n`;

export const jsonOf = (value: object): string => `${printableLines(JSON.stringify(value, spell, 2))}\n`;
