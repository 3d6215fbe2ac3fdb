import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compareCounts, Drift, driftReport, populationStabilityIndex } from "../../src/counts/index.js";

interface Reference {
  readonly reference: Record<string, unknown[]>;
  readonly current: Record<string, unknown[]>;
  readonly count: number;
  readonly columns: Record<
    string,
    {
      readonly classes: { name: string | [number, number]; reference: number; current: number; contribution: string }[];
      readonly js: string;
      readonly psi: string;
      readonly psiWithHalf: string;
      readonly pValue: number;
      readonly adjustedPValue: number;
    }
  >;
}

const references: Reference[] = JSON.parse(readFileSync("test/fixtures/drift.json", "utf8"));

const expectNear = (value: number, exact: number, error: number) => {
  if (value !== exact) expect(Math.abs(value - exact)).toBeLessThanOrEqual(error * Math.abs(exact));
};

const recordsOf = (columns: Record<string, unknown[]>): Record<string, unknown>[] => {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
};

/** As CSV has them. */
const textsOf = (columns: Record<string, unknown[]>) =>
  Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [
      name,
      values.map((value) => (value === null ? "NA" : `${value}`)),
    ]),
  );

describe.each(references)("driftReport", ({ reference, current, count, columns }) => {
  const report = driftReport(reference, current, { count });
  const infinite = driftReport(reference, current, { count, zeros: "infinite" });

  test("has the columns, the farthest first", () => {
    expect(report.rows).toEqual({ reference: reference.age.length, current: current.age.length });
    const order = Object.keys(columns).sort();
    expect(report.columns.map(({ name }) => name).sort()).toEqual(order);
    expect(report.columns.map(({ js }) => js)).toEqual(report.columns.map(({ js }) => js).toSorted((a, b) => b - a));
    expect(report.notCompared).toEqual({ onlyInReference: [], onlyInCurrent: [], tooManyCategories: [] });
  });

  test.each(Object.keys(columns))("%s", (name) => {
    const exact = columns[name];
    const found = report.columns.find((column) => column.name === name);
    if (found === undefined) throw new Error(name);
    expect(found.kind).toBe(["age", "visits", "spent"].includes(name) ? "numeric" : "categorical");
    expectNear(found.plugIn, Number(exact.js), 1e-14);
    const counts = (["reference", "current"] as const).map((side) => exact.classes.map((one) => one[side]));
    const { value, interval } = compareCounts(counts[0], counts[1], { permutations: 0 });
    expectNear(found.js, value, 1e-9);
    for (const end of [0, 1]) expectNear(found.interval[end], interval[end], 1e-9);
    expect(found.js).toBeLessThanOrEqual(found.plugIn);
    expectNear(found.psi, Number(exact.psiWithHalf), 1e-14);
    expectNear(infinite.columns.find((column) => column.name === name)?.psi ?? 0, Number(exact.psi), 1e-14);
    expectNear(found.pValue, exact.pValue, 1e-10);
    expectNear(found.adjustedPValue, exact.adjustedPValue, 1e-10);
    const classes = found.classes.filter((one) => one.reference + one.current > 0);
    expect(classes.length).toBe(exact.classes.length);
    if (found.kind === "categorical") {
      expect(classes.map(({ contribution }) => -contribution)).toEqual(
        classes.map(({ contribution }) => -contribution).toSorted((a, b) => a - b),
      );
    }
    for (const [i, own] of exact.classes.entries()) {
      const one = found.kind === "numeric" ? classes[i] : classes.find((other) => other.name === own.name);
      expect(one).toMatchObject({ reference: own.reference, current: own.current });
      expectNear(one?.contribution ?? Number.NaN, Number(own.contribution), 1e-14);
      if (Array.isArray(own.name)) expect([one?.from, one?.to]).toEqual(own.name);
      else expect(one?.kind).toBe(found.kind === "categorical" && own.name !== "missing" ? "category" : own.name);
    }
    const missing = exact.classes.find((one) => one.name === "missing");
    expect(found.missing).toEqual({ reference: missing?.reference ?? 0, current: missing?.current ?? 0 });
    const zeros = { method: "addConstant", constant: "jeffreys" } as const;
    expectNear(populationStabilityIndex(counts[0], counts[1]), Number(exact.psi), 1e-14);
    expectNear(populationStabilityIndex(counts[0], counts[1], { zeros }), Number(exact.psiWithHalf), 1e-14);
  });

  test("is the same of records, in parts, and of texts", () => {
    expect(driftReport(recordsOf(reference), recordsOf(current), { count })).toEqual(report);
    const drift = new Drift({ count, parseNumbers: true, missing: ["NA"] });
    for (const part of partsOf(textsOf(reference), 70)) drift.addReference(part);
    for (const part of partsOf(textsOf(current), 33)) drift.addCurrent(recordsOf(part));
    expect(drift.report()).toEqual(report);
    expect(drift.report()).toEqual(report);
  });
});

