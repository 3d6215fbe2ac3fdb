import { checkOptions, isList, isObject, mustBe, show } from "../engine/checks.js";
import { type ColumnSettings, DriftColumn, type Side } from "./driftColumn.js";
import {
  type ColumnDrift,
  checkMeasureOptions,
  MEASURE_KEYS,
  type MeasureOptions,
  measureColumns,
} from "./driftMeasures.js";
import { checkBinCount } from "./histogram.js";

/** A table: records, an object each, or columns, an array each. Values are numbers, texts, booleans; null, undefined and NaN are missing. */
export type Table = Iterable<Readonly<Record<string, unknown>>> | Readonly<Record<string, ArrayLike<unknown>>>;

/** The options of {@link driftReport} and {@link Drift}. */
export interface DriftOptions extends MeasureOptions {
  /** Which columns are compared: all that both tables have, by default. */
  columns?: readonly string[];
  /** Columns that are not. */
  without?: readonly string[];
  /** Columns that have numbers, whatever their first values are. What is no number in them is a class of its own. */
  numeric?: readonly string[];
  /** Columns that have categories, though they may look like numbers: codes, years. */
  categorical?: readonly string[];
  /** Bins of numeric columns, laid by the reference, as {@link histogram} lays them: `"quantile"` by default. */
  bins?: "quantile" | "width";
  /** How many bins, at most: 10 by default. */
  count?: number;
  /** Whether texts that are numbers are numbers, as in what has been read from CSV. They are texts by default. */
  parseNumbers?: boolean;
  /** Texts that stand for no value: `["", "NA"]`. None by default. */
  missing?: readonly string[];
  /** What errors call the tables: `["reference", "current"]` by default. */
  names?: readonly [reference: string, current: string];
}

/** What {@link driftReport} returns. */
export interface DriftReport {
  /** How many rows the tables have. */
  readonly rows: { readonly reference: number; readonly current: number };
  /** The columns, those with the largest JS divergence first. */
  readonly columns: readonly ColumnDrift[];
  /** Columns that are not compared: only one of the tables has them, or there are more than 200,000 categories. */
  readonly notCompared: {
    readonly onlyInReference: readonly string[];
    readonly onlyInCurrent: readonly string[];
    readonly tooManyCategories: readonly string[];
  };
}

const NAMES = ["columns", "without", "numeric", "categorical", "missing", "names"] as const;
const KEYS = [...NAMES, "bins", "count", "parseNumbers", ...MEASURE_KEYS];

type Names = Readonly<Record<(typeof NAMES)[number], readonly string[] | undefined>>;

function readNames(functionName: string, name: string, value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!isList(value)) throw mustBe(functionName, name, value, "an array of texts");
  for (let i = 0; i < value.length; i++) {
    if (typeof value[i] !== "string") throw mustBe(functionName, `${name}[${i}]`, value[i], "a text");
  }
  return Array.from(value as ArrayLike<string>);
}

function readSettings(functionName: string, options: DriftOptions, missing: readonly string[] = []): ColumnSettings {
  const { bins = "quantile", count = 10, parseNumbers = false } = options;
  if (bins !== "quantile" && bins !== "width") {
    throw new RangeError(`${functionName}: bins is ${show(bins)}; it must be "quantile" or "width"`);
  }
  checkBinCount(functionName, "count", count);
  if (typeof parseNumbers !== "boolean") throw mustBe(functionName, "parseNumbers", parseNumbers, "a boolean");
  return { bins, count, parseNumbers, missing };
}

/**
 * Compares two tables that need not be in memory: the reference is added part by part, then what is compared with it.
 * {@link driftReport} says what is compared, and how.
 *
 * Memory: 8 bytes per number of the reference until the first part of the other table is added, by when the bins are laid; the
 * categories with their counts.
 *
 * @example
 * const drift = new Drift();
 * drift.addReference([{ plan: "free" }, { plan: "paid" }]);
 * drift.addReference([{ plan: "free" }]);
 * drift.addCurrent({ plan: ["paid", "paid"] });
 * drift.report().rows; // { reference: 3, current: 2 }
 */
export class Drift {
  readonly #name: string;
  readonly #options: DriftOptions;
  readonly #names: Names;
  readonly #settings: ColumnSettings;
  readonly #sides: readonly string[];
  readonly #columns = new Map<string, DriftColumn>();
  /** Names of columns that are not compared. */
  readonly #others = new Set<string>();
  readonly #rows: [number, number] = [0, 0];
  #isReferenceDone = false;

