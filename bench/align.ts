// npm run bench:align [-- --keys 1000000 --rounds 15]
//
// Two Maps of as many keys, half of them in both: align, smooth and jsDivergence, beside what a Map from key to index over both takes by
// itself. All take a turn in each round; ratios are taken round by round: their median, and the quartiles.

import { parseArgs } from "node:util";
import { align, smooth } from "../dist/counts/index.js";
import { jsDivergence } from "../dist/index.js";
import { measureInTurns, median, ratioOf, shownRatio } from "./harness.js";

const { values: flags } = parseArgs({
  options: { keys: { type: "string", default: "1000000" }, rounds: { type: "string", default: "15" } },
});
const size = Number(flags.keys);

/** Words of their own in both, in an order of their own. */
function makeCounts(from: number, stride: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < size; i++) counts.set(`word ${from + ((i * stride) % size)}`, 1 + (i % 7));
  return counts;
}

const [a, b] = [makeCounts(0, 7919), makeCounts(size / 2, 104_729)];

function indexKeys(): number {
  const places = new Map<string, number>();
  for (const counts of [a, b]) for (const key of counts.keys()) if (!places.has(key)) places.set(key, places.size);
  return places.size;
}

function compare(): number {
  const [p, q] = align(a, b).counts.map(
    (counts) => smooth(counts, { method: "addConstant", constant: "jeffreys" }).probabilities,
  );
  return jsDivergence(p, q);
}

const times = await measureInTurns({ indexKeys, compare }, Number(flags.rounds), 1);
const line = (name: string, nanoseconds: number[]) =>
  console.log(`${name.padEnd(28)}${(median(nanoseconds) / 1e6).toFixed(0).padStart(6)} ms`);
console.log(
  `${indexKeys().toLocaleString("en")} keys of two Maps of ${size.toLocaleString("en")} each, JS ${compare()}`,
);
line("the index of all keys", times.indexKeys);
line("align, smooth, jsDivergence", times.compare);
console.log(`ratio ${shownRatio(ratioOf(times.compare, times.indexKeys))}`);
