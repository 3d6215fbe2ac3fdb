import { describe, expect, test } from "vitest";
import { type LogitCase, makeLogitRows, readLogitCases } from "./cases.js";
import { BACKENDS, engines } from "./engines.js";
import { every } from "./long.js";
import { on } from "./on.js";

// The contract from logits: errors against exact arithmetic on the very numbers passed.
//   every measure        1e-6 (f32), 1e-13 (f64) of max(1, |value|); logSumExp of max(1, |value - max|)
//   divergences besides  relative: 1e-5, 1e-11 of values >= 1e-9; never negative, 0 for a row and itself
//   softmax              relative: 3e-7 + 1e-7·|ln p|, 7e-16 + 1.7e-16·|ln p| of normal numbers
//   logLikelihoodRatio   what logRatio may be wrong by, count times: of max(Σc, Σ|c ln(p/q)|)
const BOUNDS = {
  f32: { error: 1e-6, divergence: 1e-5, softmax: [3e-7, 1e-7], leastNormal: 2 ** -126 },
  f64: { error: 1e-13, divergence: 1e-11, softmax: [7e-16, 1.7e-16], leastNormal: 2 ** -1022 },
};
const DIVERGENCES = ["klDivergence", "jeffreysDivergence", "jsDivergence"] as const;
const BETA = 0.1;

const cases = readLogitCases();
const nameOf = ({ type, p, q, n, repeat = 1, seed: _, at: __, exact: ___, ...more }: LogitCase) => {
  const rest = Object.entries(more).map(([key, value]) => `, ${key} ${value}`);
  return `${type} ${p}, ${q} of ${n}${repeat > 1 ? ` × ${repeat}` : ""}${rest.join("")}`;
};

const isMixed = ({ input }: LogitCase) => input !== undefined;
// long rows take the fallback seconds; that it gives the same bits is shown in bitsOfLogits.test.ts. So it has every fifth of the others
// in the quick run
const isShort = ({ n, repeat = 1 }: LogitCase) => n * repeat < 1e5;

type Row = Float32Array | Float64Array;

function largestOf(row: Row): number {
  let largest = -Infinity;
  for (const z of row) if (z > largest) largest = z;
  return largest;
}

function sumOf(row: Row): number {
  let sum = 0;
  for (const x of row) sum += x;
  return sum;
}

describe.each(BACKENDS)("against 60 digits, in %s", (backend) => {
  const f = on(engines[backend]);
  const of = backend === "js" ? every(5, cases.filter(isShort)) : cases;
  const logitsOnly = of.filter((it) => !isMixed(it));
  const named = (these: readonly LogitCase[]) => these.map((it) => [nameOf(it), it] as const);

  /** Of a divergence, and of a value that may be infinite. */
  function compare({ exact, type }: LogitCase, measure: string, result: number, isDivergence: boolean) {
    const value = Number(exact[measure]);
    const message = `${measure} is ${result}, exactly ${value}`;
    if (value === Infinity) {
      expect(result, message).toBe(Infinity);
      return;
    }
    expect(result, message).toBeGreaterThanOrEqual(0);
    const error = Math.abs(result - value);
    expect(error, message).toBeLessThanOrEqual(BOUNDS[type].error * Math.max(1, value));
    if (isDivergence && value >= 1e-9) expect(error / value, message).toBeLessThanOrEqual(BOUNDS[type].divergence);
  }

  test.each(named(logitsOnly))("%s", (_, it) => {
    const { p, q, counts } = makeLogitRows(it);
    const { temperature = 1, type, at } = it;
    const exact = (measure: string) => Number(it.exact[measure]);
    const bounds = BOUNDS[type];
    const options = { input: "logits", temperature } as const;

    for (const measure of DIVERGENCES) compare(it, measure, f[measure](p, q, options), true);
    const mixture = { rowLength: p.length, temperature, direction: "js", beta: BETA } as const;
    compare(it, "mixtureDivergence", f.distillationLoss(q, p, mixture).loss / temperature ** 2, true);
    compare(it, "entropy", f.entropy(p, options), false);
    compare(it, "crossEntropy", f.crossEntropy(p, q, options), false);
    for (const measure of DIVERGENCES) expect(f[measure](p, p, options), `${measure} of p and p`).toBe(0);

    const logSumExp = exact("logSumExp");
    const aboveLargest = Math.abs(logSumExp - largestOf(p) / temperature);
    // an f64 is itself no nearer than its last bit
    const ulp = 2 ** -52 * Math.abs(logSumExp);
    expect(Math.abs(f.logSumExp(p, { temperature }) - logSumExp), "logSumExp").toBeLessThanOrEqual(
      bounds.error * Math.max(1, aboveLargest) + ulp,
    );

    const likelihoodError = Math.abs(f.logLikelihoodRatio(counts, p, q, options) - exact("logLikelihoodRatio"));
    const likelihoodScale = Math.max(sumOf(counts), exact("logLikelihoodScale"));
    expect(likelihoodError, "logLikelihoodRatio").toBeLessThanOrEqual(bounds.error * likelihoodScale);

    for (const [name, result] of [
      ["logSoftmax", f.logSoftmax(p, { temperature })],
      ["logRatio", f.logRatio(p, q, options)],
    ] as const) {
      const error = Math.abs(result[at] - exact(name));
      const message = `${name}[${at}] is ${result[at]}, exactly ${exact(name)}`;
      expect(error, message).toBeLessThanOrEqual(bounds.error * Math.max(1, Math.abs(exact(name))));
    }
  });

  test.each(named(logitsOnly))("softmax of %s", (_, it) => {
    const { p } = makeLogitRows(it);
    const { temperature = 1, type, at } = it;
    const softmax = f.softmax(p, { temperature });
    const compareSoftmax = (i: number, value: number) => {
      const {
        leastNormal,
        softmax: [constant, slope],
      } = BOUNDS[type];
      const error = Math.abs(softmax[i] - value) / Math.max(value, leastNormal);
      if (!(error <= constant - slope * Math.log(Math.max(value, leastNormal)))) {
        expect.fail(`softmax[${i}] is ${softmax[i]}, exactly ${value}: relative error ${error}`);
      }
    };
    compareSoftmax(at, Number(it.exact.softmax));
    // f64 arithmetic is exact enough to tell of f32
    const logSumExp = Number(it.exact.logSumExp);
    for (let i = 0; type === "f32" && i < it.n; i++) compareSoftmax(i, Math.exp(p[i] / temperature - logSumExp));
  });

  test.each(named(of.filter(isMixed)))("%s", (_, it) => {
    const { p, q } = makeLogitRows(it);
    const { input, temperature = 1 } = it;
    // log-probabilities whose exponentials do not sum to 1 are among them
    const options = { input, temperature, normalize: true };
    compare(it, "klDivergence", f.klDivergence(p, q, options), true);
    compare(it, "jsDivergence", f.jsDivergence(p, q, options), true);
    compare(it, "crossEntropy", f.crossEntropy(p, q, options), false);
  });
});
