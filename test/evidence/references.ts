import { readFileSync } from "node:fs";
import { expect } from "vitest";

// What scripts/makeEvidenceReferences.py has computed at 60 digits; numbers are spelled, for the exponents that f64 has not.

interface Corrected {
  statistic: string;
  pValue: string;
}

interface Tested {
  statistic: string;
  degreesOfFreedom: number;
  pValue: string;
  divergence: string;
  cohensW: string;
  williams: Corrected;
  contributions?: string[];
  /** What SciPy gives; null where it is further than 1e-12 from the truth. */
  scipy?: { statistic: number | null; pValue: number | null };
}

interface Estimated {
  estimate: string;
  standardError: string;
  /** Mean of the absolute values. */
  scale: string;
}

export interface References {
  tails: { statistic: number; degreesOfFreedom: number; p: string }[];
  fits: (Tested & { counts: number[]; expected: number[]; parametersEstimated: number })[];
  tables: (Tested & { table: number[]; rowLength: number; cramersV: string })[];
  informations: { joint: number[]; rowLength: number; information: string; normalized: Record<string, string> }[];
  keynesses: { a: number[]; b: number[]; keyness: string[] }[];
  estimates: { p: number[]; q: number[]; k1: Estimated; k2: Estimated; k3: Estimated }[];
  sequence: {
    p: number[];
    q: number[];
    observations: number[];
    sum: string;
    scale: string;
    squares: string;
    cumulative: string[];
    every: number;
  };
}

export const references: References = JSON.parse(
  readFileSync(new URL("../fixtures/evidence.json", import.meta.url), "utf8"),
);

/** |value - exact| over |exact|; 0 where both are 0. */
export function relativeError(value: number, exact: string | number): number {
  const truth = Number(exact);
  return value === truth ? 0 : Math.abs(value - truth) / Math.abs(truth);
}

/** NaN fails. */
export function expectWithin(value: number, exact: string | number, bound: number): void {
  expect(relativeError(value, exact)).toBeLessThanOrEqual(bound);
}
