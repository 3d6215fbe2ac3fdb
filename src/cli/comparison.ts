import type { Report } from "../compare/index.js";
import type { InputKind } from "../index.js";
import type { Charts } from "./charts.js";

/** What was compared, and what came of it: all that a report tells. */
export interface Comparison {
  readonly base: string;
  readonly other: string;
  readonly tokens: string | null;
  readonly classes: number;
  /** What the numbers were taken for: of base, of other. */
  readonly input: readonly [base: InputKind, other: InputKind];
  /** The rows that were compared. */
  readonly start: number;
  readonly end: number;
  readonly report: Report;
  readonly charts: Charts;
}
