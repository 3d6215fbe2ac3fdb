// What tokens stand for.

/** What a token stands for: bytes of a text, in UTF-8, but not always a whole character. */
interface TokenContent {
  readonly bytes: Uint8Array;
  /** Whether it is a sign of the model's own, such as <|endoftext|>, and no part of a text. */
  readonly isSpecial?: boolean;
}

export interface Vocabulary {
  /** As it was named. */
  readonly name: string;
  /** The highest token plus 1. */
  readonly size: number;
  /** Undefined where it has no such token. */
  contentOf(token: number): TokenContent | undefined;
}

/** One of texts, or of the numbers of bytes. */
export function vocabularyOf(
  name: string,
  size: number,
  entryOf: (token: number) => string | readonly number[] | undefined,
  isSpecial: (token: number) => boolean = () => false,
): Vocabulary {
  return {
    name,
    size,
    contentOf(token) {
      const entry = entryOf(token);
      if (entry === undefined) return undefined;
      const bytes = typeof entry === "string" ? new TextEncoder().encode(entry) : Uint8Array.from(entry);
      return { bytes, isSpecial: isSpecial(token) };
    },
  };
}
