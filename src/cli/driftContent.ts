// The report of logratio drift with tables as data: docs/drift.md and docs/drift.schema.json describe it.

import type { ColumnDrift } from "../counts/index.js";
import type { DriftGateResult } from "./driftGates.js";
import type { Drifted } from "./driftText.js";

/** Of a column: of what has more categories, those with the largest contributions. */
const MOST_CLASSES = 1000;

export const contentOf = ({ before, after, report }: Drifted, gates: readonly DriftGateResult[]): object => ({
  format: "logratio drift of tables",
  version: 1,
  ...{ before, after },
  rows: { before: report.rows.reference, after: report.rows.current },
  columns: report.columns.map(columnOf),
  notCompared: {
    onlyBefore: report.notCompared.onlyInReference,
    onlyAfter: report.notCompared.onlyInCurrent,
    tooManyCategories: report.notCompared.tooManyCategories,
  },
  gates,
});

const columnOf = ({ classes, missing, ...column }: ColumnDrift): object => ({
  ...column,
  missing: { before: missing.reference, after: missing.current },
  classes: classes.slice(0, MOST_CLASSES).map(({ reference, current, contribution, ...one }) => ({
    ...one,
    before: reference,
    after: current,
    contribution,
  })),
  otherClasses: Math.max(0, classes.length - MOST_CLASSES),
});
