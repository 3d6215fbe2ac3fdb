// A batch: many rows in one call of a kernel, with a table of what goes in and comes out. A line of the table (assembly/rows.ts):
//
//   0         the row's flags
//   1, 2, 3   its totals 0, 1 and 2
//   4, 5      the largest number of the first and the second operand, where the kernel finds them
//   6 … 15    the row's own fields, where the kernel is given them

export { COLUMNS, ROWS } from "./layout.js";

/** Columns. */
export const TOTALS = 1;
export const LARGEST = 4;
export const SWAP = 4;
export const FIELDS = 6;
/** Of the losses, among a row's own fields: what the kernel of losses reads, */
export const LABEL_LOGIT = 6;
export const OWN_SUM = 7;
export const OWN_PRODUCTS = 8;
export const ALL_PRODUCTS = 9;
/** and what it leaves: the label's number in the gradient, and fields of the last pass. */
export const LABEL_NUMBER = 10;
export const FACTOR = 11;
export const LESS = 12;

/** The fields that the backend has are those of every row. */
export const SHARED = 0;
/** Each row has its own in the table; where column `SWAP` is not 0, the first two operands change places. */
export const GIVEN = 1;
/** The kernel finds the largest number of each row, and makes the fields from it. */
export const FOUND = 2;
/** A mapping leaves rows alone that have flags already. */
export const SKIP = 8;
/** Of losses: no pass over the gradient follows. */
export const NO_PASS = 32;

/** The flag of a row that the kernel leaves to be computed by itself. */
export const DECLINED = 16;
