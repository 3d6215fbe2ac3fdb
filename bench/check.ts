// npm run bench:check [-- family … --against main~1 --classes 1024,131072 --rounds 16 --backend js --quick --all]
//
// What got slower, or faster, since another commit: by default the parent, or HEAD where there are uncommitted changes. It is
// built in a work tree of its own, and both builds are measured in one process. Information: a speed never decides.
//
// Two copies of either build take turns in every round, each loaded, compiled and given memory by itself: b and b', t and t'. The
// faster of each pair counts, min(t, t') / min(b, b'). Were all four equal, min(b, t) / min(b', t') and min(b, t') / min(b', t)
// would be spread like it, and a change moves neither: the noise is how far from 1 their medians over the rounds are, all but
// one in twenty. A case is beyond it if both quartiles are, and still are when it is measured twice more, in copies loaded anew:
// luck with memory or with the compiler seldom comes back. What is told is the last ratio.
//
// The noise is not the greatest deviation, which one interrupted case would make 10 % and more. Of the same commit, some three
// cases of 76 are beyond it at first, and hardly ever one to the end.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { familiesNamed, titleOf } from "./families.js";
import type { Family, Rows } from "./family.js";
import { inMemoryOf, makeRows, measureInTurns, printTable, quantile, ratioOf, shownRatio } from "./harness.js";

type Library = typeof import("../dist/index.js");

interface Case {
  family: Family;
  type: "f32" | "f64";
  classes: number;
}

interface Comparison extends Case {
  /** Time of this checkout by the other commit's: median and both quartiles. */
  ratio: [number, number, number];
  /** How far from 1 the same is of pairs that are equal but for chance. */
  deviations: number[];
}

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    against: { type: "string" },
    classes: { type: "string", default: "1024,131072" },
    rounds: { type: "string" },
    backend: { type: "string", default: "simd" },
    quick: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
  },
});
const ROUNDS = Number(flags.rounds ?? (flags.quick ? 8 : 16));
const MILLISECONDS = flags.quick ? 1 : 4;
/** Until the compilers of both languages are done with a contestant. */
const WARM_UP = [2, 8] as const;
/** How many of the deviations are within the noise. */
const SHARE_WITHIN = 0.95;
const TIMES_AGAIN = 2;

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "logratio-check-"));
const base = join(folder, "base");
let building: ChildProcess | undefined;

process.on("exit", () => {
  if (building?.pid) process.kill(-building.pid, "SIGKILL");
  try {
    git("worktree", "remove", "--force", base);
  } catch {
    // it has not been made
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});
for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 })) {
  process.on(signal, () => process.exit(code));
}

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: "pipe" }).trim();
}

