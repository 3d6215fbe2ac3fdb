// Writes the README's tables (tables/) and bench/peers/RESULTS.md from runs of the benchmarks and on all platforms:
//
//     npm run bench -- --classes 131072 --rounds 61 --save bench/results.json
//     npm run bench:batches -- --save bench/batches.json
//     npm run bench:counts -- --save bench/counts.json
//     npm run bench:threads -- --save bench/threads.json
//     npm run bench:peers -- --save
//     npm run test:bundlers -- --save bench/bundlers.json
//     npm run test:platforms -- --save bench/platforms.json
//     npm run tables

import { readFileSync, writeFileSync } from "node:fs";
import { batchesText } from "./tables/batches.mjs";
import { bundlersText } from "./tables/bundlers.mjs";
import { countsText } from "./tables/counts.mjs";
import { peersText } from "./tables/peers.ts";
import { peersResults } from "./tables/peersResults.ts";
import { platformsText } from "./tables/platforms.mjs";
import { speedText } from "./tables/speed.mjs";
import { threadsText } from "./tables/threads.mjs";

let readme = readFileSync("README.md", "utf8");
for (const [what, text] of [
  ["table of speed and error", speedText()],
  ["tables of batches", batchesText()],
  ["table of counts", countsText()],
  ["tables of peers", peersText()],
  ["table of threads", threadsText()],
  ["table of bundlers", bundlersText()],
  ["table of platforms", platformsText()],
]) {
  const marked = new RegExp(`(<!-- ${what}: scripts/writeTables.mjs -->\\n)[\\s\\S]*?(\\n<!-- end -->)`);
  if (!marked.test(readme)) throw new Error(`README.md has no place for the ${what}`);
  readme = readme.replace(marked, (_, start, end) => `${start}\n${text}\n${end}`);
}
writeFileSync("README.md", readme);
writeFileSync("bench/peers/RESULTS.md", peersResults());
