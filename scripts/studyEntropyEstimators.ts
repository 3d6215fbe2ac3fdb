// npx tsx scripts/studyEntropyEstimators.ts && npx biome format --write docs/counts.md
//
// Writes the tables of docs/counts.md: bias and root mean squared error of each estimator of entropy, over samples of distributions whose
// entropy is known. A minute or two.

import { readFileSync, writeFileSync } from "node:fs";
import mt19937 from "@stdlib/random-base-mt19937";
import { countTokens, readAddresses } from "../examples/corpus.js";
import { type EntropyOptions, estimateEntropy } from "../src/counts/index.js";
import { entropy } from "../src/index.js";

const SIZES: readonly [observations: number, samples: number][] = [
  [100, 400],
  [1000, 200],
  [10_000, 100],
  [100_000, 40],
  [1_000_000, 12],
];

/** With as many classes as there are, where an estimator can be told. */
const ESTIMATORS: readonly [name: string, options: EntropyOptions, takesClasses: boolean][] = [
  ["maximumLikelihood", { estimator: "maximumLikelihood" }, false],
  ["millerMadow", { estimator: "millerMadow" }, false],
  ["grassberger", { estimator: "grassberger" }, false],
  ["jackknife", { estimator: "jackknife" }, false],
  ["chaoShen", { estimator: "chaoShen" }, false],
  ["chaoWangJost", { estimator: "chaoWangJost" }, false],
  ["jamesStein, K known", { estimator: "jamesStein" }, true],
  ["dirichlet, jeffreys, K known", { estimator: "dirichlet", constant: "jeffreys" }, true],
  ["dirichlet, perks, K known", { estimator: "dirichlet", constant: "perks" }, true],
  ["nsb, K known", { estimator: "nsb" }, true],
  ["nsb, classes seen", { estimator: "nsb" }, false],
];

const words = countTokens(readAddresses(() => {})).filter((count) => count > 0);
const DISTRIBUTIONS: readonly [name: string, weights: Float64Array][] = [
  ["Uniform, 1,000 classes", new Float64Array(1000).fill(1)],
  ["Uniform, 100,000 classes", new Float64Array(100_000).fill(1)],
  ["Zipf, p ∝ 1/rank, 100,000 classes", Float64Array.from({ length: 100_000 }, (_, i) => 1 / (i + 1))],
  ["Geometric, p ∝ 0.99^k, 3,000 classes", Float64Array.from({ length: 3000 }, (_, k) => 0.99 ** k)],
  [`Tokens of the State of the Union addresses, ${words.length.toLocaleString("en")} classes`, words],
];

const random = (mt19937.factory({ seed: 19 }) as unknown as { normalized(): number }).normalized;

/** Draws counts, by the alias method (Walker, Vose). */
function samplerOf(weights: Float64Array): (observations: number) => Float64Array {
  const { length } = weights;
  const sum = weights.reduce((total, weight) => total + weight);
  const left = weights.map((weight) => (weight / sum) * length);
  const alias = Uint32Array.from(left.keys());
  const small: number[] = [];
  const large: number[] = [];
  left.forEach((x, i) => {
    (x < 1 ? small : large).push(i);
  });
  for (let i = small.pop(); i !== undefined && large.length > 0; i = small.pop()) {
    const j = large[large.length - 1];
    alias[i] = j;
    left[j] -= 1 - left[i];
    if (left[j] < 1) small.push(large.pop() as number);
  }
  return (observations) => {
    const counts = new Float64Array(length);
    for (let k = 0; k < observations; k++) {
      const i = Math.floor(random() * length);
      counts[random() < left[i] ? i : alias[i]]++;
    }
    return counts;
  };
}

function signed(x: number): string {
  const size = Math.abs(x).toFixed(3);
  return Number(size) === 0 ? size : `${x < 0 ? "−" : "+"}${size}`;
}

function study(name: string, weights: Float64Array): string {
  const truth = entropy(weights, { normalize: true });
  const draw = samplerOf(weights);
  const cells = ESTIMATORS.map((): string[] => []);
  for (const [observations, samples] of SIZES) {
    const errors = ESTIMATORS.map((): number[] => []);
    const within = ESTIMATORS.map(() => 0);
    for (let sample = 0; sample < samples; sample++) {
      const all = draw(observations);
      const seen = all.filter((count) => count > 0);
      ESTIMATORS.forEach(([, options, takesClasses], i) => {
        const { value, standardError } = estimateEntropy(takesClasses ? all : seen, options);
        errors[i].push(value - truth);
        if (Math.abs(value - truth) <= 1.96 * standardError) within[i]++;
      });
    }
    errors.forEach((own, i) => {
      const bias = own.reduce((sum, error) => sum + error) / samples;
      const rmse = Math.sqrt(own.reduce((sum, error) => sum + error * error, 0) / samples);
      cells[i].push(`${signed(bias)} / ${rmse.toFixed(3)}`);
      console.log(
        `${name}, N = ${observations}, ${ESTIMATORS[i][0]}: ${cells[i].at(-1)}, ${within[i]} of ${samples} within`,
      );
    });
  }
  return [
    `**${name}**: ${truth.toFixed(3)} nats`,
    "",
    `| estimator | ${SIZES.map(([observations]) => `N = ${observations.toLocaleString("en")}`).join(" | ")} |`,
    `| --- |${" --- |".repeat(SIZES.length)}`,
    ...cells.map((own, i) => `| ${ESTIMATORS[i][0]} | ${own.join(" | ")} |`),
  ].join("\n");
}

const tables = DISTRIBUTIONS.map(([name, weights]) => study(name, weights)).join("\n\n");
const path = "docs/counts.md";
const marked = /(<!-- study: scripts\/studyEntropyEstimators.ts -->\n)[\s\S]*?(\n<!-- end -->)/;
const page = readFileSync(path, "utf8");
if (!marked.test(page)) throw new Error(`${path} has no place for the tables`);
writeFileSync(
  path,
  page.replace(marked, (_, start, end) => `${start}\n${tables}\n${end}`),
);
