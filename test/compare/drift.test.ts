import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { driftReport } from "../../src/counts/index.js";
import { isLong } from "../long.js";
import { randomNumbers } from "../random.js";
import { run } from "./command.js";

// logratio drift with tables.

const folder = mkdtempSync(join(tmpdir(), "logratio-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const random = randomNumbers(11);
type Row = Record<string, string | number | boolean | null>;
const rowsOf = (count: number, shift: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({
    id: i,
    age: random() < 0.02 + shift / 10 ? null : Math.floor(20 + 40 * random() + 10 * shift),
    spent: Math.floor(1e4 * random() ** 3) / 100,
    plan: ["free", "pro", "team, large"][Math.floor((3 - shift) * random())],
    city: ["Köln", "Paris", 'say "hi"\nthere'][Math.floor(3 * random())],
    active: random() < 0.7,
  }));

const cell = (value: Row[string]) => {
  const text = value === null ? "" : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const csvOf = (rows: Row[], end = "\n") =>
  [Object.keys(rows[0]), ...rows.map((row) => Object.values(row).map(cell))].map((line) => line + end).join("");
const linesOf = (rows: Row[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

const before = rowsOf(2000, 0);
const after = rowsOf(1500, 1);

beforeAll(() => {
  writeFileSync(file("before.csv"), csvOf(before));
  writeFileSync(file("after.csv"), `\ufeff${csvOf(after, "\r\n")}`);
  writeFileSync(file("before.jsonl"), linesOf(before));
  writeFileSync(file("after.json"), JSON.stringify(after, undefined, 2));
});

const driftOf = (...args: string[]) => run("drift", file("before.csv"), file("after.csv"), ...args);
const jsonOf = async (...args: string[]) => JSON.parse((await run("drift", ...args, "--json", "-")).stdout);

const isValid = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync("docs/drift.schema.json", "utf8")));

describe("logratio drift of tables", () => {
  test("is what driftReport says of the same rows, from CSV and from JSON", async () => {
    const without = ["id"];
    const report = driftReport(before, after, { without });
    const content = await jsonOf(file("before.csv"), file("after.csv"), "--without", "id");
    expect(isValid(content), JSON.stringify(isValid.errors)).toBe(true);
    expect(content).toMatchObject({
      format: "logratio drift of tables",
      version: 1,
      rows: { before: 2000, after: 1500 },
    });
    expect(content.columns.map(({ name }: { name: string }) => name)).toEqual(report.columns.map(({ name }) => name));
    for (const [i, { classes, missing, ...column }] of report.columns.entries()) {
      expect(content.columns[i]).toMatchObject(JSON.parse(JSON.stringify(column)));
      expect(content.columns[i].missing).toEqual({ before: missing.reference, after: missing.current });
      expect(content.columns[i].classes.length).toBe(classes.length);
      expect(content.columns[i].classes[0]).toMatchObject({
        ...{ name: classes[0].name, contribution: classes[0].contribution },
        ...{ before: classes[0].reference, after: classes[0].current },
      });
    }
    for (const [a, b] of [
      ["before.jsonl", "after.json"],
      ["before.csv", "after.json"],
      ["before.jsonl", "after.csv"],
    ]) {
      const same = await jsonOf(file(a), file(b), "--without", "id");
      expect(same.columns).toEqual(content.columns);
    }
  });

  test("says it in words and tables, and what drives it", async () => {
    const { code, stdout, stderr } = await driftOf("--columns", "age,plan,active");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`before      ${file("before.csv")}: 2,000 rows\n`);
    expect(stdout).toMatch(/^ {2}plan +categorical +0\.\d+ .*$/m);
    expect(stdout).toMatch(/^ {2}active .*$/m);
    expect(stdout).not.toContain("spent");
    expect(stdout).toMatch(/plan: what drives it[\s\S]*\n {2}team, large +\d+\.\d +0 /);
    expect(stdout).toMatch(/\n {2}\(missing\) /);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80 + file("before.csv").length);
  });

  test("fails where a condition does", async () => {
    const { code, stderr } = await driftOf("--fail-if", "psi(plan) > 0.25", "--fail-if", "missing > 50%");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^logratio: plan fails: psi\(plan\) > 0.25; it is \d+\.\d+\n$/);
    const passed = await driftOf("--fail-if", "psi(active) > 0.25", "--fail-if", "p(active) < 1e-9");
    expect([passed.code, passed.stderr]).toEqual([0, ""]);
    const json = JSON.parse((await driftOf("--fail-if", "js > 0.01", "--json", "-")).stdout);
    expect(json.gates.length).toBe(6);
    expect(json.gates[0]).toMatchObject({ condition: "js > 0.01", column: json.columns[0].name, isFailed: true });
  });

  test("writes a page and Markdown", async () => {
    const { code } = await driftOf("--html", file("page.html"), "--markdown", file("table.md"));
    expect(code).toBe(0);
    const page = readFileSync(file("page.html"), "utf8");
    expect(page).toContain('<a href="#column-1">');
    expect(page).toContain('<article id="column-5">');
    expect(page.match(/<svg/g)?.length).toBe(2 * (1 + 6));
    expect(page).not.toMatch(/NaN|undefined|<script|https?:\/\/(?!www\.w3\.org)/);
    expect(page).toContain("say &#34;hi&#34;\\u000athere");
    const table = readFileSync(file("table.md"), "utf8");
    expect(table.split("\n").filter((line) => line.startsWith("| ")).length).toBe(2 + 6);
    expect(statSync(file("page.html")).size).toBeLessThan(300_000);
  });

  test("options: kinds of columns, bins, what is missing, the delimiter", async () => {
    writeFileSync(file("a.txt"), "zip:year:x\n01234:2020:1\n01235:2020:NA\n01234:2021:2\n");
    writeFileSync(file("b.txt"), "zip:year:x\n01234:2021:1,5\n01235:2021:\n01234:2021:2\n");
    const args = ["--delimiter", ":", "--categorical", "year", "--missing", "NA", "--numeric", "x", "--bins", "2"];
    const { columns } = await jsonOf(file("a.txt"), file("b.txt"), ...args);
    const of = (name: string) => columns.find((column: { name: string }) => column.name === name);
    expect(of("zip")).toMatchObject({ kind: "categorical", js: 0, pValue: 1 });
    expect(of("year")).toMatchObject({ kind: "categorical" });
    expect(of("x")).toMatchObject({ kind: "numeric", missing: { before: 1, after: 1 } });
    expect(of("x").classes).toMatchObject([
      { kind: "bin", from: 1, to: 2, before: 1, after: 0 },
      { kind: "bin", from: 2, to: 2, before: 1, after: 1 },
      { kind: "text", name: "no number", before: 0, after: 1 },
      { kind: "missing", before: 1, after: 1 },
    ]);
    const { psi } = (await jsonOf(file("a.txt"), file("b.txt"), ...args, "--psi-add", "0")).columns[0];
    expect(psi).toBe("Infinity");
  });

  test("columns that one table alone has, or that change their kind, are told", async () => {
    writeFileSync(file("old.csv"), "a,b,gone\n1,2,3\n2,3,4\n");
    writeFileSync(file("new.csv"), "b,a,new\nx,1,1\n3,2,1\n");
    const { code, stdout, stderr } = await run("drift", file("old.csv"), file("new.csv"));
    expect(code).toBe(0);
    expect(stderr).toContain(`logratio: not compared, columns only ${file("old.csv")} has: "gone"\n`);
    expect(stderr).toContain(`logratio: not compared, columns only ${file("new.csv")} has: "new"\n`);
    expect(stdout).toContain("(no number)");
  });

  test("a column of numbers in which a text stands for no value is told, but no codes, and none that is said to have categories", async () => {
    const rows = (name: string, texts: string[]) =>
      writeFileSync(
        file(name),
        ["amount,zip", ...texts.map((text, i) => `${text},${i % 2 ? "01234" : "10115"}`)].join("\n"),
      );
    rows("numbers.csv", ["1.5", "2", "n/a", "4e3", "n/a", "5", "6", "-"]);
    const warning = 'compared by categories: "amount", most of which are numbers, but "n/a" is none. --missing "n/a"';
    const of = (...args: string[]) => run("drift", file("numbers.csv"), file("numbers.csv"), ...args);
    expect((await of()).stderr).toContain(`logratio: ${warning} leaves it out, --numeric "amount" counts it apart\n`);
    for (const args of [
      ["--missing", "n/a,-"],
      ["--numeric", "amount"],
      ["--categorical", "amount"],
    ]) {
      expect((await of(...args)).stderr).toBe("");
    }
    rows("texts.csv", ["1.5", "n/a", "2", "low", "high"]);
    expect((await run("drift", file("texts.csv"), file("texts.csv"))).stderr).toBe("");
  });

  const many = isLong ? 100_000 : 10_000;
  test(`${many} categories`, async () => {
    const lines = (from: number) => `id\n${Array.from({ length: many }, (_, i) => `user-${from + i}\n`).join("")}`;
    writeFileSync(file("ids.csv"), lines(0));
    writeFileSync(file("others.csv"), lines(many / 2));
    const { columns } = await jsonOf(file("ids.csv"), file("others.csv"));
    expect(columns[0].classes.length).toBe(1000);
    expect(columns[0].otherClasses).toBe(1.5 * many - 1000);
  });

  test("more than 200,000 categories: the column is not compared", async () => {
    const lines = (count: number, first: string) =>
      `x,id\n${Array.from({ length: count }, (_, i) => `1,${first}-${i}\n`).join("")}`;
    writeFileSync(file("x.csv"), lines(many, "user"));
    writeFileSync(file("y.csv"), lines(200_001 - many, "person"));
    const left = await run("drift", file("x.csv"), file("y.csv"));
    expect(left.stderr).toBe('logratio: not compared, columns with more than 200,000 categories: "id"\n');
  });

  test.each<[string, string, string, string[], string]>([
    ["no rows", "a,b\n", "a,b\n1,2\n", [], "{a} has no rows"],
    ["no rows of the second", "a,b\n1,2\n", "a,b\n", [], "{b} has no rows"],
    ["an empty file", "", "a\n1\n", [], "{a} is empty"],
    ["no common column", "a,b\n1,2\n", "c\n1\n", [], 'no column is in both; {a} has "a", "b", {b} "c"'],
    ["a ragged row", "a,b\n1,2\n1\n", "a,b\n1,2\n", [], "{a}:3: the row has 1 fields"],
    [
      "a column that is missing",
      "a,b\n1,2\n",
      "a\n1\n",
      ["--columns", "a,b"],
      'columns[1] is "b", a column that {b} does not have',
    ],
    ["a name that is nowhere", "a,b\n1,2\n", "a\n1\n", ["--without", "ab"], 'neither table has a column "ab"'],
    [
      "both kinds",
      "a\n1\n",
      "a\n1\n",
      ["--numeric", "a", "--categorical", "a"],
      '"a" is among both numeric and categorical',
    ],
    [
      "a condition of no column",
      "a\n1\n",
      "a\n1\n",
      ["--fail-if", "js(b) > 1"],
      '--fail-if "js(b) > 1": no column b is compared',
    ],
    ["no such quantity", "a\n1\n", "a\n1\n", ["--fail-if", "kl > 1"], "There is no kl. Known are js, psi, p, missing."],
    [
      "options of answers",
      "a\n1\n",
      "a\n1\n",
      ["--prompts", "3"],
      "--prompts is for answers with log-probabilities; {a} has rows of a table",
    ],
    ["a delimiter of two signs", "a\n1\n", "a\n1\n", ["--delimiter", "::"], "It must be one character"],
    ["values within", '{"a":1,"b":2}\n{"a":{"b":1}}\n', "a\n1\n", [], '{a}:2:1: the column "a" has values within'],
    ["no records", "[1, 2]\n", "a\n1\n", [], "{a}:1:2: 1 is no record"],
    ["damaged JSON", '{"a":1}\n{"a":1,}\n', "a\n1\n", [], "{a}:2:8: this is not JSON: }"],
    [
      "answers beside a table",
      '{"top":[["a",-1]]}\n',
      "a\n1\n",
      [],
      "{a} has answers with log-probabilities, {b} has rows of a table; both must have the same",
    ],
    [
      "answers without --prompts",
      '{"top":[["a",-1]]}\n',
      '{"top":[["a",-1]]}\n',
      [],
      "{a} has answers with log-probabilities: say with --prompts",
    ],
    [
      "options of tables",
      '{"top":[["a",-1]]}\n',
      '{"top":[["a",-1]]}\n',
      ["--html", "x"],
      "--html is for rows of a table; {a} has answers",
    ],
    ["an output that is an input", "a\n1\n", "a\n1\n", ["--json", file("first")], "is the same as before"],
  ])("%s: an error", async (_, first, second, args, message) => {
    writeFileSync(file("first"), first);
    writeFileSync(file("second"), second);
    const { code, stdout, stderr } = await run("drift", file("first"), file("second"), ...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message.replaceAll("{a}", file("first")).replaceAll("{b}", file("second")));
    expect(readFileSync(file("first"), "utf8")).toBe(first);
  });

  test("a file that is not there", async () => {
    const { code, stderr } = await run("drift", file("nowhere.csv"), file("after.csv"));
    expect(code).toBe(2);
    expect(stderr).toContain("nowhere.csv cannot be read: there is no such file");
  });
});
