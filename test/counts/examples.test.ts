import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as counts from "../../src/counts/index.js";
import { examplesOf, runExample } from "../examples.js";

// What the docstrings of logratio/counts and docs/counts.md show is run.

const folder = new URL("../../src/counts/", import.meta.url);
const examples = readdirSync(folder).flatMap((file) =>
  [...readFileSync(new URL(file, folder), "utf8").matchAll(/@example\n((?: \* .*\n)*?)(?= \* @| \*\/)/g)].map(
    ([, lines]) => lines.replace(/^ \* /gm, ""),
  ),
);

describe("docstrings", () => {
  test("every function has an example", () => {
    for (const name of Object.keys(counts)) {
      expect(examples.some((code) => code.includes(`${name}(`) && code.includes("; // "))).toBe(true);
    }
  });

  test.each(examples)("%s", (code) => runExample(code, counts));
});

describe("docs/counts.md", () => {
  const page = readFileSync("docs/counts.md", "utf8");
  const blocks = examplesOf(page);

  test.each(blocks)("line $line", async ({ code }) => {
    expect(code).toMatch(/; \/\/ /);
    await runExample(code, {});
  });

  test("has the table of the study", () => {
    const [, tables] = /<!-- study: scripts\/studyEntropyEstimators.ts -->\n([\s\S]*?)\n<!-- end -->/.exec(page) ?? [];
    expect(tables.match(/^\| chaoWangJost +\|( [+−]?\d\.\d{3} \/ \d\.\d{3} +\|){5}$/gm)?.length).toBe(5);
  });
});
