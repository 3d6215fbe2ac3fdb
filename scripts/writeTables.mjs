// Writes the README's tables from runs of the benchmarks and on all platforms:
//
//     npm run bench -- --classes 131072 --rounds 61 --save bench/results.json
//     npm run bench:threads -- --save bench/threads.json
//     npm run test:bundlers -- --save bench/bundlers.json
//     npm run test:platforms -- --save bench/platforms.json
//     npm run tables

import { readFileSync, writeFileSync } from "node:fs";

const read = (name) => JSON.parse(readFileSync(`bench/${name}.json`, "utf8"));

const { command, machine, coldStart, size, results } = read("results");
const classes = 131072;
const of = results.filter((result) => result.classes === classes);

const number = (x) => (x < 10 ? x.toFixed(2) : x.toFixed(1));
const error = (x) => (x === 0 ? "< 1e-16" : x.toExponential(0));

/** A table's row from the results of one case. */
function row(contestants) {
  const speed = (name) => {
    const { nanosecondsPerCall, ratio } = contestants[name];
    const [middle, lower, upper] = ratio.map(number);
    return `${number(nanosecondsPerCall / classes)}: ${middle}× (${lower}–${upper})`;
  };
  const { loop, js } = contestants;
  const { family, mode, variant, type } = loop;
  return [
    [`\`${family}\``, mode, variant].filter(Boolean).join(", "),
    type,
    number(loop.nanosecondsPerCall / classes),
    speed("simd, in its memory"),
    speed("simd, copied in"),
    speed("js"),
    error(js.error),
    error(loop.error),
  ];
}

/** The results of each case, by contestant. */
const cases = new Map();
for (const result of of) {
  const key = [result.family, result.input, result.mode, result.variant, result.type].join();
  if (!cases.has(key)) cases.set(key, {});
  cases.get(key)[result.contestant] = result;
}

const head = ["", "", "loop", "`simd`", "`simd`, copied in", "`js`", "error", "loop's error"];
const line = (cells) => `| ${cells.join(" | ")} |`;
const separator = line(["---", "---", ...head.slice(2).map(() => "---:")]);
const tableOf = (input) => {
  const these = [...cases.values()].filter(({ loop }) => loop.input === input);
  return [line(head), separator, ...these.map(row).map(line)].join("\n");
};

const text = `Nanoseconds a class at ${classes.toLocaleString("en")} classes, one core, and how many times as fast as a plain \`Math.log\` loop that is: medians, and
quartiles of the ratio, over rounds in which all take turns. \`${command}\` on
${machine.cpu}, Node ${machine.node}.
Errors are measured against double-double arithmetic, relative (entropies: of max(1, value)); \`simd\` and \`js\` have the same.
The loop adds in f64 whatever its input, checks nothing, and takes the sums for 1.

${tableOf(undefined)}

From logits: those of one row like a language model's, and of the same with noise (standard deviation 0.4, a KL of 0.08, as
between a model and its 4-bit quantisation; "near": 0.001). The loops are two passes for each log-sum-exp and one more.

${tableOf("logits")}

Import and a first result, cold: ${coldStart[1].toFixed(0)} ms more than an empty script (median). The package, minified and gzipped, binary
included: ${(size / 1024).toFixed(1)} KiB.`;

const threads = read("threads");
const mostThreads = Math.max(...threads.results.map((result) => result.threads));

/** What one case gains by each number of threads. */
function rowOfThreads(what, rows, classes) {
  const these = threads.results.filter((it) => it.what === what && it.rows === rows && it.classes === classes);
  const [single] = these;
  const microseconds = single.nanosecondsPerCall / 1000;
  const gains = these.slice(1).map(({ ratio }) => {
    const [middle, lower, upper] = ratio.map(number);
    return `${middle}× (${lower}–${upper})`;
  });
  const shape = rows === 1 ? classes.toLocaleString("en") : `${rows} × ${classes.toLocaleString("en")}`;
  return line([
    `\`${what.replace(",", "`,")}${what.includes(",") ? "" : "`"}`,
    shape,
    microseconds < 1000 ? number(microseconds) : Math.round(microseconds).toLocaleString("en"),
    ...gains,
  ]);
}

const counts = [...new Set(threads.results.map((result) => result.threads))].filter((count) => count > 1);
const threadCases = new Map(threads.results.map((it) => [`${it.what} ${it.rows} ${it.classes}`, it]));
const threadTable = [
  line(["", "classes", "1 thread, µs", ...counts.map((count) => `${count} threads`)]),
  line(["---", "---:", "---:", ...counts.map(() => "---:")]),
  ...[...threadCases.values()].map(({ what, rows, classes }) => rowOfThreads(what, rows, classes)),
].join("\n");

const threadText = `What threads bring on ${threads.machine.cores} cores (${threads.machine.cpu}, Node ${threads.machine.node}; \`${threads.command}\`): medians
and quartiles over rounds in which engines of 1${mostThreads > 2 ? ` to ${mostThreads}` : " and 2"} threads take turns; f32, in their memories. To hand work out takes
${(threads.dispatch / 1000).toFixed(1)} µs. A worker goes to sleep a millisecond after its last job, and a call of less than that, that comes alone, does not wake it.

${threadTable}`;

const { chromium, bundlers } = read("bundlers");
const kibibytes = (bytes) => (bytes / 1024).toFixed(1);
const bundlerTable = [
  line(["", "settings", "`entropy` alone", "every function", "threads and `relaxed` too", "`worker.js` found"]),
  line(["---", "---", "---:", "---:", "---:", "---"]),
  ...bundlers.map(({ bundler, version, settings, bytes, findsWorker }) =>
    line([
      `${bundler} ${version}`,
      settings ?? "none",
      kibibytes(bytes.entropy),
      kibibytes(bytes.all),
      kibibytes(bytes.everything),
      findsWorker ? "yes" : "no",
    ]),
  ),
].join("\n");

const bundlerText = `What an application's page loads, in KiB, minified and gzipped. \`npm run test:bundlers\` builds it, and finds in Chromium ${chromium.split(".")[0]} the bits
of Node, with one thread and with two.

${bundlerTable}`;
const platforms = read("platforms");
const [here] = platforms;
const platformTable = [
  line(["", "version", "backend", "threads", `the bits of ${here.platform} ${here.version}`, "time"]),
  line(["---", "---", "---", "---:", "---", "---:"]),
  ...platforms.map(({ platform, version, backend, threads, isEqual, seconds }, i) =>
    line([
      platform,
      version,
      `\`${backend}\``,
      threads,
      i === 0 ? "" : isEqual ? "yes" : "**no**",
      `${seconds.toFixed(1)} s`,
    ]),
  ),
].join("\n");
const platformText = `The same ${here.cases.toLocaleString("en")} results on each, of every function, of rows of all lengths and kinds, errors among them: four times, by
\`simd\` and by \`js\`, with one thread and with two where there can be. All of their bits make one number, \`${here.digests}\`.

${platformTable}`;

let readme = readFileSync("README.md", "utf8");
for (const [what, table] of [
  ["table of speed and error", text],
  ["table of threads", threadText],
  ["table of bundlers", bundlerText],
  ["table of platforms", platformText],
]) {
  const marked = new RegExp(`(<!-- ${what}: scripts/writeTables.mjs -->\\n)[\\s\\S]*?(\\n<!-- end -->)`);
  if (!marked.test(readme)) throw new Error(`README.md has no place for the ${what}`);
  readme = readme.replace(marked, (_, start, end) => `${start}\n${table}\n${end}`);
}
writeFileSync("README.md", readme);
