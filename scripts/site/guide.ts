// The figures of the guide.

import { ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { showFigures, type Visit } from "./visits.js";

const numberIn = async (page: Page, figure: string, i: number) =>
  (await page.locator(`[data-figure=${figure}] .number`).nth(i).textContent()) as string;

/** Sets a slider as a person who drags it would. */
const slide = (page: Page, figure: string, i: number, value: number) =>
  page.locator(`[data-figure=${figure}] input[type=range]`).nth(i).fill(String(value));

export async function visitGuide(visit: Visit): Promise<void> {
  await visit("the coins settle on KL", "guide.html", { reducedMotion: "reduce" }, async (page) => {
    await showFigures(page, "coins");
    await slide(page, "coins", 0, 0.8);
    ok(page.url().includes("coins.p=0.8"), page.url());
    const [ratio, kl, error] = await Promise.all([1, 2, 3].map((i) => numberIn(page, "coins", i)));
    ok(Math.abs(Number(kl) - 0.1927) < 1e-4, kl);
    ok(Math.abs(Number(ratio) - Number(kl)) < 5 * Number(error), ratio);
    await page.reload();
    await showFigures(page, "coins");
    ok((await numberIn(page, "coins", 2)) === kl, "the address does not keep the figure");
  });

  await visit("bars are moved by keys", "guide.html", { reducedMotion: "reduce" }, async (page) => {
    await showFigures(page, "terms");
    const bar = page.getByRole("slider", { name: "q of a", exact: true });
    await bar.focus();
    await page.keyboard.press("Home");
    ok((await numberIn(page, "terms", 0)) === "∞", "KL with q = 0 is infinite");
    ok((await page.locator("[data-figure=terms] .note").textContent())?.includes("infinite"), "and the page says why");
    await page.getByRole("button", { name: "Make them equal" }).click();
    ok((await numberIn(page, "terms", 0)) === "0", "KL of equal distributions is 0");
  });

  await visit("bars are dragged", "guide.html", { reducedMotion: "reduce" }, async (page) => {
    await showFigures(page, "terms");
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
    await showFigures(page, "sequential", "floating");
    await slide(page, "sequential", 2, 0.1);
    const wrong = Number.parseFloat(await numberIn(page, "sequential", 1));
    ok(wrong > 2 && wrong < 13, `${wrong} %`);
    await slide(page, "floating", 0, -6);
    const [plain, kernel] = await Promise.all([3, 4].map((i) => numberIn(page, "floating", i)));
    const read = (text: string) => Math.abs(Number(text.replaceAll("−", "-")));
    ok(read(plain) > 1 && read(kernel) < 1e-6, `${plain} and ${kernel}`);
  });
}
