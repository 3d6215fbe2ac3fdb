import { describe, expect, test } from "vitest";
import {
  createEngine,
  crossEntropyLoss,
  distillationLoss,
  elbo,
  entropy,
  gaussianKl,
  klDivergence,
  logLikelihoodRatioOfTokens,
  logSoftmax,
  perplexity,
  softmax,
  tokenLogProbabilities,
} from "../src/index.js";
import { BACKENDS, engines } from "./engines.js";
import { type Arrays, everyCall } from "./everyCall.js";
import { FUNCTIONS } from "./on.js";

// Rows that a mask leaves out are not looked at; those that are not valid may have NaN.

const CLASSES = 3;
const ROWS = 7;
const MASK = [1, 1, 0, 0, 1, 0, 1];
const kept = MASK.flatMap((isIn, r) => (isIn ? [r] : []));
const numbers = (f: (i: number) => number) => Float64Array.from({ length: ROWS * CLASSES }, (_, i) => f(i));
const isKept = (i: number) => MASK[Math.floor(i / CLASSES)] === 1;

/** Rows of `of`, without those that are masked. */
const compact = (of: Float64Array) => of.filter((_, i) => isKept(i));
/** The same with what no row may have in those that are masked. */
const spoilt = (of: Float64Array) => of.map((x, i) => (isKept(i) ? x : i % 2 ? Number.NaN : -Infinity));

const whole: Record<Exclude<keyof Arrays, "tokens" | "one">, Float64Array> = {
  z: numbers((i) => Math.sin(i)),
  w: numbers((i) => Math.cos(3 * i)),
  p: numbers((i) => (1 + (i % 4)) / (1 + (i % 4) + (1 + ((i + 1) % 4)) + 2)),
  counts: numbers((i) => i % 5),
};
const one = Float64Array.of(0.25, 0.25, 0.5);
const tokens = Int32Array.of(0, 2, -5, 99, 1, 3, 2);

const arraysOf = (change: (of: Float64Array) => Float64Array, ofTokens: (of: Int32Array) => Int32Array): Arrays => ({
  ...(Object.fromEntries(Object.entries(whole).map(([name, of]) => [name, change(of)])) as typeof whole),
  one,
  tokens: ofTokens(tokens),
});
const full = arraysOf(spoilt, (of) => of);
const short = arraysOf(compact, (of) => of.filter((_, r) => MASK[r] === 1));

/** A result per row with NaN for rows that are left out. */
const spread = (values: ArrayLike<number>, perRow: number) =>
  MASK.flatMap((isIn, r) => {
    const at = kept.indexOf(r) * perRow;
    return Array.from({ length: perRow }, (_, i) => (isIn ? values[at + i] : Number.NaN));
  });

const MASKS: Record<string, unknown> = {
  "an array of numbers": MASK,
  "an array of booleans": MASK.map((isIn) => isIn === 1),
  "a Uint8Array": Uint8Array.from(MASK),
  "an int64 tensor": { data: BigInt64Array.from(MASK, BigInt), dims: [1, 7], type: "int64" },
};

