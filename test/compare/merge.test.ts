// Parts of shards, merged: the bytes of one run, wherever the rows are cut and in whatever order parts come.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readShard, shardOf } from "../../src/cli/shard.js";
import {
  type CompareManyOptions,
  compareLogits,
  openLogits,
  openTokens,
  writeNpy,
  writeTokens,
} from "../../src/compare/index.js";
import { COMPARISON, compareRange, prepare, subjectOf } from "../../src/shards/comparison.js";
import { compareShard, mergeSummaries, type PartJson, planShards, type Shard } from "../../src/shards/index.js";
import { checksumOf, partText } from "../../src/shards/part.js";
import { shardRange } from "../../src/shards/plan.js";
import { isLong, thin } from "../long.js";
import { randomNumbers } from "../random.js";
import { run, start } from "./command.js";

/** As the command line has it, where no option of a file is given. */
const OPENED = {};
const CLASSES = 23;
const ROWS = 45;
const random = randomNumbers(5);
const numbers = (rows: number, spread = 4) =>
  Float32Array.from({ length: rows * CLASSES }, () => spread * (random() - 0.5));

async function makeFiles(rows: number) {
  const folder = mkdtempSync(join(tmpdir(), "logratio-merge-"));
  const at = (name: string) => join(folder, name);
  const [base, a, b, tokens, groups] = ["base.npy", "a.npy", "b.npy", "tokens.npy", "groups.txt"].map(at);
  const logits = numbers(rows);
  const near = logits.map((x) => x + 0.3 * (random() - 0.5));
  const far = logits.map((x) => x + 2 * (random() - 0.5));
  // a class that is impossible in one alone: an infinite KL
  near[7 * CLASSES + 3] = -Infinity;
  for (const [path, data] of [
    [base, logits],
    [a, near],
    [b, far],
  ] as const)
    await writeNpy(path, [{ data }], { classes: CLASSES });
  await writeTokens(
    tokens,
    Int32Array.from({ length: rows }, (_, r) => (r % 7 === 6 ? -1 : r % CLASSES)),
  );
  writeFileSync(groups, Array.from({ length: rows }, (_, r) => `group ${Math.floor(r / 5) % 3}`).join("\n"));
  return { at, base, a, b, tokens, groups, args: [base, a, b, "--tokens", tokens, "--groups", groups] };
}

type Files = Awaited<ReturnType<typeof makeFiles>>;
let files: Files;

const REPORTS = ["html", "markdown", "csv", "json"];

/** Every output, of one run or of parts; or some of them, without the pages, which take a second each. */
async function reportsOf({ at }: Files, args: readonly string[], reports: readonly string[] = REPORTS) {
  const outputs = reports.map((name) => [`--${name}`, at(`report.${name}`)]);
  const { code, stdout, stderr } = await run(...args, ...outputs.flat());
  expect(stderr).toBe("");
  return { code, stdout, texts: outputs.map(([, path]) => readFileSync(path, "utf8")) };
}

let folders = 0;

/** The parts of a comparison that is cut into `count`, each time others. */
async function partsOf(own: Files, count: number, args: readonly string[] = own.args, command = "compare") {
  const paths: string[] = [];
  const folder = own.at(`parts ${++folders}`);
  mkdirSync(folder);
  for (let i = 1; i <= count; i++) {
    paths.push(join(folder, `${i}-of-${count}.json`));
    const { code, stdout, stderr } = await run(
      command,
      ...args,
      "--shard",
      `${i}/${count}`,
      "--checkpoint",
      paths[i - 1],
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`has shard ${i} of ${count}`);
  }
  return paths;
}

beforeAll(async () => {
  files = await makeFiles(ROWS);
});

