import { describe, expect, test } from "vitest";
import { estimateKlDivergence } from "../../src/evidence/index.js";
import { klDivergence } from "../../src/index.js";
import { drawFrom, expectError, normal, normals, uniform } from "./random.js";
import { expectWithin, references } from "./references.js";

const KEYS = ["k1", "k2", "k3"] as const;

describe("against exact values", () => {
  test.each(references.estimates.map((it, i) => [i, it.k3.estimate, it] as const))("%d: k3 is %s", (_, _k3, it) => {
    // the difference of two logarithms of the order of 1 rounds: what that makes of it is not the formula's
    const rounding = 50 * Number.EPSILON * 5;
    const result = estimateKlDivergence(it.p, it.q);
    expect(result.count).toBe(50);
    const spread = Math.max(...it.p.map((x, i) => Math.abs(it.q[i] - x)));
    for (const key of KEYS) {
      const { estimate, standardError, scale } = it[key];
      const bound = key === "k1" ? 2e-16 : 1e-14 + rounding / spread;
      expect(Math.abs(result[key].estimate - Number(estimate))).toBeLessThanOrEqual(bound * Number(scale) + 1e-16);
      expectWithin(result[key].standardError, standardError, 1e-14 + rounding / spread);
    }
  });

  test("k3 keeps its accuracy as q nears p", () => {
    // differences that are exact: e^v - 1 - v = v²/2 + v³/6 + …
    for (const v of [2 ** -20, -(2 ** -30), 2 ** -40]) {
      const { k3 } = estimateKlDivergence([-0.5, -0.5], [-0.5 + v, -0.5 + v]);
      expectWithin(k3.estimate, v * v * (0.5 + v / 6 + (v * v) / 24), 1e-15);
    }
    for (const v of [-2.5, -30, -800, 3, 50, 700]) {
      expectWithin(estimateKlDivergence([0], [v]).k3.estimate, Math.expm1(v) - v, 1e-15);
    }
  });
});

describe("in simulations", () => {
  const n = 200_000;

  function expectNear(result: ReturnType<typeof estimateKlDivergence>, kl: number): void {
    for (const key of ["k1", "k3"] as const) {
      expect(Math.abs(result[key].estimate - kl)).toBeLessThanOrEqual(4 * result[key].standardError);
    }
  }

  test("normals", () => {
    // Schulman's own: N(0, 1) against N(μ, 1), KL = μ²/2
    for (const [seed, mean] of [
      [1, 0.1],
      [2, 1],
    ]) {
      const draw = normals(uniform(seed));
      const samples = Float64Array.from({ length: n }, draw);
      const [p, q] = [normal(0), normal(mean)].map((it) => samples.map(it.logProbability));
      const result = estimateKlDivergence(p, q);
      const kl = (mean * mean) / 2;
      expectNear(result, kl);
      // E ½ log² r = ½ (μ² + μ⁴/4): k2's bias is that of μ⁴/8
      const limit = kl + mean ** 4 / 8;
      expect(Math.abs(result.k2.estimate - limit)).toBeLessThanOrEqual(4 * result.k2.standardError);
      if (mean === 1) expect(result.k2.estimate - kl).toBeGreaterThan(10 * result.k2.standardError);
      else {
        expect(result.k3.standardError).toBeLessThan(result.k1.standardError / 10);
        expect(result.k2.standardError).toBeLessThan(result.k1.standardError / 10);
      }
    }
  });

  test("classes", () => {
    const [p, q] = [
      [0.1, 0.2, 0.3, 0.4],
      [0.12, 0.22, 0.28, 0.38],
    ];
    const samples = Uint8Array.from({ length: n }, drawFrom(p, uniform(3)));
    const [ofP, ofQ] = [p, q].map((of) => Float64Array.from(samples, (k) => Math.log(of[k])));
    const result = estimateKlDivergence(ofP, ofQ);
    expectNear(result, klDivergence(p, q));
    expect(result.k3.standardError).toBeLessThan(result.k1.standardError / 10);
  });

  test("standard errors tell how far estimates are off", () => {
    const draw = drawFrom([0.3, 0.7], uniform(4));
    const [p, q] = [
      [0.3, 0.7],
      [0.5, 0.5],
    ];
    const kl = klDivergence(p, q);
    const within = { k1: 0, k3: 0 };
    for (let repetition = 0; repetition < 1000; repetition++) {
      const samples = Array.from({ length: 400 }, draw);
      const [ofP, ofQ] = [p, q].map((of) => samples.map((k) => Math.log(of[k])));
      const result = estimateKlDivergence(ofP, ofQ);
      for (const key of ["k1", "k3"] as const) {
        if (Math.abs(result[key].estimate - kl) <= 1.96 * result[key].standardError) within[key]++;
      }
    }
    for (const count of Object.values(within)) {
      expect(Math.abs(count / 1000 - 0.95)).toBeLessThanOrEqual(4 * Math.sqrt((0.95 * 0.05) / 1000));
    }
  });
});

