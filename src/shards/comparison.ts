// A comparison of files, of which any range of rows can be computed by itself.

import {
  type CompareManyOptions,
  compareLogits,
  type LogitSource,
  type OpenLogitsOptions,
  openTokens,
  type RowResults,
  Summary,
  type SummaryJson,
} from "../compare/index.js";
import type { JsonValue } from "../compare/json.js";
import type { HalfFormat } from "../compare/source.js";
import { shownPlace } from "../compare/urlRequest.js";
import type { InputKind } from "../index.js";
import { Charts } from "./charts.js";
import { floorsOf, roundedSource } from "./floor.js";
import { readGroups } from "./groups.js";
import { identityOf } from "./identity.js";
import type { Inputs, Kind, Options, RowRange, Subject, Tally } from "./kind.js";
import { flagFrom, inputKindFrom, openOptionsFrom } from "./options.js";
import { Passage, TOP } from "./passage.js";
import { trimmed } from "./trimmed.js";
import { VERSION } from "./version.js";

/** The files of a comparison, by their paths. */
export interface ComparisonFiles {
  /** Logits that others are compared with, as {@link compare!openLogits} reads them. */
  readonly base: string;
  /** Those of each candidate: the same rows. */
  readonly others: readonly string[];
  /** The token after each row ({@link openTokens}). */
  readonly tokens?: string;
  /** The group of each row, one a line. */
  readonly groups?: string;
}

/** All that changes results, besides the files. */
export interface ComparisonOptions extends Options {
  /** Of base and of each candidate: how its file is opened. */
  readonly open: readonly OpenLogitsOptions[];
  /** Of base, of each candidate and of each floor. */
  readonly input: readonly InputKind[];
  /** The first so many of each row. */
  readonly classes: number;
  /** Divides logits. */
  readonly temperature: number;
  /** How many of the likeliest tokens are compared. */
  readonly topK: number;
  /** Rows of a block, by which errors are computed; 0 for none. */
  readonly blockRows: number;
  /** Whether rates of acceptance are computed. */
  readonly acceptance: boolean;
  /** Whether the text is kept, token by token, with what is likeliest. */
  readonly texts: boolean;
  /** What base is rounded to, beside the candidates. */
  readonly floors: readonly HalfFormat[];
}

/** Of one candidate. */
export interface CandidateResults {
  readonly summary: Summary;
  readonly charts: Charts;
}

/** Of each candidate, of each floor. */
export class ComparisonResults implements Tally<ComparisonResults> {
  readonly candidates: readonly CandidateResults[];
  /** Of a run that keeps the text: of all its rows, since shards have none. */
  readonly passage: Passage | undefined;

  constructor(candidates: readonly CandidateResults[], passage?: Passage) {
    this.candidates = candidates;
    this.passage = passage;
  }

  get rows(): number {
    return this.candidates[0].summary.rows;
  }

  addAll(other: ComparisonResults): void {
    for (const [i, { summary, charts }] of other.candidates.entries()) {
      this.candidates[i].summary.merge(summary);
      this.candidates[i].charts.addAll(charts);
    }
  }

  toJSON(): { candidates: readonly CandidateResults[]; passage: Passage | null } {
    return { candidates: this.candidates, passage: this.passage ?? null };
  }
}

const OPTION_KEYS = [
  ...(["open", "input", "classes", "start", "end", "temperature", "topK"] as const),
  ...(["blockRows", "acceptance", "texts", "floors"] as const),
];
const SUMMARY_OPTIONS = ["topK", "temperature", "blockRows"] as const;

