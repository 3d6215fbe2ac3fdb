import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runExample } from "../examples.js";
import { randomNumbers } from "../random.js";
import { run } from "./command.js";

// The commands and the program of docs/drift.md. Its report is that of the two files that are made here.

const name = "docs/drift.md";
const page = readFileSync(name, "utf8");
const fences = Array.from(page.matchAll(/^```(\w*)\n([\s\S]*?)\n```$/gm), ({ index, 1: language, 2: code }) => ({
  ...{ language, code },
  line: page.slice(0, index).split("\n").length + 1,
}));
const of = (language: string) => fences.filter((fence) => fence.language === language);
const commands = of("sh").flatMap(({ code }) => code.split("\n"));

const folder = mkdtempSync(join(tmpdir(), "logratio-"));
const file = (path: string) => join(folder, path);
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  const random = randomNumbers(4);
  const bell = () => Array.from({ length: 12 }, random).reduce((sum, x) => sum + x, -6);
  const table = (rows: number, shift: number) => {
    const lines = Array.from({ length: rows }, (_, i) => {
      const age = random() < 0.02 + 0.06 * shift ? "" : Math.round(38 + 4 * shift + 11 * bell());
      const spent = random() < 0.5 ? 0 : (100 * random() ** 2).toFixed(2);
      const plan = ["free", "free", "free", "pro", "team"][Math.floor((5 - 0.5 * shift) * random())];
      const country = ["Germany", "France", '"Netherlands, the"', "Italy"][Math.floor((3 + shift) * random())];
      return `${i},${age},${spent},${plan},${country}\n`;
    });
    return `id,age,spent,plan,country\n${lines.join("")}`;
  };
  writeFileSync(file("january.csv"), table(5000, 0));
  writeFileSync(file("february.csv"), table(4000, 1));
});

/** The arguments of a line of a shell, its files in the folder. */
const argumentsOf = (command: string) =>
  Array.from(command.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, bare = quoted]) =>
    /\.(csv|html|json)$/.test(bare) ? file(bare) : bare,
  ).slice(2);

describe(name, () => {
  test("has commands, one report and one program", () => {
    expect(fences.map(({ language }) => language)).toEqual(["sh", "", "sh", "ts"]);
    expect(commands).toHaveLength(3);
  });

  test.each(commands)("%s", async (command) => {
    expect(command).toMatch(/^npx logratio drift /);
    const { code, stdout, stderr } = await run(...argumentsOf(command));
    expect(stderr).toMatch(/^(logratio: \w+ fails: .*\n)*$/);
    expect(code).toBe(stderr === "" ? 0 : 1);
    expect(stdout).toContain("Columns by JS divergence");
    for (const [written] of command.matchAll(/drift\.(html|json)/g)) expect(existsSync(file(written))).toBe(true);
  });

  test("the report", async () => {
    const { stdout } = await run("drift", file("january.csv"), file("february.csv"), "--without", "id");
    const [{ code }] = of("");
    expect(stdout.replaceAll(`${folder}/`, "").startsWith(code)).toBe(true);
  });

  test("the program", async () => {
    const [{ code }] = of("ts");
    await runExample(code, {});
  });
});
