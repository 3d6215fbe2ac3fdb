// Writes the tables (tables/) of README.md, docs/performance.md and docs/platforms.md, and bench/peers/RESULTS.md, from runs of the
// benchmarks and on all platforms:
//
//     npm run bench -- --classes 131072 --rounds 61 --save bench/results.json
//     npm run bench:batches -- --save bench/batches.json
//     npm run bench:counts -- --save bench/counts.json
//     npm run bench:threads -- --save bench/threads.json
//     npm run bench:peers -- --save
//     npm run test:bundlers -- --save bench/bundlers.json
//     npm run test:platforms -- --save bench/platforms.json
//     npm run test:site -- --save bench/site.json
//     npm run tables

import { readFileSync, writeFileSync } from "node:fs";
import { batchesText } from "./tables/batches.mjs";
import { bundlersText } from "./tables/bundlers.mjs";
import { countsText } from "./tables/counts.mjs";
import { peersText } from "./tables/peers.ts";
import { peersResults } from "./tables/peersResults.ts";
import { platformsText } from "./tables/platforms.mjs";
import { siteText } from "./tables/site.mjs";
import { speedSummary, speedText } from "./tables/speed.mjs";
import { threadsText } from "./tables/threads.mjs";

const PERFORMANCE = "docs/performance.md";
const PLATFORMS = "docs/platforms.md";
for (const [page, what, text] of [
  ["README.md", "summary of speed", speedSummary()],
  [PERFORMANCE, "table of speed and error", speedText()],
  [PERFORMANCE, "tables of batches", batchesText()],
  [PERFORMANCE, "table of counts", countsText()],
  [PERFORMANCE, "tables of peers", peersText()],
  [PERFORMANCE, "table of threads", threadsText()],
  [PLATFORMS, "table of bundlers", bundlersText()],
  [PLATFORMS, "table of platforms", platformsText()],
  [PLATFORMS, "table of the site", siteText()],
]) {
  const before = readFileSync(page, "utf8");
  const marked = new RegExp(`(<!-- ${what}: scripts/writeTables.mjs -->\\n)[\\s\\S]*?(<!-- end -->)`);
  if (!marked.test(before)) throw new Error(`${page} has no place for the ${what}`);
  writeFileSync(
    page,
    before.replace(marked, (_, start, end) => `${start}\n${text}\n\n${end}`),
  );
}
writeFileSync("bench/peers/RESULTS.md", peersResults());
