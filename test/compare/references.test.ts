import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { widen } from "../../src/backends/js/halves.js";
import { compareLogits, type Estimate, type RowBatch, type RowResults, Summary } from "../../src/compare/index.js";
import { joined } from "./sources.js";

// scripts/makeComparisonReferences.py computes the same independently.

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/compare/${name}`, import.meta.url), "utf8"));

describe("against mpmath, NumPy and SciPy", () => {
  const { classes, topK, tokens, base, candidates } = read("references.json");
  const halves = (text: string) => new Uint16Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);
  const wide = (text: string) => {
    const out = new Float32Array(tokens.length * classes);
    widen(halves(text), out, 0);
    return Float64Array.from(out);
  };

  /** What errors are of: differences are as exact as what they are of, and so are their standard errors; logarithms as 1. */
  const scaleOf = (where: string, { value, standardError } = { value: 0, standardError: 0 }): number => {
    const isError = where.endsWith("Error");
    if (where.includes("atio")) return isError ? standardError / value : 1;
    if (where.includes("difference")) return isError ? standardError : value;
    if (isError) return 0;
    if (where.includes("deltaP")) return 0.1;
    return where.includes("LogProbability") ? 1 : 0;
  };

  describe.each([
    ["f16", 1e-6],
    ["f64", 1e-12],
  ] as const)("rows of %s", (type, relative) => {
    async function* batch(text: string): AsyncGenerator<RowBatch> {
      yield type === "f16" ? { data: halves(text), format: type, tokens } : { data: wide(text), tokens };
    }
    const parts: (readonly RowResults[])[] = [];
    const others: AsyncIterable<RowBatch>[] = candidates.map(({ logits }: { logits: string }) => batch(logits));
    const comparison = compareLogits(batch(base), others, {
      classes,
      topK,
      threads: 1,
      acceptance: true,
      onRows: (_, part) => parts.push(part),
    });

    function compare(actual: unknown, expected: unknown, where: string, perplexity?: Estimate): void {
      if (typeof expected === "number") {
        const error = Math.abs((actual as number) - expected);
        const bound = relative * Math.max(Math.abs(expected), scaleOf(where, perplexity));
        expect(error, `${where}: ${actual}, not ${expected}`).toBeLessThanOrEqual(bound);
        return;
      }
      for (const [name, value] of Object.entries(expected as object)) {
        compare((actual as Record<string, unknown>)[name], value, `${where}.${name}`, perplexity);
      }
    }

    describe.each([0, 1, 2])("candidate %i", (candidate) => {
      const { rows, report } = candidates[candidate];

      test("every row", async () => {
        await comparison;
        const columns = joined(parts.map((part) => part[candidate]));
        rows.forEach(({ deltaP: _, ...row }: Record<string, number | null>, r: number) => {
          for (const [name, value] of Object.entries(row)) {
            const actual = columns[name][r];
            if (value === null) expect(actual).toBe(Number.NaN);
            else compare(actual, value, `${name} of row ${r}`);
          }
        });
      });

      test("every figure of the report", async () => {
        compare((await comparison)[candidate].report(), report, "report", report.perplexity.base);
      });
    });
  });
});

test("what llama.cpp prints, from the rows of its own files, to the three digits that its 16-bit files leave", () => {
  const { rows, printed } = read("llamacpp.json") as { rows: number[][]; printed: Record<string, number[]> };
  const summary = new Summary();
  const column = (index: number) => Float64Array.from(rows, (row) => row[index]);
  const zeros = new Float64Array(rows.length);
  summary.add(0, {
    count: rows.length,
    kl: column(0),
    reverseKl: zeros,
    js: zeros,
    baseEntropy: zeros,
    otherEntropy: zeros,
    crossEntropy: zeros,
    reverseCrossEntropy: zeros,
    tokens: new Int32Array(rows.length),
    baseLogProbability: column(1),
    otherLogProbability: column(2),
    baseTop: Int32Array.from(column(3)),
    otherTop: Int32Array.from(column(4)),
    topOverlap: zeros,
    top5Overlap: zeros,
    baseTopLogProbability: zeros,
    otherTopLogProbability: zeros,
    acceptance: zeros.map(() => Number.NaN),
    baseLooksLikeProbabilities: new Uint8Array(rows.length),
    otherLooksLikeProbabilities: new Uint8Array(rows.length),
  });
  const { kl, deltaP, sameTop, perplexity } = summary.report();
  const percent = (numbers: number[]) => numbers.map((x) => 100 * x);
  const both = ({ value, standardError }: { value: number; standardError: number }) => [value, standardError];
  const ours: Record<string, number[]> = {
    "Mean PPL(Q)": both(perplexity.other),
    "Mean PPL(base)": both(perplexity.base),
    "Cor(ln(PPL(Q)), ln(PPL(base)))": percent([perplexity.correlation]),
    "Mean ln(PPL(Q)/PPL(base))": both(perplexity.logRatio),
    "Mean PPL(Q)/PPL(base)": both(perplexity.ratio),
    "Mean PPL(Q)-PPL(base)": both(perplexity.difference),
    "Mean KLD": [kl.mean, kl.standardError],
    "Maximum KLD": [kl.max],
    "Median KLD": [kl.median],
    "Minimum KLD": [kl.min],
    "Mean Δp": percent([deltaP.mean, deltaP.standardError]),
    "Maximum Δp": percent([deltaP.max]),
    "Median Δp": percent([deltaP.median]),
    "Minimum Δp": percent([deltaP.min]),
    "RMS Δp": percent(both(deltaP.rms)),
    "Same top p": percent(both(sameTop)),
  };
  for (const [name, value] of Object.entries(kl.quantiles))
    ours[`${Number.parseFloat(name).toFixed(1)}% KLD`] = [value];
  for (const [name, value] of Object.entries(deltaP.quantiles))
    ours[`${Number.parseFloat(name).toFixed(1)}% Δp`] = percent([value]);
  for (const [name, numbers] of Object.entries(printed)) {
    numbers.forEach((x, i) => {
      // what is printed of Δp has three decimals
      const allowed = Math.max(1e-3 * Math.abs(x), name.endsWith("Δp") ? 6e-4 : 1e-6);
      expect(Math.abs(ours[name][i] - x), `${name}: ${ours[name][i]}, printed ${x}`).toBeLessThanOrEqual(allowed);
    });
  }
});
