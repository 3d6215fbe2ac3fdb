import { readFileSync, writeFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { printable } from "../../src/cli/printable.js";
import { compareLogits, type RowResults, writeLlamaCpp, writeNpy, writeTokens } from "../../src/compare/index.js";
import { JsonValue } from "../../src/compare/json.js";
import { Passage } from "../../src/shards/passage.js";
import { run } from "./command.js";
import { batchesOf, CLASSES, makeModels, ROWS } from "./sources.js";
import { makeFile, temporary } from "./temporary.js";

// Reports with the texts of tokens: --vocabulary.

const [base, near] = makeModels();
const [, far] = makeModels(ROWS, CLASSES, 11);

/** p of each class of a row, by a formula of its own. */
function probabilities(data: Float32Array, r: number): number[] {
  const row = Array.from(data.subarray(r * CLASSES, (r + 1) * CLASSES));
  const most = Math.max(...row);
  const sum = row.reduce((total, z) => total + Math.exp(z - most), 0);
  return row.map((z) => Math.exp(z - most) / sum);
}

const likeliest = (data: Float32Array, r: number, count = 5) =>
  probabilities(data, r)
    .map((p, token) => ({ token, p }))
    .sort((a, b) => b.p - a.p || a.token - b.token)
    .slice(0, count);

describe("topTokens", () => {
  test.each([{}, { backend: "js" }, { threads: 2 }, { topK: 1 }] as const)("of each row, with %j", async (options) => {
    const parts: RowResults[] = [];
    await compareLogits(batchesOf(base), batchesOf(near), {
      ...{ classes: CLASSES, topTokens: 7, ...options },
      onRows: (_, rows) => parts.push(rows),
    });
    const lists = parts.map(({ topTokens }) => topTokens as NonNullable<typeof topTokens>);
    expect(lists.map(({ perRow }) => perRow)).toEqual(lists.map(() => 7));
    for (const [data, tokens, logs] of [
      [base.data, "base", "baseLogProbability"],
      [near.data, "other", "otherLogProbability"],
    ] as const) {
      const expected = Array.from({ length: ROWS }, (_, r) => likeliest(data, r, 7)).flat();
      expect(lists.flatMap((list) => Array.from(list[tokens]))).toEqual(expected.map(({ token }) => token));
      const own = lists.flatMap((list) => Array.from(list[logs]));
      for (const [i, { p }] of expected.entries()) expect(own[i]).toBeCloseTo(Math.log(p), 5);
    }
  });

  test("none by default, as many as there are classes at most, and nothing else", async () => {
    const rowsOf = async (topTokens: number | undefined, classes = CLASSES) => {
      let all: RowResults | undefined;
      await compareLogits(
        batchesOf({ data: base.data }, [50], { classes }),
        batchesOf({ data: near.data }, [50], { classes }),
        {
          ...{ classes, topTokens, end: 10 },
          onRows: (_, rows) => {
            all = rows;
          },
        },
      );
      return all;
    };
    expect((await rowsOf(undefined))?.topTokens).toBeUndefined();
    expect((await rowsOf(9, 4))?.topTokens?.perRow).toBe(4);
    for (const [wrong, error] of [
      [-1, RangeError],
      [257, RangeError],
      ["5", TypeError],
    ] as const) {
      await expect(rowsOf(wrong as number)).rejects.toThrow(error);
      await expect(rowsOf(wrong as number)).rejects.toThrow(/topTokens is .*; it must be an integer from 0 to 256/);
    }
  });
});

/** Texts that a terminal or a browser would obey, and characters in parts; others tell their token. */
const HOSTILE = [
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "\u001b[31m",
  "\u202e",
  "\n",
  "\t",
  '"',
  "\\",
  "<!--",
  "&amp;",
];
const textOf = (token: number) => HOSTILE[token] ?? ` t${token}`;
const texts = Array.from({ length: CLASSES }, (_, token) => textOf(token));
const list = makeFile("vocabulary.json", JSON.stringify(texts));
// the first tokens are the hostile ones
const observed = base.tokens.map((token, r) => (r < HOSTILE.length ? r : token));
const tokens = temporary("tokens.npy");
await writeTokens(tokens, observed);
const paths = await Promise.all(
  [base, near, far].map(async (model, i) => {
    const path = temporary(`${["base", "near", "far"][i]}.npy`);
    await writeNpy(path, [model], { classes: CLASSES });
    return path;
  }),
);

async function reportOf(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run("compare", ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}
const options = ["--tokens", tokens, "--vocabulary", list];
const json = async (...args: string[]) => JSON.parse(await reportOf(...args, "--json", "-"));

describe("the report", () => {
  test("as JSON: context and likeliest tokens of the worst rows, bits per byte", async () => {
    const { vocabulary, bytes, candidates } = await json(...paths, ...options);
    expect(vocabulary).toEqual({ name: list, size: CLASSES });
    const known = Array.from(observed).filter((token) => token >= 0);
    expect(bytes).toBe(Buffer.byteLength(known.map(textOf).join("")));
    for (const [i, data] of [near.data, far.data].entries()) {
      const { worst, bitsPerByte } = candidates[i];
      expect(worst).toHaveLength(20);
      for (const { row, token, context, baseTokens, otherTokens } of worst) {
        expect(context.token).toBe(token < 0 ? "" : textOf(token));
        // up to 48 and 24 characters, and never beyond a token that is unknown
        const text = (from: number, to: number) => Array.from(observed.subarray(from, to), textOf).join("");
        const before = Math.max(0, observed.lastIndexOf(-1, row - 1) + 1);
        const next = observed.indexOf(-1, row + 1);
        expect(context.before).toBe(row === 0 ? "" : Array.from(text(before, row)).slice(-48).join(""));
        const after = text(row + 1, next < 0 ? ROWS : next);
        expect(context.after).toBe(Array.from(after).slice(0, 24).join(""));
        for (const [own, numbers] of [
          [baseTokens, base.data],
          [otherTokens, data],
        ] as const) {
          const expected = likeliest(numbers, row);
          expect(own.map((one: { token: number }) => one.token)).toEqual(expected.map((one) => one.token));
          expect(own.map((one: { text: string }) => one.text)).toEqual(expected.map((one) => textOf(one.token)));
          for (const [n, { p }] of expected.entries()) expect(Math.exp(own[n].logProbability)).toBeCloseTo(p, 5);
        }
      }
      for (const [key, numbers] of [
        ["base", base.data],
        ["other", data],
      ] as const) {
        const bits = Array.from(observed, (token, r) => (token < 0 ? 0 : -Math.log2(probabilities(numbers, r)[token])));
        expect(bitsPerByte[key]).toBeCloseTo(bits.reduce((sum, x) => sum + x, 0) / bytes, 5);
      }
    }
    const without = await json(...paths, "--tokens", tokens);
    expect(without).toMatchObject({ vocabulary: null, bytes: null, candidates: [{ bitsPerByte: null }, {}] });
    expect(without.candidates[0].worst[0]).not.toHaveProperty("context");
  });

  test("as text, Markdown and CSV: within 80 columns, and nothing that steers a terminal", async () => {
    const text = await reportOf(...paths.slice(0, 2), ...options);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it is about
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    for (const line of text.split("\n")) expect(Array.from(line).length).toBeLessThanOrEqual(80);
    expect(text).toMatch(/bits per byte of base +\d\.\d+\n +bits per byte of other +\d\.\d+\n/);
    expect(text).toMatch(/row +KL\(base‖other\) +token +base's top +other's top\n/);
    const { candidates } = await json(...paths.slice(0, 2), ...options);
    const [{ row, context, token }] = candidates[0].worst.filter((one: { token: number }) => one.token >= 10);
    expect(text).toMatch(new RegExp(`\n +${row} +[\\d.]+ +"${textOf(token)}" +"`));
    expect(text).toContain(`⟦${context.token}⟧`);
    const markdown = await reportOf(...paths, ...options, "--markdown", "-");
    const { base: own, other } = candidates[0].bitsPerByte;
    expect(markdown).toMatch(/^\| {2}\| PPL \| bits\/byte \| ΔPPL/m);
    for (const bits of [own, other]) expect(markdown).toContain(` | ${bits.toFixed(3)} | `);
    const [head, first] = (await reportOf(...paths, ...options, "--csv", "-"))
      .split("\n")
      .map((line) => line.split(","));
    expect(Number(first[head.indexOf("bitsPerByte")])).toBe(other);
  });

  test("without tokens there is no text, but what both models expected", async () => {
    const page = await reportOf(...paths, "--vocabulary", list, "--html", "-");
    expect(page).not.toContain('id="passage"');
    expect(page).toContain("Worst tokens in their text");
    expect(await reportOf(...paths, "--vocabulary", list)).not.toContain("⟦");
    const { bytes, candidates } = await json(...paths, "--vocabulary", list);
    expect({ bytes, bits: candidates[0].bitsPerByte }).toEqual({ bytes: 0, bits: null });
  });

  test("has the same bits after an interruption, and with threads", async () => {
    const whole = JSON.stringify(await json(...paths, ...options, "--threads", "1"));
    const page = await reportOf(...paths, ...options, "--html", "-");
    expect(JSON.stringify(await json(...paths, ...options, "--threads", "2"))).toBe(whole);
    const checkpoint = ["--checkpoint", temporary("run.json")];
    await json(...paths, ...options, ...checkpoint);
    expect(JSON.stringify(await json(...paths, ...options, ...checkpoint))).toBe(whole);
    expect(await reportOf(...paths, ...options, ...checkpoint, "--html", "-")).toBe(page);
    const { code, stderr } = await run("compare", ...paths, "--tokens", tokens, ...checkpoint);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("texts, of its options, was true"),
    });
  });

  test("a vocabulary of fewer tokens is told, one of more is an error", async () => {
    const few = makeFile("few.json", JSON.stringify(texts.slice(0, 290)));
    const { code, stdout, stderr } = await run("compare", ...paths, "--tokens", tokens, "--vocabulary", few);
    expect(code).toBe(0);
    expect(stderr).toContain("few.json has texts for 290 of the 300 classes. If the others are padding, ignore this");
    expect(stdout).toContain("has texts for 290 of");
    const many = makeFile("many.json", JSON.stringify([...texts, "x"]));
    expect(await run("compare", ...paths, "--vocabulary", many)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /many\.json has the token 300, but the rows have 300 classes: it is of another model/,
      ),
    });
    expect(await run("compare", ...paths, "--vocabulary", temporary("none.json"))).toMatchObject({ code: 2 });
  });
});

