import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type CompareOptions,
  compareLogits,
  type LogitSource,
  openLogits,
  type RowBatch,
  Summary,
  writeLlamaCpp,
  writeNpy,
} from "../../src/compare/index.js";
import { klDivergence, logSoftmax, softmax } from "../../src/index.js";
import { inTurn } from "../long.js";
import { run } from "./command.js";
import { batchesOf, CLASSES, joined, makeModels, ROWS, sourceOf } from "./sources.js";
import { FIXTURES, temporary } from "./temporary.js";

// What the numbers of rows are: logits, probabilities, logarithms of them.

const models = makeModels();
const [base, other] = models;

const compare = async (pair: readonly AsyncIterable<RowBatch>[], options: CompareOptions) => {
  const parts: Parameters<NonNullable<CompareOptions["onRows"]>>[1][] = [];
  const summary = await compareLogits(pair[0], pair[1], {
    classes: CLASSES,
    threads: 1,
    ...options,
    onRows: (_, rows) => parts.push(rows),
  });
  return { rows: joined(parts), report: summary.report(), summary };
};

/** Rows of few classes. */
const rowsOf = (numbers: number[], type: typeof Float32Array | typeof Float64Array = Float64Array) =>
  batchesOf({ data: type.from(numbers), tokens: Int32Array.of(0, 2) }, [1], { classes: 3 });

// KL(p‖q) etc. of p = (1/2, 1/4, 1/4), q = (1/4, 1/4, 1/2), m = (3/8, 1/4, 3/8), and of p = (1, 0, 0), q = (1/2, 1/2, 0)
const [P, Q] = [
  [0.5, 0.25, 0.25, 1, 0, 0],
  [0.25, 0.25, 0.5, 0.5, 0.5, 0],
];
const EXACT: Record<string, number[]> = {
  kl: [Math.LN2 / 4, Math.LN2],
  reverseKl: [Math.LN2 / 4, Infinity],
  js: [Math.log(4 / 3) / 2 + Math.log(2 / 3) / 4, Math.log(4 / 3) / 2 + Math.log(2 / 3) / 4 + Math.LN2 / 4],
  baseEntropy: [1.5 * Math.LN2, 0],
  otherEntropy: [1.5 * Math.LN2, Math.LN2],
  crossEntropy: [1.75 * Math.LN2, Math.LN2],
  reverseCrossEntropy: [1.75 * Math.LN2, Infinity],
  baseLogProbability: [-Math.LN2, -Infinity],
  otherLogProbability: [-2 * Math.LN2, -Infinity],
  baseTop: [0, 0],
  otherTop: [2, 0],
};

const toLogarithms = (numbers: number[]) => numbers.map(Math.log);

