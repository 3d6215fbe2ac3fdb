// After the build: what is not ASCII in the package's JavaScript becomes an escape. V8 keeps a module with a single such character in two
// bytes a character, and takes nearly twice as long to compile it.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

for (const name of readdirSync("dist", { recursive: true })) {
  if (!name.endsWith(".js")) continue;
  const path = join("dist", name);
  const code = readFileSync(path, "utf8");
  const ascii = code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  if (ascii !== code) writeFileSync(path, ascii);
}
