import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createEngine, createEngineSync } from "../src/index.js";
import { differenceOf, moved, outcomeOf } from "./bits.js";
import { BACKENDS, engines } from "./engines.js";
import { CALLS, type GaussianCase, type Gaussians, KINDS, makeCase, makeGaussians } from "./gaussianCalls.js";
import { lengthsOf, OFFSETS } from "./lengths.js";
import { type Functions, on } from "./on.js";

const cases: GaussianCase[] = JSON.parse(
  readFileSync(new URL("fixtures/gaussianReferences.json", import.meta.url), "utf8"),
);
const BOUNDS = { f32: 1e-6, f64: 4e-15 };
const TYPES = [Float32Array, Float64Array];

/** Also of what no number of the type can tell. */
function relativeError(value: number, exact: number): number {
  if (value === exact) return 0;
  return Math.abs(value - exact) / Math.abs(exact);
}

describe.each(BACKENDS)("%s", (backend) => {
  const engine = engines[backend];
  const f = on(engine);

  describe.each(["f32", "f64"] as const)("%s", (type) => {
    const bound = BOUNDS[type];
    test.each(cases.filter((it) => it.type === type))("$n dimensions, prior: $prior ±$spread, apart ±$apart", (it) => {
      const { mean, logVariance, ...prior } = makeCase(it);
      const options = it.prior ? prior : {};
      const { kl, gradient } = f.gaussianKl(mean, logVariance, { ...options, gradient: true });
      const at = it.n >> 1;
      const [exact, ...slopes] = it.exact.map(Number);
      expect(relativeError(kl, exact)).toBeLessThanOrEqual(bound);
      const shown = type === "f32" ? slopes.map(Math.fround) : slopes;
      expect(relativeError(gradient?.mean[at] ?? Number.NaN, shown[0])).toBeLessThanOrEqual(bound);
      expect(relativeError(gradient?.logVariance[at] ?? Number.NaN, shown[1])).toBeLessThanOrEqual(bound);
    });
  });

  test("a Gaussian has no divergence from itself, and no gradient", () => {
    for (const type of TYPES) {
      const { mean, logVariance } = makeGaussians("ordinary", type, 300);
      const { kl, gradient } = f.gaussianKl(mean, logVariance, {
        priorMean: mean,
        priorLogVariance: logVariance,
        gradient: true,
      });
      expect(kl).toBe(0);
      expect(gradient?.mean.every((x) => x === 0)).toBe(true);
      expect(gradient?.logVariance.every((x) => x === 0)).toBe(true);
    }
  });

  test("a prior of zeros is the standard one, to the bit", () => {
    for (const type of TYPES) {
      const { mean, logVariance } = makeGaussians("ordinary", type, 300);
      const zeros = new type(300);
      const options = { priorMean: zeros, priorLogVariance: zeros, gradient: true };
      expect(f.gaussianKl(mean, logVariance, options)).toEqual(f.gaussianKl(mean, logVariance, { gradient: true }));
      expect(f.gaussianKl(mean, logVariance, { priorMean: zeros }).kl).toBe(f.gaussianKl(mean, logVariance).kl);
    }
  });

  test("reductions: the mean of rows, their sum, each row", () => {
    const { mean, logVariance, priorMean } = makeGaussians("ordinary", Float64Array, 30);
    const rowLength = 10;
    const own = [0, 1, 2].map((r) => {
      const part = (row: Gaussians["mean"]) => row.slice(10 * r, 10 * r + 10);
      return f.gaussianKl(part(mean), part(logVariance), { priorMean: part(priorMean), gradient: true });
    });
    const all = (reduction: "mean" | "sum" | "none") =>
      f.gaussianKl(mean, logVariance, { rowLength, priorMean, reduction, gradient: true });
    const none = all("none");
    expect(none.perRow).toEqual(Float64Array.from(own, ({ kl }) => kl));
    expect(none.count).toBe(3);
    own.forEach(({ gradient }, r) => {
      expect(none.gradient?.mean.slice(10 * r, 10 * r + 10)).toEqual(gradient?.mean);
      expect(none.gradient?.logVariance.slice(10 * r, 10 * r + 10)).toEqual(gradient?.logVariance);
    });
    const sum = own.reduce((total, { kl }) => total + kl, 0);
    expect(all("sum").kl).toBeCloseTo(sum, 14);
    expect(all("mean").kl).toBeCloseTo(sum / 3, 14);
    expect(all("mean").perRow).toBeUndefined();
    expect(all("mean").gradient?.mean[17]).toBeCloseTo((none.gradient?.mean[17] ?? 0) / 3, 15);
    expect(all("mean").gradient?.logVariance[17]).toBeCloseTo((none.gradient?.logVariance[17] ?? 0) / 3, 15);
  });

  test("one row of a prior is for all rows", () => {
    const { mean, logVariance } = makeGaussians("ordinary", Float32Array, 24);
    const { mean: priorMean, logVariance: priorLogVariance } = makeGaussians("ordinary", Float32Array, 8);
    const three = (row: Gaussians["mean"]) => Float32Array.from({ length: 24 }, (_, i) => row[i % 8]);
    const options = { rowLength: 8, gradient: true, reduction: "none" } as const;
    const one = f.gaussianKl(mean, logVariance, { ...options, priorMean, priorLogVariance });
    const many = { priorMean: three(priorMean), priorLogVariance: three(priorLogVariance) };
    expect(one).toEqual(f.gaussianKl(mean, logVariance, { ...options, ...many }));
  });

  test("the gradient goes where it is wanted, over the arguments too", () => {
    for (const type of TYPES) {
      const { mean, logVariance, priorMean } = makeGaussians("ordinary", type, 300);
      const expected = f.gaussianKl(mean, logVariance, { priorMean, gradient: true });
      const inPlace = { mean: mean.slice(), logVariance: logVariance.slice() };
      const result = f.gaussianKl(inPlace.mean, inPlace.logVariance, { priorMean, gradient: inPlace });
      expect(result).toEqual(expected);
      expect(result.gradient?.mean).toBe(inPlace.mean);
      const held = type === Float32Array ? engine.float32(600) : engine.float64(600);
      const gradient = { mean: held.subarray(0, 300), logVariance: held.subarray(300) };
      expect(f.gaussianKl(mean, logVariance, { priorMean, gradient })).toEqual(expected);
      engine.free(held);
    }
  });

  test("mixed types are computed in f64, and the gradient has the types of the arguments", () => {
    const { mean, logVariance } = makeGaussians("ordinary", Float32Array, 50);
    const { kl, gradient } = f.gaussianKl(mean, Float64Array.from(logVariance), { gradient: true });
    expect(kl).toBe(f.gaussianKl(Array.from(mean), Array.from(logVariance)).kl);
    expect(gradient?.mean).toBeInstanceOf(Float32Array);
    expect(gradient?.logVariance).toBeInstanceOf(Float64Array);
  });

  test("beyond the range of exponentials", () => {
    expect(f.gaussianKl([0], [-1e6]).kl).toBe(499999.5);
    expect(f.gaussianKl([0], [1000]).kl).toBe(Number.POSITIVE_INFINITY); // ½e^1000
    expect(f.gaussianKl(Float32Array.of(0), Float32Array.of(100)).kl / 1.3440585709080678e43 - 1).toBeCloseTo(0, 14);
    expect(f.gaussianKl([1e200], [0], { priorLogVariance: [800] }).kl / 1.833937292088843e52 - 1).toBeCloseTo(0, 12);
  });

  test("elbo: the reconstruction's log-likelihood less the divergence", () => {
    const { mean, logVariance, priorMean } = makeGaussians("ordinary", Float64Array, 6);
    const options = { rowLength: 2, priorMean };
    const { kl, perRow, gradient } = f.gaussianKl(mean, logVariance, {
      ...options,
      reduction: "none",
      gradient: true,
    });
    const logLikelihoods = [-10, 3, Number.NEGATIVE_INFINITY];
    const none = f.elbo(logLikelihoods, mean, logVariance, {
      ...options,
      reduction: "none",
      beta: 0.5,
      gradient: true,
    });
    expect(none.perRow).toEqual(perRow?.map((value, r) => logLikelihoods[r] - 0.5 * value));
    expect(none.kl).toBe(kl);
    expect(none.gradient?.mean).toEqual(gradient?.mean.map((x) => -0.5 * x));
    expect(none.gradient?.logVariance).toEqual(gradient?.logVariance.map((x) => -0.5 * x));
    const finite = f.elbo([-10, 3, 1], mean, logVariance, options);
    expect(finite.logLikelihood).toBe(-2);
    expect(finite.elbo).toBeCloseTo(-2 - kl / 3, 14);
    expect(f.elbo([-10, 3, 1], mean, logVariance, { ...options, beta: 0 }).elbo).toBe(-2);
    expect(f.elbo(-2, [0], [1000], { beta: 0 }).elbo).toBe(-2);
    expect(f.elbo(-2, [0], [1000]).elbo).toBe(Number.NEGATIVE_INFINITY);
    expect(f.elbo(-1, mean, logVariance).elbo).toBe(-1 - f.gaussianKl(mean, logVariance).kl);
  });
});