  /**
   * Throws as {@link driftReport} does for options that it does not take.
   *
   * @param functionName - What errors begin with.
   */
  constructor(options: DriftOptions = {}, functionName = "Drift") {
    checkOptions(functionName, options, KEYS);
    checkMeasureOptions(functionName, options);
    this.#name = functionName;
    this.#options = options;
    this.#names = Object.fromEntries(
      NAMES.map((name) => [name, readNames(functionName, name, options[name])]),
    ) as Names;
    this.#settings = readSettings(functionName, options, this.#names.missing);
    this.#sides = this.#names.names ?? ["reference", "current"];
    if (this.#sides.length !== 2) throw mustBe(functionName, "names", this.#sides.length, "two names", true);
    const twice = this.#names.numeric?.find((name) => this.#names.categorical?.includes(name));
    if (twice !== undefined) {
      throw new RangeError(`${functionName}: ${show(twice)} is among both numeric and categorical; leave one out`);
    }
  }

  /**
   * Adds rows of the reference. Throws as {@link driftReport} does, and once rows of the other table have been added.
   *
   * @param table - The rows, as {@link driftReport} takes them.
   */
  addReference(table: Table): void {
    if (this.#isReferenceDone) {
      throw new RangeError(`${this.#name}: the reference comes first; by rows of the other table its bins are laid`);
    }
    this.#add(0, table);
  }

  /**
   * Adds rows of the table that is compared with the reference. Throws as {@link driftReport} does.
   *
   * @param table - The rows, as {@link driftReport} takes them.
   */
  addCurrent(table: Table): void {
    this.#endReference();
    this.#add(1, table);
  }

