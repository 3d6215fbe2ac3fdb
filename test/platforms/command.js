// The cases in Node, Bun and Deno: the report is the last line.

import { fileURLToPath } from "node:url";
import * as compare from "../../dist/compare/index.js";
import * as logratio from "../../dist/index.js";
import { runPlatform } from "./build/cases.js";
import { runFiles } from "./build/files.js";

const report = await runPlatform(logratio);
const files = await runFiles(compare, async (name) => ({
  path: fileURLToPath(new URL(`build/files/${name}`, import.meta.url)),
}));
console.log(JSON.stringify({ ...report, files }));
