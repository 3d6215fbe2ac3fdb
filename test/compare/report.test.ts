import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { escapeHtml } from "../../src/cli/markup.js";
import { printable } from "../../src/cli/printable.js";
import { writeNpy, writeTokens } from "../../src/compare/index.js";
import { randomNumbers } from "../random.js";
import { run } from "./command.js";
import { FIXTURES, makeFile, temporary } from "./temporary.js";

// What a reader sees of numbers that no chart can show, and of names that no terminal should.

/** Two files of rows of two classes, and the page of their comparison; a row's KL is 0, finite, above 1,000 or infinite. */
async function pageOf(kinds: readonly ("zero" | "tiny" | "finite" | "large" | "infinite")[]) {
  const ROWS = { zero: [0, 0], tiny: [0, -1e-7], finite: [0, -1], large: [0, -3000], infinite: [0, -Infinity] };
  const [a, b, page] = ["a.npy", "b.npy", "page.html"].map(temporary);
  const base = Float64Array.from(kinds.flatMap(() => [0, 0]));
  await writeNpy(a, [{ data: base }], { classes: 2, type: "f64" });
  await writeNpy(b, [{ data: Float64Array.from(kinds.flatMap((kind) => ROWS[kind])) }], { classes: 2, type: "f64" });
  const { code, stdout, stderr } = await run("compare", a, b, "--html", page);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const html = readFileSync(page, "utf8");
  const figure = (title: string) => html.match(new RegExp(`<figure><h3>${title}</h3>.*?</figure>`, "s"))?.[0] ?? "";
  return { html, stdout, along: figure("KL along the text"), histogram: figure("Tokens by KL") };
}

describe("rows that have no place on a logarithmic axis", () => {
  test("have bars of their own, and are told in the text", async () => {
    const kinds = ["zero", "tiny", "finite", "finite", "large", "infinite", "infinite"] as const;
    const { histogram, stdout } = await pageOf(kinds);
    // wide, then narrow
    expect(histogram.match(/under 1e−12 nats: 2 tokens<\/title>/g)).toHaveLength(2);
    expect(histogram.match(/∞, or 1,000 and more nats: 3 tokens<\/title>/g)).toHaveLength(2);
    expect(histogram.match(/>0.11 to 0.13 nats: 2 tokens<\/title>/g)).toHaveLength(2);
    expect(histogram.match(/>∞<\/text>/g)).toHaveLength(2);
    for (const line of [/under 1e-12 +2 /, /1000 and more +1 /, / infinite +2 /]) expect(stdout).toMatch(line);
  });

  test("are told where there are no others", async () => {
    const { histogram, along } = await pageOf(["zero", "infinite"]);
    expect(histogram).toContain("Every KL is infinite, or under 1e-12 nats.");
    expect(along).toContain("No KL is both positive and finite.");
    const none = await pageOf(["zero", "zero"]);
    expect(none.histogram).toContain("Identical, but for what is under 1e-12 nats: there is no KL to show.");
    expect(none.along).toContain("Identical: every KL is 0.");
    expect(none.along + none.histogram).not.toContain("<svg");
  });

  test("are not told where there are none", async () => {
    const { html, histogram } = await pageOf(["finite", "finite"]);
    expect(histogram).not.toMatch(/“0”|“∞”/);
    expect(html).not.toContain("∞");
  });

  test("infinite ones lie above all others along the text, on a line of their own", async () => {
    const { along } = await pageOf(["finite", "infinite", "finite", "large"]);
    expect(along).toContain("1 infinite KL lie on the line ∞.");
    expect(along.match(/>∞<\/text>/g)).toHaveLength(2);
    expect(along).toMatch(/<title>row 1: KL ∞<\/title>/);
    const heights = [...along.matchAll(/cy="([\d.]+)"[^>]*><title>row/g)].map(([, y]) => Number(y));
    expect(heights).toHaveLength(8);
    for (const [infinite, ...finite] of [heights.slice(0, 4), heights.slice(4)]) {
      expect(Math.min(...finite)).toBeGreaterThan(infinite);
    }
  });
});

test("a card with an infinite mean tells why it has no error", async () => {
  const { html } = await pageOf(["finite", "infinite", "finite"]);
  expect(html).toContain(
    "<li><span>mean KL, nats</span><strong>∞</strong><span>infinite for 1 of 3 tokens</span></li>",
  );
  const single = await pageOf(["finite"]);
  for (const page of [html, single.html]) expect(page).not.toMatch(/± (–|∞|NaN)/);
});

