import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.js";
import {
  type CompareOptions,
  compareLogits,
  openLogits,
  Summary,
  writeNpy,
  writeTokens,
} from "../../src/compare/index.js";
import { makeNpyHeader } from "../../src/compare/npy.js";
import { checksumOf } from "../../src/shards/part.js";
import { isLong } from "../long.js";
import { keeping, run, start } from "./command.js";
import { CLASSES, makeModels, ROWS } from "./sources.js";
import { FIXTURES, leftovers, makeFile, temporary } from "./temporary.js";

const [base, other] = makeModels();
const [basePath, otherPath, tokensPath] = ["base.npy", "other.npy", "tokens.npy"].map(temporary);
const pair = [basePath, otherPath];
let expected: Summary;

beforeAll(async () => {
  await writeNpy(basePath, [base], { classes: CLASSES });
  await writeNpy(otherPath, [other], { classes: CLASSES });
  await writeTokens(tokensPath, base.tokens);
  expected = await summaryOf(basePath, otherPath, { tokens: base.tokens });
});

async function summaryOf(a: string, b: string, options?: CompareOptions) {
  const [first, second] = [await openLogits(a), await openLogits(b)];
  const summary = await compareLogits(first, second, { threads: 1, ...options });
  await Promise.all([first.close(), second.close()]);
  return summary;
}

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await run("compare", ...args, "--json", "-");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
};

/** What JSON says of the one candidate. */
const candidate = async (...args: string[]) => (await json(...args)).candidates[0];

/** The report as JSON has it: of all rows, of the candidate. */
function spelled(summary: Summary): Record<"whole" | "own", object> {
  const { version: _, rows, tokens, temperature, topK, clustered, ...rest } = summary.report();
  const { by, ...estimates } = clustered;
  const whole = { rows, tokens, temperature, topK, clusters: by };
  const plain = (value: object) =>
    JSON.parse(JSON.stringify(value, (_, x) => (Math.abs(x) === Infinity ? String(x) : x))) as object;
  return { whole: plain(whole), own: plain({ ...rest, clustered: estimates }) };
}

