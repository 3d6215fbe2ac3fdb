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
    expect(rest).toEqual({
      ...{ format: "logratio comparison of lists", version: 1, base: file("base.jsonl") },
      ...{ ranking: ["other"], gates: [] },
    });
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
    expect(stdout).toMatch(/base +4 +4 +0 +100\.0\n +other +4 +4 +0 +100\.0\n +Compared are 2 answers/);
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
    expect(stdout).toMatch(/base +4 +3 +1 +75\.0\n +other +4 +3 +1 +75\.0\n/);
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "Compared are 2 answers, each up to the first token that differs: 1 answers",
    );
  });

  test("--max-mean-kl: exit 1 where the mean certainly exceeds it", async () => {
    const args = ["compare", file("base.jsonl"), file("other.jsonl"), "--max-mean-kl"];
    expect((await run(...args, "10")).code).toBe(0);
    const { code, stderr } = await run(...args, "0.001");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^logratio: other fails: meanKl > 0\.001; it is 0\.\d+ to Infinity\n$/);
  });

  test.each<[string, () => string[], string]>([
    ["an option for logits", () => [chat, ollama, "--tokens", "tokens.npy"], "--tokens is for logits"],
    ["another", () => [chat, ollama, "--top-k", "5"], "--top-k is for logits"],
    ...(
      [
        ["--shard", "1/2"],
        ["--redis", "redis://x"],
        ["--shards", "2"],
        ["--checkpoint", "x.json"],
      ] as const
    ).map(([option, value]): [string, () => string[], string] => [
      `${option}, for they have no rows that are split`,
      () => [chat, ollama, option, value],
      `${option} splits rows of logits; ${chat} has lists of log-probabilities, which one process compares`,
    ]),
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

/** Three models: the second is nearer to the first than the third. Texts, so that the number of classes is not known. */
describe("logratio compare with lists of several models", () => {
  const answer = (yes: number) =>
    `{"token":"yes","top":[["yes",${Math.log(yes)}],["no",${Math.log(0.9 - yes)}]],"rounding":0}\n`;
  const [p, near, far] = ["p.jsonl", "near.jsonl", "far.jsonl"].map(file);
  beforeAll(() => {
    writeFileSync(p, answer(0.5) + answer(0.4));
    writeFileSync(near, answer(0.45) + answer(0.4));
    writeFileSync(far, answer(0.2) + answer(0.3));
  });
  const csv = (path: string) =>
    readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","));

  test("the closest comes first, in the text, --markdown, --csv and --json", async () => {
    const [markdown, table, report] = ["r.md", "r.csv", "r.json"].map(file);
    const args = ["compare", p, far, near, "--label", "far=Far|away", "--size", "near=2GB"];
    const { code, stdout } = await run(...args, "--markdown", markdown, "--csv", table, "--json", report);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n {2}near +2\.00 GB .*\n {2}Far\|away /);
    expect(stdout.indexOf("━━ near")).toBeLessThan(stdout.indexOf("━━ Far|away"));
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(readFileSync(markdown, "utf8")).toMatch(/^### Ranking.*\n\n.*\n.*\n\| near \|.*\n\| Far\\\|away \|/);
    const [head, first, second] = csv(table);
    expect([first[0], second[0]]).toEqual(["near", "Far|away"]);
    expect(first[head.indexOf("sizeBytes")]).toBe("2000000000");
    // both lists have the same two tokens, and 0.1 is left: TV is half of what these differ by, and at most 0.1 more
    const [lower, upper] = ["totalVariationLower", "totalVariationUpper"].map((name) =>
      Number(second[head.indexOf(name)]),
    );
    expect(lower).toBeCloseTo((0.3 + 0.1) / 2, 12);
    expect(upper).toBeCloseTo((0.3 + 0.1) / 2 + 0.1, 12);
    expect(second[head.indexOf("klUpper")]).toBe("inf");
    expect(JSON.parse(readFileSync(report, "utf8")).ranking).toEqual(["near", "Far|away"]);
  });

  test("--fail-if: what certainly is so, wherever in its interval the value lies", async () => {
    // of near, total variation is 0.025 to 0.125; of far 0.2 to 0.3
    const fails = async (...conditions: string[]) => {
      const { stderr } = await run("compare", p, far, near, ...conditions.flatMap((one) => ["--fail-if", one]));
      return stderr;
    };
    expect(await fails("meanTotalVariation > 0.21", "meanTotalVariation(near) < 0.12")).toBe("");
    expect(await fails("meanTotalVariation.upper >= 0.2")).toMatch(/^logratio: far fails: .*; it is 0\.3\d*\n$/);
    expect(await fails("meanTotalVariation(near) < 0.126")).toMatch(/near fails: .*; it is 0\.0249\d+ to 0\.125\d+\n$/);
    expect(await fails("acceptance < 80.1%")).toMatch(
      /^logratio: far fails: acceptance < 80\.1%; it is 0\.\d+ to 0\.8\d+\n$/,
    );
    const { code, stdout } = await run(
      "compare",
      p,
      far,
      near,
      "--fail-if",
      "meanKl.estimate(far) > 0.01",
      "--json",
      "-",
    );
    expect(code).toBe(1);
    const { gates } = JSON.parse(stdout);
    expect(gates).toEqual([
      { condition: "meanKl.estimate(far) > 0.01", candidate: "far", value: expect.any(Number), isFailed: true },
    ]);
  });

  test("--rows-out: every position of every candidate", async () => {
    const [lines, numbers, table] = ["rows.jsonl", "rows.npy", "rows.csv"].map(file);
    for (const path of [lines, numbers, table]) {
      expect((await run("compare", p, far, near, "--rows-out", path)).code).toBe(0);
    }
    const parsed = readFileSync(lines, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(parsed.map(({ record, position, candidate, token }) => [record, position, candidate, token])).toEqual(
      ["far", "near"].flatMap((name) => [0, 1].map((position) => [0, position, name, "yes"])),
    );
    expect(parsed[0].totalVariation.lower).toBeCloseTo(0.3, 12);
    expect(parsed[0].kl.upper).toBe("Infinity");
    const [head, ...rows] = csv(table);
    expect(head.slice(0, 7)).toEqual(["record", "position", "candidate", "token", "klLower", "klUpper", "klEstimate"]);
    const bytes = readFileSync(numbers);
    expect(bytes.subarray(0, 128).toString("latin1")).toContain("'shape': (4, 25)");
    const matrix = new Float64Array(new Uint8Array(bytes.subarray(128)).buffer);
    expect(matrix.length).toBe(4 * 25);
    for (const [r, row] of rows.entries()) {
      const own = Array.from(matrix.subarray(25 * r, 25 * (r + 1)));
      expect(own.slice(0, 4)).toEqual([0, Number(row[1]), r < 2 ? 0 : 1, -1]);
      expect(own.slice(4)).toEqual(row.slice(4).map((cell) => Number(cell.replace("inf", "Infinity"))));
      expect(parsed[r].js.lower).toBe(own[4 + 3 * 2]);
    }
  });

  test("--rows-out of more than is written at once", async () => {
    const many = Array.from({ length: 3000 }, (_, i) => `{"record":${i},"top":[[7,-0.5]],"token":7}\n`).join("");
    writeFileSync(file("many.jsonl"), many);
    for (const name of ["many.npy", "many.csv"]) {
      const args = ["compare", file("many.jsonl"), file("many.jsonl")];
      expect((await run(...args, "--rows-out", file(name))).code).toBe(0);
    }
    const matrix = new Float64Array(new Uint8Array(readFileSync(file("many.npy")).subarray(128)).buffer);
    expect(Array.from({ length: 3000 }, (_, r) => matrix[25 * r])).toEqual(Array.from({ length: 3000 }, (_, r) => r));
    expect(matrix[3]).toBe(7);
    expect(
      csv(file("many.csv"))
        .slice(1)
        .map(([record]) => Number(record)),
    ).toEqual(Array.from({ length: 3000 }, (_, r) => r));
  });

  test("--html: one candidate, and several", async () => {
    const page = file("lists.html");
    expect((await run("compare", p, far, "--html", page)).code).toBe(0);
    const one = readFileSync(page, "utf8");
    for (const title of ["KL along the positions", "JS along the positions", "Positions by total variation"]) {
      expect(one).toMatch(new RegExp(`<h3>${title}</h3><figcaption>[^<]+</figcaption><div class="wide"><svg`));
    }
    expect(one).toContain("<span>mean total variation</span><strong>0.200 to 0.300</strong>");
    // both lists of the farthest position
    expect(one).toMatch(
      /Answer, position 0, 0: token &#34;yes&#34;.*&#34;yes&#34;<\/th><td>50\.0<\/td><td>20\.0<\/td>/s,
    );
    expect(one).not.toMatch(/<script|src=|https?:(?!\/\/www\.w3\.org)/);
    writeFileSync(file("<b>.jsonl"), answer(0.3) + answer(0.3).replaceAll('"yes"', '"<i>"'));
    expect((await run("compare", p, far, near, file("<b>.jsonl"), "--html", page)).code).toBe(0);
    const several = readFileSync(page, "utf8");
    expect(several).toContain("How far 3 models are from <b>p</b>");
    expect(several.match(/<article /g)).toHaveLength(3);
    for (const title of ["Mean KL", "Mean JS", "Mean total variation"]) expect(several).toContain(`<h3>${title}</h3>`);
    expect(several).not.toMatch(/<b>\.jsonl|<i>"/);
  });

  test("--html of a model beside itself says so", async () => {
    writeFileSync(file("all.jsonl"), '{"top":[[0,0]],"classes":1,"rounding":0}\n');
    const { code } = await run("compare", file("all.jsonl"), file("all.jsonl"), "--html", file("all.html"));
    expect(code).toBe(0);
    expect(readFileSync(file("all.html"), "utf8")).toContain("Identical: every one is 0.");
  });

  test.each<[string, () => string[], string]>([
    [
      "a quantity of logits",
      () => ["--fail-if", "ppl > 3"],
      "lists tell no ppl; they tell acceptance, meanKl, meanKl.lower",
    ],
    ["another candidate", () => ["--fail-if", "meanKl(q5) > 3"], '--fail-if is for "q5", but there is no such model'],
    ["rows of another kind", () => ["--rows-out", file("rows.txt")], "must end in .csv, .jsonl or .npy"],
    ["a page over an input", () => ["--html", near], "is the same as other 2"],
    ["pairs", () => ["--pair", "far,near"], "--pair is for logits"],
    ["a label of no model", () => ["--label", "q=Q"], '--label is for "q", but there is no such model'],
  ])("%s: an error", async (_, args, message) => {
    const { code, stdout, stderr } = await run("compare", p, far, near, ...args());
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  test("a quantity of lists is none of logits", async () => {
    const args = ["compare", file("base.npy"), file("other.npy"), "--fail-if", "meanHellinger > 1"];
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toContain("logits tell no meanHellinger; they tell meanKl");
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
    ["one of each", ["--prompts", "18"], "before.jsonl: before and after have one sample of each prompt; ask"],
    ["another statistic", ["--prompts", "3", "--statistic", "kl"], "Allowed choices are logProbabilities, js"],
    ["an α of 1", ["--prompts", "3", "--alpha", "1"], "It must be below 1."],
    ["a seed that is none", ["--prompts", "3", "--seed", "-1"], "It must be an integer of at least 0."],
  ])("%s: an error", async (_, args, message) => {
    const { code, stderr } = await run("drift", file("before.jsonl"), file("before.jsonl"), ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
