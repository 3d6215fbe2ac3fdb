// npm run coins
// npm run coins -- --tosses 10000 --repetitions 200 --seed 7
//
// What KL divergence means, by experiment: toss a coin that falls heads with probability 0.6, and ask of every toss how much likelier
// it is for this coin, P, than for a fair one, Q. The mean of ln(p/q) tends to KL(P‖Q), with an error of σ/√n.

import { parseArgs } from "node:util";
import mt19937 from "@stdlib/random-base-mt19937";
import { logLikelihoodRatioOfSequence, sequentialTest } from "../dist/evidence/index.js";
import { klDivergence, logRatio } from "../dist/index.js";

const HEADS = 0.6;
const P = [1 - HEADS, HEADS];
const Q = [0.5, 0.5];

export interface CoinOptions {
  /** Of the longest sequence. */
  tosses: number;
  /** Sequences of which the fraction within 1.96 standard errors is told. */
  repetitions: number;
  seed: number;
}

export function tossCoins({ tosses, repetitions, seed }: CoinOptions, print: (line: string) => void): void {
  const words = mt19937.factory({ seed });
  const random = () => words() / 4294967296;
  const toss = (n: number) => Uint8Array.from({ length: n }, () => (random() < HEADS ? 1 : 0));

  const kl = klDivergence(P, Q);
  const [tails, heads] = logRatio(P, Q);
  const deviation = Math.sqrt(P[0] * (tails - kl) ** 2 + P[1] * (heads - kl) ** 2);
  print(`P falls heads with probability ${HEADS}, Q with 0.5.`);
  print(`KL(P‖Q) = ${kl.toFixed(6)} nats per toss; the standard deviation σ of ln(p/q) is ${deviation.toFixed(6)}.\n`);

  print("    tosses   mean ln(p/q)   its error      σ/√n    (mean − KL)/(σ/√n)");
  for (let n = 10; n <= tosses; n *= 10) {
    const { mean, standardError } = logLikelihoodRatioOfSequence(toss(n), P, Q);
    const expected = deviation / Math.sqrt(n);
    const columns = [n.toLocaleString("en").padStart(10), mean.toFixed(6).padStart(14)];
    columns.push(standardError.toFixed(6).padStart(11), expected.toFixed(6).padStart(9));
    print(`${columns.join(" ")} ${((mean - kl) / expected).toFixed(2).padStart(21)}`);
  }
  print("A hundred times as many tosses, a tenth of the error.\n");

  const n = 1000;
  let within = 0;
  let squares = 0;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const { mean, standardError } = logLikelihoodRatioOfSequence(toss(n), P, Q);
    if (Math.abs(mean - kl) <= 1.96 * standardError) within++;
    squares += (mean - kl) ** 2;
  }
  const rms = Math.sqrt(squares / repetitions) / (deviation / Math.sqrt(n));
  print(`Of ${repetitions.toLocaleString("en")} sequences of ${n.toLocaleString("en")} tosses,`);
  print(
    `  ${((100 * within) / repetitions).toFixed(1)} % have KL within 1.96 standard errors of their mean (95 % expected);`,
  );
  print(`  the root mean square of mean − KL is ${rms.toFixed(3)} σ/√n.\n`);

  const test = sequentialTest({ p: P, q: Q, falsePositive: 0.01, falseNegative: 0.01 });
  let right = 0;
  let taken = 0;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    test.reset();
    while (test.update(random() < HEADS ? 1 : 0).decision === undefined);
    if (test.decision === "p") right++;
    taken += test.observations;
  }
  print("And how many tosses tell the coins apart, at 1 % of wrong decisions?");
  print(`  ${test.expectedSampleSize.p?.toFixed(0)} on average by Wald's approximation, from KL(P‖Q);`);
  print(
    `  ${(taken / repetitions).toFixed(0)} here, and ${((100 * right) / repetitions).toFixed(1)} % of the decisions right.`,
  );
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      tosses: { type: "string", default: "1000000" },
      repetitions: { type: "string", default: "10000" },
      seed: { type: "string", default: "1945" },
    },
  });
  const { tosses, repetitions, seed } = values;
  tossCoins({ tosses: Number(tosses), repetitions: Number(repetitions), seed: Number(seed) }, console.log);
}
