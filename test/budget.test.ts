import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sizeOf } from "../scripts/sizes.js";

// What an application pays: for the built package, in KiB, minified and gzipped, WebAssembly and its twins in JavaScript included.

// Tensors, arrays of rows, numbers of 8 and 16 bits, masks and padded vocabularies are part of every function that takes numbers: 4 KiB, of
// which 1.8 read 8 and 16 bits in WebAssembly and in JavaScript. Counts cost klDivergence 0.7, entropy 0.2, integers that are read four at a
// time everything 0.1, powers of counts 0.4, JS 0.3, f64 exponentials from a table 0.2. The largest logit and the sum of each
// chunk in one go cost 0.2, and save a pass; Hellinger's distance and χ² from one pass, and total variation of
// rows as they are, cost everything 1; batches of short rows in JavaScript, which take 0.6 of the time, 0.1. Calls of few numbers cost 0.2 to 0.3, and take half the
// time for it. Long rows of logits in one pass, which take 0.86 of the time from ordinary arrays, cost klDivergence 0.7 and entropy 0.5; rows of a
// batch whose sums differ, computed together in a fifth of the time, klDivergence 0.5 and everything 1.7, of logits as weights everything 0.6; calls with an engine that copy what they
// read, in 0.7 to 0.9 of the time, 0.1.
const BUDGET: [what: string, names: readonly string[] | "everything", kibibytes: number][] = [
  ["entropy", ["entropy"], 23.4],
  ["klDivergence", ["klDivergence"], 33.4],
  ["softmax", ["softmax"], 23.2],
  ["crossEntropyLoss", ["crossEntropyLoss"], 31.6],
  ["an engine without threads", ["createEngineSync"], 16],
  ["everything", "everything", 101.4],
];

test.each(BUDGET)("%s is within its budget", async (what, names, kibibytes) => {
  expect(existsSync("dist/index.js"), "there is no dist: npm run build").toBe(true);
  const size = (await sizeOf(names)) / 1024;
  expect(size, `${what} is ${size.toFixed(1)} KiB, minified and gzipped, if dist is up to date`).toBeLessThanOrEqual(
    kibibytes,
  );
});

// one character that is not makes V8 keep a module in two bytes a character, and compile it more slowly
test("all modules are ASCII", () => {
  const modules = readdirSync("dist", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  expect(modules.length).toBeGreaterThan(8);
  for (const name of modules) expect(readFileSync(join("dist", name), "utf8"), name).toMatch(/^[\0-\x7f]*$/);
});
