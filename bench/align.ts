// npm run bench:align [-- --keys 1000000]
//
// Two Maps of as many keys, half of them in both: align, smooth and jsDivergence, beside what a Map from key to index over both takes by
// itself. In turns, the best of several.

import { parseArgs } from "node:util";
import { align, smooth } from "../dist/counts/index.js";
import { jsDivergence } from "../dist/index.js";

const { values: flags } = parseArgs({ options: { keys: { type: "string", default: "1000000" } } });
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

const best = [indexKeys, compare].map((run) => ({ run, milliseconds: Number.POSITIVE_INFINITY, result: 0 }));
for (let round = 0; round < 9; round++) {
  for (const contestant of best) {
    const start = performance.now();
    contestant.result = contestant.run();
    contestant.milliseconds = Math.min(contestant.milliseconds, performance.now() - start);
  }
}
const [index, whole] = best;
console.log(`${index.result.toLocaleString("en")} keys of two Maps of ${size.toLocaleString("en")} each`);
console.log(`the index of all keys       ${index.milliseconds.toFixed(0).padStart(6)} ms`);
console.log(`align, smooth, jsDivergence ${whole.milliseconds.toFixed(0).padStart(6)} ms, JS ${whole.result}`);
console.log(`ratio ${(whole.milliseconds / index.milliseconds).toFixed(2)}`);
