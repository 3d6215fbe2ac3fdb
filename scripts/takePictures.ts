// docs/pictures, from the pages of site/: npm run pictures.

import { writeFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { startBrowser } from "./browser.js";
import { serveSite } from "./site/server.js";

/** More bytes are too many for a README. */
const MOST = 60_000;

/** Chromium's own screenshots, for it writes WebP. */
async function take(page: Page, selector: string, name: string): Promise<void> {
  const element = page.locator(selector);
  await element.scrollIntoViewIfNeeded();
  // what was out of sight is painted some frames later
  await page.waitForTimeout(1000);
  const clip = await element.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x: x + scrollX, y: y + scrollY, width, height, scale: 1 };
  });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", {
    ...{ format: "webp", quality: 85, clip },
  });
  const bytes = Buffer.from(data, "base64");
  if (bytes.length > MOST) throw new Error(`${name} has ${bytes.length} bytes, more than ${MOST}`);
  await writeFile(new URL(`../docs/pictures/${name}.webp`, import.meta.url), bytes);
  console.log(`${name}.webp: ${bytes.length} bytes`);
}

const site = await serveSite();
const browser = await startBrowser();
try {
  const page = await browser.newPage({
    ...{ viewport: { width: 960, height: 715 }, colorScheme: "light", reducedMotion: "reduce" },
  });
  await page.goto(`${site.origin}index.html`);
  await page.locator("[data-figure=coins] .numbers").waitFor();
  await take(page, "[data-figure=coins]", "coins");
  for (const [path, example, name] of [
    ["compare", "Try it with an example", "models"],
    ["counts", "Example: two tables", "counts"],
  ]) {
    await page.goto(`${site.origin}${path}.html`);
    await page.getByRole("button", { name: example }).click();
    await page.frameLocator("iframe.report").locator("figure").first().waitFor();
    await take(page, "iframe.report", name);
  }
} finally {
  await browser.close();
  await site.close();
}
