import { describe, expect, test } from "vitest";
import { type Case, makeRows, readCases, readLogRatios } from "./cases.js";
import { BACKENDS, engines } from "./engines.js";
import { every } from "./long.js";
import { on } from "./on.js";

// The contract: errors against exact arithmetic on the very numbers passed.
//   divergences     relative: f32 1e-6, 2e-7 from 1,024 classes on; f64 4e-15; of values >= 1e-12 where sums agree to 1e-6,
//                   else 1e-5 and 1e-11 of values >= 1e-9
//   entropies       2e-7 (f32), 4e-15 (f64) of max(1, value)
//   logLikelihoodRatio   the same of Σ|c ln(p/q)|
const DIVERGENCES = ["klDivergence", "jeffreysDivergence", "jsDivergence", "iDivergence"] as const;

const cases = readCases();
const nameOf = ({ type, shape, n, eps, mismatch, scale = 1, repeat = 1 }: Case) =>
  `${type} ${shape} of ${n}${repeat > 1 ? ` × ${repeat}` : ""}, eps ${eps}, mismatch ${mismatch}, scale ${scale}`;

// long rows take the fallback seconds; that it gives the same bits is shown in bits.test.ts. So it has every fifth of the others in the
// quick run
const isShort = ({ n, repeat = 1 }: Case) => n * repeat < 1e6;

describe.each(BACKENDS)("against 60 digits, in %s", (backend) => {
  const f = on(engines[backend]);
  const of = backend === "js" ? every(5, cases.filter(isShort)) : cases;

  test.each(of.map((it) => [nameOf(it), it] as const))("%s", (_, it) => {
    const { p, q, counts } = makeRows(it);
    const exact = (measure: string) => Number(it.exact[measure]);
    const isF32 = it.type === "f32";
    const sumsAgree = Math.abs(it.mismatch) <= 1e-6;

    for (const measure of DIVERGENCES) {
      const value = exact(measure);
      if (Number.isNaN(value) || value < (sumsAgree ? 1e-12 : 1e-9)) continue;
      const result = measure === "iDivergence" ? f.iDivergence(p, q) : f[measure](p, q, { normalize: true });
      let bound = isF32 ? 1e-5 : 1e-11;
      if (sumsAgree) bound = isF32 ? (p.length >= 1024 ? 2e-7 : 1e-6) : 4e-15;
      expect(Math.abs(result - value) / value, `${measure} is ${result}, exactly ${value}`).toBeLessThanOrEqual(bound);
    }

    const bound = isF32 ? 2e-7 : 4e-15;
    const entropy = f.entropy(p, { normalize: true });
    expect(Math.abs(entropy - exact("entropy"))).toBeLessThanOrEqual(bound * Math.max(1, exact("entropy")));
    const crossEntropy = f.crossEntropy(p, q, { normalize: true });
    if ("crossEntropy" in it.exact) {
      const value = exact("crossEntropy");
      expect(Math.abs(crossEntropy - value)).toBeLessThanOrEqual(bound * Math.max(1, value));
    } else {
      expect(crossEntropy).toBe(Number.POSITIVE_INFINITY);
      expect(f.klDivergence(p, q, { normalize: true })).toBe(Number.POSITIVE_INFINITY);
    }
    if ("logLikelihoodRatio" in it.exact) {
      const error = Math.abs(f.logLikelihoodRatio(counts, p, q) - exact("logLikelihoodRatio"));
      expect(error).toBeLessThanOrEqual(bound * exact("logLikelihoodScale"));
    }
  });
});

// logRatio: tables of exact logarithms, ratios over the whole range of each type.
describe.each(BACKENDS)("logRatio, in %s", (backend) => {
  test.each([
    ["f32", Float32Array, 2 ** -23],
    ["f64", Float64Array, 2 ** -52],
  ] as const)("is within 2 ulp in %s", (type, array, epsilon) => {
    const these = readLogRatios().filter((it) => it.type === type);
    expect(these.length).toBeGreaterThan(1000);
    const p = array.from(these.map((it) => it.p));
    const q = array.from(these.map((it) => it.q));
    const result = on(engines[backend]).logRatio(p, q);
    these.forEach(({ ln }, i) => {
      const value = Number(ln);
      // an ulp of the value: the spacing of the type's numbers there
      const ulp = value === 0 ? 0 : 2 ** Math.floor(Math.log2(Math.abs(value))) * epsilon;
      expect(Math.abs(result[i] - value), `ln(${p[i]}/${q[i]}) is ${result[i]}, exactly ${ln}`).toBeLessThanOrEqual(
        2 * ulp,
      );
    });
  });
});
