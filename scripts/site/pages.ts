// Every page, light and dark, wide and narrow; what the first one loads.

import { ok } from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import { checkDark, checkPage, PHONE, showFigures, type Visit, WIDE } from "./visits.js";

export const PATHS = ["index", "guide", "compare", "counts", "benchmark", "api"];

/** What a reader who has never been here may have to load for the first page, in bytes. */
const HOME_BYTES = 150_000;

export async function visitPages(visit: Visit): Promise<void> {
  for (const path of PATHS) {
    for (const viewport of [WIDE, PHONE]) {
      const name = `pages: ${path}, ${viewport.width}`;
      await visit(name, `${path}.html`, { viewport, reducedMotion: "reduce" }, async (page, takePicture) => {
        await showFigures(page);
        await checkPage(page, name);
        await takePicture(`${name}, light`);
        await checkDark(page, name);
      });
    }
  }

  await visit("home is small", "index.html", {}, async (page) => {
    await showFigures(page);
    const bytes = (await page.evaluate(
      "performance.getEntries().reduce((sum, { encodedBodySize = 0 }) => sum + encodedBodySize, 0)",
    )) as number;
    ok(bytes > 50_000 && bytes < HOME_BYTES, `home takes ${bytes} bytes`);
  });

  await visit("a figure moves within a second", "guide.html", {}, async (page) => {
    // the best of three, each with an empty cache: others may use the machine
    for (let turn = 1; ; turn++) {
      const context = await page.context().browser()?.newContext();
      try {
        return await seeItMove(await (context as BrowserContext).newPage(), page.url());
      } catch (error) {
        if (turn === 3) throw error;
      } finally {
        await context?.close();
      }
    }
  });
}

async function seeItMove(page: Page, guide: string): Promise<void> {
  await page.goto(`${guide}#2-how-much-does-one-flip-say`);
  const first = await page.locator("[data-figure=coins] .number").first().textContent({ timeout: 1000 });
  await page.waitForFunction(
    (before) => document.querySelector("[data-figure=coins] .number")?.textContent !== before,
    first,
    { timeout: 1000 },
  );
}
