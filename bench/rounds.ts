// Contestants take turns in each of several rounds, so that what the machine does meanwhile hits all alike; a ratio is taken
// round by round.

import { Bench } from "tinybench";

/** The number below which `share` of all lie. */
const quantile = (numbers: number[], share: number): number =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))];

export const median = (numbers: number[]): number => quantile(numbers, 0.5);

/** Median and both quartiles of the first's time by the second's. */
export function ratioOf(first: number[], second: number[]): [median: number, lower: number, upper: number] {
  const ratios = first.map((time, round) => time / second[round]);
  return [median(ratios), quantile(ratios, 0.25), quantile(ratios, 0.75)];
}

export interface Turns {
  rounds: number;
  /** That each contestant takes in a round. */
  milliseconds: number;
  /** Calls a sample: they may be shorter than the clock's resolution. */
  calls: number;
}

/** Nanoseconds a call of each contestant, by round. */
export async function takeTurns<Name extends string>(
  contestants: Record<Name, () => unknown>,
  { rounds, milliseconds, calls }: Turns,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contestants) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    const bench = new Bench({ time: milliseconds, iterations: 3, warmup: round === 0, warmupTime: 2 * milliseconds });
    for (const name of names) {
      const run = contestants[name];
      bench.add(name, () => {
        for (let i = 0; i < calls; i++) run();
      });
    }
    await bench.run();
    for (const task of bench.tasks) {
      if (task.result.state !== "completed") throw new Error(`${task.name}: ${task.result.state}`);
      times[task.name as Name].push((task.result.latency.p50 * 1e6) / calls);
    }
  }
  return times;
}
