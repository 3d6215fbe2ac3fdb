// A tokenizer.json of Hugging Face's tokenizers: texts of tokens, and how texts stand for bytes.
// https://huggingface.co/docs/tokenizers/api/decoders

import { shown } from "../compare/shown.js";
import { type Vocabulary, vocabularyOf } from "./tokenContent.js";

interface TokenizerJson {
  readonly model?: {
    readonly type?: string;
    /** Of a Unigram model pairs of text and score, in order. */
    readonly vocab?: Readonly<Record<string, unknown>> | readonly (readonly [text: string, score: number])[];
    readonly byte_fallback?: boolean;
    readonly continuing_subword_prefix?: string | null;
    readonly end_of_word_suffix?: string | null;
  };
  readonly added_tokens?: readonly { readonly id?: unknown; readonly content?: unknown; readonly special?: boolean }[];
  readonly decoder?: unknown;
  readonly pre_tokenizer?: unknown;
  readonly normalizer?: unknown;
}

/** More than any vocabulary has. */
const MOST_TOKENS = 2 ** 24;

export function tokenizerVocabulary(path: string, json: TokenizerJson): Vocabulary {
  const name = shown(path, Infinity);
  const { model, added_tokens: added = [] } = json;
  if (typeof model?.vocab !== "object" || model.vocab === null || !Array.isArray(added)) {
    throw new TypeError(
      `${name}: no tokenizer.json of Hugging Face: it has no model.vocab; a list of texts is an array of JSON, or has one per line`,
    );
  }
  const texts: (string | undefined)[] = [];
  const set = (token: unknown, text: unknown, isAdded: boolean): number => {
    const isToken = Number.isSafeInteger(token) && (token as number) >= 0 && (token as number) < MOST_TOKENS;
    if (!isToken || typeof text !== "string") {
      throw new TypeError(
        `${name}: the token of "${shown(String(text))}" is ${shown(String(token))}; it must be an integer from 0 to ${MOST_TOKENS - 1}`,
      );
    }
    const before = texts[token as number];
    if (before !== undefined && before !== text && !isAdded) {
      throw new RangeError(`${name}: token ${token} is both "${shown(before)}" and "${shown(text)}"`);
    }
    texts[token as number] = text;
    return token as number;
  };
  if (Array.isArray(model.vocab)) {
    for (const [token, entry] of model.vocab.entries()) set(token, entry?.[0], false);
  } else {
    for (const [text, token] of Object.entries(model.vocab)) set(token, text, false);
  }
  // these are written as they are
  const literal = new Map<number, boolean>();
  for (const entry of added) literal.set(set(entry?.id, entry?.content, true), entry?.special === true);
  if (texts.length === 0) throw new RangeError(`${name}: there are no tokens`);
  const decode = decoderOf(json);
  return vocabularyOf(
    path,
    texts.length,
    (token) => {
      const text = texts[token];
      return text === undefined || literal.has(token) ? text : decode(text);
    },
    (token) => literal.get(token) === true,
  );
}

type Decode = (text: string) => string | readonly number[];

/** How texts of the vocabulary stand for bytes. */
function decoderOf({ model, decoder, pre_tokenizer, normalizer }: TokenizerJson): Decode {
  const steps = [decoder, pre_tokenizer, normalizer].flatMap(stepsOf);
  const has = (type: string) => steps.some((step) => step.type === type);
  if (has("ByteLevel")) return byteLevel;
  if (model?.type === "WordPiece") {
    const prefix = model.continuing_subword_prefix ?? "##";
    return (text) => (text.startsWith(prefix) ? text.slice(prefix.length) : ` ${text}`);
  }
  const suffix = model?.end_of_word_suffix;
  if (suffix) return (text) => (text.endsWith(suffix) ? `${text.slice(0, -suffix.length)} ` : text);
  const isSpaced = steps.some((step) => JSON.stringify(step).includes(SPACE));
  if (isSpaced || has("Metaspace") || has("ByteFallback") || model?.byte_fallback) return sentencePiece;
  return (text) => text;
}

interface Step {
  readonly type?: unknown;
}

/** A step, or those of a sequence. */
function stepsOf(value: unknown): Step[] {
  if (typeof value !== "object" || value === null) return [];
  const { decoders, pretokenizers, normalizers } = value as Record<string, unknown>;
  const inner = decoders ?? pretokenizers ?? normalizers;
  return Array.isArray(inner) ? inner.flatMap(stepsOf) : [value];
}

/** What SentencePiece writes for a space: U+2581. */
const SPACE = "\u2581";

function sentencePiece(text: string): string | readonly number[] {
  const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(text)?.[1];
  return byte === undefined ? text.replaceAll(SPACE, " ") : [Number.parseInt(byte, 16)];
}

/** GPT-2's characters for bytes: printable bytes of Latin-1 are their own characters, all others those from U+0100 on, in order. */
const BYTES: ReadonlyMap<string, number> = (() => {
  const isPrintable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
  let next = 0x100;
  return new Map(
    Array.from({ length: 256 }, (_, byte) => [String.fromCharCode(isPrintable(byte) ? byte : next++), byte]),
  );
})();

function byteLevel(text: string): string | readonly number[] {
  const bytes = text.split("").map((character) => BYTES.get(character));
  // a text with other characters is written as it is
  return bytes.includes(undefined) ? text : (bytes as number[]);
}
