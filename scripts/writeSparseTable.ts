// npm run sparse -- DIRECTORY
//
// Writes the table of docs/sparse.md: how far apart the bounds of two models' top-k lists are, beside the exact values, over base.npy and
// other.npy of a directory that scripts/makeLogits.ts has filled:
//
//     npm run logits -- /tmp/logits --rows 256 --noise 0.25

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openLogits } from "../src/compare/index.js";
import { jsDivergence, klDivergence, totalVariationDistance } from "../src/index.js";
import { divergenceBounds, topK } from "../src/sparse/index.js";

const KS = [5, 20, 40, 100, 1000];
const MEASURES = ["kl", "js", "totalVariation"] as const;

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("which directory? See the top of scripts/writeSparseTable.ts");
const [base, other] = await Promise.all(["base.npy", "other.npy"].map((name) => openLogits(join(directory, name))));
const { classes } = base;

const exact = { kl: 0, js: 0, totalVariation: 0 };
const sums = KS.map(() => ({ shared: 0, mass: 0, kl: [0, 0], js: [0, 0], totalVariation: [0, 0] }));
let rows = 0;
const others = other.read()[Symbol.asyncIterator]();
for await (const { data } of base.read()) {
  const { data: otherData } = (await others.next()).value;
  for (let r = 0; r < data.length / classes; r++) {
    const [p, q] = [data, otherData].map((all) => (all as Float32Array).slice(r * classes, (r + 1) * classes));
    exact.kl += klDivergence(p, q, { input: "logits" });
    exact.js += jsDivergence(p, q, { input: "logits" });
    exact.totalVariation += totalVariationDistance(p, q, { input: "logits" });
    for (const [i, k] of KS.entries()) {
      const [a, b] = [topK(p, k), topK(q, k)];
      const bounds = divergenceBounds(a, b);
      for (const name of MEASURES) {
        sums[i][name][0] += bounds[name].lower;
        sums[i][name][1] += bounds[name].upper;
      }
      sums[i].mass += 1 - a.rest;
      sums[i].shared += a.tokens.filter((token) => b.logProbability(token) !== undefined).length / k;
    }
    rows++;
  }
}
await base.close();
await other.close();

const shown = (sum: number) => (Number.isFinite(sum) ? (sum / rows).toFixed(3) : "∞");
const interval = ([lower, upper]: readonly number[]) => `${shown(lower)} to ${shown(upper)}`;
const table = [
  "| k | listed mass of p | tokens in both | KL(p‖q) | JS | total variation |",
  "|---|---|---|---|---|---|",
  ...KS.map((k, i) => {
    const { mass, shared, kl, js, totalVariation } = sums[i];
    const percent = (sum: number) => `${((100 * sum) / rows).toFixed(0)} %`;
    return `| ${k} | ${percent(mass)} | ${percent(shared)} | ${interval(kl)} | ${interval(js)} | ${interval(totalVariation)} |`;
  }),
  `| all ${classes} | 100 % | 100 % | ${shown(exact.kl)} | ${shown(exact.js)} | ${shown(exact.totalVariation)} |`,
];

const path = "docs/sparse.md";
const marked = /(<!-- widths: scripts\/writeSparseTable.ts -->\n)[\s\S]*?(\n<!-- end -->)/;
const page = readFileSync(path, "utf8");
if (!marked.test(page)) throw new Error(`${path} has no place for the table`);
writeFileSync(
  path,
  page.replace(marked, (_, start, end) => `${start}\n${table.join("\n")}\n${end}`),
);
console.log(table.join("\n"));
