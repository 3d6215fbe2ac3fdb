import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import { blocksOf, checkTypes, run, withOutputs } from "../scripts/guide/blocks.js";
import { plots } from "../scripts/guide/plots.js";
import { PACKAGE } from "./compare/paths.js";

// docs/guide.md is a program: its blocks run, its types hold, and what it shows is what it prints. `npm run guide` writes that.

const name = "docs/guide.md";
const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const markdown = read(name);
const blocks = blocksOf(name, markdown);

describe(name, () => {
  const printed = run(name, blocks);

  test("every block has run", () => {
    expect(blocks).toHaveLength(markdown.match(/```ts$/gm)?.length ?? 0);
    expect(printed).toHaveLength(blocks.length);
    expect(blocks.length).toBeGreaterThan(20);
  });

  test.each(blocks.map((block, i) => ({ ...block, i })))(`${name}:$line prints what it shows`, ({ shown, i }) => {
    expect(printed[i]).toBe(shown);
  });

  test("links lead somewhere", () => {
    const links = [...markdown.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)];
    expect(links.length).toBeGreaterThan(5);
    for (const [link, path, heading] of links) {
      const target = new URL(path, new URL(name, root));
      expect(existsSync(target), link).toBe(true);
      if (heading === undefined) continue;
      const headings = [...readFileSync(target, "utf8").matchAll(/^#+ (.*)$/gm)];
      expect(headings.map(([, text]) => text.toLowerCase().replaceAll(" ", "-"))).toContain(heading);
    }
  });

  test.each(Object.entries(plots))("plots/%s.svg is what the script draws", (plot, draw) => {
    expect(markdown).toContain(`](plots/${plot}.svg)`);
    expect(draw()).toBe(read(`docs/plots/${plot}.svg`));
  });
});

describe("a guide's blocks", () => {
  const packages = { logratio: relative(process.cwd(), PACKAGE) };
  const fenced = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\`\n`;
  const guide = [
    "# One",
    fenced("ts", 'import { entropy } from "logratio";\n\nconst h: number = entropy([0.5, 0.5], { base: 2 });'),
    fenced("ts", "console.log(h);\nconsole.log(2 * h);"),
    fenced("text", "1\n3"),
    "The end.\n",
  ].join("\n");

  test("are one program", () => {
    const blocks = blocksOf("x.md", guide);
    expect(blocks.map(({ line, shown }) => [line, shown])).toEqual([
      [3, ""],
      [9, "1\n3"],
    ]);
    expect(run("x.md", blocks, undefined, packages)).toEqual(["", "1\n2"]);
  });

  test("have their outputs written, once", () => {
    const written = withOutputs("x.md", guide, ["", "1\n2"]);
    expect(written).toBe(guide.replace("1\n3", "1\n2"));
    expect(withOutputs("x.md", written, ["", "1\n2"])).toBe(written);
    // one that has begun to print, and one that has ceased to
    const other = withOutputs("x.md", guide, ["0", ""]);
    expect(blocksOf("x.md", other).map(({ shown }) => shown)).toEqual(["0", ""]);
    expect(other).toMatch(/\n\nThe end\.\n$/);
  });

  test("tell of errors by their lines", () => {
    const wrong = (code: string) => blocksOf("x.md", guide.replace("console.log(2 * h);", code));
    const runWrong = (code: string) => run("x.md", wrong(code), undefined, packages);
    expect(() => runWrong("entropy([0.5, -0.5]);")).toThrow(/p\[1\] is -0\.5[\s\S]*x\.md:10:/);
    // of two programs, one of which has none
    const check = () =>
      checkTypes({ name: "x.md", blocks: blocksOf("x.md", guide) }, { name: "y.md", blocks: wrong("entropy(true);") });
    expect(check).toThrow(/^y\.md:10:9: error TS2345(?![\s\S]*error TS)/);
    expect(() => runWrong("process.exit(0);")).toThrow("x.md:9: this block ended the program");
  });

  test.each([
    ["js", "x.md:3: a fence is ```ts or ```text; this is ```js"],
    ["", "x.md:3: a fence is ```ts or ```text; this is ```"],
    ["ts ", "x.md:3: a fence is ```ts or ```text; this is ```ts "],
    ["text", "x.md:3: an output stands right below its ```ts block"],
  ])("are not left out: %j", (language, message) => {
    expect(() => blocksOf("x.md", `# One\n\n${fenced(language, "1")}`)).toThrow(message);
  });

  test("are closed, and their outputs near", () => {
    expect(() => blocksOf("x.md", "```ts\n1;\n")).toThrow("x.md:1: this fence is never closed");
    expect(() => blocksOf("x.md", `${fenced("ts", "1;")}It prints:\n${fenced("text", "1")}`)).toThrow(
      "x.md:5: an output",
    );
  });
});
