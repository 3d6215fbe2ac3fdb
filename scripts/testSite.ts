// Uses the pages of site/ as a person would, in Chromium and Firefox:
//
//     npm run test:site -- --only "words of a name" --pictures folder
//     npm run test:site -- --save bench/site.json

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { visitCompare } from "./site/compare.js";
import { visitCounts } from "./site/counts.js";
import { visitInFirefox } from "./site/firefox.js";
import { visitGuide } from "./site/guide.js";
import { visitPages } from "./site/pages.js";
import { serveSite } from "./site/server.js";
import { startVisits } from "./site/visits.js";

const { values: flags } = parseArgs({
  options: { pictures: { type: "string" }, only: { type: "string", default: "" }, save: { type: "string" } },
});

const server = await serveSite();
const settings = { origin: server.origin, only: flags.only, pictures: flags.pictures };
const folder = await mkdtemp(join(tmpdir(), "logratio-site-"));
const chromium = await startVisits(settings);
try {
  await visitPages(chromium.visit);
  await visitGuide(chromium.visit);
  const example = await visitCompare(chromium.visit, folder);
  await visitCounts(chromium.visit, folder);
  const firefox = await visitInFirefox(settings, example);
  if (flags.save) {
    const { version, tried } = chromium;
    const rows = [
      { browser: "Chromium", version, tried },
      { browser: "Firefox", ...firefox },
    ];
    await writeFile(flags.save, `${JSON.stringify(rows, null, 2)}\n`);
  }
} finally {
  await chromium.close();
  await server.close();
  await rm(folder, { recursive: true });
}
