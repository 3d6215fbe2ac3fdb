// The page that compares counts.

import { equal, match, ok } from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { command, saved, start } from "./reports.js";
import { checkPage, PHONE, type Visit } from "./visits.js";

/** `folder` is for its files. */
export async function visitCounts(visit: Visit, folder: string): Promise<void> {
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
    equal(await saved(page, /JSON/), command(folder, ...args));
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
}
