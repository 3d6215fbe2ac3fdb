import { execFileSync } from "node:child_process";
import { basename, dirname } from "node:path";
import { build } from "vite";
import { COMMAND } from "./compare/paths.js";

/** Before all tests: what they start as it is built, from the sources as they are. */
export default async function buildForTests(): Promise<void> {
  // engines start the built worker
  execFileSync("npm", ["run", "build:worker"], { stdio: "pipe" });
  const output = { entryFileNames: basename(COMMAND), chunkFileNames: "[name].js" };
  const target = { ssr: "src/cli/index.ts", outDir: dirname(COMMAND), emptyOutDir: true, rolldownOptions: { output } };
  await build({
    configFile: false,
    logLevel: "silent",
    ssr: { noExternal: true, external: ["bullmq", "ioredis"] },
    build: target,
  });
}
