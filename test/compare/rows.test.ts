import { describe, expect, test } from "vitest";
import { type LogitCase, makeLogitRows, readLogitCases } from "../cases.js";
import { hasRelaxed } from "../engines.js";
import { KINDS, makeRows } from "../logitCalls.js";
import { inTurn, thin } from "../long.js";
import { compareRow, runtimes } from "./rows.js";

const { js, simd, relaxed } = runtimes;
/** JavaScript has the bits of simd; relaxed is simd where there is no relaxed SIMD. */
const fast = hasRelaxed ? [simd, relaxed] : [simd];
const lengthsOf = (turn: number) => [
  ...thin([1, 2, 3, 5, 8, 16, 17, 33, 255, 256, 257, 512, 513, 1030], [1, 2, 5, 8, 17, 255, 256, 257, 513]),
  ...inTurn([4097, 8193, 20000], turn),
];

describe.each([
  ["f32", Float32Array],
  ["f64", Float64Array],
] as const)("%s rows", (_, type) => {
  const kinds = Object.keys(KINDS).map((kind, turn) => [kind, turn] as const);
  test.each(kinds)("%s: the same bits in JavaScript and in WebAssembly", (kind, turn) => {
    for (const n of lengthsOf(turn)) {
      const { a, b } = makeRows(kind, type, n);
      for (const temperature of n < 1100 ? [1, 2.5, 0.3] : [1]) {
        const options = { temperature, token: n >> 1 };
        expect(compareRow(simd, a, b, options), `${n} classes`).toEqual(compareRow(js, a, b, options));
      }
    }
  });

  test.each(Object.keys(KINDS))("%s: a row and itself have no divergence", (kind) => {
    const { a } = makeRows(kind, type, 1030);
    for (const runtime of fast) {
      const { kl, reverseKl, js: mixture, topOverlap } = compareRow(runtime, a, a);
      expect({ kl, reverseKl, mixture, topOverlap }).toEqual({ kl: 0, reverseKl: 0, mixture: 0, topOverlap: 1 });
    }
  });
});

const BOUNDS = { f32: { error: 1e-6, divergence: 1e-5 }, f64: { error: 1e-13, divergence: 1e-11 } };
const cases = readLogitCases().filter(({ input }) => input === undefined);
const named = cases.map((it) => {
  const { type, p, q, n, repeat = 1, temperature = 1 } = it;
  return [`${type} ${p}, ${q} of ${n} × ${repeat}, temperature ${temperature}`, it] as const;
});

test.each(named)("against 60 digits: %s", (_, it: LogitCase) => {
  const { p, q } = makeLogitRows(it);
  const { temperature = 1, type, exact } = it;
  for (const runtime of fast) {
    const forward = compareRow(runtime, p, q, { temperature, token: it.at });
    const reverse = compareRow(runtime, q, p, { temperature });
    const check = (name: string, result: number, value: number, isDivergence: boolean) => {
      const message = `${name} is ${result}, exactly ${value}`;
      if (value === Number.POSITIVE_INFINITY) return expect(result, message).toBe(value);
      const error = Math.abs(result - value);
      expect(error, message).toBeLessThanOrEqual(BOUNDS[type].error * Math.max(1, Math.abs(value)));
      if (isDivergence && value >= 1e-9) expect(error / value, message).toBeLessThanOrEqual(BOUNDS[type].divergence);
    };
    const exactly = (name: string) => Number(exact[name]);
    check("kl", forward.kl, exactly("klDivergence"), true);
    check("kl, as the reverse", reverse.reverseKl, exactly("klDivergence"), true);
    check("jeffreys", forward.kl + forward.reverseKl, exactly("jeffreysDivergence"), true);
    check("js", forward.js, exactly("jsDivergence"), true);
    check("js, the other way", reverse.js, exactly("jsDivergence"), true);
    check("entropy", forward.baseEntropy, exactly("entropy"), false);
    check("crossEntropy", forward.baseEntropy + forward.kl, exactly("crossEntropy"), false);
    check("logProbability", forward.baseLogProbability, exactly("logSoftmax"), false);
  }
});