/** Runs npm as a group of processes, which ends with this one. */
async function npm(cwd: string, ...args: string[]): Promise<void> {
  const child = spawn("npm", args, { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  building = child;
  child.once("exit", () => {
    building = undefined;
  });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  if (code !== 0) throw new Error(errors.trim() || output.trim().split("\n").at(-1));
}

/** Nothing to compare with: no failure where the comparison is a piece of information among others. */
function giveUp(reason: string, { message }: Error): never {
  console.log(`Not compared: ${reason} (${message.split("\n")[0]})`);
  process.exit(flags.quick || process.env.CI ? 0 : 2);
}

function commitOfBase(): string {
  let name = flags.against ?? "HEAD~1";
  try {
    if (flags.against === undefined && git("status", "--porcelain", "--untracked-files=no") !== "") name = "HEAD";
    return git("rev-parse", "--verify", `${name}^{commit}`);
  } catch (error) {
    return giveUp(`there is no ${name} here`, error as Error);
  }
}

async function buildBase(commit: string): Promise<void> {
  git("worktree", "add", "--detach", base, commit);
  const [lock, ownLock] = [base, root].map((place) => readFileSync(join(place, "package-lock.json"), "utf8"));
  if (lock !== ownLock) return npm(base, "ci", "--no-audit", "--no-fund");
  symlinkSync(join(root, "node_modules"), join(base, "node_modules"));
  return npm(base, "run", "--silent", "build");
}

/** Builds this checkout if a source is younger than what was built. */
async function buildThis(): Promise<void> {
  const timeOf = (path: string) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ["assembly", "src"].flatMap((place) =>
    readdirSync(join(root, place), { recursive: true, encoding: "utf8" }).map((name) => join(place, name)),
  );
  const built = timeOf("dist/index.js");
  if ([...sources, "asconfig.json", "vite.config.ts"].some((path) => timeOf(path) > built)) {
    await npm(root, "run", "--silent", "build");
  }
}

let copies = 0;

/** The built package as modules that share no compiled function with another copy. */
async function load(place: string): Promise<Library> {
  const copy = join(folder, `copy${copies++}`);
  cpSync(join(place, "dist"), copy, { recursive: true });
  return import(pathToFileURL(join(copy, "index.js")).href);
}

function contestantOf(library: Library, family: Family, rows: Rows) {
  const engine = library.createEngineSync({ backend: flags.backend as "simd" | "js" });
  const own = inMemoryOf(engine, rows);
  const run = () => family.call(library, own);
  run();
  return { run, dispose: () => engine.dispose() };
}

/** Nothing if the other commit cannot do it. */
async function compareCase({ family, type, classes }: Case, bases: Library[], these: Library[]) {
  const rows = makeRows(type, classes, family);
  const [t, tAgain] = these.map((library) => contestantOf(library, family, rows));
  let b: typeof t;
  let bAgain: typeof t;
  try {
    [b, bAgain] = bases.map((library) => contestantOf(library, family, rows));
  } catch {
    return [];
  }
  const contestants = { b: b.run, t: t.run, bAgain: bAgain.run, tAgain: tAgain.run };
  const listenToSignals = () => setImmediate();
  await measureInTurns(contestants, ...WARM_UP, listenToSignals);
  const times = await measureInTurns(contestants, ROUNDS, MILLISECONDS, listenToSignals);
  for (const { dispose } of [b, bAgain, t, tAgain]) dispose();

  const faster = (one: keyof typeof contestants, other: keyof typeof contestants) =>
    times[one].map((time, round) => Math.min(time, times[other][round]));
  const ratio = ratioOf(faster("t", "tAgain"), faster("b", "bAgain"));
  const deviations = [
    ratioOf(faster("b", "t"), faster("bAgain", "tAgain")),
    ratioOf(faster("b", "tAgain"), faster("bAgain", "t")),
  ].map(([middle]) => Math.max(middle, 1 / middle) - 1);
  return [{ family, type, classes, ratio, deviations }];
}

async function compare(cases: Case[]): Promise<Comparison[]> {
  const bases = [await load(base), await load(base)];
  const these = [await load(root), await load(root)];
  const comparisons: Comparison[] = [];
  for (const each of cases) comparisons.push(...(await compareCase(each, bases, these)));
  return comparisons;
}

const nameOf = ({ family, type, classes }: Case) => titleOf(family, type, `${classes} classes`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const cases = familiesNamed(positionals).flatMap((family) =>
  (["f32", "f64"] as const).flatMap((type) =>
    flags.classes.split(",").map((classes): Case => ({ family, type, classes: Number(classes) })),
  ),
);

const commit = commitOfBase();
console.log(`Against ${git("log", "-1", "--format=%h %s", commit)}`);
await buildThis();
await buildBase(commit).catch((error) => giveUp("that commit does not build", error));
writeFileSync(join(folder, "package.json"), '{ "type": "module" }');

const comparisons = await compare(cases);
const noise = quantile(
  comparisons.flatMap(({ deviations }) => deviations),
  SHARE_WITHIN,
);
const directions: [string, (comparison: Comparison) => boolean][] = [
  ["slower", ({ ratio: [, lower] }) => lower > 1 + noise],
  ["faster", ({ ratio: [, , upper] }) => upper < 1 / (1 + noise)],
];

if (flags.all) {
  printTable<Comparison>(
    [
      ["", (comparison) => nameOf(comparison).padEnd(70)],
      ["time, × the other's", ({ ratio }) => shownRatio(ratio)],
      ["equal pairs differ by", ({ deviations }) => deviations.map(percent).join(", ")],
    ],
    comparisons,
  );
}
const compared = new Set(comparisons.map(nameOf));
const added = new Set(cases.filter((each) => !compared.has(nameOf(each))).map(({ family }) => family.name));
if (added.size > 0) console.log(`New: ${[...added].join(", ")}`);

let isQuiet = true;
for (const [direction, isBeyond] of directions) {
  let beyond = comparisons.filter(isBeyond);
  for (let i = 0; i < TIMES_AGAIN && beyond.length > 0; i++) beyond = (await compare(beyond)).filter(isBeyond);
  for (const comparison of beyond) {
    console.log(`${direction}: ${nameOf(comparison)}: ${shownRatio(comparison.ratio)} × the time`);
    isQuiet = false;
  }
}
if (compared.size > 0) {
  const what = `the noise of ${percent(noise)}, over ${compared.size} cases`;
  console.log(isQuiet ? `Nothing beyond ${what}` : `All else is within ${what}`);
}