describe("rows of every kind say what their distributions do", () => {
  const KINDS = {
    probabilities: (numbers: number[]) => numbers,
    logProbabilities: toLogarithms,
    logits: (numbers: number[]) => toLogarithms(numbers).map((x, i) => x + 7 + Math.floor(i / 3)),
  };
  const pairs = Object.entries(KINDS).flatMap(([first, ofFirst]) =>
    Object.entries(KINDS).map(([second, ofSecond]) => [first, second, ofFirst, ofSecond] as const),
  );

  let turn = 0;
  test.each(pairs)("%s and %s", async (first, second, ofFirst, ofSecond) => {
    // what has one thread in this pair has two in the next
    turn++;
    const input = [first, second] as CompareOptions["input"];
    for (const [type, error] of [
      [Float64Array, first === "probabilities" && second === first ? 4e-15 : 1e-13],
      [Float32Array, 1e-6],
    ] as const) {
      for (const backend of ["simd", "js"] as const) {
        for (const threads of inTurn([1, 2], turn++)) {
          const pair = [rowsOf(ofFirst(P), type), rowsOf(ofSecond(Q), type)];
          const { rows } = await compare(pair, { input, backend, threads, classes: 3, topK: 1 });
          for (const [name, expected] of Object.entries(EXACT)) {
            expected.forEach((x, r) => {
              const actual = rows[name][r];
              const bound = error * Math.max(1, Math.abs(x));
              expect(actual === x || Math.abs(actual - x) <= bound, `${name}[${r}]: ${actual}, not ${x}`).toBe(true);
            });
          }
        }
      }
    }
  });

  test("the same of sums that are not quite 1", async () => {
    const scaled = (numbers: number[], a: number) => rowsOf(numbers.map((x) => x * a));
    const { rows } = await compare([scaled(P, 0.995), scaled(Q, 1.004)], { input: "probabilities", classes: 3 });
    for (const name of ["kl", "js", "baseEntropy", "baseLogProbability"]) {
      rows[name].forEach((x, r) => {
        expect(x === EXACT[name][r] || Math.abs(x - EXACT[name][r]) < 1e-11, `${name}[${r}]`).toBe(true);
      });
    }
  });

  test("divergences of near distributions keep the measures' accuracy", async () => {
    const data = softmax.rows(Float64Array.from(base.data), { rowLength: CLASSES }) as Float64Array;
    const near = data.map((p, i) => p * (1 + (i % 2 === 0 ? 1e-6 : -1e-6)));
    const { rows } = await compare([batchesOf({ data }), batchesOf({ data: near })], { input: "probabilities" });
    expect(rows.kl).toEqual(Array.from(klDivergence.rows(data, near, { rowLength: CLASSES })));
    expect(Math.max(...rows.kl)).toBeLessThan(1e-11);
  });

  test("temperature divides logits alone", async () => {
    const softened = (model: typeof base) => ({
      ...model,
      data: softmax.rows(Float64Array.from(model.data), { rowLength: CLASSES, temperature: 2 }) as Float64Array,
    });
    const options = { input: ["logits", "probabilities"], temperature: 2 } as const;
    const data = Float64Array.from(base.data);
    const mixed = await compare([batchesOf({ ...base, data }), batchesOf(softened(other))], options);
    const logarithms = softened(other).data.map(Math.log);
    const logged = await compare([batchesOf({ ...base, data }), batchesOf({ ...other, data: logarithms })], {
      input: ["logits", "logProbabilities"],
      temperature: 2,
    });
    const expected = await compare([batchesOf(softened(base)), batchesOf(softened(other))], { input: "probabilities" });
    for (const { rows } of [mixed, logged]) {
      for (const name of ["kl", "reverseKl", "js", "baseEntropy", "otherEntropy", "baseLogProbability"]) {
        rows[name].forEach((x, r) => {
          const wanted = expected.rows[name][r];
          const isNear = Object.is(x, wanted) || Math.abs(x - wanted) < 1e-12 * Math.max(1, Math.abs(wanted));
          expect(isNear, `${name}[${r}]: ${x}, not ${wanted}`).toBe(true);
        });
      }
    }
    for (const input of ["probabilities", "logProbabilities"] as const) {
      await expect(compare([batchesOf(base), batchesOf(other)], { input, temperature: 2 })).rejects.toThrow(
        "compareLogits: temperature is 2, but neither base nor other are logits",
      );
    }
  });
});

describe("what is not of its kind is an error", () => {
  const hint = 'if these are logits, take them as such by the option input, "logits"';
  test.each<[CompareOptions["input"], number[], number[], string]>([
    [
      "probabilities",
      [0.5, 0.5, 0, 0.5, -0.25, 0.75],
      P,
      `base has -0.25 in row 1, column 1; probabilities must be finite and >= 0; ${hint}`,
    ],
    [
      "probabilities",
      P,
      [...Q.slice(0, 5), NaN],
      "other has NaN in row 1, column 2; probabilities must be finite and >= 0",
    ],
    ["probabilities", P, [...Q.slice(0, 5), Infinity], "other has Infinity in row 1, column 2; probabilities"],
    ["probabilities", P, [...Q.slice(0, 3), 1, 1, 1], `row 1 of other sums to 3, not to 1; ${hint}`],
    ["probabilities", [0, 0, 0, ...P.slice(3)], Q, `row 0 of base sums to 0, not to 1; ${hint}`],
    ["logProbabilities", toLogarithms(P), [0, 0, 0, 0, 0, 0], "the exponentials of row 0 of other sum to 3, not to 1"],
    [
      "logProbabilities",
      toLogarithms(P),
      [-900, -900, -900, 0, -90, -90],
      "the exponentials of row 0 of other sum to 0, not",
    ],
    [
      "logProbabilities",
      toLogarithms(P),
      [900, 1, 1, 0, -90, -90],
      "the exponentials of row 0 of other sum to Infinity, not",
    ],
    [
      "logProbabilities",
      [NaN, 0, 0, ...toLogarithms(P.slice(3))],
      Q,
      "base has NaN in row 0, column 0; log-probabilities must be",
    ],
    [
      "logProbabilities",
      [0, -1e9, -1e9, ...Array(3).fill(-Infinity)],
      toLogarithms(Q),
      "every number of row 1 of base is -Infinity",
    ],
    [["logits", "probabilities"], P, [...Q.slice(0, 3), 1, 1, 1], "row 1 of other sums to 3, not to 1"],
    [
      ["probabilities", "logProbabilities"],
      P,
      [0, 0, 0, 0, 0, 0],
      "the exponentials of row 0 of other sum to 3, not to 1",
    ],
    [
      "counts" as never,
      P,
      Q,
      'compareLogits: input is "counts"; it must be "probabilities" or "logits" or "logProbabilities", or a list for base and other',
    ],
    [["logits"], P, Q, "compareLogits: input is [object Array]; it must be"],
  ])("%s: %#", async (input, a, b, message) => {
    for (const threads of [1, 2]) {
      await expect(compare([rowsOf(a), rowsOf(b)], { input, classes: 3, threads })).rejects.toThrow(message);
    }
  });

  test("probabilities, of a file of log-probabilities", async () => {
    const source: LogitSource = { ...sourceOf(base), input: "logProbabilities" };
    await expect(compare([sourceOf(base), source], { input: "probabilities", classes: undefined })).rejects.toThrow(
      'compareLogits: input is "probabilities", but file.npy has log-probabilities',
    );
  });
});

