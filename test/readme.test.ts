import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as evidence from "../src/evidence/index.js";
import * as families from "../src/families/index.js";
import * as logratio from "../src/index.js";
import { expectShown } from "./examples.js";

// What the README shows is run: an expression, and after `//` the value that it has.

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** `expression; // value …` lines, with the lines before them that they need. */
function examplesOf(code: string): { expression: string; shown: string }[] {
  return [...code.matchAll(/^([\w.]+\(.*\)[\w.?[\]]*|engine\.backend);\s*\/\/ (.+)$/gm)].map(
    ([, expression, shown]) => ({
      expression,
      shown,
    }),
  );
}

const exported: Record<string, unknown> = { ...logratio };

function evaluate(before: string, expression: string, names = exported): unknown {
  const run = new Function(...Object.keys(names), `${before}; return ${expression};`);
  return run(...Object.values(names));
}

const blocks = [...read("README.md").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);

describe("README.md", () => {
  test("has examples", () => {
    expect(blocks).toHaveLength(6);
    for (const block of blocks) expect(examplesOf(block)).not.toHaveLength(0);
  });

  const measures = blocks.slice(0, 2).flatMap((block) => {
    const before = block.match(/^const .*$/gm)?.join("\n") ?? "";
    return examplesOf(block).map((example) => ({ ...example, before }));
  });
  test.each(measures)("$expression", ({ before, expression, shown }) => {
    expectShown(evaluate(`${before}\n`, expression), shown);
  });

  const ofSubpaths = blocks.slice(2, 4).flatMap((block) => {
    const before = block.match(/^const .*$/gm)?.join("\n") ?? "";
    return examplesOf(block).map((example) => ({ ...example, before }));
  });
  test("has examples of logratio/families and logratio/evidence", () => expect(ofSubpaths).toHaveLength(8));
  test.each(ofSubpaths)("$expression", ({ before, expression, shown }) => {
    expectShown(evaluate(`${before}\n`, expression, { ...exported, ...evidence, families }), shown);
  });

  test("engines", () => {
    const code = blocks[4].replace(/^import.*$/m, "").replace("using engine", "const engine");
    const shown = Object.fromEntries(examplesOf(code).map((it) => [it.expression, it.shown]));
    expect(evaluate(code, "engine.backend")).toBe(JSON.parse(shown["engine.backend"]));
    const kl = "engine.klDivergence(p, q)";
    expectShown(evaluate(code.slice(0, code.indexOf(kl)), kl), shown[kl]);
  });

  test("threads", async () => {
    const code = blocks[5].replace(/^import.*$/m, "").replace(/\bconsole.log\(.*?\)/, "seen.push([done, total])");
    const seen: number[][] = [];
    const body = code.replace(/^engine.logSumExpRows/m, "const first = engine.logSumExpRows");
    const run = new Function("createEngine", "seen", `return (async () => { ${body}; return { first, sums }; })()`);
    const { first, sums } = await run(logratio.createEngine, seen);
    expect(first).toEqual(new Float64Array(64).fill(first[0]));
    expect(first[0]).toBeCloseTo(Math.log(32768), 12);
    expect(sums).toEqual(first);
    expect(seen.at(-1)).toEqual([64, 64]);
  });

  test("names every measure", () => {
    const measures = Object.keys(exported).filter((name) => !/Rows$|Engine/.test(name));
    for (const name of measures) expect(read("README.md")).toContain(`| \`${name}(`);
  });
});
