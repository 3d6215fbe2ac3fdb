// What threads bring, by bench/threads.ts.

import { count, LEFT, number, RIGHT, read, spread, table } from "./markdown.mjs";

/** What one case gains by each number of threads. */
function row([single, ...others]) {
  const { what, rows, classes, nanosecondsPerCall } = single;
  const microseconds = nanosecondsPerCall / 1000;
  return [
    `\`${what.replace(",", "`,")}${what.includes(",") ? "" : "`"}`,
    rows === 1 ? count(classes) : `${rows} × ${count(classes)}`,
    microseconds < 1000 ? number(microseconds) : count(Math.round(microseconds)),
    ...others.map(({ ratio }) => spread(ratio)),
  ];
}

export function threadsText() {
  const { command, machine, dispatch, results } = read("threads");
  const counts = [...new Set(results.map((result) => result.threads))].filter((threads) => threads > 1);
  const most = Math.max(...counts);
  const cases = new Map();
  for (const result of results) {
    const key = `${result.what} ${result.rows} ${result.classes}`;
    cases.set(key, [...(cases.get(key) ?? []), result]);
  }
  const heads = ["classes", "1 thread, µs", ...counts.map((threads) => `${threads} threads`)];

  return `What threads bring on ${machine.cores} cores (${machine.cpu}, Node ${machine.node}; \`${command}\`): medians
and quartiles over rounds in which engines of 1${most > 2 ? ` to ${most}` : " and 2"} threads take turns; f32, in their memories. To hand work out takes
${(dispatch / 1000).toFixed(1)} µs. A worker goes to sleep a millisecond after its last job, and a call of less than that, that comes alone, does not wake it.

${table([["", LEFT], ...heads.map((head) => [head, RIGHT])], [...cases.values()].map(row))}`;
}
