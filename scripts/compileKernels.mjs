// Compiles the targets of asconfig.json, all at once: the compiler uses one core.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const compiler = fileURLToPath(import.meta.resolve("assemblyscript/bin/asc.js"));
const { targets } = JSON.parse(readFileSync("asconfig.json", "utf8"));

await Promise.all(
  Object.keys(targets).map(async (target) => {
    const [code] = await once(spawn(process.execPath, [compiler, "--target", target], { stdio: "inherit" }), "exit");
    if (code !== 0) throw new Error(`asc --target ${target} failed`);
  }),
);