describe("logratio compare", () => {
  test("reports what compareLogits does", async () => {
    const { code, stdout, stderr } = await run("compare", ...pair, "--tokens", tokensPath);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const { kl } = expected.report();
    expect(stdout).toMatch(new RegExp(`mean +${kl.mean.toFixed(3)}`));
    for (const name of ["PPL(base)", "ln PPL(other)/PPL(base)", "RMS Δp", "same top p", "KL(base‖other)", "JS", "█"]) {
      expect(stdout).toContain(name);
    }
    expect(stdout).toContain(`of ${ROWS - 9} rows`.replace("of", "of the").replace(" rows", " rows whose token"));
    for (const line of stdout.split("\n").slice(3)) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("without tokens there are no perplexities", async () => {
    const { code, stdout } = await run("compare", ...pair);
    expect(code).toBe(0);
    expect(stdout).toContain("--tokens");
    expect(stdout).not.toContain("PPL(");
  });

  test("--json has every number, and the same for any number of threads", async () => {
    const report = await json(...pair, "--tokens", tokensPath, "--threads", "1");
    const { whole, own } = spelled(expected);
    const model = (path: string) => ({
      ...{ path, label: path.replace(/.*\//, "").replace(/\.npy$/, "") },
      ...{ input: "logits", size: null, bitsPerWeight: null },
    });
    const { label } = model(otherPath);
    expect(report).toEqual({
      ...{ format: "logratio comparison", version: 2, base: model(basePath), tokensFile: tokensPath, groupsFile: null },
      ...{ vocabulary: null, bytes: null },
      ...{ ...whole, classes: CLASSES, start: 0, end: ROWS },
      candidates: [{ ...model(otherPath), noiseFloor: null, ...own, bitsPerByte: null }],
      ...{ ranking: [label], pairs: [], gates: [] },
    });
    expect(await json(...pair, "--tokens", tokensPath, "--threads", "2")).toEqual(report);
    const path = temporary("report.json");
    const { stdout } = await run("compare", ...pair, "--tokens", tokensPath, "--json", path);
    expect(stdout).toContain("Worst tokens");
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(report);
  });

  test("docs/compare.md knows every key of the JSON", async () => {
    const documented = readFileSync("docs/compare.md", "utf8").split("## The JSON report")[1];
    const report = await json(...pair, "--tokens", tokensPath);
    const [own] = report.candidates;
    const parts = [
      ...[report, report.base, report.clusters, own, own.kl, own.deltaP, own.sameTop, own.perplexity, own.worst[0]],
      ...[own.kl.quantiles, own.byConfidence[0], own.calibrationError, own.clustered, own.clustered.kl],
    ];
    for (const key of parts.flatMap(Object.keys)) expect(documented).toContain(`\`${key}\``);
  });

  test("JSON spells infinities, and has null where there is no answer", async () => {
    const [a, b] = ["a.npy", "b.npy"].map(temporary);
    await writeNpy(a, [{ data: Float32Array.of(0, 0, 1, 2) }], { classes: 2 });
    await writeNpy(b, [{ data: Float32Array.of(0, -Infinity, 1, 2) }], { classes: 2 });
    const { kl } = await candidate(a, b);
    expect(kl).toMatchObject({ infinite: 1, mean: "Infinity", max: "Infinity", standardError: null });
    const { code, stdout } = await run("compare", a, b, "--html", temporary("report.html"));
    expect(code).toBe(0);
    expect(stdout).toContain("infinite in 1 rows");
  });

  test.each([
    ["--rows", "5:20", { start: 5, end: 20 }],
    ["--rows", ":20", { end: 20 }],
    ["--rows", "40:", { start: 40 }],
    ["--temperature", "2.5", { temperature: 2.5 }],
    ["--top-k", "3", { topK: 3 }],
  ])("%s %s", async (name, value, options) => {
    const report = await json(...pair, name, value);
    const { whole, own } = spelled(await summaryOf(basePath, otherPath, options));
    expect(report).toMatchObject(whole);
    expect(report.candidates[0]).toMatchObject(own);
  });

  test("raw files, of --type and --shape", async () => {
    const [a, b] = pair.map((path) => makeFile("raw.bin", readFileSync(path).subarray(128)));
    const { kl } = await candidate(a, b, "--type", "f32", "--shape", `${ROWS},${CLASSES}`);
    expect(kl).toMatchObject({ mean: expected.report().kl.mean });
    const mixed = await candidate(a, b, "--type", "f32", "--shape", String(CLASSES));
    expect(mixed.kl).toEqual(kl);
  });

  test("--tensor and --bfloat16", async () => {
    const file = `${FIXTURES}/several.safetensors`;
    const { kl } = await candidate(file, file, "--tensor", "half", "--tensor", "brain");
    expect(kl).toMatchObject({ count: 7, max: 0 });
    const { code, stderr } = await run("compare", file, file, "--tensor", "half", "--tensor", "double");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/7 rows.*6/) });
    const { kl: none } = await candidate(`${FIXTURES}/bf16.npy`, `${FIXTURES}/bf16.npy`, "--bfloat16");
    expect(none.max).toBe(0);
  });

  test("--html is a page that needs nothing else", async () => {
    const path = temporary("<report>.html");
    expect((await run("compare", ...pair, "--tokens", tokensPath, "--html", path)).code).toBe(0);
    const page = readFileSync(path, "utf8");
    expect(page.match(/<svg/g)).toHaveLength(6);
    expect(page).not.toMatch(/https?:|src=|NaN|undefined|Infinity/);
    expect(page.match(/<title>row \d+/g)).toHaveLength(20);
  });

  test("--max-mean-kl: exit code 1, after the report", async () => {
    const { mean } = expected.report().kl;
    const exceeded = await run("compare", ...pair, "--max-mean-kl", String(mean * 0.99));
    expect(exceeded.code).toBe(1);
    expect(exceeded.stdout).toContain("Worst tokens");
    expect(exceeded.stderr).toContain(`${mean}`);
    expect(await run("compare", ...pair, "--max-mean-kl", String(mean))).toMatchObject({ code: 0, stderr: "" });
    // 0: the same model, to the bit
    expect(await run("compare", pair[0], pair[0], "--max-mean-kl", "0")).toMatchObject({ code: 0, stderr: "" });
    expect(await run("compare", ...pair, "--max-mean-kl", "0")).toMatchObject({ code: 1 });
  });
});

describe("progress", () => {
  test("there is a bar on a terminal", async () => {
    const said = { stdout: "", stderr: "" };
    const stderr = { isTTY: true, columns: 80, ...keeping(said, "stderr") };
    expect(await main(["compare", ...pair], { stdout: keeping(said, "stdout"), stderr })).toBe(0);
    expect(said.stderr).toContain(`of ${ROWS} rows`);
    expect(said.stderr).toContain("rows/s");
  });

  test("there is none in a pipe", async () => {
    const { code, stdout, stderr } = await start("compare", ...pair).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe((await run("compare", ...pair)).stdout);
  });
});

describe("--checkpoint", () => {
  const checkpointOf = (path: string) => JSON.parse(readFileSync(path, "utf8"));

  test("holds the summary when all is done, from which the report comes again", async () => {
    const path = temporary("run.json");
    const args = ["compare", ...pair, "--tokens", tokensPath, "--checkpoint", path];
    const { code, stdout } = await run(...args);
    expect(code).toBe(0);
    const { next, results } = checkpointOf(path);
    expect(next).toBe(ROWS);
    expect(results.candidates[0].summary).toEqual(JSON.parse(JSON.stringify(expected)));
    expect(await run(...args)).toEqual({ code: 0, stdout, stderr: "" });
  });

  test("of parts, merge to the summary of all", async () => {
    const shards: Summary[] = [];
    for (const rows of ["40:", "0:13", "13:40"]) {
      const path = temporary("shard.json");
      await run("compare", ...pair, "--tokens", tokensPath, "--rows", rows, "--checkpoint", path);
      shards.push(Summary.fromJSON(checkpointOf(path).results.candidates[0].summary));
    }
    const merged = shards.reduce((sum, shard) => sum.merge(shard));
    expect(JSON.stringify(merged)).toBe(JSON.stringify(expected));
  });

  test("of other inputs or options is an error", async () => {
    const path = temporary("run.json");
    await run("compare", ...pair, "--checkpoint", path);
    const before = readFileSync(path, "utf8");
    const attempts = [
      [basePath, basePath],
      [...pair, "--tokens", tokensPath],
      [...pair, "--top-k", "3"],
      [...pair, "--rows", "3:"],
    ];
    for (const attempt of attempts) {
      const { code, stdout, stderr } = await run("compare", ...attempt, "--checkpoint", path);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(`${path} is a checkpoint of another comparison`);
    }
    expect(readFileSync(path, "utf8")).toBe(before);
    expect((await run("compare", ...pair, "--checkpoint", tokensPath)).stderr).toContain("no checkpoint");
  });

  describe("that is not as it was written", () => {
    const path = temporary("run.json");
    const resume = () => run("compare", ...pair, "--tokens", tokensPath, "--checkpoint", path, "--json", "-");
    let text = "";
    beforeAll(async () => {
      await resume();
      text = readFileSync(path, "utf8");
    });

    /** As someone would who takes care of the checksum. */
    const crafted = (change: (json: never) => void): string => {
      const { checksum: _, ...json } = JSON.parse(text);
      change(json as never);
      const rest = JSON.stringify(json);
      return JSON.stringify({ ...json, checksum: checksumOf(rest) });
    };
    const set = (name: string, change: object) => (json: object) => {
      const at = `results.candidates.0.${name}`
        .split(".")
        .reduce((object, key) => (object as Record<string, object>)[key], json);
      Object.assign(at, change);
    };

    test.each<[string, () => string, string]>([
      ["a part", () => text.slice(0, -100), "is no whole checkpoint"],
      ["nothing", () => "", "is no checkpoint"],
      ["by hand", () => text.replace(/"next":\d+/, '"next":30'), "is not as it was written: its checksum does not fit"],
      ["without checksum", () => text.replace(/,"checksum":"\w+"}\n$/, "}"), "is not as it was written"],
      ["of another format", () => crafted((json) => Object.assign(json, { version: 1 })), "version is 1; it must be 2"],
      [
        "of another version",
        () => crafted((json) => Object.assign(json, { logratio: "0.0.1" })),
        "is of logratio 0.0.1, and this is ",
      ],
      [
        "of entropies",
        () => crafted((json) => Object.assign(json, { command: "entropy" })),
        "is a checkpoint of logratio entropy",
      ],
      [
        "next",
        () => crafted((json) => Object.assign(json, { next: 30 })),
        `next is 30; it must be ${ROWS}, as its results have`,
      ],
      [
        "next past the end",
        () => crafted((json) => Object.assign(json, { next: 9999 })),
        "next is 9999; it must be an integer",
      ],
      ["next as text", () => crafted((json) => Object.assign(json, { next: "61" })), 'next is "61"'],
      [
        "no summary",
        () =>
          crafted((json: { results: { candidates: object[] } }) =>
            Object.assign(json.results.candidates[0], { summary: null }),
          ),
        "results.candidates[0].summary: json is null",
      ],
      ["another summary", () => crafted(set("summary", { rows: 5 })), "results.candidates[0].summary: rows is 5"],
      [
        "no charts",
        () =>
          crafted((json: { results: { candidates: object[] } }) =>
            Object.assign(json.results.candidates[0], { charts: 5 }),
          ),
        "charts is 5; it must be an object",
      ],
      [
        "results of another candidate more",
        () =>
          crafted((json: { results: { candidates: object[] } }) =>
            json.results.candidates.push(json.results.candidates[0]),
          ),
        "results.candidates is [object Array]; it must be an array of 1",
      ],
      [
        "a histogram of text",
        () => crafted(set("charts.histogram", { 3: "<b>" })),
        'charts.histogram[3] is "<b>"; it must be an integer',
      ],
      [
        "a bin more",
        () => crafted(set("charts.histogram", { 400: 1 })),
        "charts.histogram is [object Array]; it must be an array of 302",
      ],
      [
        "a row more",
        () => crafted(set("charts.histogram", { 3: 1 })),
        `charts.histogram is [object Array]; it must be of ${ROWS} rows`,
      ],
      [
        "a token more",
        () => crafted(set("charts.calibration.3", { 0: 99 })),
        "charts.calibration is [object Array]; it must be of",
      ],
      [
        "a point more",
        () => crafted(set("charts.along.points", { 61: [61, 1, 0, 1, [1]] })),
        "charts.along.points[61][0] is 61; it must be an integer from 61 to 60",
      ],
      [
        "a point of two rows",
        () => crafted(set("charts.along.points.3", { 1: 2 })),
        "charts.along.points[3][1] is 2; it must be an integer from 1 to 1",
      ],
      [
        "a point less",
        () =>
          crafted((json: { results: { candidates: { charts: { along: { points: [] } } }[] } }) =>
            json.results.candidates[0].charts.along.points.pop(),
          ),
        "charts.along.points is [object Array]; it must be of",
      ],
      ["size of points", () => crafted(set("charts.along", { size: 0.5 })), "charts.along.size is 0.5"],
      ["size of points, no power of 2", () => crafted(set("charts.along", { size: 3 })), "size is 3; it must be 4"],
      ["a key more", () => crafted((json) => Object.assign(json, { title: "x" })), 'title is "x"; it must be left out'],
    ])("%s", async (_, make, message) => {
      const before = make();
      writeFileSync(path, before);
      const { code, stdout, stderr } = await resume();
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(`${path}`);
      expect(stderr).toContain(message);
      expect(stderr.split("\n")).toHaveLength(2);
      expect(readFileSync(path, "utf8")).toBe(before);
    });

    test("a file of another kind is not read as a whole", async () => {
      for (const other of [
        makeFile("x.npy", readFileSync(basePath)),
        makeFile("x.json", `{"a":"${"x".repeat(1000)}"}`),
      ]) {
        const { code, stderr } = await run("compare", ...pair, "--checkpoint", other);
        expect({ code, stderr }).toEqual({
          code: 2,
          stderr: `logratio: ${other} is no checkpoint: it does not begin like one\n`,
        });
      }
    });

    test("as it was, it goes on", async () => {
      writeFileSync(path, text);
      expect(await resume()).toMatchObject({ code: 0, stderr: "" });
      writeFileSync(path, JSON.stringify(JSON.parse(text), null, 2));
      expect(await resume()).toMatchObject({ code: 0, stderr: "" });
    });
  });

  /** A file of rows that are all 0 but for some, which takes next to no space. */
  function makeSparse(rows: number, classes: number, seed: number): string {
    const path = temporary("sparse.npy");
    const file = openSync(path, "w");
    const header = makeNpyHeader("<f4", [rows, classes]);
    writeSync(file, header);
    ftruncateSync(file, header.length + 4 * rows * classes);
    const [{ data }] = makeModels(8, classes, seed);
    for (let r = 0; r < 8; r++) {
      const row = data.subarray(r * classes, (r + 1) * classes);
      const bytes = new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
      writeSync(file, bytes, 0, bytes.length, header.length + 4 * classes * Math.floor((r * rows) / 8));
    }
    closeSync(file);
    return path;
  }

  test("Ctrl-C ends it, and the same command goes on, to the same bits", async () => {
    const rows = isLong ? 8000 : 2000;
    const files = [makeSparse(rows, 16384, 1), makeSparse(rows, 16384, 2)];
    const [whole, path, page, wholePage] = ["whole.json", "run.json", "a.html", "b.html"].map(temporary);
    const first = start("compare", ...files, "--checkpoint", path, "--json", whole);
    while (!existsSync(path)) await setTimeout(2);
    first.child.kill("SIGINT");
    const { code, stdout, stderr } = await first.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    const [, done] =
      stderr.match(/^logratio: interrupted after (\d+) of \d+ rows; the same command goes on from/) ?? [];
    expect(checkpointOf(path).next).toBe(Number(done));
    expect(Number(done)).toBeGreaterThan(0);
    expect(Number(done)).toBeLessThan(rows);
    expect(existsSync(whole)).toBe(false);
    expect(leftovers(path)).toEqual([]);

    const resumed = await run("compare", ...files, "--checkpoint", path, "--json", "-", "--html", page);
    const uninterrupted = await run("compare", ...files, "--json", "-", "--html", wholePage);
    expect(resumed).toEqual({ ...uninterrupted, code: 0 });
    expect(readFileSync(page, "utf8")).toBe(readFileSync(wholePage, "utf8"));
  });
});

