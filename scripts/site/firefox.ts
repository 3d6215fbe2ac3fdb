// Pages of site/ in Firefox, by WebDriver BiDi: all of them load, a figure moves, and a comparison has the bits of Chromium.

import { equal, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { FIREFOX } from "../browser.js";
import { debianPackages } from "../platforms/install.js";
import { PATHS } from "./pages.js";
import { type Settings, type Visits, WIDE } from "./visits.js";

/** `expected` is what Chromium saves of the example of the page that compares models; undefined where that was not asked for. */
export async function visitInFirefox(
  { origin, only }: Settings,
  expected: string | undefined,
): Promise<Pick<Visits, "version" | "tried">> {
  debianPackages(["firefox-esr"], () => existsSync(FIREFOX));
  let browser: Browser | undefined;
  const tried: string[] = [];
  const visit = async (name: string, paths: readonly string[], use: (page: Page) => Promise<unknown>) => {
    if (!name.includes(only)) return;
    const begin = performance.now();
    browser ??= await puppeteer.launch({ browser: "firefox", executablePath: FIREFOX });
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warn") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.setViewport(WIDE);
    for (const path of paths) {
      await page.goto(`${origin}${path}.html`);
      await use(page);
    }
    await page.close();
    ok(complaints.length === 0, `${name}, in Firefox: ${complaints.join("; ")}`);
    tried.push(name);
    console.log(`${name}, in Firefox: ${Math.round(performance.now() - begin)} ms`);
  };
  try {
    await visit("pages", PATHS, async (page) => {
      for (const figure of await page.$$("[data-figure]")) {
        await figure.scrollIntoView();
        await figure.waitForSelector(".numbers");
      }
      ok(await page.evaluate("crossOriginIsolated"), "the server gives threads");
    });

    await visit("a figure moves within a second", ["guide"], async (page) => {
      await (await page.$("[data-figure=coins]"))?.scrollIntoView();
      const number = await page.waitForSelector("[data-figure=coins] .number");
      const before = await number?.evaluate((element) => element.textContent);
      await page.waitForFunction(
        (text) => document.querySelector("[data-figure=coins] .number")?.textContent !== text,
        { timeout: 1000 },
        before,
      );
    });

    await visit("compare: the example of comparisons", ["compare"], async (page) => {
      await page.locator("::-p-aria(Try it with an example)").click();
      await page.waitForSelector("::-p-text(Done.)");
      const json = await page.$eval("a[download$=json]", async (link) =>
        (await fetch((link as HTMLAnchorElement).href)).text(),
      );
      equal(json, expected ?? json, "the bits are not those of Chromium");
    });

    await visit("counts: the examples", ["counts"], async (page) => {
      for (const label of ["Example: begin and end of a speech", "Example: two tables"]) {
        await page.locator(`::-p-aria(${label})`).click();
        await page.waitForSelector("iframe.report");
        await page.waitForSelector("::-p-text(Done.)");
      }
    });
    return { version: /[\d.]+/.exec((await browser?.version()) ?? "")?.[0] ?? "", tried };
  } finally {
    await browser?.close();
  }
}
