// A guide that runs: the ```ts blocks of a Markdown file are one program, from top to bottom, and what a block prints is shown
// in the ```text block that follows it. A line of the program has the number of its line in the file: so has every error.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** A ```ts block. Lines count from 1. */
export interface Block {
  /** Its first line, after the fence. */
  readonly line: number;
  readonly code: string;
  /** What it is said to print: the ```text block that follows, or nothing. */
  readonly shown: string;
}

interface Fence {
  readonly language: string;
  /** Those of the two fences. */
  readonly start: number;
  readonly end: number;
}

/** All fences, each of which must be ```ts, or ```text after one: nothing is left out by accident. */
function fencesOf(name: string, lines: readonly string[]): Fence[] {
  const fences: Fence[] = [];
  for (let i = 0; i < lines.length; i++) {
    const opening = /^\s*(`{3,}|~{3,})(.*)$/.exec(lines[i]);
    if (opening === null) continue;
    const [, ticks, language] = opening;
    const fail = (what: string) => new Error(`${name}:${i + 1}: ${what}`);
    if (lines[i] !== "```ts" && lines[i] !== "```text") {
      throw fail(`a fence is \`\`\`ts or \`\`\`text; this is ${ticks}${language}`);
    }
    const before = fences.at(-1);
    const isBelow = before?.language === "ts" && lines.slice(before.end, i).every((line) => line === "");
    if (language === "text" && !isBelow) throw fail("an output stands right below its ```ts block");
    const end = lines.indexOf("```", i + 1);
    if (end < 0) throw fail("this fence is never closed");
    fences.push({ language, start: i + 1, end: end + 1 });
    i = end;
  }
  return fences;
}

/** The blocks of a Markdown file; `name` is what errors call it. */
export function blocksOf(name: string, markdown: string): Block[] {
  const lines = markdown.split("\n");
  const fences = fencesOf(name, lines);
  const textOf = ({ start, end }: Fence) => lines.slice(start, end - 1).join("\n");
  return fences.flatMap((fence, i) => {
    if (fence.language !== "ts") return [];
    const next = fences[i + 1];
    const shown = next?.language === "text" ? textOf(next) : "";
    return [{ line: fence.start + 1, code: textOf(fence), shown }];
  });
}

/** Printed after each block; a guide has no such character. */
const MARK = "\u001e";

function programOf(blocks: readonly Block[]): string {
  let program = "";
  let line = 1;
  for (const block of blocks) {
    program += `${"\n".repeat(block.line - line)}${block.code}\nconsole.log("${MARK}");`;
    line = block.line + block.code.split("\n").length;
  }
  return `${program}\n`;
}

/** `logratio` and its parts are the sources; what else is imported may be a file of the repository, too. */
const configurationWith = (others: Readonly<Record<string, string>>) => ({
  extends: join(root, "tsconfig.json"),
  compilerOptions: {
    paths: {
      logratio: [join(root, "src/index.ts")],
      "logratio/*": [join(root, "src/*/index.ts")],
      ...Object.fromEntries(Object.entries(others).map(([name, path]) => [name, [join(root, path)]])),
    },
    typeRoots: [join(root, "node_modules/@types")],
  },
  include: ["*.mts"],
});

/** The blocks of a document that are one program. */
export interface Program {
  /** What errors call the document. */
  readonly name: string;
  readonly blocks: readonly Block[];
}

/** Runs `use` on the programs, program0.mts and so on, in a folder of their own, whose name errors do not show. */
function withPrograms<T>(
  programs: readonly Program[],
  use: (folder: string) => T,
  others: Readonly<Record<string, string>> = {},
): T {
  const folder = mkdtempSync(join(tmpdir(), "guide-"));
  try {
    for (const [i, { blocks }] of programs.entries()) writeFileSync(join(folder, `program${i}.mts`), programOf(blocks));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configurationWith(others)));
    return use(folder);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(
      text.replace(/(?:file:\/\/)?[^\s("]*program(\d+)\.mts(?:\((\d+),(\d+)\))?/g, (_, i, line, column) =>
        line === undefined ? programs[i].name : `${programs[i].name}:${line}:${column}`,
      ),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function node(folder: string, parameters: readonly string[], cwd = root): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, {
    ...{ cwd, encoding: "utf8" },
    env: { ...process.env, TSX_TSCONFIG_PATH: join(folder, "tsconfig.json") },
  });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  return stdout;
}

/**
 * What each block prints, without the last line's end, from the folder `cwd`. An error of a block is one, with its line. `others` are the
 * files of the repository that play packages.
 */
export function run(
  name: string,
  blocks: readonly Block[],
  cwd?: string,
  others?: Readonly<Record<string, string>>,
): string[] {
  const stdout = withPrograms(
    [{ name, blocks }],
    (folder) => node(folder, ["--import", tsx, join(folder, "program0.mts")], cwd),
    others,
  );
  const printed = stdout.split(`${MARK}\n`);
  const last = printed.pop();
  if (printed.length < blocks.length)
    throw new Error(`${name}:${blocks[printed.length].line}: this block ended the program`);
  if (last !== "") throw new Error(`${name}: printed after the last block: ${last}`);
  return printed.map((text) => text.replace(/\n$/, ""));
}

/** An error with the compiler's, unless the types of all programs are right. */
export function checkTypes(...programs: readonly Program[]): void {
  withPrograms(programs, (folder) => node(folder, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder]));
}

/** The Markdown with what its blocks print. */
export function withOutputs(name: string, markdown: string, printed: readonly string[]): string {
  const lines = markdown.split("\n");
  const fences = fencesOf(name, lines);
  let result = "";
  let copied = 0;
  const copyTo = (line: number) => {
    for (; copied < line; copied++) result += `${lines[copied]}\n`;
  };
  let block = 0;
  fences.forEach((fence, i) => {
    if (fence.language !== "ts") return;
    copyTo(fence.end);
    const text = printed[block++];
    const next = fences[i + 1];
    if (next?.language === "text") copied = next.end;
    if (text !== "") result += `\n\`\`\`text\n${text}\n\`\`\`\n`;
  });
  copyTo(lines.length);
  return result.slice(0, -1);
}
