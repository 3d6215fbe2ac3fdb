// npm start
//
// Two centuries of State of the Union addresses, as probability distributions over 200,006 tokens: how much each era says
// (entropy), how far eras are from one another (KL, JS), which words make the difference, and whose words an address is made
// of. The last part is what KL means: the log-likelihood ratio per token of two models tends to the KL divergence of the one
// that wrote the text from the other.

import { compareCounts, estimateEntropy, smooth } from "../dist/counts/index.js";
import { createEngineSync, entropy, jsDivergence, klDivergence, logLikelihoodRatio, logRatio } from "../dist/index.js";
import { type Address, countTokens, drawTokens, readAddresses, readable, VOCABULARY } from "./corpus.js";

const ERAS: [name: string, from: number, to: number][] = [
  ["1790–1829", 1790, 1829],
  ["1830–1865", 1830, 1865],
  ["1866–1912", 1866, 1912],
  ["1913–1945", 1913, 1945],
  ["1946–1989", 1946, 1989],
  ["1990–2021", 1990, 2021],
];

/** Kept out of the counts: these years are to be told apart by the others. */
const HELD_OUT = [1796, 1805, 1823, 1998, 2010, 2019];

interface Era {
  name: string;
  addresses: number;
  counts: Float64Array;
  /** Probabilities: absolute discounting towards all eras together. */
  smoothed: Float64Array;
  /** What tokens that the era never used have of them. */
  unseen: number;
}

const print = (text = "") => console.log(text);
const heading = (text: string) => print(`\n${text}\n${"─".repeat(text.length)}`);
const fixed = (x: number, digits = 3, width = 10) => x.toFixed(digits).padStart(width);
const grouped = (x: number, width = 10) => x.toLocaleString("en").padStart(width);
const sum = (row: Float64Array) => row.reduce((total, x) => total + x);
const normalize = { normalize: true };

function showProgress(done: number, total: number): void {
  if (!process.stdout.isTTY) return;
  const filled = Math.round((30 * done) / total);
  process.stdout.write(`\rtokenising ${"█".repeat(filled)}${"░".repeat(30 - filled)} ${done}/${total} addresses`);
  if (done === total) process.stdout.write("\r\x1b[K");
}

function makeEras(addresses: readonly Address[]): Era[] {
  const counted = ERAS.map(([name, from, to]) => {
    const own = addresses.filter(({ year }) => year >= from && year <= to && !HELD_OUT.includes(year));
    return { name, addresses: own.length, counts: countTokens(own) };
  });
  // of tokens that no era used, half an observation each
  const all = counted[0].counts.map((_, token) => counted.reduce((total, { counts }) => total + counts[token], 0));
  const background = smooth(all, { method: "addConstant", constant: "jeffreys" }).probabilities;
  return counted.map((era) => {
    const { probabilities, unseen } = smooth(era.counts, { method: "absoluteDiscounting", background });
    return { ...era, smoothed: probabilities, unseen };
  });
}

function showEntropies(eras: readonly Era[]): void {
  heading(`Entropy of what was said, over ${grouped(VOCABULARY, 0)} classes`);
  print(
    `${"".padEnd(11)} addresses     tokens   distinct     counted   estimated          e^H: as many equally likely tokens`,
  );
  for (const { name, addresses, counts } of eras) {
    const nats = entropy(counts, normalize);
    const { value, standardError } = estimateEntropy(counts);
    const distinct = counts.filter((count) => count > 0).length;
    const columns = [grouped(addresses), grouped(sum(counts)), grouped(distinct), fixed(nats)];
    print(
      `${name.padEnd(11)}${columns.join(" ")} ${fixed(value, 3, 11)} ± ${standardError.toFixed(3)} ${fixed(Math.exp(value), 0)}`,
    );
  }
  print("\nIn nats. Counted frequencies make a vocabulary look less varied than it is, since rare words are missing;");
  print("the estimate (Chao, Wang and Jost) corrects for what the counts say is missing.");
}

function showMatrix(eras: readonly Era[], cell: (row: Era, column: Era) => number): void {
  print(`${"".padEnd(11)}${eras.map(({ name }) => name.padStart(10)).join(" ")}`);
  for (const row of eras) print(`${row.name.padEnd(11)}${eras.map((column) => fixed(cell(row, column))).join(" ")}`);
}

function showDivergences(eras: readonly Era[]): void {
  heading("KL(row ‖ column) in nats per token: what it costs to read the row's era with the column's model");
  const [oldest] = eras;
  const newest = eras[eras.length - 1];
  print(
    `As counted, KL(${newest.name} ‖ ${oldest.name}) is ${klDivergence(newest.counts, oldest.counts, normalize)}: a token that an era never`,
  );
  const unseen = `${(100 * oldest.unseen).toFixed(1)} %`;
  print(
    "used has probability 0 there. Below, every count was lowered by a fraction of 1, and what that frees went to all",
  );
  print(
    "tokens as all eras together use them (absolute discounting). That is smoothing, asked for here, in the open; the",
  );
  print(
    `package itself adds nothing. Tokens that ${oldest.name} never used get ${unseen} of it; adding 1 to every count would`,
  );
  const ofAddOne = smooth(oldest.counts, { method: "addConstant", constant: "laplace" }).unseen;
  print(`have given them ${(100 * ofAddOne).toFixed(0)} %.\n`);
  showMatrix(eras, (row, column) => klDivergence(row.smoothed, column.smoothed));

  heading("JS in bits, from 0 (the same) to 1 (not a token in common): needs no smoothing, and is symmetric");
  showMatrix(eras, (row, column) => jsDivergence(row.counts, column.counts, { ...normalize, base: 2 }));
  const { value, plugIn, interval } = compareCounts(newest.counts, oldest.counts, { base: 2, permutations: 0 });
  const [least, most] = interval.map((x) => x.toFixed(3));
  print(
    `\nTwo samples of one text differ too: of ${newest.name} and ${oldest.name}, ${plugIn.toFixed(3)} is too large.`,
  );
  print(`Without what chance adds it is ${value.toFixed(3)} (95 %: ${least} to ${most}).`);
}