describe("logratio merge", () => {
  describe("of shards", () => {
    const options = ["--noise-floor", "--acceptance", "--top-k", "3", "--temperature", "1.5"];
    const ofReport = ["--label", "a=near", "--size", "b=2GB", "--pair", "near,b"];
    let whole: Awaited<ReturnType<typeof reportsOf>>;
    beforeAll(async () => {
      whole = await reportsOf(files, ["compare", ...files.args, ...options, ...ofReport]);
    });

    test.each(thin([1, 2, 3, 7, ROWS, ROWS + 2], [1, 7]))("%i of them have the bytes of one run", async (count) => {
      const parts = await partsOf(files, count, [...files.args, ...options]);
      expect(await reportsOf(files, ["merge", ...parts, ...ofReport])).toEqual(whole);
      expect(await reportsOf(files, ["merge", ...parts.reverse(), ...ofReport])).toEqual(whole);
    });
  });

  test("of every cut in two, and of random ones in more", async () => {
    const whole = await reportsOf(files, ["compare", ...files.args], ["csv", "json"]);
    const sources = await Promise.all([files.base, files.a, files.b].map((path) => openLogits(path)));
    const paths = { ...files, others: [files.a, files.b] };
    const settings = { open: [OPENED, OPENED, OPENED], input: ["logits", "logits", "logits"] } as const;
    const prepared = await prepare(paths, sources, settings);
    const subject = await subjectOf(prepared, true);
    const partOf = async (first: number, end: number): Promise<string> => {
      const results = COMPARISON.empty(prepared.options);
      const range = { start: first, end };
      await compareRange(prepared, range, results, { threads: 1 });
      const path = files.at(`cut-${first}-${end}.json`);
      writeFileSync(path, partText({ subject, range, next: end, results }));
      return path;
    };
    const cuts: number[][] = Array.from({ length: ROWS - 1 }, (_, i) => [0, i + 1, ROWS]);
    for (let i = 0; i < 40; i++) {
      const inner = Array.from({ length: 5 }, () => 1 + Math.floor((ROWS - 1) * random()));
      cuts.push([0, ...[...new Set(inner)].sort((x, y) => x - y), ROWS]);
    }
    for (const cut of isLong ? cuts : cuts.filter((_, i) => i % 5 === 0)) {
      const parts = await Promise.all(cut.slice(1).map((end, i) => partOf(cut[i], end)));
      const { texts, stdout } = await reportsOf(files, ["merge", ...parts.sort(() => random() - 0.5)], ["csv", "json"]);
      expect({ texts, stdout }).toEqual({ texts: whole.texts, stdout: whole.stdout });
    }
    await Promise.all(sources.map((source) => source.close()));
  });

  test("of so many rows that points, blocks and quantiles are joined", async () => {
    const rows = 5000;
    const large = await makeFiles(rows);
    const args = [...large.args, "--rows", "100:", "--block-rows", "1"];
    const whole = await reportsOf(large, ["compare", ...args]);
    expect(await reportsOf(large, ["merge", ...(await partsOf(large, 3, args))])).toEqual(whole);
  });

  test("of the entropies of a file", async () => {
    const report = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(...args, "--json", files.at("entropy.json"));
      return { code, stdout, stderr, json: readFileSync(files.at("entropy.json"), "utf8") };
    };
    const args = [files.base, "--base", "2", "--temperature", "0.7", "--rows", "3:40"];
    const whole = await report("entropy", ...args);
    expect(whole.code).toBe(0);
    const parts = await partsOf(files, 4, args, "entropy");
    expect(await report("merge", ...parts)).toEqual(whole);
    expect(await report("merge", ...(await partsOf(files, isLong ? 40 : 8, args, "entropy")).reverse())).toEqual(whole);
    const { stderr } = await run("merge", ...parts, "--html", files.at("x.html"));
    expect(stderr).toContain("--html is for comparisons");
  });

  test("fails by conditions on all rows", async () => {
    const parts = await partsOf(files, 2);
    expect(await run("merge", ...parts, "--fail-if", "meanKl(b) > 1e-9")).toMatchObject({ code: 1 });
    expect(await run("merge", ...parts, "--max-mean-kl", "1e9")).toMatchObject({ code: 1 }); // KL is infinite in a row of a
    const { code, stderr } = await run("merge", ...parts, "--fail-if", "meanKl(c) > 1");
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no such model") });
  });
});

