// Measures of raw counts, by bench/counts.ts.

import { existsSync } from "node:fs";
import { LEFT, number, RIGHT, read, spread, table } from "./markdown.mjs";

const NOT_MEASURED = "Not measured yet: `npm run bench:counts -- --save bench/counts.json`, then `npm run tables`.";

export function countsText() {
  if (!existsSync("bench/counts.json")) return NOT_MEASURED;
  const { command, machine, results } = read("counts");
  const cases = new Map();
  for (const result of results) {
    const key = `${result.measure} ${result.rows}`;
    cases.set(key, [...(cases.get(key) ?? []), result]);
  }
  const rows = Array.from(cases.values(), ([loop, ...others]) => {
    const cell = (contestant) => {
      const result = others.find((it) => it.contestant === contestant);
      return result ? `${number(result.nanosecondsPerClass)}: ${spread(result.ratio)}` : "–";
    };
    const columns = ["simd, in its memory", "simd, copied", "simd, from Uint32Array", "js"].map(cell);
    return [`\`${loop.measure}\``, loop.rows, number(loop.nanosecondsPerClass), ...columns];
  });
  const isBusy = machine.load > machine.cores / 2;
  const busy = `, **beside other work** (load average ${number(machine.load)}), which makes ratios wrong`;
  const heads = [
    "loop that skips zeros",
    "`simd`, in its memory",
    "`simd`, copied",
    "`simd`, from `Uint32Array`",
    "`js`",
  ];
  return `Nanoseconds per class, and how many times as fast as a loop that skips zeros: counts of 200,006 tokens in State of the Union addresses,
whose totals differ, with \`normalize: true\`; f32, except from \`Uint32Array\`, which is computed in f64.
\`${command}\` on ${machine.cpu}, Node ${machine.node}${isBusy ? busy : ""}.

${table([["", LEFT], ["rows", LEFT], ...heads.map((name) => [name, RIGHT])], rows)}`;
}
