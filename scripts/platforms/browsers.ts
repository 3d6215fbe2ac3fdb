// A page that runs the cases and posts their report, in a browser that is told to open it and no more.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../../test/platforms/cases.js";
import { ISOLATION, serve } from "../browser.js";
import { start } from "./run.js";

/** The built package, and the page at its place in the tree. */
const CONTENT = {
  "/dist/": new URL("../../dist/", import.meta.url),
  "/test/platforms/": new URL("../../test/platforms/", import.meta.url),
};

/** What the page reports from a browser, which gets a profile of its own. */
export async function reportOfPage(
  command: string,
  argumentsFor: (profile: string, page: string) => string[],
  settings: { env?: NodeJS.ProcessEnv; preferences?: string } = {},
): Promise<Report> {
  const site = await serve(CONTENT, ISOLATION);
  const profile = mkdtempSync(join(tmpdir(), "logratio-profile-"));
  if (settings.preferences) writeFileSync(join(profile, "user.js"), settings.preferences);
  const args = argumentsFor(profile, `${site.origin}/test/platforms/page.html`);
  const browser = start(command, args, { HOME: profile, ...settings.env });
  try {
    const early = browser.ended.then(() => {
      throw new Error(`${command} ended before the page had reported\n${browser.output.stderr.slice(-3000)}`);
    });
    const { report, error } = (await Promise.race([site.report, early])) as { report?: Report; error?: string };
    if (report === undefined) throw new Error(error);
    return report;
  } finally {
    browser.end();
    await browser.ended.catch(() => {});
    site.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
