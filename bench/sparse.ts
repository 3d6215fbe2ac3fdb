// npm run bench:sparse [-- --positions 1000000] [--top 20]
//
// Lists of log-probabilities from files, on one core: what reading them takes, and what the bounds of two files take, in time and memory.
// The files are JSON Lines with one position a line, as OpenAI's API answers and in the neutral format, made here and removed again. On Linux the process that is
// measured is bound to one core by taskset.

import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { randomNumbers } from "../test/random.js";

const { values: flags } = parseArgs({
  options: { positions: { type: "string", default: "1000000" }, top: { type: "string", default: "20" } },
});
const positions = Number(flags.positions);
const top = Number(flags.top);
const folder = mkdtempSync(join(tmpdir(), "logratio-sparse-"));

interface Listed {
  readonly id: number;
  readonly token: string;
  readonly logprob: number;
}

const FORMATS = {
  OpenAI(listed: readonly Listed[]): object {
    const top_logprobs = listed.map(({ token, logprob }) => ({
      ...{ token, logprob },
      bytes: Array.from(new TextEncoder().encode(token)),
    }));
    const content = [{ ...top_logprobs[0], top_logprobs }];
    return { id: "x", object: "chat.completion", choices: [{ index: 0, logprobs: { content } }] };
  },
  neutral: (listed: readonly Listed[]): object => ({
    ...{ record: 0, token: listed[0].id },
    top: listed.map(({ id, logprob }) => [id, logprob]),
  }),
};

/** Lists whose tokens and numbers differ from line to line: 1,000 of them, in turns. */
function writeFile(path: string, format: (listed: readonly Listed[]) => object, noise: number): void {
  const random = randomNumbers(1);
  const lines: string[] = [];
  for (let line = 0; line < 1000; line++) {
    const scale = 0.5 + 2 * random();
    const weights = Array.from({ length: 2 * top }, (_, i) => (i + 1) ** -scale * (1 + noise * random()));
    const sum = weights.reduce((total, weight) => total + weight) * (1.01 + random());
    const first = Math.floor(random() * 100_000);
    const listed = weights
      .map((weight, i) => ({ id: first + i, token: ` t${first + i}`, logprob: Math.fround(Math.log(weight / sum)) }))
      .sort((a, b) => b.logprob - a.logprob)
      .slice(0, top);
    lines.push(`${JSON.stringify(format(listed))}\n`);
  }
  const file = openSync(path, "w");
  const block = lines.join("");
  for (let done = 0; done < positions; done += lines.length) {
    writeSync(file, done + lines.length <= positions ? block : lines.slice(0, positions - done).join(""));
  }
  closeSync(file);
}

const dist = pathToFileURL(join(import.meta.dirname, "../dist/sparse/index.js"));
const CODE = `
import { divergenceBounds, readPositions } from ${JSON.stringify(dist)};
const [, base, other] = process.argv;
const start = performance.now();
let count = 0;
let sum = 0;
if (other === undefined) for await (const { distribution } of readPositions(base)) (count++, sum += distribution.rest);
else {
  const others = readPositions(other);
  for await (const { distribution } of readPositions(base)) {
    sum += divergenceBounds(distribution, (await others.next()).value.distribution).js.lower;
    count++;
  }
}
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ count, sum, seconds, cpu: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024 }));
`;

function measure(what: string, ...files: string[]): void {
  const node = [process.execPath, "--input-type=module", "--eval", CODE, ...files];
  const command = process.platform === "linux" ? ["taskset", "-c", "0", ...node] : node;
  const { stdout, stderr, status } = spawnSync(command[0], command.slice(1), { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  const { count, seconds, cpu, megabytes } = JSON.parse(stdout);
  const per = ((cpu * 1e6) / count).toFixed(1);
  console.log(
    `${what}: ${count} positions in ${seconds.toFixed(1)} s (${cpu.toFixed(1)} s of the processor, ${per} µs each), ${megabytes.toFixed(0)} MB`,
  );
}

try {
  const [base, other] = ["base.jsonl", "other.jsonl"].map((name) => join(folder, name));
  console.log(`top-${top} of ${positions} positions, Node ${process.version}`);
  for (const [name, format] of Object.entries(FORMATS)) {
    writeFile(base, format, 0);
    writeFile(other, format, 0.5);
    const size = `${(statSync(base).size / 1e6).toFixed(0)} MB`;
    measure(`${name}, reading a file of ${size}`, base);
    measure(`${name}, reading two, and their bounds`, base, other);
  }
} finally {
  rmSync(folder, { recursive: true });
}
