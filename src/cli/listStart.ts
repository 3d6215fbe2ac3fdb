/** Bytes of a file that tell whether it is text. */
export const LIST_START = 64;

/** Whether a file has answers of an API, by its first bytes: text that begins like JSON, or a server's stream of it. */
export const areLists = (start: Uint8Array): boolean =>
  // text has no byte below that of a tab
  start.every((byte) => byte >= 9) && /^\s*(?:[{[]|data:|event:)/.test(new TextDecoder().decode(start));
