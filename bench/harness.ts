// What benchmarks share, in Node and in a page: rows, contestants that take turns, results, tables.

import { Bench } from "tinybench";
import type * as logratio from "../dist/index.js";
import type { Family, FloatArray, Rows } from "./family.js";

/** The number below which `share` of all lie. */
export const quantile = (numbers: number[], share: number): number =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))];
export const median = (numbers: number[]): number => quantile(numbers, 0.5);

/** Logits like a language model's, and those of the same model quantised (q4_0 has a KL of 0.08 from its base), or nearer. */
function makeLogits(type: "f32" | "f64", n: number, gaussian: () => number, noise: number): Rows {
  const rounded = (row: Float64Array) => (type === "f32" ? Float32Array.from(row) : row);
  const p = Float64Array.from({ length: n }, () => 3 * gaussian());
  const q = p.map((z) => z + noise * gaussian());
  return { p: rounded(p), q: rounded(q), counts: rounded(new Float64Array(n)) };
}

/** Random numbers, seeded so that runs are alike: uniform in (0, 1) by a congruential generator, standard normal by Box and Muller. */
export function makeRandom(): { uniform: () => number; gaussian: () => number } {
  let state = 20261124;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 8) + 0.5) / 16777216;
  };
  return { uniform, gaussian: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) };
}

/** Rows like a language model's probabilities: heavy-tailed p, and q near it. */
export function makeRows(type: "f32" | "f64", n: number, { variant, input }: Family): Rows {
  const { uniform, gaussian } = makeRandom();
  if (input === "logits") return makeLogits(type, n, gaussian, variant === "near" ? 1e-3 : 0.4);
  const p = Float64Array.from({ length: n }, () => Math.exp(2 * gaussian()));
  const q = p.map((x) => x * Math.exp(0.5 * gaussian()));
  if (variant === "30 % zeros") {
    for (let i = 1; i < n; i++) if (uniform() < 0.3) p[i] = q[i] = 0;
  }
  const normalized = (row: Float64Array) => {
    const sum = row.reduce((total, x) => total + x);
    const scaled = row.map((x) => x / sum);
    return type === "f32" ? Float32Array.from(scaled) : scaled;
  };
  const counts = p.map(() => Math.floor(4 * uniform()));
  return { p: normalized(p), q: normalized(q), counts: type === "f32" ? Float32Array.from(counts) : counts };
}

/** A function compiled apart from all others made of the same text: a loop that has seen two types of array is slower. */
export function compiledApart<Loop extends (...args: never[]) => unknown>(loop: Loop): Loop {
  // esbuild has put a call of its own around inner functions, which keeps their names
  return new Function("__name", `return (${loop})`)((inner: unknown) => inner);
}

/** So often a loop is compiled, and each of them tried: so many calls at least, for so many milliseconds at least. */
const COPIES = 5;
const TRIAL_CALLS = 8;
const TRIAL_MILLISECONDS = 15;

/** The fastest of some compilations of a loop, with these arguments: one may take twice as long as another. */
export function fastestApart<Arguments extends unknown[], Result>(
  loop: (...values: Arguments) => Result,
  ...values: Arguments
): (...values: Arguments) => Result {
  const copies = Array.from({ length: COPIES }, () => compiledApart(loop));
  const times = copies.map((copy) => {
    const calls = Math.max(
      1,
      callsOfSample(() => copy(...values), TRIAL_MILLISECONDS / 100),
    );
    let least = Number.POSITIVE_INFINITY;
    const end = performance.now() + TRIAL_MILLISECONDS;
    for (let trial = 0; trial < TRIAL_CALLS || performance.now() < end; trial++) {
      const start = performance.now();
      for (let i = 0; i < calls; i++) copy(...values);
      least = Math.min(least, (performance.now() - start) / calls);
    }
    return least;
  });
  return copies[times.indexOf(Math.min(...times))];
}

export function inMemoryOf(engine: logratio.Engine, { p, q, counts }: Rows): Rows {
  const moved = (row: FloatArray) => {
    const place = row instanceof Float32Array ? engine.float32(row.length) : engine.float64(row.length);
    place.set(row);
    return place;
  };
  return { p: moved(p), q: moved(q), counts: moved(counts) };
}

export const copyOf = ({ p, q, counts }: Rows): Rows => ({ p: p.slice(), q: q.slice(), counts: counts.slice() });

/** The clock's least step in milliseconds: browsers make it coarse, the more so where a page is not isolated. */
export function clockStep(): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 8; i++) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    least = Math.min(least, now - start);
  }
  return least;
}

/** A sample must be so long that neither the clock's step nor reading it counts. */
const SAMPLE_STEPS = 64;
const LEAST_SAMPLE_MILLISECONDS = 0.1;

/** A call of so many samples' length is one by itself. */
const SLOW = 200;

/** How many calls make a sample; 0 if one is enough to be told without a warm-up. */
function callsOfSample(run: () => unknown, milliseconds: number): number {
  for (let calls = 1; ; calls *= 2) {
    let least = Number.POSITIVE_INFINITY;
    // of several: one may have been interrupted
    for (let attempt = 0; attempt < 3; attempt++) {
      const start = performance.now();
      for (let i = 0; i < calls; i++) run();
      least = Math.min(least, performance.now() - start);
      if (calls === 1 && least >= SLOW * milliseconds) return 0;
    }
    if (least >= milliseconds) return calls;
  }
}

