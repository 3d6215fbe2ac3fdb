// npm run reference: docs/api anew, from the docstrings.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readApi } from "./api.js";
import { makePages } from "./pages.js";

const FOLDER = "docs/api";

const { entries, warnings } = await readApi();
rmSync(FOLDER, { recursive: true, force: true });
for (const [path, text] of makePages(entries)) {
  const file = join(FOLDER, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
for (const warning of warnings) console.warn(warning);
