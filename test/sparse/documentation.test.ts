import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { positionsOf, readPositions } from "../../src/sparse/index.js";
import { runExample } from "../examples.js";

// The programs of docs/sparse.md run as they stand, and its line of the neutral format is one.

const page = readFileSync("docs/sparse.md", "utf8");
const blocks = [...page.matchAll(/^```(ts|js|jsonl)\n([\s\S]*?)\n```$/gm)].map(({ index, 1: language, 2: code }) => ({
  line: page.slice(0, index).split("\n").length + 1,
  language,
  code,
}));

describe("docs/sparse.md", () => {
  test.each(blocks.filter(({ language }) => language !== "jsonl"))("line $line", async ({ code }) => {
    expect(code).toMatch(/; \/\/ /);
    await runExample(code, {});
  });

  test("the neutral format", async () => {
    const lines = blocks.filter(({ language }) => language === "jsonl");
    expect(lines.length).toBe(1);
    for await (const position of readPositions([lines[0].code])) {
      expect([position]).toEqual(positionsOf(JSON.parse(lines[0].code)));
      expect(position).toMatchObject({ token: 318, logProbability: -0.25, distribution: { classes: 200_006 } });
    }
  });
});
