// Loops that leave out rows: by a mask, or because there is something wrong with them.

import { ROWS } from "../backends/layout.js";
import type { Loop } from "./work.js";

/** A loop over the rows for which the last array, of bytes, has 1. The others have NaN. */
const maskedLoop =
  <S>(loop: Loop<S>): Loop<S> =>
  (backend, arrays, settings, from, to, values) => {
    const mask = arrays[arrays.length - 1] as Uint8Array;
    const rest = arrays.slice(0, -1);
    const width = values.length / (to - from);
    for (let first = from; first < to; ) {
      let end = first + 1;
      while (end < to && mask[end] === mask[first]) end++;
      const part = values.subarray((first - from) * width, (end - from) * width);
      if (mask[first] === 1) loop(backend, rest, settings, first, end, part);
      else part.fill(Number.NaN);
      first = end;
    }
  };

/**
 * A loop in which a row that throws has NaN: it does `step` rows at once, and one by one those among which there is such a row. What is
 * written may be in place of what is read: then `step` is 1, as a row that throws has written nothing.
 */
const lenientLoop =
  <S>(loop: Loop<S>, step: number): Loop<S> =>
  (backend, arrays, settings, from, to, values) => {
    const tryRows = (first: number, end: number) => {
      try {
        loop(backend, arrays, settings, first, end, values.subarray(first - from, end - from));
      } catch (error) {
        if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
        if (end - first === 1) values[first - from] = Number.NaN;
        else for (let r = first; r < end; r++) tryRows(r, r + 1);
      }
    };
    for (let r = from; r < to; r += step) tryRows(r, Math.min(to, r + step));
  };

/** Ways to leave out rows, by what the name of a loop begins with. */
const WAYS: Readonly<Record<string, (loop: Loop<never>) => Loop<never>>> = {
  masked: maskedLoop,
  lenient: (loop) => lenientLoop(loop, ROWS),
  careful: (loop) => lenientLoop(loop, 1),
};

/** The same work, in one of these ways. */
export const inWay = <W extends { loopName: string; loop: Loop<never> }>(way: string, work: W): W => ({
  ...work,
  loopName: `${way} ${work.loopName}`,
  loop: WAYS[way](work.loop),
});

/** The loop of a name. */
export function loopNamed(loops: ReadonlyMap<string, Loop<never>>, name: string): Loop<never> | undefined {
  const [way, rest] = name.split(/ (.*)/);
  const loop = rest && loopNamed(loops, rest);
  return loop ? WAYS[way](loop) : loops.get(name);
}
