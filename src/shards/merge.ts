// From parts to what one run gives, whatever the parts and their order.

import type { Kind, Options, RowRange, Subject, Tally } from "./kind.js";
import type { PartReader } from "./part.js";

interface Merged<OfKind extends Options, Results> {
  readonly subject: Subject<OfKind>;
  readonly results: Results;
}

/** "row 3", "rows 3 to 17". */
const rowsText = ({ start, end }: RowRange): string =>
  end - start === 1 ? `row ${start}` : `rows ${start} to ${end - 1}`;

/** Ranges that a message has room for. */
const SHOWN = 20;

export class Merge<OfKind extends Options, Results extends Tally<Results>> {
  readonly #kind: Kind<OfKind, Results>;
  #merged: Merged<OfKind, Results> | undefined;
  #first = "";
  /** With the name of the part that has them. */
  readonly #ranges: (RowRange & { readonly name: string })[] = [];
  /** Parts that have not come to their ends. */
  readonly #unfinished: string[] = [];

  constructor(kind: Kind<OfKind, Results>) {
    this.#kind = kind;
  }

  /** @throws for a part of other inputs or options than the first one. */
  add(name: string, reader: PartReader): void {
    if (this.#merged !== undefined) {
      reader.checkSame(this.#merged.subject, `is a part of another comparison than ${this.#first}`, "there");
    }
    const { subject, range, next, results } = reader.read(this.#kind);
    if (this.#merged === undefined) {
      this.#merged = { subject, results: this.#kind.empty(subject.options) };
      this.#first = name;
    }
    this.#merged.results.addAll(results);
    if (range.start < next) this.#ranges.push({ name, start: range.start, end: next });
    if (next < range.end) {
      this.#unfinished.push(`${name} ends before row ${next} of its ${rowsText(range)}: run its command again`);
    }
  }

  /** @throws where rows are missing, or are there twice. */
  end(): Merged<OfKind, Results> {
    if (this.#merged === undefined) throw new RangeError("there are no parts");
    const { start, end } = this.#merged.subject.options;
    const missing: RowRange[] = [];
    let before = { start, end: start, name: "" };
    for (const range of this.#ranges.sort((a, b) => a.start - b.start)) {
      if (range.start < before.end) {
        const both = { start: range.start, end: Math.min(before.end, range.end) };
        throw new RangeError(`${before.name} and ${range.name} both have ${rowsText(both)}`);
      }
      if (range.start > before.end) missing.push({ start: before.end, end: range.start });
      before = range;
    }
    if (before.end < end) missing.push({ start: before.end, end });
    if (missing.length === 0) return this.#merged;
    const named = missing.slice(0, SHOWN).map(rowsText).join(", ");
    const rest = missing.length > SHOWN ? `, and ${missing.length - SHOWN} more ranges` : "";
    const all = [`${named}${rest} of ${rowsText({ start, end })} are in no part`, ...this.#unfinished.slice(0, SHOWN)];
    throw new RangeError(all.join("; "));
  }
}
