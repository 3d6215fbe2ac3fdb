import { readFileSync } from "node:fs";

/** What scripts/makeCountEstimateReferences.py has written: samples as groups of so many classes with the same count. */
interface Case {
  readonly groups: readonly (readonly [classes: number, count: number])[];
  readonly classes: number;
}

const {
  entropies,
  smoothed,
}: Readonly<{
  entropies: readonly (Case & { expected: Record<string, readonly [value: string, standardError: string]> })[];
  smoothed: readonly (Case & { expected: Record<string, readonly number[]> })[];
}> = JSON.parse(readFileSync("test/fixtures/countEstimates.json", "utf8"));

/** A count per class that was observed, the groups one after the other. */
export function countsOf({ groups }: Case): Float64Array {
  const counts = new Float64Array(groups.reduce((sum, [classes]) => sum + classes, 0));
  let start = 0;
  for (const [classes, count] of groups) {
    counts.fill(count, start, start + classes);
    start += classes;
  }
  return counts;
}

export { entropies, smoothed };
