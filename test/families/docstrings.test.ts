import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as families from "../../src/families/index.js";

// What docstrings show is run: an expression, and after `//` the value that it has.

const FOLDER = new URL("../../src/families/", import.meta.url);

const examples = readdirSync(FOLDER).flatMap((file) =>
  [...readFileSync(new URL(file, FOLDER), "utf8").matchAll(/@example\n \* (.+); \/\/ (.+)$/gm)].map(
    ([, expression, shown]) => [file, expression, Number(shown)] as const,
  ),
);

describe("examples", () => {
  test.each(examples)("%s: %s", (_, expression, shown) => {
    const run = new Function(...Object.keys(families), `return ${expression};`);
    expect(run(...Object.values(families))).toBe(shown);
  });

  test("every function has one", () => {
    for (const name of Object.keys(families)) {
      expect(examples.some(([, expression]) => new RegExp(`\\b${name}\\(`).test(expression))).toBe(true);
    }
  });
});
