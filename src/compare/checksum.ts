// A checksum shows that text is what was written. It finds damage and edits by hand; it does not protect from forgery.

/** Of a list of texts. 64 bits as hexadecimal digits: two products of all UTF-16 code units, two at a time, then mixed (cyrb53, by bryc, with all of its bits). */
export function checksumOf(...texts: readonly string[]): string {
  let first = 0xdeadbeef;
  let second = 0x41c6ce57;
  const add = (word: number) => {
    first = Math.imul(first ^ word, 0x9e3779b1);
    second = Math.imul(second ^ word, 0x5f356495);
  };
  for (const text of texts) {
    const { length } = text;
    for (let i = 0; i < length - 1; i += 2) add(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
    if (length % 2 === 1) add(text.charCodeAt(length - 1));
    add(length);
  }
  const mixed = (a: number, b: number) => Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  first = mixed(first, second);
  second = mixed(second, first);
  return [first, second].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
