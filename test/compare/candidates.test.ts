// One base and several candidates on the command line: the ranking, what is said of the models, what is written, what fails.

import { readFileSync, statSync, writeFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import { readBytes } from "../../src/cli/models.js";
import {
  type CompareManyOptions,
  compareLogits,
  openLogits,
  openTokens,
  pairedDifference,
  writeNpy,
  writeTokens,
} from "../../src/compare/index.js";
import { randomNumbers } from "../random.js";
import { run } from "./command.js";
import { leftovers, makeFile, temporary } from "./temporary.js";

const [ROWS, CLASSES] = [90, 40];
const random = randomNumbers(8);
const normal = () => random() + random() + random() + random() - 2;
const numbers = Float32Array.from({ length: ROWS * CLASSES }, () => 4 * normal());
const [base, q8, q6, q4, tokens] = ["base.npy", "q8.npy", "q6.npy", "q4.npy", "tokens.npy"].map((name) =>
  temporary(name),
);
/** With the number that makes temporary names differ. */
const nameOf = (path: string) => path.replace(/.*\//, "").replace(/\.npy$/, "");
const files = [base, q4, q8, q6];

beforeAll(async () => {
  for (const [path, noise] of [
    [base, 0],
    [q8, 0.01],
    [q6, 0.1],
    [q4, 0.5],
  ] as const) {
    await writeNpy(path, [{ data: numbers.map((z) => z + noise * normal()) }], { classes: CLASSES });
  }
  await writeTokens(
    tokens,
    Array.from({ length: ROWS }, () => Math.floor(CLASSES * random())),
  );
});

async function compare(...args: string[]) {
  const { code, stdout, stderr } = await run("compare", ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

const json = async (...args: string[]) => JSON.parse(await compare(...args, "--json", "-"));

describe("the report", () => {
  test("ranks by mean KL, whatever the order", async () => {
    const { ranking, candidates, pairs } = await json(...files);
    expect(ranking).toEqual([q8, q6, q4].map(nameOf));
    expect(candidates.map(({ label }: { label: string }) => label)).toEqual([q4, q8, q6].map(nameOf));
    const pairsOf = (some: { first: string; second: string }[]) => some.map(({ first, second }) => [first, second]);
    expect(pairsOf(pairs)).toEqual([
      [nameOf(q8), nameOf(q6)],
      [nameOf(q6), nameOf(q4)],
    ]);
    const other = await json(base, q6, q8, q4, "--threads", "2");
    expect(other.ranking).toEqual(ranking);
    expect(other.pairs).toEqual(pairs);
    for (const candidate of candidates) expect(other.candidates).toContainEqual(candidate);
    const alone = await json(base, q6);
    expect(alone.candidates).toEqual([candidates[2]]);
  });

  test("has the table that people publish, within 80 columns", async () => {
    const text = await compare(...files, "--tokens", tokens, "--label", `${nameOf(q4)}=Q4 = small|`, "--acceptance");
    const [, ranking] = text.split("Ranking by mean KL");
    for (const word of ["PPL", "ΔPPL", "mean KL", "median KL", "99 % KL", "99.9 % KL", "max KL", "acceptance, %"]) {
      expect(ranking).toContain(word);
    }
    for (const word of ["mean Δp, points", "RMS Δp, points", "same top p, %", "not a score", "by more than luck?"]) {
      expect(ranking).toContain(word);
    }
    expect(text).toContain("━━ Q4 = small| ━");
    expect(text.match(/^Worst tokens$/gm)).toHaveLength(3);
    for (const line of text.split("\n").slice(5)) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("tests are those of pairedDifference", async () => {
    const { pairs, clusters } = await json(...files, "--tokens", tokens, "--pair", `${nameOf(q4)},${nameOf(q8)}`);
    const sources = await Promise.all(files.map((path) => openLogits(path)));
    const options: CompareManyOptions = { tokens: await openTokens(tokens) };
    const [a, b] = await compareLogits(sources[0], sources.slice(1), options);
    await Promise.all(sources.map((source) => source.close()));
    const { clusters: kind, ...expected } = pairedDifference(a, b);
    expect(pairs[2]).toMatchObject({ first: nameOf(q4), second: nameOf(q8), kl: { ...expected, clusters: 3 } });
    expect(kind).toEqual(clusters);
    const ofTokens = pairedDifference(a, b, { quantity: "logProbability" });
    expect(pairs[2].logProbability.value).toBe(ofTokens.value);
  });

  test("--noise-floor: base beside itself, rounded", async () => {
    const { candidates, ranking } = await json(base, q6, "--noise-floor");
    expect(candidates.map(({ noiseFloor }: { noiseFloor: string }) => noiseFloor)).toEqual([null, "bf16", "f16"]);
    expect(ranking).toEqual(["base as f16", "base as bf16", nameOf(q6)]);
    const [, bf16, f16] = candidates;
    expect(f16.kl.mean).toBeGreaterThan(0);
    expect(bf16.kl.mean / f16.kl.mean).toBeGreaterThan(20);
    // what is stored so already is not rounded
    const half = temporary("half.npy");
    await writeNpy(half, [{ data: numbers }], { classes: CLASSES, type: "f16" });
    expect((await json(half, half, "--noise-floor")).candidates).toHaveLength(2);
  });

  test("--groups and --block-rows", async () => {
    const lines = Array.from({ length: ROWS }, (_, r) => ["math", "code", "prose"][Math.floor(r / 30)]);
    const expected = { kind: "groups", count: 3, rows: null };
    for (const text of [lines.join("\n"), `\ufeff${lines.join("\r\n")}\r\n`, JSON.stringify(lines)]) {
      const { clusters, candidates } = await json(...files, "--groups", makeFile("groups.txt", text));
      expect(clusters).toEqual(expected);
      expect(candidates[0].groups).toMatchObject([
        { group: "code", rows: 30, blocks: 2 },
        { group: "math", rows: 30, blocks: 1 },
        { group: "prose", rows: 30, blocks: 2 },
      ]);
    }
    const text = await compare(...files, "--tokens", tokens, "--groups", makeFile("groups.txt", lines.join("\n")));
    expect(text).toMatch(/^ {2}prose +30 +2 /m);
    expect((await json(...files, "--block-rows", "9")).clusters).toEqual({ kind: "blocks", count: 10, rows: 9 });
  });

  test("a checkpoint goes on with all of them", async () => {
    const path = temporary("run.json");
    const args = [...files, "--tokens", tokens, "--noise-floor", "--acceptance", "--checkpoint", path];
    const text = await compare(...args);
    const checkpoint = JSON.parse(readFileSync(path, "utf8"));
    expect(checkpoint.results.candidates).toHaveLength(5);
    expect(await compare(...args)).toBe(text);
    for (const other of [
      [...files, "--tokens", tokens, "--noise-floor"],
      [base, q8, q4, q6, "--tokens", tokens, "--noise-floor", "--acceptance"],
      [...files, "--tokens", tokens, "--acceptance"],
      [...files, "--tokens", tokens, "--noise-floor", "--acceptance", "--block-rows", "9"],
    ]) {
      const { code, stderr } = await run("compare", ...other, "--checkpoint", path);
      expect(code).toBe(2);
      expect(stderr).toContain("is a checkpoint of another comparison");
    }
  });
});

describe("what is said of models", () => {
  test("sizes, bits and labels", async () => {
    const names = [q4, q6].map(nameOf);
    const { base: own, candidates } = await json(
      ...[...files, "--label", `${names[0]}=Q4_K_M`, "--size", `${q4}=2.2GB`, "--bits", `${names[0]}=4.83`],
      ...["--model", `${names[1]}=${q6}`, "--size", "base=16GiB"],
    );
    expect(own).toMatchObject({ size: 16 * 2 ** 30, bitsPerWeight: null });
    expect(candidates[0]).toMatchObject({ label: "Q4_K_M", size: 2.2e9, bitsPerWeight: 4.83 });
    expect(candidates[1].size).toBe(null);
    expect(candidates[2].size).toBe(statSync(q6).size);
    const text = await compare(...files, "--label", `${names[0]}=Q4_K_M`, "--size", `${names[0]}=2.2GB`);
    expect(text).toMatch(/^ {2}Q4_K_M +2.20 GB /m);
  });

  test("sizes as people write them", () => {
    const sizes = ["812", "1.5 kB", "1.5K", "2 MB", "2MiB", ".5G", "3 TiB"].map(readBytes);
    expect(sizes).toEqual([812, 1500, 1500, 2e6, 2 ** 21, 5e8, 3 * 2 ** 40]);
    for (const text of ["", "GB", "-1", "1 XB", "1e5", "0", "2 GB x"]) expect(readBytes(text)).toBeUndefined();
  });

  test.each<[string, string[]]>([
    ['--label is for "q5", but there is no such model; known are base, ', ["--label", "q5=Q5"]],
    [`--size is given twice for ${nameOf(base)}`, ["--size", "base=1GB", "--size", "base=2GB"]],
    [`--model and --size are both given for ${nameOf(base)}`, ["--size", "base=1GB", "--model", `base=${q4}`]],
    ["nothing.gguf cannot be read", ["--model", "base=nothing.gguf"]],
    ['two candidates are called "x"', ["--label", `${nameOf(q4)}=x`, "--label", `${nameOf(q6)}=x`]],
    ["It must be like q4=2.2GB", ["--size", "base=2.2 parsecs"]],
    ["It must be like q4=Q4_K_M", ["--label", "base"]],
    ["It must be like q4=VALUE", ["--model", "=x"]],
    ["It must be a positive number", ["--bits", "base=many"]],
    ["It must be like q4,q6", ["--pair", "q4"]],
    ['--pair is for "q5"', ["--pair", "q5,q4"]],
    [
      "--input is given 3 times, but there are 4 files; give it once, twice",
      ["--input", "logits", "--input", "logits", "--input", "logits"],
    ],
    ["has 2 groups", ["--groups", makeFile("groups.txt", "a\nb\n")]],
    ["group 1 is empty", ["--groups", makeFile("groups.txt", "a\n\nb")]],
    ["there are no groups", ["--groups", makeFile("groups.txt", "")]],
    ["begins like JSON, but is not", ["--groups", makeFile("groups.txt", '["a",')]],
    ["group 0 is {}; it must be a text or a number", ["--groups", makeFile("groups.txt", "[{}]")]],
  ])("%s", async (message, args) => {
    const { code, stdout, stderr } = await run("compare", ...files, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});

describe("outputs", () => {
  test("JSON is as docs/compare.schema.json says", async () => {
    const schema = JSON.parse(readFileSync("docs/compare.schema.json", "utf8"));
    const validate = new Ajv2020({ allErrors: true }).compile(schema);
    const groups = makeFile("groups.txt", Array.from({ length: ROWS }, (_, r) => `g${r % 7}`).join("\n"));
    const impossible = temporary("impossible.npy");
    await writeNpy(impossible, [{ data: numbers.map((z, i) => (i === 7 ? -Infinity : z)) }], { classes: CLASSES });
    for (const args of [
      [base, q4],
      [...files, "--tokens", tokens, "--noise-floor", "--acceptance", "--groups", groups, "--size", "base=1GB"],
      [base, impossible, q4, "--tokens", tokens, "--fail-if", "maxKl < 0"],
      [base, q4, "--rows", "3:4"],
    ]) {
      const report = await json(...args);
      expect(validate(report), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
      expect(validate({ ...report, version: 1 })).toBe(false);
    }
  });

  test("the schema names every key", async () => {
    const schema = JSON.parse(readFileSync("docs/compare.schema.json", "utf8"));
    const groups = makeFile("groups.txt", "g\n".repeat(ROWS));
    const report = await json(...files, "--tokens", tokens, "--groups", groups, "--fail-if", "maxKl < 0");
    const unknown: string[] = [];
    const resolve = (at: { $ref?: string }): object =>
      at.$ref ? schema.$defs[at.$ref.split("/").at(-1) as string] : at;
    function check(value: unknown, at: object, path: string): void {
      const own = resolve(at) as { properties?: object; items?: object; allOf?: object[]; anyOf?: object[] };
      const parts = [own, ...[...(own.allOf ?? []), ...(own.anyOf ?? [])].map(resolve)] as (typeof own)[];
      if (Array.isArray(value)) {
        for (const one of value.slice(0, 2)) check(one, parts.find(({ items }) => items)?.items ?? {}, `${path}[]`);
      } else if (typeof value === "object" && value !== null) {
        const properties: Record<string, object> = Object.assign({}, ...parts.map((part) => part.properties));
        for (const [key, inner] of Object.entries(value)) {
          if (!Object.hasOwn(properties, key)) unknown.push(`${path}.${key}`);
          else check(inner, properties[key], `${path}.${key}`);
        }
      }
    }
    check(report, schema, "");
    expect(unknown).toEqual([]);
  });

  test("--markdown and --csv are the ranking", async () => {
    const label = ["--label", `${nameOf(q4)}=a|b, "c" <i>`];
    const markdown = await compare(...files, "--tokens", tokens, ...label, "--markdown", "-");
    const lines = markdown.split("\n");
    expect(lines[0]).toBe("### Ranking by mean KL(base‖candidate), nats per token");
    expect(lines[2]).toMatch(/^\| {2}\| PPL \| ΔPPL \| mean KL \|.* same top p, % \|$/);
    expect(lines[7]).toMatch(/^\| a\\\|b, "c" &lt;i> \| [\d.]+ ± [\d.]+ \|/);
    expect(markdown).toContain("### Closer by more than luck?");
    const csv = temporary("ranking.csv");
    await compare(...files, "--tokens", tokens, ...label, "--csv", csv);
    const rows = readFileSync(csv, "utf8").trimEnd().split("\n");
    expect(rows[0]).toMatch(
      /^candidate,path,sizeBytes,bitsPerWeight,ppl,pplError,deltaPpl,deltaPplError,meanKl,meanKlError,/,
    );
    expect(rows[3]).toMatch(/^"a\|b, ""c"" <i>",/);
    const { candidates } = await json(...files, "--tokens", tokens);
    const cells = rows[1].split(",");
    expect(cells[rows[0].split(",").indexOf("meanKl")]).toBe(String(candidates[1].clustered.kl.value));
    // of one candidate too
    expect((await compare(base, q4, "--csv", "-")).trimEnd().split("\n")).toHaveLength(2);
  });

  test("--rows-out has every row of every candidate", async () => {
    const [csv, jsonl, npy] = ["rows.csv", "rows.jsonl", "rows.npy"].map(temporary);
    const groups = makeFile("groups.txt", "g,1\n".repeat(ROWS));
    const common = [...files, "--tokens", tokens, "--groups", groups, "--rows", "5:70"];
    for (const path of [csv, jsonl, npy]) {
      await compare(...common, "--rows-out", path);
      expect(leftovers(path)).toEqual([]);
    }
    const [head, ...lines] = readFileSync(csv, "utf8").trimEnd().split("\n");
    const names = head.split(",");
    expect(lines).toHaveLength(65 * 3);
    const objects = readFileSync(jsonl, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(objects).toHaveLength(65 * 3);
    const matrix = await openLogits(npy);
    expect([matrix.rows, matrix.classes, matrix.type]).toEqual([65 * 3, names.length - 1, "f64"]);
    const data: number[] = [];
    for await (const batch of matrix) data.push(...batch.data);
    await matrix.close();
    lines.forEach((line, i) => {
      const cells = line.replace('"g,1"', "g").split(",");
      const object = objects[i];
      expect([object.row, object.candidate, object.group]).toEqual([
        5 + Math.floor(i / 3),
        [q4, q8, q6].map(nameOf)[i % 3],
        "g,1",
      ]);
      names.slice(2, -1).forEach((name, column) => {
        const number = data[i * (names.length - 1) + column + 2];
        expect(cells[column + 2], name).toBe(Number.isNaN(number) ? "" : String(number));
        expect(object[name], name).toBe(Number.isNaN(number) ? null : number);
      });
    });
    const { candidates } = await json(...common);
    const mean = objects.filter((_, i) => i % 3 === 0).reduce((sum, { kl }) => sum + kl, 0) / 65;
    expect(Math.abs(mean / candidates[0].kl.mean - 1)).toBeLessThan(1e-12);
  });

  test("--rows-out is not left where the work fails", async () => {
    const bytes = readFileSync(q4);
    bytes.writeFloatLE(Number.NaN, 128 + 4 * 80 * CLASSES);
    const broken = makeFile("nan.npy", bytes);
    const path = temporary("rows.csv");
    writeFileSync(path, "before");
    const { code, stderr } = await run("compare", base, q8, broken, "--rows-out", path);
    expect(code).toBe(2);
    expect(stderr).toContain("NaN in row 80");
    expect(readFileSync(path, "utf8")).toBe("before");
    expect(leftovers(path)).toEqual([]);
  });

  test.each<[string, string[]]>([
    ["must end in .csv, .jsonl or .npy", ["--rows-out", "rows.txt"]],
    ["must end in", ["--rows-out", "-"]],
    ["--rows-out and --checkpoint do not go together", ["--rows-out", "rows.csv", "--checkpoint", "run.json"]],
    ["is the same as other 2", ["--csv", q8]],
  ])("%s", async (message, args) => {
    const { code, stdout, stderr } = await run("compare", ...files, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});

describe("--fail-if", () => {
  test("names the candidates that fail, after the report", async () => {
    const name = nameOf(q4);
    const conditions = ["meanKl > 0.001", `sameTop(${name}) < 99.5%`, "kl99.9 >= 1e9", `maxKl(${nameOf(q8)})>1`];
    const path = temporary("report.json");
    const args = conditions.flatMap((condition) => ["--fail-if", condition]);
    const { code, stdout, stderr } = await run("compare", ...files, ...args, "--noise-floor", "--json", path);
    expect(code).toBe(1);
    expect(stdout).toContain("Worst tokens");
    const { gates, candidates } = JSON.parse(readFileSync(path, "utf8"));
    expect(gates).toHaveLength(3 + 1 + 3 + 1);
    const failed = gates.filter(({ isFailed }: { isFailed: boolean }) => isFailed);
    expect(failed.map(({ condition, candidate }: Record<string, string>) => [condition, candidate])).toEqual([
      [conditions[0], name],
      [conditions[0], nameOf(q6)],
      [conditions[1], name],
    ]);
    const lines = failed.map(
      ({ condition, candidate, value }: Record<string, string>) =>
        `logratio: ${candidate} fails: ${condition}; it is ${value}\n`,
    );
    expect(stderr).toBe(lines.join(""));
    expect(failed[0].value).toBe(candidates[0].kl.mean);
  });

  test("every quantity has a value, with tokens; without, it fails", async () => {
    const quantities = [
      ...["meanKl", "medianKl", "kl90", "kl95", "kl99", "kl99.9", "maxKl", "meanReverseKl", "meanJs", "sameTop"],
      ...["top5", "topK", "acceptance", "meanDeltaP", "rmsDeltaP", "ppl", "pplRatio", "deltaPpl", "calibrationError"],
    ];
    const args = quantities.flatMap((quantity) => ["--fail-if", `${quantity} > 1e300`]);
    const report = await json(base, q4, "--tokens", tokens, "--acceptance", ...args);
    expect(report.gates.map(({ value }: { value: number }) => typeof value)).toEqual(quantities.map(() => "number"));
    const { code, stderr } = await run("compare", base, q4, "--fail-if", "ppl > 1e300");
    expect(code).toBe(1);
    expect(stderr).toContain(`${nameOf(q4)} has no value for "ppl > 1e300"`);
  });

  test.each<[string, string]>([
    ["meanKl", 'It must be like "meanKl > 0.02"'],
    ["meanKl = 3", 'It must be like "meanKl > 0.02"'],
    ["meanKl > much", 'It must be like "meanKl > 0.02"'],
    ["meanKL > 1", "There is no meanKL. Known are meanKl, medianKl"],
    ["meanKl(q5) > 1", '--fail-if is for "q5", but there is no such model'],
    ["constructor > 1", "There is no constructor."],
  ])("%s", async (condition, message) => {
    const { code, stdout, stderr } = await run("compare", ...files, "--fail-if", condition);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