export const COMPARISON: Kind<ComparisonOptions, ComparisonResults> = {
  name: "compare",
  optionsFrom(json) {
    const entries = json.entries(OPTION_KEYS);
    const { classes, start, end, temperature, topK, blockRows, acceptance } = entries;
    const open = entries.open.list().map(openOptionsFrom);
    const input = entries.input.list().map(inputKindFrom);
    const floors = entries.floors.list().map((floor): HalfFormat => {
      return floor.value === "bf16" || floor.value === "f16" ? floor.value : floor.fail("bf16 or f16");
    });
    if (open.length < 2) entries.open.fail("of base and of others");
    if (input.length !== open.length + floors.length) entries.input.fail("one for each model, and for each floor");
    const first = start.integer();
    return {
      ...{ open, input, floors, classes: classes.integer(1), start: first, end: end.integer(first + 1) },
      temperature: temperature.number() > 0 ? temperature.number() : temperature.fail("positive"),
      ...{ topK: topK.integer(1), blockRows: blockRows.integer(), acceptance: flagFrom(acceptance) },
      texts: flagFrom(entries.texts),
    };
  },
  checkInputs(inputs, json) {
    const matrices = ["base", ...otherNames(Object.keys(inputs).filter(isOther).length)];
    const names = [...matrices, "tokens", "groups"];
    if (matrices.length < 2 || Object.keys(inputs).join() !== names.join()) json.fail(`of ${names.join(", ")}`);
    if (matrices.some((name) => !inputs[name]?.shape)) json.fail("of rows and classes");
  },
  empty(options) {
    const { input, start, temperature, topK, blockRows } = options;
    return new ComparisonResults(
      input.slice(1).map(() => ({
        summary: new Summary({ temperature, topK, blockRows }),
        charts: new Charts(start),
      })),
      passageOf(options),
    );
  },
  resultsFrom(json, options, range) {
    const { candidates: list, passage: kept } = json.entries(["candidates", "passage"]);
    const candidates = list.list(options.input.length - 1).map((entry): CandidateResults => {
      const { summary, charts } = entry.entries(["summary", "charts"]);
      const own = summaryFrom(summary);
      for (const key of SUMMARY_OPTIONS) if (own.options[key] !== options[key]) summary.fail("of the options");
      // by then it has been read, and found to be as it should be
      const { tokens } = summary.value as SummaryJson;
      return { summary: own, charts: Charts.from(charts, options.start, range.end, own.rows, tokens) };
    });
    const results = new ComparisonResults(candidates, passageOf(options));
    if (results.passage === undefined) kept.equals(null, "there is no vocabulary");
    else results.passage.restore(kept, results.rows);
    if (candidates.some(({ summary }) => summary.rows !== results.rows)) json.fail("of the same rows");
    return results;
  },
};

const passageOf = ({ texts, input, start, classes }: ComparisonOptions): Passage | undefined =>
  texts ? new Passage(start, classes, input.length - 1) : undefined;

function summaryFrom(json: JsonValue): Summary {
  try {
    return Summary.fromJSON(json.value as SummaryJson);
  } catch (cause) {
    const { message } = cause as Error;
    throw new RangeError(json.words(message.replace("Summary.fromJSON: ", "")), { cause });
  }
}

const isOther = (name: string): boolean => /^other( \d+)?$/.test(name);

const otherNames = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => (count === 1 ? "other" : `other ${i + 1}`));

/** Paths by what they are in messages. */
export const namedFiles = ({ base, others, tokens, groups }: ComparisonFiles): Record<string, string | undefined> => {
  const names = otherNames(others.length);
  return { base, ...Object.fromEntries(names.map((name, i) => [name, others[i]])), tokens, groups };
};

/** The files that a part says it is of. */
export function filesOf(inputs: Inputs): ComparisonFiles {
  const names = otherNames(Object.keys(inputs).filter(isOther).length);
  const pathOf = (name: string) => inputs[name]?.path;
  return {
    base: pathOf("base") as string,
    others: names.map((name) => pathOf(name) as string),
    tokens: pathOf("tokens"),
    groups: pathOf("groups"),
  };
}

/** What is asked of a comparison, with the defaults still left out. */
export interface ComparisonSettings {
  readonly open: readonly OpenLogitsOptions[];
  /** Of base and of each candidate. */
  readonly input: readonly InputKind[];
  /** The first so many of each row: for rows of which some are longer. */
  readonly classes?: number;
  readonly start?: number;
  readonly end?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly blockRows?: number;
  readonly acceptance?: boolean;
  readonly noiseFloor?: boolean;
  readonly texts?: boolean;
}

/** A comparison whose files are open and agree with each other. */
export interface Prepared {
  readonly files: ComparisonFiles;
  readonly options: ComparisonOptions;
  /** Base first. */
  readonly sources: readonly LogitSource[];
  readonly tokens: Int32Array | undefined;
  readonly groups: readonly string[] | undefined;
  /** What there is to say of files that are truncated. */
  readonly notes: readonly string[];
}

/** An option as it is given: in a program, or as a command has it. */
export type Spelling = (option: "classes", value: number) => string;

const inPrograms: Spelling = (option, value) => `${option}: ${value}`;

