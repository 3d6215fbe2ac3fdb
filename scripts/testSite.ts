// Uses the pages of site/ as a person would, in Chromium: npm run test:site [-- --pictures folder]

import { ok } from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BrowserContextOptions, Page } from "playwright-core";
import { build, preview } from "vite";
import { startBrowser } from "./browser.js";

const { values: flags } = parseArgs({ options: { pictures: { type: "string" } } });

const configFile = new URL("../site/vite.config.ts", import.meta.url).pathname;
await build({ configFile, logLevel: "error" });
const server = await preview({ configFile, preview: { port: 0, open: false }, logLevel: "error" });
const origin = server.resolvedUrls?.local[0] as string;
const browser = await startBrowser();
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

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

/** No serious finding of axe-core, and nothing that is wider than the screen. */
async function checkPage(page: Page, name: string): Promise<void> {
  await page.addScriptTag({ path: axe });
  const findings = (await page.evaluate("axe.run().then(({ violations }) => violations)")) as Finding[];
  const serious = findings.filter(({ impact }) => impact === "serious" || impact === "critical");
  const shown = serious.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 120))}`);
  ok(serious.length === 0, `${name}: ${shown.join("\n")}`);
  const beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  ok(Number(beyond) <= 0, `${name} is ${beyond} pixels wider than the screen`);
}

const numberIn = async (page: Page, figure: string, i: number) =>
  page
    .locator(`[data-figure=${figure}] .number`)
    .nth(i)
    .inputValue()
    .catch(() => "") || ((await page.locator(`[data-figure=${figure}] .number`).nth(i).textContent()) as string);

/** Sets a slider as a person who drags it would. */
const slide = (page: Page, figure: string, i: number, value: number) =>
  page.locator(`[data-figure=${figure}] input[type=range]`).nth(i).fill(String(value));

try {
  for (const path of ["index", "guide", "benchmark", "api"]) {
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
} finally {
  await browser.close();
  await server.close();
}
