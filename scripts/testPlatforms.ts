// The same list of cases (test/platforms/cases.ts) on every platform, from the built package, and whether all bits of the results are
// those of the Node that runs this:
//
//     npm run test:platforms -- --only node22,chromium --save bench/platforms.json
//
// What is missing is installed: see platforms/install.ts. Linux on x64 alone.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "vite";
import { DEFINITIONS } from "../test/definitions.js";
import type { Report, Run } from "../test/platforms/cases.js";
import type { FilesRun } from "../test/platforms/files.js";
import { writeFiles } from "./platforms/files.js";
import { type Outcome, PLATFORMS, type Platform } from "./platforms/platforms.js";

interface Row {
  platform: string;
  version: string;
  /** What an engine is that nothing was asked of. */
  backend: string;
  threads: number;
  threadsReason: string;
  cases: number;
  /** Of files, opened in all ways that there are. */
  comparisons: number;
  /** Of each backend, with one thread and with two. */
  digests: string;
  isEqual: boolean;
  seconds: number;
}

const { values: options } = parseArgs({ options: { only: { type: "string" }, save: { type: "string" } } });
const asked = options.only?.split(",") ?? Object.keys(PLATFORMS);
const unknown = asked.filter((name) => !(name in PLATFORMS));
if (unknown.length > 0) throw new Error(`--only: no ${unknown}; there are ${Object.keys(PLATFORMS)}`);
if (`${process.platform} ${process.arch}` !== "linux x64") throw new Error("the platforms are those of Linux on x64");

await build({
  configFile: false,
  logLevel: "warn",
  root: fileURLToPath(new URL("../", import.meta.url)),
  // the data alone: not the sources that it comes from
  plugins: [
    {
      name: "definitions",
      load: (id) =>
        id.endsWith("/test/definitions.ts") ? `export const DEFINITIONS = ${JSON.stringify(DEFINITIONS)};` : undefined,
    },
  ],
  build: {
    target: "es2022",
    outDir: "test/platforms/build",
    emptyOutDir: true,
    lib: { entry: ["test/platforms/cases.ts", "test/platforms/files.ts"], formats: ["es"] },
    // workerd.capnp names each file
    rolldownOptions: { output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" } },
  },
});
await writeFiles(fileURLToPath(new URL("../test/platforms/build/files/", import.meta.url)));

let expected: Run | undefined;
let expectedFiles: FilesRun | undefined;

/** The same of comparisons of files. */
function differenceOfFiles({ files }: Report): string | undefined {
  expectedFiles ??= files;
  if (files === undefined || files.digest === expectedFiles?.digest) return undefined;
  return `files: ${files.digest} instead of ${expectedFiles?.digest}`;
}

/** Where a run differs from what is expected, in words. */
function differenceOf(run: Run): string | undefined {
  expected ??= run;
  if (run.digest === expected.digest) return undefined;
  const { parts } = expected;
  const part = Object.keys(parts).find((name) => run.parts[name] !== parts[name]);
  return `${run.backend}, ${run.threads} threads: ${run.digest} instead of ${expected.digest}, from "${part}" on`;
}

function rowOf({ title }: Platform, { version, report }: Outcome): Row {
  const { backend, runs } = report;
  const differences = [...runs.map(differenceOf), differenceOfFiles(report)].filter(
    (difference) => difference !== undefined,
  );
  for (const difference of differences) console.error(`${title} ${version}: ${difference}`);
  const { threads, threadsReason } = runs.reduce((most, run) => (run.threads > most.threads ? run : most), runs[1]);
  return {
    platform: title,
    version,
    backend,
    threads,
    threadsReason,
    cases: runs[0].cases,
    comparisons: report.files?.count ?? 0,
    digests: [...new Set(runs.map((run) => run.digest))].join(", "),
    isEqual: differences.length === 0,
    seconds: Math.round(runs.reduce((all, run) => all + run.milliseconds, 0) / 100) / 10,
  };
}

const rows: Row[] = [];
// the first is what the others are compared with
for (const name of new Set(["node", ...asked])) {
  const platform = PLATFORMS[name];
  try {
    const row = rowOf(platform, await platform.run());
    rows.push(row);
    const { version, backend, threads, threadsReason, cases, comparisons, digests, isEqual, seconds } = row;
    console.log(
      `${platform.title} ${version}: ${backend}, ${threads} threads (${threadsReason}), ${cases} cases, ${comparisons} comparisons of files, ${digests} ${isEqual ? "equal" : "DIFFERENT"}, ${seconds} s`,
    );
    if (!isEqual) process.exitCode = 1;
  } catch (error) {
    process.exitCode = 1;
    console.error(`${platform.title}: ${error instanceof Error ? error.message : error}`);
  }
}
if (options.save) writeFileSync(options.save, `${JSON.stringify(rows, null, 2)}\n`);