describe("of several candidates", () => {
  const [rows, classes] = [50, 6];
  const random = randomNumbers(4);
  const numbers = Float32Array.from({ length: rows * classes }, () => 6 * random() - 3);
  const paths = ["base", "a", "b", "c", "same"].map((name) => temporary(`${name}.npy`));
  const tokens = temporary("tokens.npy");
  const html = (async () => {
    for (const [i, path] of paths.entries()) {
      const noise = [0, 0.01, 0.1, 1, 0][i];
      await writeNpy(path, [{ data: numbers.map((z) => z + noise * random()) }], { classes });
    }
    await writeTokens(
      tokens,
      Array.from({ length: rows }, () => Math.floor(classes * random())),
    );
    const sizes = ["9GB", "8GB", "6GB", "4GB"].flatMap((size, i) => ["--size", `${paths[i]}=${size}`]);
    const args = [...paths, "--tokens", tokens, ...sizes, "--noise-floor", "--html", "-"];
    const { code, stdout, stderr } = await run("compare", ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  })();
  const figureOf = async (title: string) =>
    (await html).match(new RegExp(`<figure><h3>${title}</h3>.*?</figure>`, "s"))?.[0] ?? "";

  test("there are charts of all, each with links to its part", async () => {
    for (const title of ["Mean KL", "KL over size", "Perplexity over size", "Tokens by KL", "KL along the text"]) {
      expect((await figureOf(title)).match(/<svg/g), title).toHaveLength(2);
    }
    const page = await html;
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(20);
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    // base, rounded, has no part of its own
    const lost = new Set(links.filter((id) => !ids.has(id)));
    expect([...lost]).toEqual([]);
    expect(page).not.toMatch(/https?:|src=|NaN|undefined|Infinity/);
    expect(await figureOf("Mean KL")).toContain(">identical</text>");
    expect(page.match(/<article/g)).toHaveLength(4);
  });

  test("the front has those that no other one beats", async () => {
    const figure = await figureOf("KL over size");
    const [, line] = figure.match(/aria-label="line"[^>]*><path[^>]* d="([^"]+)"/) ?? [];
    expect(line.match(/[ML]/g)).toHaveLength(3);
    expect(figure.match(/<title>/g)).toHaveLength(2 * 3);
  });
});

describe("names", () => {
  const ESCAPES = "\u001b]0;x\u0007\u001b[31m\r\n\t\u009b2J\u007f\u202e\u2066\u2028";
  const SPELLED = "\\u001b]0;x\\u0007\\u001b[31m\\u000d\\u000a\\u0009\\u009b2J\\u007f\\u202e\\u2066\\u2028";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it is about
  const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

  test("printable spells what steers a terminal, and nothing else", () => {
    expect(printable(ESCAPES)).toBe(SPELLED);
    expect(printable("\ud800x")).toBe("\\ud800x");
    for (const text of ["base-q4_k_m.npy", "Größe 模型 🦙‍é نموذج \\u001b"]) expect(printable(text)).toBe(text);
  });

  const written = async () => {
    const paths = ["a", "b"].map((name) => temporary(`${name}${ESCAPES}.npy`));
    for (const path of paths) await writeNpy(path, [{ data: Float32Array.of(1, 2, 3, 4) }], { classes: 2 });
    const tokens = temporary(`t${ESCAPES}.npy`);
    await writeTokens(tokens, [0, 1]);
    return [...paths, "--tokens", tokens];
  };

  test("of files, in every report", async () => {
    const [a, b, ...tokens] = await written();
    for (const args of [
      ["compare", a, b, ...tokens],
      ["compare", a, b, ...tokens, "--json", "-"],
      ["compare", a, b, ...tokens, "--html", "-"],
      ["entropy", a],
      ["entropy", a, "--json", "-"],
    ]) {
      const { code, stdout, stderr } = await run(...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).not.toMatch(STEERING);
      expect(stdout).toContain("\\u001b]0;x");
      if (args.includes("--json")) {
        const { file, base } = JSON.parse(stdout);
        expect(file ?? base.path).toBe(a);
      }
    }
  });

  test("of files, tensors and options, in every message", async () => {
    const [a, b, , tokens] = await written();
    const header = JSON.stringify({ [`t${ESCAPES}`]: { dtype: "F32", shape: [1, 1], data_offsets: [0, 4] } });
    const length = new Uint8Array(new BigUint64Array([BigInt(Buffer.byteLength(header))]).buffer);
    const tensors = makeFile("x.safetensors", Buffer.concat([length, Buffer.from(header), new Uint8Array(4)]));
    const notLogits = temporary(`x${ESCAPES}.bin`);
    writeFileSync(notLogits, ESCAPES);
    const checkpoint = temporary(`c${ESCAPES}.json`);
    await run("compare", a, b, "--checkpoint", checkpoint);
    for (const args of [
      ["compare", a, `none${ESCAPES}`],
      ["compare", a, b, "--tokens", notLogits],
      ["compare", a, notLogits],
      ["compare", a, b, "--json", a],
      ["compare", a, b, "--json", `none${ESCAPES}/x`],
      ["compare", a, b, "--tensor", ESCAPES],
      ["compare", a, b, "--checkpoint", checkpoint, "--tokens", tokens],
      ["compare", a, `${FIXTURES}/f32.npy`],
      ["entropy", tensors, "--tensor", `t${ESCAPES}!`],
      ["entropy", a, "--input", "probabilities"],
      ["entropy", a, `--${ESCAPES}`],
      ["entropy", a, "--rows", ESCAPES],
      ["entropy", a, "--input", ESCAPES],
      [ESCAPES],
    ]) {
      const { code, stdout, stderr } = await run(...args);
      expect({ code, stdout }, JSON.stringify(args)).toEqual({ code: 2, stdout: "" });
      expect(stderr, JSON.stringify(args)).not.toMatch(STEERING);
      expect(stderr).toContain("\\u001b]0;x");
    }
  });
});