describe("logratio merge refuses", () => {
  const refused = async (message: string, ...parts: string[]) => {
    const { code, stdout, stderr } = await run("merge", ...parts);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  };

  test("rows that are missing, or there twice", async () => {
    const [first, second, third] = await partsOf(files, 3);
    const [half] = await partsOf(files, 2);
    await refused("rows 15 to 29 of rows 0 to 44 are in no part", first, third);
    await refused("rows 0 to 14, rows 30 to 44 of rows 0 to 44 are in no part", second);
    await refused(`${half} and ${second} both have rows 15 to 22`, second, third, half);
    await refused(`${first} and ${first} both have rows 0 to 14`, first, first, second, third);
    await refused(`both have rows 0 to 14`, first, half, second, third);
    const copy = files.at("copy.json");
    writeFileSync(copy, readFileSync(first));
    await refused("both have rows 0 to 14", first, copy, second, third);
  });

  test("parts that are not done, and tells how to go on", async () => {
    const parts = await partsOf(files, 2);
    const { checksum: _, ...json } = JSON.parse(readFileSync(parts[0], "utf8"));
    const rest = { ...json, end: 30 };
    writeFileSync(parts[0], JSON.stringify({ ...rest, checksum: checksumOf(JSON.stringify(rest)) }));
    await refused("both have", ...(await partsOf(files, 3)).slice(0, 2), parts[1]);
    await refused(`rows 23 to 44 of rows 0 to 44 are in no part; ${parts[0]} ends before row 23`, parts[0]);
  });

  test("parts of other inputs, options, commands or versions", async () => {
    const [first] = await partsOf(files, 2);
    const others: [string, readonly string[]][] = [
      [
        "other 2, of its inputs, was",
        [files.base, files.a, files.base, "--tokens", files.tokens, "--groups", files.groups],
      ],
      ["groups, of its inputs, was null", files.args.slice(0, -2)],
      ["topK, of its options, was 3", [...files.args, "--top-k", "3"]],
      ["temperature, of its options, was 2", [...files.args, "--temperature", "2"]],
      ["start, of its options, was 1, and is 0 there", [...files.args, "--rows", "1:"]],
    ];
    for (const [i, [message, args]] of others.entries()) {
      const path = files.at(`wrong-${i}.json`);
      const { code } = await run("compare", ...args, "--shard", "2/2", "--checkpoint", path);
      expect(code).toBe(0);
      await refused(`${path} is a part of another comparison than ${first}: ${message}`, first, path);
    }
    const [entropies] = await partsOf(files, 2, [files.base], "entropy");
    await refused("of its inputs", first, entropies);
    await refused("is no part: it does not begin like one", first, files.base);
    await refused("cannot be read: there is no such file", first, files.at("nothing.json"));
    const changed = files.at("version.json");
    const { checksum: _, ...rest } = { ...JSON.parse(readFileSync(first, "utf8")), logratio: "9.9.9" };
    writeFileSync(changed, JSON.stringify({ ...rest, checksum: checksumOf(JSON.stringify(rest)) }));
    await refused("is of logratio 9.9.9, and this is", changed);
  });

  test("a part of a file that has changed since, of the same size", async () => {
    const own = await makeFiles(ROWS);
    const path = own.at("one.json");
    await run("compare", ...own.args, "--shard", "1/2", "--checkpoint", path);
    const bytes = readFileSync(own.a);
    bytes[bytes.length - 5] ^= 1;
    writeFileSync(own.a, bytes);
    const second = own.at("two.json");
    await run("compare", ...own.args, "--shard", "2/2", "--checkpoint", second);
    await refused("other 1, of its inputs, was", path, second);
    const { stderr } = await run("compare", ...own.args, "--shard", "1/2", "--checkpoint", path);
    expect(stderr).toContain("is a checkpoint of another comparison: other 1");
  });

  test("a part of other rows, to go on from", async () => {
    const [path] = await partsOf(files, 2);
    const { stderr } = await run("compare", ...files.args, "--shard", "2/2", "--checkpoint", path);
    expect(stderr).toContain(`${path} is of the rows 0 to 22, not of 23 to 44; remove it`);
  });

  test("to write over a part", async () => {
    const parts = await partsOf(files, 2);
    const { code, stderr } = await run("merge", ...parts, "--json", parts[1]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("is the same as part 2") });
  });
});

