import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { checkTypes } from "../scripts/guide/blocks.js";
import { anchorOf } from "../site/markdown.js";
import { examplesOf, runExample } from "./examples.js";

// What the documents show is run as a reader pastes it: each block in TypeScript is a module, which has what it imports and nothing
// else. An expression has the value that follows it after `//`. Blocks in JavaScript need other packages, and are not run; those with the
// name of a file are in recipeFiles.test.ts.

const DOCUMENTS: readonly [name: string, blocks: number][] = [
  ["README.md", 3],
  ["docs/engines.md", 2],
  ["docs/evidence.md", 1],
  ["docs/families.md", 1],
  ["docs/recipes.md", 12],
];

describe.each(DOCUMENTS)("%s", (name, count) => {
  const text = readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
  const blocks = examplesOf(text);

  test("has examples", () => {
    expect(blocks.length).toBe(count);
    for (const { code } of blocks) {
      expect(code).toMatch(/^import /);
      expect(code).toMatch(/^\S.*; \/\/ \S/m);
    }
  });

  test.each(blocks)("line $line", async ({ code }) => {
    const lines: string[] = [];
    await runExample(code, { console: { log: (line: string) => lines.push(line) } });
    if (code.includes("onProgress")) expect(lines.at(-1)).toBe("64 of 64 rows");
  });
});

const PAGES = ["README.md", "CONTRIBUTING.md", ...readdirSync("docs").map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith(".md"),
);

test("no example has a type error: each block is a module, those of the guide are one", () => {
  const blocksOf = (name: string) => examplesOf(readFileSync(name, "utf8")).map((block) => ({ ...block, shown: "" }));
  const programs = PAGES.flatMap((name) => {
    const blocks = blocksOf(name);
    return (name === "docs/guide.md" ? [blocks] : blocks.map((block) => [block])).map((blocks) => ({ name, blocks }));
  });
  expect(programs.length).toBeGreaterThan(30);
  checkTypes(...programs);
});

/** The anchors of a document. */
const anchorsOf = (text: string) => Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading]) => anchorOf(heading));

test.each(PAGES)("links of %s lead somewhere", (name) => {
  for (const [, link] of readFileSync(name, "utf8").matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(link)) continue;
    const [path, anchor] = link.split("#");
    const target = path === "" ? name : posix.join(posix.dirname(name), path);
    expect(existsSync(target), `${link} in ${name}`).toBe(true);
    if (anchor) expect(anchorsOf(readFileSync(target, "utf8")), `${link} in ${name}`).toContain(anchor);
  }
});

test("README.md is short: at most 200 lines", () => {
  expect(readFileSync("README.md", "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(200);
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
