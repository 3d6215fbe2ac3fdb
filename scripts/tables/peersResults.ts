// bench/peers/RESULTS.md: every case of bench/peers/run.ts.

import { median, quantile, ratioOf } from "../../bench/harness.js";
import {
  BYTES_OF_PAIR,
  CLASSES,
  isFaster,
  readRun,
  resultOf,
  SIMD,
  timeOf,
  timeOfReading,
  typicalCase,
} from "../../bench/peers/report.js";
import type { CaseResult, PeerResult, Run } from "../../bench/peers/results.js";
import { count, LEFT, RIGHT, table } from "./markdown.mjs";
import { machineOf, shownError, shownExact, threeDigits } from "./peers.js";

const quartiles = (numbers: number[]) =>
  `${threeDigits(quantile(numbers, 0.25))}–${threeDigits(quantile(numbers, 0.75))}`;
const bold = (cells: string[]) => cells.map((cell) => (cell === "" ? "" : `**${cell}**`));
const shapeOf = ({ rows, classes }: CaseResult) => `${rows === 1 ? "" : `${rows} × `}${count(classes)}`;

/** A row of the full table, in bold where the peer is faster. */
function fullRow(task: CaseResult, result: PeerResult, versions: Map<string, string>): string[] {
  const { contestant, nanoseconds, error, wrong = "" } = result;
  const name = [contestant, versions.get(contestant)].filter(Boolean).join(" ");
  // how far it is off is told by the error
  const told = wrong.startsWith("off") ? "" : wrong.replace(/\s+/g, " ").replaceAll("|", "\\|");
  if (nanoseconds.length === 0) return [name, "", "", "", "", told];
  const perClass = nanoseconds.map((time) => time / (task.rows * task.classes));
  const simd = resultOf(task, SIMD)?.nanoseconds;
  const ratio = simd && contestant !== SIMD ? ratioOf(nanoseconds, simd).map(threeDigits) : [];
  const cells = [
    name,
    `${threeDigits(median(perClass))} (${quartiles(perClass)})`,
    threeDigits(task.bytes / median(nanoseconds)),
    ratio.length > 0 ? `${ratio[0]}× (${ratio[1]}–${ratio[2]})` : "",
    error === undefined ? "" : shownError(error),
    told,
  ];
  return isFaster(task, result) ? bold(cells) : cells;
}

function fullTable(task: CaseResult, versions: Map<string, string>): string {
  const heads = ["ns per class", "GB/s", `\`simd\` is`, "error"].map((head): [string, string] => [head, RIGHT]);
  const { type, shape, exact, measure } = task;
  const value = measure.includes("Divergence") ? `: ${shownExact(exact, 3)}` : "";
  return `### ${type}, ${shapeOf(task)} classes, ${shape}${value}

${table(
  [["", LEFT], ...heads, ["", LEFT]],
  task.results.map((result) => fullRow(task, result, versions)),
)}`;
}

/** How far each kernel is from a loop that merely reads. */
function rooflineText(run: Run): string {
  const { roofline } = run;
  if (roofline === undefined) return "";
  const { reading, instructions, othersInstructions } = roofline;
  const rows = instructions.flatMap(({ measure, type, perClass }) => {
    const task = typicalCase(run, measure, type);
    const simd = task && resultOf(task, SIMD);
    if (task === undefined || simd === undefined) return [];
    const time = timeOf(task, simd);
    const read = timeOfReading(roofline, task);
    return [
      [
        `\`${measure}\``,
        type,
        ...[time, read, time / read].map(threeDigits),
        ...[perClass, perClass / time].map(threeDigits),
        ...othersInstructions.map(({ instructions: all }) => {
          const counted = all.find((other) => other.measure === measure && other.type === type);
          return counted ? threeDigits(counted.perClass) : "";
        }),
      ],
    ];
  });
  const heads = ["ns per class", "merely reading, ns", "times", "instructions per class", "instructions per ns"];
  heads.push(...othersInstructions.map(({ contestant }) => `instructions of ${contestant}`));
  const sizes = reading.map(({ classes, nanoseconds }) => [
    count(classes),
    threeDigits(nanoseconds),
    threeDigits(BYTES_OF_PAIR / nanoseconds),
  ]);
  const read = `## How much there is to gain

What it takes to merely read two rows of f32, by a loop of WebAssembly that XORs them:

${table(
  ["classes", "ns per class", "GB/s"].map((head): [string, string] => [head, RIGHT]),
  sizes,
)}`;
  if (rows.length === 0) return read;
  return `${read}

\`${SIMD}\` at ${count(CLASSES)} classes beside it. Instructions are counted by callgrind, and are those of a longer row less those of a
shorter, by their difference in classes. What is written (\`softmax\`, gradients) does not count as read. PyTorch takes eight f32, or four f64, at a
time (AVX2), with fused multiply-add; WebAssembly has lanes for half as many, and \`relaxed\` alone is fused.

![Time and instructions per class, by measure, and what merely reading takes](plots/roofline.svg)

${table([["", LEFT], ["", LEFT], ...heads.map((head): [string, string] => [head, RIGHT])], rows)}`;
}

export function peersResults(): string {
  const run = readRun();
  const versions = new Map(run.peers.map(({ name, version }) => [name, version]));
  const measures = [...new Set(run.cases.map(({ measure }) => measure))];
  const sections = measures.map((measure) => {
    const tables = run.cases.filter((task) => task.measure === measure).map((task) => fullTable(task, versions));
    return [`## ${measure}`, ...tables].join("\n\n");
  });
  return `# Results

\`${run.command}\` on ${machineOf(run)} (V8 ${run.machine.v8}). Made by \`npm run tables\` and \`npm run bench:plots\` from bench/peers.json; how it is measured is in
[README.md](README.md).

Medians and quartiles over rounds in which all take turns. "\`simd\` is 4×": \`${SIMD}\` is four times as fast, round by round. **Bold**: the
peer's median is below that of \`${SIMD}\`. Errors are the largest of the numbers that are checked, against double-double arithmetic: relative for
divergences, \`softmax\` and gradients, else of max(1, value). GB/s are of what is read.

${measures.map((measure) => `[${measure}](#${measure.toLowerCase()})`).join(", ")}

![Speed](plots/speed.svg)

![Speed, the other measures](plots/speedOfOthers.svg)

![Error](plots/error.svg)

![Error of the other divergences](plots/errorOfOthers.svg)

${[rooflineText(run), ...sections].filter(Boolean).join("\n\n")}
`;
}
