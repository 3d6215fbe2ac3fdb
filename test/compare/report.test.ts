import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { printable } from "../../src/cli/printable.js";
import { escapeHtml } from "../../src/cli/svg.js";
import { writeNpy, writeTokens } from "../../src/compare/index.js";
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
  const figure = (title: string) => html.match(new RegExp(`<figure><h2>${title}</h2>.*?</figure>`, "s"))?.[0] ?? "";
  return { html, stdout, along: figure("KL along the text"), histogram: figure("Tokens by KL") };
}

/** The numbers of the points of a class, in pixels. */
const heightsOf = (svg: string) =>
  [...svg.matchAll(/class="mark" cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));

describe("rows that no bar is for", () => {
  test("are told under the histogram and in the text", async () => {
    const kinds = ["zero", "tiny", "finite", "finite", "large", "infinite", "infinite"] as const;
    const { histogram, stdout } = await pageOf(kinds);
    expect(histogram).toContain(
      "<figcaption>Tokens outside the chart: 2 under 1e-12 nats, 1 of 1,000 nats and more, 2 of infinite KL.</figcaption>",
    );
    expect(histogram.match(/: 2 tokens<\/title>/g)).toHaveLength(2);
    for (const line of [/under 1e-12 +2 /, /1000 and more +1 /, / infinite +2 /]) expect(stdout).toMatch(line);
  });

  test("are told where there are no others", async () => {
    const { histogram, along } = await pageOf(["zero", "infinite"]);
    expect(histogram).toContain("Tokens outside the chart: 1 under 1e-12 nats, 1 of infinite KL.");
    expect(along).toContain("∞");
    const none = await pageOf(["zero", "zero"]);
    expect(none.histogram).toContain("Tokens outside the chart: 2 under 1e-12 nats.");
    expect(none.along).toBe("");
  });

  test("are not told where there are none", async () => {
    const { html, histogram } = await pageOf(["finite", "finite"]);
    expect(histogram).not.toContain("figcaption");
    expect(html).not.toContain("∞");
  });
});

test("infinite rows lie above all others, on a line of their own", async () => {
  const { along } = await pageOf(["finite", "infinite", "finite", "large"]);
  expect(along).toContain("KL is infinite for 1 tokens, which lie on the line ∞.");
  expect(along.match(/>∞<\/text>/g)).toHaveLength(2);
  expect(along).toMatch(/<title>row 1: KL ∞<\/title>/);
  // wide, then narrow
  const heights = heightsOf(along);
  expect(heights).toHaveLength(8);
  for (const [infinite, ...finite] of [heights.slice(0, 4), heights.slice(4)]) {
    expect(infinite).toBe(24);
    expect(Math.min(...finite)).toBeGreaterThanOrEqual(46);
  }
});

test("a card with an infinite mean tells why it has no error", async () => {
  const { html } = await pageOf(["finite", "infinite", "finite"]);
  expect(html).toContain(
    "<li><span>mean KL</span><strong>∞ <small>nats</small></strong><span>infinite for 1 of 3 tokens</span></li>",
  );
  const single = await pageOf(["finite"]);
  for (const page of [html, single.html]) expect(page).not.toMatch(/± (–|∞|NaN)/);
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
    const { Charts } = await import("../../src/cli/charts.js");
    const { Summary } = await import("../../src/compare/index.js");
    const { along, calibration } = new Charts();
    const charts = { along, calibration, histogram: () => new Charts().histogram(40) };
    const poisoned = {
      along: { size: MARKUP, means: [1, MARKUP], largest: [MARKUP, 2] },
      histogram: () => ({ below: MARKUP, bins: [{ from: MARKUP, to: MARKUP, count: MARKUP }], above: MARKUP }),
      calibration: [{ count: MARKUP, base: MARKUP, mean: MARKUP, deviation: MARKUP }],
    };
    const report = JSON.parse(JSON.stringify(new Summary().report()), (_, x) =>
      typeof x === "object" && x ? x : MARKUP,
    );
    report.worst = [{ row: MARKUP, kl: MARKUP, reverseKl: 1, js: 1, token: MARKUP, baseTop: MARKUP, otherTop: MARKUP }];
    const subject = { base: MARKUP, other: MARKUP, tokens: MARKUP, classes: MARKUP, start: MARKUP, end: MARKUP };
    for (const [name, broken] of Object.entries({
      charts: { charts: poisoned },
      histogram: { charts: { ...charts, histogram: poisoned.histogram } },
      along: { charts: { ...charts, along: poisoned.along } },
      calibration: { charts: { ...charts, calibration: poisoned.calibration } },
      report: { report },
      subject,
    })) {
      let page = "";
      try {
        page = pageOf(
          {
            ...{ base: "a", other: "b", tokens: null, classes: 2, start: 0, end: 1 },
            ...{ input: ["logits", "logits"], report: new Summary().report(), charts: new Charts() },
            ...broken,
          } as never,
          MARKUP,
        );
      } catch (error) {
        // no page is no markup either
        expect(error, name).toBeInstanceOf(Error);
      }
      expect(page, name).not.toContain("<img");
    }
  });
});
