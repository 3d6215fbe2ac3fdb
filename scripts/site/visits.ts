// Pages of site/ in Chromium: each is opened, used as a person would, and must not complain.

import { ok } from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { startBrowser } from "../browser.js";

export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

export interface Settings {
  /** Where the pages are. */
  readonly origin: string;
  /** Words of the names of those that are visited. */
  readonly only: string;
  /** A folder for pictures of the pages as they are left. */
  readonly pictures?: string;
}

export type Visit = (
  name: string,
  path: string,
  options: BrowserContextOptions,
  use: (page: Page, takePicture: (name: string) => Promise<void>) => Promise<void>,
) => Promise<void>;

export interface Visits {
  readonly visit: Visit;
  readonly version: string;
  /** The names of what has been done. */
  readonly tried: string[];
  close(): Promise<void>;
}

export async function startVisits({ origin, only, pictures }: Settings): Promise<Visits> {
  const browser = await startBrowser();
  const tried: string[] = [];
  const visit: Visit = async (name, path, options, use) => {
    if (!name.includes(only)) return;
    const start = performance.now();
    const context = await browser.newContext({ viewport: WIDE, ...options });
    const complaints: string[] = [];
    context.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    context.on("weberror", (error) => complaints.push(String(error.error())));
    const page = await context.newPage();
    const takePicture = async (what: string) => {
      if (pictures) await page.screenshot({ path: join(pictures, `${what}.png`), fullPage: true });
    };
    try {
      await page.goto(origin + path);
      await use(page, takePicture);
      ok(complaints.length === 0, `${name}: ${complaints.join("; ")}`);
    } finally {
      await takePicture(name);
      await context.close();
    }
    tried.push(name);
    console.log(`${name}: ${Math.round(performance.now() - start)} ms`);
  };
  return { visit, version: browser.version(), tried, close: () => browser.close() };
}

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Brings figures near the screen, all of them where none is named, so that they are there. */
export async function showFigures(page: Page, ...names: readonly string[]): Promise<void> {
  const selector = names.map((name) => `[data-figure=${name}]`).join() || "[data-figure]";
  for (const figure of await page.locator(selector).all()) {
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
export async function checkPage(page: Page, name: string): Promise<void> {
  const beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  ok(Number(beyond) <= 0, `${name} is ${beyond} pixels wider than the screen`);
  await page.evaluate((most) => {
    const articles = [...document.querySelectorAll("article")];
    const step = Math.ceil(articles.length / most);
    for (const [i, article] of articles.entries()) if (i % step > 0) article.remove();
  }, ARTICLES_LOOKED_AT);
  await page.addScriptTag({ path: axe });
  await checkFindings(page, name, {});
}

/** The colours of a page that has been checked, in the other theme. */
export async function checkDark(page: Page, name: string): Promise<void> {
  await page.emulateMedia({ colorScheme: "dark" });
  await checkFindings(page, `${name}, dark`, { runOnly: ["color-contrast"] });
}

async function checkFindings(page: Page, name: string, options: object): Promise<void> {
  const findings = (await page.evaluate(
    `axe.run(${JSON.stringify(options)}).then(({ violations }) => violations)`,
  )) as Finding[];
  const serious = findings.filter(({ impact }) => impact === "serious" || impact === "critical");
  const shown = serious.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 120))}`);
  ok(serious.length === 0, `${name}: ${shown.join("\n")}`);
}
