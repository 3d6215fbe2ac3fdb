import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkTypes } from "../scripts/guide/blocks.js";
import { runExample } from "./examples.js";

// What docs/recipes.md shows in TypeScript is run as a reader pastes it. What is in JavaScript needs other packages.

const text = readFileSync(new URL("../docs/recipes.md", import.meta.url), "utf8");
const blocks = Array.from(text.matchAll(/^```ts\n([\s\S]*?)\n```$/gm), ({ index, 1: code }) => ({
  line: text.slice(0, index).split("\n").length + 1,
  code,
}));

describe("docs/recipes.md", () => {
  test("has examples", () => {
    expect(blocks.length).toBe(4);
    for (const { code } of blocks) expect(code).toMatch(/^\S.*; \/\/ \S/m);
  });

  test.each(blocks)("line $line", ({ code }) => runExample(code, {}));

  test.each(blocks)("types of line $line", ({ line, code }) =>
    checkTypes("docs/recipes.md", [{ line, code, shown: "" }]),
  );
});
