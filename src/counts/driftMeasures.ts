// How far columns have moved: from how many values of both tables each bin or category has.

import { checkNumber } from "../engine/checks.js";
import { checkCorrection } from "../evidence/adjustPValues.js";
import { adjustPValues, type Correction, gTestOfTwoSamples } from "../evidence/index.js";
import { compareCounts } from "./compareCounts.js";
import { contributions } from "./contributions.js";
import type { ColumnKind, CountedClass } from "./driftColumn.js";
import { checkZeroPolicy, stabilityOf, type ZeroPolicy } from "./populationStabilityIndex.js";

/** The options of {@link driftReport} that are about what is measured. */
export interface MeasureOptions {
  /**
   * Of the population stability index, as {@link populationStabilityIndex} has it. By default ½ is added to every count,
   * `{ method: "addConstant", constant: "jeffreys" }`: one number outside of all bins would make it Infinity, which is what `"infinite"` asks for.
   */
  zeros?: ZeroPolicy;
  /** How often the intervals are to contain the true divergence: 0.95 by default. */
  confidence?: number;
  /** By which p-values are corrected for the number of columns, as {@link adjustPValues} has it: `"benjaminiHochberg"` by default. */
  correction?: Correction;
}

const HALF: ZeroPolicy = { method: "addConstant", constant: "jeffreys" };

export const MEASURE_KEYS: readonly string[] = ["zeros", "confidence", "correction"];

/** Throws for options that are none. */
export function checkMeasureOptions(functionName: string, { zeros, confidence, correction }: MeasureOptions): void {
  checkZeroPolicy(functionName, zeros);
  if (confidence !== undefined)
    checkNumber(functionName, "confidence", confidence, (x) => x > 0 && x < 1, "between 0 and 1");
  if (correction !== undefined) checkCorrection(functionName, "correction", correction);
}

/** A bin, a category, or what is neither, and what it adds to the `plugIn` of its column. */
export interface DriftClass extends CountedClass {
  /** Its term of the divergence, in nats. */
  readonly contribution: number;
}

/** How far a column has moved. */
export interface ColumnDrift {
  /** As in the tables. */
  readonly name: string;
  /** Whether its values are counted by bins or by categories. */
  readonly kind: ColumnKind;
  /**
   * Jensen-Shannon divergence of what the tables are samples of, in nats, as {@link compareCounts} estimates it: 0 where they differ no more
   * than samples of one distribution, ln 2 for tables without a value in common.
   */
  readonly js: number;
  /** From where to where the true divergence may lie. */
  readonly interval: readonly [lower: number, upper: number];
  /** The divergence of the tables themselves, which is too large: what the contributions of the classes add up to. */
  readonly plugIn: number;
  /** Population stability index of the same, in nats. */
  readonly psi: number;
  /** Of the G-test of whether both are samples of one distribution: 1 where there is one class. */
  readonly pValue: number;
  /** The same, corrected for the number of columns. */
  readonly adjustedPValue: number;
  /** How many rows have no value here. */
  readonly missing: { readonly reference: number; readonly current: number };
  /**
   * The classes: of a numeric column in ascending order, then what is no number or missing; of categories those with the largest
   * contributions first. Missing values are a class: that there are more of them is drift.
   */
  readonly classes: readonly DriftClass[];
}

interface Counted {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly classes: readonly CountedClass[];
}

function measureColumn(
  { name, kind, classes }: Counted,
  { zeros = HALF, confidence }: MeasureOptions,
): Omit<ColumnDrift, "adjustedPValue"> {
  const reference = Float64Array.from(classes, (one) => one.reference);
  const current = Float64Array.from(classes, (one) => one.current);
  const { value: plugIn, terms } = contributions(reference, current);
  const { value: js, interval } = compareCounts(reference, current, { confidence, permutations: 0, limit: 0 });
  const ofClasses: DriftClass[] = new Array(classes.length);
  for (const [place, { key, term }] of terms.entries()) {
    // which are in the order of their terms
    ofClasses[kind === "categorical" ? place : key] = { ...classes[key], contribution: term };
  }
  const isOne = classes.filter((one) => one.reference + one.current > 0).length === 1;
  const missing = classes.find((one) => one.kind === "missing");
  return {
    ...{ name, kind, js, interval, plugIn },
    psi: stabilityOf([reference, current], zeros),
    pValue: isOne ? 1 : gTestOfTwoSamples(reference, current).pValue,
    missing: { reference: missing?.reference ?? 0, current: missing?.current ?? 0 },
    classes: ofClasses,
  };
}

/** The farthest first. */
export function measureColumns(columns: readonly Counted[], options: MeasureOptions): ColumnDrift[] {
  const measured = columns.map((column) => measureColumn(column, options));
  if (measured.length === 0) return [];
  const adjusted = adjustPValues(
    measured.map(({ pValue }) => pValue),
    options.correction,
  );
  return measured
    .map((column, i) => ({ ...column, adjustedPValue: adjusted[i] }))
    .sort((a, b) => b.js - a.js || b.plugIn - a.plugIn);
}
