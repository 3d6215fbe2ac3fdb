// Examples as they are written: where an expression has a comment on its line, that is its value.

import { expect } from "vitest";

/** `1.5`, `Infinity`, `true`, `"simd"`, `[1, 2]`, `{ count: 2 }`, `Float64Array [0.5, 0.5]`; words may follow. */
const VALUE = /^(?:(\w+Array) )?(\[.*\]|\{.*\}|".*"|-?\d[\d.]*(?:e[-+]?\d+)?|-?Infinity|NaN|true|false|undefined|null)/;

/** Numbers are equal to the last digit; an object need have no more than is shown. */
function expectShown(value: unknown, shown: string): void {
  const [, type, text] = VALUE.exec(shown) ?? [];
  if (text === undefined) throw new Error(`"${shown}" does not begin with a value`);
  const expected = new Function(`return ${text};`)();
  if (type !== undefined) {
    expect(Object.prototype.toString.call(value)).toBe(`[object ${type}]`);
    expect(Array.from(value as ArrayLike<number>)).toEqual(expected);
  } else if (text.startsWith("{")) expect(value).toMatchObject(expected);
  else expect(value).toEqual(expected);
}

/** One statement after the other, each over one line or several; comments on lines of their own go with what follows. */
function statementsOf(code: string): string[] {
  const statements: string[] = [];
  let open: string[] = [];
  for (const line of code.split("\n")) {
    open.push(line);
    const bare = open
      .join("\n")
      .replace(/"[^"\n]*"|`[^`]*`/g, "")
      .replace(/\/\/.*$/gm, "");
    const depth = (bare.match(/[([{]/g)?.length ?? 0) - (bare.match(/[)\]}]/g)?.length ?? 0);
    if (depth > 0 || !/[;}]\s*$/.test(bare)) continue;
    statements.push(open.join("\n"));
    open = [];
  }
  const rest = open.filter((line) => !/^\s*(\/\/.*)?$/.test(line));
  if (rest.length > 0) throw new Error(`this does not end: ${rest.join("\n")}`);
  return statements;
}

/** The ```ts blocks of a document, each with its first line. */
export const examplesOf = (document: string): { line: number; code: string }[] =>
  Array.from(document.matchAll(/^```ts\n([\s\S]*?)\n```$/gm), ({ index, 1: code }) => ({
    line: document.slice(0, index).split("\n").length + 1,
    code,
  }));

const EXPRESSION = /^((?:\/\/.*\n)*(?!(?:const|let|using|for|if|import|function) )[^/\s][\s\S]*);\s*\/\/ (.*)$/;

const AsyncFunction = (async () => {}).constructor as new (
  ...text: string[]
) => (...values: unknown[]) => Promise<void>;

/** `import { a, b } from "logratio"`, `import * as name from "logratio/families"`. */
const IMPORT = /^import (?:\* as (\w+)|(\{[\w\s,]*\})) from (".*");$/m;

const MODULES: Readonly<Record<string, () => Promise<object>>> = {
  logratio: () => import("../src/index.js"),
  "logratio/compare": () => import("../src/compare/index.js"),
  "logratio/evidence": () => import("../src/evidence/index.js"),
  "logratio/counts": () => import("../src/counts/index.js"),
  "logratio/sparse": () => import("../src/sparse/index.js"),
  "logratio/shards": () => import("../src/shards/index.js"),
  "logratio/queue": () => import("../src/queue/index.js"),
  "logratio/families": () => import("../src/families/index.js"),
};

function load(specifier: string): Promise<object> {
  if (!Object.hasOwn(MODULES, specifier)) throw new Error(`there is no ${specifier}`);
  return MODULES[specifier]();
}

/** Runs an example, which has what it imports and `names`, and compares the values that it shows. */
export async function runExample(code: string, names: Readonly<Record<string, unknown>>): Promise<void> {
  const body = statementsOf(code).map((statement) => {
    const [, expression, shown] = EXPRESSION.exec(statement) ?? [];
    if (expression !== undefined) return `show(${expression}\n, ${JSON.stringify(shown)});`;
    // Node 20 knows no `using`
    return statement.replace(/^using /m, "const ").replace(IMPORT, "const $1$2 = await load($3);");
  });
  const run = new AsyncFunction("show", "load", ...Object.keys(names), `"use strict";\n${body.join("\n")}`);
  await run(expectShown, load, ...Object.values(names));
}