test("units, and what q cannot give", () => {
  const nats = estimateKlDivergence([-1, -2], [-1.5, -1.75]);
  const bits = estimateKlDivergence([-1, -2], [-1.5, -1.75], { base: 2 });
  for (const key of KEYS) {
    expectWithin(bits[key].estimate, nats[key].estimate / Math.LN2, 1e-15);
    expectWithin(bits[key].standardError, nats[key].standardError / Math.LN2, 1e-15);
  }
  const impossible = estimateKlDivergence([-1, -2], [-1.5, -Infinity]);
  for (const key of KEYS) expect(impossible[key]).toEqual({ estimate: Infinity, standardError: Number.NaN });
  expect(estimateKlDivergence([-1], [-1])).toEqual({
    k1: { estimate: 0, standardError: Number.NaN },
    k2: { estimate: 0, standardError: Number.NaN },
    k3: { estimate: 0, standardError: Number.NaN },
    count: 1,
  });
});

describe("errors", () => {
  const name = "estimateKlDivergence";
  test.each([
    [() => estimateKlDivergence([], []), RangeError, `${name}: logProbabilitiesP is empty`],
    [
      () => estimateKlDivergence([-1], [-1, -2]),
      RangeError,
      `${name}: logProbabilitiesQ has 2 numbers, logProbabilitiesP has 1; they must be of one length`,
    ],
    [
      () => estimateKlDivergence([-1, -Infinity], [-1, -1]),
      RangeError,
      `${name}: logProbabilitiesP[1] is -Infinity; what was drawn from p must be possible: finite`,
    ],
    [() => estimateKlDivergence([-1, Number.NaN], [-1, -1]), RangeError, /logProbabilitiesP\[1\] is NaN/],
    [
      () => estimateKlDivergence([-1, -1], [-1, Infinity]),
      RangeError,
      `${name}: logProbabilitiesQ[1] is Infinity; log-probabilities must be finite or -Infinity`,
    ],
    [() => estimateKlDivergence([-1, -1], [-1, Number.NaN]), RangeError, /logProbabilitiesQ\[1\] is NaN/],
    [
      () => estimateKlDivergence([-1], ["-1"] as never),
      TypeError,
      `${name}: logProbabilitiesQ[0] is string; log-probabilities must be numbers`,
    ],
    [() => estimateKlDivergence(null as never, [-1]), TypeError, /logProbabilitiesP is null/],
    [
      () => estimateKlDivergence([-1], [-1], { bas: 2 } as never),
      TypeError,
      /unknown option "bas"; did you mean "base"/,
    ],
    [
      () => estimateKlDivergence([-1], [-1], { base: Number.NaN }),
      RangeError,
      `${name}: base is NaN; it must be positive, finite and not 1`,
    ],
  ] as const)("%s", (call, type, message) => expectError(call, type, message));
});
