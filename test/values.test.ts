import { describe, expect, test } from "vitest";
import { BACKENDS, engines } from "./engines.js";
import { on } from "./on.js";

// Values that can be checked by hand, and the edges of what a number can be.

const normalize = { normalize: true };
const LN2 = Math.LN2;

describe.each(BACKENDS)("%s", (backend) => {
  const f = on(engines[backend]);
  const close = (result: number, expected: number, error = 4e-15) =>
    expect(Math.abs(result - expected)).toBeLessThanOrEqual(error * Math.max(Math.abs(expected), 1e-300));

  test("entropy: a fair coin has one bit, n equal classes ln n nats, certainty none", () => {
    expect(f.entropy([0.5, 0.5], { base: 2 })).toBe(1);
    close(f.entropy(new Float64Array(200006).fill(1 / 200006)), Math.log(200006));
    close(f.entropy(new Float32Array(131072).fill(1 / 131072), { base: 2 }), 17, 2e-7);
    expect(f.entropy([0, 1, 0])).toBe(0);
    close(f.entropy([0.5, 0.25, 0.125, 0.125], { base: 2 }), 1.75);
  });

  test("two coins", () => {
    // ½ ln(½/¼) + ½ ln(½/¾)
    close(f.klDivergence([0.5, 0.5], [0.25, 0.75]), 0.5 * Math.log(4 / 3));
    close(f.crossEntropy([0.5, 0.5], [0.25, 0.75]), -0.5 * Math.log(3 / 16));
    close(f.jeffreysDivergence([0.5, 0.5], [0.25, 0.75]), 0.25 * Math.log(3));
    close(f.logLikelihoodRatio([3, 1], [0.5, 0.5], [0.25, 0.75]), 3 * LN2 + Math.log(2 / 3));
  });

  test("logits so far apart that rounding leaves nothing of Σq/Σp", () => {
    const p = [0, 0, 8.394192844629288e9, 4.7014385163784e29, -9032418, 0, 0];
    const q = [0, -144532957673, 8.394192844629288e9, -24896385371685030, -165991005301475.56, 0, 0];
    // p is 1 of class 3, q of class 2
    const expected = (q[2] - q[3]) / 2.5;
    close(f.klDivergence(p, q, { input: "logits", temperature: 2.5 }), expected, 1e-12);
    close(f.distillationLoss(q, p, { rowLength: 7, temperature: 2.5 }).loss, 2.5 * 2.5 * expected, 1e-12);
  });

  test("classes of probability 0", () => {
    expect(f.klDivergence([0, 1], [0.5, 0.5], { base: 2 })).toBe(1);
    expect(f.klDivergence([0.5, 0.5], [0, 1])).toBe(Infinity);
    expect(f.crossEntropy([0.5, 0.5], [0, 1])).toBe(Infinity);
    expect(f.crossEntropy([0, 1], [0, 1])).toBe(0);
    expect(f.iDivergence([0.5, 0.5], [0, 1])).toBe(Infinity);
    expect(f.jeffreysDivergence([0, 1], [0.5, 0.5])).toBe(Infinity);
    expect(f.jeffreysDivergence([0.5, 0.5], [0, 1])).toBe(Infinity);
    expect(f.jsDivergence([1, 0, 0], [0, 1, 0])).toBe(LN2);
    expect(f.jsDivergence([1, 0, 0], [0, 1, 0], { base: 2 })).toBe(1);
    expect(f.jsDistance([1, 0, 0], [0, 1, 0], { base: 2 })).toBe(1);
    close(f.iDivergence([0, 2], [3, 1]), 3 + 2 * LN2 - 2 + 1);
    // far into a long row
    const [p, q] = [new Float32Array(5000).fill(2e-4), new Float32Array(5000).fill(2e-4)];
    q[4321] = 0;
    expect(f.klDivergence(p, q)).toBe(Infinity);
    expect(f.jsDivergence(p, q)).toBeGreaterThan(0);
  });

  test("logRatio of zeros", () => {
    expect(Array.from(f.logRatio([0, 1, 0, 1], [0, 0, 1, 1]))).toEqual([Number.NaN, Infinity, -Infinity, 0]);
    const f32 = f.logRatio(Float32Array.of(0, 1, 0, 4), Float32Array.of(0, 0, 1, 1));
    expect(f32).toBeInstanceOf(Float32Array);
    expect(Array.from(f32)).toEqual([Number.NaN, Infinity, -Infinity, Math.fround(2 * LN2)]);
    expect(Array.from(f.logRatio([8], [1], { base: 2 }))).toEqual([3]);
  });

  test("subnormal numbers are numbers like any other", () => {
    const least = 5e-324;
    close(f.logRatio([1], [least])[0], 1074 * LN2);
    close(f.klDivergence([0.5, 0.5], [1, least]), 0.5 * Math.log(0.5) + 0.5 * (Math.log(0.5) + 1074 * LN2));
    close(f.jeffreysDivergence([1, least], [0.5, 0.5]), 0.5 * LN2 + 0.5 * (1073 * LN2));
    close(f.crossEntropy([0.5, 0.5], [1, least]), 0.5 * 1074 * LN2);
    close(f.iDivergence([0.5, 0.5], [1, least]), -0.5 * LN2 + 0.5 * 1073 * LN2);
    close(f.logLikelihoodRatio([2, 1], [1, 1], [1, least]), 1074 * LN2);
    const tiny = 2 ** -149;
    close(f.klDivergence(Float32Array.of(0.5, 0.5), Float32Array.of(1, tiny)), (148 / 2) * LN2 - 0.5 * LN2, 2e-7);
    close(f.logRatio(Float32Array.of(1), Float32Array.of(tiny))[0], 149 * LN2, 2e-7);
    // all subnormal: the same distribution as its multiple
    const f32 = Float32Array.of(3 * tiny, tiny);
    close(f.klDivergence(f32, Float32Array.of(tiny, tiny), normalize), 0.75 * Math.log(3) - LN2, 1e-6);
    close(f.entropy(f32, normalize), 2 * LN2 - 0.75 * Math.log(3), 2e-7);
    close(f.klDivergence([3 * least, least], [least, least], normalize), 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5));
    close(f.jsDivergence([3 * least, least], [3, 1], normalize), 0);
  });

  test("JS takes a subnormal number for what it is: next to nothing", () => {
    // ½ [ln(1/¾) + ½ ln(½/¾) + ½ ln(½/¼)]
    const expected = 0.5 * (Math.log(4 / 3) + 0.5 * Math.log(2 / 3) + 0.5 * LN2);
    close(f.jsDivergence([1, 5e-324], [0.5, 0.5]), expected);
    close(f.jsDivergence(Float32Array.of(1, 1e-40), Float32Array.of(0.5, 0.5)), expected, 1e-6);
  });

  test("large numbers do not overflow", () => {
    const f32 = Float32Array.of(3.4e38, 3.4e38, 3.4e38, 3.4e38);
    close(f.entropy(f32, normalize), 2 * LN2, 2e-7);
    close(f.klDivergence(f32, Float32Array.of(1, 1, 1, 5), normalize), 0.75 * LN2 + 0.25 * Math.log(0.4), 1e-6);
    close(f.jsDivergence(f32, Float32Array.of(1e-38, 1e-38, 1e-38, 1e-38), normalize), 0);
    close(f.crossEntropy(f32, f32, normalize), 2 * LN2, 2e-7);
    const big = [1e300, 3e300];
    close(f.klDivergence(big, [1, 1], normalize), 0.25 * Math.log(0.5) + 0.75 * Math.log(1.5));
    close(f.klDivergence([1, 1], big, normalize), 0.5 * LN2 + 0.5 * Math.log(2 / 3));
    close(f.jeffreysDivergence(big, [1e-300, 1e-300], normalize), 0.25 * Math.log(3));
    close(f.entropy([1e-300, 3e-300], normalize), 2 * LN2 - 0.75 * Math.log(3));
    close(f.entropy(big, normalize), 2 * LN2 - 0.75 * Math.log(3));
    expect(() => f.entropy([1.7e308, 1.7e308], normalize)).toThrow("entropy: p sums to Infinity; scale it");
    // and a range that no scale brings into f64: 1e300 beside 1e-300
    close(f.klDivergence([1, 1], [1e300, 1e-300], normalize), 0.5 * Math.log(0.25) + 0.5 * 600 * Math.LN10);
  });

  test("numbers of more than 2^1023 times each other", () => {
    for (const [x, y] of [
      [1e30, 1e-300],
      [1e160, 1e-160],
      [1e300, 1e-300],
    ]) {
      const expected = Math.log(x) - Math.log(y);
      close(f.logRatio([x], [y])[0], expected);
      close(f.logRatio([y], [x])[0], -expected);
      close(f.logLikelihoodRatio([2], [x], [y]), 2 * expected);
      close(f.iDivergence([x], [y]), x * (expected - 1));
      close(f.iDivergence([y], [x]), x);
      close(f.jeffreysDivergence([1, x], [1, y], normalize), expected);
    }
  });

  test("counts and weights, with normalize, are their distributions", () => {
    close(f.entropy([1, 1, 2], { ...normalize, base: 2 }), 1.5);
    close(f.klDivergence(Uint8Array.of(10, 5, 5), Int32Array.of(1, 1, 2), normalize), 0.25 * LN2);
    expect(f.klDivergence([10, 5, 5], [1000, 500, 500], normalize)).toBe(0);
    expect(f.jsDivergence([10, 5, 5], [1000, 500, 500], normalize)).toBe(0);
    expect(f.jeffreysDivergence(Float32Array.of(10, 5, 5), Float32Array.of(2, 1, 1), normalize)).toBe(0);
  });

  test("any number of counts beside probabilities", () => {
    for (const type of [Float32Array, Float64Array]) {
      const q = type.of(0.25, 0.75);
      const error = type === Float32Array ? 1e-6 : 4e-15;
      for (let count = 1; count < 1e30; count *= 10) {
        const p = type.of(count, count);
        close(f.klDivergence(p, q, normalize), 0.5 * Math.log(4 / 3), error);
        close(f.klDivergence(q, p, normalize), LN2 + 0.75 * Math.log(0.75) + 0.25 * Math.log(0.25), error);
        expect(f.klDivergence(p, type.of(1, 0), normalize)).toBe(Infinity);
        expect(() => f.klDivergence(p, type.of(0, 0), normalize)).toThrow("q sums to 0");
        expect(() => f.klDivergence(p, q, {})).toThrow(`p sums to ${2 * p[0]}`);
      }
    }
  });

  test("f32 rows whose sums differ keep a small divergence", () => {
    const p = Float32Array.from({ length: 4096 }, (_, i) => 1 + (i % 5));
    const q = p.map((x, i) => 1.01 * x * (1 + 1e-4 * ((i % 2) - 0.5)));
    const [x, y] = [Float64Array.from(p), Float64Array.from(q)];
    const exact = f.klDivergence(x, y, normalize);
    expect(exact).toBeGreaterThan(1e-10);
    close(f.klDivergence(p, q, normalize), exact, 1e-9);
    close(f.jsDivergence(p, q, normalize), f.jsDivergence(x, y, normalize), 1e-9);
  });

  test("anything with numbers and a length will do", () => {
    const expected = f.klDivergence([0.5, 0.5], [0.25, 0.75]);
    const like = (...numbers: number[]) => ({ ...numbers, length: numbers.length });
    expect(f.klDivergence(like(0.5, 0.5), like(0.25, 0.75))).toBe(expected);
    expect(f.klDivergence(Float32Array.of(0.5, 0.5), [0.25, 0.75])).toBe(expected);
    expect(f.klDivergence(Float64Array.of(0.5, 0.5), Float32Array.of(0.25, 0.75))).toBe(expected);
  });
});