describe("--shard", () => {
  test("writes its part under a name of its own, in a folder that --checkpoint names", async () => {
    const folder = mkdtempSync(join(tmpdir(), "logratio-parts-"));
    const { stdout } = await run("compare", ...files.args, "--shard", "3/12", "--checkpoint", folder);
    const path = join(folder, "part-03-of-12.json");
    expect(stdout).toBe(`${path} has shard 3 of 12: rows 8 to 11\nlogratio merge makes the report of all\n`);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      format: "logratio part",
      start: 8,
      end: 12,
      next: 12,
    });
  });

  test.each(["--json", "--html", "--markdown", "--csv", "--fail-if", "--max-mean-kl", "--label", "--size", "--pair"])(
    "leaves %s to merge",
    async (option) => {
      const value = { "--fail-if": "meanKl > 1", "--max-mean-kl": "1", "--pair": "a,b" }[option] ?? "a=1";
      const { code, stderr } = await run("compare", ...files.args, "--shard", "1/2", option, value);
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(`${option} is of all rows`) });
    },
  );

  test.each(["0/4", "5/4", "1/0", "1", "a/4", "1/4/2", "auto/0", "auto/", "-1/4", "1.5/4"])(
    "refuses %s",
    async (text) => {
      const { code, stderr } = await run("compare", ...files.args, "--shard", text);
      expect(code).toBe(2);
      expect(stderr).toContain("--shard");
    },
  );

  test("does not go with standard input, or with --rows-out", async () => {
    const refuse = async (...args: string[]) => (await run("compare", ...args, "--shard", "1/2")).stderr;
    expect(await refuse(files.base, "-")).toContain("--shard is of files that stay");
    expect(await refuse(...files.args, "--rows-out", "x.csv")).toContain("--rows-out and --shard do not go together");
  });

  test("goes on when it was killed", async () => {
    const own = await makeFiles(10_000);
    const reports = thin(REPORTS, ["csv", "json"]);
    const whole = await reportsOf(own, ["compare", ...own.args], reports);
    const parts = [own.at("first.json"), own.at("second.json")];
    for (const [i, path] of parts.entries()) {
      const args = ["compare", ...own.args, "--shard", `${i + 1}/2`, "--checkpoint", path];
      const killed = start(...args);
      const isThere = setInterval(() => {
        if (existsSync(path)) killed.child.kill("SIGKILL");
      }, 1);
      await killed.ended;
      clearInterval(isThere);
      // its first checkpoint is of the first batch
      const { next, end } = JSON.parse(readFileSync(path, "utf8"));
      if (i === 0) expect(next).toBeLessThan(end);
      expect((await run(...args)).code).toBe(0);
      expect(JSON.parse(readFileSync(path, "utf8")).next).toBe(end);
    }
    expect(await reportsOf(own, ["merge", ...parts], reports)).toEqual(whole);
  });

  test("rows are balanced, and all are there", () => {
    for (const rows of [1, 2, 9, 10, 511, 4096]) {
      for (const count of [1, 2, 3, 7, 10, 64]) {
        const ranges = Array.from({ length: count }, (_, i) => shardRange({ start: 5, end: 5 + rows }, i, count));
        expect(ranges[0].start).toBe(5);
        expect(ranges.at(-1)?.end).toBe(5 + rows);
        ranges.slice(1).forEach(({ start: first }, i) => {
          expect(first).toBe(ranges[i].end);
        });
        const sizes = ranges.map(({ start: first, end }) => end - first);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe("--shard auto", () => {
  const of = (text: string, environment: Record<string, string>) => shardOf(readShard(text), environment);
  const slurm = (id: number, min: number, max: number, step: number, count: number) => ({
    ...{ SLURM_ARRAY_TASK_ID: `${id}`, SLURM_ARRAY_TASK_MIN: `${min}`, SLURM_ARRAY_TASK_MAX: `${max}` },
    ...{ SLURM_ARRAY_TASK_STEP: `${step}`, SLURM_ARRAY_TASK_COUNT: `${count}` },
  });
  const gridEngine = (id: string, first: number, last: number, step: number) => ({
    ...{ SGE_TASK_ID: id, SGE_TASK_FIRST: `${first}`, SGE_TASK_LAST: `${last}`, SGE_TASK_STEPSIZE: `${step}` },
  });

  test.each<[string, string, Record<string, string>, number, number]>([
    ["Slurm, from 0", "auto", slurm(0, 0, 7, 1, 8), 1, 8],
    ["Slurm, from 0, the last", "auto", slurm(7, 0, 7, 1, 8), 8, 8],
    ["Slurm, from 1", "auto", slurm(1, 1, 8, 1, 8), 1, 8],
    ["Slurm, every second", "auto/4", slurm(5, 1, 7, 2, 4), 3, 4],
    ["Kubernetes, from 0", "auto/5", { JOB_COMPLETION_INDEX: "0" }, 1, 5],
    ["Kubernetes, the last", "auto/5", { JOB_COMPLETION_INDEX: "4" }, 5, 5],
    ["AWS Batch, from 0", "auto", { AWS_BATCH_JOB_ARRAY_INDEX: "2", AWS_BATCH_JOB_ARRAY_SIZE: "3" }, 3, 3],
    ["AWS Batch that tells no size", "auto/3", { AWS_BATCH_JOB_ARRAY_INDEX: "0" }, 1, 3],
    ["PBS, from 1", "auto/4", { PBS_ARRAY_INDEX: "4" }, 4, 4],
    ["Grid Engine, from 1", "auto", gridEngine("1", 1, 6, 1), 1, 6],
    ["Grid Engine, every third", "auto", gridEngine("7", 1, 10, 3), 3, 4],
    ["GNU parallel, from 1", "auto/9", { PARALLEL_SEQ: "9" }, 9, 9],
    ["Grid Engine without an array, beside another", "auto/2", { SGE_TASK_ID: "undefined", PARALLEL_SEQ: "1" }, 1, 2],
    ["no scheduler is asked", "2/3", { PARALLEL_SEQ: "9", SLURM_ARRAY_TASK_ID: "1" }, 2, 3],
  ])("%s", (_, text, environment, index, count) => {
    expect(of(text, environment)).toEqual({ index, count });
  });

  test.each<[string, string, Record<string, string>, string]>([
    ["none", "auto", {}, "no scheduler has said which task this is"],
    [
      "two",
      "auto/4",
      { PARALLEL_SEQ: "1", JOB_COMPLETION_INDEX: "0" },
      "JOB_COMPLETION_INDEX and PARALLEL_SEQ are both set",
    ],
    ["no count", "auto", { JOB_COMPLETION_INDEX: "0" }, "Kubernetes does not tell how many tasks there are"],
    ["a task alone", "auto/8", slurm(3, 3, 3, 1, 1), "the array has 1 tasks, not 8"],
    ["gaps", "auto", slurm(3, 1, 7, 1, 3), "the tasks of the array are not evenly spaced"],
    ["PBS, from 0", "auto/4", { PBS_ARRAY_INDEX: "0" }, "PBS_ARRAY_INDEX is 0; with 4 shards it must be from 1 to 4"],
    [
      "too few",
      "auto/4",
      { JOB_COMPLETION_INDEX: "4" },
      "JOB_COMPLETION_INDEX is 4; with 4 shards it must be from 0 to 3",
    ],
    ["no number", "auto/4", { JOB_COMPLETION_INDEX: "x" }, 'JOB_COMPLETION_INDEX is "x"'],
  ])("refuses: %s", (_, text, environment, message) => {
    expect(() => of(text, environment)).toThrow(message);
  });

  test("of a process that a scheduler has started", async () => {
    const folder = mkdtempSync(join(tmpdir(), "logratio-auto-"));
    process.env.JOB_COMPLETION_INDEX = "1";
    try {
      const { code, stdout } = await run("compare", ...files.args, "--shard", "auto/3", "--checkpoint", folder);
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("part-2-of-3.json has shard 2"),
      });
    } finally {
      delete process.env.JOB_COMPLETION_INDEX;
    }
  });
});

describe("logratio/shards", () => {
  const plan = (shards: number, options: object = {}) =>
    planShards(
      { base: files.base, others: [files.a, files.b], tokens: files.tokens, groups: files.groups },
      { shards, ...options },
    );
  const summaryText = async (options: CompareManyOptions = {}) => {
    const [base, ...others] = await Promise.all([files.base, files.a, files.b].map((path) => openLogits(path)));
    const summaries = await compareLogits(base, others, {
      tokens: await openTokens(files.tokens),
      groups: readFileSync(files.groups, "utf8").split("\n"),
      ...options,
    });
    return JSON.stringify(summaries);
  };

  test("plans, computes and merges to the bits of compareLogits", async () => {
    const settings = { temperature: 2, topK: 4, acceptance: true, start: 2, end: 44 };
    // by way of JSON, as through a queue
    const shards: Shard[] = JSON.parse(JSON.stringify(await plan(5, settings)));
    const parts: PartJson[] = [];
    for (const shard of shards.reverse()) parts.push(JSON.parse(JSON.stringify(await compareShard(shard))));
    async function* oneByOne() {
      yield* parts;
    }
    expect(JSON.stringify(await mergeSummaries(parts))).toBe(await summaryText(settings));
    expect(JSON.stringify(await mergeSummaries(oneByOne()))).toBe(await summaryText(settings));
  });

  test("parts are those of the command line", async () => {
    const whole = await reportsOf(files, ["compare", ...files.args, "--noise-floor"]);
    const [first, second] = await plan(2, { noiseFloor: true });
    const [path] = await partsOf(files, 2, [...files.args, "--noise-floor"]);
    const other = files.at("library.json");
    writeFileSync(other, JSON.stringify(await compareShard(second)));
    expect(JSON.stringify(await compareShard(first))).toBe(readFileSync(path, "utf8").trim());
    expect(await reportsOf(files, ["merge", other, path])).toEqual(whole);
  });

  test("a shard goes on from its checkpoint, and is aborted by a signal", async () => {
    const [shard] = await plan(1, { start: 1 });
    const checkpoint = files.at("shard checkpoint.json");
    const controller = new AbortController();
    const aborted = compareShard(shard, {
      ...{ checkpoint, signal: controller.signal, threads: 1 },
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(aborted).rejects.toThrow("enough");
    expect(JSON.parse(readFileSync(checkpoint, "utf8"))).toMatchObject({ start: 1, next: ROWS });
    expect((await compareShard(shard, { checkpoint })).next).toBe(ROWS);
    await expect(compareShard(shard, { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
  });

  test("refuses what is no shard, and files that have changed", async () => {
    const own = await makeFiles(ROWS);
    const [shard] = await planShards({ base: own.base, others: [own.a] }, { shards: 2 });
    const changed: [string, object][] = [
      ["format is undefined", { format: undefined }],
      ["version is 2", { version: 2 }],
      ["is of logratio 0.0.0, and this is", { logratio: "0.0.0" }],
      ['command is "entropy"', { command: "entropy" }],
      ["end is 99; it must be an integer from 0 to 45", { end: 99 }],
      ["start is -1", { start: -1 }],
      ["inputs is [object Object]; it must be of base, tokens, groups", { inputs: { base: shard.inputs.base } }],
      ["options.topK is 0", { options: { ...shard.options, topK: 0 } }],
      ['options.open[0].format is "exe"', { options: { ...shard.options, open: [{ format: "exe" }, {}] } }],
      ["options.input[0] is 5", { options: { ...shard.options, input: [5, "logits"] } }],
      ["code is", { code: "process.exit()" }],
    ];
    for (const [message, change] of changed) {
      await expect(compareShard({ ...shard, ...change } as Shard)).rejects.toThrow(message);
    }
    await expect(compareShard(null as never)).rejects.toThrow("compareShard: shard: it is null; it must be an object");
    await expect(compareShard(shard, { thread: 1 } as never)).rejects.toThrow("thread");
    writeFileSync(own.a, readFileSync(own.b));
    await expect(compareShard(shard)).rejects.toThrow(`${own.a} is not the file that the shard was planned for`);
  });

  test("refuses wrong plans", async () => {
    const of = (paths: object, options: object) => planShards(paths as never, options as never);
    const pair = { base: files.base, others: [files.a] };
    const wrong: [string, object, object][] = [
      ["shards is undefined", pair, {}],
      ["shards is 0", pair, { shards: 0 }],
      ["others is [object Array]; it must be a list of paths", { ...pair, others: [] }, { shards: 1 }],
      ["base is undefined", { others: [files.a] }, { shards: 1 }],
      ['others[0] is "-"', { ...pair, others: ["-"] }, { shards: 1 }],
      ['unknown option "token"', { ...pair, token: "x" }, { shards: 1 }],
      ["input has 3 values; there must be one, or 2", pair, { shards: 1, input: ["logits", "logits", "logits"] }],
      ["options.input[0] is", pair, { shards: 1, input: "bits" }],
      ["the rows begin at 60", pair, { shards: 1, start: 60 }],
      ["acceptance is 1; it must be a boolean", pair, { shards: 1, acceptance: 1 }],
      ["end is 99, but", pair, { shards: 1, end: 99 }],
    ];
    for (const [message, paths, options] of wrong) await expect(of(paths, options)).rejects.toThrow(message);
    await expect(mergeSummaries([])).rejects.toThrow("there are no parts");
    await expect(mergeSummaries("parts" as never)).rejects.toThrow('parts is "parts"; it must be an iterable');
    await expect(mergeSummaries([{}] as never)).rejects.toThrow("mergeSummaries: parts[0]: format is undefined");
  });
});