  #endReference(): void {
    if (this.#isReferenceDone) return;
    this.#isReferenceDone = true;
    // the columns are sorted one after another in the same memory
    let all = new Float64Array(0);
    const room = (length: number) => {
      if (all.length < length) all = new Float64Array(length);
      return all.subarray(0, length);
    };
    for (const column of this.#columns.values()) column.endReference(room);
  }

  /** Undefined for one that is not compared. */
  #columnAt(name: string): DriftColumn | undefined {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    const { columns, without, numeric, categorical } = this.#names;
    if (without?.includes(name) || (columns !== undefined && !columns.includes(name))) {
      this.#others.add(name);
      return undefined;
    }
    const isNumeric = numeric?.includes(name);
    const kind = isNumeric ? "numeric" : categorical?.includes(name) ? "categorical" : undefined;
    const column = new DriftColumn(name, this.#settings, kind);
    // what the reference does not have is not compared
    if (this.#isReferenceDone) column.endReference((length) => new Float64Array(length));
    this.#columns.set(name, column);
    return column;
  }

  #add(side: Side, table: Table): void {
    const name = this.#sides[side];
    if (!isObject(table)) {
      throw mustBe(this.#name, name, table, "an iterable of records, or an object with an array per column");
    }
    if (Symbol.iterator in table) this.#addRecords(side, table as Iterable<unknown>);
    else this.#addColumns(side, table as Readonly<Record<string, unknown>>);
  }

  #addRecords(side: Side, records: Iterable<unknown>): void {
    for (const record of records) {
      const row = this.#rows[side]++;
      const place = (key: string) => `${this.#name}: ${show(key)} of ${this.#sides[side]}[${row}]`;
      if (!isObject(record) || isList(record)) {
        throw mustBe(this.#name, `${this.#sides[side]}[${row}]`, record, "an object, with a value per column");
      }
      for (const key of Object.keys(record)) {
        this.#columnAt(key)?.add(side, (record as Record<string, unknown>)[key], () => place(key));
      }
    }
  }

  #addColumns(side: Side, columns: Readonly<Record<string, unknown>>): void {
    let rows: number | undefined;
    for (const key of Object.keys(columns)) {
      const values = columns[key];
      const name = `${this.#sides[side]}[${show(key)}]`;
      if (!isList(values)) throw mustBe(this.#name, name, values, "an array, with a value per row");
      rows ??= values.length;
      if (values.length !== rows) {
        throw new RangeError(`${this.#name}: ${name} has ${values.length} values, other columns have ${rows}`);
      }
      const column = this.#columnAt(key);
      if (column === undefined) continue;
      const before = this.#rows[side];
      column.isIn[side] = true;
      for (let i = 0; i < values.length; i++) {
        column.add(side, values[i], () => `${this.#name}: ${name}[${before + i}]`);
      }
    }
    this.#rows[side] += rows ?? 0;
  }

  /**
   * Compares the rows that have been added. Throws where a table has none, and for columns that are in neither.
   *
   * @returns What {@link driftReport} returns.
   */
  report(): DriftReport {
    this.#endReference();
    const [reference, current] = this.#rows;
    for (const [side, rows] of this.#rows.entries()) {
      if (rows === 0) throw new RangeError(`${this.#name}: ${this.#sides[side]} has no rows`);
    }
    this.#checkNames();
    const all = [...this.#columns.values()];
    const namesOf = (columns: readonly DriftColumn[]) => columns.map(({ name }) => name);
    const shared = all.filter(({ isIn }) => isIn[0] && isIn[1]);
    const counted = shared.flatMap((column) => {
      const classes = column.classes(this.#rows);
      return classes === undefined ? [] : [{ name: column.name, kind: column.kind, classes }];
    });
    if (shared.length === 0) {
      const shown = (side: Side) =>
        namesOf(all.filter(({ isIn }) => isIn[side]))
          .slice(0, 8)
          .map(show)
          .join(", ");
      throw new RangeError(
        `${this.#name}: no column is in both; ${this.#sides[0]} has ${shown(0)}, ${this.#sides[1]} ${shown(1)}`,
      );
    }
    return {
      rows: { reference, current },
      columns: measureColumns(counted, this.#options),
      notCompared: {
        onlyInReference: namesOf(all.filter(({ isIn }) => !isIn[1])),
        onlyInCurrent: namesOf(all.filter(({ isIn }) => !isIn[0])),
        tooManyCategories: namesOf(shared).filter((name) => !counted.some((one) => one.name === name)),
      },
    };
  }

  /** Throws for a name in the options of a column that is not there. */
  #checkNames(): void {
    const { columns, without = [], numeric = [], categorical = [] } = this.#names;
    for (const [i, name] of columns?.entries() ?? []) {
      const side = this.#columns.get(name)?.isIn.indexOf(false) ?? 0;
      if (side < 0) continue;
      throw new RangeError(
        `${this.#name}: columns[${i}] is ${show(name)}, a column that ${this.#sides[side]} does not have`,
      );
    }
    for (const name of [...without, ...numeric, ...categorical]) {
      if (this.#columns.has(name) || this.#others.has(name)) continue;
      throw new RangeError(`${this.#name}: neither table has a column ${show(name)}; leave it out of the options`);
    }
  }
}

/**
 * Says which columns of a table have changed, by how much, whether that is more than chance, and what drives it.
 *
 * Numbers are counted by bins that the reference lays ({@link histogram}), with what is below and above them; texts and booleans by
 * category; rows without a value are a class as well. Of the two distributions of each column, the report has the JS divergence, the
 * population stability index, the p-value of the G-test, corrected for the number of columns, and what each class adds to the JS
 * divergence ({@link contributions}).
 *
 * Whether a column has numbers or categories is told by the first 1,000 values of the reference: numbers, if all of them are. A text that
 * comes later among numbers is counted as "no number"; a number among categories is one of these.
 *
 * @param reference - Rows to compare with: records, an object each, or columns, an array each.
 * @param current - What is compared with them.
 * @returns The columns that both have, those with the largest JS divergence first, and those that are not compared.
 * @throws TypeError for what is no table, and a value that is no number, text, boolean or null, with its place; for an unknown option.
 * @throws RangeError for a table without rows, tables without a column in common, and names of columns that are not there. Complexity:
 * a sort of each numeric column of the reference, and O(values). Memory: 8 bytes per number of the reference, and the categories.
 * {@link Drift} takes tables part by part.
 * @example
 * const before = [{ plan: "free", age: 20 }, { plan: "free", age: 30 }, { plan: "paid", age: 40 }];
 * const after = [{ plan: "paid", age: 20 }, { plan: "paid", age: 30 }, { plan: "paid", age: 40 }];
 * driftReport(before, after).columns.map(({ name }) => name); // ["plan", "age"]
 */
export function driftReport(reference: Table, current: Table, options: DriftOptions = {}): DriftReport {
  const drift = new Drift(options, "driftReport");
  drift.addReference(reference);
  drift.addCurrent(current);
  return drift.report();
}
