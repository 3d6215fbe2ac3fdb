// The format of a part: the results of some rows, of which inputs and options they are. A checkpoint is the part of a run that goes on.

import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { JsonValue } from "../compare/json.js";
import { shown } from "../compare/shown.js";
import { identityFrom } from "./identity.js";
import type { Inputs, Kind, Options, RowRange, Subject, Tally } from "./kind.js";
import { VERSION } from "./version.js";

const FORMAT = "logratio part";
const FORMAT_VERSION = 2;

/** How the text of a part begins, and how long that is at most. */
export const BEGINNING = new RegExp(`^\\s*\\{\\s*"format"\\s*:\\s*"${FORMAT}"`);
export const BEGINNING_LENGTH = 200;

/** Of the rows `start` to `end` - 1 those before `next`. */
export interface Part<OfKind extends Options, Results> {
  readonly subject: Subject<OfKind>;
  readonly range: RowRange;
  /** The first row that is not yet in the results. */
  readonly next: number;
  readonly results: Results;
}

/** What is written before the results. */
interface PartHead<OfKind extends Options> extends Subject<OfKind>, RowRange {
  /** What this is. */
  readonly format: typeof FORMAT;
  /** Of this layout. */
  readonly version: typeof FORMAT_VERSION;
  /** The first row that is not done. */
  readonly next: number;
}

/** A part as plain JSON. */
export interface PartJson extends PartHead<Options> {
  /** Of each candidate, or of the one file. */
  readonly results: unknown;
  /** Of all the rest. */
  readonly checksum: string;
}

export function partText<OfKind extends Options, Results>(part: Part<OfKind, Results>): string {
  const { subject, next, results } = part;
  const { start, end } = part.range;
  const head: PartHead<OfKind> = { format: FORMAT, version: FORMAT_VERSION, ...subject, start, end, next };
  const text = JSON.stringify({ ...head, results });
  return `${text.slice(0, -1)}${endOf(checksumOf(text))}`;
}

/** Of texts, one behind the other. It shows that they are as they were written, and does not protect from forgery. */
export function checksumOf(...texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text);
  return hash.digest("hex");
}

const endOf = (checksum: unknown): string => `,"checksum":"${checksum}"}\n`;

/** Whether a text is what `partText` gave. */
function isAsWritten(text: string, checksum: unknown): boolean {
  const end = endOf(checksum);
  return text.endsWith(end) && checksumOf(text.slice(0, -end.length), "}") === checksum;
}

export const partJson = <OfKind extends Options, Results>(part: Part<OfKind, Results>): PartJson =>
  JSON.parse(partText(part));

const KEYS = [
  ...(["format", "version", "command", "logratio", "inputs", "options"] as const),
  ...(["start", "end", "next", "results", "checksum"] as const),
] as const;

/** A part whose text is as it was written, and of which kind it says that it is. */
export class PartReader {
  readonly #name: string;
  readonly #entries: Record<(typeof KEYS)[number], JsonValue>;

  /** `name` is for messages, and `remedy` for what to do; `text` is what was parsed, if it was text. */
  constructor(name: string, parsed: unknown, remedy: string, text = "") {
    this.#name = name;
    this.#entries = new JsonValue(name, parsed).entries(KEYS);
    const { format, version, logratio } = this.#entries;
    format.equals(FORMAT, "all parts have it");
    version.equals(FORMAT_VERSION, "this version of logratio writes it");
    const { checksum, ...rest } = parsed as Record<string, unknown>;
    // other programs may have written it anew
    if (!isAsWritten(text, checksum) && checksumOf(JSON.stringify(rest)) !== checksum) {
      throw new RangeError(`${name} is not as it was written: its checksum does not fit; ${remedy}`);
    }
    checkVersion(name, logratio);
  }

  static ofText(name: string, text: string, remedy: string): PartReader {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (cause) {
      const { message } = cause as Error;
      throw new TypeError(`${name} is no whole checkpoint or part (${shown(message, 200)}); ${remedy}`, { cause });
    }
    return new PartReader(name, parsed, remedy, text);
  }

  get command(): string {
    return this.#entries.command.text();
  }

  read<OfKind extends Options, Results extends Tally<Results>>(kind: Kind<OfKind, Results>): Part<OfKind, Results> {
    const subject = subjectFrom(kind, this.#entries);
    const { start, end, next, results } = this.#entries;
    const { options } = subject;
    const range = rangeFrom(start, end, options);
    const done = next.integer(range.start, range.end);
    const read = kind.resultsFrom(results, options, range);
    next.equals(range.start + read.rows, `its results have ${read.rows} rows from ${range.start} on`);
    return { subject, range, next: done, results: read };
  }

  /** Throws where inputs or options are others; `what` says that it is of another comparison, `where` whose these are. */
  checkSame(subject: Subject, what: string, where: "now" | "there"): void {
    for (const kind of ["inputs", "options"] as const) {
      if (JSON.stringify(this.#entries[kind].value) === textOf(subject[kind])) continue;
      const then = Object(this.#entries[kind].value);
      // as JSON has it: without what is undefined
      const now = JSON.parse(JSON.stringify(subject[kind]));
      for (const key of new Set([...Object.keys(then), ...Object.keys(now)])) {
        const [was, is] = [then, now].map((object) => (Object.hasOwn(object, key) ? object[key as never] : undefined));
        if (isDeepStrictEqual(was, is)) continue;
        const [before, present] = [was, is].map((value) => shown(JSON.stringify(value) ?? "not there", 500));
        throw new RangeError(
          `${this.#name} ${what}: ${shown(key)}, of its ${kind}, was ${before}, and is ${present} ${where}`,
        );
      }
    }
  }
}

/** Of what many parts are compared with. */
const texts = new WeakMap<object, string>();

function textOf(value: object): string {
  const text = texts.get(value) ?? JSON.stringify(value);
  texts.set(value, text);
  return text;
}

export function checkVersion(name: string, logratio: JsonValue): void {
  if (logratio.text() === VERSION) return;
  throw new RangeError(
    `${name} is of logratio ${shown(logratio.text())}, and this is ${VERSION}: their numbers may differ in a bit; ` +
      "compute all parts by one version",
  );
}

/** Within the rows of all parts. */
export function rangeFrom(start: JsonValue, end: JsonValue, all: RowRange): RowRange {
  const first = start.integer(all.start, all.end);
  return { start: first, end: end.integer(first, all.end) };
}

/** Strictly: it may come from anywhere. */
export function subjectFrom<OfKind extends Options, Results extends Tally<Results>>(
  kind: Kind<OfKind, Results>,
  entries: Readonly<Record<"command" | "inputs" | "options", JsonValue>>,
): Subject<OfKind> {
  const { command, inputs: written, options } = entries;
  command.equals(kind.name, "it is to go with that");
  const names = Object.keys(Object(written.value));
  const inputs: Inputs = Object.fromEntries(
    Object.entries(written.entries(names)).map(([name, json]) => [
      name,
      json.value === null ? null : identityFrom(json),
    ]),
  );
  kind.checkInputs(inputs, written);
  return { command: kind.name, logratio: VERSION, inputs, options: kind.optionsFrom(options) };
}
