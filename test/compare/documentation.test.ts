import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../scripts/guide/blocks.js";
import { writeLlamaCpp, writeNpy, writeTokens } from "../../src/compare/index.js";
import { COMMAND, COMPARE } from "./paths.js";
import { makeModels } from "./sources.js";

// The commands and programs of docs/compare.md, one after another in a folder with small files of the names that they use. What
// takes a model is played by something small: llama-perplexity by a copy of a file, transformers.js by transformers.ts. Python is not run.

const name = "docs/compare.md";
const folder = mkdtempSync(join(tmpdir(), "logratio-"));
const file = (path: string) => join(folder, path);
const packages = { "logratio/compare": relative(process.cwd(), COMPARE) };
afterAll(() => rmSync(folder, { recursive: true }));

const squeezed = (line: string) => line.trim().replace(/ +/g, " ");

interface Fence {
  readonly language: string;
  readonly line: number;
  readonly code: string;
}

const markdown = readFileSync(name, "utf8");
const fences: Fence[] = [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)\n```$/gm)].map(
  ({ index, 1: language, 2: code }) => ({
    ...{ language, code },
    line: markdown.slice(0, index).split("\n").length + 1,
  }),
);

const commands = fences.filter(({ language }) => language === "sh");
const [ofModels, programs] = [true, false].map((isOfModels) =>
  fences.filter(({ language, code }) => language === "js" && code.includes("transformers") === isOfModels),
);
const [report] = fences.filter(({ language }) => language === "");

beforeAll(async () => {
  const classes = 20;
  const [base, other] = makeModels(4200, classes);
  mkdirSync(file("logits"));
  for (const name of ["q8", "q6", "q4"]) await writeNpy(file(`${name}.npy`), [other], { classes });
  for (const path of ["", "logits/"]) {
    await writeNpy(file(`${path}base.npy`), [base], { classes });
    await writeNpy(file(`${path}other.npy`), [other], { classes });
    await writeTokens(file(`${path}tokens.npy`), base.tokens);
  }
  const [rows, context] = [210, 43];
  const tokens = Array.from({ length: 10 * context }, (_, i) => i % classes);
  const data = base.data.subarray(0, rows * classes);
  await writeLlamaCpp(file("model-f16.gguf"), [{ data }], { classes, context, tokens });
  const near = data.map((z, i) => z + (i % 3) * 0.01);
  await writeLlamaCpp(file("model-q4_k_m.gguf"), [{ data: near }], { classes, context, tokens });
  for (const name of ["release", "q8", "q6", "q4"]) {
    await writeLlamaCpp(file(`${name}.kld`), [{ data: near }], { classes, context, tokens });
  }
  writeFileSync(file("q8.gguf"), "a model");
  const vocab = Object.fromEntries(Array.from({ length: classes }, (_, token) => [`Ġ${token}`, token]));
  writeFileSync(file("tokenizer.json"), JSON.stringify({ model: { vocab }, decoder: { type: "ByteLevel" } }));
});

/** What a command of the shell says. */
function shell(code: string): string {
  const before = `set -eu
npx() { [ "$1" = logratio ] && shift && "${process.execPath}" "${COMMAND}" "$@"; }
llama-perplexity() { cp "$2" "\${@: -1}"; }`;
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-c", `${before}\n${code}`], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

describe(name, () => {
  test("has no other blocks", () => {
    expect(fences).toHaveLength((markdown.match(/^```/gm)?.length ?? 0) / 2);
    expect(fences.map(({ language }) => language).join(" ")).toBe("sh python python js sh sh  sh sh sh sh js js html");
    expect([commands, ofModels, programs].map(({ length }) => length)).toEqual([7, 1, 2]);
  });

  test.each(commands)("command of line $line", ({ code }) => {
    const said = shell(code);
    expect(said).toContain("KL(base‖other)");
    // headings, and columns' names: what has no number in it
    if (!code.includes("logits/")) return;
    const words = report.code.split("\n").filter((line) => !/\d/.test(line));
    expect(words.length).toBeGreaterThan(10);
    for (const line of words) expect(said.split("\n").map(squeezed)).toContain(squeezed(line));
  });

  test.each(ofModels)("program of line $line", ({ line, code }) => {
    mkdirSync(file("models"));
    writeFileSync(file("models/text.txt"), "a few words of a text");
    const others = { "@huggingface/transformers": "test/compare/transformers.ts" };
    run(name, [{ line, code, shown: "" }], file("models"), { ...packages, ...others });
    const { rows, tokens, classes } = JSON.parse(
      shell("npx logratio compare models/fp32.npy models/q4.npy --tokens models/tokens.npy --json -"),
    );
    expect([rows, tokens, classes]).toEqual([6, 5, 20]);
  });

  test.each(programs)("program of line $line", ({ line, code }) => {
    const [printed] = run(name, [{ line, code, shown: "" }], folder, packages);
    const last = printed.split("\n").at(-1);
    if (code.includes("pairedDifference")) expect(last).toMatch(/^\{ value: [\d.]+, standardError: [\d.]+ \}$/);
    else expect(last).toBe("4200 of 4200 rows");
  });
});