describe.each(everyCall(FUNCTIONS).filter(({ name, args }) => name.endsWith(".rows") || args(full).includes(full.z)))(
  "$name",
  ({ name, args }) => {
    const [own, form] = name.split(".");
    type Form = ((...args: unknown[]) => unknown) & { rows: Form; async: Form };
    const f = form
      ? (FUNCTIONS[own as "entropy"] as unknown as Form).rows
      : (FUNCTIONS[own as "entropy"] as unknown as Form);
    const withOptions = (given: unknown[], more: object) => [
      ...given.slice(0, -1),
      { ...(given.at(-1) as object), ...more },
    ];
    // of elbo, a number per row comes first
    const given = args(full);
    if (own === "elbo") given[0] = Array.from(full.tokens, (_, r) => (MASK[r] ? -full.tokens[r] : Number.NaN));

    /** What is expected, from the rows that are kept. */
    function expectSame(result: unknown, ofShort: unknown): void {
      if (typeof result === "number") expect(result).toBe(ofShort);
      else if (ArrayBuffer.isView(result)) {
        const values = ofShort as Float64Array;
        expect(Array.from(result as Float64Array)).toEqual(spread(values, values.length / kept.length));
      } else {
        const { gradient, perRow, ...rest } = result as Record<string, unknown>;
        const expected = ofShort as Record<string, unknown>;
        for (const [key, value] of Object.entries(rest)) expect(value).toBe(expected[key]);
        if (perRow) expect(Array.from(perRow as Float64Array)).toEqual(spread(expected.perRow as Float64Array, 1));
        if (gradient === undefined) return;
        const parts = (of: unknown) => (ArrayBuffer.isView(of) ? [of] : Object.values(of as object)) as Float64Array[];
        parts(gradient).forEach((part, i) => {
          const zeros = spread(parts(expected.gradient)[i], CLASSES).map((x) => (Number.isNaN(x) ? 0 : x));
          expect(Array.from(part)).toEqual(zeros);
        });
      }
    }

    test.each(Object.entries(MASKS))("%s", async (_, mask) => {
      const masked = withOptions(given, { mask });
      const expected = f(...args(short));
      expectSame(f(...masked), expected);
      expectSame(await f.async(...masked), expected);
      expectSame(f(...withOptions(masked, { engine: engines.js })), expected);
    });

    test("a mask of nothing and one of everything", () => {
      const all = withOptions(args(short), { mask: kept.map(() => true) });
      expect(f(...all)).toEqual(f(...args(short)));
      const none = () => f(...withOptions(given, { mask: MASK.map(() => 0) }));
      const reduction = (given.at(-1) as { reduction?: string }).reduction;
      const isMean = form === undefined && reduction !== "none" && own !== "tokenLogProbabilities";
      if (isMean) expect(none).toThrow(`${own}: every row is ignored, which leaves no mean`);
      else expect(none).not.toThrow();
    });

    test("what is no mask is named", () => {
      const wrong = (mask: unknown) => () => f(...withOptions(given, { mask }));
      expect(wrong([1, 1])).toThrow(new RangeError(`${name}: mask has 2 entries for 7 rows`));
      expect(wrong(MASK.with(3, 2))).toThrow(new RangeError(`${name}: mask[3] is 2; it must be 0, 1 or a boolean`));
      expect(wrong(MASK.map(String))).toThrow(new TypeError(`${name}: mask[0] is "1"; it must be 0, 1 or a boolean`));
      expect(wrong(true)).toThrow(
        new TypeError(`${name}: mask is boolean; it must be an array of 0 and 1 or of booleans, one per row`),
      );
    });
  },
);