/** The classes with the largest p ln(p/q). */
function showContributions(p: Era, q: Era): void {
  const ratios = logRatio(p.smoothed, q.smoothed);
  const contribution = p.smoothed.map((probability, token) => probability * ratios[token]);
  const tokens = Array.from(contribution.keys()).sort((a, b) => contribution[b] - contribution[a]);
  const total = klDivergence(p.smoothed, q.smoothed);
  heading(`What makes KL(${p.name} ‖ ${q.name}) = ${total.toFixed(3)} nats`);
  print(`${"token".padEnd(18)}     p ln(p/q)   of the KL   ${p.name} per 10,000   ${q.name} per 10,000`);
  for (const token of tokens.slice(0, 10)) {
    const share = `${((100 * contribution[token]) / total).toFixed(1)} %`;
    const [inP, inQ] = [p, q].map(({ counts }) => fixed((10000 * counts[token]) / sum(counts), 2, 17));
    print(`${readable(token).padEnd(18)} ${fixed(contribution[token], 4, 12)} ${share.padStart(11)} ${inP}    ${inQ}`);
  }
}

/** Log-likelihood ratio per token: of text drawn from a model, and of addresses that neither model has seen. */
function showEvidence(addresses: readonly Address[], p: Era, q: Era): void {
  const forward = klDivergence(p.smoothed, q.smoothed);
  const backward = klDivergence(q.smoothed, p.smoothed);
  heading(`Whose words? (1/n) Σ c ln(p/q) in nats per token, p = ${p.name}, q = ${q.name}`);
  print("Tokens drawn from p: it tends to KL(p ‖ q). Drawn from q: to -KL(q ‖ p).\n");
  const ratioOf = (counts: Float64Array) => logLikelihoodRatio(counts, p.smoothed, q.smoothed) / sum(counts);
  for (const n of [100, 10_000, 1_000_000]) {
    const [fromP, fromQ] = [p, q].map(({ smoothed }) => ratioOf(drawTokens(smoothed, n)));
    print(`${grouped(n)} tokens    from p ${fixed(fromP)}    from q ${fixed(fromQ)}`);
  }
  print(`${"∞".padStart(10)} tokens    KL(p‖q)${fixed(forward, 3, 9)}   -KL(q‖p)${fixed(-backward, 3, 8)}`);

  print("\nAddresses that were held out of both:\n");
  for (const address of addresses.filter(({ year }) => HELD_OUT.includes(year))) {
    const ratio = ratioOf(countTokens([address]));
    const name = `${address.year} ${address.president}`.padEnd(24);
    print(
      `${name} ${fixed(ratio, 3, 7)} → ${ratio > 0 ? p.name : q.name}  ${"█".repeat(Math.round(Math.abs(ratio) * 20))}`,
    );
  }
}

function showSpeed(p: Float64Array, q: Float64Array): void {
  const simd = createEngineSync();
  const js = createEngineSync({ backend: "js" });
  const [x, y] = [p, q].map((row) => {
    const own = simd.float32(row.length);
    own.set(row);
    return own;
  });
  const [copyOfX, copyOfY] = [x.slice(), y.slice()];
  const [xOfLoop, yOfLoop] = [x.slice(), y.slice()];
  const contestants: [string, () => number][] = [
    [`${simd.backend}, in its memory`, () => klDivergence(x, y)],
    ["js", () => klDivergence(copyOfX, copyOfY, { engine: js })],
    ["a Math.log loop", () => loop(xOfLoop, yOfLoop)],
  ];
  const times = contestants.map((): number[] => []);
  for (let round = 0; round < 21; round++) {
    contestants.forEach(([, run], i) => {
      const start = performance.now();
      run();
      if (round > 3) times[i].push(performance.now() - start);
    });
  }
  const medians = times.map((all) => all.sort((a, b) => a - b)[all.length >> 1]);
  heading(`One KL of ${grouped(VOCABULARY, 0)} classes, f32, one core`);
  contestants.forEach(([name, run], i) => {
    const speed = `${fixed(medians[i], 3, 7)} ms ${fixed((1e6 * medians[i]) / p.length, 2, 7)} ns per class`;
    print(`${name.padEnd(22)} ${speed} ${fixed(medians[2] / medians[i], 1, 6)} × the loop    ${run()}`);
  });
  const same = Object.is(klDivergence(x, y), klDivergence(copyOfX, copyOfY, { engine: js }));
  print(same ? "simd and js: the same bits." : "simd and js differ, which is a bug: please report it.");
}

function loop(p: Float32Array, q: Float32Array): number {
  let total = 0;
  for (let i = 0; i < p.length; i++) if (p[i] > 0) total += p[i] * Math.log(p[i] / q[i]);
  return total;
}

const addresses = readAddresses(showProgress);
const eras = makeEras(addresses);
const [oldest] = eras;
const newest = eras[eras.length - 1];

print("State of the Union addresses, 1790–2021, in tokens of o200k_base");
showEntropies(eras);
showDivergences(eras);
showContributions(newest, oldest);
showContributions(oldest, newest);
showEvidence(addresses, newest, oldest);
showSpeed(newest.smoothed, oldest.smoothed);
