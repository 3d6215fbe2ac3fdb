// What was compared, and what came of it: all that a report tells.

import type { Report } from "../compare/index.js";
import type { HalfFormat } from "../compare/source.js";
import { shownPlace } from "../compare/urlRequest.js";
import type { InputKind } from "../index.js";
import type { Charts } from "../shards/charts.js";
import type { ComparisonFiles, ComparisonOptions, ComparisonResults } from "../shards/comparison.js";
import { candidateOf, type Model, type ModelOptions } from "./models.js";
import { neighboursOf, type Pair, pairOf, rankingOf } from "./ranking.js";
import { Texts } from "./texts.js";
import type { Vocabulary } from "./tokenContent.js";

/** A model that was compared with base, and what came of it. */
export interface Candidate extends Model {
  readonly input: InputKind;
  /** What base was rounded to, where this is base itself: what rounding alone comes to. */
  readonly floor: HalfFormat | null;
  readonly report: Report;
  readonly charts: Charts;
}

export interface Comparison {
  /** What tokens stand for, if there is a vocabulary. */
  readonly texts: Texts | undefined;
  readonly base: Model & { readonly input: InputKind };
  /** In the order in which they were given. */
  readonly candidates: readonly Candidate[];
  /** Of `candidates`, that of the smallest mean KL first. */
  readonly ranking: readonly number[];
  readonly pairs: readonly Pair[];
  readonly tokens: string | null;
  readonly groups: string | null;
  readonly classes: number;
  /** The rows that were compared. */
  readonly start: number;
  readonly end: number;
}

/** What options say of the models, and of pairs of them. */
export interface ReportOptions extends ModelOptions {
  readonly pair?: readonly (readonly [first: string, second: string])[];
}

/** The candidates and the floors, base first. Throws for a pair of others. */
export function candidatesOf(
  models: readonly Model[],
  floors: readonly HalfFormat[],
  { pair = [] }: ReportOptions,
): (Model & Pick<Candidate, "floor">)[] {
  const candidates = [
    ...models.slice(1).map((model) => ({ ...model, floor: null })),
    ...floors.map(floorOf(models[0])),
  ];
  for (const names of pair) for (const name of names) candidateOf("--pair", name, candidates);
  return candidates;
}

/** Base beside itself, as a candidate. */
const floorOf = (base: Model) => (floor: HalfFormat) => ({
  ...{ path: base.path, name: `base-${floor}`, label: `base as ${floor}` },
  ...{ size: null, bitsPerWeight: null, floor },
});

/** Of the rows of all. */
export function comparisonOf(
  models: readonly Model[],
  files: ComparisonFiles,
  { input, classes, floors, start, end, blockRows }: ComparisonOptions,
  { candidates: results, passage }: ComparisonResults,
  options: ReportOptions,
  vocabulary?: Vocabulary,
): Comparison {
  const candidates = candidatesOf(models, floors, options).map((candidate, i): Candidate => {
    const { summary, charts } = results[i];
    return { ...candidate, input: input[i + 1], report: summary.report(), charts };
  });
  const ranking = rankingOf(candidates);
  return {
    base: { ...models[0], input: input[0] },
    ...{ candidates, ranking, pairs: pairsOf(options, candidates, ranking, results) },
    ...{ tokens: placeOf(files.tokens), groups: placeOf(files.groups) },
    ...{ classes, start, end },
    texts: vocabulary && passage && new Texts(vocabulary, passage, blockRows),
  };
}

/** As a report may tell it. */
const placeOf = (file: string | undefined): string | null => (file === undefined ? null : shownPlace(file));

/** Neighbours in the ranking, then those that were asked for. */
function pairsOf(
  { pair = [] }: ReportOptions,
  candidates: readonly Candidate[],
  ranking: readonly number[],
  results: ComparisonResults["candidates"],
): Pair[] {
  const asked = pair.map((names) => names.map((name) => candidateOf("--pair", name, candidates)));
  return [...neighboursOf(ranking), ...asked].map(([first, second]) => pairOf(first, second, candidates, results));
}
