// What benchmarks share: rows, contestants that take turns, tables.

import { Bench } from "tinybench";
import type * as logratio from "../dist/index.js";
import type { Family, FloatArray, Rows } from "./family.js";

/** The number below which `share` of all lie. */
const quantile = (numbers: number[], share: number): number =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))];
export const median = (numbers: number[]): number => quantile(numbers, 0.5);

/** Logits like a language model's, and those of the same model quantised (q4_0 has a KL of 0.08 from its base), or nearer. */
function makeLogits(type: "f32" | "f64", n: number, gaussian: () => number, noise: number): Rows {
  const rounded = (row: Float64Array) => (type === "f32" ? Float32Array.from(row) : row);
  const p = Float64Array.from({ length: n }, () => 3 * gaussian());
  const q = p.map((z) => z + noise * gaussian());
  return { p: rounded(p), q: rounded(q), counts: rounded(new Float64Array(n)) };
}

/** Rows like a language model's probabilities: heavy-tailed p, and q near it. Seeded, so that runs are alike. */
export function makeRows(type: "f32" | "f64", n: number, { variant, input }: Family): Rows {
  let state = 20261124;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 8) + 0.5) / 16777216;
  };
  const gaussian = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
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
export function compiledApart(loop: Family["loop"]): Family["loop"] {
  // esbuild has put a call of its own around inner functions, which keeps their names
  return new Function("__name", `return (${loop})`)((inner: unknown) => inner);
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

/** Nanoseconds of a call of each contestant, round by round: all take a turn in each. */
export async function measureInTurns(
  contestants: Record<string, () => unknown>,
  classes: number,
  rounds: number,
  milliseconds: number,
): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    const bench = new Bench({ time: milliseconds, iterations: 3, warmup: round === 0, warmupTime: 2 * milliseconds });
    // calls are shorter than the clock's resolution at few classes: many make a sample
    const calls = Math.max(1, Math.floor(20000 / classes));
    for (const [name, run] of Object.entries(contestants)) {
      bench.add(name, () => {
        for (let i = 0; i < calls; i++) run();
      });
    }
    await bench.run();
    for (const task of bench.tasks) {
      if (task.result.state !== "completed") throw new Error(`${task.name}: ${task.result.state}`);
      times[task.name] ??= [];
      times[task.name].push((task.result.latency.p50 * 1e6) / calls);
    }
  }
  return times;
}

/** Median and both quartiles of how many times as fast as `base` something is, round by round. */
export function ratioOf(base: number[], times: number[]): [number, number, number] {
  const ratios = times.map((time, round) => base[round] / time);
  return [median(ratios), quantile(ratios, 0.25), quantile(ratios, 0.75)];
}

export const shownRatio = ([middle, lower, upper]: [number, number, number]): string =>
  `${middle.toFixed(2)} (${lower.toFixed(2)}–${upper.toFixed(2)})`;

/** A table of results: heads, and what stands below. */
export function printTable<Result>(columns: [string, (result: Result) => string][], results: Result[]): void {
  const cells = [columns.map(([head]) => head), ...results.map((result) => columns.map(([, cell]) => cell(result)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  for (const row of cells) console.log(row.map((cell, i) => cell.padStart(widths[i])).join("  "));
}