describe("a page has no markup but its own", () => {
  const MARKUP = `<img src=x onerror="alert('1')">&`;

  test("escapeHtml spells whatever it is given", () => {
    expect(escapeHtml(MARKUP)).toBe("&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;");
    expect(escapeHtml(7 as never)).toBe("7");
  });

  test("of names of files", async () => {
    const [a, b, page] = [`a${MARKUP}`, `b${MARKUP}`, "page.html"].map(temporary);
    for (const path of [a, b]) await writeNpy(path, [{ data: Float32Array.of(1, 2, 3, 4) }], { classes: 2 });
    await run("compare", a, b, "--html", page);
    expect(readFileSync(page, "utf8")).not.toContain("<img");
  });

  test("of charts, reports and names in which any number is a string", async () => {
    const { pageOf } = await import("../../src/cli/html.js");
    const { Charts } = await import("../../src/shards/charts.js");
    const { Summary } = await import("../../src/compare/index.js");
    const { along, calibration, counts } = new Charts(0);
    const charts = { along, calibration, counts };
    const poisoned = {
      along: { size: MARKUP, means: [1, MARKUP], largest: [MARKUP, 2] },
      counts: { below: MARKUP, bins: [MARKUP, 5, MARKUP], above: MARKUP },
      calibration: [{ count: MARKUP, base: MARKUP, mean: MARKUP, deviation: MARKUP }],
    };
    const report = JSON.parse(JSON.stringify(new Summary().report()), (_, x) =>
      typeof x === "object" && x ? x : MARKUP,
    );
    report.worst = [{ row: MARKUP, kl: MARKUP, reverseKl: 1, js: 1, token: MARKUP, baseTop: MARKUP, otherTop: MARKUP }];
    report.groups = [
      { group: MARKUP, rows: MARKUP, blocks: 1, kl: report.clustered.kl, logRatio: report.clustered.kl },
    ];
    const model = { path: "a", name: "a", label: "a", size: 5, bitsPerWeight: 4, input: "logits" };
    const candidate = { ...model, floor: null, report: new Summary().report(), charts: new Charts(0) };
    const poisonedModel = {
      path: MARKUP,
      name: MARKUP,
      label: MARKUP,
      size: MARKUP,
      bitsPerWeight: MARKUP,
      input: MARKUP,
    };
    const whole = { base: model, pairs: [], tokens: null, groups: null, classes: 2, start: 0, end: 1 };
    for (const [name, broken, rest] of [
      ["charts", { charts: poisoned }, {}],
      ["counts", { charts: { ...charts, counts: poisoned.counts } }, {}],
      ["along", { charts: { ...charts, along: poisoned.along } }, {}],
      ["calibration", { charts: { ...charts, calibration: poisoned.calibration } }, {}],
      ["report", { report }, {}],
      ["models", poisonedModel, { base: poisonedModel }],
      ["whole", {}, { tokens: MARKUP, groups: MARKUP, classes: MARKUP, start: MARKUP, end: MARKUP }],
    ] as const) {
      for (const count of [1, 3]) {
        let page = "";
        try {
          const candidates = Array.from({ length: count }, () => ({ ...candidate, ...broken }));
          const ranking = candidates.map((_, i) => i);
          page = pageOf({ ...whole, candidates, ranking, ...rest } as never, MARKUP);
        } catch (error) {
          // no page is no markup either
          expect(error, name).toBeInstanceOf(Error);
        }
        expect(page, name).not.toContain("<img");
      }
    }
  });
});
