// npm run bench:kept [-- family … --rounds 9]
//
// Whether each kernel is still as fast beside the others as bench/results.json says, which is saved with the commit that made it so. One
// that has lost more than 10 % beyond the noise is told in a way that nobody overlooks. Information: a speed never decides.
//
// The measure is what all kernels have lost or won alike, which is the machine's doing. A plain loop would be none: V8 makes one of two
// programs of the same exponentials, one of which takes half as long again.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import * as logratio from "../dist/index.js";
import { FAMILIES, familiesNamed, titleOf } from "./families.js";
import type { Family } from "./family.js";
import { inMemoryOf, makeRows, measureInTurns, median, quantile, type Result } from "./harness.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "9" } },
});
const ROUNDS = Number(flags.rounds);
const MILLISECONDS = 4;
/** Of the speed that was saved. */
const KEPT = 0.9;
/** A fall is measured again, and told if it never goes away: luck with memory or with the compiler seldom comes back. */
const TIMES = 4;

const { results } = JSON.parse(readFileSync(new URL("results.json", import.meta.url), "utf8")) as { results: Result[] };
const chosen = familiesNamed(positionals);

interface Kernel {
  readonly family: Family;
  readonly saved: Result;
  /** Time by that which was saved: the lower quartile, and the median. */
  lower: number;
  middle: number;
}

async function measure(family: Family, { type, classes, nanosecondsPerCall }: Result) {
  const engine = logratio.createEngineSync({ backend: "simd" });
  const rows = inMemoryOf(engine, makeRows(type, classes, family));
  const { kernel } = await measureInTurns({ kernel: () => family.call(logratio, rows) }, ROUNDS, MILLISECONDS);
  engine.dispose();
  return { lower: quantile(kernel, 0.25) / nanosecondsPerCall, middle: median(kernel) / nanosecondsPerCall };
}

const kernels: Kernel[] = [];
for (const family of FAMILIES) {
  for (const saved of results) {
    if (saved.family !== family.name || saved.input !== family.input || saved.variant !== family.variant) continue;
    if (saved.mode !== family.mode || saved.contestant !== "simd, in its memory") continue;
    kernels.push({ family, saved, ...(await measure(family, saved)) });
  }
}
const change = median(kernels.map(({ middle }) => middle));
const isFall = ({ lower }: Kernel) => lower > change / KEPT;
let fallen = kernels.filter((kernel) => isFall(kernel) && chosen.includes(kernel.family));
for (let time = 1; time < TIMES; time++) {
  for (const kernel of fallen) Object.assign(kernel, await measure(kernel.family, kernel.saved));
  fallen = fallen.filter(isFall);
}

console.log(`${kernels.length} kernels take ${change.toFixed(2)} times as long as bench/results.json says (median)`);
if (fallen.length > 0) {
  const line = "!".repeat(100);
  console.log(`\n${line}\nSLOWER than bench/results.json says, by more than 10 % beside the others:\n`);
  for (const { family, saved, middle } of fallen) {
    console.log(`  ${titleOf(family, saved.type)}: ${(middle / change).toFixed(2)} times as long`);
  }
  console.log(`\nFind out why, or save new ones and say so in CHANGELOG.md.\n${line}`);
}
