// npm run bench [-- family … --classes 64,131072 --rounds 9 --passes 1 --quick --save file.json]
//
// Every contestant of a case takes a turn in each of several rounds, so that what the machine does meanwhile hits all alike;
// a ratio is taken round by round, and its median and quartiles are told. Beside each speed stands the measured error.

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import * as logratio from "../dist/index.js";
import { sizeOf } from "../scripts/sizes.js";
import { measureColdStart } from "./coldStart.js";
import { familiesNamed, titleOf } from "./families.js";
import type { Family } from "./family.js";
import {
  copyOf,
  exactOf,
  fastestApart,
  inMemoryOf,
  makeRows,
  measureCase,
  printTable,
  type Result,
  shownRatio,
} from "./harness.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    classes: { type: "string", default: "16,64,1024,8192,32768,131072,1048576" },
    rounds: { type: "string", default: "9" },
    passes: { type: "string", default: "1" },
    quick: { type: "boolean", default: false },
    save: { type: "string" },
  },
});

const ROUNDS = flags.quick ? 2 : Number(flags.rounds);
const MILLISECONDS = flags.quick ? 1 : 12;

async function runCase(family: Family, type: "f32" | "f64", classes: number): Promise<Result[]> {
  const rows = makeRows(type, classes, family);
  const simd = logratio.createEngineSync({ backend: "simd" });
  const js = logratio.createEngineSync({ backend: "js" });
  const relaxed = await logratio.createEngine({ backend: "relaxed" });
  const relaxedRows = inMemoryOf(relaxed, rows);
  const [own, ofJs, copied, plainLoop] = [inMemoryOf(simd, rows), inMemoryOf(js, rows), copyOf(rows), copyOf(rows)];
  const loop = fastestApart(family.loop, plainLoop);
  const contestants: Record<string, () => unknown> = {
    loop: () => loop(plainLoop),
    "simd, in its memory": () => family.call(logratio, own),
    // only where there is relaxed SIMD: not on Node 20
    ...(relaxed.backend === "relaxed" && { "relaxed, in its memory": () => family.call(logratio, relaxedRows) }),
    "simd, copied in": () => family.call(logratio, copied),
    js: () => family.call(logratio, ofJs),
  };

  const results = await measureCase(family, rows, exactOf(family, rows), contestants, ROUNDS, MILLISECONDS);
  for (const engine of [simd, js, relaxed]) engine.dispose();
  return results;
}

const columns: [string, (result: Result) => string][] = [
  ["classes", ({ classes }) => String(classes)],
  ["", ({ contestant }) => contestant.padEnd(22)],
  ["ns per call", ({ nanosecondsPerCall }) => nanosecondsPerCall.toFixed(0)],
  ["ns per class", ({ nanosecondsPerCall, classes }) => (nanosecondsPerCall / classes).toFixed(3)],
  ["GB/s", ({ gigabytesPerSecond }) => gigabytesPerSecond.toFixed(2)],
  ["× loop", ({ ratio }) => shownRatio(ratio)],
  ["error", ({ error }) => error.toExponential(1)],
];

/** Of all passes: for each case that in which the loop took the least time. What disturbs a machine for minutes disturbs all rounds of a case. */
const least = new Map<string, Result[]>();
for (let pass = 0; pass < Number(flags.passes); pass++) {
  for (const family of familiesNamed(positionals)) {
    for (const type of ["f32", "f64"] as const) {
      const title = titleOf(family, type);
      console.log(`\n${title}`);
      const all: Result[] = [];
      for (const classes of flags.classes.split(",").map(Number)) {
        const results = await runCase(family, type, classes);
        const key = `${title}, ${classes}`;
        const [{ nanosecondsPerCall }] = least.get(key) ?? [{ nanosecondsPerCall: Number.POSITIVE_INFINITY }];
        if (results[0].nanosecondsPerCall < nanosecondsPerCall) least.set(key, results);
        all.push(...results);
      }
      printTable(columns, all);
    }
  }
}

const coldStart = measureColdStart(flags.quick ? 3 : 21);
const size = await sizeOf("everything");
console.log(
  `\nimport and a first result, cold: ${coldStart.added.map((ms) => ms.toFixed(1)).join(" … ")} ms more than an empty script, which takes ${coldStart.empty.toFixed(1)}`,
);
console.log(`everything in an application, minified and gzipped, with the kernels: ${(size / 1024).toFixed(1)} KiB`);

if (flags.save) {
  const machine = { cpu: cpus()[0].model.trim(), cores: cpus().length, node: process.version, v8: process.versions.v8 };
  const command = `npm run bench -- ${process.argv.slice(2).join(" ")}`;
  writeFileSync(
    flags.save,
    `${JSON.stringify({ command, machine, coldStart, size, results: [...least.values()].flat() }, null, 1)}\n`,
  );
}
