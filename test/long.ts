// Sweeps: tests that assert the same of every length, kind or seed of a list. `npm test` goes through a fixed part of each list,
// `npm run test:long` (and .ci/run) through all of it, by this file alone. A quick part keeps the edges: 1, below, at and above
// lanes, groups, blocks and chunks. Nothing is in a quick part that is not in the list.

/** Whether sweeps are whole. */
export const isLong = process.env.LONG === "1";

/** All of a list in the long run, the given part of it in the quick one. */
export function thin<T>(all: readonly T[], quick: readonly T[]): readonly T[] {
  const alien = quick.find((one) => !all.includes(one));
  if (alien !== undefined || quick.length === 0)
    throw new Error(`a quick part is to be some of its list; ${alien} is not`);
  return isLong ? all : quick;
}

/** All of a list in the long run, every so many of it in the quick one. */
export const every = <T>(stride: number, all: readonly T[]): readonly T[] =>
  isLong ? all : all.filter((_, i) => i % stride === 0);

/** All of a list in the long run; in the quick one its `turn`-th alone: as many turns as it is long go through all of it. */
export function inTurn<T>(all: readonly T[], turn: number): readonly T[] {
  return isLong ? all : [all[turn % all.length]];
}

/**
 * How often to repeat what is tried on random numbers: in the quick run once for every `share` times, on the first of the same numbers.
 */
export const repeats = (count: number, share = 4): number => (isLong ? count : Math.ceil(count / share));
