import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Constructor, differenceOf, type FloatArray } from "./bits.js";
import { BACKENDS, engines } from "./engines.js";
import { flat } from "./logitCalls.js";
import { type Functions, on } from "./on.js";

// Calls at the ends of range, where options meet, and where rows are next to each other, against 320 bits.

interface Case {
  f: keyof Functions;
  type: "f32" | "f64";
  args: unknown[];
  options: Record<string, unknown>;
  /** One number, or several in a row. */
  exact: string | string[];
  /** ulps of the exact number, relative to it, or of the larger of it and `scale`, 1 by default. */
  error: { ulps?: number; relative?: number; absolute?: number; scale?: string };
}

const cases: Case[] = JSON.parse(
  readFileSync(new URL("fixtures/extremes.json", import.meta.url), "utf8"),
  (_, value) =>
    value === "-Infinity" ? Number.NEGATIVE_INFINITY : value === "Infinity" ? Number.POSITIVE_INFINITY : value,
);

const TYPES: Record<string, Constructor> = { f32: Float32Array, f64: Float64Array };

type Any = (...args: unknown[]) => unknown;

/** All numbers of a result: a loss, then its gradient. */
function numbersOf(f: string, result: unknown): number[] {
  if (typeof result === "number") return [result];
  if (ArrayBuffer.isView(result)) return Array.from(result as FloatArray);
  const { kl, mean, gradient } = result as {
    kl: number;
    mean: number;
    gradient?: Record<"mean" | "logVariance", FloatArray>;
  };
  if (f === "gaussianKl") return [kl, ...(gradient?.mean ?? []), ...(gradient?.logVariance ?? [])];
  if (f === "logLikelihoodRatioOfTokens") return [mean];
  return Array.from(flat(result as Parameters<typeof flat>[0]));
}

function boundOf({ type, error }: Case, exact: number): number {
  const { ulps, relative, absolute = 0, scale = "1" } = error;
  const size = Math.abs(exact);
  const [epsilon, least] = type === "f32" ? [2 ** -23, 2 ** -126] : [2 ** -52, 2 ** -1022];
  if (ulps !== undefined) return exact === 0 ? 0 : ulps * 2 ** Math.floor(Math.log2(size)) * epsilon;
  return relative === undefined ? absolute * Math.max(Number(scale), size) : relative * Math.max(size, least);
}

/** The nearest number of the type, or an infinite one. */
const rounded = (type: string, x: number): number =>
  type === "f32" && Math.abs(x) > 3.4028235677973366e38 ? Math.fround(x) : x;

/** What of a case is not as it should be. */
function faultsOf(functions: Functions, it: Case): string[] {
  const { f, type, args, options, exact } = it;
  const areLabels = (arg: unknown[]) => arg.length !== (args[0] as unknown[]).length && f !== "logLikelihoodRatio";
  const arrays = args.map((arg) => (Array.isArray(arg) && !areLabels(arg) ? TYPES[type].from(arg) : arg));
  const call = () => numbersOf(f, (functions[f] as unknown as Any)(...arrays, options));
  const results = call();
  const expected = [exact].flat().map(Number);
  return expected.flatMap((value, i) => {
    const isOfType = !["entropy", "klDivergence"].includes(f) && results.length > 1 && i > 0;
    const target = isOfType ? rounded(type, value) : value;
    if (Object.is(results[i], target) || Math.abs(results[i] - target) <= boundOf(it, target)) return [];
    const ratio = Math.abs(results[i] - target) / boundOf(it, target);
    const shown = args.map((arg) => (Array.isArray(arg) && arg.length > 12 ? `[… ${arg[i]} …]` : JSON.stringify(arg)));
    return [
      `${type} ${f}(${shown.join(", ")}, ${JSON.stringify(options)})[${i}] is ${results[i]}, exactly ${value}: ${ratio} times the bound`,
    ];
  });
}

describe.each(BACKENDS)("against 320 bits, in %s", (backend) => {
  const functions = on(engines[backend]);
  test.each([...new Set(cases.map(({ f }) => f))])("%s", (name) => {
    const faults = cases.filter(({ f }) => f === name).flatMap((it) => faultsOf(functions, it));
    expect(faults).toEqual([]);
  });

  test("rows of a matrix give the same bits as each alone", () => {
    const differences: string[] = [];
    for (const { f, type, args, options } of cases) {
      const { rows, length } = functions[f] as unknown as { rows?: Any } & { length: number };
      if (rows === undefined || length === 0) continue;
      const alone = args.map((arg) => (Array.isArray(arg) ? TYPES[type].from(arg) : arg));
      const twice = args.map((arg) => (Array.isArray(arg) ? TYPES[type].from([...arg, ...arg]) : arg));
      const one = numbersOf(f, (functions[f] as unknown as Any)(...alone, options));
      const both = numbersOf(f, rows(...twice, { ...options, rowLength: (args[0] as unknown[]).length }));
      const difference = differenceOf(Float64Array.from(both), Float64Array.from([...one, ...one]));
      if (difference)
        differences.push(`${type} ${f}(${JSON.stringify(args)}, ${JSON.stringify(options)}): ${difference}`);
    }
    expect(differences).toEqual([]);
  });
});