describe("the page", () => {
  const pages = { one: reportOf(...paths.slice(0, 2), ...options, "--html", "-") };
  const several = reportOf(...paths, ...options, "--noise-floor", "--html", "-");
  const pageOf = async (page: Promise<string>) => parseHTML(await page).document;

  test("has the whole text, and nothing of it is HTML", async () => {
    for (const page of [pages.one, several]) {
      const html = await page;
      expect(/<img|<script>alert|https?:/.test(html)).toBe(false);
      const document = await pageOf(page);
      expect(document.querySelectorAll("script")).toHaveLength(2);
      const spans = [...document.querySelectorAll("#passage span")].map((span) => span.textContent);
      const shown = (token: number) => (token < 0 ? "…" : printable(textOf(token)).replace("\\u000a", "↵\n"));
      expect(spans).toEqual(Array.from(observed, shown));
    }
  });

  test("colours by KL: a step more for each half decade below the largest", async () => {
    const document = await pageOf(pages.one);
    const { thresholds, kl } = JSON.parse(document.getElementById("passage-data")?.textContent ?? "");
    expect(thresholds).toHaveLength(6);
    const largest = Math.max(...kl[0]);
    expect(thresholds[5]).toBeLessThanOrEqual(largest);
    expect(3.4 * thresholds[5]).toBeGreaterThan(largest);
    for (const [i, span] of [...document.querySelectorAll("#passage span")].entries()) {
      expect(span.className).toBe(`k${thresholds.filter((least: number) => kl[0][i] >= least).length}`);
    }
  });

  test("tells what both models expected: by pointing, by keys, of each candidate", async () => {
    const document = await pageOf(several);
    const scripts = [...document.querySelectorAll("script")];
    const { Event } = document.defaultView as unknown as { Event: typeof globalThis.Event };
    const choice = document.getElementById("passage-choice") as HTMLSelectElement & { selectedOptions: unknown };
    const optionsOf = [...choice.querySelectorAll("option")];
    const choose = (i: number) => {
      Object.defineProperty(choice, "value", { value: String(i), configurable: true });
      Object.defineProperty(choice, "selectedOptions", { value: [optionsOf[i]], configurable: true });
    };
    choose(0);
    for (const span of document.querySelectorAll("#passage span")) Object.assign(span, { scrollIntoView() {} });
    new Function("document", scripts[1].textContent as string)(document);
    const passage = document.getElementById("passage") as HTMLElement;
    const spans = [...passage.querySelectorAll("span")];
    const told = () => [...document.querySelectorAll("#passage-told > *")].map(({ textContent }) => textContent);
    const expected = (data: Float32Array, r: number) =>
      likeliest(data, r)
        .map(
          ({ token, p }) => `${JSON.stringify(textOf(token)).replace("\\u001b", "\\u001b")} ${(100 * p).toFixed(2)} %`,
        )
        .join("");
    const near = (text: string) => text.replace(/\d+\.\d\d/g, "#");
    const press = (key: string) => passage.dispatchEvent(Object.assign(new Event("keydown"), { key }));
    spans[20].dispatchEvent(new Event("pointerover", { bubbles: true }));
    expect(spans[20].className).toMatch(/ at$/);
    const [title, ofBase] = told();
    expect(title).toMatch(/^row 20: KL [\d.e-]+ nats$/);
    expect(near(ofBase as string)).toBe(near(`base${expected(base.data, 20)}`));
    press("ArrowRight");
    press("ArrowRight");
    press("ArrowLeft");
    expect(told()[0]).toMatch(/^row 21: /);
    expect(spans[20].className).not.toMatch(/at/);
    const labels = optionsOf.map(({ textContent }) => textContent?.replace(/^\d+\./, ""));
    expect([...labels].sort()).toEqual(["base as bf16", "base as f16", "far", "near"]);
    choose(labels.indexOf("far"));
    choice.dispatchEvent(new Event("change"));
    expect(near(told()[2] as string).replace(/^\d+\./, "")).toBe(near(`far${expected(far.data, 21)}`));
    press("End");
    expect(told()[0]).toMatch(new RegExp(`^row ${ROWS - 1}: `));
    press("Home");
    expect(told()[0]).toMatch(/^row 0: /);
  });

  test("does not go on from one chunk to the next, and joins the parts of characters", async () => {
    const [rows, context] = [4, 9];
    // rows 0 to 3 of the first chunk are of the tokens 5 to 8, those of the second of 14 to 17
    const all = Int32Array.from({ length: 2 * context }, (_, i) => i);
    const files = await Promise.all(
      ["base", "other"].map(async (name, i) => {
        const path = temporary(`${name}.kld`);
        const data = Float32Array.from({ length: 2 * rows * 20 }, (_, n) => Math.sin(n * (1 + i / 1000)));
        await writeLlamaCpp(path, [{ data }], { classes: 20, context, tokens: all });
        return path;
      }),
    );
    const bytes = (text: string) => [...Buffer.from(text)].map((byte) => `<0x${byte.toString(16).padStart(2, "0")}>`);
    // 你 is in three tokens
    const vocabulary = Array.from({ length: 20 }, (_, token) => `▁${token}`);
    vocabulary.splice(5, 3, ...bytes("你"));
    const path = makeFile(
      "tokenizer.json",
      JSON.stringify({ model: { type: "Unigram", vocab: vocabulary.map((text) => [text, 0]), byte_fallback: true } }),
    );
    const page = await pageOf(reportOf(...files, "--vocabulary", path, "--html", "-"));
    const passage = page.getElementById("passage");
    expect([...(passage?.querySelectorAll("span") ?? [])].map((span) => span.textContent)).toEqual([
      "·",
      "·",
      "你",
      " 8",
      " 14",
      " 15",
      " 16",
      " 17",
    ]);
    expect(passage?.innerHTML).toMatch(/^(<span[^>]*>[^<]*<\/span>){4}<hr>(<span[^>]*>[^<]*<\/span>){4}$/);
    const { candidates, bytes: count } = await json(...files, "--vocabulary", path);
    const contexts = candidates[0].worst.map((one: { row: number; context: object }) => [one.row, one.context]);
    expect(new Map(contexts).get(3)).toEqual({ before: "你", token: " 8", after: "" });
    expect(new Map(contexts).get(4)).toEqual({ before: "", token: " 14", after: " 15 16 17" });
    expect(count).toBe(3 + 2 + 4 * 3);
  });
});

