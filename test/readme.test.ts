import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkTypes } from "../scripts/guide/blocks.js";
import { runExample } from "./examples.js";

// What the README shows is run as a reader pastes it: each block is a module, which has what it imports and nothing else. An
// expression has the value that follows it after `//`.

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
let heading = "first";
const blocks: { heading: string; line: number; code: string }[] = [];
for (const { index, 1: found, 2: code } of readme.matchAll(/^## (.*)$|^```(?:ts|js)\n([\s\S]*?)\n```$/gm)) {
  if (found !== undefined) heading = found;
  else blocks.push({ heading, line: readme.slice(0, index).split("\n").length + 1, code });
}

describe("README.md", () => {
  test("has examples", () => {
    expect(blocks.map(({ heading }) => heading)).toEqual([
      "first",
      "first",
      "Distributions by their parameters",
      "Evidence",
      "Counts",
      "What an API tells",
      "Engines",
      "Threads",
    ]);
    for (const { code } of blocks) {
      expect(code).toMatch(/^import /);
      expect(code).toMatch(/^\S.*; \/\/ -?[\w"[]/m);
    }
  });

  test.each(blocks)("$heading, line $line", async ({ code }) => {
    const lines: string[] = [];
    await runExample(code, { console: { log: (line: string) => lines.push(line) } });
    if (code.includes("onProgress")) expect(lines.at(-1)).toBe("64 of 64 rows");
  });

  test("has no type errors, each block by itself", () => {
    checkTypes("README.md", ...blocks.map(({ line, code }) => [{ line, code, shown: "" }]));
  });
});

describe("an example", () => {
  const code = 'import { entropy } from "logratio";\nentropy([1]); // 0\n';

  test("has what it imports", async () => {
    await runExample(code, {});
    await runExample(`import * as it from "logratio";\nit.entropy([1]); // 0`, {});
    await expect(runExample(code.replace("// 0", "// 1"), {})).rejects.toThrow();
  });

  test("has nothing else", async () => {
    await expect(runExample("entropy([1]); // 0", {})).rejects.toThrow("entropy is not defined");
    await expect(runExample(code.replace("logratio", "logratio/evidence"), {})).rejects.toThrow("entropy");
    await expect(runExample(code.replace("logratio", "logratio/none"), {})).rejects.toThrow("logratio/none");
  });
});
