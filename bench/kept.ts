// npm run bench:kept [-- family … --rounds 9]
//
// Whether the kernels are still as many times faster than a plain loop as bench/results.json says, which is saved with the commit that
// made them so. A fall of more than 10 % beyond the noise of both is told in a way that nobody overlooks. Information: a speed never
// decides, and another machine may have other ratios.

import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import * as logratio from "../dist/index.js";
import { FAMILIES } from "./families.js";
import type { Family } from "./family.js";
import {
  compiledApart,
  copyOf,
  inMemoryOf,
  makeRows,
  measureInTurns,
  type Result,
  ratioOf,
  shownRatio,
} from "./harness.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "9" } },
});
const ROUNDS = Number(flags.rounds);
const MILLISECONDS = 4;
/** Of the ratio that was saved. */
const KEPT = 0.9;
/** A fall is measured again, and told if it never goes away: luck with memory or with the compiler seldom comes back. */
const TIMES = 3;

const { machine, results } = JSON.parse(readFileSync(new URL("results.json", import.meta.url), "utf8")) as {
  machine: { cpu: string };
  results: Result[];
};
const known = new Set(FAMILIES.map(({ name }) => name));
for (const name of positionals) {
  if (!known.has(name)) throw new RangeError(`no family "${name}"; there are ${[...known].join(", ")}`);
}

/** Time of the plain loop by that of the kernel, in the engine's memory: median and both quartiles. */
async function measure(family: Family, { type, classes }: Result): Promise<Result["ratio"]> {
  const rows = makeRows(type, classes, family);
  const engine = logratio.createEngineSync({ backend: "simd" });
  const [held, copied, loop] = [inMemoryOf(engine, rows), copyOf(rows), compiledApart(family.loop)];
  const contestants = { loop: () => loop(copied), kernel: () => family.call(logratio, held) };
  await measureInTurns(contestants, 2, MILLISECONDS);
  const times = await measureInTurns(contestants, ROUNDS, MILLISECONDS);
  engine.dispose();
  return ratioOf(times.loop, times.kernel);
}

const fallen: string[] = [];
let count = 0;
for (const family of FAMILIES) {
  if (positionals.length > 0 && !positionals.includes(family.name)) continue;
  for (const saved of results) {
    const isIts = saved.family === family.name && saved.input === family.input;
    if (!isIts || saved.variant !== family.variant || saved.mode !== family.mode) continue;
    if (saved.contestant !== "simd, in its memory") continue;
    count++;
    let now = await measure(family, saved);
    const isFall = () => now[2] < KEPT * saved.ratio[1];
    for (let time = 1; time < TIMES && isFall(); time++) now = await measure(family, saved);
    if (!isFall()) continue;
    const what = [family.name, family.input && `from ${family.input}`, family.mode, family.variant, saved.type];
    const times = `${shownRatio(now)} times a plain loop's speed, not ${shownRatio(saved.ratio)}`;
    fallen.push(`${what.filter(Boolean).join(", ")}: ${times}`);
  }
}
if (count === 0)
  throw new Error("bench/results.json has none of these families: npm run bench -- --save bench/results.json");

if (fallen.length === 0) console.log(`All ${count} kernels are as fast beside a plain loop as in bench/results.json`);
else {
  const { model } = cpus()[0];
  const where = model.trim() === machine.cpu ? "" : ` (saved on ${machine.cpu}; this is ${model.trim()})`;
  const line = "!".repeat(100);
  console.log(`\n${line}\nSLOWER than what bench/results.json says, by more than 10 %${where}:\n`);
  for (const each of fallen) console.log(`  ${each}`);
  console.log(`\nFind out why, or save new ones and say so in CHANGELOG.md.\n${line}`);
}