describe("rows of logits that look like probabilities are counted", () => {
  const looks = async (...rows: number[][]) => {
    const data = Float32Array.from(rows.flat());
    const { report } = await compare([batchesOf({ data }, [2], { classes: 3 }), rowsOf3(rows.length)], { classes: 3 });
    return report.probabilityRows.base;
  };
  const rowsOf3 = (count: number) =>
    batchesOf({ data: Float32Array.from({ length: 3 * count }, (_, i) => -i) }, [2], { classes: 3 });

  test("from 0.999 to 1.001, none below 0", async () => {
    expect(await looks([0.5, 0.5, 0], [1, 0, 0], [0.3, 0.3, 0.3995], [0.3, 0.3, 0.4005])).toBe(4);
    expect(await looks([0.3, 0.3, 0.398], [0.3, 0.3, 0.402], [0, 0, 0], [1, 0.5, -0.5], [2, 1, 0])).toBe(0);
    expect(await looks([1, -0, 0], [-Infinity, 1, 0])).toBe(1);
  });

  test("of base and of other, on every backend, in every part", async () => {
    const data = softmax.rows(other.data, { rowLength: CLASSES }) as Float32Array;
    data.fill(-1, 0, CLASSES);
    for (const options of [{ backend: "simd" }, { backend: "js" }, { threads: 2, batchRows: 7 }] as const) {
      const { summary } = await compare([batchesOf(base), batchesOf({ ...other, data })], options);
      expect(summary.report().probabilityRows).toEqual({ base: 0, other: ROWS - 1 });
      const copy = Summary.fromJSON(JSON.parse(JSON.stringify(summary)));
      expect(copy.merge(summary).report().probabilityRows).toEqual({ base: 0, other: 2 * (ROWS - 1) });
    }
    const { report } = await compare([batchesOf({ data }), batchesOf(other)], {});
    expect(report.probabilityRows).toEqual({ base: ROWS - 1, other: 0 });
    const rest = data.subarray(CLASSES);
    const known = await compare([batchesOf({ data: rest }), batchesOf({ data: rest })], { input: "probabilities" });
    expect(known.report.probabilityRows).toEqual({ base: 0, other: 0 });
  });
});

