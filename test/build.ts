import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { BUILT } from "./compare/paths.js";

/**
 * Before all tests: what they start as it is built, from the sources as they are, and a folder for their files, which is removed after
 * them.
 */
export default async function buildForTests(): Promise<() => void> {
  // engines start the built worker
  execFileSync("npm", ["run", "build:worker"], { stdio: "pipe" });
  const input = { index: "src/cli/index.ts", package: "src/index.ts", "package-compare": "src/compare/index.ts" };
  const output = { entryFileNames: "[name].js", chunkFileNames: "chunk-[name].js" };
  const target = { ssr: true, outDir: BUILT, emptyOutDir: true, rolldownOptions: { input, output } };
  await build({
    configFile: false,
    logLevel: "silent",
    ssr: { noExternal: true, external: ["bullmq", "ioredis"] },
    build: target,
  });
  const folder = mkdtempSync(join(tmpdir(), "logratio-"));
  process.env.TEST_FILES = folder;
  return () => rmSync(folder, { recursive: true });
}