/** A function, or what times calls of its own for about so long, and tells how many nanoseconds one takes. */
export type Contestant = (() => unknown) | { sample(milliseconds: number): Promise<number> };

/** The order of a round: each begins at another place, every second goes backwards, so that all stand alike after all others. */
function orderOf<T>(entries: T[], round: number): T[] {
  const first = (round >> 1) % entries.length;
  const order = [...entries.slice(first), ...entries.slice(0, first)];
  return round % 2 === 0 ? order : order.reverse();
}

/**
 * Nanoseconds of a call of each contestant, round by round: all take a turn in each. `beforeTurn` may wait, to let a page live,
 * and ends it all by throwing. A contestant that has taken `patience` milliseconds sits the other rounds out, after three.
 */
export async function measureInTurns(
  contestants: Record<string, Contestant>,
  rounds: number,
  milliseconds: number,
  beforeTurn?: (round: number, contestant: string) => Promise<void>,
  patience = Number.POSITIVE_INFINITY,
): Promise<Record<string, number[]>> {
  const sampleMilliseconds = Math.max(LEAST_SAMPLE_MILLISECONDS, SAMPLE_STEPS * clockStep());
  const times: Record<string, number[]> = {};
  const spent: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, contestant] of orderOf(Object.entries(contestants), round)) {
      if (round >= 3 && spent[name] > patience) continue;
      await beforeTurn?.(round, name);
      const start = performance.now();
      times[name] ??= [];
      if (typeof contestant === "function") {
        times[name].push(await takeTurn(contestant, milliseconds, sampleMilliseconds, round === 0));
      } else {
        if (round === 0) await contestant.sample(2 * milliseconds);
        times[name].push(await contestant.sample(milliseconds));
      }
      spent[name] = (spent[name] ?? 0) + performance.now() - start;
    }
  }
  return times;
}

async function takeTurn(
  run: () => unknown,
  milliseconds: number,
  sampleMilliseconds: number,
  isFirst: boolean,
): Promise<number> {
  const calls = callsOfSample(run, sampleMilliseconds);
  if (calls === 0) {
    const start = performance.now();
    run();
    return (performance.now() - start) * 1e6;
  }
  const bench = new Bench({
    time: milliseconds,
    iterations: 3,
    warmup: isFirst,
    warmupTime: 2 * milliseconds,
    warmupIterations: 3,
  });
  bench.add("turn", () => {
    for (let i = 0; i < calls; i++) run();
  });
  const [{ result }] = await bench.run();
  if (result.state !== "completed") throw new Error(`${run}: ${result.state}`);
  return (result.latency.p50 * 1e6) / calls;
}

/** Median and both quartiles of how many times as fast as `base` something is, round by round, of those that both have had. */
export function ratioOf(base: number[], times: number[]): [number, number, number] {
  const ratios = times.slice(0, base.length).map((time, round) => base[round] / time);
  return [median(ratios), quantile(ratios, 0.25), quantile(ratios, 0.75)];
}

/** The exact result, and what errors are relative to. */
export interface Exact {
  value: number;
  scale: number;
}

export function exactOf(family: Family, rows: Rows): Exact {
  const value = family.exact(rows);
  return { value, scale: family.errorScale?.(value, rows) ?? Math.abs(value) };
}

export interface Result {
  family: string;
  input?: string;
  variant?: string;
  mode?: string;
  type: "f32" | "f64";
  classes: number;
  contestant: string;
  /** Median over the rounds. */
  nanosecondsPerCall: number;
  /** Time of the loop by this one's, round by round: median and both quartiles. */
  ratio: [number, number, number];
  gigabytesPerSecond: number;
  value: number;
  error: number;
}

/** Measures the contestants of a case, one of which is called `loop`. */
export async function measureCase(
  family: Family,
  rows: Rows,
  exact: Exact,
  contestants: Record<string, () => unknown>,
  ...turns: [rounds: number, milliseconds: number, beforeTurn?: (round: number, contestant: string) => Promise<void>]
): Promise<Result[]> {
  const times = await measureInTurns(contestants, ...turns);
  const bytes = family.reads.reduce((sum, row) => sum + rows[row].byteLength, 0);
  return Object.entries(contestants).map(([contestant, run]): Result => {
    const nanosecondsPerCall = median(times[contestant]);
    const value = run() as number;
    return {
      family: family.name,
      input: family.input,
      variant: family.variant,
      mode: family.mode,
      type: rows.p instanceof Float32Array ? "f32" : "f64",
      classes: rows.p.length,
      contestant,
      nanosecondsPerCall,
      ratio: ratioOf(times.loop, times[contestant]),
      gigabytesPerSecond: bytes / nanosecondsPerCall,
      value,
      error: Math.abs(value - exact.value) / exact.scale,
    };
  });
}

export const shownRatio = ([middle, lower, upper]: [number, number, number]): string =>
  `${middle.toFixed(2)} (${lower.toFixed(2)}–${upper.toFixed(2)})`;

/** A table of results: heads, and what stands below. */
export function printTable<Result>(columns: [string, (result: Result) => string][], results: Result[]): void {
  const cells = [columns.map(([head]) => head), ...results.map((result) => columns.map(([, cell]) => cell(result)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  for (const row of cells) console.log(row.map((cell, i) => cell.padStart(widths[i])).join("  "));
}
