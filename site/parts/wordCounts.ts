// Counts of words from what a person pastes: a list of words with their counts, or a text whose words are counted.

import { tally } from "logratio/counts";

export type WordCounts = ReadonlyMap<string, number>;

/** What a text is. */
export type TextKind = "counts" | "text" | "table";

const WORD_FIRST = /^(.*?[^\s,;:=])\s*[\s,;:=]\s*(\d+)$/;
const COUNT_FIRST = /^(\d+)\s*[\s,;:=]\s*(\S.*)$/;
const DELIMITERS = [",", ";", "\t", "|"];

const linesOf = (text: string): string[] => text.split(/\r\n?|\n/).map((line) => line.trim());

/** Told by its first lines: all have a count, or all have as many fields as the first. */
export function kindOf(text: string): TextKind {
  const lines = linesOf(text)
    .filter((line) => line !== "")
    .slice(0, 100);
  if (lines.length === 0) return "text";
  if ([WORD_FIRST, COUNT_FIRST].some((form) => lines.every((line) => form.test(line)))) return "counts";
  const [header, ...rows] = lines;
  const isTable = DELIMITERS.some((sign) => {
    const fields = header.split(sign).length;
    // the last line may have been cut, and quoted fields may have the delimiter in them
    return fields > 1 && rows.length > 0 && rows.slice(0, 2).every((row) => row.split(sign).length >= fields);
  });
  return isTable && !/[.!?]$/.test(header) ? "table" : "text";
}

/** One word and its count per line, in either order: `tea 30`, `"tea",30`, `30 tea`. */
export function readCounts(text: string, name: string): WordCounts {
  const lines = linesOf(text);
  const filled = lines.filter((line) => line !== "");
  const isCountFirst = filled.some((line) => !WORD_FIRST.test(line)) && filled.every((line) => COUNT_FIRST.test(line));
  const counts = new Map<string, number>();
  for (const [i, line] of lines.entries()) {
    if (line === "") continue;
    const found = (isCountFirst ? COUNT_FIRST : WORD_FIRST).exec(line);
    if (found === null) {
      throw new RangeError(
        `${name}, line ${i + 1}: "${line.slice(0, 80)}" is no word with its count, such as "tea 30"`,
      );
    }
    const [first, second] = found.slice(1);
    const [word, count] = isCountFirst ? [second, first] : [first, second];
    const key = word.replace(/^"(.*)"$/, "$1");
    counts.set(key, (counts.get(key) ?? 0) + Number(count));
  }
  return counts;
}

/** Words are letters and digits, and apostrophes within; upper case is lower case. */
export const countWords = (text: string): WordCounts =>
  tally(text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu) ?? []);
