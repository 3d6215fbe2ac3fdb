// Matrices of short rows, and calls of a few classes, by bench/batches.ts.

import { existsSync } from "node:fs";
import { count, LEFT, number, RIGHT, read, spread, table } from "./markdown.mjs";

const amount = (x) => (x < 1000 ? number(x) : count(Math.round(x)));

const titleOf = ({ name, input, mode }, form = "") => [`\`${name}${form}\``, input, mode].filter(Boolean).join(", ");

/** Results in groups of one case. */
function groupsOf(results, keyOf) {
  const groups = new Map();
  for (const result of results) {
    const key = keyOf(result);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()];
}

/** A case: the loop's time per number of the matrix, and those of the others with how many times as fast they are. */
function batchRow([loop, ...others]) {
  const { rows, classes, name } = loop;
  const perNumber = ({ nanosecondsPerCall }) => amount(nanosecondsPerCall / (rows * classes));
  return [
    titleOf(loop, name === "crossEntropyLoss" ? "" : ".rows"),
    `${count(rows)} × ${count(classes)}`,
    perNumber(loop),
    ...others.map((result) => `${perNumber(result)}: ${spread(result.ratio)}`),
  ];
}

/** A function: nanoseconds per call. */
const singleRow = (results) => [
  titleOf(results[0]),
  ...results.map(({ nanosecondsPerCall }) => amount(nanosecondsPerCall)),
];

const threadsRow = ([one, two]) => [
  titleOf(one),
  `${count(one.rows)} × ${count(one.classes)}`,
  amount(one.nanosecondsPerCall / 1000),
  `${amount(two.nanosecondsPerCall / 1000)}: ${spread(two.ratio)}`,
];

const heads = (...names) => [["", LEFT], ...names.map((name) => [name, RIGHT])];

const NOT_MEASURED = "Not measured yet: `npm run bench:batches -- --save bench/batches.json`, then `npm run tables`.";

export function batchesText() {
  if (!existsSync("bench/batches.json")) return NOT_MEASURED;
  const { command, machine, singles, batches, threads } = read("batches");
  const ofShape = ({ name, input, mode, rows, classes }) => [name, input, mode, rows, classes].join();
  const bySubject = groupsOf(singles, ({ name, input }) => `${name} ${input}`);
  const [one, two] = threads;
  const isBusy = machine.load > machine.cores / 2;
  // long turns are interrupted more often than short ones, and threads wait for each other
  const busy = `, **beside other work** (load average ${number(machine.load)}), which makes ratios wrong`;

  return `Nanoseconds per number of an f32 matrix, one thread, and how many times as fast as a plain loop over the matrix that is: medians, and
quartiles of the ratio, over rounds in which all take turns. "Copied": from ordinary arrays to ordinary arrays.
\`${command}\` on
${machine.cpu}, ${machine.cores} cores, Node ${machine.node}${isBusy ? busy : ""}.

${table(heads("rows × classes", "loop", "`simd`", "`simd`, copied", "`js`"), groupsOf(batches, ofShape).map(batchRow))}

Nanoseconds per call of a single row, from ordinary arrays:

${table(heads(...bySubject[0].map(({ contestant }) => contestant)), bySubject.map(singleRow))}

Microseconds per call with ${one.contestant} and with ${two.contestant}, in the memory of the engine:

${table(heads("rows × classes", one.contestant, two.contestant), groupsOf(threads, ofShape).map(threadsRow))}`;
}