describe("one result, to the bit, whatever computes it and wherever the numbers lie", () => {
  const js = createEngineSync({ backend: "js" });
  const simd = createEngineSync({ backend: "simd" });
  const outcomesOf = (f: Functions, rows: Gaussians) =>
    Object.entries(CALLS).map(([name, call]) => ({ name, outcome: outcomeOf(() => call(f, rows)) }));

  describe.each(Object.keys(KINDS).map((kind, turn) => [kind, turn] as const))("%s", (kind, turn) => {
    test.each(TYPES)("%o", (type) => {
      const differences: string[] = [];
      for (const n of lengthsOf(turn)) {
        const rows = makeGaussians(kind, type, n);
        const expected = outcomesOf(on(js), rows);
        const offset = OFFSETS[n % OFFSETS.length];
        const copies = Object.entries(rows).map(([name, row], i) => ({ name, ...moved(row, (offset + i) % 7, simd) }));
        const inMemory = Object.fromEntries(copies.map(({ name, row }) => [name, row])) as unknown as Gaussians;
        for (const actual of [outcomesOf(on(simd), rows), outcomesOf(on(simd), inMemory)]) {
          actual.forEach(({ name, outcome }, i) => {
            const difference = differenceOf(outcome, expected[i].outcome);
            if (difference) differences.push(`${n} dimensions: ${name} ${difference}`);
          });
        }
        for (const { isIntact, free } of copies) {
          if (!isIntact()) differences.push(`${n} dimensions: something beside a row has been written to`);
          free();
        }
      }
      expect(differences).toEqual([]);
    });
  });

  test("with threads, at once and aside", async () => {
    const rowLength = 700;
    const { mean, logVariance, priorMean } = makeGaussians("ordinary", Float32Array, 64 * rowLength);
    const options = { rowLength, priorMean, reduction: "none", gradient: true } as const;
    const expected = on(js).gaussianKl(mean, logVariance, options);
    const engine = await createEngine({ threads: 2 });
    const own = [mean, logVariance, priorMean].map((row) => {
      const copy = engine.float32(row.length);
      copy.set(row);
      return copy;
    });
    const gradient = { mean: engine.float32(mean.length), logVariance: engine.float32(mean.length) };
    const held = { ...options, priorMean: own[2], gradient };
    expect(on(engine).gaussianKl(own[0], own[1], held)).toEqual(expected);
    expect(await on(engine).gaussianKl.async(mean, logVariance, options)).toEqual(expected);
    expect(
      await on(engine).gaussianKl.async(own[0], own[1], { ...held, gradient: { mean: own[0], logVariance: own[1] } }),
    ).toEqual(expected);
    engine.dispose();
  });
});

