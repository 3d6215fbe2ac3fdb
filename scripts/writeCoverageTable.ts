// npm run intervals [-- mutualInformation inversion …]
//
// Writes the tables of docs/counts.md that say how often intervals of compareCounts and mutualInformationOfCounts contain the true value, or
// those that are named.

import { readFileSync, writeFileSync } from "node:fs";
import type { IntervalMethod } from "../src/counts/index.js";
import { MEASURES, PAIRS, simulate, simulateTables, VARIABLES } from "../test/counts/coverage.js";

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

const SHAPES = [
  [2, 2],
  [2, 20],
  [5, 5],
  [10, 10],
  [20, 20],
] as const;
const PER_CELL = [1, 2, 5, 20, 100, 1000, 10_000];
const LARGEST = 100_000;

/** A table of 95 % intervals of mutual information. */
function tableOfInformation(): string {
  const lines = [
    `| variables | cells | ${PER_CELL.map((times) => `${times.toLocaleString("en")} per cell`).join(" | ")} |`,
    `| --- | --: | ${PER_CELL.map(() => "--:").join(" | ")} |`,
  ];
  for (const variables of Object.keys(VARIABLES)) {
    for (const shape of SHAPES) {
      const cells = PER_CELL.map((times) => {
        const size = times * shape[0] * shape[1];
        if (size < 20 || size > LARGEST) return "";
        return (100 * simulateTables(variables, shape, size, REPETITIONS).coverage).toFixed(1);
      });
      lines.push(`| ${variables} | ${shape.join(" × ")} | ${cells.join(" | ")} |`);
      console.log(lines.at(-1));
    }
  }
  return lines.join("\n");
}

const TABLES: Readonly<Record<string, () => string>> = {
  inversion: () => tableOf("inversion", [5, 20, 100], [1, 2, 10, 100]),
  bootstrap: () => tableOf("bootstrap", [20], [1, 10]),
  jackknife: () => tableOf("jackknife", [20], [1, 10, 100]),
  mutualInformation: tableOfInformation,
};

const named = process.argv.slice(2);
for (const name of named.length > 0 ? named : Object.keys(TABLES)) {
  const mark = `<!-- coverage: ${name} -->`;
  const table = TABLES[name]();
  // other tables may be written meanwhile
  const [before, rest] = readFileSync(PAGE, "utf8").split(mark);
  const end = rest?.indexOf("<!-- end -->") ?? -1;
  if (end < 0) throw new Error(`${PAGE} has no place for the table: ${mark} … <!-- end -->`);
  writeFileSync(PAGE, `${before}${mark}\n\n${table}\n\n${rest.slice(end)}`);
}
