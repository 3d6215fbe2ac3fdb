// Removes from dist the declarations that the package's entries do not lead to: tsc writes one for every module.

import { readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

const needed = new Set();

function need(path) {
  if (needed.has(path)) return;
  needed.add(path);
  for (const [, name] of readFileSync(path, "utf8").matchAll(/\b(?:from|import\()\s*"(\.[^"]+)\.js"/g)) {
    need(join(dirname(path), `${name}.d.ts`));
  }
}

for (const entry of ["", "compare", "families", "evidence", "sparse", "counts", "shards", "queue"])
  need(join("dist", entry, "index.d.ts"));

function prune(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) prune(path);
    // those of the binaries are public themselves
    else if (path.endsWith(".d.ts") && !path.endsWith(".wasm.d.ts") && !needed.has(path)) rmSync(path);
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

prune("dist");
