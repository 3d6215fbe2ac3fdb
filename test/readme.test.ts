import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as evidence from "../src/evidence/index.js";
import * as families from "../src/families/index.js";
import * as logratio from "../src/index.js";
import { runExample } from "./examples.js";

// What the README shows is run: an expression, and after `//` the value that it has.

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = [...readme.matchAll(/^## (.*)$|```ts\n([\s\S]*?)```/gm)]
  .reduce<{ heading: string; code: string }[]>((found, [, heading, code]) => {
    const last = found.at(-1);
    if (heading === undefined) found.push({ heading: last?.heading ?? "first", code });
    else found.push({ heading, code: "" });
    return found;
  }, [])
  .filter(({ code }) => code !== "");

describe("README.md", () => {
  test("has examples", () => {
    expect(blocks.map(({ heading }) => heading)).toEqual([
      "first",
      "first",
      "Distributions by their parameters",
      "Evidence",
      "Engines",
      "Threads",
    ]);
    for (const { code } of blocks) expect(code).toMatch(/^\S.*; \/\/ -?[\w"[]/m);
  });

  test.each(blocks)("$heading", async ({ code }) => {
    const lines: string[] = [];
    const console = { log: (line: string) => lines.push(line) };
    await runExample(code, { ...logratio, ...evidence, families, console });
    if (code.includes("onProgress")) expect(lines.at(-1)).toBe("64 of 64 rows");
  });
});
