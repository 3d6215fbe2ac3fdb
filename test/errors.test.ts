import { describe, expect, test } from "vitest";
import { allocate } from "../src/engine/checks.js";
import { createEngine, type Vector } from "../src/index.js";
import { BACKENDS, engines } from "./engines.js";
import { inTurn, thin } from "./long.js";
import { FUNCTIONS, on } from "./on.js";

// Bad input is a clear error that names function, argument, index and value.

const PAIRS = [
  "crossEntropy",
  "klDivergence",
  "jeffreysDivergence",
  "jsDivergence",
  "jsDistance",
  "hellingerDistance",
  "bhattacharyyaDistance",
  "totalVariationDistance",
] as const;
const TYPES = {
  Float32Array: (numbers: number[]) => Float32Array.from(numbers),
  Float64Array: (numbers: number[]) => Float64Array.from(numbers),
  array: (numbers: number[]) => numbers,
};

const uniform = (n: number) => Array.from({ length: n }, () => 1 / n);
const withBad = (n: number, index: number, bad: number) => uniform(n).with(index, bad);

describe.each(BACKENDS)("%s", (backend) => {
  const engine = engines[backend];
  const f = on(engine);

  const types = Object.entries(TYPES).map(([type, make], turn) => ({ type, make, turn }));
  describe.each(types)("$type", ({ make, turn }) => {
    const BAD = [
      [Number.NaN, "NaN"],
      [-0.5, "-0.5"],
      [Infinity, "Infinity"],
      [-Infinity, "-Infinity"],
    ] as const;
    // before, in and after the first group and the first block; the last class of all
    const PLACES = [
      [1, 0],
      [17, 3],
      [17, 16],
      [1000, 511],
      [1000, 512],
      [1000, 999],
      [100003, 50000],
      [100003, 100002],
    ];

    test.each(thin(PLACES, PLACES.slice(0, -2).concat(PLACES.slice(-1))))(
      "of %d classes, a bad number at %d is named",
      (n, index) => {
        for (const [bad, shown] of n < 1e5 ? BAD : inTurn(BAD, turn)) {
          const good = make(uniform(n));
          const wrong = make(withBad(n, index, bad));
          const forLogits = bad < 0 ? '; for logits pass { input: "logits" }' : "";
          const message = (name: string, argument: string, kind = "probabilities") =>
            `${name}: ${argument}[${index}] is ${shown}; ${kind} must be finite and >= 0` +
            (name !== "iDivergence" && kind === "probabilities" ? forLogits : "");
          for (const measure of PAIRS) {
            expect(() => f[measure](wrong, good)).toThrow(new RangeError(message(measure, "p")));
            expect(() => f[measure](good, wrong, { normalize: true })).toThrow(new RangeError(message(measure, "q")));
          }
          expect(() => f.entropy(wrong)).toThrow(new RangeError(message("entropy", "p")));
          expect(() => f.iDivergence(good, wrong)).toThrow(new RangeError(message("iDivergence", "q")));
          expect(() => f.logRatio(wrong, good)).toThrow(new RangeError(message("logRatio", "p")));
          expect(() => f.logRatio(good, wrong)).toThrow(new RangeError(message("logRatio", "q")));
          const name = "logLikelihoodRatio";
          expect(() => f[name](wrong, good, good)).toThrow(new RangeError(message(name, "counts", "counts")));
          expect(() => f[name](good, wrong, good)).toThrow(new RangeError(message(name, "p")));
          expect(() => f[name](good, good, wrong)).toThrow(new RangeError(message(name, "q")));
        }
        // a -0 in the same lane does not hide it
        const signed = make(withBad(n, index, -0.5).with(index >= 4 ? index - 4 : n - 1, -0));
        if (n > 1) {
          expect(() => f.entropy(signed)).toThrow(`entropy: p[${index}] is -0.5`);
          expect(() => f.klDivergence(signed, signed)).toThrow(`klDivergence: p[${index}] is -0.5`);
        }
        // and the engine is as before
        expect(f.klDivergence(make(uniform(n)), make(uniform(n)))).toBe(0);
      },
    );

    test("in a matrix, the row and the class are told", () => {
      const matrix = make([...uniform(4), ...uniform(4), 0.25, 0.25, -1, 0.25]);
      const message =
        "klDivergence.rows: p[10] (row 2, class 2) is -1; probabilities must be finite and >= 0; for logits pass " +
        '{ input: "logits" }';
      expect(() => f.klDivergence.rows(matrix, make(uniform(4)), { rowLength: 4 })).toThrow(new RangeError(message));
      const counts = make([...uniform(4), 1, 2, 3, 4]);
      expect(() => f.entropy.rows(counts, { rowLength: 4 })).toThrow(/^entropy\.rows: row 1 of p sums to 10, not to 1/);
    });

    test("a sum that is not 1 is named, with the way out", () => {
      const good = make(uniform(5));
      for (const measure of PAIRS) {
        expect(() => f[measure](make([1, 2, 3, 4, 5]), good)).toThrow(
          `${measure}: p sums to 15, not to 1; for counts or weights pass { normalize: true }`,
        );
        expect(() => f[measure](good, make([0.5, 0, 0, 0, 0.25]))).toThrow(`${measure}: q sums to 0.75, not to 1`);
        expect(() => f[measure](good, make([0, 0, 0, 0, 0]), { normalize: true })).toThrow(`${measure}: q sums to 0`);
      }
      expect(() => f.entropy(make([0.5, 0.485]))).toThrow(RangeError);
      expect(f.entropy(make([0.5, 0.5059]))).toBeCloseTo(Math.LN2, 4);
    });

    test("lengths must be equal and not 0", () => {
      expect(() => f.klDivergence(make(uniform(3)), make(uniform(4)))).toThrow(
        "klDivergence: q has 4 numbers, p has 3; they must be of one length (for matrices use klDivergence.rows)",
      );
      expect(() => f.entropy(make([]))).toThrow(new RangeError("entropy: p is empty"));
      expect(() => f.logLikelihoodRatio(make([1]), make([1]), make([]))).toThrow("logLikelihoodRatio: q is empty");
    });

    test("-0 is 0, and no input is written to", () => {
      const p = make([-0, 0.5, 0.5]);
      const q = make([-0, 0.25, 0.75]);
      const [pBefore, qBefore] = [Array.from(p), Array.from(q)];
      expect(f.klDivergence(p, q)).toBeCloseTo(0.14384103622589, 7);
      for (const measure of PAIRS)
        expect(f[measure](p, q)).toBe(f[measure](make([0, 0.5, 0.5]), make([0, 0.25, 0.75])));
      f.logRatio(p, q);
      expect(Array.from(p)).toEqual(pBefore);
      expect(Array.from(q)).toEqual(qBefore);
    });
  });

  test("what is not an array of numbers is a TypeError", () => {
    const good = uniform(2);
    for (const [bad, shown] of [
      [undefined, "undefined"],
      [null, "null"],
      [3, "number"],
      ["ab", "string"],
    ] as const) {
      expect(() => f.klDivergence(good, bad as unknown as Vector)).toThrow(
        new TypeError(`klDivergence: q is ${shown}; it must be a Float32Array, a Float64Array or an array of numbers`),
      );
    }
    expect(() => f.entropy(BigInt64Array.of(1n) as unknown as Vector)).toThrow(TypeError);
    expect(() => f.entropy([0.5, "0.5"] as unknown as Vector)).toThrow(
      new TypeError("entropy: p[1] is string; probabilities must be numbers"),
    );
    expect(() => f.klDivergence(good, [0.5, undefined] as unknown as Vector)).toThrow(
      "klDivergence: q[1] is undefined",
    );
  });

  test("an array that is none of numbers is told what to pass instead", () => {
    const good = uniform(2);
    const must = "it must be a Float32Array, a Float64Array or an array of numbers";
    const wrong = (value: unknown) => value as Vector;
    const byName = "; pass its values as an array, or align(a, b).counts of logratio/counts";
    for (const named of [{ cat: 0.5, dog: 0.5 }, new Map([["cat", 0.5]]), { data: [0.5, 0.5] }]) {
      const kind = Object.prototype.toString.call(named);
      expect(() => f.klDivergence(good, wrong(named))).toThrow(
        new TypeError(`klDivergence: q is ${kind}; ${must}${byName}`),
      );
    }
    const flat = "[object Array]; pass flat numbers; for rows use";
    for (const nested of [
      [good, good],
      [
        ["cat", 0.5],
        ["dog", 0.5],
      ],
    ]) {
      expect(() => f.entropy(wrong(nested))).toThrow(new TypeError(`entropy: p[0] is ${flat} entropy.rows${byName}`));
      expect(() => f.softmax(wrong(nested))).toThrow(`softmax: z[0] is ${flat} softmax.rows`);
    }
    expect(() => f.entropy(wrong([{ token: 3, logprob: -1 }]))).toThrow(
      new TypeError(`entropy: p[0] is [object Object]; pass flat numbers${byName}`),
    );
    for (const length of [-1, 0.5, Number.NaN, "2"]) {
      expect(() => f.entropy(wrong({ length }))).toThrow(new TypeError(`entropy: p is [object Object]; ${must}`));
    }
    expect(() => f.softmax(wrong({ length: 2 ** 40 }))).toThrow("softmax: z[0] is undefined; pass flat numbers");
    expect(() => f.softmax(wrong({ length: 2 ** 40, 0: 1 }))).toThrow(/^softmax: there is no memory for a result of/);
    expect(() => allocate("softmax", Float64Array, 2 ** 60)).toThrow(
      new RangeError(`softmax: there is no memory for a result of ${2 ** 60} numbers`),
    );
    const { proxy, revoke } = Proxy.revocable([0.5, 0.5], {});
    revoke();
    expect(() => f.klDivergence(good, proxy)).toThrow(new TypeError(`klDivergence: q is a revoked proxy; ${must}`));
    expect(() => FUNCTIONS.klDivergence(good, good, proxy as object)).toThrow(
      "klDivergence: options is a revoked proxy",
    );
  });

  test("16-bit integers are counts, and never the bits of half-precision numbers", () => {
    const bits = Uint16Array.of(0x3400, 0x3a00);
    const must = "it must be a Float32Array, a Float64Array or an array of numbers";
    const good = uniform(2);
    const { bits: words, counts } = {
      bits: `[object Uint16Array]; ${must}; for half-precision bits pass { format: "f16" } or "bf16"`,
      counts: "; for counts or weights pass { normalize: true }",
    };
    for (const measure of PAIRS) {
      expect(() => f[measure](bits, good)).toThrow(new TypeError(`${measure}: p is ${words}${counts}`));
      expect(() => f[measure].rows(good, bits, { rowLength: 2 })).toThrow(`${measure}.rows: q is ${words}${counts}`);
      const logits = { input: "logits", normalize: true } as const;
      expect(() => f[measure](bits, good, logits)).toThrow(new TypeError(`${measure}: p is ${words}`));
      const mixed = { input: ["probabilities", "logits"], normalize: true } as const;
      expect(f[measure](bits, good, mixed)).toBe(f[measure](Array.from(bits), good, mixed));
      const options = { normalize: true };
      expect(f[measure](bits, good, options)).toBe(f[measure](Array.from(bits), good, options));
    }
    for (const call of [
      () => f.softmax(bits as Vector),
      () => f.logSumExp.rows(bits as Vector, { rowLength: 2 }),
      () => f.logRatio(bits as Vector, good),
      () => f.logLikelihoodRatio(good, bits, good),
      () => f.crossEntropyLoss(bits, [0], { rowLength: 2 }),
      () => f.distillationLoss(good, bits, { rowLength: 2 }),
      () => f.perplexity(bits, [0], { rowLength: 2 }),
      () => f.gaussianKl(bits, good),
    ]) {
      expect(call).toThrow(TypeError);
      expect(call).toThrow(
        /is \[object Uint16Array\]; .*; for half-precision bits pass \{ format: "f16" \} or "bf16"$/,
      );
    }
    // counts by themselves
    const counts16 = Uint16Array.of(3, 1);
    expect(f.logLikelihoodRatio(counts16, good, [0.25, 0.75])).toBe(f.logLikelihoodRatio([3, 1], good, [0.25, 0.75]));
    expect(f.iDivergence(counts16, Uint16Array.of(1, 1))).toBe(f.iDivergence([3, 1], [1, 1]));
    expect(f.crossEntropyLoss([0, 1], counts16.subarray(1), { rowLength: 2, classWeights: counts16 })).toEqual(
      f.crossEntropyLoss([0, 1], [1], { rowLength: 2, classWeights: [3, 1] }),
    );
  });

  test("a missing argument is one that is undefined", async () => {
    const one = [uniform(2)] as never as [Vector, Vector];
    // after a call that has left its arrays behind
    f.klDivergence(uniform(2), uniform(2));
    for (const measure of PAIRS) {
      expect(() => f[measure](...one)).toThrow(`${measure}: q is undefined`);
      await expect(f[measure].async(...one)).rejects.toThrow(`${measure}: q is undefined`);
    }
    await expect(FUNCTIONS.crossEntropyLoss.async(...(one as never as [Vector, Vector, never]))).rejects.toThrow(
      "crossEntropyLoss: rowLength is undefined; it must be an integer >= 1",
    );
  });

  test("only a key that is nearly a known one has a suggestion", () => {
    const good = uniform(2);
    for (const key of ["axis", "std", "dim", "x", "reduction", "eps"]) {
      expect(() => f.entropy(good, { [key]: 1 } as object)).toThrow(
        new TypeError(`entropy: unknown option "${key}"; It takes base, input, normalize, temperature, engine, format`),
      );
    }
    for (const [key, nearest] of [
      ["bse", "base"],
      ["Base", "base"],
      ["temprature", "temperature"],
      ["inputs", "input"],
      ["normalised", "normalize"],
    ]) {
      expect(() => f.entropy(good, { [key]: 1 } as object)).toThrow(`did you mean "${nearest}"? It takes`);
    }
  });

  test("an unknown option is named, and the nearest known one", () => {
    const good = uniform(2);
    expect(() => f.entropy(good, { normalise: true } as object)).toThrow(
      new TypeError(
        'entropy: unknown option "normalise"; did you mean "normalize"? It takes base, input, normalize, temperature, engine, format',
      ),
    );
    expect(() => f.iDivergence(good, good, { normalize: true } as object)).toThrow(/unknown option "normalize"/);
    expect(() => f.klDivergence.rows(good, good, { rowlength: 2 } as never)).toThrow(/did you mean "rowLength"/);
    expect(() => f.entropy(good, 2 as never)).toThrow("entropy: options is number; it must be an object");
    expect(() => f.entropy(good, null as never)).toThrow(TypeError);
    expect(() => f.entropy(good, { normalize: "yes" } as never)).toThrow("normalize is string; it must be a boolean");
    expect(() => f.entropy(good, { input: "odds" } as never)).toThrow('input is "odds"');
    for (const base of [0, 1, -2, Number.NaN, Infinity]) {
      expect(() => f.entropy(good, { base })).toThrow(
        `entropy: base is ${base}; it must be positive, finite and not 1`,
      );
    }
  });

  test("rows must fit", () => {
    const four = uniform(4);
    const rows =
      (rowLength: unknown, q: number[] = four) =>
      () =>
        f.klDivergence.rows(four, q, { rowLength } as never);
    expect(rows(undefined)).toThrow(
      new TypeError("klDivergence.rows: rowLength is undefined; it must be an integer >= 1"),
    );
    for (const rowLength of [0, -1, 1.5, Number.NaN]) expect(rows(rowLength)).toThrow(RangeError);
    const message = "klDivergence.rows: rowLength is";
    expect(rows("2")).toThrow(new TypeError(`${message} string; it must be an integer >= 1`));
    expect(rows(2n)).toThrow(new TypeError(`${message} bigint; it must be an integer >= 1`));
    expect(rows(Symbol("two"))).toThrow(new TypeError(`${message} symbol; it must be an integer >= 1`));
    expect(rows([2])).toThrow(new TypeError(`${message} [object Array]; it must be an integer >= 1`));
    expect(rows(3)).toThrow("klDivergence.rows: p has 4 numbers, not a multiple of rowLength 3");
    expect(rows(2, uniform(6))).toThrow("klDivergence.rows: p has 2 rows; it must have one row or 3");
    expect(() => f.klDivergence.rows(four, four, undefined as never)).toThrow(TypeError);
    expect(() => f.logRatio.rows(four, four, undefined as never)).toThrow(TypeError);
  });

  test("out must be of the result's type and length, and be an input or apart from it", () => {
    const p = Float32Array.from(uniform(8));
    expect(() => f.logRatio(p, p, { out: new Float64Array(8) })).toThrow("logRatio: out must be a Float32Array");
    expect(() => f.logRatio(p, uniform(8), { out: new Float32Array(8) })).toThrow("out must be a Float64Array");
    expect(() => f.logRatio(p, p, { out: new Float32Array(7) })).toThrow("out has 7 numbers, the result 8");
    expect(() => f.logRatio(p.subarray(0, 6), p.subarray(0, 6), { out: p.subarray(1, 7) })).toThrow(
      "overlaps an input",
    );
    const q = Float32Array.from([...uniform(4), 1, 2, 3, 4]);
    const expected = f.logRatio(p, q);
    expect(f.logRatio(p, q, { out: q })).toBe(q);
    expect(q).toEqual(expected);
  });

  test("counts of impossible classes are errors, counts of 0 are not", () => {
    expect(() => f.logLikelihoodRatio([1, 2], [1, 0], [1, 0])).toThrow(
      "logLikelihoodRatio: counts[1] is 2 where p and q are both 0",
    );
    expect(() => f.logLikelihoodRatio([1, 1], [1, 0], [0, 1])).toThrow("p[1] and q[0] are 0 where there are counts");
    expect(f.logLikelihoodRatio([1, 0], [0.5, 0], [0.5, 0])).toBe(0);
    expect(f.logLikelihoodRatio([1, 2], [0.5, 0], [0.5, 0.5])).toBe(-Infinity);
    expect(f.logLikelihoodRatio([1, 2], [0.5, 0.5], [0.5, 0])).toBe(Infinity);
  });

  test("of logRatio over its own input too, the bad number is the one that was passed", () => {
    const [rowLength, rows] = [20_000, 3];
    for (const bad of [0, 15_000, 45_000]) {
      for (const make of [(n: number) => engine.float32(n), (n: number) => new Float32Array(n)]) {
        const [p, q] = [make(rowLength * rows).fill(0.25), make(rowLength * rows).fill(0.5)];
        p[bad] = Number.NaN;
        const place = `p[${bad}] (row ${Math.floor(bad / rowLength)}, class ${bad % rowLength}) is NaN`;
        expect(() => f.logRatio.rows(p, q, { rowLength, out: p })).toThrow(place);
        q[bad] = -1;
        p[bad] = 0.25;
        expect(() => f.logRatio.rows(p.fill(0.25), q, { rowLength, out: q })).toThrow(/q\[.* is -1; /);
      }
    }
  });

  test("a call inside a call is an error, and the call outside goes on or ends by it", async () => {
    const good = uniform(100);
    const calling = (inner: () => unknown) =>
      new Proxy(uniform(100), { get: (array, key) => (key === "50" ? inner() : Reflect.get(array, key)) });
    expect(() => f.klDivergence(calling(() => f.entropy(good)) as Vector, good)).toThrow(
      new Error("entropy: this engine is in a call already; use another engine inside it"),
    );
    expect(() => f.entropy.rows(calling(() => f.softmax(good)) as Vector, { rowLength: 100 })).toThrow(
      new Error("softmax: this engine is in a call already; use another engine inside it"),
    );
    const other = await createEngine({ backend });
    const inOther = calling(() => on(other).entropy(good, { base: 100 }) / 100) as Vector;
    expect(f.entropy(inOther, { base: 100 })).toBeCloseTo(1, 12);
    expect(f.entropy(good)).toBe(f.entropy(good.slice()));
  });
});
