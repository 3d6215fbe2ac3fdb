// Uses the pages of site/ as a person would, in Chromium: npm run test:site [-- --pictures folder] [--only words of a name]

import { equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BrowserContextOptions, Page } from "playwright-core";
import { build, preview } from "vite";
import { writeNpy, writeTokens } from "../src/compare/index.js";
import { startBrowser } from "./browser.js";

const { values: flags } = parseArgs({
  options: { pictures: { type: "string" }, only: { type: "string", default: "" } },
});

const configFile = new URL("../site/vite.config.ts", import.meta.url).pathname;
await build({ configFile, logLevel: "error" });
const server = await preview({ configFile, preview: { port: 0, open: false }, logLevel: "error" });
const origin = server.resolvedUrls?.local[0] as string;
const browser = await startBrowser();
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const cli = new URL("../dist/cli.js", import.meta.url).pathname;
const folder = await mkdtemp(join(tmpdir(), "logratio-site-"));
const inFolder = (names: readonly string[]) => names.map((name) => join(folder, name));

const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
/** What a reader who has never been here may have to load for the first page, in bytes. */
const HOME_BYTES = 150_000;

/** Opens a page, does something with it, and sees that it did not complain. */
async function visit(
  name: string,
  path: string,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  if (!name.includes(flags.only)) return;
  const start = performance.now();
  const context = await browser.newContext({ viewport: WIDE, ...options });
  const complaints: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  const page = await context.newPage();
  try {
    await page.goto(origin + path);
    await use(page);
    ok(complaints.length === 0, `${name}: ${complaints.join("; ")}`);
  } finally {
    if (flags.pictures) await page.screenshot({ path: join(flags.pictures, `${name}.png`), fullPage: true });
    await context.close();
  }
  console.log(`${name}: ${Math.round(performance.now() - start)} ms`);
}

/** Brings every figure near the screen, so that all are there. */
async function showFigures(page: Page): Promise<void> {
  for (const figure of await page.locator("[data-figure]").all()) {
    await figure.scrollIntoViewIfNeeded();
    await figure.locator(".numbers").waitFor();
  }
}

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** The page of the API has an article per function, all of the same kind: axe-core needs 15 seconds for all, and 1 for these. */
const ARTICLES_LOOKED_AT = 5;

