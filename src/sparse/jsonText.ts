// JSON as text, for messages: where it stops being JSON, and where a value of it is.

/** A key of an object or an index of an array, within another. */
export interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

export const under = (parent: Path | undefined, key: string | number): Path => ({ parent, key });

const keysOf = (path: Path | undefined): (string | number)[] =>
  path === undefined ? [] : [...keysOf(path.parent), path.key];

/** `choices[0].logprobs`. */
export function shownPath(path: Path | undefined): string {
  let text = "";
  for (const key of keysOf(path)) {
    if (typeof key === "number") text += `[${key}]`;
    else if (/^[\w$]+$/.test(key)) text += text === "" ? key : `.${key}`;
    else text += `[${JSON.stringify(key.slice(0, 40))}]`;
  }
  return text;
}

const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

/** Goes through a JSON text. Throws the place, a number, of what is not JSON. */
class Scanner {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    this.at += found[0].length;
    return true;
  }

  #take(sign: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  #key(): string {
    this.#match(SPACE);
    const from = this.at;
    if (!this.#match(STRING)) throw this.at;
    const key: string = JSON.parse(this.#text.slice(from, this.at));
    if (!this.#take(":")) throw this.at;
    return key;
  }

  /** Skips a value; stops at the one that the keys lead to, and returns true there. */
  value(keys: readonly (string | number)[] | undefined): boolean {
    this.#match(SPACE);
    if (keys?.length === 0) return true;
    const close = this.#take("{") ? "}" : this.#take("[") ? "]" : undefined;
    if (close === undefined) {
      if (!this.#match(STRING) && !this.#match(NUMBER) && !this.#match(WORD)) throw this.at;
      return false;
    }
    if (this.#take(close)) return false;
    for (let i = 0; ; i++) {
      const key = close === "}" ? this.#key() : i;
      if (this.value(keys !== undefined && keys[0] === key ? keys.slice(1) : undefined)) return true;
      if (this.#take(close)) return false;
      if (!this.#take(",")) throw this.at;
    }
  }
}

/** Where a text stops being JSON: behind its end if it only lacks an end. Undefined for one value, with nothing behind it. */
export function faultOf(text: string): number | undefined {
  const scanner = new Scanner(text);
  try {
    scanner.value(undefined);
  } catch (place) {
    if (typeof place === "number") return place;
    throw place;
  }
  const rest = text.slice(scanner.at).search(/[^ \t\r\n]/);
  return rest < 0 ? undefined : scanner.at + rest;
}

/** Where a value of a JSON text begins; its first place where there is no such value. */
export function placeOf(text: string, path: Path | undefined): number {
  for (let keys = keysOf(path); ; keys = keys.slice(0, -1)) {
    const scanner = new Scanner(text);
    if (scanner.value(keys)) return scanner.at;
  }
}
