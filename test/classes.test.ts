import { describe, expect, test } from "vitest";
import {
  crossEntropyLoss,
  distillationLoss,
  entropy,
  iDivergence,
  klDivergence,
  logLikelihoodRatioOfTokens,
  perplexity,
  softmax,
  tokenLogProbabilities,
} from "../src/index.js";

// Rows of different lengths: the first n of each, where the others have next to nothing.

const ROWS = 5;
const random = (length: number, seed: number) => Float32Array.from({ length }, (_, i) => 4 * Math.sin(seed + i * i));

/** Rows of 6 logits as rows of `length`, filled up with `fill`. */
function padded(rows: Float32Array, length: number, fill: number): Float32Array {
  const out = new Float32Array(ROWS * length).fill(fill);
  for (let r = 0; r < ROWS; r++) out.set(rows.subarray(6 * r, 6 * r + 6), length * r);
  return out;
}

const a = random(6 * ROWS, 1);
const b = random(6 * ROWS, 2);
const flat = { rowLength: 6 };
const tokens = [0, 1, 2, 3, 5];

describe("logits", () => {
  const longer = padded(a, 8, -40);
  const longest = padded(b, 9, Number.NEGATIVE_INFINITY);
  const of = (data: ArrayLike<number>, length: number) => ({ data, dims: [ROWS, length] });
  const options = { classes: 6, input: "logits" } as const;

  test("of flat arrays, tensors and rows", () => {
    const expected = klDivergence.rows(a, b, { ...flat, input: "logits" });
    expect(klDivergence.rows(of(longer, 8), of(longest, 9), options)).toEqual(expected);
    expect(klDivergence.rows(of(longer, 8), of(b, 6), options)).toEqual(expected);
    expect(klDivergence.rows(longer, longest, { ...options, rowLength: [8, 9] })).toEqual(expected);
    expect(klDivergence.rows(a, of(longest, 9), { ...options, rowLength: 6 })).toEqual(expected);
    const one = klDivergence.rows(a, b.subarray(0, 6), { ...flat, input: "logits" });
    expect(klDivergence.rows(of(longer, 8), { data: longest.subarray(0, 9), dims: [9] }, options)).toEqual(one);
    const plain = Array.from(longer);
    expect(entropy.rows(plain, { ...options, rowLength: 8 })).toEqual(
      entropy.rows(Array.from(a), { ...flat, input: "logits" }),
    );
    expect(softmax.rows(longer, { rowLength: 8, classes: 6 })).toEqual(softmax.rows(a, flat));
  });

  test("of bits", () => {
    const bits = (of: Float32Array) =>
      Uint16Array.from(of, (x) => new Uint32Array(Float32Array.of(x).buffer)[0] >>> 16);
    expect(entropy.rows(bits(longer), { ...options, rowLength: 8, format: "bf16" })).toEqual(
      entropy.rows(bits(a), { ...flat, input: "logits", format: "bf16" }),
    );
  });

  test("in losses", () => {
    const gradient = true;
    expect(distillationLoss(of(longer, 8), of(longest, 9), { classes: 6, gradient })).toEqual(
      distillationLoss(a, b, { ...flat, gradient }),
    );
    expect(crossEntropyLoss(longer, tokens, { rowLength: 8, classes: 6, gradient })).toEqual(
      crossEntropyLoss(a, tokens, { ...flat, gradient }),
    );
    expect(tokenLogProbabilities(longer, tokens, { rowLength: 8, classes: 6 })).toEqual(
      tokenLogProbabilities(a, tokens, flat),
    );
    expect(perplexity(longer, tokens, { rowLength: 8, classes: 6 })).toBe(perplexity(a, tokens, flat));
    expect(logLikelihoodRatioOfTokens(longer, longest, tokens, { rowLength: [8, 9], classes: 6 })).toEqual(
      logLikelihoodRatioOfTokens(a, b, tokens, flat),
    );
    expect(() => crossEntropyLoss(longer, [0, 1, 2, 3, 6], { rowLength: 8, classes: 6 })).toThrow(
      "targets[4] is 6; it must be an integer from 0 to 5",
    );
  });

  test("what is left out may have 1e-6 of the mass", () => {
    // e^-13 is 2.3e-6, e^-15 is 3e-7
    const row = (left: number) => [0, 0, left];
    const call = (left: number, temperature = 1, more = {}) =>
      entropy.rows(row(left), { rowLength: 3, classes: 2, input: "logits", temperature, ...more })[0];
    expect(call(-15)).toBe(Math.LN2);
    expect(() => call(-12)).toThrow(
      /^entropy\.rows: the 1 classes of row 0 of p that are left out have 0\.0000030\d* of its mass, not at most 0\.000001$/,
    );
    expect(() => call(-15, 2)).toThrow(RangeError);
    expect(call(-12, 0.5)).toBe(Math.LN2);
    expect(call(-12, 1, { onInvalidRow: "NaN" })).toBeNaN();
    expect(call(-12, 1, { mask: [0] })).toBeNaN();
    // of the larger of two rows
    expect(() =>
      klDivergence.rows([...row(-15), ...row(3)], row(-15), { rowLength: 3, classes: 2, input: "logits" }),
    ).toThrow("of row 1 of p");
  });
});

