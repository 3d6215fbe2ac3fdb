// Clicks through the page of `npm run bench:web` in Chromium: npm run test:web [-- --pictures folder]

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BrowserContextOptions, Page } from "playwright-core";
import { createServer } from "vite";
import type { Result } from "../bench/harness.js";
import { startBrowser } from "./browser.js";

const { values: flags } = parseArgs({ options: { pictures: { type: "string" } } });

const PATIENCE = 120_000;
const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const server = await createServer({
  configFile: new URL("../bench/web/vite.config.ts", import.meta.url).pathname,
  server: { port: 0, open: false },
  logLevel: "error",
});
await server.listen();
const origin = server.resolvedUrls?.local[0] as string;
const browser = await startBrowser();

const status = (page: Page) => page.locator("#status");
const untilStatus = (page: Page, text: RegExp) => status(page).filter({ hasText: text }).waitFor({ timeout: PATIENCE });

/** Opens the page, does something with it, and sees that it did not complain. */
async function visit(name: string, options: BrowserContextOptions, use: (page: Page) => Promise<void>): Promise<void> {
  const start = performance.now();
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], ...options });
  const complaints: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  const page = await context.newPage();
  try {
    await page.goto(origin);
    await untilStatus(page, /^Ready/);
    await use(page);
    deepEqual(complaints, []);
  } finally {
    if (flags.pictures) await page.screenshot({ path: join(flags.pictures, `${name}.png`), fullPage: true });
    await context.close();
  }
  console.log(`${name}: ${Math.round(performance.now() - start)} ms`);
}

/** Leaves these sizes chosen, and no other. */
async function chooseSizes(page: Page, sizes: number[]): Promise<void> {
  for (const box of await page.locator("input[name=size]").all()) {
    await box.setChecked(sizes.includes(Number(await box.getAttribute("value"))));
  }
}

async function readClipboard(page: Page, button: string): Promise<string> {
  await page.getByRole("button", { name: button }).click();
  await untilStatus(page, /^Copied/);
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Every contestant at every size, with a speed and an error that can be. */
function checkResults(results: Result[], sizes: number[], most: number): void {
  const contestants = [...new Set(results.map(({ contestant }) => contestant))];
  for (const expected of ["loop", "simd", "relaxed", "js", "2 threads"]) ok(contestants.includes(expected), expected);
  equal(results.length, contestants.length * sizes.length);
  for (const { contestant, classes, nanosecondsPerCall, ratio, error } of results) {
    const what = `${contestant} at ${classes}`;
    ok(sizes.includes(classes), what);
    ok(nanosecondsPerCall > 0 && Number.isFinite(nanosecondsPerCall), `${what}: ${nanosecondsPerCall} ns`);
    ok(
      ratio.every((x) => x > 0 && Number.isFinite(x)),
      `${what}: ${ratio}`,
    );
    ok(error >= 0 && error < most, `${what}: error ${error}`);
  }
}

async function run(page: Page, sizes: number[]): Promise<void> {
  await chooseSizes(page, sizes);
  await page.locator("#rounds").selectOption({ label: "3, quick" });
  await page.getByRole("button", { name: "Run" }).click();
  await untilStatus(page, /^Done/);
  equal(await page.locator("#progress").evaluate((bar) => (bar as HTMLProgressElement).value), 1);
  equal(await page.locator("tbody").count(), sizes.length);
}

/** Nothing is wider than the page. */
const checkWidth = async (page: Page) =>
  ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));

try {
  await visit("wide, light", { viewport: WIDE, colorScheme: "light" }, async (page) => {
    match(String(await page.locator("#platform").textContent()), /Chromium \d+[\s\S]*cross-origin isolated/);
    const sizes = [1024, 8192, 32768];
    await run(page, sizes);
    match(String(await page.locator("#tiles").textContent()), /same bits/);
    ok(await page.locator("#chart canvas").isVisible());
    ok(await page.locator("#copied").isHidden());
    match(
      String(await page.locator("#chart-text").textContent()),
      /^At 32,768 classes, in nanoseconds per class: Math.log loop/,
    );
    const report = JSON.parse(await readClipboard(page, "Copy as JSON")) as { type: string; results: Result[] };
    equal(report.type, "f32");
    checkResults(report.results, sizes, 1e-6);
    const table = (await readClipboard(page, "Copy as Markdown table")).trim().split("\n");
    const rows = table.filter((line) => line.startsWith("|"));
    equal(rows.length, 2 + report.results.length);
    ok(rows.every((line) => line.split("|").length === 7));
    await checkWidth(page);
  });

  await visit("phone, dark", { viewport: PHONE, colorScheme: "dark", hasTouch: true, isMobile: true }, async (page) => {
    await page.locator("#family").selectOption({ label: "logSumExp" });
    await page.getByLabel("f64").tap();
    const sizes = [1024, 8192];
    await run(page, sizes);
    const report = JSON.parse(await readClipboard(page, "Copy as JSON")) as { type: string; results: Result[] };
    equal(report.type, "f64");
    checkResults(report.results, sizes, 1e-12);
    await checkWidth(page);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    equal(background, "rgb(14, 17, 22)");
  });

  await visit("stopped", { viewport: WIDE, colorScheme: "dark" }, async (page) => {
    await chooseSizes(page, [1024, 131072, 262144]);
    await page.locator("#rounds").selectOption({ label: "21, thorough" });
    await page.getByRole("button", { name: "Run" }).click();
    await page.locator("tbody").first().waitFor({ timeout: PATIENCE });
    ok(await page.locator("#family").isDisabled());
    await page.getByRole("button", { name: "Stop" }).click();
    await untilStatus(page, /^Stopped; [12] of 3 sizes are measured/);
    // and it can go on
    await run(page, [1024]);
    await page.getByRole("button", { name: "Run" }).waitFor();
  });

  await visit("by keyboard, reduced motion", { viewport: WIDE, reducedMotion: "reduce" }, async (page) => {
    const focused = () =>
      page.evaluate(() => document.activeElement?.id || (document.activeElement as HTMLInputElement).value);
    await chooseSizes(page, []);
    // from the top
    await page.locator("h1").click();
    const seen: string[] = [];
    for (let i = 0; i < 20 && seen.at(-1) !== "run"; i++) {
      await page.keyboard.press("Tab");
      seen.push(await focused());
      if (seen.at(-1) === "64" || seen.at(-1) === "1024") await page.keyboard.press("Space");
      if (seen.at(-1) === "rounds") await page.keyboard.press("Home");
    }
    deepEqual(seen.slice(0, 3), ["family", "f32", "16"]);
    equal(seen.at(-1), "run");
    // where the focus is can be seen
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineWidth);
    equal(outline, "3px");
    await page.keyboard.press("Enter");
    equal(await focused(), "stop");
    await untilStatus(page, /^Done/);
    equal(await page.locator("tbody").count(), 2);
    equal(await focused(), "run");
  });

  await visit("with nothing chosen", { viewport: WIDE }, async (page) => {
    await chooseSizes(page, []);
    await page.getByRole("button", { name: "Run" }).click();
    equal(await status(page).textContent(), "Choose at least one size.");
  });
} finally {
  await browser.close();
  await server.close();
}