describe("bad input", () => {
  const f = on(engines.js);
  const four = [0, 0, 0, 0];
  // biome-ignore lint/suspicious/noExplicitAny: mistakes that types would not let pass
  const wrong = (value: unknown): any => value;
  test.each([
    [() => f.gaussianKl([0, Number.NaN], [0, 0]), "gaussianKl: mean[1] is NaN; means must be finite"],
    [
      () => f.gaussianKl(four, [0, 0, 0, Number.NEGATIVE_INFINITY], { rowLength: 2 }),
      "gaussianKl: logVariance[3] (row 1, dimension 1) is -Infinity; log-variances must be finite",
    ],
    [
      () => f.gaussianKl(four, four, { priorMean: [0, 0, Number.POSITIVE_INFINITY, 0] }),
      "gaussianKl: priorMean[2] is Infinity; means must be finite",
    ],
    [
      () => f.gaussianKl(four, four, { priorLogVariance: wrong([0, "0", 0, 0]) }),
      "gaussianKl: priorLogVariance[1] is string; log-variances must be numbers",
    ],
    [() => f.gaussianKl(four, [0]), "gaussianKl: logVariance has 1 numbers, not a multiple of rowLength 4"],
    [() => f.gaussianKl([0, 0], four, { rowLength: 2 }), "gaussianKl: mean has one row; it must have 2, as the others"],
    [
      () => f.gaussianKl([0, 0], [0, 0], { rowLength: 2, priorMean: four }),
      "gaussianKl: mean has one row; it must have 2, as the others",
    ],
    [() => f.gaussianKl([], []), "gaussianKl: mean is empty"],
    [() => f.gaussianKl(wrong(3), [0]), "gaussianKl: mean is number; it must be a Float32Array"],
    [() => f.gaussianKl([0], wrong(undefined)), "gaussianKl: logVariance is undefined"],
    [() => f.gaussianKl([0], [0], { rowLength: 0 }), "gaussianKl: rowLength is 0; it must be an integer >= 1"],
    [
      () => f.gaussianKl([0], [0], wrong({ priorVariance: [0] })),
      'gaussianKl: unknown option "priorVariance"; did you mean "priorLogVariance"?',
    ],
    [
      () => f.gaussianKl([0], [0], { reduction: wrong("max") }),
      'gaussianKl: reduction is "max"; it must be "mean", "sum" or "none"',
    ],
    [() => f.gaussianKl([0], [0], { gradient: wrong(1) }), "gaussianKl: gradient is number; it must be true or"],
    [
      () => f.gaussianKl([0], [0], { gradient: wrong({ mean: new Float64Array(1) }) }),
      "gaussianKl: gradient.logVariance is undefined",
    ],
    [
      () => f.gaussianKl([0], [0], { gradient: wrong({ means: new Float64Array(1) }) }),
      'gaussianKl: unknown option "means"; did you mean "mean"?',
    ],
    [
      () => f.gaussianKl([0], [0], { gradient: { mean: new Float32Array(1), logVariance: new Float64Array(1) } }),
      "gaussianKl: gradient.mean must be a Float64Array, the type of the result",
    ],
    [() => f.elbo([1, 2], [0], [0]), "elbo: logLikelihood has 2 numbers for 1 rows"],
    [() => f.elbo(Number.NaN, [0], [0]), "elbo: logLikelihood[0] is NaN; it must be finite or -Infinity"],
    [() => f.elbo(wrong("1"), [0], [0]), "elbo: logLikelihood is string"],
    [() => f.elbo(0, [0], [0], { beta: -1 }), "elbo: beta is -1; it must be finite and >= 0"],
  ])("%s", (call, message) => expect(call).toThrow(message));

  test("a gradient that would overwrite what is still to be read", () => {
    const all = new Float64Array(6);
    const [mean, logVariance] = [all.subarray(0, 2), all.subarray(2, 4)];
    expect(() => f.gaussianKl(mean, logVariance, { gradient: { mean: logVariance, logVariance: mean } })).toThrow(
      "gradient.mean overlaps logVariance",
    );
    const same = all.subarray(4);
    expect(() => f.gaussianKl(mean, logVariance, { gradient: { mean: same, logVariance: same } })).toThrow(
      "gradient.mean overlaps gradient.logVariance",
    );
    expect(() => f.gaussianKl(mean, logVariance, { priorMean: same, gradient: { mean, logVariance: same } })).toThrow(
      "gradient.logVariance overlaps priorMean",
    );
    expect(() =>
      f.gaussianKl(mean, logVariance, { gradient: { mean: all.subarray(1, 3), logVariance: same } }),
    ).toThrow("gradient.mean overlaps an input without being the same array");
  });
});