function partsOf(columns: Record<string, unknown[]>, size: number): Record<string, unknown[]>[] {
  const rows = Object.values(columns)[0].length;
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) =>
    Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(i * size, (i + 1) * size)])),
  );
}

describe("Drift", () => {
  const kinds = (reference: unknown[], options = {}) =>
    driftReport({ x: reference }, { x: reference }, options).columns[0].kind;

  test("tells numbers from categories by the first thousand values", () => {
    expect(kinds([1, 2, null, Number.NaN])).toBe("numeric");
    expect(kinds(["1", "2"])).toBe("categorical");
    expect(kinds(["1", " 2.5e3 ", "-.5", "nan", "+inf", "7."], { parseNumbers: true })).toBe("numeric");
    for (const text of ["007", "0x10", "1,5", "1 000", "", "e5", "1e", "Infinite", "--1"]) {
      expect(kinds([text, "1"], { parseNumbers: true })).toBe("categorical");
    }
    expect(kinds(["1", "x"], { parseNumbers: true })).toBe("categorical");
    expect(kinds([true, false])).toBe("categorical");
    expect(kinds([1, "x"])).toBe("categorical");
    expect(kinds([1, 2], { categorical: ["x"] })).toBe("categorical");
    expect(kinds(["x", null], { numeric: ["x"] })).toBe("numeric");
    expect(kinds([null])).toBe("categorical");
    expect(kinds([...new Array(1000).fill(1), "x"])).toBe("numeric");
    expect(kinds([...new Array(999).fill(1), "x"])).toBe("categorical");
  });

  test("counts what is no number, infinite or missing apart, and texts of numbers as numbers", () => {
    const reference = { x: ["1", "2", "3", "4", "inf", "-inf", "nan", "NA", "?"] };
    const options = { numeric: ["x"], parseNumbers: true, missing: ["NA"], count: 2 };
    const [{ classes, missing }] = driftReport(reference, { x: [" 2 ", "0x2", "1e400"] }, options).columns;
    expect(missing).toEqual({ reference: 2, current: 0 });
    expect(classes.map(({ kind, name, reference, current }) => [kind, name, reference, current])).toEqual([
      ["below", "below 1", 1, 0],
      ["bin", "[1, 3)", 2, 1],
      ["bin", "[3, 4]", 2, 0],
      ["above", "above 4", 1, 1],
      ["text", "no number", 1, 1],
      ["missing", "missing", 2, 0],
    ]);
  });

  test("numbers that come where the reference has none are in one bin", () => {
    const [{ classes }] = driftReport({ x: [null, "a"] }, { x: [1, -Infinity] }, { numeric: ["x"] }).columns;
    expect(classes[0]).toMatchObject({ kind: "bin", from: -Infinity, to: Infinity, reference: 0, current: 2 });
  });

  test("bins of equal width, which may be empty", () => {
    const [{ classes }] = driftReport({ x: [0, 10] }, { x: [1] }, { bins: "width", count: 5 }).columns;
    expect(classes.map(({ from, reference }) => [from, reference])).toEqual([
      [0, 1],
      [2, 0],
      [4, 0],
      [6, 0],
      [8, 1],
    ]);
  });

  test("an equal table has not moved, nor has a column of one value", () => {
    const table = { a: [1, 2, 3, 4], b: ["x", "y", "x", "x"], c: [1, 1, 1, 1] };
    for (const { js, psi, pValue, adjustedPValue } of driftReport(table, table).columns) {
      expect([js, psi, pValue, adjustedPValue]).toEqual([0, 0, 1, 1]);
    }
  });

  test("keys that a record does not have are missing; columns of one table are told", () => {
    const report = driftReport([{ a: 1, b: "x" }, { a: 2 }, { a: 3, c: 1 }], [{ a: 1, b: "x", d: true }]);
    expect(report.columns.map(({ name }) => name).sort()).toEqual(["a", "b"]);
    expect(report.columns.find(({ name }) => name === "b")?.missing).toEqual({ reference: 2, current: 0 });
    expect(report.notCompared).toEqual({ onlyInReference: ["c"], onlyInCurrent: ["d"], tooManyCategories: [] });
  });

  test("columns with more than 200,000 categories are left out", () => {
    const names = (count: number, first: string) => Array.from({ length: count }, (_, i) => `${first}${i}`);
    const report = driftReport({ a: names(2e5, "x"), b: names(2e5, "x") }, { a: names(2e5, "x"), b: names(2e5, "y") });
    expect(report.columns.map(({ name }) => name)).toEqual(["a"]);
    expect(report.notCompared.tooManyCategories).toEqual(["b"]);
  });

  const rows = [{ x: 1 }];
  test.each<[string, ErrorConstructor, () => unknown]>([
    [
      "driftReport: reference is null; it must be an iterable of records, or an object",
      TypeError,
      () => driftReport(null as never, rows),
    ],
    [
      "driftReport: current[0] is number; it must be an object, with a value per column",
      TypeError,
      () => driftReport(rows, [1] as never),
    ],
    ['driftReport: current["x"] is number; it must be an array', TypeError, () => driftReport(rows, { x: 1 } as never)],
    ['current["y"] has 2 values, other columns have 1', RangeError, () => driftReport(rows, { x: [1], y: [1, 2] })],
    [
      'driftReport: "x" of current[1] is [object Object]; it must be a number, a text, a boolean, or null',
      TypeError,
      () => driftReport(rows, [{ x: 1 }, { x: {} }]),
    ],
    ['driftReport: current["x"][1] is [object Date]', TypeError, () => driftReport(rows, { x: [1, new Date(0)] })],
    ["driftReport: reference has no rows", RangeError, () => driftReport([], rows)],
    ["driftReport: current has no rows", RangeError, () => driftReport(rows, { x: [] })],
    ['no column is in both; reference has "x", current "y"', RangeError, () => driftReport(rows, [{ y: 1 }])],
    [
      'columns[1] is "y", a column that reference does not have',
      RangeError,
      () => driftReport(rows, rows, { columns: ["x", "y"] }),
    ],
    [
      'columns[0] is "y", a column that january does not have',
      RangeError,
      () => driftReport(rows, [{ y: 1 }], { columns: ["y"], names: ["january", "february"] }),
    ],
    ['neither table has a column "y"', RangeError, () => driftReport(rows, rows, { without: ["y"] })],
    [
      '"x" is among both numeric and categorical',
      RangeError,
      () => driftReport(rows, rows, { numeric: ["x"], categorical: ["x"] }),
    ],
    [
      "columns is string; it must be an array of texts",
      TypeError,
      () => driftReport(rows, rows, { columns: "x" as never }),
    ],
    ["missing[0] is number; it must be a text", TypeError, () => driftReport(rows, rows, { missing: [1] as never })],
    ["names is 1; it must be two names", RangeError, () => driftReport(rows, rows, { names: ["x"] as never })],
    [
      'bins is "edges"; it must be "quantile" or "width"',
      RangeError,
      () => driftReport(rows, rows, { bins: "edges" as never }),
    ],
    ["count is 0; it must be an integer >= 1", RangeError, () => driftReport(rows, rows, { count: 0 })],
    [
      "parseNumbers is number; it must be a boolean",
      TypeError,
      () => driftReport(rows, rows, { parseNumbers: 1 as never }),
    ],
    ['zeros is "half"; it must be "infinite"', RangeError, () => driftReport(rows, rows, { zeros: "half" as never })],
    ["confidence is 1; it must be between 0 and 1", RangeError, () => driftReport(rows, rows, { confidence: 1 })],
    ['correction is "bonferroni"', RangeError, () => driftReport(rows, rows, { correction: "bonferroni" as never })],
    [
      'unknown option "column"; did you mean "columns"?',
      TypeError,
      () => driftReport(rows, rows, { column: [] } as never),
    ],
    ["Drift: unknown option", TypeError, () => new Drift({ column: [] } as never)],
    [
      "populationStabilityIndex: actual has 2 numbers, expected has 1",
      RangeError,
      () => populationStabilityIndex([1], [1, 2]),
    ],
    ["populationStabilityIndex: expected sums to 0", RangeError, () => populationStabilityIndex([0, 0], [1, 2])],
    ["populationStabilityIndex: actual[1] is -1", RangeError, () => populationStabilityIndex([1, 1], [1, -1])],
    [
      "populationStabilityIndex: zeros is number",
      TypeError,
      () => populationStabilityIndex([1], [1], { zeros: 1 as never }),
    ],
  ])("%s", (message, type, run) => {
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  });

  test("takes the reference first", () => {
    const drift = new Drift();
    drift.addReference(rows);
    drift.addCurrent(rows);
    expect(() => drift.addReference(rows)).toThrow(
      new RangeError("Drift: the reference comes first; by rows of the other table its bins are laid"),
    );
  });
});