describe("onInvalidRow", () => {
  const rowLength = 40;
  const rows = 500;
  const good = softmax.rows(
    Float32Array.from({ length: rows * rowLength }, (_, i) => Math.sin(i * i)),
    { rowLength },
  );
  const bad = good.slice();
  const wrong = [0, 130, 131, 499];
  for (const r of wrong) bad[r * rowLength + (r % rowLength)] = r % 2 ? Number.NaN : -1;
  const expected = entropy.rows(good, { rowLength });
  for (const r of wrong) expected[r] = Number.NaN;

  test.each(BACKENDS)("NaN for invalid rows, and how many they are: %s", async (backend) => {
    const options = { rowLength, engine: engines[backend], onInvalidRow: "NaN" } as const;
    const result = entropy.rows(bad, options);
    expect(Array.from(result)).toEqual(Array.from(expected));
    expect(result.invalidRows).toBe(4);
    expect((await entropy.rows.async(bad, options)).invalidRows).toBe(4);
    expect(entropy.rows(good, options).invalidRows).toBe(0);
    // those that are masked do not count
    const mask = Array.from(expected, (_, r) => r !== 130);
    expect(entropy.rows(bad, { ...options, mask }).invalidRows).toBe(3);
    expect(Array.from(entropy.rows(bad, { ...options, mask }))).toEqual(Array.from(expected));
    expect(entropy.rows(bad, { ...options, mask, onInvalidRow: "NaN" })[130]).toBeNaN();
  });

  test("what is no number among numbers, and a sum that is not 1", () => {
    const matrix = [0.5, 0.5, 0.5, "0.5", 0.5, 0.75, 0.25, 0.75] as number[];
    const result = entropy.rows(matrix, { rowLength: 2, onInvalidRow: "NaN" });
    expect(Array.from(result, Number.isNaN)).toEqual([false, true, true, false]);
    expect(result.invalidRows).toBe(2);
  });

  test("rows of results, in place too", async () => {
    const z = Float32Array.from({ length: 12 }, (_, i) => (i === 4 ? Number.NaN : i));
    const options = { rowLength: 3, onInvalidRow: "NaN" } as const;
    for (const f of [softmax, logSoftmax]) {
      const ofRow = (r: number) => Array.from(f(z.slice(3 * r, 3 * r + 3)));
      const all = [...ofRow(0), Number.NaN, Number.NaN, Number.NaN, ...ofRow(2), ...ofRow(3)];
      const result = f.rows(z, options);
      expect(Array.from(result)).toEqual(all);
      expect(result.invalidRows).toBe(1);
      const own = z.slice();
      expect(Array.from(f.rows(own, { ...options, out: own }))).toEqual(all);
      const later = z.slice();
      await f.rows.async(later, { ...options, out: later });
      expect(Array.from(later)).toEqual(all);
    }
  });

  test("threads tell the same", async () => {
    const engine = await createEngine({ threads: 2 });
    const options = { rowLength, engine, onInvalidRow: "NaN" } as const;
    const many = Float32Array.from({ length: 16 * bad.length }, (_, i) => bad[i % bad.length]);
    const held = engine.float32(many.length);
    held.set(many);
    for (const result of [entropy.rows(held, options), await entropy.rows.async(many, options)]) {
      expect(result.invalidRows).toBe(64);
      expect(Array.from(result.subarray(7500))).toEqual(Array.from(expected));
    }
    const mask = Array.from({ length: 16 * rows }, (_, r) => (Number.isNaN(expected[r % rows]) ? 0 : 1));
    const masked = entropy.rows(held, { rowLength, mask });
    expect(Array.from(masked.subarray(0, rows))).toEqual(Array.from(expected));
    expect("invalidRows" in masked).toBe(false);
    engine.dispose();
  });

  test("other errors are errors still", () => {
    const options = { rowLength: 2, onInvalidRow: "NaN" } as const;
    expect(() => entropy.rows([0.5, 0.5, 0.5], options)).toThrow("not a multiple of rowLength");
    expect(() => klDivergence.rows([0.5, 0.5], [0.5, 0.5], { rowLength: 2, onInvalidRow: "skip" as "NaN" })).toThrow(
      new RangeError('klDivergence.rows: onInvalidRow is "skip"; it must be "error" or "NaN"'),
    );
    const getter = {
      length: 2,
      get 0(): number {
        throw new Error("mine");
      },
      1: 0.5,
    };
    expect(() => entropy.rows(getter, options)).toThrow("mine");
  });
});

describe("ignoreIndex", () => {
  const logits = [0, 1, 2, 3, 5, 4];
  const options = { rowLength: 2, ignoreIndex: 7 };

  test("in functions of tokens", () => {
    const [first, ignored, last] = tokenLogProbabilities(logits, [0, 7, 1], options);
    expect([first, last]).toEqual(Array.from(tokenLogProbabilities([0, 1, 5, 4], [0, 1], { rowLength: 2 })));
    expect(ignored).toBeNaN();
    const [p, q] = [logits, logits.map((x) => x * x)];
    expect(logLikelihoodRatioOfTokens(p, q, [0, 7, 1], options)).toEqual(
      logLikelihoodRatioOfTokens([0, 1, 5, 4], [0, 1, 25, 16], [0, 1], { rowLength: 2 }),
    );
    expect(perplexity(logits, [0, 7, 1], options)).toBe(perplexity([0, 1, 5, 4], [0, 1], { rowLength: 2 }));
    expect(() => logLikelihoodRatioOfTokens(p, q, [7, 7, 7], options)).toThrow("every row is ignored");
    expect(() => tokenLogProbabilities(logits, [0, -1, 1], options)).toThrow(
      "tokens[1] is -1; it must be an integer from 0 to 1, or 7 to ignore the row",
    );
  });
});

test("losses of soft targets, and each reduction", () => {
  const z = [1, 2, Number.NaN, 3, 0, 1];
  const soft = Float64Array.of(0.5, 0.5, Number.NaN, 9, 0.25, 0.75);
  const kept = [1, 2, 0, 1];
  const mask = [1, 0, 1];
  for (const reduction of ["mean", "sum"] as const) {
    expect(crossEntropyLoss(z, soft, { rowLength: 2, mask, reduction }).loss).toBe(
      crossEntropyLoss(kept, Float64Array.of(0.5, 0.5, 0.25, 0.75), { rowLength: 2, reduction }).loss,
    );
    expect(gaussianKl(z, z, { rowLength: 2, mask, reduction }).kl).toBeCloseTo(
      gaussianKl(kept, kept, { rowLength: 2, reduction }).kl,
      13,
    );
    expect(distillationLoss(z, z.toReversed(), { rowLength: 2, mask, reduction }).count).toBe(2);
    expect(elbo([1, Number.NaN, 2], z, z, { rowLength: 2, mask, reduction }).logLikelihood).toBe(
      reduction === "sum" ? 3 : 1.5,
    );
  }
});

