// Conditions of logratio drift with tables: `js(age) > 0.05`.

import type { ColumnDrift, DriftReport } from "../counts/index.js";
import { type Gate, gateReader, isFailedBy } from "./gates.js";

const QUANTITIES: Readonly<Record<string, (column: ColumnDrift, rows: DriftReport["rows"]) => number>> = {
  js: ({ js }) => js,
  psi: ({ psi }) => psi,
  p: ({ adjustedPValue }) => adjustedPValue,
  missing: ({ missing }, { current }) => missing.current / current,
};

/** A reader of the option. */
export const readDriftGate = gateReader(Object.keys(QUANTITIES), ['"js > 0.05"', '"js(age) > 0.05" for one column']);

export interface DriftGateResult {
  readonly condition: string;
  readonly column: string;
  readonly value: number;
  readonly isFailed: boolean;
}

/** Of each condition and each column that it is for. Throws for a condition of a column that there is not. */
export function driftGates(gates: readonly Gate[], { columns, rows }: DriftReport): DriftGateResult[] {
  return gates.flatMap((gate) => {
    const { text: condition, quantity, of } = gate;
    const chosen = columns.filter(({ name }) => of === undefined || name === of);
    if (chosen.length === 0) throw new RangeError(`--fail-if "${condition}": no column ${of} is compared`);
    return chosen.map((column) => {
      const value = QUANTITIES[quantity](column, rows);
      return { condition, column: column.name, value, isFailed: isFailedBy(gate, value) };
    });
  });
}
