// Names of files and of what is in them, for a terminal.

import { spelled } from "../compare/shown.js";

/** Text in which what would steer a terminal, or turn the direction of reading, is spelled as JSON spells it: \u001b. */
export const printable = (text: string): string =>
  spelled(text, /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu);

/** The same of lines. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");