test("at the ends, the generalised Jensen-Shannon divergence is the KL that it tends to", () => {
  const [student, teacher] = [Float32Array.of(1, 2, 0, 3), Float32Array.of(0.5, 2, 1, 1)];
  const options = { rowLength: 2, gradient: true, temperature: 2 };
  for (const [beta, direction] of [
    [0, "forward"],
    [1, "reverse"],
  ] as const) {
    const limit = distillationLoss(student, teacher, { ...options, direction });
    expect(distillationLoss(student, teacher, { ...options, direction: "js", beta })).toEqual(limit);
    const near = distillationLoss(Float64Array.from(student), Float64Array.from(teacher), {
      ...options,
      direction: "js",
      beta: Math.abs(beta - 1e-7),
    });
    expect(near.loss / 1e-7).toBeCloseTo(limit.loss, 5);
  }
});

describe("soft targets that are all 0", () => {
  const z = [1, 2, 0.5, Number.NaN, 3, -1, 0, 1, 2, 5, 5, 5];
  const make = (type: Float32ArrayConstructor | Float64ArrayConstructor) => [
    type.from(z),
    type.of(0.5, 0.25, 0.25, 0, -0, 0, 0, 0.25, 0.75, 0, 0, 0),
  ];
  const kept = [0, 1, 2, 6, 7, 8];
  const options = { rowLength: 3, zeroTargets: "ignore", gradient: true } as const;

  test.each([{}, { reduction: "sum" }, { labelSmoothing: 0.1, zLoss: 0.01 }, { classWeights: [1, 2, 3] }] as const)(
    "are no loss: %o",
    async (more) => {
      for (const type of [Float32Array, Float64Array] as const) {
        const [logits, targets] = make(type);
        const pick = (numbers: ArrayLike<number>) => type.from(kept.map((i) => numbers[i]));
        const expected = crossEntropyLoss(pick(logits), pick(targets), { rowLength: 3, gradient: true, ...more });
        const result = crossEntropyLoss(logits, targets, { ...options, ...more });
        expect(result.loss).toBe(expected.loss);
        expect(result.count).toBe(2);
        expect(pick(result.gradient as Float32Array)).toEqual(expected.gradient);
        expect(Array.from(result.gradient as Float32Array).filter((_, i) => !kept.includes(i))).toEqual(
          Array(6).fill(0),
        );
        expect(await crossEntropyLoss.async(logits, targets, { ...options, ...more })).toEqual(result);
      }
    },
  );

  test("have 0 per row, and NaN where the mask leaves them out", () => {
    const [logits, targets] = make(Float64Array);
    const { perRow, count } = crossEntropyLoss(logits, targets, { ...options, reduction: "none", mask: [1, 1, 0, 0] });
    expect(count).toBe(1);
    expect(perRow?.[0]).toBe(crossEntropyLoss(logits.slice(0, 3), targets.slice(0, 3), { rowLength: 3 }).loss);
    expect(Array.from(perRow as Float64Array).slice(1)).toEqual([0, Number.NaN, Number.NaN]);
  });

  test("are an error that names the option, and so is a mean of nothing else", () => {
    const zeros = [new Float64Array(3), new Float64Array(3)] as const;
    expect(() => crossEntropyLoss(...zeros, { rowLength: 3 })).toThrow(
      'crossEntropyLoss: targets sums to 0, not to 1; to leave out such rows pass { zeroTargets: "ignore" }',
    );
    expect(() => crossEntropyLoss(...zeros, options)).toThrow("every row is ignored, which leaves no mean");
    expect(crossEntropyLoss(...zeros, { ...options, reduction: "sum" })).toMatchObject({ loss: 0, count: 0 });
    expect(() => crossEntropyLoss(...zeros, { rowLength: 3, zeroTargets: true as never })).toThrow(
      'crossEntropyLoss: zeroTargets is boolean; it must be "error" or "ignore"',
    );
  });
});
