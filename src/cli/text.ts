// Tables and bars of characters, for a terminal of 80 columns.

import type { Table } from "./tables.js";

export const COLUMNS = 80;

/** The first column flush left, the others right; notes broken into lines. */
export function tableText({ title, head, rows, note }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd();
  return [title, ...all.map((row) => `  ${line(row)}`), ...(note === undefined ? [] : wrap(note))].join("\n");
}

/** Lines of 80 columns, as notes are broken. */
export function wrap(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`;
    if (longer.length + 1 <= COLUMNS) lines[lines.length - 1] = longer;
    else lines.push(` ${word}`);
  }
  return lines.map((line) => ` ${line}`);
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `length` columns, to an eighth; of what is not 0, some. */
export function bar(length: number): string {
  const eighths = length > 0 ? Math.max(1, Math.round(8 * length)) : 0;
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}
