// What pages that compare have in common.

import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";

const cli = new URL("../../dist/cli.js", import.meta.url).pathname;

/** What the command writes, in a folder. */
export const command = (folder: string, ...args: readonly string[]): string =>
  execFileSync("node", [cli, ...args], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

export const start = (page: Page) => page.getByRole("button", { name: "Compare", exact: true });
export const saved = async (page: Page, label: RegExp) => {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: label }).click(),
  ]);
  return readFile(await download.path(), "utf8");
};