describe("a long text", () => {
  /** Of so many rows, in two parts. */
  function passageOf(rows: number, candidates: number): Passage {
    const passage = new Passage(0, 2, candidates);
    const kl = (i: number) => Float64Array.from({ length: rows }, (_, r) => ((r * 7919) % rows) / rows + i);
    const likely = { base: new Int32Array(2 * rows), other: new Int32Array(2 * rows) };
    const topTokens = {
      ...{ perRow: 2, ...likely },
      ...{ baseLogProbability: new Float64Array(2 * rows), otherLogProbability: new Float64Array(2 * rows) },
    };
    const results = Array.from({ length: candidates }, (_, i) => ({
      ...{ count: rows, tokens: Int32Array.from({ length: rows }, (_, r) => r % 2), kl: kl(i), topTokens },
    }));
    passage.add(0, results as unknown as RowResults[]);
    return passage;
  }

  test.each([
    [1, 30_000, 20_000],
    [2, 30_000, 20_000],
    [11, 30_000, 5000],
    [1, 300, 300],
  ])("%i candidates: of %i rows %i are kept whole, and the worst of all", (candidates, rows, kept) => {
    const passage = passageOf(rows, candidates);
    expect(passage).toMatchObject({ rows, kept });
    const worst = passage.worstOf(0).map(({ kl }) => kl);
    expect(worst).toEqual(Array.from({ length: 20 }, (_, i) => (rows - 1 - i) / rows));
    const restored = new Passage(0, 2, candidates);
    restored.restore(new JsonValue("test", JSON.parse(JSON.stringify(passage))), rows);
    expect(restored).toEqual(passage);
    const other = () => new Passage(0, 2, candidates).restore(new JsonValue("test", passage.toJSON()), rows + 1);
    expect(other).toThrow(RangeError);
  });

  test("its page says what is left out, and stays small", async () => {
    const [rows, classes] = [20_500, 3];
    const files = ["long", "longer", "t"].map((name) => temporary(`${name}.npy`));
    const data = Float32Array.from({ length: rows * classes }, (_, i) => Math.sin(i * i) - 5);
    await writeNpy(files[0], [{ data }], { classes });
    await writeNpy(files[1], [{ data: data.map((z, i) => z + (i % 7) / 100) }], { classes });
    await writeTokens(
      files[2],
      Int32Array.from({ length: rows }, (_, r) => r % classes),
    );
    const vocabulary = temporary("three.txt");
    writeFileSync(vocabulary, "one\ntwo\nthree\n");
    const page = temporary("page.html");
    await reportOf(files[0], files[1], "--tokens", files[2], "--vocabulary", vocabulary, "--html", page);
    const html = readFileSync(page, "utf8");
    expect(html).toContain("These are the first 20,000 of 20,500 tokens; the other 500 are left out.");
    expect(html.match(/<span class="k/g)).toHaveLength(20_000);
    expect(html.length).toBeLessThan(4e6);
  });
});
