import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeNpy, writeTokens } from "../../src/compare/index.js";
import { klDivergence, totalVariationDistance } from "../../src/index.js";
import { readPositions } from "../../src/sparse/index.js";
import { randomNumbers } from "../random.js";
import { run } from "./command.js";

const folder = mkdtempSync(join(tmpdir(), "logratio-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const FIXTURES = "test/fixtures/sparse";
const [chat, ollama, vllm] = ["openai-chat.jsonl", "ollama.jsonl", "vllm.jsonl"].map((name) => join(FIXTURES, name));

const ROWS = 12;
const CLASSES = 50;
const random = randomNumbers(9);
const base = Float32Array.from({ length: ROWS * CLASSES }, () => 8 * random() ** 3);
const other = base.map((z) => z + random());

beforeAll(async () => {
  await writeNpy(file("base.npy"), [{ data: base }], { classes: CLASSES });
  await writeNpy(file("other.npy"), [{ data: other }], { classes: CLASSES });
  await writeTokens(
    file("tokens.npy"),
    Array.from({ length: ROWS }, (_, i) => i),
  );
});

describe("logratio top", () => {
  test("writes lists that compare takes, and whose bounds hold", async () => {
    for (const name of ["base", "other"]) {
      const { code, stdout, stderr } = await run(
        ...["top", file(`${name}.npy`), "--top-logprobs", "10", "--out", file(`${name}.jsonl`)],
        ...["--tokens", file("tokens.npy")],
      );
      expect([code, stdout]).toEqual([0, ""]);
      expect(stderr).toBe(`logratio: 12 lists are in ${file(`${name}.jsonl`)}\n`);
    }
    const tokens = [];
    for await (const { token, distribution } of readPositions(file("base.jsonl"))) {
      tokens.push(token);
      expect(distribution.classes).toBe(CLASSES);
      expect(distribution.tokens.length).toBe(10);
    }
    expect(tokens).toEqual(Array.from({ length: ROWS }, (_, i) => i));
    const { code, stdout } = await run("compare", file("base.jsonl"), file("other.jsonl"), "--json", "-");
    expect(code).toBe(0);
    const { candidates, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({ format: "logratio comparison of lists", version: 1, base: file("base.jsonl") });
    const [{ kl, totalVariation, positions, farthest }] = candidates;
    expect(positions).toBe(ROWS);
    expect(farthest.length).toBe(10);
    const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / ROWS;
    const options = { input: "logits", rowLength: CLASSES } as const;
    const [exactKl, exactTv] = [
      klDivergence.rows(base, other, options),
      totalVariationDistance.rows(base, other, options),
    ];
    expect(kl.lower.mean).toBeLessThan(mean(exactKl));
    expect(totalVariation.lower.mean).toBeLessThan(mean(exactTv));
    expect(totalVariation.upper.mean).toBeGreaterThan(mean(exactTv));
  });

  test("to standard output, of some rows", async () => {
    const args = ["top", file("base.npy"), "--top-logprobs", "1", "--out", "-", "--rows", "3:5"];
    const { stdout, stderr } = await run(...args);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ top }) => top.length)).toEqual([1, 1]);
    expect(stderr).toBe("");
  });

  test.each<[string, string[], string]>([
    ["too many", ["--top-logprobs", "51", "--out", "-"], "--top-logprobs is 51"],
    ["no place", ["--top-logprobs", "5"], "required option '--out <file>' not specified"],
    ["no rows", ["--top-logprobs", "5", "--out", "-", "--rows", "12:"], "--rows begins at 12"],
    ["the file itself", ["--top-logprobs", "5", "--out", file("base.npy")], "is the same as file"],
  ])("%s: an error", async (_, args, message) => {
    const { code, stdout, stderr } = await run("top", file("base.npy"), ...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  test("a number that is no logit is named by its place", async () => {
    await writeNpy(file("bad.npy"), [{ data: Float32Array.of(1, 2, 3, NaN) }], { classes: 2 });
    const { code, stderr } = await run("top", file("bad.npy"), "--top-logprobs", "1", "--out", file("bad.jsonl"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.npy: row 1, column 1.*: logits\[1\] is NaN/);
    expect(() => readFileSync(file("bad.jsonl"))).toThrow("ENOENT");
  });
});

describe("logratio compare with lists", () => {
  test("the report", async () => {
    const { code, stdout, stderr } = await run("compare", chat, ollama);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("compared    4 positions of 2 answers");
    expect(stdout).toContain("left out    0 positions of base, 0 of other");
    expect(stdout).toMatch(/KL\(base‖other\) +0.* ∞ /);
    expect(stdout).toMatch(/0, 0 +" Paris" +0 +0 to 0\.\d+ +0 to 0\.\d+/);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("texts that part", async () => {
    const line = (record: number, token: string) =>
      `{"record":${record},"token":"${token}","top":[["a",-0.5],["b",-1.5]]}\n`;
    writeFileSync(file("a.jsonl"), line(0, "a") + line(0, "b") + line(0, "c") + line(1, "a"));
    writeFileSync(file("b.jsonl"), line(0, "a") + line(0, "x") + line(0, "c") + line(1, "a"));
    const { stdout } = await run("compare", file("a.jsonl"), file("b.jsonl"));
    expect(stdout).toContain("compared    3 positions of 2 answers");
    expect(stdout).toContain("left out    1 positions of base, 1 of other");
    expect(stdout).toContain("1 answers differ from some token on");
  });

  test("--max-mean-kl: exit 1 where the mean certainly exceeds it", async () => {
    const args = ["compare", file("base.jsonl"), file("other.jsonl"), "--max-mean-kl"];
    expect((await run(...args, "10")).code).toBe(0);
    const { code, stderr } = await run(...args, "0.001");
    expect(code).toBe(1);
    expect(stderr).toMatch(/the mean KL of .* is at least 0\.\d+, which exceeds --max-mean-kl 0\.001/);
  });

  test.each<[string, () => string[], string]>([
    ["an option for logits", () => [chat, ollama, "--tokens", "tokens.npy"], "--tokens is for logits"],
    ["another", () => [chat, ollama, "--top-k", "5"], "--top-k is for logits"],
    [
      "ids beside texts",
      () => [chat, vllm],
      "p names tokens by texts, q by ids; both must name them alike (record 0, position 0)",
    ],
    ["a line that is none", () => [chat, "README.md"], "README.md:1:1: this is not JSON: #"],
  ])("%s: an error", async (_, args, message) => {
    const { code, stdout, stderr } = await run("compare", ...args());
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});

describe("logratio drift", () => {
  const noise = randomNumbers(3);
  const answers = (rounds: number, shift: number) =>
    Array.from({ length: 3 * rounds }, (_, record) => {
      const yes = -0.5 - (record % 3) / 4 - shift + 0.002 * noise();
      return `{"record":${record},"token":"yes","top":[["yes",${yes}],["no",${-2 + 0.002 * noise()}]]}\n`;
    }).join("");

  test("the same model", async () => {
    writeFileSync(file("before.jsonl"), answers(6, 0));
    writeFileSync(file("same.jsonl"), answers(5, 0));
    const { code, stdout } = await run("drift", file("before.jsonl"), file("same.jsonl"), "--prompts", "3");
    expect(code).toBe(0);
    expect(stdout).toContain(`before      ${file("before.jsonl")}: 18 answers to 3 prompts`);
    expect(stdout).toMatch(/not below\s+0\.05\./);
  });

  test.each(["logProbabilities", "js"])("another, by %s", async (statistic) => {
    writeFileSync(file("after.jsonl"), answers(6, 0.01));
    const args = ["drift", file("before.jsonl"), file("after.jsonl"), "--prompts", "3", "--statistic", statistic];
    const { code, stdout, stderr } = await run(...args, "--json", "-");
    expect(code).toBe(1);
    expect(stderr).toBe("logratio: the model has changed: p is 0.001, below --alpha 0.05\n");
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ format: "logratio drift", version: 1, prompts: 3, answers: { before: 18, after: 18 }, hasChanged: true },
      test: { name: statistic, pValue: 0.001, exceeding: 0, permutations: 999 },
    });
    expect((await run(...args, "--alpha", "0.001")).code).toBe(0);
  });

  test.each<[string, string[], string]>([
    ["no prompts", [], "say with --prompts how many prompts are asked in turn"],
    ["broken rounds", ["--prompts", "4"], "has 18 answers, which are no whole rounds of --prompts 4"],
    ["one of each", ["--prompts", "18"], "ask each prompt at least twice"],
    ["another statistic", ["--prompts", "3", "--statistic", "kl"], "Allowed choices are logProbabilities, js"],
    ["an α of 1", ["--prompts", "3", "--alpha", "1"], "It must be below 1."],
    ["a seed that is none", ["--prompts", "3", "--seed", "-1"], "It must be an integer of at least 0."],
  ])("%s: an error", async (_, args, message) => {
    const { code, stderr } = await run("drift", file("before.jsonl"), file("before.jsonl"), ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
