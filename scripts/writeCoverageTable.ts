// Writes the table of docs/counts.md that says how often intervals of compareCounts contain the true value: npm run intervals

import { readFileSync, writeFileSync } from "node:fs";
import type { IntervalMethod } from "../src/counts/index.js";
import { MEASURES, PAIRS, simulate } from "../test/counts/coverage.js";

const PAGE = "docs/counts.md";
const REPETITIONS = 500;

/** A table of 95 % intervals, of samples of `times` as many observations as classes. */
function tableOf(method: IntervalMethod, numbersOfClasses: readonly number[], times: readonly number[]): string {
  const lines = [
    `| distributions | classes K | N = M | ${MEASURES.map((measure) => `\`${measure}\``).join(" | ")} |`,
    `| --- | --: | --: | ${MEASURES.map(() => "--:").join(" | ")} |`,
  ];
  for (const pair of Object.keys(PAIRS)) {
    for (const classes of numbersOfClasses) {
      for (const size of times.map((own) => own * classes)) {
        if (size < 20 || size > 2000) continue;
        const results = simulate(pair, classes, [size, size], REPETITIONS, MEASURES, method);
        const cells = MEASURES.map((measure) => (100 * results[measure].coverage).toFixed(1));
        lines.push(`| ${pair} | ${classes} | ${size} | ${cells.join(" | ")} |`);
        console.log(method, lines.at(-1));
      }
    }
  }
  return lines.join("\n");
}

let page = readFileSync(PAGE, "utf8");
const tables: readonly (readonly [method: IntervalMethod, classes: number[], times: number[]])[] = [
  ["inversion", [5, 20, 100], [1, 2, 10, 100]],
  ["bootstrap", [20], [1, 10]],
  ["jackknife", [20], [1, 10, 100]],
];
for (const [method, ...sizes] of tables) {
  const [before, rest] = page.split(`<!-- coverage: ${method} -->`);
  const end = rest?.indexOf("<!-- end -->") ?? -1;
  if (end < 0) throw new Error(`${PAGE} has no place for the table: <!-- coverage: ${method} --> … <!-- end -->`);
  page = `${before}<!-- coverage: ${method} -->\n\n${tableOf(method, ...sizes)}\n\n${rest.slice(end)}`;
}
writeFileSync(PAGE, page);
