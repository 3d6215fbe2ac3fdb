// Writes the table of docs/counts.md that says how often intervals of compareCounts contain the true value: npm run intervals

import { readFileSync, writeFileSync } from "node:fs";
import { MEASURES, PAIRS, simulate } from "../test/counts/coverage.js";

const PAGE = "docs/counts.md";
const BEGIN = "<!-- coverage -->";
const END = "<!-- /coverage -->";
const REPETITIONS = 500;

const lines = [
  `| distributions | classes K | N = M | ${MEASURES.map((measure) => `\`${measure}\``).join(" | ")} |`,
  `| --- | --: | --: | ${MEASURES.map(() => "--:").join(" | ")} |`,
];
for (const pair of Object.keys(PAIRS)) {
  for (const classes of [5, 20, 100]) {
    for (const times of [1, 2, 10, 100]) {
      const size = classes * times;
      if (size < 20 || size > 2000) continue;
      const results = simulate(pair, classes, [size, size], REPETITIONS);
      const cells = MEASURES.map((measure) => (100 * results[measure].coverage).toFixed(1));
      lines.push(`| ${pair} | ${classes} | ${size} | ${cells.join(" | ")} |`);
      console.log(lines.at(-1));
    }
  }
}

const page = readFileSync(PAGE, "utf8");
const [before, rest] = page.split(BEGIN);
const after = rest?.split(END)[1];
if (after === undefined) throw new Error(`${PAGE} has no place for the table: ${BEGIN} … ${END}`);
writeFileSync(PAGE, `${before}${BEGIN}\n\n${lines.join("\n")}\n\n${END}${after}`);
