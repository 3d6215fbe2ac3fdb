// Speed and error, by bench/run.ts.

import { count, LEFT, number, RIGHT, read, spread, table } from "./markdown.mjs";

const CLASSES = 131072;

const error = (x) => (x === 0 ? "< 1e-16" : x.toExponential(0));

/** A table's row from the results of one case. */
function row(contestants) {
  const speed = (name) => {
    const { nanosecondsPerCall, ratio } = contestants[name];
    return `${number(nanosecondsPerCall / CLASSES)}: ${spread(ratio)}`;
  };
  const { loop, js } = contestants;
  const { family, mode, variant, type } = loop;
  return [
    [`\`${family}\``, mode, variant].filter(Boolean).join(", "),
    type,
    number(loop.nanosecondsPerCall / CLASSES),
    speed("simd, in its memory"),
    speed("simd, copied in"),
    speed("js"),
    error(js.error),
    error(loop.error),
  ];
}

/** The results of each case, by contestant. */
function casesOf(results) {
  const cases = new Map();
  for (const result of results) {
    if (result.classes !== CLASSES) continue;
    const key = [result.family, result.input, result.mode, result.variant, result.type].join();
    if (!cases.has(key)) cases.set(key, {});
    cases.get(key)[result.contestant] = result;
  }
  return [...cases.values()];
}

/** What README.md shows: families, by whether they are of logits and what is timed. */
const SUMMARY = [
  ["klDivergence", undefined, undefined],
  ["jsDivergence", undefined, undefined],
  ["entropy", undefined, undefined],
  ["klDivergence", "logits", undefined],
  ["softmax", "logits", undefined],
  ["crossEntropyLoss", "logits", "with gradient"],
];

export function speedSummary() {
  const { machine, results } = read("results");
  const cases = casesOf(results).map(({ loop, "simd, in its memory": simd }) => ({ loop, simd }));
  const rows = SUMMARY.map(([family, input, mode]) => {
    const caseOf = (type) =>
      cases.find(
        ({ loop }) =>
          loop.family === family && loop.input === input && loop.mode === mode && !loop.variant && loop.type === type,
      );
    const cells = ["f32", "f64"].flatMap((type) => {
      const { simd } = caseOf(type);
      return [number(simd.nanosecondsPerCall / CLASSES), `${number(simd.ratio[0])}×`, error(simd.error)];
    });
    return [[`\`${family}\``, input && `of ${input}`, mode].filter(Boolean).join(" "), ...cells];
  });
  const heads = ["f32, ns per class", "than a loop", "error", "f64, ns per class", "than a loop", "error"];
  return `One row of ${count(CLASSES)} classes on one core (${machine.cpu}, Node ${machine.node}), beside a plain \`Math.log\` loop; relative errors.

${table([["", LEFT], ...heads.map((head) => [head, RIGHT])], rows)}`;
}

export function speedText() {
  const { command, machine, coldStart, size, results } = read("results");
  const cases = casesOf(results);
  const heads = ["loop", "`simd`", "`simd`, copied in", "`js`", "error", "loop's error"];
  const tableOf = (input) =>
    table(
      [["", LEFT], ["", LEFT], ...heads.map((head) => [head, RIGHT])],
      cases.filter(({ loop }) => loop.input === input).map(row),
    );

  return `Nanoseconds per class at ${count(CLASSES)} classes, one core, and how many times as fast as a plain \`Math.log\` loop that is: medians, and
quartiles of the ratio, over rounds in which all take turns. \`${command}\` on
${machine.cpu}, Node ${machine.node}.
Errors are measured against double-double arithmetic, relative (entropies: of max(1, value)); \`simd\` and \`js\` have the same.
The loop adds in f64 whatever its input, checks nothing, and takes the sums for 1. It is the fastest of five compilations of its text, in that
pass in which it took the least time.

${tableOf(undefined)}

From logits: those of one row like a language model's, and of the same with noise (standard deviation 0.4, a KL of 0.08, as
between a model and its 4-bit quantisation; "near": 0.001). The loops are two passes for each log-sum-exp and one more.

${tableOf("logits")}

Import and a first result, cold: ${coldStart.added[1].toFixed(0)} ms more than an empty script, which takes ${coldStart.empty.toFixed(0)} ms (medians). The package, minified and gzipped, binary
included: ${(size / 1024).toFixed(1)} KiB.`;
}