describe("logratio", () => {
  const write = async (name: string, data: Float32Array) => {
    const path = temporary(name);
    await writeNpy(path, [{ data }], { classes: CLASSES });
    return path;
  };
  const logits = () => Promise.all(models.map(({ data }, i) => write(`${i}.npy`, data)));
  const probabilities = () =>
    Promise.all(
      models.map(({ data }, i) => write(`p${i}.npy`, softmax.rows(data, { rowLength: CLASSES }) as Float32Array)),
    );
  const logProbabilities = () =>
    Promise.all(
      models.map(({ data }, i) => write(`l${i}.npy`, logSoftmax.rows(data, { rowLength: CLASSES }) as Float32Array)),
    );
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args, "--json", "-");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout);
  };

  test("compare --input, once or twice", async () => {
    const [z, p, l] = [await logits(), await probabilities(), await logProbabilities()];
    const expected = (await json("compare", ...z)).candidates[0].kl.mean;
    for (const [files, inputs] of [
      [p, ["probabilities"]],
      [p, ["probabilities", "probabilities"]],
      [l, ["logProbabilities"]],
      [l, ["logits"]],
      [
        [z[0], p[1]],
        ["logits", "probabilities"],
      ],
      [
        [p[0], l[1]],
        ["probabilities", "logProbabilities"],
      ],
    ]) {
      const { base, candidates } = await json("compare", ...files, ...inputs.flatMap((kind) => ["--input", kind]));
      const [{ kl, input }] = candidates;
      expect(Math.abs(kl.mean / expected - 1)).toBeLessThan(1e-5);
      expect([base.input, input]).toEqual([inputs[0], inputs.at(-1)]);
    }
    const { stdout } = await run("compare", ...p, "--input", "probabilities");
    expect(stdout).toMatch(/^input +probabilities$/m);
  });

  test("probabilities that are taken for logits are said, on standard error and in every report", async () => {
    const [a, b] = await probabilities();
    const words = (path: string) =>
      `${ROWS} rows of ${path} look like probabilities (all >= 0, with a sum of 1), but were taken for logits. If they are probabilities, say so by --input.`;
    const page = temporary("report.html");
    const compared = await run("compare", a, b, "--html", page);
    expect(compared.code).toBe(0);
    expect(compared.stderr).toBe(`logratio: ${words(a)}\nlogratio: ${words(b)}\n`);
    const joinedLines = (text: string) => text.replace(/\s+/g, " ");
    expect(joinedLines(compared.stdout)).toContain(words(a));
    expect(joinedLines(compared.stdout)).toContain(words(b));
    expect(readFileSync(page, "utf8")).toContain(words(b).replace(">", "&#62;"));
    const [{ probabilityRows }] = JSON.parse((await run("compare", a, b, "--json", "-")).stdout).candidates;
    expect(probabilityRows).toEqual({ base: ROWS, other: ROWS });
    const entropy = await run("entropy", a);
    expect(entropy).toMatchObject({ code: 0, stderr: `logratio: ${words(a)}\n` });
    expect(joinedLines(entropy.stdout)).toContain(words(a));
    expect(JSON.parse((await run("entropy", a, "--json", "-")).stdout).probabilityRows).toBe(ROWS);
    expect((await run("entropy", a, "--input", "probabilities")).stderr).toBe("");
  });

  test("a checkpoint is of one input", async () => {
    const files = await probabilities();
    const path = temporary("run.json");
    await run("compare", ...files, "--input", "probabilities", "--checkpoint", path);
    const { code, stderr } = await run("compare", ...files, "--checkpoint", path);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'input, of its options, was ["probabilities","probabilities"], and is ["logits","logits"] now',
    );
  });

  test.each<[string, () => Promise<string[]>, RegExp]>([
    [
      "compare",
      async () => [...(await logits()), "--input", "counts"],
      /--input.*It must be logits, logProbabilities or probabilities/,
    ],
    [
      "compare",
      async () => [...(await logits()), ...Array(3).fill(["--input", "logits"]).flat()],
      /--input is given 3 times, but there are 2 files/,
    ],
    [
      "compare",
      async () => [...(await logits()), "--input", "probabilities"],
      /0\.npy has -.* in row 0, column \d+, at byte \d+; probabilities must be finite and >= 0; if these are logits, take them as such by the option input, "logits"/,
    ],
    [
      "entropy",
      async () => [(await logits())[0], "--input", "probabilities"],
      /0\.npy has -.* in row 0, column \d+, at byte \d+; probabilities must be finite and >= 0; if these are logits, take them as such by the option input, "logits"/,
    ],
    [
      "entropy",
      async () => [(await logits())[0], "--input", "logProbabilities"],
      /^logratio: the exponentials of row 0 of .*0\.npy sum to .*, not to 1; if these are logits, take them as such by the option input, "logits", which divides each row by its sum\n$/,
    ],
    [
      "entropy",
      async () => [(await probabilities())[0], "--input", "probabilities", "--temperature", "2"],
      /--temperature divides logits, and there are none with --input probabilities/,
    ],
    [
      "compare",
      async () => [...(await probabilities()), "--input", "probabilities", "--temperature", "2"],
      /--temperature divides logits/,
    ],
  ])("%s: %#", async (command, args, message) => {
    const { code, stdout, stderr } = await run(command, ...(await args()));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    // what a program would pass
    expect(stderr).not.toMatch(/\{ \w+:/);
  });

  test("probabilities, of a file of log-probabilities", async () => {
    const path = temporary("x.kld");
    const data = base.data.subarray(0, 4 * CLASSES);
    await writeLlamaCpp(path, [{ data }], { classes: CLASSES, context: 9, tokens: new Int32Array(9) });
    for (const args of [
      ["compare", path, path],
      ["entropy", path],
    ]) {
      const { code, stderr } = await run(...args, "--input", "probabilities");
      expect(code).toBe(2);
      expect(stderr).toMatch(/input is "?probabilities"?, but .*x\.kld has log-probabilities/);
    }
  });
});

