// A stream of text as the JSON values in it: a value a line, over several lines, or the elements of an array; after "data:", too.

import { describe } from "../engine/checks.js";
import { faultOf } from "./jsonText.js";

export interface JsonValue {
  readonly value: unknown;
  readonly text: string;
  /** Where the text begins, counted from 1. */
  readonly line: number;
  readonly column: number;
  /** Where the text is no JSON; then there is no value. */
  readonly fault: number | undefined;
}

/** How deep in arrays and objects a place of a text is, and whether in a string. */
class Depth {
  #depth = 0;
  #isInString = false;

  /** Goes on to the next place where no array, object or string is open; -1 if there is none. */
  findEnd(text: string, from: number): number {
    for (let i = from; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (this.#isInString) {
        if (code === 0x5c) i++;
        else if (code === 0x22) {
          this.#isInString = false;
          if (this.#depth === 0) return i + 1;
        }
      } else if (code === 0x22) this.#isInString = true;
      else if (code === 0x7b || code === 0x5b) this.#depth++;
      else if (code === 0x7d || code === 0x5d) {
        this.#depth--;
        if (this.#depth <= 0) return i + 1;
      } else if (this.#depth === 0 && (code === 0x2c || code <= 0x20)) return i;
    }
    return -1;
  }
}

function parsed(text: string, line: number, column: number): JsonValue {
  try {
    return { value: JSON.parse(text), text, line, column, fault: undefined };
  } catch {
    return { value: undefined, text, line, column, fault: faultOf(text) ?? 0 };
  }
}

const NEWLINE = 0x0a;

/** Bytes, and text as bytes. */
async function* bytesOf(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  functionName: string,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const chunk of chunks) {
    if (typeof chunk === "string") yield encoder.encode(chunk);
    else if (ArrayBuffer.isView(chunk)) yield chunk;
    else throw new TypeError(`${functionName}: source gives ${describe(chunk)}; it must give bytes or text`);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const BYTE_ORDER_MARK = /^\ufeff/;

/**
 * Lines, without what ends them. Whole lines are decoded, which is several times faster than bytes that may end within a character. The
 * bytes are not kept.
 */
async function* linesOf(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  functionName: string,
): AsyncGenerator<string[]> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  // of a line that goes on
  let parts: Uint8Array[] = [];
  let isFirst = true;
  const line = (): string => {
    const text = decoder.decode(joined(parts));
    const isMarked = isFirst;
    isFirst = false;
    return isMarked ? text.replace(BYTE_ORDER_MARK, "") : text;
  };
  for await (const bytes of bytesOf(chunks, functionName)) {
    const end = bytes.indexOf(NEWLINE);
    if (end < 0) {
      parts.push(bytes.slice());
      continue;
    }
    parts.push(bytes.subarray(0, end));
    const last = bytes.lastIndexOf(NEWLINE);
    const lines = end < last ? decoder.decode(bytes.subarray(end + 1, last)).split("\n") : [];
    lines.unshift(line());
    parts = [bytes.slice(last + 1)];
    yield lines;
  }
  yield [line()];
}

/** What a server's stream has before an answer, and what it says at the end. */
const EVENT = /^(?:data:[ \t]*(?:\[DONE\]\s*$)?|(?:event|id|retry):.*|:.*)/;

/** The values, one after the other. Ends with the first fault. */
export async function* jsonValues(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  functionName: string,
): AsyncGenerator<JsonValue> {
  let line = 0;
  // of a value that goes on
  let parts: string[] = [];
  let start = { line: 1, column: 1 };
  let depth = new Depth();
  let isInArray = false;
  /** How many lines of a value are looked at in between. */
  let check = 2;
  for await (const lines of linesOf(chunks, functionName)) {
    for (const text of lines) {
      line++;
      let at = 0;
      if (parts.length === 0) {
        // nearly every line is a value
        if (text.startsWith("{") && /\}\s*$/.test(text.slice(-2))) {
          const value = parsed(text, line, 1);
          if (value.fault === undefined) {
            yield value;
            continue;
          }
        }
        at = EVENT.exec(text)?.[0].length ?? 0;
      }
      for (;;) {
        if (parts.length === 0) {
          while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
          if (at >= text.length) break;
          const sign = text[at];
          // the array itself is no answer, but its elements are
          if ((sign === "[" && !isInArray) || (isInArray && (sign === "," || sign === "]"))) {
            if (sign !== ",") isInArray = sign === "[";
            at++;
            continue;
          }
          start = { line, column: at + 1 };
          depth = new Depth();
          check = 2;
        }
        const end = depth.findEnd(text, at);
        if (end < 0) {
          parts.push(text.slice(at));
          // a bracket that is missing is found before everything behind it is read
          if (parts.length === check) {
            check *= 2;
            const begun = parts.join("\n");
            const fault = faultOf(begun) ?? begun.length;
            if (fault < begun.length) {
              yield { value: undefined, text: begun, ...start, fault };
              return;
            }
          }
          break;
        }
        const whole = [...parts, text.slice(at, Math.max(end, at + 1))].join("\n");
        parts = [];
        const value = parsed(whole, start.line, start.column);
        yield value;
        if (value.fault !== undefined) return;
        at = end;
      }
      if (parts.length === 1 && isScalar(parts[0])) {
        // a word or a number ends with its line
        yield parsed(parts[0], start.line, start.column);
        return;
      }
    }
  }
  if (parts.length > 0) {
    const text = parts.join("\n");
    yield { value: undefined, text, ...start, fault: faultOf(text) ?? text.length };
  } else if (isInArray) yield { value: undefined, text: "", line, column: 1, fault: 0 };
}

const isScalar = (text: string): boolean => !/^["{[]/.test(text);
