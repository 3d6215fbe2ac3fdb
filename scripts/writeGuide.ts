// npm run guide: runs the blocks of docs/guide.md, writes what they print below them, and draws the guide's plots.

import { readFileSync, writeFileSync } from "node:fs";
import { blocksOf, checkTypes, run, withOutputs } from "./guide/blocks.js";
import { plots } from "./guide/plots.js";

const name = "docs/guide.md";
const root = new URL("../", import.meta.url);
const markdown = readFileSync(new URL(name, root), "utf8");

const blocks = blocksOf(name, markdown);
checkTypes({ name, blocks });
writeFileSync(new URL(name, root), withOutputs(name, markdown, run(name, blocks)));
for (const [plot, draw] of Object.entries(plots)) {
  writeFileSync(new URL(`docs/plots/${plot}.svg`, root), draw());
}