describe("options without a use are errors", () => {
  const npy = async () => {
    const path = temporary("f32.npy");
    await writeNpy(path, [base], { classes: CLASSES });
    return path;
  };
  const tensors = `${FIXTURES}/several.safetensors`;
  test.each<[string, (path: string) => string[], string]>([
    [
      "--tensor, compare",
      (path) => ["compare", path, path, "--tensor", "x"],
      "--tensor is for .safetensors and .npz files, but not for",
    ],
    [
      "--tensor, entropy",
      (path) => ["entropy", path, "--tensor", "x"],
      "--tensor is for .safetensors and .npz files, but not for",
    ],
    [
      "--tensor for each, of one",
      (path) => ["compare", path, tensors, "--tensor", "half", "--tensor", "half"],
      "f32.npy; leave",
    ],
    [
      "--bfloat16, compare",
      (path) => ["compare", path, path, "--bfloat16"],
      "--bfloat16 is for .npy files of 16-bit integers",
    ],
    [
      "--bfloat16, entropy",
      (path) => ["entropy", path, "--bfloat16"],
      "--bfloat16 is for .npy files of 16-bit integers",
    ],
    ["--float16", (path) => ["compare", path, path, "--float16"], "--float16 is for .npy files of 16-bit integers"],
    ["--bfloat16 and --float16", (path) => ["compare", path, path, "--float16", "--bfloat16"], "are both true"],
    ["--bfloat16 of a tensor", () => ["entropy", tensors, "--tensor", "brain", "--bfloat16"], "--bfloat16 is for .npy"],
    [
      "a third --tensor",
      () => ["compare", tensors, tensors, ...Array(3).fill(["--tensor", "half"]).flat()],
      "--tensor is given 3 times, but there are 2 files",
    ],
    [
      "a second --tensor",
      () => ["entropy", tensors, ...Array(2).fill(["--tensor", "half"]).flat()],
      "--tensor is given 2 times, but there is one file",
    ],
    [
      "a third --type",
      (path) => ["compare", path, path, ...Array(3).fill(["--type", "f32"]).flat()],
      "--type is given 3 times",
    ],
    [
      "a third --shape",
      (path) => ["compare", path, path, ...Array(3).fill(["--shape", "9"]).flat()],
      "--shape is given 3 times",
    ],
    ["--type of .npy", (path) => ["entropy", path, "--type", "f32"], "shape and type are of raw files"],
    ...(
      [
        ["rows", "0:1"],
        ["temperature", "2"],
        ["top-k", "3"],
        ["threads", "1"],
        ["json", "x"],
        ["html", "x"],
        ["max-mean-kl", "1"],
        ["checkpoint", "x"],
        ["tokens", "x"],
      ] as const
    ).map(([name, value]): [string, (path: string) => string[], string] => [
      `--${name} twice`,
      (path) => ["compare", path, path, `--${name}`, value, `--${name}`, value],
      `logratio: option '--${name} <`,
    ]),
    ["--input twice, entropy", (path) => ["entropy", path, "--input", "logits", "--input", "logits"], "is given twice"],
    ["--base twice", (path) => ["entropy", path, "--base", "2", "--base", "10"], "is given twice"],
    ["--classes twice", () => ["bench", "--classes", "2", "--classes", "3"], "is given twice"],
  ])("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await run(...args(await npy()));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  test("one of two files is use enough for what is given once", async () => {
    const halves = `${FIXTURES}/bf16.npy`;
    const source = await openLogits(halves, { bfloat16: true });
    const { rows, classes } = source;
    await source.close();
    const path = temporary("f32.npy");
    const data = Float32Array.from({ length: (rows as number) * classes }, (_, i) => -i % 7);
    await writeNpy(path, [{ data }], { classes });
    expect(await run("compare", path, halves, "--bfloat16")).toMatchObject({ code: 0 });
    const tensor = await openLogits(tensors, { tensor: "half" });
    const like = temporary("like.npy");
    const zeros = new Float32Array((tensor.rows as number) * tensor.classes);
    await writeNpy(like, [{ data: zeros }], { classes: tensor.classes });
    expect(await run("compare", like, tensors, "--tensor", "half")).toMatchObject({ code: 0 });
    await tensor.close();
  });
});
