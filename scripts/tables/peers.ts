// Speed and error beside the peers, by bench/peers/run.ts, in short. In full: peersResults.ts.

import { CLASSES, isFaster, kindOf, readRun, resultOf, SIMD, timeOf, typicalCase } from "../../bench/peers/report.js";
import type { CaseResult, PeerResult, Run } from "../../bench/peers/results.js";
import { count, LEFT, RIGHT, table } from "./markdown.mjs";

export const threeDigits = (x: number) => (x < 1000 ? x.toPrecision(3) : count(Math.round(x)));
export const shownExact = (exact: number, digits: number) =>
  exact < 1e-3 ? exact.toExponential(digits - 1) : exact.toPrecision(digits);

/** Of a result that is a number: how much of it is wrong. */
export function shownError(error: number): string {
  if (error < 1e-16) return "< 1e-16";
  if (error < 1e-3) return error.toExponential(0);
  return error < 10 ? `${Number((100 * error).toPrecision(2))} %` : `${count(Number(error.toPrecision(2)))}-fold`;
}

const HEADS: Record<CaseResult["measure"], string> = {
  klDivergence: "KL",
  jsDivergence: "JS",
  entropy: "entropy",
  crossEntropy: "cross-entropy",
  klDivergenceOfLogits: "KL of logits",
  logSumExp: "logSumExp",
  softmax: "softmax",
  crossEntropyLoss: "loss",
  crossEntropyGradient: "loss and gradient",
};

/** Contestants over measures. */
function shortSpeedTable(run: Run): string {
  const cases = Object.keys(HEADS).flatMap((measure) => typicalCase(run, measure, "f32") ?? []);
  const rows = run.peers.map(({ name }) => {
    const cells = cases.map((task) => {
      const result = resultOf(task, name);
      if (result === undefined) return "";
      const time = threeDigits(timeOf(task, result));
      return isFaster(task, result) ? `**${time}**` : time;
    });
    return [name, kindOf(name) === "logratio" ? "" : kindOf(name), ...cells];
  });
  const heads = cases.map(({ measure }): [string, string] => [HEADS[measure], RIGHT]);
  return table([["", LEFT], ["", LEFT], ...heads], rows);
}

const ZEROS = "30 % zeros";

/** Contestants over pairs ever nearer, and pairs with zeros. */
function shortErrorTable(run: Run): string {
  const shapes = ["heavy-tailed", "near, 1e-3", "near, 1e-6", ZEROS];
  const cases = (["klDivergence", "klDivergenceOfLogits"] as const).flatMap((measure) =>
    shapes.flatMap((shape) => typicalCase(run, measure, "f32", shape) ?? []),
  );
  const heads = cases.map(({ measure, shape, exact }): [string, string] => [
    `${HEADS[measure]}, ${shape === ZEROS ? "zeros" : shownExact(exact, 2)}`,
    RIGHT,
  ]);
  const shown = ({ error, wrong }: PeerResult) =>
    wrong === undefined || wrong.startsWith("off") ? shownError(error ?? 0) : wrong;
  const alone = run.peers.filter(({ name, threads }) => threads === 1 && name !== `${SIMD}, copied in`);
  const rows = alone.map(({ name }) => [
    name,
    ...cases.map((task) => {
      const result = resultOf(task, name);
      return result ? shown(result) : "";
    }),
  ]);
  return table(
    [["", LEFT], ...heads],
    rows.filter((cells) => cells.slice(1).some((cell) => cell !== "")),
  );
}

export const machineOf = ({ machine }: Run) => `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`;

export function peersText(): string {
  const run = readRun();
  return `Nanoseconds per class of one row of ${count(CLASSES)} f32 classes, one thread unless said: medians over rounds in which all take turns,
each with the numbers where it wants them; \`npm run bench:peers\` on ${machineOf(run)}. **Bold**: faster than \`${SIMD}\`.

${shortSpeedTable(run)}

How much of the answer is wrong (relative error), by the exact divergence, and where 30 % of classes are impossible in both:

${shortErrorTable(run)}

![Nanoseconds per class over vocabulary sizes, for KL of probabilities and of logits: a line a contestant](../bench/peers/plots/speed.svg)

![Relative error over the exact divergence: logratio's stays level down to 1e-13, most others rise above 100 % and turn negative](../bench/peers/plots/error.svg)

[All sizes, f64, batches, other shapes, and how near it is to merely reading the numbers](../bench/peers/RESULTS.md);
[how it is measured, and what is unfair about it](../bench/peers/README.md).`;
}
