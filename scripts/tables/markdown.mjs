// What the tables share: how numbers are written, and rows of cells.

import { readFileSync } from "node:fs";

/** What a benchmark has left in bench/. */
export const read = (name) => JSON.parse(readFileSync(`bench/${name}.json`, "utf8"));

export const number = (x) => (x < 10 ? x.toFixed(2) : x.toFixed(1));
/** A ratio's median and quartiles. */
export const spread = ([middle, lower, upper]) => `${number(middle)}× (${number(lower)}–${number(upper)})`;
export const count = (n) => n.toLocaleString("en");

const line = (cells) => `| ${cells.join(" | ")} |`;
/** Heads by their columns' alignment: "---" or "---:". */
export const table = (heads, rows) =>
  [line(heads.map(([head]) => head)), line(heads.map(([, side]) => side)), ...rows.map(line)].join("\n");
export const LEFT = "---";
export const RIGHT = "---:";