test("probabilities, and numbers as they are", () => {
  const p = [0.5, 0.5, 1e-8, 0.25, 0.75, 0];
  expect(entropy.rows(p, { rowLength: 3, classes: 2 })).toEqual(entropy.rows([0.5, 0.5, 0.25, 0.75], { rowLength: 2 }));
  expect(() => entropy.rows([0.5, 0.25, 0.25], { rowLength: 3, classes: 2 })).toThrow(
    /left out have 0\.25 of its mass/,
  );
  expect(iDivergence.rows([5, 6, 0], [6, 7, 0], { rowLength: 3, classes: 2 })).toEqual(
    iDivergence.rows([5, 6], [6, 7], { rowLength: 2 }),
  );
  const logarithms = { rowLength: 3, classes: 2, input: "logProbabilities" } as const;
  expect(() => entropy.rows(p.slice(0, 3).map(Math.log), logarithms)).not.toThrow();
  expect(() => entropy.rows([0.5, 0.25, 0.25].map(Math.log), logarithms)).toThrow("left out have 0.25");
});

test("lengths that differ are an error that names the option, and it must fit", () => {
  const [p, q] = [
    { data: a, dims: [ROWS, 6] },
    { data: a, dims: [6, ROWS] },
  ];
  expect(() => klDivergence.rows(p, q, { input: "logits" })).toThrow(
    new RangeError(
      "klDivergence.rows: a row of q has 5 numbers; that of p has 6; for the first n of each pass { classes: n }",
    ),
  );
  const wrong = (options: object) => () => klDivergence.rows(p, p, { input: "logits", ...options });
  expect(wrong({ classes: 7 })).toThrow("klDivergence.rows: classes is 7; a row of p has 6 numbers");
  expect(wrong({ classes: 0 })).toThrow("klDivergence.rows: classes is 0; it must be an integer >= 1");
  expect(wrong({ classes: "6" })).toThrow("klDivergence.rows: classes is string; it must be an integer >= 1");
  expect(wrong({ rowLength: [6, 7], classes: 2 })).toThrow("a row of q has 6 numbers; rowLength is 7");
  expect(wrong({ rowLength: [6, 6] })).toThrow("rowLength is [object Array]; it must be an integer >= 1");
  expect(wrong({ rowLength: [6], classes: 6 })).toThrow("rowLength is [object Array]; it must be an integer >= 1");
  expect(wrong({ rowLength: [6, 0], classes: 6 })).toThrow("rowLength is 0; it must be an integer >= 1");
  expect(() => klDivergence.rows(a, a, { rowLength: [7, 8], classes: 2 })).toThrow(/not a multiple of rowLength|mask/);
  expect(() => klDivergence.rows(p, { data: b, dims: [ROWS - 2, 10] }, { classes: 6, input: "logits" })).toThrow(
    RangeError,
  );
});
