// The tokens of a report as text, and what comes before and after them.

import type { Report } from "../compare/index.js";
import { LN2 } from "../numbers/scalar.js";
import type { Passage } from "../shards/passage.js";
import { printable } from "./printable.js";
import type { Vocabulary } from "./tokenContent.js";

/** Tokens that are looked at, and characters that are shown, before a token and after it. */
const NEAR = 40;
const BEFORE = 48;
const AFTER = 24;

export interface Context {
  readonly before: string;
  readonly token: string;
  readonly after: string;
}

/** What base and candidate need for a byte of the text. */
export interface BitsPerByte {
  readonly base: number;
  readonly other: number;
}

/** A text by the rows of a comparison, and the vocabulary of its tokens. */
export class Texts {
  readonly vocabulary: Vocabulary;
  readonly passage: Passage;
  /** Rows of a chunk, whose text does not go on in the next; 0 for none. */
  readonly blockRows: number;
  /** Of the observed tokens, special ones left out; undefined where one has no text. */
  readonly bytes: number | undefined;

  constructor(vocabulary: Vocabulary, passage: Passage, blockRows: number) {
    this.vocabulary = vocabulary;
    this.passage = passage;
    this.blockRows = blockRows;
    let bytes: number | undefined = 0;
    for (let row = passage.start; row < passage.start + passage.rows && bytes !== undefined; row++) {
      const token = passage.tokenOf(row);
      const content = token < 0 ? { bytes: [], isSpecial: true } : vocabulary.contentOf(token);
      bytes = content && bytes + (content.isSpecial ? 0 : content.bytes.length);
    }
    this.bytes = bytes;
  }

  /** The text of one token; "#17" for one that has none. */
  textOf(token: number): string {
    const content = this.vocabulary.contentOf(token);
    return content === undefined ? `#${token}` : new TextDecoder().decode(content.bytes);
  }

  /** Whether the text of a row goes on from that of the row before. */
  isJoined(row: number): boolean {
    return this.blockRows === 0 || row % this.blockRows !== 0;
  }

  /** A token of the text, and what is around it. */
  contextOf(row: number): Context {
    const { passage } = this;
    let first = row;
    while (first > row - NEAR && this.isJoined(first) && passage.tokenOf(first - 1) >= 0) first--;
    let last = row + 1;
    while (last <= row + NEAR && this.isJoined(last) && passage.tokenOf(last) >= 0) last++;
    const token = passage.tokenOf(row);
    return {
      before: Array.from(this.#join(first, row)).slice(-BEFORE).join(""),
      token: token < 0 ? "" : this.textOf(token),
      after: Array.from(this.#join(row + 1, last))
        .slice(0, AFTER)
        .join(""),
    };
  }

  #join(from: number, to: number): string {
    const decoder = new TextDecoder();
    let text = "";
    for (let row = from; row < to; row++) {
      const token = this.passage.tokenOf(row);
      const content = this.vocabulary.contentOf(token);
      text += content === undefined ? `#${token}` : decoder.decode(content.bytes, { stream: true });
    }
    return text + decoder.decode();
  }

  /** −Σ log₂ p(token) over the bytes of the text; undefined where there is no text, or one token of it is not known. */
  bitsPerByte({ baseLogProbability, otherLogProbability }: Report): BitsPerByte | undefined {
    const { bytes } = this;
    if (!bytes) return undefined;
    const bits = ({ count, mean }: Report["kl"]) => (-count * mean) / LN2 / bytes;
    return { base: bits(baseLogProbability), other: bits(otherLogProbability) };
  }
}

/** A text on a line, with its ends of lines and tabs to be seen. */
export const onLine = (text: string): string =>
  printable(
    text.replace(/[\\\n\r\t]/g, (sign) => ({ "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" })[sign] as string),
  );

/** A token on a line, in quotes, cut where it is long. */
export function quoted(text: string, most = Infinity): string {
  const characters = Array.from(text);
  const cut = characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : text;
  return `"${onLine(cut).replaceAll('"', '\\"')}"`;
}
