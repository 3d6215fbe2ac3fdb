// The page that compares models.

import { equal, match, ok } from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeNpy, writeTokens } from "../../src/compare/index.js";
import { command, saved, start } from "./reports.js";
import { checkPage, PHONE, type Visit } from "./visits.js";

/** `folder` is for its files. Gives what is saved of the example. */
export async function visitCompare(visit: Visit, folder: string): Promise<string | undefined> {
  let example: string | undefined;
  const inFolder = (names: readonly string[]) => names.map((name) => join(folder, name));

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

  await visit("compare: the page compares as the command does", "compare.html", {}, async (page) => {
    await page.setInputFiles("#files", inFolder(names));
    await page.setInputFiles("#tokens", join(folder, "tokens.npy"));
    await start(page).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Done.").waitFor();
    const args = ["compare", ...names, "--tokens", "tokens.npy", "--json", "-"];
    const written = command(folder, ...args);
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
      command(folder, "top", names[i], "--top-logprobs", "5", "--out", list);
    }
    await page.setInputFiles("#files", inFolder(lists));
    await start(page).click();
    await page.getByText("Done.").waitFor();
    const args = ["compare", ...lists, "--json", "-"];
    equal(await saved(page, /JSON/), command(folder, ...args));
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
    example = await saved(page, /JSON/);
    equal(JSON.parse(example).ranking.join(), "rounded-fine,rounded-coarse");
  });
  return example;
}