/** @throws where the files do not have as many rows, tokens and groups as each other, and for what cannot be read. */
export async function prepare(
  files: ComparisonFiles,
  opened: readonly LogitSource[],
  settings: ComparisonSettings,
  spell: Spelling = inPrograms,
): Promise<Prepared> {
  const { sources, notes } = trimmed(opened);
  const classes = classesOf(settings.classes, sources, spell);
  const [base] = sources;
  const all = base.rows as number;
  for (const { name, rows } of sources) {
    const { end = rows as number } = settings;
    if (end > (rows as number)) throw new RangeError(`end is ${end}, but ${name} has ${rows} rows`);
    if (rows !== all && settings.end === undefined) {
      throw new RangeError(`${base.name} has ${all} rows, ${name} has ${rows}`);
    }
  }
  const floors = settings.noiseFloor ? floorsOf(base) : [];
  const { tokens: tokensPath, groups: groupsPath } = files;
  const allTokens = tokensPath === undefined ? undefined : await openTokens(tokensPath);
  const allGroups = groupsPath === undefined ? undefined : await readGroups(groupsPath);
  // of rows that are not there any more, tokens and groups are left out
  const isCut = sources.some(({ saidRows }) => saidRows !== undefined);
  for (const [path, what, list] of [
    [tokensPath, "tokens", allTokens],
    [groupsPath, "groups", allGroups],
  ] as const) {
    if (list !== undefined && list.length !== all && !(isCut && list.length > all)) {
      throw new RangeError(`${shownPlace(path as string)} has ${list.length} ${what}, ${base.name} ${all} rows`);
    }
  }
  const { open, input, start = 0, end = all, temperature = 1, topK = 10 } = settings;
  const { acceptance = false, texts = false } = settings;
  if (start >= end) throw new RangeError(`the rows begin at ${start}, ${base.name} ends after ${all} rows`);
  return {
    ...{ files, sources, notes, tokens: allTokens?.subarray(0, all), groups: allGroups?.slice(0, all) },
    options: {
      ...{ open, input: [...input, ...floors.map(() => input[0])], classes, start, end, temperature, topK },
      blockRows: settings.blockRows ?? base.blockRows ?? 0,
      ...{ acceptance, texts, floors },
    },
  };
}

/** How many of each row are compared: of files whose rows differ, the option says. */
function classesOf(classes: number | undefined, sources: readonly LogitSource[], spell: Spelling): number {
  const least = Math.min(...sources.map((source) => source.classes));
  const [shortest, longer] = [
    sources.find((source) => source.classes === least),
    sources.find((source) => source.classes > least),
  ];
  if (classes !== undefined && classes > least) {
    throw new RangeError(`rows of ${shortest?.name} have ${least} numbers, fewer than ${spell("classes", classes)}`);
  }
  if (classes === undefined && longer !== undefined) {
    throw new RangeError(
      `${longer.name} has ${longer.classes} classes, ${shortest?.name} ${least}; ` +
        `for the first ${least} of each row, if the others are padding, add ${spell("classes", least)}`,
    );
  }
  return classes ?? least;
}

/** With what tells the files from others, if that is `asked` for. */
export async function subjectOf(
  { files, options, sources }: Prepared,
  asked: boolean,
): Promise<Subject<ComparisonOptions>> {
  const shapes = [...sources].map(({ rows, classes }) => [rows as number, classes] as const);
  const identify = async ([name, path]: [string, string | undefined], i: number) => [
    name,
    path === undefined ? null : await identityOf(path, shapes[i] ?? null),
  ];
  const identities = asked ? await Promise.all(Object.entries(namedFiles(files)).map(identify)) : [];
  return { command: COMPARISON.name, logratio: VERSION, inputs: Object.fromEntries(identities), options };
}

/** How a range is computed: this changes no result. */
export interface RunOptions {
  readonly threads?: number | "auto";
  readonly backend?: CompareManyOptions["backend"];
  readonly signal?: AbortSignal;
  /** Called as rows are done: they are in the results by then. */
  readonly onRows?: (first: number, rows: readonly RowResults[]) => void;
}

/** Adds the rows of a range to the results. */
export async function compareRange(
  { sources, tokens, groups, options }: Prepared,
  { start, end }: RowRange,
  { candidates, passage }: ComparisonResults,
  { onRows, ...run }: RunOptions,
): Promise<void> {
  if (start >= end) return;
  const { input, classes, temperature, topK, blockRows, acceptance, floors } = options;
  const [base, ...others] = sources;
  const rounded = floors.map((format) => roundedSource(base, format));
  await compareLogits(base, [...others, ...rounded], {
    ...{ tokens, groups, input, classes, temperature, topK, blockRows, acceptance, start, end, ...run },
    ...(passage !== undefined && { topTokens: TOP }),
    summary: candidates.map(({ summary }) => summary),
    onRows(first, rows) {
      for (const [i, own] of rows.entries()) candidates[i].charts.add(first, own);
      passage?.add(first, rows);
      onRows?.(first, rows);
    },
  });
}