describe("bad usage and bad input: exit code 2, a message, and nothing on standard output", () => {
  const truncated = () => makeFile("truncated.npy", readFileSync(basePath).subarray(0, -7));
  const withNaN = () => {
    const bytes = readFileSync(otherPath);
    bytes.writeFloatLE(Number.NaN, 128 + 4 * (17 * CLASSES + 3));
    return makeFile("nan.npy", bytes);
  };
  test.each<[string, () => string[], string]>([
    ["no command", () => [], "Usage"],
    ["an unknown command", () => ["compair"], "compair"],
    ["one file", () => ["compare", basePath], "missing required argument 'other'"],
    ["two of one name", () => ["compare", ...pair, otherPath], "two candidates are called"],
    ["an unknown option", () => ["compare", ...pair, "--tokns", "x"], "Did you mean --tokens?"],
    ["rows", () => ["compare", ...pair, "--rows", "9:3"], "--rows"],
    ["rows past the end", () => ["compare", ...pair, "--rows", "0:100"], `has ${ROWS} rows`],
    ["rows after the end", () => ["compare", ...pair, "--rows", "100:"], `ends after ${ROWS} rows`],
    ["threads", () => ["compare", ...pair, "--threads", "0"], "--threads"],
    ["temperature", () => ["compare", ...pair, "--temperature", "-1"], "--temperature"],
    ["top-k", () => ["compare", ...pair, "--top-k", "257"], "from 1 to 256"],
    ["shape", () => ["compare", ...pair, "--shape", "3x4"], "--shape"],
    ["a shape without need", () => ["compare", ...pair, "--shape", "3,4"], basePath],
    ["type", () => ["compare", ...pair, "--type", "f8"], "f8"],
    ["no such file", () => ["compare", basePath, "nothing.npy"], "nothing.npy"],
    ["not logits", () => ["compare", basePath, "package.json"], "package.json"],
    ["truncated", () => ["compare", basePath, truncated()], `row ${ROWS - 1}, column ${CLASSES - 2}`],
    [
      "NaN",
      () => ["compare", basePath, withNaN()],
      `nan.npy has NaN in row 17, column 3, at byte ${128 + 4 * (17 * CLASSES + 3)}`,
    ],
    ["other classes", () => ["compare", basePath, `${FIXTURES}/f32.npy`], "padding, add --classes 5"],
    ["too many classes", () => ["compare", ...pair, "--classes", "301"], "300 numbers, fewer than --classes 301"],
    ["too few tokens", () => ["compare", ...pair, "--tokens", makeFile("tokens.txt", "1 2 3")], "has 3 tokens"],
    ["no place for a page", () => ["compare", ...pair, "--html", "nowhere/report.html"], "nowhere"],
    ["no distribution", () => ["entropy", basePath, "--input", "probabilities"], `${basePath} has -`],
    ["NaN, of entropy", () => ["entropy", withNaN()], `nan.npy has NaN in row 17, column 3, at byte`],
    ["input", () => ["entropy", basePath, "--input", "counts"], "Allowed choices"],
    ["base", () => ["entropy", basePath, "--base", "1"], "base"],
    ["classes", () => ["bench", "--classes", "many"], "--classes"],
  ])("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await run(...args());
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  test("of a file that fails in the middle, nothing is left that looks whole", async () => {
    const [page, report] = [temporary("report.html"), temporary("report.json")];
    const { code } = await run("compare", basePath, withNaN(), "--html", page, "--json", report);
    expect(code).toBe(2);
    expect(existsSync(page) || existsSync(report)).toBe(false);
  });
});

describe("logratio entropy", () => {
  test("summarises what compare says of the same rows", async () => {
    const { code, stdout } = await run("entropy", basePath, "--json", "-");
    expect(code).toBe(0);
    const { entropy } = JSON.parse(stdout);
    expect(entropy.mean).toBeCloseTo(expected.report().baseEntropy.mean, 6);
    expect(entropy.count).toBe(ROWS);
  });

  test("of probabilities, in bits, of some rows", async () => {
    const path = temporary("p.npy");
    await writeNpy(path, [{ data: Float64Array.of(0.5, 0.5, 1, 0, 0.5, 0.5) }], { classes: 2, type: "f64" });
    const { stdout } = await run("entropy", path, "--input", "probabilities", "--base", "2", "--rows", "1:");
    expect(stdout).toContain("bits");
    expect(stdout).toMatch(/mean +0\.500/);
    expect(stdout).toMatch(/maximum +1\.000/);
  });
});

test("logratio bench measures every backend", async () => {
  const { code, stdout } = await run("bench", "--classes", "1024");
  expect(code).toBe(0);
  expect(stdout).toMatch(/js +simd/);
  expect(stdout).toMatch(/KL of logits( +\d+\.\d{3})+/);
});

test("--help and --version", async () => {
  for (const command of ["compare", "entropy", "bench"]) {
    const { code, stdout, stderr } = await run(command, "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Examples:");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  }
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(await run("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});
