// Tables and bars of characters, for a terminal of 80 columns.

import { printable } from "./printable.js";
import type { Table } from "./tables.js";

export const COLUMNS = 80;

/** The first column flush left, the others right; notes broken into lines. A table that is too wide goes on below itself. */
export function tableText({ title, head, rows, note }: Table): string {
  const parts = partsOf([head, ...rows]).map(linesOf);
  return [title, parts.map((lines) => lines.join("\n")).join("\n\n"), ...(note === undefined ? [] : wrap(note))].join(
    "\n",
  );
}

/** Columns that fit into a line, each part with the first one. */
function partsOf(all: readonly (readonly string[])[]): string[][][] {
  const parts: string[][][] = [];
  const widthOf = (part: readonly string[][]) => Math.max(...linesOf(part).map((line) => line.length));
  for (let column = 1; column < all[0].length; column++) {
    const last = parts.at(-1);
    const wider = last?.map((row, i) => [...row, all[i][column]]);
    if (wider !== undefined && widthOf(wider) <= COLUMNS) parts[parts.length - 1] = wider;
    else parts.push(all.map((row) => [row[0], row[column]]));
  }
  return parts;
}

function linesOf(all: readonly (readonly string[])[]): string[] {
  const head = all[0];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd();
  return all.map((row) => `  ${line(row)}`);
}

/** A line that names what follows. */
export const headingText = (text: string): string => `━━ ${text} ${"━".repeat(Math.max(2, COLUMNS - 5 - text.length))}`;

/** A table of GitHub's Markdown. */
export function tableMarkdown({ title, head, rows, note }: Table): string {
  const cell = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll("<", "&lt;");
  const line = (row: readonly string[]) => `| ${row.map(cell).join(" | ")} |`;
  const rule = `| ${head.map((_, i) => (i === 0 ? ":--" : "--:")).join(" | ")} |`;
  return [`### ${title}`, "", line(head), rule, ...rows.map(line), ...(note === undefined ? [] : ["", note])].join(
    "\n",
  );
}

/** Without a text where there is no number. */
const csvCell = (value: string | number): string => {
  if (typeof value === "number") return Number.isNaN(value) ? "" : String(value).replace("Infinity", "inf");
  const text = printable(value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A line of CSV, as RFC 4180 has it. */
export const csvLine = (values: readonly (string | number)[]): string => `${values.map(csvCell).join(",")}\n`;

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