/** No serious finding of axe-core, and nothing that is wider than the screen. */
async function checkPage(page: Page, name: string): Promise<void> {
  const beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  ok(Number(beyond) <= 0, `${name} is ${beyond} pixels wider than the screen`);
  await page.evaluate((most) => {
    const articles = [...document.querySelectorAll("article")];
    const step = Math.ceil(articles.length / most);
    for (const [i, article] of articles.entries()) if (i % step > 0) article.remove();
  }, ARTICLES_LOOKED_AT);
  await page.addScriptTag({ path: axe });
  const findings = (await page.evaluate("axe.run().then(({ violations }) => violations)")) as Finding[];
  const serious = findings.filter(({ impact }) => impact === "serious" || impact === "critical");
  const shown = serious.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 120))}`);
  ok(serious.length === 0, `${name}: ${shown.join("\n")}`);
}

const numberIn = async (page: Page, figure: string, i: number) =>
  (await page.locator(`[data-figure=${figure}] .number`).nth(i).textContent()) as string;

/** Sets a slider as a person who drags it would. */
const slide = (page: Page, figure: string, i: number, value: number) =>
  page.locator(`[data-figure=${figure}] input[type=range]`).nth(i).fill(String(value));

try {
  for (const path of ["index", "guide", "compare", "counts", "benchmark", "api"]) {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const viewport of [WIDE, PHONE]) {
        const name = `${path}, ${colorScheme}, ${viewport.width}`;
        await visit(name, `${path}.html`, { colorScheme, viewport, reducedMotion: "reduce" }, async (page) => {
          await showFigures(page);
          await checkPage(page, name);
        });
      }
    }
  }

  await visit("home is small", "index.html", {}, async (page) => {
    await showFigures(page);
    const bytes = (await page.evaluate(
      "performance.getEntries().reduce((sum, { encodedBodySize = 0 }) => sum + encodedBodySize, 0)",
    )) as number;
    ok(bytes > 50_000 && bytes < HOME_BYTES, `home takes ${bytes} bytes`);
  });

  await visit("a figure moves within a second", "guide.html#2-how-much-does-one-flip-say", {}, async (page) => {
    const first = await page.locator("[data-figure=coins] .number").first().textContent({ timeout: 1000 });
    await page.waitForFunction(
      (before) => document.querySelector("[data-figure=coins] .number")?.textContent !== before,
      first,
      { timeout: 1000 },
    );
  });

  await visit("the coins settle on KL", "guide.html", { reducedMotion: "reduce" }, async (page) => {
    await showFigures(page);
    await slide(page, "coins", 0, 0.8);
    ok(page.url().includes("coins.p=0.8"), page.url());
    const [ratio, kl, error] = await Promise.all([1, 2, 3].map((i) => numberIn(page, "coins", i)));
    ok(Math.abs(Number(kl) - 0.1927) < 1e-4, kl);
    ok(Math.abs(Number(ratio) - Number(kl)) < 5 * Number(error), ratio);
    await page.reload();
    await showFigures(page);
    ok((await numberIn(page, "coins", 2)) === kl, "the address does not keep the figure");
  });

  await visit("bars are moved by keys", "guide.html", { reducedMotion: "reduce" }, async (page) => {
    await showFigures(page);
    const bar = page.getByRole("slider", { name: "q of a", exact: true });
    await bar.focus();
    await page.keyboard.press("Home");
    ok((await numberIn(page, "terms", 0)) === "∞", "KL with q = 0 is infinite");
    ok((await page.locator("[data-figure=terms] .note").textContent())?.includes("infinite"), "and the page says why");
    await page.getByRole("button", { name: "Make them equal" }).click();
    ok((await numberIn(page, "terms", 0)) === "0", "KL of equal distributions is 0");
  });

  await visit("bars are dragged", "guide.html", { reducedMotion: "reduce" }, async (page) => {
    await showFigures(page);
    const bar = page.getByRole("slider", { name: "p of e", exact: true });
    await bar.scrollIntoViewIfNeeded();
    const box = (await bar.boundingBox()) as { x: number; y: number; width: number; height: number };
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 5);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.up();
    ok(Math.abs(Number(await bar.getAttribute("aria-valuenow")) - 30) <= 1, "half of the way is 30");
  });

  await visit("a classifier learns", "guide.html", {}, async (page) => {
    await page.locator("[data-figure=classifier]").scrollIntoViewIfNeeded();
    await page.waitForFunction(
      () => document.querySelector("[data-figure=classifier] .number")?.textContent === "300",
      undefined,
      { timeout: 60_000 },
    );
    const [loss, floor] = await Promise.all([1, 2].map((i) => numberIn(page, "classifier", i)));
    ok(Number(loss) >= Number(floor) && Number(loss) < Number(floor) + 0.02, `${loss} over ${floor}`);
  });

  await visit("a sequential test keeps its errors", "guide.html", { reducedMotion: "reduce" }, async (page) => {
    await showFigures(page);
    await slide(page, "sequential", 2, 0.1);
    const wrong = Number.parseFloat(await numberIn(page, "sequential", 1));
    ok(wrong > 2 && wrong < 13, `${wrong} %`);
    await slide(page, "floating", 0, -6);
    const [plain, kernel] = await Promise.all([3, 4].map((i) => numberIn(page, "floating", i)));
    const read = (text: string) => Math.abs(Number(text.replaceAll("−", "-")));
    ok(read(plain) > 1 && read(kernel) < 1e-6, `${plain} and ${kernel}`);
  });

  // logits of three models, the same numbers on every run
  const [rows, classes] = [300, 64];
  const logits = Float32Array.from({ length: rows * classes }, (_, i) => ((i * 7919) % 1013) / 150);
  const near = (scale: number) => logits.map((x, i) => x + scale * (((i * 104_729) % 997) / 997 - 0.5));
  const models = { "base.npy": logits, "near.npy": near(0.1), "far.npy": near(1) };
  for (const [name, numbers] of Object.entries(models))
    await writeNpy(join(folder, name), [{ data: numbers }], { classes });
  const names = Object.keys(models);
  await writeTokens(
    join(folder, "tokens.npy"),
    Int32Array.from({ length: rows }, (_, i) => (i * 31) % classes),
  );
  await writeFile(join(folder, "broken.npy"), (await readFile(join(folder, "near.npy"))).subarray(0, 1000));

  const start = (page: Page) => page.getByRole("button", { name: "Compare", exact: true });
  const saved = async (page: Page, label: RegExp) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: label }).click(),
    ]);
    return readFile(await download.path(), "utf8");
  };

  await visit("compare: the page compares as the command does", "compare.html", {}, async (page) => {
    await page.setInputFiles("#files", inFolder(names));
    await page.setInputFiles("#tokens", join(folder, "tokens.npy"));
    await start(page).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Done.").waitFor();
    const args = ["compare", ...names, "--tokens", "tokens.npy", "--json", "-"];
    const written = execFileSync("node", [cli, ...args], { cwd: folder, encoding: "utf8" });
    equal(await saved(page, /JSON/), written);
    match(await saved(page, /HTML/), /<!doctype html>[\s\S]*<svg/);
    ok(await page.frameLocator("iframe.report").locator("h1").isVisible(), "the report is shown");
    await checkPage(page, "a report");
  });

  await visit(
    "compare: files are dropped, and the base is chosen",
    "compare.html",
    { viewport: PHONE },
    async (page) => {
      const contents = await Promise.all(inFolder(names).map((path) => readFile(path, "base64")));
      const data = await page.evaluateHandle(
        ([names, contents]) => {
          const transfer = new DataTransfer();
          for (const [i, text] of contents.entries()) {
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            transfer.items.add(new File([bytes], names[i]));
          }
          return transfer;
        },
        [names.toReversed(), contents.toReversed()],
      );
      await page.dispatchEvent(".drop", "drop", { dataTransfer: data });
      await page.getByRole("button", { name: "Make it the base: base.npy" }).click();
      await start(page).click();
      await page.getByText("Done.").waitFor();
      const { base, ranking } = JSON.parse(await saved(page, /JSON/));
      equal([base.label, ...ranking].join(), "base,near,far");
      await checkPage(page, "a report on a phone");
    },
  );

  await visit("compare: a file by its address", "compare.html", {}, async (page) => {
    const address = new URL("https://files.example/base.npy").href;
    const body = await readFile(join(folder, "base.npy"));
    await page.route(address, (route) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(route.request().headers().range ?? "") ?? [];
      const end = Math.min(Number(to), body.length - 1);
      return route.fulfill({
        status: 206,
        body: body.subarray(Number(from), end + 1),
        headers: {
          ...{ "access-control-allow-origin": "*", "access-control-allow-headers": "*" },
          "access-control-expose-headers": "content-range, etag",
          ...{ "content-range": `bytes ${from}-${end}/${body.length}`, etag: '"1"' },
        },
      });
    });
    await page.getByLabel(/address of a file of logits/).fill(address);
    await page.getByRole("button", { name: "Add the address" }).click();
    await page.setInputFiles("#files", inFolder(["near.npy"]));
    await start(page).click();
    await page.getByText("Done.").waitFor();
  });

  await visit("compare: a broken file is told of", "compare.html", {}, async (page) => {
    await page.setInputFiles("#files", inFolder(["base.npy", "broken.npy"]));
    await start(page).click();
    await page.waitForFunction(() => document.querySelector("[role=alert]")?.textContent);
    match((await page.getByRole("alert").textContent()) as string, /broken\.npy/);
    await page.getByRole("button", { name: "Remove broken.npy" }).click();
    await page.setInputFiles("#files", inFolder(["near.npy"]));
    await start(page).click();
    await page.getByText("Done.").waitFor();
  });

  await visit("compare: lists of an API are compared as the command does", "compare.html", {}, async (page) => {
    const lists = names.map((name) => name.replace("npy", "jsonl"));
    for (const [i, list] of lists.entries()) {
      execFileSync("node", [cli, "top", names[i], "--top-logprobs", "5", "--out", list], { cwd: folder });
    }
    await page.setInputFiles("#files", inFolder(lists));
    await start(page).click();
    await page.getByText("Done.").waitFor();
    const args = ["compare", ...lists, "--json", "-"];
    equal(await saved(page, /JSON/), execFileSync("node", [cli, ...args], { cwd: folder, encoding: "utf8" }));
    match((await page.frameLocator("iframe.report").locator("h1").textContent()) as string, /by their lists/);
    await checkPage(page, "a report of lists");
    await page.setInputFiles("#files", inFolder(["near.npy"]));
    await start(page).click();
    await page.getByText("base.jsonl has lists of log-probabilities, near.npy has none").waitFor();
  });

  await visit("compare: a comparison is cancelled", "compare.html", {}, async (page) => {
    // a disk that never answers
    await page.evaluate(() => {
      Blob.prototype.arrayBuffer = () => new Promise(() => {});
    });
    await page.setInputFiles("#files", inFolder(names));
    await start(page).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled.").waitFor();
    ok(await start(page).isEnabled(), "it can be started again");
  });

  await visit("compare: the example of comparisons", "compare.html", {}, async (page) => {
    await page.getByRole("button", { name: "Try it with an example" }).click();
    await page.getByText("Done.").waitFor();
    equal(JSON.parse(await saved(page, /JSON/)).ranking.join(), "rounded-fine,rounded-coarse");
  });
  const paste = async (page: Page, before: string, after: string) => {
    await page.getByLabel("Before", { exact: true }).fill(before);
    await page.getByLabel("After", { exact: true }).fill(after);
  };
  const reported = (page: Page) => page.frameLocator("iframe.report");

  await visit("counts: words with their counts", "counts.html", {}, async (page) => {
    await paste(page, "tea 30\nmilk 10\nrum 0", "12 tea\n25 milk\n3 rum");
    await start(page).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Done.").waitFor();
    const report = JSON.parse(await saved(page, /JSON/));
    // with ½ added: p = 30.5, 10.5, 0.5 of 41.5, q = 12.5, 25.5, 3.5
    const kl = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + (x / 41.5) * Math.log(x / b[i]), 0);
    const [a, b] = [
      [30.5, 10.5, 0.5],
      [12.5, 25.5, 3.5],
    ];
    ok(Math.abs(report.kl[0] - kl(a, b)) < 1e-14 && Math.abs(report.kl[1] - kl(b, a)) < 1e-14, `KL ${report.kl}`);
    equal(report.smoothing, "½ added to each count");
    equal(report.js.pValue, 0.001);
    equal(report.totalVariation.plugIn, 0.45);
    ok(report.js.interval[0] < report.js.value && report.js.value < report.js.interval[1], "an interval");
    equal(report.contributions.terms.map(({ key }: { key: string }) => key).join(), "tea,milk,rum");
    match((await reported(page).getByRole("listitem").nth(3).textContent()) as string, /KL\(before‖after\).*½ added/);
    await checkPage(page, "a report of counts");
    await page.getByLabel("For KL of counts").selectOption("no smoothing");
    ok(page.url().includes("counts.smoothing=2"), page.url());
    await page.reload();
    await paste(page, "tea 30\nmilk 10\nrum 0", "tea 12\nmilk 25\nrum 3");
    await start(page).click();
    await page.getByText("Done.").waitFor();
    equal(JSON.parse(await saved(page, /JSON/)).kl[1], "Infinity");
  });

  await visit("counts: two tables are compared as the command does", "counts.html", {}, async (page) => {
    const tables = {
      "january.csv": "plan,age\nfree,20\nfree,30\npaid,40\n",
      "february.csv": "plan,age\npaid,20\npaid,\npaid,40\n",
    };
    for (const [name, text] of Object.entries(tables)) await writeFile(join(folder, name), text);
    const names = Object.keys(tables);
    await page.getByLabel("Before: a file").setInputFiles(join(folder, names[0]));
    await page.getByLabel("After: a file").setInputFiles(join(folder, names[1]));
    await start(page).click();
    await page.getByText("Done.").waitFor();
    const args = ["drift", ...names, "--json", "-"];
    equal(await saved(page, /JSON/), execFileSync("node", [cli, ...args], { cwd: folder, encoding: "utf8" }));
    match(await saved(page, /HTML/), /<!doctype html>[\s\S]*<svg/);
    await page.getByRole("button", { name: "Remove february.csv" }).click();
    await start(page).click();
    await page.getByText("after is empty: paste").waitFor();
    await page.getByLabel("After", { exact: true }).fill("plan,age\nfree,20,1\n");
    await start(page).click();
    await page.getByText("after:2: the row has 3 fields, the header has 2").waitFor();
    await page.getByLabel("After", { exact: true }).fill("a text");
    await start(page).click();
    await page.getByText("january.csv looks like a table, after looks like a text").waitFor();
  });

  await visit("counts: the examples", "counts.html", { viewport: PHONE }, async (page) => {
    await page.getByRole("button", { name: /a speech/ }).click();
    await page.getByText("Done.").waitFor();
    equal(JSON.parse(await saved(page, /JSON/)).format, "logratio comparison of counts");
    await checkPage(page, "a report of words on a phone");
    await page.getByRole("button", { name: /two tables/ }).click();
    await reported(page).getByRole("heading", { name: "Columns by JS divergence" }).waitFor();
    equal(
      JSON.parse(await saved(page, /JSON/))
        .columns.map(({ name }: { name: string }) => name)
        .join(),
      "country,plan,age",
    );
    await checkPage(page, "a report of tables on a phone");
  });
} finally {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true });
}
