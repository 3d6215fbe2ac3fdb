import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FAMILIES, TIMED_AS } from "../bench/families.js";
import * as logratio from "../src/index.js";
import * as measures from "../src/measures/index.js";
import { outcomeOf } from "./bits.js";
import { DEFINITIONS } from "./definitions.js";
import { type Derivation, functionOf, missingCalls, ordersUpTo } from "./derivedCalls.js";
import { everyCall } from "./everyCall.js";
import * as gaussians from "./gaussianCalls.js";
import * as logits from "./logitCalls.js";
import { FUNCTIONS, type Functions, NAMES } from "./on.js";
import * as probabilities from "./probabilityCalls.js";

// src/measures/index.ts and src/losses/index.ts are the one list of functions: what follows from it does, and what has to be written by
// hand is missed here. Each message says what to add.

const readme = readFileSync("README.md", "utf8");
const platforms = readFileSync("docs/platforms.md", "utf8");
const calls = [probabilities.CALLS, logits.OF_LOGITS, logits.LOSSES, gaussians.CALLS];
const called = new Set(calls.flatMap((each) => Object.keys(each)).map(functionOf));

describe.each(NAMES)("%s", (name) => {
  test("has a page", () => {
    const page = `docs/api/${name}.md`;
    expect(existsSync(page), `there is no ${page}: write the docstring, then npm run reference`).toBe(true);
  });

  test("has a line in the README's table", () => {
    const line = `| \`${name}(`;
    expect(readme.includes(line), `README.md has no line "${line}…": add one to a table of "Measures"`).toBe(true);
  });

  test("has a benchmark", () => {
    const timed = TIMED_AS[name] ?? name;
    const isTimed = FAMILIES.some((family) => family.name === timed);
    const message =
      `there is no benchmark of ${timed}: add bench/${timed}.bench.ts (a plain loop, the exact value) and its line in bench/families.ts; ` +
      "or, where another function's time is its own, its line in TIMED_AS there";
    expect(isTimed, message).toBe(true);
  });

  test("has a size", () => {
    const { functions } = JSON.parse(readFileSync("bench/bundlers.json", "utf8"));
    const message = `bench/bundlers.json has no size of ${name}: npm run test:bundlers -- --sizes --save bench/bundlers.json && npm run tables`;
    expect(functions[name], message).toBeGreaterThan(0);
    const cells = new RegExp(`\`${name}\` +\\| +${(functions[name] / 1024).toFixed(1)} `);
    expect(
      cells.test(platforms),
      `docs/platforms.md has not the size of ${name} in bench/bundlers.json: npm run tables`,
    ).toBe(true);
  });

  test("has its bits compared", () => {
    const message = `no list of calls has ${name}: add it to LOSSES in test/logitCalls.ts, or to CALLS in test/gaussianCalls.ts`;
    expect(called.has(name), message).toBe(true);
  });
});

test("the lists are of functions that there are", () => {
  const known: readonly string[] = NAMES;
  const listed = [...Object.keys(TIMED_AS), ...Object.values(TIMED_AS), ...FAMILIES.map(({ name }) => name), ...called];
  const { functions } = JSON.parse(readFileSync("bench/bundlers.json", "utf8"));
  expect([...listed, ...Object.keys(functions)].filter((name) => !known.includes(name))).toEqual([]);
  expect(Object.keys(DEFINITIONS).sort()).toEqual([...known].sort());
  expect(
    Object.keys(logratio)
      .filter((name) => !/Engine/.test(name))
      .sort(),
  ).toEqual([...known].sort());
});

/** The measures under other names, for which nothing has been written by hand. */
const renamed = Object.entries(measures)
  .filter(([name]) => DEFINITIONS[name].kind !== "loss")
  .map(([name, f]) => ({ name, newName: `new${name}`, f }));
const FEW = 9;

describe.each(renamed)("a new measure like $name", ({ name, newName, f }) => {
  const functions = { ...FUNCTIONS, [newName]: f } as Functions;
  const definitions = { ...DEFINITIONS, [newName]: DEFINITIONS[name] };

  /** Names of the calls that are derived for it alone, and what they give. */
  function outcomesOf<Rows>(own: readonly string[], derivation: Derivation<Rows>, rows: Rows) {
    const added = missingCalls(own, derivation, definitions);
    for (const call of Object.keys(added)) expect(functionOf(call)).toBe(newName);
    return Object.values(added).map((call) => outcomeOf(() => call(functions, rows)));
  }

  test("is called of probabilities and of logits", () => {
    const options = { normalize: true, temperature: 1.5 };
    const { normalize } = options;
    const ofProbabilities = outcomesOf(
      NAMES,
      {
        kinds: ["probabilities", "probabilities"],
        arrayOf: ({ p, q, counts }, i) => [p, q][i] ?? counts,
        options: { normalize },
      },
      probabilities.makeRows("ordinary", Float32Array, FEW),
    );
    const rows = logits.makeRows("ordinary", Float32Array, FEW);
    const arrayOf = ({ a, b, counts }: logits.Rows, i: number) => [a, b][i] ?? counts;
    const ofLogits = outcomesOf(NAMES, { kinds: ["logits", "logits"], arrayOf, options }, rows);
    const byNature = outcomesOf(NAMES, { arrayOf, options }, rows);
    const { inputs, mostAlpha } = DEFINITIONS[name];
    const times = mostAlpha > 0 ? ordersUpTo(mostAlpha).length : 1;
    expect(ofProbabilities).toHaveLength(inputs.includes("probabilities") ? times : 0);
    expect([...ofLogits, ...byNature]).toHaveLength(inputs.includes("logits") ? times : 0);
    // results, not errors
    const outcomes = [...ofProbabilities, ...ofLogits, ...byNature];
    expect(outcomes.filter((outcome) => typeof outcome === "string")).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(0);
  });

  test("is called in each form", async () => {
    const derived = everyCall(functions, definitions).filter((call) => functionOf(call.name) === newName);
    const forms = ["rows", "of"].filter((form) => form in f);
    expect(derived.map((call) => call.name)).toEqual([newName, ...forms.map((form) => `${newName}.${form}`)]);
    const arrays = {
      z: [0, 3, 1, 2],
      w: [2, 1, 4, 3],
      p: [0.5, 0.5, 0.25, 0.75],
      counts: [1, 2, 3, 4],
      one: [0.25, 0.75],
      tokens: Int32Array.of(0, 1),
    };
    for (const { run, runAside } of derived) expect(await runAside(functions, arrays)).toEqual(run(functions, arrays));
    const isMapping = DEFINITIONS[name].kind === "mapping";
    expect(derived[1].run(functions, arrays)).toHaveLength(isMapping ? 4 : 2);
  });
});
